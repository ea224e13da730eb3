"""What the invented records of each kind say: the columns a rating reads, and those the gate asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from bench.dice import AS_OF, Dice

Columns = Mapping[str, pl.Series]
FAULTY_KINDS = ("penalty", "decision", "person_ban")
_PENALTIES = {
    "fine": 55,
    "warning": 25,
    "confiscation_gains|fine": 12,
    "confiscation_goods": 3,
    "stop_order": 2,
    "suspend_licence": 1,
    "revoke_licence": 1,
    "detention": 1,
}


def _only(values: pl.Series, where: pl.Series) -> pl.Series:
    """`values` where it is said, nothing elsewhere."""
    return pl.select(pl.when(where).then(values)).to_series()


def _field(dice: Dice) -> pl.Series:
    words = dice.words({"drug": 50, "device": 30, "cosmetic": 18, "": 2})
    return _only(words, words != "")


def _inspection(dice: Dice, _on: pl.Series) -> Columns:
    calm = {"compliant": 960, "rectify_first": 37, "non_compliant": 3}
    return {
        "critical_count": dice.numbers(0.15, 0.5),
        "major_count": dice.numbers(0.3, 1),
        "minor_count": dice.numbers(0.8, 3),
        "conclusion": dice.words(calm, {"compliant": 80, "rectify_first": 16, "non_compliant": 4}),
        "field": _field(dice),
    }


def _sampling(dice: Dice, _on: pl.Series) -> Columns:
    calm = {"qualified": 996, "unqualified": 4}
    return {"result": dice.words(calm, {"qualified": 93, "unqualified": 7}), "field": _field(dice)}


def _signal(dice: Dice, _on: pl.Series) -> Columns:
    return {
        "signal_type": dice.words({"complaint": 60, "adverse_event": 25, "public_opinion": 10, "recall": 5}),
        "level": dice.words({"low": 70, "general": 26, "serious": 4}),
        "is_verified": dice.flags(0.05, 0.4),
        "field": _field(dice),
    }


def _rectification(dice: Dice, on: pl.Series) -> Columns:
    state = dice.words({"completed": 98, "open": 1, "overdue": 1}, {"completed": 85, "open": 5, "overdue": 10})
    return {
        "state": state,
        "due_on": dice.later(on, 25, 35),
        "completed_on": _only(dice.later(on, 1, 38), state == "completed"),
        "field": _field(dice),
    }


def _commitment(dice: Dice, _on: pl.Series) -> Columns:
    state = dice.words(
        {"fulfilled": 90, "open": 9, "partly": 1}, {"fulfilled": 75, "open": 5, "partly": 12, "unfulfilled": 8}
    )
    words = dice.words({"未按期提交材料": 1})
    return {"state": state, "unperformed": _only(words, state.is_in(["partly", "unfulfilled"]))}


def _honour(dice: Dice, on: pl.Series) -> Columns:
    until = dice.later(on, 365, 1500)
    return {
        "level": dice.words({"county": 60, "municipal": 30, "provincial": 9, "national": 1}),
        "title": dice.words({"诚信经营示范单位": 1}),
        "valid_until_on": _only(until, dice.flags(0.5, 0.5)),
    }


def _penalty(dice: Dice, on: pl.Series) -> Columns:
    kinds = dice.words(_PENALTIES)
    is_revoked = dice.flags(0.02, 0.02)
    shared = "案" + dice.numbers(2000, 2000).cast(pl.String)  # some records punish one act
    number = dice.digits()
    return {
        "decision_key": number,
        "act_no": shared.zip_with(dice.flags(0.3, 0.3), number),
        "penalty_kinds": kinds.str.split("|"),
        "fine_fen": _only(dice.money(1_000_000), kinds.str.contains("fine")),
        "confiscated_fen": _only(dice.money(300_000), kinds.str.contains("confiscation")),
        "discretion": dice.words({"ordinary": 75, "light": 18, "reduced": 3, "heavy": 4}),
        "party_class": dice.words({"organisation": 1}),
        "field": _field(dice),
        "state": dice.words({"revoked": 1}).zip_with(is_revoked, dice.words({"in_force": 1})),
        "revoked_on": _only(dice.later(on, 30, 400), is_revoked),
    }


def _decision(dice: Dice, on: pl.Series) -> Columns:
    step = dice.words({"repair": 60, "list": 25, "hold_tier": 15})
    tier = dice.words({"B": 30, "C": 50, "D": 20})
    return {
        "decision_type": step,
        "matter": _only(dice.words({"penalty": 1}), step == "repair"),
        "tier": _only(tier, step == "hold_tier"),
        "ends_on": _only(dice.later(on, 90, 1200), step == "hold_tier"),
        "reason": dice.words({"《市场监督管理严重违法失信名单管理办法》": 1}),
        "proposed_by": dice.words({"王敏": 1, "李强": 1}),
        "decided_by": dice.words({"赵刚": 1}),
    }


def _person_ban(dice: Dice, on: pl.Series) -> Columns:
    is_lifelong = dice.flags(0.2, 0.2)
    return {
        "person_name": dice.words({"张某": 1, "刘某": 1}),
        "is_lifelong": is_lifelong,
        "ends_on": _only(dice.later(on, 365, 3650), ~is_lifelong),
        "field": _field(dice),
    }


CONTENTS: dict[str, Callable[[Dice, pl.Series], Columns]] = {
    "inspection": _inspection,
    "sampling": _sampling,
    "signal": _signal,
    "rectification": _rectification,
    "commitment": _commitment,
    "honour": _honour,
    "penalty": _penalty,
    "decision": _decision,
    "person_ban": _person_ban,
}

__all__ = ["AS_OF", "CONTENTS", "FAULTY_KINDS"]
