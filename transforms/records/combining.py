"""Several rows of a file that make one record: declared folds, and rows with one key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from transforms.policy_model.source import Fold, FoldAggregate, OnceWhereSame, PartRule, RecordMapping
from transforms.records.mapping import MappedRows
from transforms.records.problems import Check, as_problems, merge_problems
from transforms.records.text import is_document_number, without_leading_zeros
from transforms.schemas import Kind
from transforms.schemas.base import TEXT, TEXT_LIST, Column

# Columns that do not differ between rows of one record, however a row writes them.
_IDENTITY_COLUMNS = ("uscc", "party_name", "person_masked", "name")
_GROUP = ["file_id", "record_id", "version_by", "stage"]
_SEPARATOR = "；"
# A number of two parties is no record of one of them, unless its kind says that the party is part of the key.
_ENTERPRISE = Column("enterprise_id", TEXT, "企业", "the enterprise it is tied to")
# Prefixes of flags: a field in which rows contradict each other, an amount that may be a part or the whole.
_CONFLICT, _UNSURE = "\x01", "\x02"

MERGED_ROWS = pl.Schema({"file_id": pl.String(), "row_no": pl.Int64(), "record_row_no": pl.Int64()})
ROW_CONFLICTS = pl.Schema({"file_id": pl.String(), "row_no": pl.Int64(), "field": pl.String(), "others": pl.String()})


def fold_rows(mapped: MappedRows, fold: Fold | None, headings: dict[str, str]) -> tuple[MappedRows, pl.DataFrame]:
    """The records that `fold` makes of the rows (one row per defect becomes one inspection), and which rows make them.

    A record has the row_no of its first row; the second frame is record_row_no, row_no. A record is quarantined whole
    where one of its rows is faulty (the rest would count too few), or where its rows differ in a field that is neither
    computed nor named in `take`. headings: field to heading.
    """
    if fold is None:
        return mapped, mapped.frame.select(pl.col("row_no").alias("record_row_no"), "row_no")
    frame = mapped.frame.sort("row_no").with_columns(pl.col("row_no").min().over(fold.by).alias("record_row_no"))
    rows = frame.select("record_row_no", "row_no")
    computed = {"row_no", "record_row_no", *fold.by, *fold.columns, *fold.fields_used_up}
    plain = [name for name in frame.columns if name not in computed]
    compared = [name for name in plain if name not in fold.take]
    stated = {name: pl.col(name).drop_nulls() for name in plain}
    folded = frame.group_by("record_row_no", *fold.by).agg(
        *(values.last() if fold.take.get(name) == "last" else values.first() for name, values in stated.items()),
        *(_aggregate(aggregate).alias(name) for name, aggregate in fold.columns.items()),
        *((stated[name].n_unique() > 1).alias(f"{_CONFLICT}{name}") for name in compared),
    )
    folded = folded.rename({"record_row_no": "row_no"}).sort("row_no")
    problems = [mapped.problems]
    for name in compared:
        heading = headings.get(name, name)
        reason = f"同一记录的各行“{heading}”不一致"
        check = Check(heading, pl.lit(True), "rows_differ", reason, "同一记录各行填写相同内容", pl.col(name))
        differing = folded.filter(pl.col(f"{_CONFLICT}{name}"))
        if differing.height:
            problems.append(as_problems(differing, check))
    records = folded.select(name for name in mapped.frame.columns if name in folded.columns)
    return MappedRows(records, spread_problems(merge_problems(problems), rows)), rows.sort("row_no")


def _aggregate(aggregate: FoldAggregate) -> pl.Expr:
    if aggregate.count is not None:
        return pl.sql_expr(aggregate.count).fill_null(False).sum().cast(pl.Int64())
    if aggregate.sum is not None:
        return pl.col(aggregate.sum).sum()
    return pl.col(aggregate.min).min() if aggregate.min is not None else pl.col(str(aggregate.max)).max()


def spread_problems(problems: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """`problems`, and one for each sound row of a record with a faulty row: the record is quarantined whole.

    rows: record_row_no, row_no.
    """
    faulty = rows.join(problems.select("row_no").unique(), on="row_no", how="semi")["record_row_no"]
    others = rows.filter(pl.col("record_row_no").is_in(faulty.implode()))
    others = others.join(problems.select("row_no"), on="row_no", how="anti")
    reason = "与本行属于同一记录的另一行有误，整条记录一并退回"
    value = pl.lit(None, dtype=pl.String())
    check = Check("", pl.lit(True), "incomplete_record", reason, "改正同一记录的所有行", value)
    return merge_problems([problems, as_problems(others, check)])


@dataclass(frozen=True)
class CombinedRows:
    """The rows of files with each record made one.

    records: once per file, stamp and stage, with the row_no of its first row. merged_rows (MERGED_ROWS): rows that
    became part of another row's record. conflicts (ROW_CONFLICTS): rows whose record cannot be determined, by field;
    `others` names the rows they contradict. unsure (ROW_CONFLICTS): rows of a record with an amount each, which may be
    parts or repeat the whole: the record is accepted, its amount unknown.
    """

    records: pl.DataFrame
    merged_rows: pl.DataFrame
    conflicts: pl.DataFrame
    unsure: pl.DataFrame


def combine_rows(records: pl.DataFrame, kind: Kind, mappings: Mapping[str, RecordMapping]) -> CombinedRows:
    """`records` (with keys, stage, row_order, source, file_id, row_no) with the rows of each record made one.

    A decision with two kinds of penalty often comes in two rows, an enterprise in a row per licence. The source says
    what is done with each field (`parts`); where it says nothing, rows must agree in what they state. Rows that say the
    same are left: the later ones become duplicates. mappings: by source, how it reads the kind.
    """
    nothing = CombinedRows(records, MERGED_ROWS.to_frame(), ROW_CONFLICTS.to_frame(), ROW_CONFLICTS.to_frame())
    has_several = records.select(pl.struct("file_id", "record_id").is_duplicated()).to_series()
    if not has_several.any():
        return nothing
    at = ["file_id", "row_no"]
    rows = records.filter(has_several, pl.col("row_order") == 0)
    differing = rows.filter(pl.col("row_hash").n_unique().over(_GROUP) > 1)
    combined = [
        _combined(part, kind, mappings[str(source)].parts)
        for (source,), part in differing.group_by("source", maintain_order=True)
    ]
    unaffected = records.join(differing.select(at), on=at, how="anti", maintain_order="left")
    whole = pl.concat([unaffected, *(one.records for one in combined)])
    partly = pl.concat([nothing.conflicts, *_partly_advanced(whole, mappings)])
    return CombinedRows(
        whole.join(partly.select(at), on=at, how="anti", maintain_order="left"),
        pl.concat([nothing.merged_rows, *(one.merged_rows for one in combined)]),
        pl.concat([partly, *(one.conflicts for one in combined)]),
        pl.concat([nothing.unsure, *(one.unsure for one in combined)]),
    )


def _partly_advanced(records: pl.DataFrame, mappings: Mapping[str, RecordMapping]) -> Iterator[pl.DataFrame]:
    """Records of one file at a later stage that omit what an earlier one says (ROW_CONFLICTS, of both).

    吊销 in force and 警告 revoked, under one number: the decision may be partly in force. The last stage ends a record
    and restates it; its amounts are those of the record then.
    """
    key = ["file_id", "record_id", "version_by"]
    rows = records.filter(pl.col("row_order") == 0).filter(pl.col("stage").n_unique().over(key) > 1)
    for (source,), part in rows.group_by("source", maintain_order=True):
        mapping = mappings[str(source)]
        if mapping.advances is None:
            continue
        is_last = pl.col("stage_later") == len(mapping.advances.order) - 1
        is_later = pl.col("stage") < pl.col("stage_later")
        pairs = part.join(part, on=key, suffix="_later", nulls_equal=True).filter(is_later)
        same = {n for rule in mapping.parts.values() if isinstance(rule, OnceWhereSame) for n in rule.once_where_same}
        for name, rule in mapping.parts.items():
            earlier, later = pl.col(name), pl.col(f"{name}_later")
            if rule == "union":
                is_omitted = earlier.list.set_difference(later).list.len() > 0
            elif isinstance(rule, OnceWhereSame) or name in same:
                is_omitted = is_last & (earlier != later)
            else:
                continue
            for own, other in (("row_no", "row_no_later"), ("row_no_later", "row_no")):
                found = pairs.filter(is_omitted).select(
                    "file_id", row_no=own, field=pl.lit(name), others=pl.format("第{}行", other)
                )
                yield found.sort("row_no", "others").unique(["file_id", "row_no"], keep="first", maintain_order=True)


def _combined(rows: pl.DataFrame, kind: Kind, rules: Mapping[str, PartRule]) -> CombinedRows:
    """Rows of one source with each record made one. The order of the rows changes nothing."""
    shape = rows.schema
    rows = rows.with_columns(pl.col("row_no").min().over(_GROUP).alias("record_row_no"))
    distinct = rows.sort("row_hash", "row_no").unique([*_GROUP, "row_hash"], keep="first", maintain_order=True)
    amounts = {name: rule for name, rule in rules.items() if isinstance(rule, OnceWhereSame)}
    columns = [_ENTERPRISE, *(column for column in kind.columns if column.name not in _IDENTITY_COLUMNS)]
    names = [column.name for column in columns]
    grouped = distinct.group_by(*_GROUP, "record_row_no", maintain_order=True).agg(
        *(_combined_value(column, rules.get(column.name)) for column in columns),
        *(_has_conflict(column, rules.get(column.name)).alias(f"{_CONFLICT}{column.name}") for column in columns),
        *(_is_unsure(name, rule).alias(f"{_UNSURE}{name}") for name, rule in amounts.items()),
        *(pl.col(name).drop_nulls().min() for name in _IDENTITY_COLUMNS if name in rows.columns),
        pl.col("source", "is_filling", "file_name", "row_order", "received_at").first(),
        row_hash=pl.lit(""),
    )
    has_conflict = pl.any_horizontal(f"{_CONFLICT}{name}" for name in names)
    good, bad = grouped.filter(~has_conflict), grouped.filter(has_conflict)
    kept = rows.join(bad.select("file_id", "record_row_no"), on=["file_id", "record_row_no"], how="anti")
    return CombinedRows(
        good.with_columns(row_no="record_row_no").select(shape.names()).cast(shape),
        kept.select(list(MERGED_ROWS)),
        pl.concat([ROW_CONFLICTS.to_frame(), *_flagged_rows(rows, bad, _CONFLICT, names)]),
        pl.concat([ROW_CONFLICTS.to_frame(), *_flagged_rows(rows, good, _UNSURE, amounts)]),
    )


def _flagged_rows(
    rows: pl.DataFrame, records: pl.DataFrame, prefix: str, names: Iterable[str]
) -> Iterator[pl.DataFrame]:
    """The rows (ROW_CONFLICTS) of `records` whose flag of a field, `prefix` and its name, is set."""
    for name in names:
        flagged = records.filter(pl.col(f"{prefix}{name}")).select("file_id", "record_row_no")
        if flagged.is_empty():
            continue
        found = rows.join(flagged, on=["file_id", "record_row_no"])
        listed = pl.col("row_no").sort().implode().over("file_id", "record_row_no")
        others = listed.list.set_difference(pl.concat_list("row_no")).list.sort().cast(pl.List(pl.String()))
        text = others.list.head(5).list.eval(pl.format("第{}行", pl.element())).list.join("、")
        yield found.select("file_id", "row_no", field=pl.lit(name), others=text)


def _combined_value(column: Column, rule: PartRule | None) -> pl.Expr:
    """The value of a field over the rows of a record, by the source's rule for it."""
    values = pl.col(column.name)
    stated = values.drop_nulls()
    match rule:
        case "union":
            every = values.explode(keep_nulls=False, empty_as_null=False).unique().sort()
            return pl.when(every.len() > 0).then(every.implode()).cast(TEXT_LIST).alias(column.name)
        case "join":
            parts = stated.str.split(_SEPARATOR).explode(keep_nulls=False, empty_as_null=False)
            joined = parts.unique().sort().str.join(_SEPARATOR)
            return pl.when(stated.len() > 0).then(joined).alias(column.name)
        case OnceWhereSame():
            return pl.when(~_is_unsure(column.name, rule)).then(values.max()).alias(column.name)
        case "only" | "least":
            return values.max() if rule == "only" else values.min()
        case list():
            ranks = stated.replace_strict({code: rank for rank, code in enumerate(rule)}, default=len(rule))
            return stated.sort_by(ranks).first().alias(column.name)
        case _:
            return stated.first().alias(column.name)


def _has_conflict(column: Column, rule: PartRule | None) -> pl.Expr:
    """Whether the rows of a record contradict each other in this field."""
    values = pl.col(column.name)
    if rule in ("union", "join", "least") or isinstance(rule, list | OnceWhereSame):
        return pl.lit(False)
    if rule == "only":
        return values.filter(values > 0).len() > 1
    stated = values.drop_nulls()
    stated = without_leading_zeros(stated) if column.dtype == TEXT and is_document_number(column.name) else stated
    return stated.n_unique() > 1


def _is_unsure(name: str, rule: OnceWhereSame) -> pl.Expr:
    """Whether the amounts of a record's rows may be parts of the whole, or repeat it.

    Beyond doubt is an amount in one row, or one in every row where nothing suggests that each row has its own.
    """
    stated = pl.col(name).filter(pl.col(name) > 0)
    agree = [pl.col(each).drop_nulls().n_unique() <= 1 for each in rule.once_where_same]
    is_repeated = (stated.len() == pl.len()) & (stated.n_unique() == 1) & pl.all_horizontal(pl.lit(True), *agree)
    return ~((stated.len() <= 1) | is_repeated)
