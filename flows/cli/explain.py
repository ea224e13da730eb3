"""`yaoxin explain`: why an enterprise has its tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from flows.cli.options import DateParam, common_options, json_option, open_store, print_json, settings_from_flags
from flows.cli.ratings import (
    current_rating,
    enterprise_outlook,
    identity_fields,
    outlook_document,
    ratings_of,
    scheme_facts_of,
)
from flows.cli.terminal import pair_lines, table_lines
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.queries import current_records, has_legal_state, stored_legal_state
from flows.store.store import Store
from reports import formatting
from reports.enterprise_page import EnterpriseFrames, EnterpriseView, enterprise_view, write_enterprise_page
from reports.legal_state import EnterpriseLegalFrames, EnterpriseLegalState, enterprise_legal_state
from reports.scheme_facts import Outlook, SchemeFacts
from transforms.schemas import KINDS, TABLES

if TYPE_CHECKING:
    pass
    from flows.store.store import Store


@click.command(short_help="Why an enterprise has its tier.")
@click.argument("who", metavar="ID")
@click.option("--as-of", type=DateParam(), metavar="DATE", help="The rating as it stood on that night.")
@click.option("--html", type=Path, metavar="FILE", help="Write the enterprise's page to FILE.")
@json_option
@common_options
def explain(who: str, as_of: date | None, html: Path | None, is_json: bool, **flags: object) -> None:
    """The tier of an enterprise, the rule that decided it, and every record behind it; whether it stands on the
    serious-violation list, what of it may be repaired from when, and what falls due next.

    ID is a unified social credit code, another enterprise_id, a licence number, a name that only one enterprise bears
    or bore, or the number of a document about it; numbers may be written in any width and brackets.

    \b
    Examples:
      yaoxin explain 91420100MA4KL00X1A
      yaoxin explain 武汉某某药房有限公司 --as-of 2026-03-01
      yaoxin explain 91420100MA4KL00X1A --json | jq '.trace[].title'
      yaoxin explain 91420100MA4KL00X1A --html page.html
    """
    from flows.cli.enterprises import find_enterprises, single_enterprise
    from flows.cli.options import run_as_of

    pass
    pass

    settings = settings_from_flags(**flags)
    opened = open_store(settings)
    night = run_as_of(opened, as_of)
    found = find_explanation(settings, opened, night, single_enterprise(who, find_enterprises(opened, night, who)))
    if html:
        _write_page(opened, found, html)
    if is_json:
        print_json(explanation_document(found))
    else:
        click.echo("\n".join(explanation_text(found)))


def _write_page(store: Store, found: Explanation, file: Path) -> None:
    pass
    view = found.view(enterprise_records(store, found.run, found.enterprise["enterprise_id"]))
    click.echo(str(write_enterprise_page(view, file)), err=True)


@dataclass(frozen=True)
class LegalTables:
    """listings: LISTING. repair: REPAIR. coming: COMING without an end."""

    listings: pl.DataFrame
    repair: pl.DataFrame
    coming: pl.DataFrame

    @property
    def view(self) -> EnterpriseLegalState:
        """For pages and terminals."""
        return enterprise_legal_state(EnterpriseLegalFrames(self.listings, self.repair, self.coming))

    def document(self) -> dict[str, Any]:
        """For --json: `next` is the first that comes."""
        due = self.coming.to_dicts()
        return {
            "listings": self.listings.to_dicts(),
            "repair": self.repair.to_dicts(),
            "next": due[0] if due else None,
            "due": due,
        }


@dataclass(frozen=True)
class Explanation:
    """enterprise: its current row in the register. rating: its row in `ratings`, or None for one not rated yet.

    trace: of that rating, in order. history: all its ratings up to the night, oldest first. outlook: what is
    foretold. law: where it has a word.
    """

    run: Run
    scheme: SchemeFacts
    enterprise: Mapping[str, Any]
    rating: Mapping[str, Any] | None
    trace: pl.DataFrame
    history: pl.DataFrame
    outlook: Outlook
    law: LegalTables | None = None

    @property
    def tier(self) -> str:
        """The tier as it is read: "B 基本守信"; empty for one not rated yet."""
        return self.scheme.words.get(self.rating["tier"], self.rating["tier"]) if self.rating else ""

    def view(self, records: Mapping[str, pl.LazyFrame] | None = None) -> EnterpriseView:
        """The view; `records` by kind where the page is to show them."""
        rating = pl.DataFrame([self.rating] if self.rating else [], schema=self.history.schema)
        enterprise = pl.DataFrame([self.enterprise], schema=KINDS["enterprise"].table.schema)
        law = self.law.view if self.law else None
        frames = EnterpriseFrames(enterprise, rating, self.trace, self.history, records or {}, law, self.outlook)
        return enterprise_view(frames, self.run.as_of, self.scheme)


def find_explanation(settings: Settings, store: Store, run: Run, enterprise: Mapping[str, Any]) -> Explanation:
    """The rating of `enterprise` (a row of the register) as the night `run` left it, and the law's word."""
    key = enterprise["enterprise_id"]
    history = ratings_of(store, run, key)
    rating = current_rating(history)
    return Explanation(
        run=run,
        scheme=scheme_facts_of(settings, store, run),
        enterprise=enterprise,
        rating=rating,
        trace=_trace(store, run, rating),
        history=history,
        outlook=enterprise_outlook(store, run, key),
        law=legal_tables_of(settings, store, run, key),
    )


def _trace(store: Store, run: Run, rating: Mapping[str, Any] | None) -> pl.DataFrame:
    if rating is None:
        return TABLES["trace"].empty()
    trace = store.scan("trace", run, rating["enterprise_id"])
    return trace.filter(valid_from_on=rating["valid_from_on"]).sort("position").collect()


