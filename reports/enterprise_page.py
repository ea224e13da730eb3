"""The page of one enterprise: its tier, and every row that leads to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from reports import formatting
from reports.grid import CONFIDENCE_LABELS, Frame, Grid, GridField, collected, grid_field, grid_fields, grid_from_frame
from reports.office_tables import worded_trace
from reports.scheme_facts import Outlook, SchemeFacts
from transforms.schemas import KINDS, TABLES

if TYPE_CHECKING:
    from reports.legal_state import EnterpriseLegalState

_RATINGS, _TRACE = TABLES["ratings"], TABLES["trace"]

_SAYS = ("title", "record_kind", "record_no", "event_on", "value_used")

# Joining keys, hashes and identity marks have no place on a page.
_HIDDEN = frozenset({"record_id", "row_hash", "file_id", "enterprise_id", "uscc", "person_hash", "person_masked"})

_HIDDEN_ENDS = ("_key", "_hash", "_masked")


@dataclass(frozen=True)
class TierPeriod:
    """A tier that stood from a day on. index: its place among the tiers of today's scheme, 0 for the best."""

    from_on: date
    index: int
    score_centipoints: int


@dataclass(frozen=True)
class EnterpriseView:
    """One enterprise on one day. Points and scores in centipoints; an unrated enterprise has no `tier`.

    base + counted_sum == score, exactly. `rule`: title of what decided. `standings`: the history as a line, of the
    tiers that today's scheme has. `law`: None where nothing of it concerns the law, or it was not asked.
    """

    enterprise_id: str
    name: str
    uscc: str
    as_of: date
    scheme: SchemeFacts
    facts: tuple[tuple[str, str], ...]
    tier: str
    tier_index: int
    score: int
    base: int
    counted_sum: int
    score_tier: str
    decided_by: str
    decided_by_id: str
    rule: str
    basis: str
    locked_until_on: date | None
    next_change_on: date | None
    next_change_why: str
    outlook: str
    unknown_amount_count: int
    counted: Grid
    not_counted: Grid
    history: Grid
    standings: tuple[TierPeriod, ...]
    records: tuple[Grid, ...]
    law: EnterpriseLegalState | None = None

    @property
    def is_rated(self) -> bool:
        """Whether there is a rating to explain."""
        return bool(self.tier)

    @property
    def sum_text(self) -> str:
        """The sum in one line: "1000.00 − 12.50 = 987.50"; and how many records it leaves out for want of an amount."""
        sign = formatting.MINUS if self.counted_sum < 0 else "+"
        base, counted, score = map(formatting.points, (self.base, abs(self.counted_sum), self.score))
        summed = f"{base} {sign} {counted} = {score}"
        return summed + (
            f"（另有 {self.unknown_amount_count} 项金额不明，未计分）" if self.unknown_amount_count else ""
        )

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every table of the page."""
        return (*(self.law.grids if self.law else ()), self.counted, self.not_counted, self.history, *self.records)


@dataclass(frozen=True)
class EnterpriseFrames:
    """What the view is made from: rows of one enterprise, in the shapes of the stored tables.

    enterprise: its current version (one row). rating: the row that stands (or none). trace: of that rating.
    history: all its ratings. records: current versions by kind. law: the view of what the law makes of it, where it
    was worked out. outlook: what the night foretold.
    """

    enterprise: Frame
    rating: Frame
    trace: Frame
    history: Frame
    records: Mapping[str, Frame]
    law: EnterpriseLegalState | None = None
    outlook: Outlook | None = None


def enterprise_view(frames: EnterpriseFrames, as_of: date, scheme: SchemeFacts) -> EnterpriseView:
    """Explain the rating of one enterprise.

    Raises LookupError where `enterprise` has no row, ValueError where the trace does not sum to the score.
    """
    enterprise = _one(collected(frames.enterprise))
    if enterprise is None:
        raise LookupError("the enterprise frame has no row: nothing to explain")
    trace = collected(frames.trace).sort("position")
    history = collected(frames.history).sort("valid_from_on")
    rating = _one(collected(frames.rating)) or {}
    return EnterpriseView(
        enterprise_id=formatting.clean(enterprise["enterprise_id"]),
        name=formatting.clean(enterprise["name"]),
        uscc=formatting.clean(enterprise["uscc"] or ""),
        as_of=as_of,
        scheme=scheme,
        facts=_facts(enterprise, scheme.supervision.get(rating.get("tier", ""), "")),
        **_decided(rating, scheme),
        outlook=(frames.outlook or Outlook(as_of, is_known=False)).text(scheme) if rating else "",
        **_sums(rating, trace),
        unknown_amount_count=trace.filter(reason="unknown_amount").height,
        counted=_counted(trace.filter("is_counted"), scheme),
        not_counted=_not_counted(trace.filter(~pl.col("is_counted"))),
        history=_history(history, scheme),
        standings=_standings(history, scheme),
        records=_records(frames.records, enterprise, scheme),
        law=frames.law,
    )


def _one(frame: pl.DataFrame) -> dict[str, Any] | None:
    return frame.row(0, named=True) if frame.height else None


def _decided(rating: Mapping[str, Any], scheme: SchemeFacts) -> dict[str, Any]:
    by, why = rating.get("decided_by") or "", rating.get("next_change_why") or ""
    return {
        "tier": rating.get("tier", ""),
        "tier_index": rating.get("tier_index", 0),
        "score_tier": rating.get("score_tier", ""),
        "decided_by": _RATINGS.column("decided_by").codes.get(by, by),
        "decided_by_id": rating.get("decided_by_id") or "",
        "rule": formatting.clean(scheme.rule(by, rating.get("decided_by_id"))),
        "basis": formatting.redact(formatting.clean(rating.get("decided_by_basis") or "")),
        "locked_until_on": rating.get("locked_until_on"),
        "next_change_on": rating.get("next_change_on"),
        "next_change_why": _RATINGS.column("next_change_why").codes.get(why, why),
    }


def _sums(rating: Mapping[str, Any], trace: pl.DataFrame) -> dict[str, Any]:
    score, base = rating.get("score_centipoints", 0), rating.get("base_centipoints", 0)
    counted = int(trace["points_centipoints"].sum())
    if base + counted != score:
        raise ValueError(f"the trace does not sum to the score: {base} + {counted} is not {score} (centipoints)")
    return {"score": score, "base": base, "counted_sum": counted}


def _facts(enterprise: Mapping[str, Any], supervision: str) -> tuple[tuple[str, str], ...]:
    shown = ("former_names", "party_class", "fields", "roles", "licence_nos", "address", "state", "deregistered_on")
    fields = [grid_field(KINDS["enterprise"].column(name)) for name in shown]
    pairs = [(field.label, field.text(enterprise.get(field.name))) for field in fields]
    pairs.append(("监督检查", supervision))
    return tuple((label, formatting.redact(formatting.clean(text))) for label, text in pairs if text)


def _counted(trace: pl.DataFrame, scheme: SchemeFacts) -> Grid:
    points = (GridField("raw_centipoints", "规则分", "delta"), GridField("points_centipoints", "计入分", "delta"))
    section = grid_fields(_TRACE, "section") if trace["section"].is_not_null().any() else ()
    sure = GridField("confidence", "条款核对", "words", CONFIDENCE_LABELS)
    rest = (*grid_fields(_TRACE, "stops_counting_on", "basis"), sure)
    fields = (*grid_fields(_TRACE, "position", "role"), *section, *grid_fields(_TRACE, *_SAYS), *points, *rest)
    worded = worded_trace(trace).with_columns(pl.col("section").replace(dict(scheme.titles)))
    return grid_from_frame("counted", "计入明细", worded, fields, "没有计入得分的记录")


def _not_counted(trace: pl.DataFrame) -> Grid:
    raw = GridField("raw_centipoints", "规则分", "delta")
    fields = (*grid_fields(_TRACE, "position", "role", *_SAYS), raw, *grid_fields(_TRACE, "reason", "basis"))
    return grid_from_frame("not_counted", "未计入的记录及原因", worded_trace(trace), fields, "没有未计入的记录")


def _history(history: pl.DataFrame, scheme: SchemeFacts) -> Grid:
    tier = GridField("tier", "等级", "words", scheme.words)
    rule = grid_fields(_RATINGS, "score_centipoints", "decided_by", "decided_by_basis", "locked_until_on")
    by = GridField("scheme", _RATINGS.column("scheme").label, "words", {scheme.name: scheme.title})
    day = grid_fields(_RATINGS, "valid_from_on")
    return grid_from_frame("history", "等级历史", history, (*day, tier, *rule, by), "没有历史等级")


def _standings(history: pl.DataFrame, scheme: SchemeFacts) -> tuple[TierPeriod, ...]:
    known = history.filter(pl.col("tier").is_in(list(scheme.words)))
    rows = known.select("valid_from_on", "tier", "score_centipoints").iter_rows()
    return tuple(TierPeriod(day, scheme.index(tier), score) for day, tier, score in rows)


def _records(records: Mapping[str, Frame], enterprise: Mapping[str, Any], scheme: SchemeFacts) -> tuple[Grid, ...]:
    known = (
        (kind, _by_one_name(collected(frame), enterprise)) for kind, frame in records.items() if kind != "enterprise"
    )
    grids = (_record_grid(kind, frame, scheme) for kind, frame in known if frame.height)
    return tuple(sorted((grid for grid in grids if grid.rows), key=lambda grid: list(KINDS).index(grid.name)))


def _by_one_name(frame: pl.DataFrame, enterprise: Mapping[str, Any]) -> pl.DataFrame:
    """Records that name the party: by its registered name, a former one marked; any other name stays as received."""
    if "party_name" not in frame.columns or frame.is_empty():
        return frame
    name, former = enterprise["name"], enterprise.get("former_names") or []
    if (frame["party_name"].drop_nulls() == name).all():
        return frame
    # Here, for most pages need it not, and `explain` is a light command.
    from transforms.records.text import normalise_name

    key = normalise_name(pl.col("party_name"))
    keys = [normalise_name(pl.lit(one)) for one in former]
    is_former = pl.any_horizontal(pl.lit(False), *(key == one for one in keys))
    told = (
        pl.when(key == normalise_name(pl.lit(name)))
        .then(pl.lit(name))
        .when(is_former)
        .then(pl.format("{}（曾用名）", "party_name"))
        .otherwise("party_name")
    )
    return frame.with_columns(party_name=told)


def _record_grid(kind: str, frame: pl.DataFrame, scheme: SchemeFacts) -> Grid:
    described = KINDS[kind]
    fields = [
        grid_field(column) if column.name != "source" else GridField("source", column.label, "words", scheme.sources)
        for column in (*described.columns, described.column("version_no"), described.column("source"))
        if column.name not in _HIDDEN and not column.name.endswith(_HIDDEN_ENDS) and column.name in frame.columns
    ]
    used = [field for field in fields if frame[field.name].null_count() < frame.height]
    ordered = frame.sort(described.event_on, described.number, "record_id", descending=[True, False, False])
    return grid_from_frame(kind, described.label, ordered, used)


INK, QUIET, RULE, LINE = "#1f2933", "#5b6770", "#d5dbe1", "#1f4e79"

FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"

_WIDTH, _ROW, _TOP, _BOTTOM, _RIGHT = 547.0, 30.0, 34.0, 30.0, 70.0

_MOST_LABELS = 12  # more would cover each other

_MOST_TICKS = 6

_WORD, _DAY = (f'text-anchor="{anchor}" fill="{INK}"' for anchor in ("end", "middle"))

_SCORE = f'fill="{QUIET}" font-size="8"'

_STEPS_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True)
class _Frame:
    """Where a day and a tier stand on the picture."""

    first: date
    last: date
    left: float
    tiers: int

    def x(self, day: date) -> float:
        span = (self.last - self.first).days or 1
        return self.left + 12 + (_WIDTH - _RIGHT - self.left - 12) * (day - self.first).days / span

    def y(self, index: int) -> float:
        return _TOP + _ROW * index

    @property
    def foot(self) -> float:
        return _TOP + _ROW * (self.tiers - 1) + 16


def history_svg(standings: Sequence[TierPeriod], words: Sequence[str], until: date) -> str:
    """The tier as a line of steps, the best at the top, from the first standing to `until`."""
    left = 30 + 11 * max(sum(1 if ord(char) > 0x2E80 else 0.55 for char in word) for word in words)
    frame = _Frame(standings[0].from_on, until, left, len(words))
    parts = [*_rows(frame, words), *_ticks(frame), _line(frame, standings), *_marks(frame, standings)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {frame.foot + _BOTTOM:g}"'
    return f'{head} font-family="{FONTS}" font-size="10">\n' + "\n".join(parts) + "\n</svg>\n"


def _text(x: float, y: float, said: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(said)}</text>'


def _rows(frame: _Frame, words: Sequence[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        y = frame.y(index)
        yield f'<path d="M{frame.left:.1f} {y:.1f}H{_WIDTH - 6:g}" stroke="{RULE}" stroke-width="0.8"/>'
        yield _text(frame.left - 6, y + 3.5, word, _WORD)


def _ticks(frame: _Frame) -> Iterator[str]:
    for day in _days_shown(frame.first, frame.last):
        yield _text(frame.x(day), frame.foot + 16, day.isoformat(), _DAY)


def _days_shown(first: date, last: date) -> list[date]:
    """First days of months, evenly apart; both ends where there are too few of them."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    for step in _STEPS_MONTHS:
        days = [date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
        days = [day for day in days if first <= day <= last]
        if len(days) <= _MOST_TICKS:
            break
    return days if len(days) > 1 else sorted({first, last})


def _line(frame: _Frame, standings: Sequence[TierPeriod]) -> str:
    first, *others = standings
    steps = "".join(f"H{frame.x(one.from_on):.1f}V{frame.y(one.index):.1f}" for one in others)
    path = f"M{frame.x(first.from_on):.1f} {frame.y(first.index):.1f}{steps}H{frame.x(frame.last):.1f}"
    return f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="2"/>'


def _marks(frame: _Frame, standings: Sequence[TierPeriod]) -> Iterator[str]:
    for one in standings:
        yield f'<circle cx="{frame.x(one.from_on):.1f}" cy="{frame.y(one.index):.1f}" r="2.5" fill="{LINE}"/>'
    for one in standings[-_MOST_LABELS:]:
        score = formatting.points(one.score_centipoints)
        yield _text(frame.x(one.from_on) + 4, frame.y(one.index) - 6, score, _SCORE)
