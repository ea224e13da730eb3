"""Penalties that may lead to a listing, and what is to be weighed for each.

44号令 Art. 2 asks for a situation of the law, a heavier penalty, and a grave nature, circumstance or harm. The first
two make a candidate (`candidates`); the third is for a person to judge, on the evidence of `checklist` (Art. 12).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import dated_condition
from transforms.law.listing.listings import is_annulled_penalty
from transforms.law.matters.cases import goods_values
from transforms.law.publicity.penalty_facts import IN_FORCE, sums_in_yuan, with_penalty_facts
from transforms.law.texts import joined_or_null
from transforms.policy_model.document import Duration
from transforms.policy_model.law import FactorId, SeriousListLaw
from transforms.records.text import document_key
from transforms.schemas.base import INTEGER, TEXT
from transforms.schemas.law import CANDIDATE, CHECKLIST
from transforms.schemas.vocabularies import DISCRETION, PENALTY_KINDS

_FINE = "fine"
_MOST_NUMBERS = 5  # how many earlier penalties the evidence names
_NO_TEXT = pl.lit(None, dtype=TEXT)


def candidates(
    penalties: pl.LazyFrame, enterprises: pl.LazyFrame, law: SeriousListLaw, matters: pl.DataFrame, as_of: date
) -> pl.LazyFrame:
    """CANDIDATE: penalties decided by `as_of` that a person must look at, newest first.

    Only of enterprises in the register, and not annulled. A situation that an article lists without a heavier penalty
    needs none. A penalty that a listing matter names (a notice, a listing, a decision not to list) is settled. Note
    `late`: the listing is decided together with the penalty (44号令 Art. 13), and the log has nothing of that day.

    matters: MATTER_TABLE on `as_of`.
    """
    is_annulled = is_annulled_penalty(law) & (pl.col("revoked_on") <= as_of).fill_null(True)
    decided = pl.col("decided_on")
    situations = [
        pl.when(dated_condition(one.when, decided)).then(pl.lit(one.id)).otherwise(_NO_TEXT) for one in law.situations
    ]
    known = penalties.filter(decided <= as_of, ~is_annulled)
    frame = with_penalty_facts(known, enterprises).with_columns(
        situations=pl.concat_list(situations).list.drop_nulls(),
        is_heavier=dated_condition(law.heavier_when, decided),
        target_key=document_key(pl.col("decision_no")),
    )
    # Where the penalty is not heavier, only situations that need no heavier one count.
    without_heavier = [one.id for one in law.situations if not one.needs_heavier]
    lighter = pl.col("situations").list.eval(pl.element().filter(pl.element().is_in(without_heavier)))
    possible = pl.when("is_heavier").then("situations").otherwise(lighter)
    is_listing = (pl.col("matter") == "listing") & pl.col("target_key").is_not_null()
    settled = matters.filter(is_listing).select("enterprise_id", "target_key").unique().lazy()
    names = enterprises.select("enterprise_id", "name", register_uscc="uscc")
    found = (
        frame.with_columns(situation=possible.list.first(), other_situations=possible.list.slice(1))
        .filter(pl.col("situation").is_not_null())
        .join(settled, on=["enterprise_id", "target_key"], how="anti")
        .join(names, on="enterprise_id")
    )
    notes = {
        "late": decided < as_of,
        "discretion_unstated": pl.col("discretion").is_null() & pl.col("penalty_kinds").list.contains(_FINE),
        "changed": (pl.col("state") != IN_FORCE).fill_null(False),
    }
    codes = [pl.when(test).then(pl.lit(code)).otherwise(_NO_TEXT) for code, test in notes.items()]
    articles = {one.id: one.basis for one in law.situations}
    confidences = {one.id: one.when.confidence for one in law.situations}
    described = found.with_columns(
        situation_basis=pl.col("situation").replace_strict(articles, return_dtype=TEXT),
        situation_confidence=pl.col("situation").replace_strict(confidences, return_dtype=TEXT),
        heavier_basis=pl.when("is_heavier").then(pl.lit(law.heavier_when.basis)),
        uscc=pl.coalesce("register_uscc", "uscc"),
        notes=pl.concat_list(codes).list.drop_nulls(),
    )
    return sort_candidates(described.select(list(CANDIDATE.schema)))


def sort_candidates(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of CANDIDATE, newest first."""
    return rows.sort("decided_on", "decision_no", "record_id", descending=[True, False, False])


@dataclass(frozen=True)
class EvidenceRecords:
    """Current versions of the records that a candidate is weighed by."""

    penalties: pl.LazyFrame
    samplings: pl.LazyFrame
    signals: pl.LazyFrame
    inspections: pl.LazyFrame
    cases: pl.LazyFrame


def checklist(found: pl.DataFrame, records: EvidenceRecords, law: SeriousListLaw, as_of: date) -> pl.DataFrame:
    """CHECKLIST: a row per candidate of `found` (CANDIDATE) and factor of 44号令 Art. 12, sorted by its key.

    What happened before the penalty counts: earlier penalties of the same type of violation without a limit, findings
    of supervision within the law's window. What no record says is null, never zero.
    """
    own = records.penalties.select("record_id", "fine_fen", "confiscated_fen", "discretion")
    asked = found.lazy().select("record_id", "enterprise_id", "decided_on", "violation_type", "penalty_kinds")
    frame = _with_earlier_penalties(asked.join(own, on="record_id"), records.penalties)
    frame = frame.join(goods_values(records.penalties, records.cases), on="record_id", how="left")
    # Collected here: every factor reads all of it, and a plan that repeats it takes seconds to optimise.
    weighed = _with_supervision(frame, records, law.evidence_window.on(as_of)).collect()
    rows = [
        weighed.filter(pl.col("decided_on") >= (factor.from_ or date.min)).select(
            "record_id",
            position=pl.lit(position, dtype=INTEGER),
            factor=pl.lit(factor.id),
            title=pl.lit(factor.title),
            question=pl.lit(factor.question),
            evidence=_EVIDENCE[factor.id]() if factor.id in _EVIDENCE else _NO_TEXT,
            basis=pl.lit(factor.basis),
            confidence=pl.lit(factor.confidence),
        )
        for position, factor in enumerate(law.factors, 1)
    ]
    listed = pl.concat(rows).with_columns(is_blank=pl.col("evidence").is_null())
    return listed.select(list(CHECKLIST.schema)).sort(CHECKLIST.key)


