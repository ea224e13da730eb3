"""`yaoxin explain`: why an enterprise has its tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import click
import polars as pl

from flows.cli.find_enterprise import (
    current_rating,
    enterprise_outlook,
    find_enterprises,
    identifier_entry,
    identity_fields,
    licences_of,
    outlook_document,
    ratings_of,
    scheme_facts_of,
    single_enterprise,
    trade_ratings_of,
)
from flows.cli.options import (
    FILE,
    as_of_option,
    common_options,
    force_option,
    json_option,
    open_store,
    print_json,
    refuse_existing,
    run_as_of,
    settings_from_flags,
)
from flows.cli.terminal import pair_lines, table_lines
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store, current_records, has_legal_state, stored_legal_state
from reports import formatting
from reports.enterprise_page import EnterpriseFrames, EnterpriseView, enterprise_view, write_enterprise_page
from reports.legal_tables import EnterpriseLegalFrames, enterprise_legal_state, licence_grid
from reports.scheme_facts import Outlook, SchemeFacts
from transforms.schemas import KINDS, TABLES
from transforms.schemas.run_tables import TRADE_RATINGS, TRADE_TRACE

_COUNTED = ("position", "points_centipoints", "event_on", "stops_counting_on", "title")
_COUNTED_NOTES = ("record_kind", "record_no", "section", "value_used", "basis", "confidence")
_NOT_COUNTED = ("position", "raw_centipoints", "event_on", "title")
_NOT_COUNTED_NOTES = ("reason", "record_kind", "record_no", "value_used", "basis")
_LEGAL_NOTES = (
    "unmet",
    "person_masked",
    "bar_kind",
    "basis",
    "confidence",
    "note",
    "notes",
    "reason",
    "target",
    "stop_on",
    "left_on",
    "system",
)
_TRADE = ("field", "role", "tier", "whole_tier", "is_decisive", "scheme")
_TRADE_NOTES = ("unrated", "score_centipoints", "decided_by", "decided_by_basis", "locked_until_on", "next_change_on")
_TRADE_TRACE = ("position", "points_centipoints", "event_on", "stops_counting_on", "title")
_TRADE_TRACE_NOTES = ("reason", "record_kind", "record_no", "value_used", "basis")
_LICENCE_NOTES = (
    *("suspended_on", "resumed_on", "revoked_on", "cancelled_on", "authority", "other_authorities"),
    *("is_by_commitment", "lookup"),
)
_STORED = ("law_listings", "law_repair", "law_coming", "law_findings")
_HISTORY = ("valid_from_on", "tier", "score_centipoints", "decided_by", "locked_until_on")


@click.command()
@click.argument("query", metavar="ID")
@as_of_option
@click.option("--html", type=FILE, metavar="FILE", help="Write the enterprise's page to FILE.")
@force_option
@json_option
@common_options
def explain(query: str, as_of: date | None, html: Path | None, is_forced: bool, is_json: bool, **flags: object) -> None:
    """The tier of an enterprise, the rule that decided it, and every record behind it; whether it stands on the
    serious-violation list, what of it may be repaired from when, and what falls due next.

    ID is a unified social credit code, another enterprise_id (with or without its scheme), a licence number, a name
    that only one enterprise bears or bore, or the number of a document about it; numbers may be written in any width
    and brackets.

    \b
    Examples:
      yaoxin explain 91420100MA4KL00X1A
      yaoxin explain 武汉某某药房有限公司 --as-of 2026-03-01
      yaoxin explain 91420100MA4KL00X1A --json | jq '.trace[].title'
      yaoxin explain 91420100MA4KL00X1A --html page.html
    """
    if html:
        refuse_existing([html], is_forced=is_forced)
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, as_of)
    found = find_explanation(settings, store, run, single_enterprise(query, find_enterprises(store, run, query)))
    if html:
        enterprise_id = found.enterprise["enterprise_id"]
        records = {kind: current_records(store, kind, run, enterprise_id) for kind in KINDS if kind != "enterprise"}
        click.echo(str(write_enterprise_page(found.view(records), html)), err=True)
    if is_json:
        print_json(explanation_document(found))
    else:
        click.echo("\n".join(explanation_text(found)))


@dataclass(frozen=True)
class LegalTables:
    """What the law makes of one enterprise. listings: LISTING. repair: REPAIR. deadlines: COMING without an end.

    findings: FINDING.
    """

    listings: pl.DataFrame
    repair: pl.DataFrame
    deadlines: pl.DataFrame
    findings: pl.DataFrame

    def document(self) -> dict[str, Any]:
        """For --json: `next` is the deadline that comes first."""
        due = self.deadlines.to_dicts()
        return {
            "listings": self.listings.to_dicts(),
            "repair": self.repair.to_dicts(),
            "next": due[0] if due else None,
            "due": due,
            "findings": self.findings.to_dicts(),
        }


@dataclass(frozen=True)
class Explanation:
    """enterprise: its current row in the register. rating: its row in `ratings`, or None for one not rated yet.

    trace: of that rating, in order. history: all its ratings up to the run, oldest first. outlook: the next change of
    tier. licences: LICENCE_ON_DAY. law: None where no record of it concerns the law. trades: no rows where one scheme
    rates all. changes: those of its tier.
    """

    run: Run
    scheme: SchemeFacts
    enterprise: Mapping[str, Any]
    rating: Mapping[str, Any] | None
    trace: pl.DataFrame
    history: pl.DataFrame
    outlook: Outlook
    licences: pl.DataFrame
    law: LegalTables | None = None
    trades: pl.DataFrame = field(default_factory=TRADE_RATINGS.empty)
    trade_trace: pl.DataFrame = field(default_factory=TRADE_TRACE.empty)
    changes: pl.DataFrame = field(default_factory=TABLES["changes"].empty)

    def view(self, records: Mapping[str, pl.LazyFrame] | None = None) -> EnterpriseView:
        """The view for pages and terminals; `records` by kind where the page is to show them."""
        rating = pl.DataFrame([self.rating] if self.rating else [], schema=self.history.schema)
        enterprise = pl.DataFrame([self.enterprise], schema=KINDS["enterprise"].table.schema)
        law = None
        if self.law is not None:
            law = enterprise_legal_state(
                EnterpriseLegalFrames(self.law.listings, self.law.repair, self.law.deadlines, self.law.findings)
            )
        frames = EnterpriseFrames(
            enterprise,
            rating,
            self.trace,
            self.history,
            records or {},
            law,
            self.outlook,
            self.trades,
            self.trade_trace,
            self.changes,
        )
        return enterprise_view(frames, self.run.as_of, self.scheme)


def find_explanation(settings: Settings, store: Store, run: Run, enterprise: Mapping[str, Any]) -> Explanation:
    """The rating of `enterprise` (a row of the register) and its legal state, as `run` left them."""
    key = enterprise["enterprise_id"]
    history = ratings_of(store, run, key)
    rating = current_rating(history)
    trace = TABLES["trace"].empty()
    if rating is not None:
        rows = store.scan("trace", run, key).filter(valid_from_on=rating["valid_from_on"])
        trace = rows.sort("position").collect()
    trades = trade_ratings_of(store, run, rating)
    return Explanation(
        run=run,
        scheme=scheme_facts_of(settings, store, run),
        enterprise=enterprise,
        rating=rating,
        trace=trace,
        history=history,
        outlook=enterprise_outlook(store, run, key),
        licences=licences_of(store, run, key),
        law=legal_tables_of(settings, store, run, key),
        trades=trades,
        trade_trace=TRADE_TRACE.empty() if rating is None or trades.is_empty() else _trade_trace(store, run, rating),
        changes=store.scan("changes", run, key).collect() if history.height > 1 else TABLES["changes"].empty(),
    )


def _trade_trace(store: Store, run: Run, rating: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of `trade_trace` that belong to a rating."""
    rows = store.scan(TRADE_TRACE.name, run, rating["enterprise_id"])
    return rows.filter(valid_from_on=rating["valid_from_on"]).sort(TRADE_TRACE.key).collect()


