"""Penalties that may lead to a listing, and what is to be weighed for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import dated_condition
from transforms.law.listing.listings import is_annulled_penalty
from transforms.law.matters.procedure import ReplayedMatters
from transforms.law.publicity.penalty_facts import IN_FORCE, with_penalty_facts
from transforms.policy_model.law_listing import FactorId, ListingSituation, SeriousListLaw
from transforms.policy_model.scheme import Duration
from transforms.records.text import document_key
from transforms.schemas.base import INTEGER, TEXT
from transforms.schemas.law import CANDIDATE, CHECKLIST
from transforms.schemas.vocabularies import DISCRETION, PENALTY_KINDS

_FINE = "fine"


def candidates(
    penalties: pl.LazyFrame, enterprises: pl.LazyFrame, law: SeriousListLaw, followed: ReplayedMatters, as_of: date
) -> pl.LazyFrame:
    """Penalties decided by `as_of` to be looked at, in the columns of CANDIDATE, newest first.

    44号令 Art. 2: a situation listed and a heavier penalty, except where an article lists without one. Only
    enterprises of the register, and penalties that were not annulled. A matter of the register that names the penalty
    (a notice, a listing, a decision not to list) has consumed it. `late`: the listing is decided together with the
    penalty (Art. 13), and the register has nothing of that day.
    """
    names = enterprises.select("enterprise_id", "name", register_uscc="uscc")
    known = penalties.filter(pl.col("decided_on") <= as_of, ~_is_gone(law, as_of))
    frame = with_penalty_facts(known, enterprises).with_columns(
        situations=pl.concat_list(_situation(one) for one in law.situations).list.drop_nulls(),
        is_heavier=dated_condition(law.heavier_when, pl.col("decided_on")),
        target_key=document_key(pl.col("decision_no")),
    )
    needing = [one.id for one in law.situations if not one.needs_heavier]
    fits = pl.col("is_heavier") | pl.col("situations").list.eval(pl.element().is_in(needing)).list.any()
    open_ = frame.filter(fits, pl.col("situations").list.len() > 0).join(
        _consumed(followed), on=["enterprise_id", "target_key"], how="anti"
    )
    chosen = open_.join(names, on="enterprise_id").with_columns(_chosen(law, needing))
    return sort_candidates(chosen.with_columns(_described(law, as_of)).select(list(CANDIDATE.schema)))


def sort_candidates(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of CANDIDATE in their order."""
    return rows.sort("decided_on", "decision_no", "record_id", descending=[True, False, False])


def _is_gone(law: SeriousListLaw, as_of: date) -> pl.Expr:
    return is_annulled_penalty(law) & (pl.col("revoked_on") <= as_of).fill_null(True)


def _situation(one: ListingSituation) -> pl.Expr:
    return (
        pl.when(dated_condition(one.when, pl.col("decided_on")))
        .then(pl.lit(one.id))
        .otherwise(pl.lit(None, dtype=TEXT))
    )


def _consumed(followed: ReplayedMatters) -> pl.LazyFrame:
    matters = followed.matters.filter(pl.col("matter") == "listing", pl.col("target_key").is_not_null())
    return matters.select("enterprise_id", "target_key").unique()


def _chosen(law: SeriousListLaw, needing: list[str]) -> list[pl.Expr]:
    """The first situation that holds without a heavier penalty where there is none, and the others it may be in."""
    alone = pl.col("situations").list.eval(pl.element().filter(pl.element().is_in(needing)))
    possible = pl.when("is_heavier").then("situations").otherwise(alone)
    return [possible.list.first().alias("situation"), possible.list.slice(1).alias("other_situations")]


def _described(law: SeriousListLaw, as_of: date) -> list[pl.Expr]:
    articles = {one.id: one.basis for one in law.situations}
    sureness = {one.id: one.when.confidence for one in law.situations}
    situation = pl.col("situation")
    tests = {
        "late": pl.col("decided_on") < as_of,
        "discretion_unstated": pl.col("discretion").is_null() & pl.col("penalty_kinds").list.contains(_FINE),
        "changed": (pl.col("state") != IN_FORCE).fill_null(False),
    }
    told = [pl.when(test).then(pl.lit(code)).otherwise(pl.lit(None, dtype=TEXT)) for code, test in tests.items()]
    return [
        situation.replace_strict(articles, return_dtype=TEXT).alias("situation_basis"),
        situation.replace_strict(sureness, return_dtype=TEXT).alias("situation_confidence"),
        pl.when("is_heavier").then(pl.lit(law.heavier_when.basis)).alias("heavier_basis"),
        pl.coalesce("register_uscc", "uscc").alias("uscc"),
        pl.concat_list(told).list.drop_nulls().alias("notes"),
    ]


