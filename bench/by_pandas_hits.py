"""Which records count for which rule of the reference policy, by hand on pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

Frame = Any  # pandas' types are partial
Span = dict[str, int]
_YEAR, _TWO, _THREE, _FIVE = ({"years": years} for years in (1, 2, 3, 5))
_FINE_STEPS = [({"months": 12}, 70), ({"months": 18}, 40)]
_HALF_AFTER_A_YEAR = [(_YEAR, 50)]
SECTIONS = ((45000, np.inf), (35000, np.inf), (10000, 15000), (10000, np.inf))  # base and highest; lowest is 0
_FAR: Span = {}  # the year of the event and the next


@dataclass(frozen=True)
class Item:
    """points: of each record, where `when` holds; window: a span, _FAR, or for ever (None)."""

    kind: str
    section: int
    when: Callable[[Frame], Frame]
    points: Callable[[Frame], Frame]
    window: Span | None = None
    cap: float = np.nan
    steps: tuple[tuple[Span, int], ...] = ()
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
    Item("penalty", 0, _LOST, _fixed(-45000), _FIVE),
    Item("penalty", 0, _has("detention"), _fixed(-30000), _THREE),
    Item("penalty", 0, _STOPPED, _fixed(-20000), _THREE, steps=((_TWO, 50),)),
    Item("penalty", 0, _has("suspend_licence", "downgrade"), _fixed(-15000), _THREE),
    Item("penalty", 0, _is("discretion", "heavy"), _fixed(-12000), _TWO),
    Item("penalty", 0, _both(_has("fine"), _IS_DRUG), _steps("fine_fen", *_DRUG_FINES), _TWO, steps=(*_FINE_STEPS,)),
    Item("penalty", 0, _both(_has("fine"), _no_drug), _steps("fine_fen", *_OTHER_FINES), _TWO, steps=(*_FINE_STEPS,)),
    Item("penalty", 0, _has("confiscation_gains", "confiscation_goods"), _steps("confiscated_fen", *_TAKEN), _TWO),
    Item("penalty", 0, _has("warning", "criticism"), _fixed(-1000), _YEAR, -3000),
    Item("person_ban", 0, lambda r: r["decided_on"].notna(), _fixed(-6000), None, -15000, heeds_term=True),
    Item("inspection", 1, _is("conclusion", "non_compliant"), _fixed(-6000), _TWO),
    Item("inspection", 1, _is("conclusion", "rectify_first"), _fixed(-1000), _YEAR),
    Item("inspection", 1, _both(_above("critical_count"), _IS_DRUG), _each("critical_count", -4000), _TWO, -16000),
    Item("inspection", 1, _both(_above("critical_count"), _no_drug), _each("critical_count", -3000), _TWO, -12000),
    Item("inspection", 1, _above("major_count"), _each("major_count", -500), _YEAR, -5000),
    Item("inspection", 1, _above("minor_count"), _each("minor_count", -50), _YEAR, -1000),
    Item("sampling", 1, _both(_FAILED, _IS_DRUG), _fixed(-6000), _TWO, -18000, (*_HALF_AFTER_A_YEAR,)),
    Item("sampling", 1, _both(_FAILED, _is("field", "device")), _fixed(-4500), _TWO, -13500, (*_HALF_AFTER_A_YEAR,)),
    Item("sampling", 1, _both(_FAILED, _cosmetic), _fixed(-3500), _TWO, -10500, (*_HALF_AFTER_A_YEAR,)),
    Item("signal", 1, _verified(_SERIOUS), _fixed(-3000), {"months": 18}, -9000),
    Item("signal", 1, _verified(_COMPLAINT), _fixed(-800), _YEAR, -4000),
    Item("rectification", 1, _is("state", "overdue"), _fixed(-4000), _FAR, -12000),
    Item("honour", 2, _is("level", "national", "provincial"), _fixed(2000), _THREE, 3000, heeds_term=True),
    Item("honour", 2, _is("level", "municipal", "county"), _fixed(800), _TWO, 1600, heeds_term=True),
    Item("rectification", 2, _both(_is("state", "completed"), _in_time), _fixed(300), _YEAR, 900),
    Item("signal", 2, _verified(_is("signal_type", "recall")), _fixed(500), _YEAR, 1000),
    Item("decision", 2, _is("decision_type", "repair"), _fixed(1000), _YEAR, 2000),
    Item("commitment", 3, _is("state", "unfulfilled"), _fixed(-4000), _TWO),
    Item("commitment", 3, _is("state", "partly"), _fixed(-1500), _TWO),
    Item("commitment", 2, _is("state", "fulfilled"), _fixed(200), _YEAR, 600),
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


def hits(records: Mapping[str, Frame], as_of: pd.Timestamp) -> Frame:
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


def _hits(frame: Frame, number: int, item: Item) -> Frame:
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


def _window_end(day: Frame, window: Span | None) -> Frame:
    if window is None:
        return pd.NaT
    if not window:
        return pd.to_datetime((day.dt.year + 1).astype(str) + "-12-31")
    return day + pd.DateOffset(**window)


def placements(records: Mapping[str, Frame], as_of: pd.Timestamp) -> Frame:
    """Records that place an enterprise in a tier, and until when (NaT: for ever)."""
    penalties, decisions, bans = (_known(records, kind, as_of) for kind in ("penalty", "decision", "person_ban"))
    listings = decisions[decisions["decision_type"] == "list"]
    every = [
        _placing(listings, 0, 4, _THREE, True),
        _placing(penalties[_LOST(penalties)], 1, 4, _THREE),
        _placing(bans, 2, 3, None).assign(holds_until=bans["ends_on"]),
        _placing(_repeated(penalties[_has("stop_order")(penalties)]), 3, 3, _TWO),
    ]
    return pd.concat(every, ignore_index=True)


def _placing(frame: Frame, rule: int, tier: int, lock: Span | None, heeds_release: bool = False) -> Frame:
    until = pd.NaT if lock is None else frame["event_on"] + pd.DateOffset(**lock)
    withdrawn = _withdrawn(frame, heeds_release)
    return frame[["enterprise_id", "event_on"]].assign(rule=rule, tier=tier, holds_until=until, withdrawn_by=withdrawn)


def _repeated(orders: Frame) -> Frame:
    """Those with another, not revoked, in the year before."""
    others = orders.loc[~orders["is_revoked"], ["enterprise_id", "record_id", "event_on"]]
    both = orders.merge(others, on="enterprise_id", suffixes=("", "_other"))
    is_before = (both["event_on_other"] <= both["event_on"]) & (both["record_id_other"] != both["record_id"])
    is_within = both["event_on_other"] + pd.DateOffset(years=1) >= both["event_on"]
    return orders[orders["record_id"].isin(both.loc[is_before & is_within, "record_id"])]