def legal_tables_of(settings: Settings, store: Store, run: Run, enterprise_id: str) -> LegalTables | None:
    """As the run stored them, else derived from the records; None where no record concerns the law.

    Raises PolicyProblems for a run of an earlier release, which stored nothing.
    """
    if has_legal_state(run):
        stored = stored_legal_state(store, run, enterprise_id, _STORED)
        return LegalTables(*stored.values()) if stored else None

    from flows.legal_state import law_state_of_run
    from transforms.law.matters.deadlines import deadlines
    from transforms.law.stored_state import relevant_enterprises

    state = law_state_of_run(settings, store, run, enterprise_id=enterprise_id)
    if relevant_enterprises(state.records, state.person_bars, state.law.findings).collect().is_empty():
        return None
    return LegalTables(
        state.decision_log.listings, state.repair, deadlines(state).collect(engine="in-memory"), state.findings
    )


def explanation_document(found: Explanation) -> dict[str, Any]:
    """For --json: rows have the column names of the tables, points are centipoints."""
    view = found.view()
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
        "trades": found.trades.to_dicts(),
        "trade_trace": found.trade_trace.to_dicts(),
        "incentives": {**asdict(view.incentives), "ended": view.ended_incentives},
        "outlook": outlook_document(found.outlook),
        "trace": found.trace.to_dicts(),
        "history": found.history.to_dicts(),
        "licences": found.licences.to_dicts(),
        "law": found.law.document() if found.law else None,
    }


