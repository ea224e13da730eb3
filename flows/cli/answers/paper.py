"""Which penalty or listing a paper is about, and the paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.cli.answers.register import find
from flows.cli.faults import Mistake
from flows.papers.legal import records_of
from flows.papers.subjects import Subject, fitting, subjects_numbered, subjects_of
from flows.papers.write import paper_about
from flows.policies import read_paper
from flows.settings import Settings
from flows.store import Run, Store
from reports import show
from reports.papers.view import PaperView
from transforms.policy.dated import PolicyGap
from transforms.policy.paper_facts import PAPERS
from transforms.tables.words import MATTERS

_NEEDED = {"listing": "列入严重违法失信名单的登记", "penalty": "行政处罚"}


@dataclass(frozen=True)
class Asked:
    """kind: of PAPERS. who: a document number, or an enterprise. enterprise: narrows a number to one party."""

    kind: str
    who: str
    as_of: date
    number: str | None = None
    enterprise: str | None = None


@dataclass(frozen=True)
class Found:
    """A paper, what it is about, and the fonts it is set in."""

    asked: Asked
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


def find_paper(settings: Settings, store: Store, night: Run, asked: Asked) -> Found:
    """The paper asked for. Raises Mistake, in Chinese, where it is about nothing that is known, or about several."""
    text, shared = read_paper(settings.policy_dir, asked.kind)
    number: str | None = asked.who
    found = subjects_numbered(settings, store, night, asked.who, asked.as_of)
    if not found:
        number = None
        found = subjects_of(settings, records_of(store, night, _enterprise(store, night, asked.who)), asked.as_of)
    if asked.enterprise:
        only = _enterprise(store, night, asked.enterprise)
        found = [one for one in found if one.enterprise_id == only]
    subject = _only(asked, text.about, fitting(asked.kind, text.about, found, number))
    try:
        view = paper_about(settings, asked.kind, subject, asked.as_of, asked.number)
    except PolicyGap as gap:
        raise Mistake(f"{gap}. Add a text for that day to policy/papers/{asked.kind}.yaml.") from gap
    return Found(asked, subject, view, shared.fonts)


def _enterprise(store: Store, night: Run, who: str) -> str:
    """The one enterprise that is meant."""
    found = find(store, night, who)
    if found.rows.height == 1:
        return str(found.rows["enterprise_id"].item())
    if found.rows.height:
        rows = found.rows.select("enterprise_id", "name").iter_rows()
        told = [f"“{show.clean(who)}”对应多户企业，请用统一社会信用代码或者决定书文号指明："]
        raise Mistake("\n".join([*told, *(f"  {key}  {show.clean(name)}" for key, name in rows)]))
    told = [f"没有查到“{show.clean(who)}”：请核对决定书文号、统一社会信用代码或者企业名称全称。"]
    nearest = ["名称相近的企业：", *(f"  {show.clean(name)}" for name in found.nearest)] if found.nearest else []
    raise Mistake("\n".join([*told, *nearest]))


def _only(asked: Asked, about: tuple[str, ...], found: list[Subject]) -> Subject:
    if len(found) == 1:
        return found[0]
    title = PAPERS[asked.kind]
    if not found:
        needed = "或者".join(_NEEDED[matter] for matter in about)
        raise Mistake(f"“{show.clean(asked.who)}”没有可以制作{title}的事项：截至 {asked.as_of} 没有{needed}。")
    numbers = {one.number for one in found}
    how = "请用文号指明" if len(numbers) == len(found) else "请用 --enterprise 指明企业"
    lines = [f"“{show.clean(asked.who)}”有 {len(found)} 项可以制作{title}的事项，{how}："]
    for one in sorted(found, key=lambda one: (one.on or date.min, one.number, one.party)):
        lines.append(
            f"  {one.number}  {one.on}  {MATTERS[one.matter]}  {one.enterprise_id or ''} {show.clean(one.party)}"
        )
    raise Mistake("\n".join(lines))
