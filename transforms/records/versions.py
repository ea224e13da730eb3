"""Reports of one record: combined within a file, compared with earlier ones, numbered as versions.

Nothing is deleted. Several rows of a file that make one record are combined: by a declared fold, or because they have
one key. Reports of a record are then ordered by the source's last-modified stamp, else by arrival. Reports with the
same stamp that arrive together are ordered, in this sequence:

1. one that the store has already is a duplicate, where another of them is new or is the current version;
2. one of a later stage (撤销 after 有效, as its source says in `advances`) is newer than one of an earlier stage;
3. one that states all that another states, and more, is newer;
4. else they cannot be ordered: all are quarantined, each with the place of the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from transforms.current_versions import version_instant
from transforms.date_parsing import format_instant, parse_instant
from transforms.policy_model.source import Fold, OnceWhereSame, PartRule, RecordMapping
from transforms.records.mapping import MappedRows, MappingContext
from transforms.records.problems import Check, as_problems, merge_problems, shown_value
from transforms.records.text import document_key, halfwidth, is_document_number, without_leading_zeros
from transforms.schemas import Kind
from transforms.schemas.base import DATE, TEXT, TEXT_LIST, TIMESTAMP, Column

MERGED_ROWS = pl.Schema({"file_id": pl.String(), "row_no": pl.Int64(), "record_row_no": pl.Int64()})
ROW_CONFLICTS = pl.Schema({"file_id": pl.String(), "row_no": pl.Int64(), "field": pl.String(), "others": pl.String()})
VERSION_COLUMNS = ("record_id", "row_hash", "version_no", "version_by", "received_at", "source", "is_filling")
CONFLICTING_REPORTS = pl.Schema(
    {"_place": pl.UInt32(), "field": pl.String(), "other_file": pl.String(), "other_row_no": pl.Int64()}
)

# Columns that say whose record it is, and nothing about it: rows of one record may write them differently.
_IDENTITY_COLUMNS = ("party_name", "uscc", "person_masked", "name")
_GROUP = ["file_id", "record_id", "version_by", "stage"]
_SEPARATOR = "；"
# A number of two parties is no record of one of them, unless its kind says that the party is part of the key.
_ENTERPRISE = Column("enterprise_id", TEXT, "企业", "the enterprise it is tied to")
# Prefixes of flags: a field in which rows contradict each other, an amount that may be a part or the total.
_CONFLICT, _UNSURE = "\x01", "\x02"
_PART, _ITEM = "\x1f", "\x1e"
_HASHED_AT_ONCE = 10_000  # texts, so that they are hashed while they are in the cache
_SIMULTANEOUS = ["record_id", "_instant"]


def fold_rows(mapped: MappedRows, fold: Fold | None, headings: dict[str, str]) -> tuple[MappedRows, pl.DataFrame]:
    """The records that `fold` makes of the rows (one row per defect becomes one inspection), and which rows make them.

    A record has the row_no of its first row; the second frame is record_row_no, row_no. All of a record is quarantined
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
    totals: list[pl.Expr] = []
    for name, one in fold.columns.items():
        if one.count is not None:
            total = pl.sql_expr(one.count).fill_null(False).sum().cast(pl.Int64())
        elif one.sum is not None:
            total = pl.col(one.sum).sum()
        else:
            total = pl.col(one.min).min() if one.min is not None else pl.col(str(one.max)).max()
        totals.append(total.alias(name))
    folded = frame.group_by("record_row_no", *fold.by).agg(
        *(values.last() if fold.take.get(name) == "last" else values.first() for name, values in stated.items()),
        *totals,
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


def spread_problems(problems: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """`problems`, and one for each sound row of a record with a faulty row: all of the record is quarantined.

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
    parts or repeat the total: the record is accepted, its amount unknown.
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
    every_record = pl.concat([unaffected, *(one.records for one in combined)])
    partly = pl.concat([nothing.conflicts, *_partly_advanced(every_record, mappings)])
    return CombinedRows(
        every_record.join(partly.select(at), on=at, how="anti", maintain_order="left"),
        pl.concat([nothing.merged_rows, *(one.merged_rows for one in combined)]),
        pl.concat([partly, *(one.conflicts for one in combined)]),
        pl.concat([nothing.unsure, *(one.unsure for one in combined)]),
    )


def with_record_keys(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Records with `record_id` (of the natural key) and `row_hash` (of the content); needs enterprise_id, version_by.

    The content names its columns and leaves out empty ones, so that a column added to a kind makes no new versions.
    """
    key: list[pl.Expr] = []
    for name in kind.natural_key:
        if name == "enterprise_id":
            key.append(pl.col(name))
        elif name == "party_key":
            person = [pl.col("person_hash")] if "person_hash" in kind.table.schema else []
            key.append(pl.coalesce("enterprise_id", *person, document_key(pl.col("party_name")), pl.lit("")))
        else:
            part = document_key(pl.col(name)) if kind.column(name).dtype == TEXT else pl.col(name)
            key.append(part.fill_null(""))
    named = {"enterprise_id": TEXT, "version_by": TEXT, **{column.name: column.dtype for column in kind.columns}}
    content: list[pl.Expr] = []
    for name, dtype in named.items():
        value = pl.col(name).dt.to_string("%Y-%m-%d") if dtype == DATE else _comparable_text(name, dtype)
        label, empty = pl.lit(f"{_PART}{name}="), frame[name].null_count()
        if empty == 0:
            content += [label, value]
        elif empty < frame.height:
            content.append(label + value)
    record_key = pl.concat_str(key, separator=_PART)
    texts = frame.select(record_id=record_key, row_hash=pl.concat_str(content, ignore_nulls=True).str.slice(1))
    record_id = (kind.name + ":" + _sha256(texts["record_id"])).alias("record_id")
    return frame.with_columns(record_id, _sha256(texts["row_hash"]))


def with_row_hash(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """`frame` (with keys) with `row_hash` where it is empty."""
    is_open = pl.col("row_hash") == ""
    return pl.concat([frame.filter(~is_open), with_record_keys(frame.filter(is_open), kind)])


def with_version_status(incoming: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`incoming` with `status` and `version_no`, in the same order; and the reports that cannot be ordered.

    incoming: with keys, received_at, stage, row_order, file_id, file_name, row_no. known: every stored version
    (VERSION_COLUMNS). status: accepted (now the current version), superseded (stored, but older than another),
    duplicate (says what is known), quarantined (contradicts another report of the run); of the last two version_no is
    null. The second frame (CONFLICTING_REPORTS) has the place of each in `incoming`. Reports of a source that only
    fills are compared with that source's own.
    """
    if not (incoming["is_filling"].any() or known["is_filling"].any()):
        return _with_status_by_record(incoming, known, kind)
    # The reports among which the newest is chosen: all full ones of a record, or those of one source that fills.
    own_line = pl.format("{}" + _PART + "{}", "record_id", "source")
    line = pl.when(pl.col("is_filling").fill_null(False)).then(own_line).otherwise("record_id")
    by_line, conflicting = _with_status_by_record(
        incoming.with_columns(record_id=line), known.with_columns(record_id=line), kind
    )
    by_line = by_line.with_columns(incoming["record_id"], _line="record_id").with_row_index("_place")
    # Version numbers of a line become numbers of the record: each once, later ones of a line higher.
    last = known.group_by("record_id").agg(pl.col("version_no").max().alias("_last"))
    stored = by_line.filter(pl.col("version_no").is_not_null()).with_columns(version_instant().alias("_instant"))
    stored = stored.sort("record_id", "_instant", "_line", "version_no")
    stored = stored.join(last, on="record_id", how="left", maintain_order="left")
    place = pl.int_range(pl.len(), dtype=pl.Int64()).over("record_id")
    numbers = stored.select("_place", _no=pl.col("_last").fill_null(0) + 1 + place)
    numbered = by_line.join(numbers, on="_place", how="left", maintain_order="left")
    return numbered.with_columns(version_no="_no").drop("_place", "_no", "_line"), conflicting


def version_stamps(frame: pl.DataFrame, name: str | None, context: MappingContext) -> pl.Series:
    """`version_by` of each row: the field `name` as an instant (UTC, as text); null where it is empty or unreadable.

    A stamp outside the plausible days, or later than the receipt by more than a sender's clock may be ahead, is
    ignored: it would hold its row above every later correction.
    """
    if name is None:
        return pl.Series("version_by", [None], dtype=TEXT).new_from_index(0, frame.height)
    plausible = context.common.plausible
    instant = parse_instant(halfwidth(pl.col(name).cast(TEXT)), context.common.dates, context.zone)
    first = datetime.combine(plausible.earliest, time(), ZoneInfo(context.zone)).astimezone(UTC)
    last = context.received_at.astimezone(UTC) + timedelta(days=plausible.days_ahead)
    is_plausible = instant.is_between(pl.lit(first, dtype=TIMESTAMP), pl.lit(last, dtype=TIMESTAMP))
    return frame.select(version_by=pl.when(is_plausible).then(format_instant(instant))).to_series()


def unread_stamps_note(frame: pl.DataFrame, name: str | None, version_by: pl.Series, heading: str) -> str | None:
    """A Chinese remark on the rows (row_no) whose stamp could not be used; None where there is none."""
    if name is None:
        return None
    unread = frame.filter(pl.col(name).is_not_null() & version_by.is_null()).sort("row_no")
    if unread.is_empty():
        return None
    first = unread.select("row_no", value=shown_value(pl.col(name))).row(0, named=True)
    return (
        f"“{heading}”有{unread.height}行不能识别为时间（如第{first['row_no']}行“{first['value']}”），"
        "这些行按收到的先后判定新旧。应写为2026-10-08 09:00:00这样的形式"
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
        *(expression for column in columns for expression in _combined_value(column, rules.get(column.name))),
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


def _combined_value(column: Column, rule: PartRule | None) -> tuple[pl.Expr, pl.Expr]:
    """The value of a field over the rows of a record by the source's rule for it, and whether the rows contradict
    each other in it."""
    values = pl.col(column.name)
    stated = values.drop_nulls()
    has_conflict = pl.lit(False)
    match rule:
        case "union":
            every = values.explode(keep_nulls=False, empty_as_null=False).unique().sort()
            value = pl.when(every.len() > 0).then(every.implode()).cast(TEXT_LIST)
        case "join":
            parts = stated.str.split(_SEPARATOR).explode(keep_nulls=False, empty_as_null=False)
            value = pl.when(stated.len() > 0).then(parts.unique().sort().str.join(_SEPARATOR))
        case OnceWhereSame():
            value = pl.when(~_is_unsure(column.name, rule)).then(values.max())
        case "only":
            value = values.max()
            has_conflict = values.filter(values > 0).len() > 1
        case "least":
            value = values.min()
        case list():
            ranks = stated.replace_strict({code: rank for rank, code in enumerate(rule)}, default=len(rule))
            value = stated.sort_by(ranks).first()
        case _:
            value = stated.first()
            is_number = column.dtype == TEXT and is_document_number(column.name)
            has_conflict = (without_leading_zeros(stated) if is_number else stated).n_unique() > 1
    return value.alias(column.name), has_conflict.alias(f"{_CONFLICT}{column.name}")


def _is_unsure(name: str, rule: OnceWhereSame) -> pl.Expr:
    """Whether the amounts of a record's rows may be parts of the total, or repeat it.

    Beyond doubt is an amount in one row, or one in every row where nothing suggests that each row has its own.
    """
    stated = pl.col(name).filter(pl.col(name) > 0)
    agree = [pl.col(each).drop_nulls().n_unique() <= 1 for each in rule.once_where_same]
    is_repeated = (stated.len() == pl.len()) & (stated.n_unique() == 1) & pl.all_horizontal(pl.lit(True), *agree)
    return ~((stated.len() <= 1) | is_repeated)


def _comparable_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column as text in which two reports of one record are compared."""
    if dtype == TEXT_LIST:
        return pl.col(name).list.join(_ITEM)
    text = pl.col(name).cast(TEXT)
    return without_leading_zeros(text) if dtype == TEXT and is_document_number(name) else text


def _sha256(texts: pl.Series) -> pl.Series:
    """128 bits of SHA-256 of each text, as hexadecimal. Polars' own hash differs between its versions."""
    hashes = [pl.Series(dtype=pl.String())]
    for piece in texts.cast(pl.Binary()).to_frame().iter_slices(_HASHED_AT_ONCE):
        digests = [hashlib.sha256(text).digest() for text in piece.to_series().to_list()]
        hashes.append(pl.Series(digests, dtype=pl.Binary()).bin.slice(0, 16).bin.encode("hex"))
    return pl.concat(hashes).alias(texts.name)


def _with_status_by_record(
    incoming: pl.DataFrame, known: pl.DataFrame, kind: Kind
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """As `with_version_status`, of reports among which the newest alone is current."""
    # Records that are known or come more than once; by Polars' own hash, so that at worst a few more are compared.
    ids = incoming["record_id"]
    is_compared = ids.is_in(known["record_id"].unique().implode()) | ids.hash().is_duplicated()
    first = {"version_no": pl.lit(1, dtype=pl.Int64()), "status": pl.lit("accepted")}
    if not is_compared.any():
        return incoming.with_columns(**first), CONFLICTING_REPORTS.to_frame()
    placed = incoming.with_row_index("_place")
    compared = placed.filter(is_compared).with_columns(version_instant().alias("_instant"))
    statuses, conflicting = _statuses(compared, known, kind)
    all_statuses = pl.concat([placed.filter(~is_compared).select("_place", **first), statuses])
    return incoming.with_columns(all_statuses.sort("_place").drop("_place")), conflicting


def _statuses(reports: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """_place, version_no and status of reports of records with several; and those that cannot be ordered.

    reports: incoming, with _place and _instant.
    """
    current = (
        known.with_columns(version_instant().alias("_known_instant"))
        .sort("record_id", "_known_instant", "version_no")
        .group_by("record_id")
        .agg(
            pl.col("version_no").max().alias("_known_no"),
            pl.col("_known_instant").last(),
            pl.col("row_hash").last().alias("_known_hash"),
        )
    )
    versions = known.join(current.select("record_id", "_known_hash"), on="record_id").select(
        "record_id", "row_hash", is_current=pl.col("row_hash") == pl.col("_known_hash")
    )
    marked, conflicting = _order_simultaneous(reports, versions, kind)
    is_conflicting = pl.col("_place").is_in(conflicting["_place"].implode())
    # Earlier rows of a file whose rows are versions follow their order in the file; all others go by stage.
    rank = pl.when("is_final").then("stage").otherwise("row_no")
    order = ["record_id", "_instant", "is_final", rank, "filled", "row_hash", "file_name", "row_no"]
    rows = marked.filter(~is_conflicting & ~pl.col("is_known")).sort(order)
    rows = rows.join(current, on="record_id", how="left", maintain_order="left")
    rows = rows.with_columns(
        _is_repeated(known, has_stamps=bool(rows["version_by"].is_not_null().any())).alias("_repeat")
    )
    stored = rows.filter(~pl.col("_repeat"))
    place = pl.int_range(pl.len(), dtype=pl.Int64())
    first_place = pl.when(_is_first_of_record()).then(place).forward_fill()
    number = pl.col("_known_no").fill_null(0) + 1 + place - first_place
    is_newer = (pl.col("_instant") >= pl.col("_known_instant")).fill_null(True)
    status = pl.when(_is_first_of_record(-1) & is_newer).then(pl.lit("accepted")).otherwise(pl.lit("superseded"))
    no_number = pl.lit(None, dtype=pl.Int64())
    statuses = [
        stored.select("_place", version_no=number, status=status),
        rows.filter("_repeat").select("_place", version_no=no_number, status=pl.lit("duplicate")),
        marked.filter("is_known", ~is_conflicting).select("_place", version_no=no_number, status=pl.lit("duplicate")),
        marked.filter(is_conflicting).select("_place", version_no=no_number, status=pl.lit("quarantined")),
    ]
    return pl.concat(statuses), conflicting


def _is_first_of_record(step: int = 1) -> pl.Expr:
    """Whether the row `step` before, in the order of records, is of another record (-1: whether it is the last)."""
    record = pl.col("record_id")
    return (record != record.shift(step)).fill_null(True)


def _is_repeated(known: pl.DataFrame, *, has_stamps: bool) -> pl.Expr:
    """A report without a stamp repeats the one just before it; one with a stamp, any report like it."""
    previous = pl.when(_is_first_of_record()).then("_known_hash").otherwise(pl.col("row_hash").shift(1))
    is_same = (pl.col("row_hash") == previous).fill_null(False)
    if not has_stamps:
        return is_same
    pair = pl.struct("record_id", "row_hash")
    is_known = pair.is_in(known.select(pair).to_series().implode())
    return is_same | (pl.col("version_by").is_not_null() & (~pair.is_first_distinct() | is_known))


def _order_simultaneous(reports: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`reports` with what orders those of one instant, and those among them that cannot be ordered.

    Adds is_final (not an earlier row of a file whose rows are versions), filled (how many fields it states) and
    is_known (rule 1 above). known: record_id, row_hash and is_current of every stored version.
    """
    columns = ["enterprise_id", *(column.name for column in kind.columns if column.name not in _IDENTITY_COLUMNS)]
    pair = ["record_id", "row_hash"]
    versions = known.group_by(pair).agg(pl.col("is_current").any())
    joined = reports.select(*pair, "_instant").join(versions, on=pair, how="left", maintain_order="left")
    has_company = pl.col("row_hash").n_unique().over(_SIMULTANEOUS) > 1
    is_stored = pl.col("is_current").is_not_null()
    has_new = (~is_stored).any().over(_SIMULTANEOUS)
    has_current = pl.col("is_current").fill_null(False).any().over(_SIMULTANEOUS)
    is_known = joined.select((has_company & is_stored & (has_new | has_current)).alias("is_known")).to_series()
    marked = reports.with_columns(
        is_final=pl.col("row_order") == pl.col("row_order").max().over("record_id", "file_id"),
        filled=pl.sum_horizontal(pl.col(name).is_not_null() for name in columns),
        is_known=is_known,
    )
    top = marked.filter(pl.col("is_final") & ~pl.col("is_known"))
    top = top.filter(pl.col("stage") == pl.col("stage").max().over(_SIMULTANEOUS))
    top = top.filter(pl.col("row_hash").n_unique().over(_SIMULTANEOUS) > 1)
    return marked, CONFLICTING_REPORTS.to_frame() if top.is_empty() else _conflicting(top, columns, kind)


def _conflicting(reports: pl.DataFrame, columns: list[str], kind: Kind) -> pl.DataFrame:
    """Those of simultaneous `reports` of one stage that state different things (CONFLICTING_REPORTS): rule 4 above."""
    texts = reports.sort(*_SIMULTANEOUS, "filled", "row_hash", "_place").with_columns(
        _comparable_text(name, kind.table.schema[name]) for name in columns
    )
    previous = {name: pl.col(name).shift(1).over(_SIMULTANEOUS) for name in columns}
    # A report states all that the one before it states, unless it lacks or changes one of its values.
    differs = [previous[name].is_not_null() & ~pl.col(name).eq_missing(previous[name]) for name in columns]
    is_open = texts.select(pl.any_horizontal(differs).alias("open")).to_series()
    open_groups = texts.filter(is_open).select(_SIMULTANEOUS).unique()
    if open_groups.is_empty():
        return CONFLICTING_REPORTS.to_frame()
    conflicting = texts.join(open_groups, on=_SIMULTANEOUS, how="semi", nulls_equal=True, maintain_order="left")
    fields = [pl.when(pl.col(name).n_unique().over(_SIMULTANEOUS) > 1).then(pl.lit(name)) for name in columns]
    # Each names one that states something else: the first of the group, and the first names the last.
    is_first = pl.col("row_hash") == pl.col("row_hash").first().over(_SIMULTANEOUS)
    file_name, row_no = pl.col("file_name"), pl.col("row_no")
    return conflicting.select(
        "_place",
        field=pl.coalesce(fields),
        other_file=pl.when(is_first)
        .then(file_name.last().over(_SIMULTANEOUS))
        .otherwise(file_name.first().over(_SIMULTANEOUS)),
        other_row_no=pl.when(is_first)
        .then(row_no.last().over(_SIMULTANEOUS))
        .otherwise(row_no.first().over(_SIMULTANEOUS)),
    ).cast(CONFLICTING_REPORTS)
