"""`yaoxin due`: what falls due, by whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import click
import polars as pl

from flows.cli.errors import UserError
from flows.cli.find_enterprise import find_enterprises, single_enterprise
from flows.cli.options import (
    DateParam,
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
from flows.store.store import Store, current_legal_states, current_records, has_legal_state, outlook_of
from reports import formatting
from reports.legal_tables import deadline_grid

DAYS_AHEAD = 30
_SHOWN = ("on", "what", "who", "matter", "party_name", "decision_no")
_NOTES = ("system", "basis", "confidence", "note")
_AUTOMATIC = "自行发生"
_CLOSING = "日期以现有记录计算，如有新记录会变化。提示和可信度不是“已核对”的，须由人工确认。"


@click.command()
@click.argument("query", metavar="[ID]", required=False)
@click.option("--until", type=DateParam(), metavar="DATE", help=f"The last day; {DAYS_AHEAD} days ahead, with ID all.")
@as_of_option
@json_option
@common_options
def due(query: str | None, until: date | None, as_of: date | None, is_json: bool, **flags: object) -> None:
    """What the coming days bring if no record comes in: ends of publicity, of listings, bans, restrictions and
    licences, first days on which repair may be asked for, changes of tier in the 30 days after the run; and what
    the office, a party or the police must do by when, overdue first, also with cases and complaints.

    ID as for explain; without it, for the whole office. What the law leaves unsettled is named with its other day.
    What only the policy can tell is said on stderr, and the exit code is 2: the answer is not whole.

    \b
    Examples:
      yaoxin due
      yaoxin due 91420100MA4KL00X1A
      yaoxin due --until 2026-03-31 --json | jq '.due[] | select(.is_overdue)'
    """
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, as_of)
    day = as_of or run.as_of
    if until is not None and until < day:
        raise UserError(f"--until {until}: that is before {day}, the day that is looked ahead from.")
    enterprise = single_enterprise(query, find_enterprises(store, run, query)) if query else {}
    last = until or (None if query else day + timedelta(days=DAYS_AHEAD))
    found = find_due(settings, store, run, day, last, enterprise.get("enterprise_id"))
    print_answer(found, is_json, lambda: due_text(found, formatting.clean(enterprise.get("name") or "")))


@dataclass(frozen=True)
class DueAnswer:
    """rows: COMING, from `as_of` to `until` (included; None: without an end).

    missing: what the policy must say before the answer is whole. absent: what it leaves out.
    """

    as_of: date
    until: date | None
    rows: pl.DataFrame
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.as_of,
            "until": self.until,
            "count": self.rows.height,
            "due": self.rows.to_dicts(),
            "missing": list(self.missing),
            "absent": list(self.absent),
        }


def find_due(  # noqa: PLR0913, PLR0917
    settings: Settings, store: Store, run: Run, as_of: date, until: date | None, enterprise_id: str | None = None
) -> DueAnswer:
    """What `run` knew of the days from `as_of` to `until`, for one enterprise or the office.

    On the day of the run: as the run stored it, where it could determine everything.
    """
    from flows.policy_folder import absent_law_files
    from transforms.law.policy_gaps import absent_file_messages

    absent = tuple(absent_file_messages(absent_law_files(settings.policy_dir)))
    if as_of == run.as_of and has_legal_state(run) and settings.law == "policy":
        stored = _stored_rows(settings, store, run, until, enterprise_id)
        if stored is not None:
            return DueAnswer(as_of, until, stored, (), absent)

    from flows.legal_state import law_state_of_run
    from transforms.law.matters.deadlines import deadlines, undetermined_publicity
    from transforms.law.policy_gaps import gap_messages

    state = law_state_of_run(settings, store, run, as_of, enterprise_id)
    # The streaming engine takes five times as long for a plan of so many parts.
    rows = deadlines(state, until, outlook_of(store, run, enterprise_id)).collect(engine="in-memory")
    missing = gap_messages(undetermined_publicity(state, until), state.law.calendar)
    return DueAnswer(as_of, until, rows, tuple(missing), absent)


def _stored_rows(
    settings: Settings, store: Store, run: Run, until: date | None, enterprise_id: str | None
) -> pl.DataFrame | None:
    """Rows of DEADLINE up to `until` as the run stored them; None where it could not determine something.

    Nothing is stored of natural persons and of records without a party: their rows are computed.
    """
    from transforms.law.matters.deadlines import deadlines, outlook_deadlines, sort_deadlines, undetermined_publicity

    stored = current_legal_states(store, run, ["law_coming"], enterprise_id)
    if stored["law"]["gaps"].list.len().sum():
        return None
    names = current_records(store, "enterprise", run, enterprise_id).select("enterprise_id", party_name="name")
    tiers = outlook_of(store, run, enterprise_id).join(names, on="enterprise_id", how="left")
    parts = [stored["law_coming"].lazy(), outlook_deadlines(tiers)]
    if enterprise_id is None:
        from flows.legal_state import law_state_of_persons

        of_nobody = pl.col("enterprise_id").is_null()
        persons = law_state_of_persons(
            settings, lambda kind: current_records(store, kind, run).filter(of_nobody), run.as_of
        )
        if persons is not None:
            if not undetermined_publicity(persons, until).is_empty():
                return None
            parts.append(deadlines(persons))
    is_near = pl.lit(True) if until is None else (pl.col("on") <= until).fill_null(True)
    return sort_deadlines(pl.concat(parts).filter(is_near)).collect(engine="in-memory")


def due_text(found: DueAnswer, name: str) -> list[str]:
    """Lines in Chinese: overdue, then duties, then what happens by itself; `name` is the enterprise's, if one is."""
    until = f"至 {found.until}" if found.until else "以后"
    of_whom = f"{name} " if name else ""
    lines = [f"{of_whom}到期事项：{found.as_of} {until}，共 {found.rows.height} 项"]
    is_duty, is_overdue = ~pl.col("is_automatic"), pl.col("is_overdue")
    parts = {"已逾期": is_overdue, "须办理": is_duty & ~is_overdue, _AUTOMATIC: ~is_duty}
    for title, test in parts.items():
        grid = deadline_grid(title, found.rows.filter(test))
        # What is the same in every row is left out: the party, and that it is nobody's duty.
        left_out = {"party_name": bool(name), "who": title == _AUTOMATIC}
        shown = [column for column in _SHOWN if not left_out.get(column)]
        lines += ["", f"{title}（{len(grid)} 项）", *table_lines(grid, shown, _NOTES)]
    return [*lines, "", _CLOSING]
