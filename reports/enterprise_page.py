"""The page of one enterprise: its tier, and every row that leads to it, as view model, page and JSON."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from reports import formatting
from reports.exports import grid_content
from reports.grid import CONFIDENCE_LABELS, Frame, Grid, GridField, collected, grid_field, grid_fields, grid_from_frame
from reports.html import render_page, trusted_markup
from reports.incentives import TierIncentives, ended_text, granted_text, incentives_of, still_ended
from reports.legal_tables import EnterpriseLegalState
from reports.office_tables import worded_trace
from reports.scheme_facts import Outlook, SchemeFacts
from reports.trade_tables import trade_grid, trade_trace_grids
from transforms.schemas import KINDS, TABLES
from transforms.schemas.run_tables import TRADE_RATINGS, TRADE_TRACE

MIN_PLOTTED_RATINGS = 3  # a sentence says what a line through fewer would hardly show
_RATINGS, _TRACE = TABLES["ratings"], TABLES["trace"]
_TRACED_RECORD = ("title", "record_kind", "record_no", "event_on", "value_used")
# Joining keys, hashes and identity marks have no place on a page.
_HIDDEN = frozenset({"record_id", "row_hash", "file_id", "enterprise_id", "uscc", "person_hash", "person_masked"})
_HIDDEN_SUFFIXES = ("_key", "_hash", "_masked")


@dataclass(frozen=True)
class TierPeriod:
    """A tier held from a day on. index: its place among the tiers of today's scheme, 0 for the best."""

    from_on: date
    index: int
    score_centipoints: int


@dataclass(frozen=True)
class EnterpriseView:
    """One enterprise on one day. Points and scores in centipoints; an unrated enterprise has no `tier`.

    base + counted_sum == score, exactly. facts: label and text. rule: title of what decided. tier_periods: the history
    as a line, of the tiers that today's scheme has. legal_state: None where the law has nothing on the enterprise, or
    was not asked. scored_by: the scheme of score and trace, where that is another than `scheme`, whose tiers are those
    of the whole. trades: no rows where one scheme rates all. incentives, ended_incentives: see `incentives_of` and
    `still_ended`.
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
    tier_periods: tuple[TierPeriod, ...]
    records: tuple[Grid, ...]
    trades: Grid
    trade_traces: tuple[Grid, ...]
    scored_by: SchemeFacts
    incentives: TierIncentives = field(default_factory=TierIncentives)
    ended_incentives: tuple[Mapping[str, Any], ...] = ()
    legal_state: EnterpriseLegalState | None = None

    @property
    def is_rated(self) -> bool:
        """Whether there is a rating to explain."""
        return bool(self.tier)

    @property
    def sum_text(self) -> str:
        """The sum in one line: "1000.00 − 12.50 = 987.50", and how many amounts are unknown."""
        sign = formatting.MINUS if self.counted_sum < 0 else "+"
        counted = formatting.points(abs(self.counted_sum))
        summed = f"{formatting.points(self.base)} {sign} {counted} = {formatting.points(self.score)}"
        unknown = self.unknown_amount_count
        return summed + (f"（另有 {unknown} 项金额不明，未计分）" if unknown else "")

    @property
    def incentive_texts(self) -> tuple[str, ...]:
        """The incentives that are granted, then those that a downgrade has ended, a line each."""
        granted = (granted_text(one) for one in self.incentives.granted)
        return tuple(map(formatting.clean, (*granted, *(ended_text(one) for one in self.ended_incentives))))

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every table of the page."""
        legal = self.legal_state.grids if self.legal_state else ()
        trades = (self.trades, *self.trade_traces) if self.trades.rows else ()
        return (*legal, *trades, self.counted, self.not_counted, self.history, *self.records)


@dataclass(frozen=True)
class EnterpriseFrames:
    """Input of `enterprise_view`: rows of one enterprise, in the shapes of the stored tables.

    enterprise: its current version (one row). rating: the current rating (or no row). trace: of that rating. history:
    all its ratings. records: current record versions by kind. legal_state: where it was worked out. outlook: of the
    run. trades, trade_trace: TRADE_RATINGS and TRADE_TRACE that belong to the rating. changes: rows of `changes` of the
    enterprise.
    """

    enterprise: Frame
    rating: Frame
    trace: Frame
    history: Frame
    records: Mapping[str, Frame]
    legal_state: EnterpriseLegalState | None = None
    outlook: Outlook | None = None
    trades: Frame = field(default_factory=TRADE_RATINGS.empty)
    trade_trace: Frame = field(default_factory=TRADE_TRACE.empty)
    changes: Frame = field(default_factory=TABLES["changes"].empty)