def _with_earlier_penalties(frame: pl.LazyFrame, penalties: pl.LazyFrame) -> pl.LazyFrame:
    """`frame` with the party's earlier penalties in force on the day: earlier_count; same_count and same_nos, those of
    the same type of violation."""
    earlier = penalties.select(
        "enterprise_id",
        earlier_id="record_id",
        earlier_no="decision_no",
        earlier_on="decided_on",
        earlier_type=pl.col("violation_type").str.strip_chars(),
        earlier_revoked_on="revoked_on",
    )
    day, revoked = pl.col("decided_on"), pl.col("earlier_revoked_on")
    pairs = frame.select("record_id", "enterprise_id", "decided_on", "violation_type").join(earlier, on="enterprise_id")
    in_force = pairs.filter(pl.col("earlier_on") < day, revoked.is_null() | (revoked > day))
    is_same = (pl.col("earlier_type") == pl.col("violation_type").str.strip_chars()).fill_null(False)
    counted = (
        in_force.sort("earlier_on", "earlier_no", "earlier_id")
        .group_by("record_id", maintain_order=True)
        .agg(
            earlier_count=pl.len().cast(INTEGER),
            same_count=is_same.sum().cast(INTEGER),
            same_nos=pl.col("earlier_no").filter(is_same).tail(_MOST_NUMBERS).str.join("、"),
        )
    )
    return frame.join(counted, on="record_id", how="left").with_columns(
        pl.col("earlier_count", "same_count").fill_null(0)
    )


def _with_supervision(frame: pl.LazyFrame, records: EvidenceRecords, window: Duration | None) -> pl.LazyFrame:
    """`frame` with the number of findings of each sort within `window` before the penalty, its day included."""
    signals = records.signals
    is_verified = pl.col("is_verified").fill_null(False)
    findings = {
        "failed_samples": (records.samplings.filter(pl.col("result") == "unqualified"), "reported_on"),
        "adverse_events": (signals.filter(pl.col("signal_type") == "adverse_event"), "occurred_on"),
        "recalls": (signals.filter(pl.col("signal_type") == "recall"), "occurred_on"),
        "complaints": (signals.filter(pl.col("signal_type") == "complaint", is_verified), "occurred_on"),
        "opinions": (signals.filter(pl.col("signal_type") == "public_opinion"), "occurred_on"),
        "critical_defects": (records.inspections.filter(pl.col("critical_count") > 0), "inspected_on"),
    }
    event, decided = pl.col("_event"), pl.col("decided_on")
    until = event if window is None else end_of_duration(event, window)
    is_near = (event <= decided) & ((until >= decided) | pl.lit(window is None))
    for name, (rows, day) in findings.items():
        pairs = frame.select("record_id", "enterprise_id", "decided_on").join(
            rows.select("enterprise_id", _event=pl.col(day)), on="enterprise_id"
        )
        counted = pairs.filter(is_near).group_by("record_id").agg(pl.len().cast(INTEGER).alias(name))
        frame = frame.join(counted, on="record_id", how="left")
    return frame.with_columns(pl.col(list(findings)).fill_null(0))


# The evidence for each factor, in Chinese; null where the records say nothing


def _frequency() -> pl.Expr:
    same = (
        pl.when(pl.col("same_count") > 0)
        .then(pl.format("此前同类违法处罚{}次：{}", "same_count", "same_nos"))
        .otherwise(pl.lit("此前没有同类违法的处罚记录"))
    )
    stated = pl.concat_str(same, pl.format("；此前处罚共{}次", "earlier_count"))
    return pl.when(pl.col("violation_type").is_not_null()).then(stated).otherwise(_NO_TEXT)


def _kinds() -> pl.Expr:
    words = pl.element().replace_strict(PENALTY_KINDS, return_dtype=TEXT)
    kinds = pl.col("penalty_kinds").list.eval(words).list.join("、")
    grade = pl.col("discretion").replace_strict(DISCRETION, default=None, return_dtype=TEXT).fill_null("未载明")
    return pl.format("{}；裁量幅度：{}", kinds, grade)


def _counts(words: Mapping[str, str]) -> pl.Expr:
    """The counts above zero. That nothing is on record says nothing of the harm: then null."""
    parts = [
        pl.when(pl.col(column) > 0).then(pl.format("{}{}次", pl.lit(word), column)) for column, word in words.items()
    ]
    return joined_or_null(*parts)


_HARM = {
    "failed_samples": "抽检不合格",
    "adverse_events": "不良反应（事件）",
    "recalls": "召回",
    "critical_defects": "检查发现严重缺陷",
}
_SOCIAL_EFFECT = {"complaints": "查实的投诉举报", "opinions": "舆情"}
_EVIDENCE: Mapping[FactorId, Callable[[], pl.Expr]] = {
    "frequency": _frequency,
    "kinds": _kinds,
    "sums": lambda: sums_in_yuan(with_zero=True),
    "goods_value": lambda: pl.col("goods_evidence"),
    "harm": lambda: _counts(_HARM),
    "social_effect": lambda: _counts(_SOCIAL_EFFECT),
}