_NAMED = 5

_FEN_PER_YUAN = 100


@dataclass(frozen=True)
class EvidenceRecords:
    """Current versions of what a candidate is weighed by."""

    penalties: pl.LazyFrame
    samplings: pl.LazyFrame
    signals: pl.LazyFrame
    inspections: pl.LazyFrame


def checklist(found: pl.DataFrame, records: EvidenceRecords, law: SeriousListLaw, as_of: date) -> pl.DataFrame:
    """A row per candidate of `found` (CANDIDATE) and factor, in the columns of CHECKLIST, sorted by its key.

    44号令 Art. 12. What happened before the penalty counts: earlier penalties of the same violation type without a
    limit, findings of supervision within the law's window. What no record says is blank, never zero.
    """
    own = records.penalties.select("record_id", "fine_fen", "confiscated_fen", "discretion")
    asked = found.lazy().select("record_id", "enterprise_id", "decided_on", "violation_type", "penalty_kinds")
    frame = _with_frequency(asked.join(own, on="record_id"), records.penalties)
    # Collected here: every factor asks for the whole, and a plan that repeats it is optimised for seconds.
    weighed = _with_supervision(frame, records, law.evidence_window.on(as_of)).collect()
    rows = [
        weighed.filter(pl.col("decided_on") >= (factor.from_ or date.min)).select(
            "record_id",
            position=pl.lit(position, dtype=INTEGER),
            factor=pl.lit(factor.id),
            title=pl.lit(factor.title),
            question=pl.lit(factor.question),
            evidence=_EVIDENCE.get(factor.id, _nothing)(),
            basis=pl.lit(factor.basis),
            confidence=pl.lit(factor.confidence),
        )
        for position, factor in enumerate(law.factors, 1)
    ]
    listed = pl.concat(rows).with_columns(is_blank=pl.col("evidence").is_null())
    return listed.select(list(CHECKLIST.schema)).sort(CHECKLIST.key)


def _with_frequency(frame: pl.LazyFrame, penalties: pl.LazyFrame) -> pl.LazyFrame:
    """With earlier penalties of the same party in force on the day: how many, how many of the same type, which."""
    earlier = penalties.select(
        "enterprise_id",
        earlier_id="record_id",
        earlier_no="decision_no",
        earlier_on="decided_on",
        earlier_type=pl.col("violation_type").str.strip_chars(),
        gone_on="revoked_on",
    )
    day = pl.col("decided_on")
    pairs = frame.select("record_id", "enterprise_id", "decided_on", "violation_type").join(earlier, on="enterprise_id")
    stood = pairs.filter(pl.col("earlier_on") < day, pl.col("gone_on").is_null() | (pl.col("gone_on") > day)).sort(
        "earlier_on", "earlier_no", "earlier_id"
    )
    is_same = (pl.col("earlier_type") == pl.col("violation_type").str.strip_chars()).fill_null(False)
    counted = stood.group_by("record_id", maintain_order=True).agg(
        earlier_count=pl.len().cast(INTEGER),
        same_count=is_same.sum().cast(INTEGER),
        same_nos=pl.col("earlier_no").filter(is_same).tail(_NAMED).str.join("、"),
    )
    return frame.join(counted, on="record_id", how="left").with_columns(
        pl.col("earlier_count", "same_count").fill_null(0)
    )