def enterprise_view(frames: EnterpriseFrames, as_of: date, scheme: SchemeFacts) -> EnterpriseView:
    """Explain the rating of one enterprise.

    Raises LookupError where `enterprise` has no row, ValueError where the trace does not sum to the score.
    """
    enterprise = next(collected(frames.enterprise).iter_rows(named=True), None)
    if enterprise is None:
        raise LookupError("the enterprise frame has no row: nothing to explain")
    rating: Mapping[str, Any] = next(collected(frames.rating).iter_rows(named=True), {})
    trace = collected(frames.trace).sort("position")
    history = collected(frames.history).sort("valid_from_on")
    score, base = rating.get("score_centipoints", 0), rating.get("base_centipoints", 0)
    counted_sum = int(trace["points_centipoints"].sum())
    if base + counted_sum != score:
        raise ValueError(f"the trace does not sum to the score: {base} + {counted_sum} is not {score} (centipoints)")
    decided_by, change_why = rating.get("decided_by") or "", rating.get("next_change_why") or ""
    shown = ("former_names", "party_class", "fields", "roles", "licence_nos", "address", "state", "deregistered_on")
    columns = [grid_field(KINDS["enterprise"].column(name)) for name in shown]
    facts = [(column.label, column.text(enterprise.get(column.name))) for column in columns]
    facts.append(("监督检查", scheme.supervision.get(rating.get("tier", ""), "")))
    tier = GridField("tier", "等级", "words", scheme.words)
    by_scheme = GridField(
        "scheme", _RATINGS.column("scheme").label, "words", {one.name: one.title for one in (scheme, *scheme.others)}
    )
    changes = collected(frames.changes).sort("as_of")
    scored_by = scheme.of(rating.get("scheme"))
    result = grid_fields(_RATINGS, "score_centipoints", "decided_by", "decided_by_basis", "locked_until_on")
    of_today = history.filter(pl.col("tier").is_in(list(scheme.words)))
    periods = of_today.select("valid_from_on", "tier", "score_centipoints").iter_rows()
    counted, not_counted = _trace_grids(trace, scored_by)
    return EnterpriseView(
        enterprise_id=formatting.clean(enterprise["enterprise_id"]),
        name=formatting.clean(enterprise["name"]),
        uscc=formatting.clean(enterprise["uscc"] or ""),
        as_of=as_of,
        scheme=scheme,
        facts=tuple((label, formatting.redact(formatting.clean(text))) for label, text in facts if text),
        tier=rating.get("tier", ""),
        tier_index=rating.get("tier_index", 0),
        score=score,
        base=base,
        counted_sum=counted_sum,
        score_tier=rating.get("score_tier", ""),
        decided_by=_RATINGS.column("decided_by").codes.get(decided_by, decided_by),
        decided_by_id=rating.get("decided_by_id") or "",
        rule=formatting.clean(scored_by.rule(decided_by, rating.get("decided_by_id"))),
        basis=formatting.redact(formatting.clean(rating.get("decided_by_basis") or "")),
        locked_until_on=rating.get("locked_until_on"),
        next_change_on=rating.get("next_change_on"),
        next_change_why=_RATINGS.column("next_change_why").codes.get(change_why, change_why),
        outlook=(frames.outlook or Outlook(as_of, is_known=False)).text(scheme) if rating else "",
        unknown_amount_count=trace.filter(reason="unknown_amount").height,
        counted=counted,
        not_counted=not_counted,
        history=grid_from_frame(
            "history",
            "等级历史",
            history,
            (*grid_fields(_RATINGS, "valid_from_on"), tier, *result, by_scheme),
            "没有历史等级",
        ),
        tier_periods=tuple(TierPeriod(day, scheme.index(held), points) for day, held, points in periods),
        records=_record_grids(frames.records, enterprise, scheme),
        trades=trade_grid(frames.trades, scheme),
        trade_traces=trade_trace_grids(frames.trades, frames.trade_trace, scheme),
        scored_by=scored_by,
        incentives=incentives_of(
            scheme.incentives,
            rating or None,
            as_of,
            is_listed=frames.legal_state is not None and frames.legal_state.is_listed,
        ),
        ended_incentives=tuple(still_ended(scheme.incentives, changes.to_dicts(), rating.get("tier", ""), as_of)),
        legal_state=frames.legal_state,
    )


