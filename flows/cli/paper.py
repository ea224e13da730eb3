"""`yaoxin paper`: the office's papers, ready to be numbered and sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from flows.cli.errors import UserError
from flows.cli.find_enterprise import find_enterprises, single_enterprise
from flows.cli.options import (
    FOLDER,
    NearestChoice,
    as_of_option,
    code_of,
    common_options,
    force_option,
    json_option,
    open_store,
    print_json,
    refuse_existing,
    run_as_of,
    settings_from_flags,
    unknown_code,
)
from flows.papers.compose import PAPER_FORMATS, compose_paper, paper_file_name, write_paper
from flows.papers.subjects import Subject, matching_subjects, party_records, subjects_by_number, subjects_of
from flows.policy_folder import read_paper
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports import formatting
from reports.office_papers import PaperView
from transforms.policy_model.document import PolicyGap
from transforms.policy_model.paper import PAPERS
from transforms.schemas.vocabularies import MATTERS

_NEEDED = {"listing": "列入严重违法失信名单的登记", "penalty": "行政处罚"}


class PaperKindParam(click.ParamType[str]):
    """The code of a paper, or its Chinese name."""

    name = "kind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The code; a usage error for anything else."""
        return code_of(value, PAPERS) or self.fail(unknown_code("paper", value, PAPERS), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Codes with their names; the names themselves once one is begun."""
        codes = [CompletionItem(code, help=title) for code, title in PAPERS.items() if code.startswith(incomplete)]
        titles = [CompletionItem(title) for title in PAPERS.values() if incomplete and title.startswith(incomplete)]
        return [*codes, *titles]


@click.command()
@click.argument("kind", metavar="KIND", type=PaperKindParam())
@click.argument("query", metavar="ID")
@click.option("--output", type=FOLDER, default=Path(), metavar="DIR", help="Folder to write to (default: this one).")
@force_option
@click.option(
    "--format",
    "form",
    type=NearestChoice(["html", "pdf", "both"]),
    default="both",
    help="What to write (default: both).",
)
@as_of_option
@click.option("--number", metavar="N", help="The paper's number, where the decision log does not have it yet.")
@click.option("--enterprise", metavar="ID", help="The party, where a number concerns several.")
@json_option
@common_options
def paper(  # noqa: PLR0913, PLR0917 (one per flag)
    kind: str,
    query: str,
    output: Path,
    is_forced: bool,
    form: str,
    as_of: date | None,
    number: str | None,
    enterprise: str | None,
    is_json: bool,
    **flags: object,
) -> None:
    """Write a paper about a penalty or a listing, with what the records say filled in.

    \b
    KIND is one of:
      listing_notice     列入告知书
      listing_decision   列入决定书
      removal_decision   移出决定书
      repair_notice      信用修复告知书
      repair_grant       准予信用修复决定书
      repair_refusal     不予信用修复决定书
      repair_revocation  撤销准予信用修复决定书

    ID is the number of a penalty, a listing or a step of it; or an enterprise with only one that fits. What a person
    decides stays a blank, 〔待填：…〕; the HTML shows on the screen, and does not print, which sentences rest on
    unsettled ground. Number and date come from the decision log; without them it is a draft.

    \b
    Examples:
      yaoxin paper repair_notice 鄂药监罚〔2025〕12号
      yaoxin paper listing_decision 鄂药监信列〔2025〕3号 --output papers --format pdf
      yaoxin paper 准予信用修复决定书 91420100MA4KL00X1A --number 鄂药监信修准〔2026〕1号
    """
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, as_of)
    found = find_paper(settings, store, run, PaperRequest(kind, query, as_of or run.as_of, number, enterprise))
    name = paper_file_name(found.view, found.subject)
    forms = PAPER_FORMATS if form == "both" else (form,)
    refuse_existing((output / f"{name}.{one}" for one in forms), is_forced=is_forced)
    paths = write_paper(found.view, found.fonts, output, name, forms)
    if is_json:
        print_json(found.document() | {"files": paths})
    else:
        click.echo("\n".join([*paper_text(found), *map(str, paths)]))


class PaperRequest(NamedTuple):
    """kind: of PAPERS. query: a document number, or an enterprise. enterprise: narrows a number to one party."""

    kind: str
    query: str
    as_of: date
    number: str | None = None
    enterprise: str | None = None


@dataclass(frozen=True)
class PaperAnswer:
    """A paper, what it is about, and the fonts it is set in."""

    request: PaperRequest
    subject: Subject
    view: PaperView
    fonts: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """For --json: what is still to be done to the paper by a person."""
        return {
            "kind": self.request.kind,
            "title": self.view.title,
            "as_of": self.request.as_of,
            "about": {"matter": self.subject.matter, "number": self.subject.number, "party": self.subject.party},
            "number": self.view.number.text,
            "blanks": list(self.view.blanks),
            "unsettled": [
                {
                    "section": section.id,
                    "confidence": section.note.confidence,
                    "basis": section.note.basis,
                    "remarks": list(section.note.remarks),
                }
                for section in self.view.unsettled
            ],
            "warnings": list(self.view.warnings),
        }


def find_paper(settings: Settings, store: Store, run: Run, request: PaperRequest) -> PaperAnswer:
    """The paper asked for. Raises UserError, in Chinese, where it is about nothing that is known, or about several."""
    text, shared = read_paper(settings.policy_dir, request.kind)
    number: str | None = request.query
    subjects = subjects_by_number(settings, store, run, request.query, request.as_of)
    if not subjects:
        number = None
        records = party_records(store, run, _enterprise_id(store, run, request.query))
        subjects = subjects_of(settings, records, request.as_of)
    if request.enterprise:
        only = _enterprise_id(store, run, request.enterprise)
        subjects = [one for one in subjects if one.enterprise_id == only]
    subject = _single_subject(request, text.about, matching_subjects(request.kind, text.about, subjects, number))
    try:
        view = compose_paper(settings, request.kind, subject, request.as_of, request.number)
    except PolicyGap as gap:
        raise UserError(f"{gap}. Add a text for that day to policy/papers/{request.kind}.yaml.") from gap
    return PaperAnswer(request, subject, view, shared.fonts)


def _enterprise_id(store: Store, run: Run, query: str) -> str:
    return str(single_enterprise(query, find_enterprises(store, run, query))["enterprise_id"])


def _single_subject(request: PaperRequest, about: tuple[str, ...], subjects: list[Subject]) -> Subject:
    """The one subject. Raises UserError for none or several, with how to say which."""
    if len(subjects) == 1:
        return subjects[0]
    query, title = formatting.clean(request.query), PAPERS[request.kind]
    if not subjects:
        needed = "或者".join(_NEEDED[matter] for matter in about)
        raise UserError(f"“{query}”没有可以制作{title}的事项：截至 {request.as_of} 没有{needed}。")
    are_numbers_distinct = len({one.number for one in subjects}) == len(subjects)
    how = "请用文号指明" if are_numbers_distinct else "请用 --enterprise 指明企业"
    lines = [f"“{query}”有 {len(subjects)} 项可以制作{title}的事项，{how}："]
    for one in sorted(subjects, key=lambda one: (one.on or date.min, one.number, one.party)):
        party = f"{one.enterprise_id or ''} {formatting.clean(one.party)}"
        lines.append(f"  {one.number}  {one.on}  {MATTERS[one.matter]}  {party}")
    raise UserError("\n".join(lines))


def paper_text(found: PaperAnswer) -> list[str]:
    """Lines in Chinese: what it is about, its blanks, its unsettled grounds, and what contradicts it."""
    view, subject = found.view, found.subject
    lines = [f"{view.title}：{formatting.clean(subject.party)}，{subject.number}，截至 {found.request.as_of}"]
    if view.blanks:
        lines.append(f"待填 {len(view.blanks)} 处：{''.join(f'〔{blank}〕' for blank in view.blanks)}")
    if view.unsettled:
        lines.append(f"依据未定 {len(view.unsettled)} 处，须由人工确认：")
    for section in view.unsettled:
        note = section.note
        remarks = "；".join((note.basis, *note.remarks))
        lines.append(f"  {section.heading or section.lines[0].text[:12] + '…'}  {note.confidence_label}：{remarks}")
    return lines + [f"须核对：{warning}" for warning in view.warnings]
