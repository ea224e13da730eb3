"""`yaoxin repair`: whether and from when a penalty or a listing may be repaired, and the state of applications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from flows.cli.find_enterprise import find_enterprises, single_enterprise
from flows.cli.options import (
    as_of_option,
    common_options,
    json_option,
    open_store,
    print_answer,
    run_as_of,
    settings_from_flags,
)
from flows.cli.terminal import table_lines
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports import formatting
from reports.grid import CONFIDENCE_LABELS, GridField, grid_fields, grid_from_frame, grid_from_rows
from transforms.schemas import TABLES
from transforms.schemas.law import APPLICATION, CONDITION_STATES, FALSEHOOD, REPAIR

if TYPE_CHECKING:
    from transforms.law.law_state import LawState

_GAPS = ("low_fine", "calendar")
_ORDER = ["matter", "decided_on", "decision_no", "record_id", "system"]
_SHOWN = ("matter", "decision_no", "decided_on", "system_title", "state_title", "verdict", "earliest_on")
_NOTES = ("why", "regime", "earliest_soonest_on", "earliest_latest_on", "stop_on", "confidence", "notes")
_CONDITION = (
    GridField("state", "结论", "words", CONDITION_STATES),
    GridField("title", "条件"),
    GridField("earliest_on", "自", "day"),
    GridField("evidence", "记录"),
    GridField("basis", "依据"),
    GridField("confidence", "可信度", "words", CONFIDENCE_LABELS),
)
_APPLIED = ("matter", "target", "system", "state_title", "since_on", "awaited_title", "by_on")
_APPLIED_NOTES = (
    *("listing_no", "applied_on", "last_title", "last_on", "last_no", "who", "is_extended", "reason", "released_on"),
    *("restored_on", "barred_until_on", "basis", "confidence", "notes"),
)
_FALSE = ("decision_type", "decision_no", "decided_on", "system", "state", "last_day_on", "stop_on")
_FALSE_NOTES = ("target", "reason", "stop_earliest_on", "stop_latest_on", "basis", "confidence")
_WITHOUT_CONDITIONS = ("never", "unneeded")
_CLOSING = (
    "以上按现有记录推算，未载明的和可信度不是“已核对”的须由人工确认；是否准予由人决定。"
    "可能危害国家安全、社会公共利益的，不予修复（总局令第107号第十八条）。"
)


@click.command()
@click.argument("query", metavar="ID")
@as_of_option
@json_option
@common_options
def repair(query: str, as_of: date | None, is_json: bool, **flags: object) -> None:
    """Credit repair (信用修复) of an enterprise, in 国家企业信用信息公示系统 and 信用中国.

    ID as for explain, or the number of a penalty or listing, also of a natural person's. For each: whether an early
    end may be asked for; if not, every condition that is not met and the earliest day it could be; if never, why; with
    its articles. Then the applications: the state of each, and what is awaited by when. What no record states is
    未载明, for a person to judge; whether a repair is granted is a person's decision in any case. What only the policy
    can tell is said on stderr, and the exit code is 2.

    \b
    Examples:
      yaoxin repair 91420100MA4KL00X1A
      yaoxin repair 鄂药监罚〔2025〕1号 --as-of 2026-03-01
      yaoxin repair 91420100MA4KL00X1A --json | jq '.repair[] | select(.is_eligible) | .decision_no'
    """
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, as_of)
    day = as_of or run.as_of
    matches = find_enterprises(store, run, query)
    found, name = None, query
    if matches.rows.is_empty() or matches.is_by_document:
        found = repairs_of_number(settings, store, run, day, query)
    if found is None:
        enterprise = single_enterprise(query, matches)
        found = repairs_of_enterprise(settings, store, run, day, enterprise["enterprise_id"])
        name = enterprise["name"] or ""
    print_answer(found, is_json, lambda: repair_text(found, formatting.clean(name)))


@dataclass(frozen=True)
class RepairAnswer:
    """rows: of REPAIR. applications: of APPLICATION. falsehoods: of FALSEHOOD.

    missing: what the policy must say before the answer is whole. absent: what it leaves out.
    """

    as_of: date
    rows: pl.DataFrame
    applications: pl.DataFrame
    falsehoods: pl.DataFrame
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.as_of,
            "count": self.rows.height,
            "repair": self.rows.to_dicts(),
            "applications": self.applications.to_dicts(),
            "falsehoods": self.falsehoods.to_dicts(),
            "missing": list(self.missing),
            "absent": list(self.absent),
        }


def repairs_of_enterprise(settings: Settings, store: Store, run: Run, as_of: date, enterprise_id: str) -> RepairAnswer:
    """The enterprise's penalties and listings as they may be repaired on `as_of`."""
    from flows.legal_state import law_state_of_run

    state = law_state_of_run(settings, store, run, as_of, enterprise_id)
    return _repairs(state, pl.lit(True), pl.lit(True))


