"""`yaoxin paper`: the office's papers, ready to be numbered and sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from flows.cli.enterprises import find_enterprises
from flows.cli.errors import UserError
from flows.cli.options import DateParam, common_options, json_option, open_store, print_json, settings_from_flags
from flows.papers.compose import compose_paper
from flows.papers.subjects import Subject, matching_subjects, party_records, subjects_by_number, subjects_of
from flows.policy_folder import read_paper
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports import formatting
from reports.papers import PaperView
from transforms.policy_model.dated_values import PolicyGap
from transforms.policy_model.paper import PAPERS
from transforms.schemas.vocabularies import MATTERS


class PaperKindParam(click.ParamType[str]):
    """The code of a paper, or its Chinese name."""

    name = "kind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The code; a usage error for anything else."""
        from transforms.policy_model.paper import PAPERS

        codes = {title: code for code, title in PAPERS.items()}
        if value in PAPERS or value in codes:
            return codes.get(value, value)
        known = ", ".join(f"{code} ({title})" for code, title in PAPERS.items())
        return self.fail(f"there is no paper '{value}'; expected one of {known}", param, ctx)


@click.command(short_help="Write one of the office's papers as HTML and PDF.")
@click.argument("kind", metavar="KIND", type=PaperKindParam())
@click.argument("who", metavar="ID")
@click.option("--out", type=Path, default=Path(), metavar="DIR", help="Folder to write to (default: this one).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "pdf", "both"]),
    default="both",
    help="What to write (default: both).",
)
@click.option("--as-of", type=DateParam(), metavar="DATE", help="As of that day, by what was known on its night.")
@click.option("--number", metavar="N", help="The paper's number, where the register does not have it yet.")
@click.option("--enterprise", metavar="ID", help="The party, where a number concerns several.")
@json_option
@common_options
def paper(  # noqa: PLR0913, PLR0917 - one argument for each flag
    kind: str,
    who: str,
    out: Path,
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
    decides stays a blank, 〔待填：…〕; the HTML shows on the screen, and does not print, which sentences stand on
    unsettled ground. Number and date come from the register of decisions; without them it is a draft.

    \b
    Examples:
      yaoxin paper repair_notice 鄂药监罚〔2025〕12号
      yaoxin paper listing_decision 鄂药监信列〔2025〕3号 --out papers --format pdf
      yaoxin paper 准予信用修复决定书 91420100MA4KL00X1A --number 鄂药监信修准〔2026〕1号
    """
    from flows.cli.options import run_as_of

    pass
    pass
    from flows.papers.compose import PAPER_FORMATS, paper_file_name, write_paper

    settings = settings_from_flags(**flags)
    opened = open_store(settings)
    night = run_as_of(opened, as_of)
    found = find_paper(settings, opened, night, PaperRequest(kind, who, as_of or night.as_of, number, enterprise))
    name = paper_file_name(found.view, found.subject)
    paths = write_paper(found.view, found.families, out, name, PAPER_FORMATS if form == "both" else (form,))
    if is_json:
        print_json(found.document() | {"files": paths})
    else:
        click.echo("\n".join([*paper_text(found), *map(str, paths)]))


_NEEDED = {"listing": "列入严重违法失信名单的登记", "penalty": "行政处罚"}


@dataclass(frozen=True)
class PaperRequest:
    """kind: of PAPERS. who: a document number, or an enterprise. enterprise: narrows a number to one party."""

    kind: str
    who: str
    as_of: date
    number: str | None = None
    enterprise: str | None = None


@dataclass(frozen=True)
class PaperAnswer:
    """A paper, what it is about, and the fonts it is set in."""

    asked: PaperRequest
    subject: Subject
    view: PaperView
    families: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """For --json: what is still to be done to the paper by a person."""
        return {
            "kind": self.asked.kind,
            "title": self.view.title,
            "as_of": self.asked.as_of,
            "about": {"matter": self.subject.matter, "number": self.subject.number, "party": self.subject.party},
            "number": self.view.number.text,
            "blanks": list(self.view.blanks),
            "unsettled": [
                {"section": one.id, "confidence": one.note.confidence, "basis": one.note.basis}
                | {"remarks": list(one.note.remarks)}
                for one in self.view.unsettled
            ],
            "warnings": list(self.view.warnings),
        }


def find_paper(settings: Settings, store: Store, night: Run, asked: PaperRequest) -> PaperAnswer:
    """The paper asked for. Raises Mistake, in Chinese, where it is about nothing that is known, or about several."""
    text, shared = read_paper(settings.policy_dir, asked.kind)
    number: str | None = asked.who
    found = subjects_by_number(settings, store, night, asked.who, asked.as_of)
    if not found:
        number = None
        found = subjects_of(settings, party_records(store, night, _enterprise(store, night, asked.who)), asked.as_of)
    if asked.enterprise:
        only = _enterprise(store, night, asked.enterprise)
        found = [one for one in found if one.enterprise_id == only]
    subject = _only(asked, text.about, matching_subjects(asked.kind, text.about, found, number))
    try:
        view = compose_paper(settings, asked.kind, subject, asked.as_of, asked.number)
    except PolicyGap as gap:
        raise UserError(f"{gap}. Add a text for that day to policy/papers/{asked.kind}.yaml.") from gap
    return PaperAnswer(asked, subject, view, shared.fonts)


def _enterprise(store: Store, night: Run, who: str) -> str:
    """The one enterprise that is meant."""
    found = find_enterprises(store, night, who)
    if found.rows.height == 1:
        return str(found.rows["enterprise_id"].item())
    if found.rows.height:
        rows = found.rows.select("enterprise_id", "name").iter_rows()
        told = [f"“{formatting.clean(who)}”对应多户企业，请用统一社会信用代码或者决定书文号指明："]
        raise UserError("\n".join([*told, *(f"  {key}  {formatting.clean(name)}" for key, name in rows)]))
    told = [f"没有查到“{formatting.clean(who)}”：请核对决定书文号、统一社会信用代码或者企业名称全称。"]
    nearest = ["名称相近的企业：", *(f"  {formatting.clean(name)}" for name in found.nearest)] if found.nearest else []
    raise UserError("\n".join([*told, *nearest]))


def _only(asked: PaperRequest, about: tuple[str, ...], found: list[Subject]) -> Subject:
    if len(found) == 1:
        return found[0]
    title = PAPERS[asked.kind]
    if not found:
        needed = "或者".join(_NEEDED[matter] for matter in about)
        raise UserError(f"“{formatting.clean(asked.who)}”没有可以制作{title}的事项：截至 {asked.as_of} 没有{needed}。")
    numbers = {one.number for one in found}
    how = "请用文号指明" if len(numbers) == len(found) else "请用 --enterprise 指明企业"
    lines = [f"“{formatting.clean(asked.who)}”有 {len(found)} 项可以制作{title}的事项，{how}："]
    for one in sorted(found, key=lambda one: (one.on or date.min, one.number, one.party)):
        lines.append(
            f"  {one.number}  {one.on}  {MATTERS[one.matter]}  {one.enterprise_id or ''} {formatting.clean(one.party)}"
        )
    raise UserError("\n".join(lines))


def paper_text(found: PaperAnswer) -> list[str]:
    """Lines: what it is about, its blanks, its unsettled grounds, what speaks against it."""
    view, subject = found.view, found.subject
    lines = [f"{view.title}：{formatting.clean(subject.party)}，{subject.number}，截至 {found.asked.as_of}"]
    if view.blanks:
        lines.append(f"待填 {len(view.blanks)} 处：{''.join(f'〔{blank}〕' for blank in view.blanks)}")
    if view.unsettled:
        lines.append(f"依据未定 {len(view.unsettled)} 处，须由人工确认：")
    for section in view.unsettled:
        note = section.note
        said = "；".join((note.basis, *note.remarks))
        lines.append(f"  {section.heading or section.lines[0].text[:12] + '…'}  {note.word}：{said}")
    return lines + [f"须核对：{warning}" for warning in view.warnings]
