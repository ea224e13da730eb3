"""Several rows of a file that make one record: declared folds, and rows with one key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from transforms.policy_model.source import Fold, FoldAggregate, OnceWhereSame, PartRule, RecordMapping
from transforms.policy_model.source_loader import fields_used_by_fold
from transforms.records.mapping import MappedRows
from transforms.records.problems import PROBLEMS, Check, as_problems, merge_problems, shown_value
from transforms.records.text import is_document_number, without_leading_zeros
from transforms.schemas import Kind
from transforms.schemas.base import TEXT, TEXT_LIST, Column


def fold_rows(mapped: MappedRows, fold: Fold | None, headings: dict[str, str]) -> tuple[MappedRows, pl.DataFrame]:
    """Records with the first row's row_no, and which rows made them: (record_row_no, row_no).

    A record is turned away whole where one of its rows is faulty (the rest would count too few), or where its rows
    differ in a field that is neither computed nor named in `take`. headings: field to heading, for the problems.
    """
    if fold is None:
        rows = mapped.frame.select(pl.col("row_no").alias("record_row_no"), "row_no")
        return mapped, rows
    frame = mapped.frame.sort("row_no").with_columns(pl.col("row_no").min().over(fold.by).alias("record_row_no"))
    rows = frame.select("record_row_no", "row_no")
    computed = {"row_no", "record_row_no", *fold.by, *fold.columns, *fields_used_by_fold(fold)}
    plain = [name for name in frame.columns if name not in computed]
    differing = [name for name in plain if name not in fold.take]
    grouped = frame.group_by("record_row_no", *fold.by).agg(
        *(pl.col(name).drop_nulls().last() if fold.take.get(name) == "last" else _first(name) for name in plain),
        *(_total(total).alias(name) for name, total in fold.columns.items()),
        *((pl.col(name).drop_nulls().n_unique() > 1).alias(f"\x01{name}") for name in differing),
    )
    folded = grouped.rename({"record_row_no": "row_no"}).sort("row_no")
    found = spread_problems(merge_problems([mapped.problems, *_conflicts_fold(folded, differing, headings)]), rows)
    kept = folded.select(name for name in mapped.frame.columns if name in folded.columns)
    return MappedRows(kept, found), rows.sort("row_no")


def _first(name: str) -> pl.Expr:
    return pl.col(name).drop_nulls().first()


def _total(total: FoldAggregate) -> pl.Expr:
    if total.count is not None:
        return pl.sql_expr(total.count).fill_null(False).sum().cast(pl.Int64())
    if total.sum is not None:
        return pl.col(total.sum).sum()
    return pl.col(total.min).min() if total.min is not None else pl.col(str(total.max)).max()


def spread_problems(problems: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """`problems`, and one for each sound row that belongs to one record with a faulty row: it is turned away with it.

    rows: record_row_no, row_no.
    """
    faulty = rows.join(problems.select("row_no").unique(), on="row_no", how="semi")["record_row_no"]
    others = rows.filter(pl.col("record_row_no").is_in(faulty.implode()))
    others = others.join(problems.select("row_no"), on="row_no", how="anti")
    nothing = pl.lit(None, dtype=pl.String())
    reason = "与本行属于同一记录的另一行有误，整条记录一并退回"
    check = Check("", pl.lit(True), "incomplete_record", reason, "改正同一记录的所有行", nothing)
    return merge_problems([problems, as_problems(others, check)])


def _conflicts_fold(folded: pl.DataFrame, names: list[str], headings: dict[str, str]) -> Iterator[pl.DataFrame]:
    for name in names:
        heading = headings.get(name, name)
        reason = f"同一记录的各行“{heading}”不一致"
        check = Check(heading, pl.lit(True), "rows_differ", reason, "同一记录各行填写相同内容", pl.col(name))
        rows = folded.filter(pl.col(f"\x01{name}"))
        yield as_problems(rows, check) if rows.height else PROBLEMS.to_frame()


# By the record itself these are the same, however a row writes them.
_SAME_ANYWAY = ("uscc", "party_name", "person_masked", "name")

_GROUP = ["file_id", "record_id", "version_by", "stage"]

_SEPARATOR = "；"

# A number of two parties is no record of one of them, unless its kind says that the party is part of the key.
_OWNER = Column("enterprise_id", TEXT, "企业", "the enterprise it is tied to")

MERGED_ROWS = pl.Schema({"file_id": pl.String(), "row_no": pl.Int64(), "record_row_no": pl.Int64()})

ROW_CONFLICTS = pl.Schema({"file_id": pl.String(), "row_no": pl.Int64(), "field": pl.String(), "others": pl.String()})


@dataclass(frozen=True)
class CombinedRows:
    """records: each once per file, stamp and stage, its row_no that of its first row. moves (MOVES): rows that became
    part of another row's record. conflicts (CONFLICTS): rows whose record cannot be told, by field; `others` names the
    rows they contradict. unsure (CONFLICTS): rows of a record with an amount each, which may be parts or repeat the
    whole: the record is kept, its amount unknown."""

    records: pl.DataFrame
    moves: pl.DataFrame
    conflicts: pl.DataFrame
    unsure: pl.DataFrame


def combine_rows(records: pl.DataFrame, kind: Kind, given: Mapping[str, RecordMapping]) -> CombinedRows:
    """`records` (with keys, stage, row_order, source, file_id, row_no) with the rows of each record made one.

    given: by source, how it reads the kind. Rows that say the same are left: the later ones are repeats.
    """
    several = records.select(pl.struct("file_id", "record_id").is_duplicated()).to_series()
    if not several.any():
        return CombinedRows(records, MERGED_ROWS.to_frame(), ROW_CONFLICTS.to_frame(), ROW_CONFLICTS.to_frame())
    rows = records.filter(several, pl.col("row_order") == 0)
    differing = rows.filter(pl.col("row_hash").n_unique().over(_GROUP) > 1)
    rest = records.join(
        differing.select("file_id", "row_no"), on=["file_id", "row_no"], how="anti", maintain_order="left"
    )
    found = [
        _joined(part, kind, given[str(source)].parts)
        for (source,), part in differing.group_by("source", maintain_order=True)
    ]
    together = pl.concat([rest, *(one.records for one in found)])
    partly = pl.concat([ROW_CONFLICTS.to_frame(), *_advanced_in_part(together, given)])
    at = ["file_id", "row_no"]
    return CombinedRows(
        together.join(partly.select(at), on=at, how="anti", maintain_order="left"),
        pl.concat([MERGED_ROWS.to_frame(), *(one.moves for one in found)]),
        pl.concat([partly, *(one.conflicts for one in found)]),
        pl.concat([ROW_CONFLICTS.to_frame(), *(one.unsure for one in found)]),
    )


def _advanced_in_part(records: pl.DataFrame, given: Mapping[str, RecordMapping]) -> Iterator[pl.DataFrame]:
    """Records of one file at a later stage that leave out what an earlier one says (CONFLICTS, of both).

    吊销 in force and 警告 revoked, under one number: the decision may stand in part. The last stage ends a record and
    restates it; its amounts are those of the record then.
    """
    key = ["file_id", "record_id", "version_by"]
    rows = records.filter(pl.col("row_order") == 0).filter(pl.col("stage").n_unique().over(key) > 1)
    for (source,), part in rows.group_by("source", maintain_order=True):
        record = given[str(source)]
        if record.advances is None:
            continue
        is_last = pl.col("stage_later") == len(record.advances.order) - 1
        pairs = part.join(part, on=key, suffix="_later", nulls_equal=True).filter(
            pl.col("stage") < pl.col("stage_later")
        )
        same = {
            name for rule in record.parts.values() if isinstance(rule, OnceWhereSame) for name in rule.once_where_same
        }
        for name, rule in record.parts.items():
            one, later = pl.col(name), pl.col(f"{name}_later")
            if rule == "union":
                is_left_out = one.list.set_difference(later).list.len() > 0
            elif isinstance(rule, OnceWhereSame) or name in same:
                is_left_out = is_last & (one != later)
            else:
                continue
            for own, other in (("row_no", "row_no_later"), ("row_no_later", "row_no")):
                told = pairs.filter(is_left_out).select(
                    "file_id", row_no=own, field=pl.lit(name), others=pl.format("第{}行", other)
                )
                yield told.sort("row_no", "others").unique(["file_id", "row_no"], keep="first", maintain_order=True)


def _joined(rows: pl.DataFrame, kind: Kind, rules: Mapping[str, PartRule]) -> CombinedRows:
    """Rows of one source. Their order changes nothing."""
    first = pl.col("row_no").min().over(_GROUP).alias("record_row_no")
    rows = rows.with_columns(first)
    different = rows.sort("row_hash", "row_no").unique([*_GROUP, "row_hash"], keep="first", maintain_order=True)
    amounts = {name: rule for name, rule in rules.items() if isinstance(rule, OnceWhereSame)}
    columns = [_OWNER, *(column for column in kind.columns if column.name not in _SAME_ANYWAY)]
    grouped = different.group_by(*_GROUP, "record_row_no", maintain_order=True).agg(
        *(_value(column, rules.get(column.name)) for column in columns),
        *(_conflicts_together(column, rules.get(column.name)).alias(f"\x01{column.name}") for column in columns),
        *(_is_unsure(name, rule).alias(f"\x02{name}") for name, rule in amounts.items()),
        *(pl.col(name).drop_nulls().min() for name in _SAME_ANYWAY if name in rows.columns),
        pl.col("source", "is_filling", "file_name", "row_order", "received_at").first(),
        row_hash=pl.lit(""),
    )
    flags = [f"\x01{column.name}" for column in columns]
    is_bad = pl.any_horizontal(flags)
    bad = grouped.filter(is_bad)
    conflicts = pl.concat([ROW_CONFLICTS.to_frame(), *_told(rows, bad, "\x01", [column.name for column in columns])])
    unsure = pl.concat([ROW_CONFLICTS.to_frame(), *_told(rows, grouped.filter(~is_bad), "\x02", amounts)])
    good = grouped.filter(~is_bad).with_columns(row_no="record_row_no").select(rows.drop("record_row_no").columns)
    away = bad.select("file_id", "record_row_no")
    kept = rows.join(away, on=["file_id", "record_row_no"], how="anti")
    return CombinedRows(good.cast(rows.drop("record_row_no").schema), kept.select(list(MERGED_ROWS)), conflicts, unsure)


def _told(rows: pl.DataFrame, records: pl.DataFrame, mark: str, names: Iterable[str]) -> Iterator[pl.DataFrame]:
    """The rows (CONFLICTS) of `records` whose flag of a field, called by `mark` and its name, is set."""
    for name in names:
        of_it = records.filter(pl.col(f"{mark}{name}")).select("file_id", "record_row_no")
        if of_it.is_empty():
            continue
        found = rows.join(of_it, on=["file_id", "record_row_no"])
        listed = pl.col("row_no").sort().implode().over("file_id", "record_row_no")
        others = listed.list.set_difference(pl.concat_list("row_no")).list.sort().cast(pl.List(pl.String()))
        text = others.list.head(5).list.eval(pl.format("第{}行", pl.element())).list.join("、")
        yield found.select("file_id", "row_no", field=pl.lit(name), others=text)


def _value(column: Column, rule: PartRule | None) -> pl.Expr:
    one = pl.col(column.name)
    known = one.drop_nulls()
    match rule:
        case "union":
            every = one.explode(keep_nulls=False, empty_as_null=False).unique().sort()
            return pl.when(every.len() > 0).then(every.implode()).cast(TEXT_LIST).alias(column.name)
        case "join":
            joined = known.str.split(_SEPARATOR).explode(keep_nulls=False, empty_as_null=False)
            joined = joined.unique().sort().str.join(_SEPARATOR)
            return pl.when(known.len() > 0).then(joined).alias(column.name)
        case OnceWhereSame():
            return pl.when(~_is_unsure(column.name, rule)).then(one.max()).alias(column.name)
        case "only" | "least":
            return one.max() if rule == "only" else one.min()
        case list():
            ranked = known.replace_strict({code: rank for rank, code in enumerate(rule)}, default=len(rule))
            best = known.sort_by(ranked).first()
            return best.alias(column.name)
        case _:
            return known.first() if column.dtype != TEXT_LIST else known.first().alias(column.name)


def _conflicts_together(column: Column, rule: PartRule | None) -> pl.Expr:
    """Whether the rows of a group cannot be brought together in this field."""
    one = pl.col(column.name)
    if rule in ("union", "join", "least") or isinstance(rule, list | OnceWhereSame):
        return pl.lit(False)
    if rule == "only":
        return one.filter(one > 0).len() > 1
    stated = one.drop_nulls()
    stated = without_leading_zeros(stated) if column.dtype == TEXT and is_document_number(column.name) else stated
    return stated.n_unique() > 1


def _is_unsure(name: str, rule: OnceWhereSame) -> pl.Expr:
    """Whether the amounts of a group's rows may be parts of the whole, or repeat it.

    Beyond doubt is an amount in one row; or in every row, where nothing hints that each row has one of its own.
    """
    stated = pl.col(name).filter(pl.col(name) > 0)
    agree = [pl.col(each).drop_nulls().n_unique() <= 1 for each in rule.once_where_same]
    is_repeated = (stated.len() == pl.len()) & (stated.n_unique() == 1) & pl.all_horizontal(pl.lit(True), *agree)
    return ~((stated.len() <= 1) | is_repeated)


def as_shown(frame: pl.DataFrame, field: str) -> pl.Series:
    """A field's values as a problem shows them."""
    value = pl.col(field).list.join("；") if frame.schema[field] == TEXT_LIST else pl.col(field).cast(TEXT)
    return frame.select(shown_value(value)).to_series()
