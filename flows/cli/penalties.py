"""`yaoxin penalties`: which penalties must be public, by when and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import polars as pl

from flows.cli.options import DateParam, common_options, json_option, open_store, print_json, settings_from_flags
from flows.cli.terminal import table_lines
from flows.law import law_state_of_run
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports.grid import Grid, GridField, grid_fields, grid_from_frame
from transforms.law.matters.deadlines import DutyFilter, publicity_duties, undetermined_duties
from transforms.law.policy_gaps import absent_file_messages, gap_messages
from transforms.schemas.law import PUBLICITY, PUBLICITY_STATES, PUBLICITY_TASKS

if TYPE_CHECKING:
    from transforms.law.matters.deadlines import DutyFilter


@click.command(short_help="Which penalties must be public, by when and until when.")
@click.argument("who", metavar="[ID]", required=False)
@click.option("--due", "asked", flag_value="due", help="What must be pushed, published or withdrawn today.")
@click.option("--overdue", "asked", flag_value="overdue", help="What should be published or withdrawn and is not.")
@click.option("--ending", "asked", flag_value="ending", help="Publicity that ends this month, from today on.")
@click.option("--as-of", type=DateParam(), metavar="DATE", help="As of that day, by what was known on its night.")
@json_option
@common_options
def penalties(who: str | None, asked: DutyFilter | None, as_of: date | None, is_json: bool, **flags: object) -> None:
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
    from flows.cli.options import run_as_of

    pass
    from flows.cli.enterprises import find_enterprises, single_enterprise
    from flows.cli.errors import UserError

    pass
    from reports import formatting

    settings = settings_from_flags(**flags)
    opened = open_store(settings)
    night = run_as_of(opened, as_of)
    enterprise = single_enterprise(who, find_enterprises(opened, night, who)) if who else {}
    question = PenaltyQuery(as_of or night.as_of, asked, enterprise.get("enterprise_id"))
    found = find_penalties(settings, opened, night, question)
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join([*penalties_text(found, formatting.clean(enterprise.get("name") or "")), *found.absent]))
    if found.missing:
        raise UserError("\n".join(found.missing))


class PenaltyQuery(NamedTuple):
    """as_of: the day meant. asked: which duties; None for all penalties. enterprise_id: None for every enterprise's."""

    as_of: date
    asked: DutyFilter | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class PenaltyAnswer:
    """rows: the answer, columns of PUBLICITY, with task and by_on where duties are asked for.

    checks: bad results of spot checks that are public, columns of PUBLICITY; with duties they stand among the rows.
    asked: which duties, None for all penalties. missing: what the policy
    must say before the answer is whole. absent: what it leaves out.
    """

    as_of: date
    asked: DutyFilter | None
    rows: pl.DataFrame
    checks: pl.DataFrame
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.as_of,
            "asked": self.asked,
            "count": self.rows.height,
            "penalties": self.rows.to_dicts(),
            "spot_checks": self.checks.to_dicts(),
            "missing": list(self.missing),
            "absent": list(self.absent),
        }


def find_penalties(settings: Settings, store: Store, night: Run, question: PenaltyQuery) -> PenaltyAnswer:
    """The penalties known on `night`, and public results of spot checks, as they stand on the day of the question."""
    as_of, asked, enterprise_id = question
    legal = law_state_of_run(settings, store, night, as_of, enterprise_id)
    calendar, found = legal.law.calendar, legal.publicity
    absent = tuple(absent_file_messages(legal.law.absent))
    if asked is None:
        rows = _in_order(found)
        unknown = rows.filter(pl.col("state") == "unknown")
        return PenaltyAnswer(
            as_of,
            asked,
            rows,
            _in_order(legal.spot_checks),
            tuple(gap_messages(unknown, calendar)),
            absent,
        )
    rows = publicity_duties(pl.concat([found, legal.spot_checks]), asked, as_of)
    unknown = undetermined_duties(found, asked, as_of, calendar.last_on)
    return PenaltyAnswer(as_of, asked, rows, PUBLICITY.empty(), tuple(gap_messages(unknown, calendar)), absent)


def _in_order(found: pl.DataFrame) -> pl.DataFrame:
    order = ["decided_on", "decision_no", "record_id", "system"]
    return found.sort(order, descending=[True, False, False, False])


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

NOTE = "提示和可信度不是“已核对”的，须由人工确认。"


def penalties_text(found: PenaltyAnswer, name: str) -> list[str]:
    """Lines for an enterprise's penalties, the duties asked for, or a count of all; `name` is the enterprise's."""
    if found.asked is not None:
        return _duties(found, name)
    return _standing(found, name) if name else _counts(found)


def _standing(found: PenaltyAnswer, name: str) -> list[str]:
    title = f"{name} 行政处罚公示：{found.as_of}"
    grid = grid_from_frame(
        "penalties", title, _told(found.rows), grid_fields(PUBLICITY, *_SHOWN, *_TERMS, *_NOTES), "没有行政处罚"
    )
    return [title, *table_lines(grid, (*_SHOWN, *_TERMS), _NOTES), *_checks(found), NOTE]


def _checks(found: PenaltyAnswer) -> list[str]:
    if found.checks.is_empty():
        return []
    fields = grid_fields(PUBLICITY, *_CHECKED, *_CHECK_NOTES, **_CHECK_LABELS)
    return [
        "抽查检查结果负面信息：",
        *table_lines(grid_from_frame("checks", "抽查", found.checks, fields), _CHECKED, _CHECK_NOTES),
    ]


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Without what adds nothing: another date that is the same, the article of a withdrawal nobody has to make."""
    is_other = pl.col("stop_other_transition_on") != pl.col("stop_on")
    is_annulled = pl.col("withdraw_by_on").is_not_null()
    return rows.with_columns(
        pl.when(is_other).then("stop_other_transition_on").alias("stop_other_transition_on"),
        pl.when(is_annulled).then("withdraw_basis").alias("withdraw_basis"),
    )


def _duties(found: PenaltyAnswer, name: str) -> list[str]:
    asked = found.asked or "due"
    title = f"{_TITLES[asked]}：{found.as_of}，共 {found.rows.height} 项{f'（{name}）' if name else ''}"
    shown = (GridField("by_on", "最迟", "day"), GridField("task", "事项", "words", PUBLICITY_TASKS))
    grid = grid_from_frame(
        asked, title, found.rows, (*shown, *grid_fields(PUBLICITY, *_SHOWN, *_DUTY_NOTES)), _EMPTY[asked]
    )
    return [title, *table_lines(grid, ("by_on", "task", *_SHOWN), _DUTY_NOTES), NOTE]


def _counts(found: PenaltyAnswer) -> list[str]:
    title = f"行政处罚公示：{found.as_of}"
    rows = pl.concat([found.rows, found.checks])
    counted = rows.group_by("system_title", "state").agg(pl.len().cast(pl.Int64).alias("count"))
    order = pl.col("state").replace_strict(
        {state: i for i, state in enumerate(PUBLICITY_STATES)}, return_dtype=pl.Int64
    )
    fields = (*grid_fields(PUBLICITY, "system_title", "state"), GridField("count", "件数", "count"))
    grid: Grid = grid_from_frame("counts", title, counted.sort("system_title", order), fields, "没有行政处罚")
    return [title, *table_lines(grid), NOTE]
