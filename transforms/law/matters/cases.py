"""Cases, referrals and complaints under the law of procedure: the last days of their terms, and figures of cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from transforms.law.calendar.working_days import Calendar, add_working_days, working_day_on_or_after
from transforms.policy_model.document import Dated, Duration
from transforms.policy_model.law import CaseLaw, CaseTerm, WorkingDays
from transforms.records.text import document_key
from transforms.schemas.base import DATE, TEXT
from transforms.schemas.law import CASE_FIGURE

# By kind, records with which something may still have to be done; decided without reading any law.
OPEN_RECORDS: Mapping[str, pl.Expr] = {
    "case": pl.col("closed_on").is_null() & pl.col("not_filed_on").is_null(),
    "case_transfer": pl.col("declined_on").is_null(),
    "complaint": pl.when(pl.col("complaint_type") == "complaint")
    .then(pl.col("ended_on").is_null() & pl.col("declined_on").is_null())
    .otherwise(
        pl.col("told_on").is_null() & ~(pl.col("decided_on").is_not_null() & ~pl.col("is_named").fill_null(True))
    ),
}


def open_terms(
    records: Mapping[str, pl.LazyFrame], law: CaseLaw, calendar: Calendar, as_of: date
) -> Iterator[tuple[CaseTerm, pl.LazyFrame]]:
    """Each term with the records in which it runs on `as_of`, and their `last_on`: null beyond the calendar."""
    for term in law.terms:
        start = pl.col(term.from_)
        is_open = pl.sql_expr(term.open_when).fill_null(False) & (start <= as_of) & _is_in_force(term.length, start)
        rows = records[term.kind].filter(OPEN_RECORDS[term.kind], is_open.fill_null(False))
        rows = rows.with_columns(last_on=_last_day(term, calendar))
        yield term, rows.filter(pl.col("last_on") >= as_of) if term.lapses else rows


def _is_in_force(length: Dated[Duration | WorkingDays], start: pl.Expr) -> pl.Expr:
    in_force = pl.lit(False)
    for day, value in sorted(length.values.items()):
        in_force = pl.when(start >= day).then(value is not None).otherwise(in_force)
    return in_force


def _last_day(term: CaseTerm, calendar: Calendar) -> pl.Expr:
    start = pl.col(term.from_)
    excluded = pl.col(term.excluded_days).fill_null(0) if term.excluded_days else pl.lit(0)
    last = _after(start + pl.duration(days=excluded), start, term.length, calendar)
    if term.extension is not None and term.extended_when is not None:
        is_extended = pl.sql_expr(term.extended_when).fill_null(False)
        last = pl.when(is_extended).then(_after(last, start, term.extension, calendar)).otherwise(last)
    if term.rolls:
        last = working_day_on_or_after(last, calendar)
    return (pl.coalesce(term.until, last) if term.until else last).cast(DATE)


def _after(day: pl.Expr, start: pl.Expr, length: Dated[Duration | WorkingDays], calendar: Calendar) -> pl.Expr:
    """The last day of the length in force on `start`, counted from `day`, which does not count."""
    found = pl.lit(None, dtype=DATE)
    for from_on, value in sorted(length.values.items()):
        match value:
            case None:
                end = pl.lit(None, dtype=DATE)
            case WorkingDays():
                end = add_working_days(day, pl.lit(value.working_days), calendar)
            case Duration():
                months = value.months or 12 * (value.years or 0)
                end = day.dt.offset_by(f"{value.days}d" if value.days else f"{months}mo")
        found = pl.when(start >= from_on).then(end).otherwise(found)
    return found


def case_figures(cases: pl.LazyFrame, law: CaseLaw, from_on: date, until_on: date) -> pl.DataFrame:
    """CASE_FIGURE of a period, both days included: what is not told is not counted, and untold_count says how much.

    closure: of the cases filed in the period, those closed by its last day. major_closure: the same of major cases;
    untold: filed cases that do not say whether they are major. legal_review: of the decisions to punish in the period
    that need a review for legality (`legal_review_when`), those reviewed before the decision; untold: decisions that do
    not say whether they need one.
    """
    filed = pl.col("filed_on").is_between(from_on, until_on)
    closed = pl.col("closed_on") <= until_on
    punished = (pl.col("outcome") == "penalty") & pl.col("concluded_on").is_between(from_on, until_on)
    needs_review = _condition_in_force(law.legal_review_when, pl.col("concluded_on"))
    reviewed = pl.col("legally_reviewed_on") <= pl.col("concluded_on")
    is_major = pl.col("is_major")
    figures = {
        "closure": (filed, closed, pl.lit(False)),
        "major_closure": (filed & is_major, closed, filed & is_major.is_null()),
        "legal_review": (punished & needs_review, reviewed, punished & needs_review.is_null()),
    }
    rows = [
        cases.select(
            figure=pl.lit(name),
            from_on=pl.lit(from_on),
            until_on=pl.lit(until_on),
            met_count=(of & met).fill_null(False).sum(),
            of_count=of.fill_null(False).sum(),
            untold_count=untold.fill_null(False).sum(),
        )
        for name, (of, met, untold) in figures.items()
    ]
    return pl.concat(rows).cast(CASE_FIGURE.schema).collect()


def _condition_in_force(dated: Dated[str], day: pl.Expr) -> pl.Expr:
    """The SQL condition in force on `day`, null where it cannot be told."""
    met = pl.lit(None, dtype=pl.Boolean)
    for from_on, when in sorted(dated.values.items()):
        test = pl.sql_expr(when) if when else pl.lit(None, dtype=pl.Boolean)
        met = pl.when(day >= from_on).then(test).otherwise(met)
    return met


def goods_values(penalties: pl.LazyFrame, cases: pl.LazyFrame) -> pl.LazyFrame:
    """record_id of penalties, and goods_evidence in Chinese: the value of goods that the cases of a penalty state.

    A case is of a penalty whose number it lists, and of the same enterprise. Values that differ are all shown, none is
    added up; that of a case with several penalties is of the whole case. Penalties without any have no row.
    """
    listed = (
        cases.filter(pl.col("goods_value_fen").is_not_null(), pl.col("enterprise_id").is_not_null())
        .select("enterprise_id", "case_no", "goods_value_fen", "decision_nos", shared=pl.col("decision_nos").list.len())
        .explode("decision_nos")
        .with_columns(decision_key=document_key(pl.col("decision_nos")))
    )
    found = penalties.select("record_id", "enterprise_id", decision_key=document_key(pl.col("decision_no"))).join(
        listed, on=["enterprise_id", "decision_key"]
    )
    yuan = pl.format(
        "{}.{}", pl.col("goods_value_fen") // 100, (pl.col("goods_value_fen") % 100).cast(TEXT).str.zfill(2)
    )
    whole = pl.when(pl.col("shared") > 1).then(pl.format("（全案，作出处罚决定{}份）", "shared")).otherwise(pl.lit(""))
    said = found.with_columns(said=pl.format("案件{}：货值金额{}元{}", "case_no", yuan, whole)).sort("case_no", "said")
    return said.group_by("record_id", maintain_order=True).agg(
        goods_evidence=pl.col("said").unique(maintain_order=True).str.join("；")
        + pl.when(pl.col("goods_value_fen").n_unique() > 1).then(pl.lit("；各案不一致，须核对")).otherwise(pl.lit(""))
    )