def enterprise_records(store: Store, run: Run, enterprise_id: str) -> dict[str, pl.LazyFrame]:
    """Current versions of the enterprise's records by kind, as known on the night."""
    return {kind: current_records(store, kind, run, enterprise_id) for kind in KINDS if kind != "enterprise"}


def explanation_document(found: Explanation) -> dict[str, Any]:
    """For `explain --json`: rows have the column names of the tables, points are centipoints."""
    return {
        **identity_fields(found.enterprise),
        "as_of": found.run.as_of,
        "run_id": found.run.run_id,
        "known_at": found.run.known_at,
        "scheme": {
            "name": found.scheme.name,
            "title": found.scheme.title,
            "is_illustrative": found.scheme.is_illustrative,
        },
        "tier_title": dict(found.scheme.tiers).get(found.rating["tier"], "") if found.rating else "",
        "rating": found.rating,
        "outlook": outlook_document(found.outlook),
        "trace": found.trace.to_dicts(),
        "history": found.history.to_dicts(),
        "law": found.law.document() if found.law else None,
    }


def legal_tables_of(settings: Settings, store: Store, run: Run, enterprise_id: str) -> LegalTables | None:
    """As the night kept it; None where the law has no word. Raises PolicyProblems, of a night that kept nothing."""
    if not has_legal_state(run):
        return _worked_out(settings, store, run, enterprise_id)
    found = stored_legal_state(store, run, enterprise_id, ("law_listings", "law_repair", "law_coming"))
    return LegalTables(*found.values()) if found else None


def _worked_out(settings: Settings, store: Store, run: Run, enterprise_id: str) -> LegalTables | None:
    from flows.law import law_state_of_run
    from transforms.law.matters.deadlines import deadlines
    from transforms.law.stored_state import relevant_enterprises

    legal = law_state_of_run(settings, store, run, enterprise_id=enterprise_id)
    if relevant_enterprises(legal.records).collect().is_empty():
        return None
    return LegalTables(legal.decision_log.listings, legal.repair, deadlines(legal).collect())


_COUNTED = ("position", "points_centipoints", "event_on", "stops_counting_on", "title")

_COUNTED_NOTES = ("record_kind", "record_no", "section", "value_used", "basis", "confidence")

_LEFT_OUT = ("position", "raw_centipoints", "event_on", "title")

_LEFT_OUT_NOTES = ("reason", "record_kind", "record_no", "value_used", "basis")

_LAW_NOTES = ("unmet", "basis", "confidence", "note", "notes", "reason", "target", "stop_on", "left_on", "system")

_HISTORY = ("valid_from_on", "tier", "score_centipoints", "decided_by", "locked_until_on")


def explanation_text(found: Explanation) -> list[str]:
    """Lines: who, the tier and its rule, what counts, what does not and why, what changes next, the history."""
    view = found.view()
    if found.rating is None:
        told = [*pair_lines([*_identity(view), *_legal(view)]), "  尚未评价：登记后还没有经过夜间评价。"]
        return [view.name, *told, *view.scheme.notices, *_law(view)]
    return [
        *view.scheme.notices,
        view.name,
        *pair_lines([*_identity(view), *_decision(found, view, found.rating), *_legal(view)]),
        "",
        f"{view.counted.title}（{view.sum_text}）",
        *table_lines(view.counted, _COUNTED, _COUNTED_NOTES),
        "",
        view.not_counted.title,
        *table_lines(view.not_counted, _LEFT_OUT, _LEFT_OUT_NOTES),
        "",
        view.history.title,
        *table_lines(view.history, _HISTORY),
        *_law(view),
    ]


def _identity(view: EnterpriseView) -> list[tuple[str, str]]:
    facts = dict(view.facts)
    return [("统一社会信用代码", view.uscc or view.enterprise_id), ("登记状态", facts.get("登记状态", ""))]


def _decision(found: Explanation, view: EnterpriseView, rating: Mapping[str, Any]) -> list[tuple[str, str]]:
    rule = " ".join(part for part in (view.decided_by, view.rule) if part)
    score_tier = f"（按得分为 {view.score_tier}）" if view.score_tier != view.tier else ""
    unstated = "决定没有写明终止日期" if rating["decided_by"] == "decision" else ""
    locked = formatting.day(view.locked_until_on) if view.locked_until_on else unstated
    return [
        ("信用等级", f"{found.tier}{score_tier}"),
        ("得分", view.sum_text),
        ("判定依据", rule),
        ("条款", view.basis),
        ("锁定至", locked),
        ("今后等级", view.outlook),
        ("监督检查", dict(view.facts).get("监督检查", "")),
        ("评价日", f"{view.as_of}（本结果自 {rating['valid_from_on']} 起）"),
        ("评价标准", f"{view.scheme.title}（{view.scheme.name}）"),
    ]


def _legal(view: EnterpriseView) -> list[tuple[str, str]]:
    if view.legal_state is None:
        return []
    next_deadline = view.legal_state.next.text if view.legal_state.next else ""
    return [("严重违法失信名单", view.legal_state.list_text), ("最近法定期限", next_deadline)]


def _law(view: EnterpriseView) -> list[str]:
    """The list, publicity with repair, and what comes, each with its articles below."""
    if view.legal_state is None:
        return []
    lines: list[str] = []
    for grid in view.legal_state.grids:
        names = [field.name for field in grid.fields]
        lines += ["", grid.title, *table_lines(grid, [name for name in names if name not in _LAW_NOTES], _LAW_NOTES)]
    return lines
