"""The legal state from the store: the policy and the records of a run, read together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from flows.policy_folder import (
    absent_law_files,
    read_ban_law,
    read_calendar_law,
    read_case_law,
    read_external_list_law,
    read_finding_law,
    read_licence_law,
    read_listing_policy,
    read_measure_law,
    read_publicity_law,
    read_push_law,
    read_spot_check_law,
    require_law_files,
)
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store, current_records
from transforms.law.calendar.working_days import calendar_of
from transforms.law.law_state import LAW_RECORD_KINDS, LawPolicy, LawState
from transforms.law.matters.findings import BarRecords, bars_of_persons
from transforms.law.stored_state import RELEVANT_RECORDS
from transforms.schemas import KINDS
from transforms.schemas.law import LISTING, PERSON_BAR

if TYPE_CHECKING:
    from flows.run.snapshot import Snapshot


class NoLaw(ValueError):
    """A question about lists, publicity or repair in an office whose settings apply no law of them (law = none)."""

    def __init__(self) -> None:
        super().__init__("本机构的设置为不适用名单、公示和修复的规定（law = none），没有这方面的结果。")


def read_law_policy(policy_dir: Path, day: date) -> LawPolicy:
    """The law of the policy folder, with the conventions in force on `day`.

    Optional parts that are absent are None or have no systems. Raises PolicyProblems with every mistake of a file, and
    with every missing file that others rest on.
    """
    require_law_files(policy_dir)
    publicity = read_publicity_law(policy_dir)
    return LawPolicy(
        publicity,
        read_spot_check_law(policy_dir, publicity),
        read_listing_policy(policy_dir),
        read_ban_law(policy_dir),
        calendar_of(read_calendar_law(policy_dir), day),
        read_licence_law(policy_dir),
        read_measure_law(policy_dir),
        read_finding_law(policy_dir),
        read_case_law(policy_dir),
        absent_law_files(policy_dir),
        read_external_list_law(policy_dir),
        read_push_law(policy_dir),
    )


def law_policy_on(settings: Settings, day: date) -> LawPolicy | None:
    """The law that a run of `day` applies; None where the office applies none. Raises PolicyProblems."""
    return None if settings.law == "none" else read_law_policy(settings.policy_dir, day)


def law_state_of_run(
    settings: Settings, store: Store, run: Run, as_of: date | None = None, enterprise_id: str | None = None
) -> LawState:
    """The legal state on `as_of` (None: the day of the run) by the records of `run`, of one enterprise or of all."""
    records: Mapping[str, pl.LazyFrame] = {
        kind: current_records(store, kind, run, enterprise_id) for kind in LAW_RECORD_KINDS
    }
    state = law_state_on(settings, records, as_of or run.as_of)
    if enterprise_id is None:
        return state

    def of_all_enterprises() -> pl.DataFrame:
        from flows.run.snapshot import Snapshot

        return person_bars_of(Snapshot.of_run(store, run), state.law, state.as_of)

    return replace(state, find_bars=of_all_enterprises)


def law_state_of_persons(settings: Settings, records_of: Callable[[str], pl.LazyFrame], day: date) -> LawState | None:
    """The legal state on `day` of natural persons and of records without a party; None where nothing follows.

    records_of: by kind the current records without an enterprise. Raises PolicyProblems.
    """
    if settings.law == "none":
        return None
    found = {kind: records_of(kind).filter(test).collect() for kind, test in RELEVANT_RECORDS.items()}
    if all(rows.is_empty() for rows in found.values()):
        return None
    records = {kind: found[kind].lazy() if kind in found else records_of(kind).clear() for kind in LAW_RECORD_KINDS}
    return law_state_on(settings, records, day)


class LegalStates:
    """The legal states of all enterprises by what runs of a store knew, each computed once for all who ask."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._known: dict[tuple[str, date], LawState] = {}

    def of_run(self, run: Run, as_of: date | None = None) -> LawState:
        """As `law_state_of_run` of all enterprises."""
        key = run.run_id, as_of or run.as_of
        if key not in self._known:
            self._known[key] = law_state_of_run(self._settings, self._store, run, as_of)
        return self._known[key]


def law_state_on(settings: Settings, records: Mapping[str, pl.LazyFrame], day: date) -> LawState:
    """The legal state of `records` on `day`. Raises PolicyProblems; NoLaw where the office applies no law."""
    law = law_policy_on(settings, day)
    if law is None:
        raise NoLaw
    return LawState(records, law, day)


def person_bars_of(snapshot: Snapshot, law: LawPolicy | None, day: date) -> pl.DataFrame:
    """PERSON_BAR on `day` by the records of `snapshot`, of all enterprises.

    Few records are read: bans of persons, penalties of natural persons, and all records of the enterprises that were
    listed for what bars their representatives elsewhere.
    """
    from flows.run.snapshot import NO_ENTERPRISE, Selection

    if law is None or law.findings is None or snapshot.rows("post").head(1).collect().is_empty():
        return PERSON_BAR.empty()
    barring = [one for one in law.measures.measures if one.positions] if law.measures else []
    situations = [one.situation for one in barring if one.situation is not None]
    is_meant = pl.lit(len(situations) < len(barring)) | pl.col("situation").is_in(situations).fill_null(False)
    decisions = snapshot.current_records("decision").filter(pl.col("decision_type") == "list", is_meant)
    listed = decisions.select("enterprise_id").drop_nulls().unique().sort("enterprise_id").collect()["enterprise_id"]
    few = Selection.of_enterprises(listed, snapshot.context.buckets)
    few_and_persons = Selection.of_enterprises(pl.concat([listed, NO_ENTERPRISE]), snapshot.context.buckets)
    records = {
        **{kind: KINDS[kind].table.empty().lazy() for kind in LAW_RECORD_KINDS},
        "person_ban": snapshot.current_records("person_ban"),
        "penalty": snapshot.current_records("penalty", few_and_persons),
        **{kind: snapshot.current_records(kind, few) for kind in ("enterprise", "decision", "post")},
    }
    state = LawState({kind: rows.collect().lazy() for kind, rows in records.items()}, law, day)
    listings = LISTING.empty() if listed.is_empty() else state.decision_log.listings
    found = BarRecords(state.bans, listings, *(state.records[kind] for kind in ("person_ban", "penalty", "post")))
    return bars_of_persons(found, law.bans, law.measures).collect(engine="in-memory")