def _with_supervision(frame: pl.LazyFrame, records: EvidenceRecords, window: Duration | None) -> pl.LazyFrame:
    """With what supervision found within `window` before the penalty, its day included."""
    signals = records.signals
    found = {
        "failed_samples": (records.samplings.filter(pl.col("result") == "unqualified"), "reported_on"),
        "adverse_events": (signals.filter(pl.col("signal_type") == "adverse_event"), "occurred_on"),
        "recalls": (signals.filter(pl.col("signal_type") == "recall"), "occurred_on"),
        "complaints": (signals.filter(pl.col("signal_type") == "complaint", _is_verified()), "occurred_on"),
        "opinions": (signals.filter(pl.col("signal_type") == "public_opinion"), "occurred_on"),
        "critical_defects": (records.inspections.filter(pl.col("critical_count") > 0), "inspected_on"),
    }
    for name, (part, event) in found.items():
        frame = frame.join(_counted(frame, part, event, name, window), on="record_id", how="left")
    return frame.with_columns(pl.col(list(found)).fill_null(0))


def _is_verified() -> pl.Expr:
    return pl.col("is_verified").fill_null(False)


def _counted(frame: pl.LazyFrame, part: pl.LazyFrame, event: str, name: str, window: Duration | None) -> pl.LazyFrame:
    pairs = frame.select("record_id", "enterprise_id", "decided_on").join(
        part.select("enterprise_id", _event=pl.col(event)), on="enterprise_id"
    )
    until = pl.col("_event") if window is None else end_of_duration(pl.col("_event"), window)
    is_near = (pl.col("_event") <= pl.col("decided_on")) & ((until >= pl.col("decided_on")) | pl.lit(window is None))
    return pairs.filter(is_near).group_by("record_id").agg(pl.len().cast(INTEGER).alias(name))


def _frequency() -> pl.Expr:
    none = pl.lit("此前没有同类违法的处罚记录")
    some = pl.format("此前同类违法处罚{}次：{}", "same_count", "same_nos")
    untyped = pl.lit(None, dtype=TEXT)
    same = pl.when(pl.col("same_count") > 0).then(some).otherwise(none)
    stated = pl.concat_str(same, pl.format("；此前处罚共{}次", "earlier_count"))
    return pl.when(pl.col("violation_type").is_not_null()).then(stated).otherwise(untyped)


def _kinds() -> pl.Expr:
    kinds = (
        pl.col("penalty_kinds").list.eval(pl.element().replace_strict(PENALTY_KINDS, return_dtype=TEXT)).list.join("、")
    )
    grade = pl.col("discretion").replace_strict(DISCRETION, default=None, return_dtype=TEXT).fill_null("未载明")
    return pl.format("{}；裁量幅度：{}", kinds, grade)


def _sums() -> pl.Expr:
    parts = [
        pl.when(pl.col(column).is_not_null()).then(pl.format("{}{}元", pl.lit(word), _yuan(column)))
        for column, word in (("fine_fen", "罚款"), ("confiscated_fen", "没收"))
    ]
    told = pl.concat_str(parts, separator="；", ignore_nulls=True)
    return pl.when(told != "").then(told)


def _yuan(column: str) -> pl.Expr:
    fen = pl.col(column)
    cents = (fen % _FEN_PER_YUAN).cast(pl.String).str.pad_start(2, "0")
    return pl.concat_str((fen // _FEN_PER_YUAN).cast(pl.String), pl.lit("."), cents)


def _harm() -> pl.Expr:
    return _listed(
        {
            "failed_samples": "抽检不合格",
            "adverse_events": "不良反应（事件）",
            "recalls": "召回",
            "critical_defects": "检查发现严重缺陷",
        }
    )


def _social_effect() -> pl.Expr:
    return _listed({"complaints": "查实的投诉举报", "opinions": "舆情"})


def _listed(counts: Mapping[str, str]) -> pl.Expr:
    """Counts above zero; nothing where there are none: that nothing is on record says nothing of the harm."""
    parts = [
        pl.when(pl.col(column) > 0).then(pl.format("{}{}次", pl.lit(word), column)) for column, word in counts.items()
    ]
    told = pl.concat_str(parts, separator="；", ignore_nulls=True)
    return pl.when(told != "").then(told)


def _nothing() -> pl.Expr:
    return pl.lit(None, dtype=TEXT)


_EVIDENCE: Mapping[FactorId, Callable[[], pl.Expr]] = {
    "frequency": _frequency,
    "kinds": _kinds,
    "sums": _sums,
    "harm": _harm,
    "social_effect": _social_effect,
}