def _trace_grids(trace: pl.DataFrame, scheme: SchemeFacts) -> tuple[Grid, Grid]:
    """The rows that count, and those that do not with the reason."""
    is_counted = pl.col("is_counted")
    counted, not_counted = worded_trace(trace.filter(is_counted)), worded_trace(trace.filter(~is_counted))
    head, record = grid_fields(_TRACE, "position", "role"), grid_fields(_TRACE, *_TRACED_RECORD)
    raw = GridField("raw_centipoints", "规则分", "delta")
    points = (raw, GridField("points_centipoints", "计入分", "delta"))
    section = grid_fields(_TRACE, "section") if counted["section"].is_not_null().any() else ()
    sure = GridField("confidence", "条款核对", "words", CONFIDENCE_LABELS)
    fields = (*head, *section, *record, *points, *grid_fields(_TRACE, "stops_counting_on", "basis"), sure)
    titled = counted.with_columns(pl.col("section").replace(dict(scheme.titles)))
    fields_not_counted = (*head, *record, raw, *grid_fields(_TRACE, "reason", "basis"))
    return (
        grid_from_frame("counted", "计入明细", titled, fields, "没有计入得分的记录"),
        grid_from_frame("not_counted", "未计入的记录及原因", not_counted, fields_not_counted, "没有未计入的记录"),
    )


def _record_grids(records: Mapping[str, Frame], enterprise: Mapping[str, Any], scheme: SchemeFacts) -> tuple[Grid, ...]:
    """A grid for each kind of record that there is, with the columns that have a value."""
    grids = []
    for kind in KINDS:
        is_of_others = not KINDS[kind].names_party or KINDS[kind].is_internal or kind == "enterprise"
        frame = collected(records[kind]) if kind in records and not is_of_others else pl.DataFrame()
        if frame.is_empty():
            continue
        frame, described = _with_registered_name(frame, enterprise), KINDS[kind]
        used = [
            GridField("source", column.label, "words", scheme.sources)
            if column.name == "source"
            else grid_field(column)
            for column in (*described.columns, described.column("version_no"), described.column("source"))
            if column.name in frame.columns and frame[column.name].null_count() < frame.height
            if column.name not in _HIDDEN and not column.name.endswith(_HIDDEN_SUFFIXES)
        ]
        ordered = frame.sort(described.event_on, described.number, "record_id", descending=[True, False, False])
        grids.append(grid_from_frame(kind, described.label, ordered, used))
    return tuple(grids)


def _with_registered_name(frame: pl.DataFrame, enterprise: Mapping[str, Any]) -> pl.DataFrame:
    """Records with the party's registered name; an earlier one is marked 曾用名, any other stays as received."""
    if "party_name" not in frame.columns:
        return frame
    name, earlier = enterprise["name"], enterprise.get("former_names") or []
    if (frame["party_name"].drop_nulls() == name).all():
        return frame
    # Imported here: most pages do not need it, and `explain` must start fast.
    from transforms.records.text import normalise_name

    key = normalise_name(pl.col("party_name"))
    keys = [normalise_name(pl.lit(one)) for one in earlier]
    is_earlier = pl.any_horizontal(pl.lit(False), *(key == one for one in keys))
    shown_name = (
        pl.when(key == normalise_name(pl.lit(name)))
        .then(pl.lit(name))
        .when(is_earlier)
        .then(pl.format("{}（曾用名）", "party_name"))
        .otherwise("party_name")
    )
    return frame.with_columns(party_name=shown_name)


def write_enterprise_page(view: EnterpriseView, path: Path) -> Path:
    """Write the page of an enterprise to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(enterprise_html(view), encoding="utf-8")
    return path


def enterprise_html(view: EnterpriseView) -> str:
    """The page that explains an enterprise's tier."""
    periods = view.tier_periods
    titles = [view.scheme.words[tier] for tier, _ in view.scheme.tiers]
    picture, sentence = "", ""
    if len(periods) >= MIN_PLOTTED_RATINGS:
        picture = history_svg(periods, titles, max(view.as_of, periods[-1].from_on))
    elif periods:
        parts = [f"{p.from_on} 起为 {titles[p.index]}（{formatting.points(p.score_centipoints)} 分）" for p in periods]
        sentence = "，".join(parts) + "。"
    return render_page(
        "enterprise.html",
        view.scheme.notices,
        view=view,
        score=formatting.points(view.score),
        base=formatting.points(view.base),
        counted=formatting.delta(view.counted_sum),
        picture=trusted_markup(picture),
        history_sentence=sentence,
    )


