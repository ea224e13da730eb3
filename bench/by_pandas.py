"""The policy of policy/schemes/reference.yaml by hand on pandas, as in force in 2026: ratings, without the trace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.by_pandas_hits import ITEMS, SECTIONS, hits, placements

Frame = Any  # pandas' types are partial
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
    found, placed = hits(records, as_of), placements(records, as_of)
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
    for number, (base, highest) in enumerate(SECTIONS):
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