def repairs_of_number(settings: Settings, store: Store, run: Run, as_of: date, number: str) -> RepairAnswer | None:
    """The penalties and listings of that number, of firms or of natural persons; None where there is none."""
    from flows.legal_state import law_state_of_run
    from transforms.records.text import document_key

    state = law_state_of_run(settings, store, run, as_of)
    key = document_key(pl.lit(number))
    has_number = document_key(pl.col("decision_no")) == key
    kinds = (state.records["penalty"], state.records["decision"].filter(pl.col("decision_type") == "list"))
    parties = pl.concat([kind.filter(has_number).select("enterprise_id", "party_name") for kind in kinds]).collect()
    if parties.is_empty():
        return None
    own = replace(state, records=_records_of_parties(state.records, parties))
    is_applied_for = (document_key(pl.col("target")) == key) | (document_key(pl.col("listing_no")) == key)
    return _repairs(own, has_number, is_applied_for)


def _records_of_parties(records: Mapping[str, pl.LazyFrame], parties: pl.DataFrame) -> dict[str, pl.LazyFrame]:
    """The records of those parties alone: conditions compare no others'."""
    firms = parties["enterprise_id"].drop_nulls().unique().to_list()
    persons = parties.filter(pl.col("enterprise_id").is_null())["party_name"].drop_nulls().unique().to_list()
    found = {}
    for kind, frame in records.items():
        is_named = pl.col("party_name").is_in(persons) if "party_name" in TABLES[kind].schema else pl.lit(False)
        is_firm = pl.col("enterprise_id").is_in(firms)
        found[kind] = frame.filter(is_firm | (pl.col("enterprise_id").is_null() & is_named))
    return found


def _repairs(state: LawState, is_asked: pl.Expr, is_applied_for: pl.Expr) -> RepairAnswer:
    from transforms.law.policy_gaps import absent_file_messages, gap_messages

    unknown = state.publicity.filter(is_asked, pl.col("state") == "unknown", pl.col("gap").is_in(_GAPS))
    return RepairAnswer(
        state.as_of,
        state.repair.filter(is_asked).sort(_ORDER, descending=[False, True, False, False, False]),
        state.applications.filter(is_applied_for),
        state.falsehoods,
        tuple(gap_messages(unknown, state.law.calendar)),
        tuple(absent_file_messages(state.law.absent)),
    )


def repair_text(found: RepairAnswer, name: str) -> list[str]:
    """Lines in Chinese: a verdict for each penalty and listing with its conditions, then the applications.

    name: the enterprise's, or the number asked for.
    """
    title = f"{name} 信用修复：{found.as_of}"
    lines = [title]
    for row in found.rows.iter_slices(1):
        lines += _verdict_lines(title, row)
    if found.rows.is_empty():
        lines.append("  没有行政处罚，也没有列入严重违法失信名单")
    shown = found.applications.with_columns(pl.when("is_extended").then("is_extended").alias("is_extended"))
    fields = grid_fields(APPLICATION, *_APPLIED, *_APPLIED_NOTES)
    grid = grid_from_frame("applications", "办理情况", shown, fields, "没有信用修复申请")
    lines += ["", "办理情况：", *table_lines(grid, _APPLIED, _APPLIED_NOTES)]
    if found.falsehoods.height:
        fields = grid_fields(FALSEHOOD, *_FALSE, *_FALSE_NOTES)
        grid = grid_from_frame("falsehoods", "决定", found.falsehoods, fields)
        lines += ["因弄虚作假作出的决定（自身公示）：", *table_lines(grid, _FALSE, _FALSE_NOTES)]
    return [*lines, _CLOSING]


def _verdict_lines(title: str, row: pl.DataFrame) -> list[str]:
    """A penalty or listing in a system; its conditions only where they decide."""
    from transforms.law.repair.eligibility import TOO_LATE

    # Other readings of the earliest day are shown only where they are another day.
    others = ("earliest_soonest_on", "earliest_latest_on")
    shown = row.with_columns(pl.when(pl.col(day) != pl.col("earliest_on")).then(day).alias(day) for day in others)
    grid = grid_from_frame("repair", title, shown, grid_fields(REPAIR, *_SHOWN, *_NOTES))
    lines = table_lines(grid, _SHOWN, _NOTES)
    if row["verdict"].item() in _WITHOUT_CONDITIONS and row["why"].item() != TOO_LATE:
        return [*lines, f"        依据：{row['basis'].item() or ''}".rstrip("：")]
    conditions = row["conditions"].to_list()[0] or []
    values = [[one[field.name] for field in _CONDITION] for one in conditions]
    return [*lines, *table_lines(grid_from_rows("conditions", "条件", _CONDITION, values), indent=6)]
