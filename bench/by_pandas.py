"""The policy of policy/schemes/reference.yaml by hand on pandas, as in force in 2026: ratings, without the trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Frame = Any  # pandas' types are partial
Offset = dict[str, int]
_YEAR, _TWO, _THREE, _FIVE = ({"years": years} for years in (1, 2, 3, 5))
_FINE_STEPS = [({"months": 12}, 70), ({"months": 18}, 40)]
_HALF_AFTER_A_YEAR = [(_YEAR, 50)]
SECTION_BOUNDS = ((45000, np.inf), (35000, np.inf), (10000, 15000), (10000, np.inf))  # base and highest; lowest is 0
_FAR: Offset = {}  # the year of the event and the next
_ASK = ["enterprise_id", "day"]
_REPEATED = {0: ([5, 6, 7, 8], 3, -6000), 1: ([16, 17, 18], 2, -2000)}  # by section: items, how many, points
_CUTS = ((95000, 0), (85000, 1), (70000, 2), (50000, 3))
_WORST = 4
_PLACED_BY = np.array(["serious_list", "licence_lost", "ban_running", "two_stop_orders"])


def read(folder: Path, columns: Mapping[str, list[str]]) -> dict[str, Frame]:
    """The columns of every kind, days as numbers that pandas reckons with."""
    found = {}
    for kind, names in columns.items():
        frame = pd.read_parquet(folder / kind, columns=names)
        days = [name for name in names if name.endswith("_on")]
        found[kind] = frame.assign(**{name: pd.to_datetime(frame[name]) for name in days})
    return found


def rated(records: Mapping[str, Frame], as_of: pd.Timestamp) -> Frame:
    """enterprise_id, tier, score_centipoints, score_tier, decided_by, decided_by_id, locked_until_on."""
    found, placed = _all_hits(records, as_of), _placements(records, as_of)
    asks = _asks(found, placed, records["enterprise"], as_of)
    reached = _placed(_scored(_judged(found, asks), asks), placed)
    present = reached[reached["day"] == as_of]
    past = reached[reached["day"] < as_of]
    index = np.maximum(past["score_index"], past["direct_tier"].fillna(0))
    floors = (index - past["credit"]).groupby(past["enterprise_id"]).max().rename("floor")
    whole = present.merge(floors, on="enterprise_id", how="left").merge(_lacking(records, as_of), how="left")
    return _decided(whole.merge(_held(records["decision"], as_of), how="left"))


def _asks(found: Frame, placed: Frame, enterprises: Frame, as_of: pd.Timestamp) -> Frame:
    """The present day of every enterprise, and each adverse day that clean years have not made good."""
    adverse = found[(found["raw"] < 0) & found["withdrawn_by"].isna()]
    standing = placed[placed["withdrawn_by"].isna()]
    names = ["enterprise_id", "event_on"]
    days = pd.concat([adverse[names], standing[names]]).drop_duplicates().sort_values(names)
    until = days.groupby("enterprise_id")["event_on"].shift(-1).fillna(as_of)
    years = until.dt.year - days["event_on"].dt.year
    years -= _years_later(days["event_on"], years) >= until
    days["credit"] = years.clip(lower=0)[::-1].groupby(days["enterprise_id"][::-1]).cumsum()[::-1]
    past = days[(days["credit"] < _WORST) & (days["event_on"] < as_of)].rename(columns={"event_on": "day"})
    return pd.concat([past, enterprises[["enterprise_id"]].assign(day=as_of)], ignore_index=True)


def _years_later(days: Frame, years: Frame) -> Frame:
    later = days.copy()
    for many in np.unique(years):
        is_so = years == many
        later[is_so] = days[is_so] + pd.DateOffset(years=int(many))
    return later


def _judged(found: Frame, asks: Frame) -> Frame:
    """What counts on each day asked about, with its points."""
    asked = found.merge(asks[_ASK], on="enterprise_id")
    asked = asked[asked["event_on"] <= asked["day"]]
    percent = np.full(len(asked), 100)
    for step in ("first", "second"):
        is_over = (asked["day"] > asked[f"{step}_step_on"]).to_numpy()
        percent = np.where(is_over, asked[f"{step}_percent"].fillna(100), percent)
    worth = (asked["raw"].abs() * percent + 50) // 100 * np.sign(asked["raw"])
    is_over = (asked["day"] > asked["expires_on"]) | (asked["day"] > asked["window_ends_on"])
    counted = asked.assign(points=worth)[asked["withdrawn_by"].isna() & ~is_over]
    is_contested = counted["act"].notna() & (counted["raw"] < 0)
    ordered = counted[is_contested].sort_values(["points", "item", "record_id"])
    lighter = ordered.index[ordered.duplicated([*_ASK, "act"])]
    return counted.drop(lighter)


def _scored(judged: Frame, asks: Frame) -> Frame:
    """Caps, accumulations, limits: a score for every ask."""
    items = judged.groupby([*_ASK, "item"])["points"].agg(["sum", "size"]).reset_index()
    cap = items["item"].map({number: item.cap for number, item in enumerate(ITEMS)})
    capped = items["sum"].clip(lower=cap.where(cap < 0, -np.inf), upper=cap.where(cap > 0, np.inf))
    items = items.assign(capped=capped, section=items["item"].map(dict(enumerate(item.section for item in ITEMS))))
    scored = asks.set_index(_ASK)
    total = pd.Series(0, index=scored.index)
    for number, (base, highest) in enumerate(SECTION_BOUNDS):
        points = items[items["section"] == number].groupby(_ASK)["capped"].sum()
        if number in _REPEATED:
            points = points + _repeated(items, *_REPEATED[number]).reindex(points.index, fill_value=0)
        total += (base + points.reindex(scored.index, fill_value=0)).clip(0, highest)
    score = total.clip(0, 100000).astype("int64")
    index = np.select([score >= cut for cut, _ in _CUTS], [tier for _, tier in _CUTS], _WORST)
    return scored.assign(score=score, score_index=index).reset_index()


def _repeated(items: Frame, of: list[int], every: int, points: int) -> Frame:
    """Points of an accumulation, where items of it were hit."""
    return items[items["item"].isin(of)].groupby(_ASK)["size"].sum() // every * points


def _placed(scored: Frame, placed: Frame) -> Frame:
    """The placement that holds on each day and weighs most."""
    asked = placed.merge(scored[_ASK], on="enterprise_id")
    holds = asked["withdrawn_by"].isna() & (asked["event_on"] <= asked["day"])
    holding = asked[holds & (asked["holds_until"].isna() | (asked["day"] <= asked["holds_until"]))]
    far = holding.assign(last=holding["holds_until"].fillna(pd.Timestamp("2250-01-01")))
    worst = far.sort_values(["tier", "last", "rule"], ascending=[False, False, True]).drop_duplicates(_ASK)
    names = {"tier": "direct_tier", "rule": "direct_rule", "holds_until": "direct_until"}
    return scored.merge(worst.rename(columns=names)[[*_ASK, *names.values()]], on=_ASK, how="left")


def _lacking(records: Mapping[str, Frame], as_of: pd.Timestamp) -> Frame:
    """What the best tier lacks; enterprises that lack nothing are left out."""
    inspections, samples = records["inspection"], records["sampling"]
    days = inspections["inspected_on"]
    is_recent = (days <= as_of) & (days + pd.DateOffset(years=2) >= as_of)
    reported = samples["reported_on"]
    has_failed = (
        (samples["result"] == "unqualified") & (reported <= as_of) & (reported + pd.DateOffset(years=1) >= as_of)
    )
    ids = records["enterprise"]["enterprise_id"]
    is_inspected = ids.isin(inspections.loc[is_recent, "enterprise_id"].unique())
    is_failed = ids.isin(samples.loc[has_failed, "enterprise_id"].unique())
    why = np.select([~is_inspected, is_failed], ["inspected", "no_failed_sample"], "")
    return pd.DataFrame({"enterprise_id": ids, "lacking": why})


def _held(decisions: Frame, as_of: pd.Timestamp) -> Frame:
    """The latest decision in force that holds a tier."""
    is_in_force = (decisions["decided_on"] <= as_of) & ~(decisions["ends_on"] < as_of)
    holds = decisions[(decisions["decision_type"] == "hold_tier") & decisions["tier"].isin(list("ABCDE")) & is_in_force]
    latest = holds.sort_values(["decided_on", "decision_no"]).drop_duplicates("enterprise_id", keep="last")
    return latest.rename(columns={"tier": "held_tier"})[["enterprise_id", "decision_no", "ends_on", "held_tier"]]


def _decided(whole: Frame) -> Frame:
    letters = np.array(list("ABCDE"))
    score_index = whole["score_index"].to_numpy()
    after_needs = np.where((score_index == 0) & (whole["lacking"] != ""), 1, score_index)
    direct, floor = whole["direct_tier"].fillna(0).astype(int), whole["floor"].fillna(0).astype(int)
    after_placing = np.maximum(after_needs, direct)
    held = whole["held_tier"].map(dict(zip("ABCDE", range(5), strict=True)))
    is_held = held.notna() & ~(direct > held)
    steps = [is_held, floor > after_placing, direct > after_needs, after_needs > score_index]
    by = np.select(steps, ["decision", "movement", "direct", "minimum_data"], "cut_point")
    rule = _PLACED_BY[whole["direct_rule"].fillna(0).astype(int)]
    ids = np.select(steps, [whole["decision_no"], "movement", rule, whole["lacking"]], letters[score_index])
    locks = [whole["ends_on"].where(by == "decision"), whole["direct_until"].where(by == "direct")]
    return pd.DataFrame(
        {
            "enterprise_id": whole["enterprise_id"],
            "tier": np.where(is_held, whole["held_tier"], letters[np.maximum(after_placing, floor)]),
            "score_centipoints": whole["score"],
            "score_tier": letters[score_index],
            "decided_by": by,
            "decided_by_id": ids,
            "locked_until_on": locks[0].fillna(locks[1]),
        }
    )


@dataclass(frozen=True)
class PandasItem:
    """points: of each record, where `when` holds; window: a span, _FAR, or for ever (None)."""

    kind: str
    section: int
    when: Callable[[Frame], Frame]
    points: Callable[[Frame], Frame]
    window: Offset | None = None
    cap: float = np.nan
    steps: tuple[tuple[Offset, int], ...] = ()
    heeds_term: bool = False


def _has(*kinds: str) -> Callable[[Frame], Frame]:
    wanted = frozenset(kinds)
    return lambda r: r["penalty_kinds"].map(lambda given: not wanted.isdisjoint(given))


def _both(one: Callable[[Frame], Frame], other: Callable[[Frame], Frame]) -> Callable[[Frame], Frame]:
    return lambda r: one(r) & other(r)


def _is(column: str, *values: str) -> Callable[[Frame], Frame]:
    return lambda r: r[column].isin(values)


def _fixed(points: int) -> Callable[[Frame], Frame]:
    return lambda r: points


def _each(column: str, points: int) -> Callable[[Frame], Frame]:
    return lambda r: r[column] * points


def _steps(column: str, *steps: tuple[int, int]) -> Callable[[Frame], Frame]:
    falling = sorted(steps, reverse=True)
    return lambda r: np.select([r[column] >= least for least, _ in falling], [points for _, points in falling], np.nan)


def _above(column: str) -> Callable[[Frame], Frame]:
    return lambda r: r[column] > 0


def _verified(when: Callable[[Frame], Frame]) -> Callable[[Frame], Frame]:
    return lambda r: r["is_verified"].eq(True) & when(r)


_IS_DRUG = _is("field", "drug")
_SERIOUS = _both(_is("level", "serious"), lambda r: r["signal_type"] != "recall")
_COMPLAINT = _both(_is("signal_type", "complaint", "public_opinion"), lambda r: r["level"] != "serious")
_FAILED = _is("result", "unqualified")
_LOST = _has("revoke_licence", "revoke_business", "close")
_STOPPED = _has("stop_order", "restrict_trade", "restrict_occupation")


def _no_drug(r: Frame) -> Frame:
    return ~_IS_DRUG(r)


def _cosmetic(r: Frame) -> Frame:
    return r["field"].isin(["cosmetic", "other"]) | r["field"].isna()


def _in_time(r: Frame) -> Frame:
    return r["completed_on"] <= r["due_on"]


_DRUG_FINES = ((1, -2000), (10**6, -4000), (5 * 10**6, -6000), (2 * 10**7, -10000), (10**8, -18000))
_OTHER_FINES = ((1, -1500), (10**6, -3000), (5 * 10**6, -4500), (2 * 10**7, -7500), (10**8, -15000))
_TAKEN = ((0, -2500), (10**6, -4500), (10**7, -9000))
ITEMS = (
    PandasItem("penalty", 0, _LOST, _fixed(-45000), _FIVE),
    PandasItem("penalty", 0, _has("detention"), _fixed(-30000), _THREE),
    PandasItem("penalty", 0, _STOPPED, _fixed(-20000), _THREE, steps=((_TWO, 50),)),
    PandasItem("penalty", 0, _has("suspend_licence", "downgrade"), _fixed(-15000), _THREE),
    PandasItem("penalty", 0, _is("discretion", "heavy"), _fixed(-12000), _TWO),
    PandasItem(
        "penalty", 0, _both(_has("fine"), _IS_DRUG), _steps("fine_fen", *_DRUG_FINES), _TWO, steps=(*_FINE_STEPS,)
    ),
    PandasItem(
        "penalty", 0, _both(_has("fine"), _no_drug), _steps("fine_fen", *_OTHER_FINES), _TWO, steps=(*_FINE_STEPS,)
    ),
    PandasItem(
        "penalty", 0, _has("confiscation_gains", "confiscation_goods"), _steps("confiscated_fen", *_TAKEN), _TWO
    ),
    PandasItem("penalty", 0, _has("warning", "criticism"), _fixed(-1000), _YEAR, -3000),
    PandasItem("person_ban", 0, lambda r: r["decided_on"].notna(), _fixed(-6000), None, -15000, heeds_term=True),
    PandasItem("inspection", 1, _is("conclusion", "non_compliant"), _fixed(-6000), _TWO),
    PandasItem("inspection", 1, _is("conclusion", "rectify_first"), _fixed(-1000), _YEAR),
    PandasItem(
        "inspection", 1, _both(_above("critical_count"), _IS_DRUG), _each("critical_count", -4000), _TWO, -16000
    ),
    PandasItem(
        "inspection", 1, _both(_above("critical_count"), _no_drug), _each("critical_count", -3000), _TWO, -12000
    ),
    PandasItem("inspection", 1, _above("major_count"), _each("major_count", -500), _YEAR, -5000),
    PandasItem("inspection", 1, _above("minor_count"), _each("minor_count", -50), _YEAR, -1000),
    PandasItem("sampling", 1, _both(_FAILED, _IS_DRUG), _fixed(-6000), _TWO, -18000, (*_HALF_AFTER_A_YEAR,)),
    PandasItem(
        "sampling", 1, _both(_FAILED, _is("field", "device")), _fixed(-4500), _TWO, -13500, (*_HALF_AFTER_A_YEAR,)
    ),
    PandasItem("sampling", 1, _both(_FAILED, _cosmetic), _fixed(-3500), _TWO, -10500, (*_HALF_AFTER_A_YEAR,)),
    PandasItem("signal", 1, _verified(_SERIOUS), _fixed(-3000), {"months": 18}, -9000),
    PandasItem("signal", 1, _verified(_COMPLAINT), _fixed(-800), _YEAR, -4000),
    PandasItem("rectification", 1, _is("state", "overdue"), _fixed(-4000), _FAR, -12000),
    PandasItem("honour", 2, _is("level", "national", "provincial"), _fixed(2000), _THREE, 3000, heeds_term=True),
    PandasItem("honour", 2, _is("level", "municipal", "county"), _fixed(800), _TWO, 1600, heeds_term=True),
    PandasItem("rectification", 2, _both(_is("state", "completed"), _in_time), _fixed(300), _YEAR, 900),
    PandasItem("signal", 2, _verified(_is("signal_type", "recall")), _fixed(500), _YEAR, 1000),
    PandasItem("decision", 2, _is("decision_type", "repair"), _fixed(1000), _YEAR, 2000),
    PandasItem("commitment", 3, _is("state", "unfulfilled"), _fixed(-4000), _TWO),
    PandasItem("commitment", 3, _is("state", "partly"), _fixed(-1500), _TWO),
    PandasItem("commitment", 2, _is("state", "fulfilled"), _fixed(200), _YEAR, 600),
)
_EVENTS = {
    "penalty": "decided_on",
    "person_ban": "decided_on",
    "inspection": "inspected_on",
    "sampling": "reported_on",
    "signal": "occurred_on",
    "rectification": "ordered_on",
    "honour": "awarded_on",
    "decision": "decided_on",
    "commitment": "made_on",
}
_TERMS = {"person_ban": "ends_on", "honour": "valid_until_on"}
_HEEDING_RELEASE = ("penalty",)


def _all_hits(records: Mapping[str, Frame], as_of: pd.Timestamp) -> Frame:
    """Records with the items that apply to them, their points, and until when they count."""
    known = {kind: _known(records, kind, as_of) for kind in _EVENTS}
    return pd.concat([_hits(known[item.kind], number, item) for number, item in enumerate(ITEMS)], ignore_index=True)


def _known(records: Mapping[str, Frame], kind: str, as_of: pd.Timestamp) -> Frame:
    """Records up to the day, those of known enterprises, with what withdraws them."""
    frame = records[kind].assign(event_on=records[kind][_EVENTS[kind]])
    frame = frame[(frame["event_on"] <= as_of) & frame["enterprise_id"].isin(records["enterprise"]["enterprise_id"])]
    releases = records["releases"]
    is_ours = (releases["record_kind"] == kind) & (releases["released_on"] <= as_of)
    is_released = frame["record_id"].isin(releases.loc[is_ours, "record_id"])
    is_revoked = frame["revoked_on"] <= as_of if kind == "penalty" else np.zeros(len(frame), bool)
    return frame.assign(is_revoked=is_revoked, is_released=is_released)


def _withdrawn(frame: Frame, heeds_release: bool) -> Frame:
    why = np.select([frame["is_revoked"], frame["is_released"] & heeds_release], ["revoked", "released"], "")
    return pd.Series(why, frame.index).replace("", None)


def _hits(frame: Frame, number: int, item: PandasItem) -> Frame:
    one = frame[item.when(frame)]
    day = one["event_on"]
    found = pd.DataFrame({name: one[name] for name in ("enterprise_id", "record_id", "event_on")})
    found = found.assign(item=number, raw=item.points(one), withdrawn_by=_withdrawn(one, item.kind in _HEEDING_RELEASE))
    found["act"] = one["act_no"] if item.kind == "penalty" else None
    found["expires_on"] = one[_TERMS[item.kind]] if item.heeds_term else pd.NaT
    found["window_ends_on"] = _window_end(day, item.window)
    for name, (span, percent) in zip(("first", "second"), (*item.steps, (None, np.nan), (None, np.nan)), strict=False):
        found[f"{name}_step_on"] = pd.NaT if span is None else day + pd.DateOffset(**span)
        found[f"{name}_percent"] = percent
    return found[found["raw"].notna()]


def _window_end(day: Frame, window: Offset | None) -> Frame:
    if window is None:
        return pd.NaT
    if not window:
        return pd.to_datetime((day.dt.year + 1).astype(str) + "-12-31")
    return day + pd.DateOffset(**window)


def _placements(records: Mapping[str, Frame], as_of: pd.Timestamp) -> Frame:
    """Records that place an enterprise in a tier, and until when (NaT: for ever)."""
    penalties, decisions, bans = (_known(records, kind, as_of) for kind in ("penalty", "decision", "person_ban"))
    listings = decisions[decisions["decision_type"] == "list"]
    every = [
        _placing(listings, 0, 4, _THREE, True),
        _placing(penalties[_LOST(penalties)], 1, 4, _THREE),
        _placing(bans, 2, 3, None).assign(holds_until=bans["ends_on"]),
        _placing(_with_earlier(penalties[_has("stop_order")(penalties)]), 3, 3, _TWO),
    ]
    return pd.concat(every, ignore_index=True)


def _placing(frame: Frame, rule: int, tier: int, lock: Offset | None, heeds_release: bool = False) -> Frame:
    until = pd.NaT if lock is None else frame["event_on"] + pd.DateOffset(**lock)
    withdrawn = _withdrawn(frame, heeds_release)
    return frame[["enterprise_id", "event_on"]].assign(rule=rule, tier=tier, holds_until=until, withdrawn_by=withdrawn)


def _with_earlier(orders: Frame) -> Frame:
    """Those with another, not revoked, in the year before."""
    others = orders.loc[~orders["is_revoked"], ["enterprise_id", "record_id", "event_on"]]
    both = orders.merge(others, on="enterprise_id", suffixes=("", "_other"))
    is_before = (both["event_on_other"] <= both["event_on"]) & (both["record_id_other"] != both["record_id"])
    is_within = both["event_on_other"] + pd.DateOffset(years=1) >= both["event_on"]
    return orders[orders["record_id"].isin(both.loc[is_before & is_within, "record_id"])]