def enterprise_page_name(enterprise_id: str) -> str:
    """The file name of an enterprise's page: its identifier where plain, else with a hash that keeps it apart."""
    if re.fullmatch(r"[0-9A-Za-z]{1,40}", enterprise_id):
        return f"{enterprise_id}.html"
    plain = re.sub(r"[^0-9A-Za-z]+", "-", enterprise_id)[:40]
    return f"{plain}-{hashlib.sha256(enterprise_id.encode()).hexdigest()[:12]}.html"


def enterprise_content(view: EnterpriseView) -> dict[str, Any]:
    """The view as plain values for JSON: what decided, the sum, and every table."""
    plain = ("enterprise_id", "name", "uscc", "as_of", "tier", "score_tier")
    decided = ("decided_by", "decided_by_id", "rule", "basis", "locked_until_on")
    ahead = ("next_change_on", "next_change_why", "outlook")
    return {
        **{name: getattr(view, name) for name in (*plain, *decided, *ahead)},
        "scheme": view.scheme.name,
        "is_illustrative": view.scheme.is_illustrative,
        "notices": view.scheme.notices,
        "base_centipoints": view.base,
        "counted_centipoints": view.counted_sum,
        "score_centipoints": view.score,
        "tables": {grid.name: grid_content(grid) for grid in view.grids},
    }


_INK, _QUIET, _RULE, _LINE = "#1f2933", "#5b6770", "#d5dbe1", "#1f4e79"
_FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
_WIDTH, _ROW, _TOP, _BOTTOM, _RIGHT = 547.0, 30.0, 34.0, 30.0, 70.0
_MAX_LABELS = 12  # more would cover each other
_MAX_TICKS = 6
_TICK_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)


def history_svg(periods: Sequence[TierPeriod], titles: Sequence[str], until: date) -> str:
    """The tier as a line of steps, the best at the top, from the first period to `until`. titles: of the tiers."""
    left = 30 + 11 * max(sum(1 if ord(char) > 0x2E80 else 0.55 for char in title) for title in titles)
    first = periods[0].from_on
    foot = _TOP + _ROW * (len(titles) - 1) + 16
    days = (until - first).days or 1

    def x(day: date) -> float:
        return left + 12 + (_WIDTH - _RIGHT - left - 12) * (day - first).days / days

    def y(index: int) -> float:
        return _TOP + _ROW * index

    def text(at: float, base: float, content: str, style: str) -> str:
        return f'<text x="{at:.1f}" y="{base:.1f}" {style}>{escape(content)}</text>'

    parts = []
    for index, title in enumerate(titles):
        parts.append(f'<path d="M{left:.1f} {y(index):.1f}H{_WIDTH - 6:g}" stroke="{_RULE}" stroke-width="0.8"/>')
        parts.append(text(left - 6, y(index) + 3.5, title, f'text-anchor="end" fill="{_INK}"'))
    for day in _tick_days(first, until):
        parts.append(text(x(day), foot + 16, day.isoformat(), f'text-anchor="middle" fill="{_INK}"'))
    steps = "".join(f"H{x(each.from_on):.1f}V{y(each.index):.1f}" for each in periods[1:])
    path = f"M{x(first):.1f} {y(periods[0].index):.1f}{steps}H{x(until):.1f}"
    parts.append(f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="2"/>')
    for each in periods:
        parts.append(f'<circle cx="{x(each.from_on):.1f}" cy="{y(each.index):.1f}" r="2.5" fill="{_LINE}"/>')
    for each in periods[-_MAX_LABELS:]:
        score = formatting.points(each.score_centipoints)
        parts.append(text(x(each.from_on) + 4, y(each.index) - 6, score, f'fill="{_QUIET}" font-size="8"'))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {foot + _BOTTOM:g}"'
    return f'{head} font-family="{_FONTS}" font-size="10">\n' + "\n".join(parts) + "\n</svg>\n"


def _tick_days(first: date, last: date) -> list[date]:
    """First days of months, evenly apart; both ends where there are too few of them."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    for step in _TICK_MONTHS:
        days = [date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
        days = [day for day in days if first <= day <= last]
        if len(days) <= _MAX_TICKS:
            break
    return days if len(days) > 1 else sorted({first, last})
