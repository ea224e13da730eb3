"""`yaoxin penalties`: which penalties must be public, by when and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import click
import polars as pl

from flows.cli.find_enterprise import find_enterprises, single_enterprise
from flows.cli.options import (
    as_of_option,
    chosen_flag,
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
from reports.grid import Grid, GridField, grid_fields, grid_from_frame
from transforms.schemas.law import PUBLICITY, PUBLICITY_STATES, PUBLICITY_TASKS

if TYPE_CHECKING:
    from transforms.law.matters.deadlines import DutyFilter

_TITLES = {"due": "今日到期", "overdue": "已逾期", "ending": "本月公示期满"}
_EMPTY = {"due": "今日没有到期的事项", "overdue": "没有逾期的事项", "ending": "本月没有公示期满的处罚"}
_SHOWN = ("decision_no", "decided_on", "system_title", "state", "class_title")
_TERMS = ("publish_by_on", "counts_from_on", "shortest_until_on", "last_day_on", "stop_on")
_NOTES = (
    "reason",
    "basis",
    "confidence",
    "push_by_on",
    "publish_basis",
    "stop_earliest_on",
    "stop_latest_on",
    "stop_other_transition_on",
    "stop_cause",
    "withdraw_by_on",
    "withdraw_basis",
    "repaired_on",
    "take_down_by_on",
    "taken_down_on",
    "repair_push_by_on",
    "restored_on",
    "hidden_on",
    "notes",
    "gap",
)
_CHECKED = ("decision_no", "decided_on", "state", "published_on", "last_day_on", "stop_on")
_CHECK_NOTES = ("reason", "basis", "confidence", "stop_earliest_on", "stop_latest_on", "stop_cause", "notes", "gap")
_CHECK_LABELS = {
    "decision_no": "检查（抽样）编号",
    "decided_on": "检查日期",
    "reason": "结论",
    "published_on": "结果公示日期",
}
_DUTY_NOTES = ("party_name", "violation_type", "publish_basis", "basis", "notes")
_CLOSING = "提示和可信度不是“已核对”的，须由人工确认。"


@click.command()
@click.argument("query", metavar="[ID]", required=False)
@click.option("--due", is_flag=True, help="What must be pushed, published or withdrawn today.")
@click.option("--overdue", is_flag=True, help="What should be published or withdrawn and is not.")
@click.option("--ending", is_flag=True, help="Publicity that ends this month, from today on.")
@as_of_option
@json_option
@common_options
def penalties(  # noqa: PLR0913, PLR0917 (one per flag)
    query: str | None, due: bool, overdue: bool, ending: bool, as_of: date | None, is_json: bool, **flags: object
) -> None:
    """The publicity of penalties (行政处罚公示) in 国家企业信用信息公示系统 and 信用中国.

    With ID (as for explain): each penalty of that enterprise, published or not and why, its class, terms and
    articles. Without: all penalties in numbers, or the list asked for. What only the policy can tell is said on
    stderr, with the file to extend, and the exit code is 2: the answer is not whole.

    \b
    Examples:
      yaoxin penalties 91420100MA4KL00X1A
      yaoxin penalties --due
      yaoxin penalties --ending --as-of 2026-03-01 --json | jq '.penalties[].decision_no'
    """
    duty = cast("DutyFilter | None", chosen_flag({"due": due, "overdue": overdue, "ending": ending}))
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, as_of)
    enterprise = single_enterprise(query, find_enterprises(store, run, query)) if query else {}
    found = find_penalties(settings, store, run, as_of or run.as_of, duty, enterprise.get("enterprise_id"))
    print_answer(found, is_json, lambda: penalties_text(found, formatting.clean(enterprise.get("name") or "")))


@dataclass(frozen=True)
class PenaltyAnswer:
    """rows: the answer, columns of PUBLICITY, with task and by_on where duties are asked for.

    duty: which duties, None for all penalties. checks: published bad results of spot checks, columns of PUBLICITY;
    with duties they are among the rows. missing: what the policy must say before the answer is whole. absent: what it
    leaves out.
    """

    as_of: date
    duty: DutyFilter | None
    rows: pl.DataFrame
    checks: pl.DataFrame
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.as_of,
            "asked": self.duty,
            "count": self.rows.height,
            "penalties": self.rows.to_dicts(),
            "spot_checks": self.checks.to_dicts(),
            "missing": list(self.missing),
            "absent": list(self.absent),
        }


def find_penalties(  # noqa: PLR0913, PLR0917
    settings: Settings,
    store: Store,
    run: Run,
    as_of: date,
    duty: DutyFilter | None = None,
    enterprise_id: str | None = None,
) -> PenaltyAnswer:
    """The penalties and the public results of spot checks that `run` knew, as they are on `as_of`.

    duty: only those that ask for something; enterprise_id: None for every enterprise's.
    """
    from flows.legal_state import law_state_of_run
    from transforms.law.matters.deadlines import publicity_duties, undetermined_duties
    from transforms.law.policy_gaps import absent_file_messages, gap_messages

    state = law_state_of_run(settings, store, run, as_of, enterprise_id)
    calendar = state.law.calendar
    if duty is None:
        rows, checks = _newest_first(state.publicity), _newest_first(state.spot_checks)
        unknown = rows.filter(pl.col("state") == "unknown")
    else:
        both = pl.concat([state.publicity, state.spot_checks])
        rows, checks = publicity_duties(both, duty, as_of, state.pushes), PUBLICITY.empty()
        unknown = undetermined_duties(state.publicity, duty, as_of, calendar.last_on)
    missing, absent = gap_messages(unknown, calendar), absent_file_messages(state.law.absent)
    return PenaltyAnswer(as_of, duty, rows, checks, tuple(missing), tuple(absent))


def _newest_first(rows: pl.DataFrame) -> pl.DataFrame:
    order = ["decided_on", "decision_no", "record_id", "system"]
    return rows.sort(order, descending=[True, False, False, False])


def penalties_text(found: PenaltyAnswer, name: str) -> list[str]:
    """Lines in Chinese for an enterprise's penalties, the duties asked for, or a count of all.

    name: the enterprise's, empty for all.
    """
    if found.duty is not None:
        return _duty_lines(found, found.duty, name)
    return _enterprise_lines(found, name) if name else _count_lines(found)


def _enterprise_lines(found: PenaltyAnswer, name: str) -> list[str]:
    title = f"{name} 行政处罚公示：{found.as_of}"
    # Without what adds nothing: another date that is the same, the article of a withdrawal nobody has to make.
    rows = found.rows.with_columns(
        pl.when(pl.col("stop_other_transition_on") != pl.col("stop_on")).then("stop_other_transition_on"),
        pl.when(pl.col("withdraw_by_on").is_not_null()).then("withdraw_basis"),
    )
    grid = grid_from_frame("penalties", title, rows, grid_fields(PUBLICITY, *_SHOWN, *_TERMS, *_NOTES), "没有行政处罚")
    lines = [title, *table_lines(grid, (*_SHOWN, *_TERMS), _NOTES)]
    if not found.checks.is_empty():
        fields = grid_fields(PUBLICITY, *_CHECKED, *_CHECK_NOTES, **_CHECK_LABELS)
        checks = grid_from_frame("checks", "抽查", found.checks, fields)
        lines += ["抽查检查结果负面信息：", *table_lines(checks, _CHECKED, _CHECK_NOTES)]
    return [*lines, _CLOSING]


def _duty_lines(found: PenaltyAnswer, duty: DutyFilter, name: str) -> list[str]:
    title = f"{_TITLES[duty]}：{found.as_of}，共 {found.rows.height} 项{f'（{name}）' if name else ''}"
    fields = (
        GridField("by_on", "最迟", "day"),
        GridField("task", "事项", "words", PUBLICITY_TASKS),
        *grid_fields(PUBLICITY, *_SHOWN, *_DUTY_NOTES),
    )
    grid = grid_from_frame(duty, title, found.rows, fields, _EMPTY[duty])
    return [title, *table_lines(grid, ("by_on", "task", *_SHOWN), _DUTY_NOTES), _CLOSING]


def _count_lines(found: PenaltyAnswer) -> list[str]:
    title = f"行政处罚公示：{found.as_of}"
    rows = pl.concat([found.rows, found.checks])
    counts = rows.group_by("system_title", "state").agg(pl.len().cast(pl.Int64).alias("count"))
    order = {state: i for i, state in enumerate(PUBLICITY_STATES)}
    counts = counts.sort("system_title", pl.col("state").replace_strict(order, return_dtype=pl.Int64))
    fields = (*grid_fields(PUBLICITY, "system_title", "state"), GridField("count", "件数", "count"))
    grid: Grid = grid_from_frame("counts", title, counts, fields, "没有行政处罚")
    return [title, *table_lines(grid), _CLOSING]
