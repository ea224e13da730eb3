"""Several rows of a file to one record: one row per defect becomes one inspection."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from transforms.policy.source import Aggregate, Fold
from transforms.policy.source_check import summed_by
from transforms.records.mapping import Mapped
from transforms.records.problems import PROBLEMS, Check, describe, merged


def fold_rows(mapped: Mapped, fold: Fold | None, headings: dict[str, str]) -> tuple[Mapped, pl.DataFrame]:
    """Records with the first row's row_no, and which rows made them: (record_row_no, row_no).

    A record is turned away whole where one of its rows is faulty (the rest would count too few), or where its rows
    differ in a field that is neither computed nor named in `take`. headings: field to heading, for the problems.
    """
    if fold is None:
        rows = mapped.frame.select(pl.col("row_no").alias("record_row_no"), "row_no")
        return mapped, rows
    frame = mapped.frame.sort("row_no").with_columns(pl.col("row_no").min().over(fold.by).alias("record_row_no"))
    rows = frame.select("record_row_no", "row_no")
    computed = {"row_no", "record_row_no", *fold.by, *fold.columns, *summed_by(fold)}
    plain = [name for name in frame.columns if name not in computed]
    differing = [name for name in plain if name not in fold.take]
    grouped = frame.group_by("record_row_no", *fold.by).agg(
        *(pl.col(name).drop_nulls().last() if fold.take.get(name) == "last" else _first(name) for name in plain),
        *(_total(total).alias(name) for name, total in fold.columns.items()),
        *((pl.col(name).drop_nulls().n_unique() > 1).alias(f"\x01{name}") for name in differing),
    )
    folded = grouped.rename({"record_row_no": "row_no"}).sort("row_no")
    found = spread(merged([mapped.problems, *_conflicts(folded, differing, headings)]), rows)
    kept = folded.select(name for name in mapped.frame.columns if name in folded.columns)
    return Mapped(kept, found), rows.sort("row_no")


def _first(name: str) -> pl.Expr:
    return pl.col(name).drop_nulls().first()


def _total(total: Aggregate) -> pl.Expr:
    if total.count is not None:
        return pl.sql_expr(total.count).fill_null(False).sum().cast(pl.Int64())
    if total.sum is not None:
        return pl.col(total.sum).sum()
    return pl.col(total.min).min() if total.min is not None else pl.col(str(total.max)).max()


def spread(problems: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """`problems`, and one for each sound row that belongs to one record with a faulty row: it is turned away with it.

    rows: record_row_no, row_no.
    """
    faulty = rows.join(problems.select("row_no").unique(), on="row_no", how="semi")["record_row_no"]
    others = rows.filter(pl.col("record_row_no").is_in(faulty.implode()))
    others = others.join(problems.select("row_no"), on="row_no", how="anti")
    nothing = pl.lit(None, dtype=pl.String())
    reason = "与本行属于同一记录的另一行有误，整条记录一并退回"
    check = Check("", pl.lit(True), "incomplete_record", reason, "改正同一记录的所有行", nothing)
    return merged([problems, describe(others, check)])


def _conflicts(folded: pl.DataFrame, names: list[str], headings: dict[str, str]) -> Iterator[pl.DataFrame]:
    for name in names:
        heading = headings.get(name, name)
        reason = f"同一记录的各行“{heading}”不一致"
        check = Check(heading, pl.lit(True), "rows_differ", reason, "同一记录各行填写相同内容", pl.col(name))
        rows = folded.filter(pl.col(f"\x01{name}"))
        yield describe(rows, check) if rows.height else PROBLEMS.to_frame()
