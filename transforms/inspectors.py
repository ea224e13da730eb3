"""Which inspectors (检查员) may be sent on a day: qualified for a field, in no conflict declared with an enterprise."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.texts import joined_or_null
from transforms.schemas.base import BOOLEAN, TEXT, Column, Table
from transforms.schemas.record_kinds import INSPECTOR
from transforms.schemas.vocabularies import CONFLICT_RELATIONS, FIELDS

INSPECTOR_CHOICE = Table(
    "inspector_choice",
    "检查员",
    "Every inspector, and whether one may be sent. Computed for a day, a field and an enterprise, not stored.",
    (
        INSPECTOR.column("inspector_no"),
        INSPECTOR.column("person_name"),
        INSPECTOR.column("office"),
        INSPECTOR.column("level"),
        Column("is_eligible", BOOLEAN, "是否可派", "qualified, and no conflict is declared", True),
        Column("reason", TEXT, "不可派的原因", "why not; empty where one may be sent"),
    ),
    ("inspector_no",),
)


def inspector_choice(
    inspectors: pl.LazyFrame, conflicts: pl.LazyFrame, field: str, as_of: date, enterprise_id: str | None = None
) -> pl.LazyFrame:
    """INSPECTOR_CHOICE for a field (code of FIELDS), those who may be sent first, then by number.

    inspectors, conflicts: current versions of INSPECTOR and INSPECTOR_CONFLICT. Without enterprise_id no conflict
    counts. That none is declared does not prove that there is none.
    """
    # Name and office as the record of the field has them, else as any other of the inspector's records.
    is_of_field = pl.col("field") == field
    ordered = inspectors.sort(~is_of_field, "field", "record_id")
    people = ordered.unique("inspector_no", keep="first", maintain_order=True)
    begins, ends = pl.col("qualified_on"), pl.col("valid_until_on")
    unfit = (
        pl.when(~is_of_field)
        .then(pl.lit(f"没有{FIELDS[field]}领域的检查员资格"))
        .when(begins > as_of)
        .then(pl.format("资格自{}起", begins))
        .when(pl.col("ended_on") <= as_of)
        .then(pl.format("资格已于{}终止", "ended_on"))
        .when(ends < as_of)
        .then(pl.format("资格有效期至{}，已届满", ends))
    )
    in_conflict = _reasons_of_conflict(conflicts, as_of, enterprise_id)
    joined = people.join(in_conflict, on="inspector_no", how="left")
    level = pl.when(is_of_field).then("level")
    reasons = joined.with_columns(level=level, reason=joined_or_null(unfit, pl.col("_conflict")))
    found = reasons.with_columns(is_eligible=pl.col("reason").is_null())
    return found.select(list(INSPECTOR_CHOICE.schema)).sort(~pl.col("is_eligible"), "inspector_no")


def _reasons_of_conflict(conflicts: pl.LazyFrame, as_of: date, enterprise_id: str | None) -> pl.LazyFrame:
    """inspector_no and _conflict, in Chinese, of the conflicts with the enterprise that hold on `as_of`."""
    begins, ends = pl.coalesce("starts_on", "declared_on"), pl.col("ends_on")
    is_held = (begins <= as_of) & (ends >= as_of).fill_null(True)
    own = conflicts.filter(is_held, pl.col("enterprise_id") == pl.lit(enterprise_id, dtype=TEXT))
    relation = pl.col("relation").replace_strict(CONFLICT_RELATIONS, default=pl.col("relation"), return_dtype=TEXT)
    until = pl.when(ends.is_not_null()).then(pl.format("至{}", ends)).otherwise(pl.lit(""))
    text = pl.format("利益冲突：{}（{}，自{}起{}）", relation, "declaration_no", begins, until)
    return own.group_by("inspector_no").agg(_conflict=text.unique().sort().str.join("；"))