def explanation_text(found: Explanation) -> list[str]:
    """Lines in Chinese: who, the tier and its rule, what counts, what does not and why, the history, the law."""
    view = found.view()
    facts = dict(view.facts)
    summary = [identifier_entry(found.enterprise), ("登记状态", facts.get("登记状态", ""))]
    if found.rating is not None:
        summary += _rating_entries(found, view, found.rating)
    licences = licence_grid(found.licences)
    names = [field.name for field in licences.fields if field.name not in _LICENCE_NOTES]
    legal = ["", licences.title, *table_lines(licences, names, _LICENCE_NOTES)] if licences.rows else []
    if view.legal_state is not None:
        due = view.legal_state.next.text if view.legal_state.next else ""
        summary += [("严重违法失信名单", view.legal_state.list_text), ("最近法定期限", due)]
        for grid in view.legal_state.grids:
            names = [field.name for field in grid.fields if field.name not in _LEGAL_NOTES]
            legal += ["", grid.title, *table_lines(grid, names, _LEGAL_NOTES)]
    if found.rating is None:
        waiting = "  尚未评价：登记后还没有经过夜间评价。"
        return [view.name, *pair_lines(summary), waiting, *view.scheme.notices, *legal]
    return [
        *view.scheme.notices,
        view.name,
        *pair_lines(summary),
        *_trade_lines(view),
        "",
        f"{view.counted.title}（{view.sum_text}）",
        *table_lines(view.counted, _COUNTED, _COUNTED_NOTES),
        "",
        view.not_counted.title,
        *table_lines(view.not_counted, _NOT_COUNTED, _NOT_COUNTED_NOTES),
        "",
        view.history.title,
        *table_lines(view.history, _HISTORY),
        *legal,
    ]


def _trade_lines(view: EnterpriseView) -> list[str]:
    if not view.trades.rows:
        return []
    lines = ["", view.trades.title, *table_lines(view.trades, _TRADE, _TRADE_NOTES)]
    for grid in view.trade_traces:
        lines += ["", grid.title, *table_lines(grid, _TRADE_TRACE, _TRADE_TRACE_NOTES)]
    return lines


def _rating_entries(found: Explanation, view: EnterpriseView, rating: Mapping[str, Any]) -> list[tuple[str, str]]:
    tier = found.scheme.words.get(rating["tier"], rating["tier"])
    by_score = f"（按得分为 {view.score_tier}）" if view.score_tier != view.tier else ""
    unstated = "决定没有写明终止日期" if rating["decided_by"] == "decision" else ""
    return [
        ("信用等级", f"{tier}{by_score}"),
        ("得分", view.sum_text),
        ("判定依据", " ".join(part for part in (view.decided_by, view.rule) if part)),
        ("条款", view.basis),
        ("锁定至", formatting.day(view.locked_until_on) if view.locked_until_on else unstated),
        ("今后等级", view.outlook),
        ("监督检查", dict(view.facts).get("监督检查", "")),
        *(("激励措施", text) for text in view.incentive_texts),
        ("评价日", f"{view.as_of}（本结果自 {rating['valid_from_on']} 起）"),
        ("评价标准", f"{view.scored_by.title}（{view.scored_by.name}）"),
    ]
