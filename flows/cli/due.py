"""`yaoxin due`: what falls due, by whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import click
import polars as pl

from flows.cli.options import DateParam, common_options, json_option, open_store, print_json, settings_from_flags
from flows.cli.terminal import table_lines
from flows.law import law_state_of_run
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.queries import outlook_of
from flows.store.store import Store
from reports.grid import Grid
from reports.legal_state import deadline_grid
from transforms.law.matters.deadlines import deadlines, undetermined_publicity
from transforms.law.policy_gaps import absent_file_messages, gap_messages

DAYS_AHEAD = 30


@click.command(short_help="What falls due: by itself, and for whom by when.")
@click.argument("who", metavar="[ID]", required=False)
@click.option("--until", type=DateParam(), metavar="DATE", help=f"The last day; {DAYS_AHEAD} days ahead, with ID all.")
@click.option("--as-of", type=DateParam(), metavar="DATE", help="As of that day, by what was known on its night.")
@json_option
@common_options
def due(who: str | None, until: date | None, as_of: date | None, is_json: bool, **flags: object) -> None:
    """What the coming days bring if no record comes in: ends of publicity, of listings, bans and restrictions, first
    days on which repair may be asked for, changes of tier in the 30 days after the night; and what the office or a
    party must do by when, overdue first.

    ID as for explain; without it, for the whole office. What the law leaves unsettled is named with its other day.
    What only the policy can tell is said on stderr, and the exit code is 2: the answer is not whole.

    \b
    Examples:
      yaoxin due
      yaoxin due 91420100MA4KL00X1A
      yaoxin due --until 2026-03-31 --json | jq '.due[] | select(.is_overdue)'
    """
    pass
    from flows.cli.enterprises import find_enterprises, single_enterprise
    from flows.cli.errors import UserError
    from flows.cli.options import run_as_of

    pass
    from reports import formatting

    settings = settings_from_flags(**flags)
    opened = open_store(settings)
    night = run_as_of(opened, as_of)
    day = as_of or night.as_of
    if until is not None and until < day:
        raise UserError(f"--until {until}: that is before {day}, the day that is looked ahead from.")
    enterprise = single_enterprise(who, find_enterprises(opened, night, who)) if who else {}
    last = until or (None if who else day + timedelta(days=DAYS_AHEAD))
    found = find_due(settings, opened, night, DuePeriod(day, last, enterprise.get("enterprise_id")))
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join([*due_text(found, formatting.clean(enterprise.get("name") or "")), *found.absent]))
    if found.missing:
        raise UserError("\n".join(found.missing))


class DuePeriod(NamedTuple):
    """Looked ahead from `as_of` to `until` (included; None: to the end), for one enterprise or the office."""

    as_of: date
    until: date | None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class DueAnswer:
    """rows: COMING. missing: what the policy must say before the answer is whole. absent: what it leaves out."""

    span: DuePeriod
    rows: pl.DataFrame
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.span.as_of,
            "until": self.span.until,
            "count": self.rows.height,
            "due": self.rows.to_dicts(),
            "missing": list(self.missing),
            "absent": list(self.absent),
        }


def find_due(settings: Settings, store: Store, night: Run, span: DuePeriod) -> DueAnswer:
    """What the night knows of the coming days."""
    legal = law_state_of_run(settings, store, night, span.as_of, span.enterprise_id)
    rows = deadlines(legal, span.until, outlook_of(store, night, span.enterprise_id)).collect()
    missing = gap_messages(undetermined_publicity(legal, span.until), legal.law.calendar)
    return DueAnswer(span, rows, tuple(missing), tuple(absent_file_messages(legal.law.absent)))


_SHOWN = ("on", "what", "who", "matter", "party_name", "decision_no")

_ITSELF = "自行发生"

_NOTES = ("system", "basis", "confidence", "note")

NOTE = "日期以现有记录计算，如有新记录会变化。提示和可信度不是“已核对”的，须由人工确认。"


def due_text(found: DueAnswer, name: str) -> list[str]:
    """Lines; `name` is the enterprise's, empty for the office."""
    until = f"至 {found.span.until}" if found.span.until else "以后"
    whose = f"{name} " if name else ""
    title = f"{whose}到期事项：{found.span.as_of} {until}，共 {found.rows.height} 项"
    lines = [title]
    for grid in _parts(found.rows):
        lines += ["", f"{grid.title}（{len(grid)} 项）", *table_lines(grid, _columns(grid, name), _NOTES)]
    return [*lines, "", NOTE]


def _columns(grid: Grid, name: str) -> tuple[str, ...]:
    """What is the same in every row is not said again: whose it is, and that it is nobody's duty."""
    left_out = {"party_name"} if name else set()
    return tuple(column for column in _SHOWN if column not in left_out | ({"who"} if grid.title == _ITSELF else set()))


def _parts(rows: pl.DataFrame) -> list[Grid]:
    is_duty, is_late = ~pl.col("is_automatic"), pl.col("is_overdue")
    parts = {"已逾期": is_late, "须办理": is_duty & ~is_late, _ITSELF: ~is_duty}
    return [deadline_grid(title, rows.filter(test)) for title, test in parts.items()]
