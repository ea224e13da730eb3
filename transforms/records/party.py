"""Which class of party a record concerns: organisation (法人), sole trader (个体工商户), natural person (自然人)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.records.mapping import Mapped
from transforms.records.problems import Check, failures, merged
from transforms.tables.words import PARTY_CLASSES


def with_party_class(
    mapped: Mapped, sole_trader_codes: str, headings: Mapping[str, str], is_firms_code: bool = False
) -> Mapped:
    """The class filled in where the row leaves it empty; a class that its code contradicts is a problem.

    is_firms_code: beside a natural person the code of their firm may stand, as in the register of decisions.
    """
    frame = mapped.frame
    if "party_class" not in frame.columns:
        return mapped
    is_sole = pl.col("uscc").str.starts_with(sole_trader_codes)
    has_code = pl.col("uscc").is_not_null()
    known = pl.when(is_sole).then(pl.lit("sole_trader")).when(has_code).then(pl.lit("organisation"))
    derived = known.when(_is_person(frame)).then(pl.lit("person"))
    stated = pl.col("party_class")
    is_other = (stated == "person") & pl.lit(not is_firms_code)
    wrong = has_code & (is_other | ((stated == "organisation") & is_sole))
    label = "、".join(PARTY_CLASSES.values())
    reason = f"类别与统一社会信用代码不符（{sole_trader_codes}开头为个体工商户，自然人没有统一社会信用代码）"
    words = stated.replace_strict(dict(PARTY_CLASSES), default=None, return_dtype=pl.String())
    check = Check(headings.get("party_class", ""), wrong, "class_conflict", reason, f"与代码一致的类别：{label}", words)
    filled = frame.with_columns(pl.coalesce(stated, derived).alias("party_class"))
    return Mapped(filled, merged([mapped.problems, failures(frame, [check])]))


def _is_person(frame: pl.DataFrame) -> pl.Expr:
    return pl.col("person_hash").is_not_null() if "person_hash" in frame.columns else pl.lit(False)
