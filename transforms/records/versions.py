"""Versions of one record: which report is current, which are superseded, which are duplicates."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from transforms.date_parsing import format_instant, parse_instant
from transforms.history import version_instant
from transforms.records.mapping import MappingContext
from transforms.records.problems import shown_value
from transforms.records.text import document_key, halfwidth, is_document_number, sha256_digests, without_leading_zeros
from transforms.schemas import Kind
from transforms.schemas.base import DATE, TEXT, TEXT_LIST, TIMESTAMP

VERSION_COLUMNS = ("record_id", "row_hash", "version_no", "version_by", "received_at", "source", "is_filling")

_PART, _ITEM = "\x1f", "\x1e"


def with_record_keys(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Records with `record_id` (the fact) and `row_hash` (what is said of it); needs enterprise_id and version_by."""
    parts = pl.concat_str([_key_part(name, kind) for name in kind.natural_key], separator=_PART)
    texts = frame.select(record_id=parts, row_hash=_said(frame, kind))
    own = (kind.name + ":" + sha256_digests(texts["record_id"])).alias("record_id")
    return frame.with_columns(own, sha256_digests(texts["row_hash"]))


def with_row_hash(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """`frame` (with keys) with `row_hash` where it is empty."""
    is_open = pl.col("row_hash") == ""
    return pl.concat([frame.filter(~is_open), with_record_keys(frame.filter(is_open), kind)])


def _said(frame: pl.DataFrame, kind: Kind) -> pl.Expr:
    """All that a record says, name by name: `enterprise_id=…`, `version_by=…` and its columns; nothing of empty ones.

    So a column added to a kind makes no new version of every record.
    """
    named = {"enterprise_id": TEXT, "version_by": TEXT, **{column.name: column.dtype for column in kind.columns}}
    pieces: list[pl.Expr] = []
    for name, dtype in named.items():
        head, value, empty = pl.lit(f"{_PART}{name}="), _content(name, dtype), frame[name].null_count()
        if empty == 0:
            pieces += [head, value]
        elif empty < frame.height:
            pieces.append(head + value)
    return pl.concat_str(pieces, ignore_nulls=True).str.slice(1)


def _is_number(name: str, kind: Kind) -> bool:
    return name not in ("enterprise_id", "party_key") and kind.column(name).dtype == TEXT


def _key_part(name: str, kind: Kind) -> pl.Expr:
    if name == "enterprise_id":
        return pl.col(name)
    if name == "party_key":
        person = [pl.col("person_hash")] if "person_hash" in kind.table.schema else []
        return pl.coalesce(pl.col("enterprise_id"), *person, document_key(pl.col("party_name")), pl.lit(""))
    return (document_key(pl.col(name)) if _is_number(name, kind) else pl.col(name)).fill_null("")


def _content(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name).list.join(_ITEM) if dtype == TEXT_LIST else pl.col(name)
    value = without_leading_zeros(value) if dtype == TEXT and is_document_number(name) else value
    return value.dt.to_string("%Y-%m-%d") if dtype == DATE else value.cast(TEXT)


def with_version_status(incoming: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`incoming` with `fate` and `version_no`, in the same order; and what nobody could order (RIVALS, by `_place`).

    incoming: with keys, received_at, stage, row_order, file_id, file_name, row_no. known: KEYS of every version already
    kept. fate: accepted (now the present version), superseded (kept, but an older version than another), duplicate
    (says what is known), quarantined (contradicts another report of the night); of the last two version_no is null.
    One night's versions of a fact follow their stamps, then `rivals`. The reports of a source that only fills are
    compared with that source's own alone.
    """
    if not (incoming["is_filling"].any() or known["is_filling"].any()):
        return _fated(incoming, known, kind)
    lines, own = known.with_columns(record_id=_line()), incoming.with_columns(record_id=_line())
    fated, rivals = _fated(own, lines, kind)
    return _numbered_by_fact(fated.with_columns(incoming["record_id"], _line="record_id"), known), rivals


def _line() -> pl.Expr:
    """The reports among which the newest is chosen: all full ones of a fact, or those of one source that fills."""
    own = pl.format("{}" + _PART + "{}", "record_id", "source")
    return pl.when(pl.col("is_filling").fill_null(False)).then(own).otherwise("record_id")


def _numbered_by_fact(fated: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Version numbers, given per line, as numbers of the whole fact: each once, later ones of a line higher."""
    last = known.group_by("record_id").agg(pl.col("version_no").max().alias("_last"))
    kept = (
        fated.with_row_index("_place")
        .filter(pl.col("version_no").is_not_null())
        .with_columns(version_instant().alias("_age"))
    )
    kept = kept.sort("record_id", "_age", "_line", "version_no").join(
        last, on="record_id", how="left", maintain_order="left"
    )
    place = pl.int_range(pl.len(), dtype=pl.Int64()).over("record_id")
    numbers = kept.select("_place", _no=pl.col("_last").fill_null(0) + 1 + place)
    whole = fated.with_row_index("_place").join(numbers, on="_place", how="left", maintain_order="left")
    return whole.with_columns(version_no="_no").drop("_place", "_no", "_line")


def _fated(incoming: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """As `with_fates`, of reports among which the newest stands whole."""
    is_told_again = _is_told_again(incoming["record_id"], known["record_id"])
    new = {"version_no": pl.lit(1, dtype=pl.Int64()), "fate": pl.lit("accepted")}
    if not is_told_again.any():
        return incoming.with_columns(**new), CONFLICTING_REPORTS.to_frame()
    facts = incoming.with_row_index("_place")
    again, rivals = _versions(facts.filter(is_told_again).with_columns(version_instant().alias("_age")), known, kind)
    told = [facts.filter(~is_told_again).select("_place", **new), again]
    return incoming.with_columns(pl.concat(told).sort("_place").drop("_place")), rivals


def _is_told_again(facts: pl.Series, known: pl.Series) -> pl.Series:
    """Whether a fact is known, or comes more than once; by Polars' own hash, so that at worst a few more are."""
    return facts.is_in(known.unique().implode()) | facts.hash().is_duplicated()


def _versions(facts: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """_place, version_no and fate of facts of which more than one version may be known; and the rivals among them."""
    present = _present(known)
    marks = known.join(present.select("record_id", "_known_hash"), on="record_id").select(
        "record_id", "row_hash", is_present=pl.col("row_hash") == pl.col("_known_hash")
    )
    marked, rivals = order_simultaneous(facts, marks, kind)
    is_away = pl.col("_place").is_in(rivals["_place"].implode())
    rank = pl.when("is_final").then("stage").otherwise("row_no")
    order = ["record_id", "_age", "is_final", rank, "filled", "row_hash", "file_name", "row_no"]
    rows = marked.filter(~is_away & ~pl.col("is_known")).sort(order)
    rows = rows.join(present, on="record_id", how="left", maintain_order="left")
    has_times = bool(rows["version_by"].is_not_null().any())
    rows = rows.with_columns(_is_repeated(known, has_times).alias("_repeat"))
    kept = rows.filter(~pl.col("_repeat"))
    place = pl.int_range(pl.len(), dtype=pl.Int64())
    number = pl.col("_known_no").fill_null(0) + 1 + place - pl.when(_begins(1)).then(place).forward_fill()
    is_newer = (pl.col("_age") >= pl.col("_known_age")).fill_null(True)
    fate = pl.when(_begins(-1) & is_newer).then(pl.lit("accepted")).otherwise(pl.lit("superseded"))
    fated = [kept.select("_place", version_no=number, fate=fate)]
    for some, word in (
        (rows.filter("_repeat"), "duplicate"),
        (marked.filter("is_known", ~is_away), "duplicate"),
        (marked.filter(is_away), "quarantined"),
    ):
        fated.append(some.select("_place", version_no=pl.lit(None, dtype=pl.Int64()), fate=pl.lit(word)))
    return pl.concat(fated), rivals


def _present(known: pl.DataFrame) -> pl.DataFrame:
    newest = known.with_columns(version_instant().alias("_known_age")).sort("record_id", "_known_age", "version_no")
    return newest.group_by("record_id").agg(
        pl.col("version_no").max().alias("_known_no"),
        pl.col("_known_age").last(),
        pl.col("row_hash").last().alias("_known_hash"),
    )


def _begins(step: int) -> pl.Expr:
    """Whether the row `step` before, in the order of facts, is of another fact."""
    fact = pl.col("record_id")
    return (fact != fact.shift(step)).fill_null(True)


def _is_repeated(known: pl.DataFrame, has_times: bool) -> pl.Expr:
    """A report without a time of its own repeats what stands just before it; one with a time, any report like it."""
    before = pl.when(_begins(1)).then("_known_hash").otherwise(pl.col("row_hash").shift(1))
    same = (pl.col("row_hash") == before).fill_null(False)
    if not has_times:
        return same
    earlier = ~pl.struct("record_id", "row_hash").is_first_distinct()
    pair = pl.struct("record_id", "row_hash")
    held = pair.is_in(known.select(pair).to_series().implode())
    return same | (pl.col("version_by").is_not_null() & (earlier | held))


_SAME_ANYWAY = ("party_name", "uscc", "person_masked", "name")

_CONTEST = ["record_id", "_age"]

CONFLICTING_REPORTS = pl.Schema(
    {"_place": pl.UInt32(), "field": pl.String(), "other_file": pl.String(), "other_row_no": pl.Int64()}
)


def order_simultaneous(facts: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`facts` with what orders rivals, and the rows among them that nobody can order (RIVALS).

    facts: _place, _age, record_id, row_hash, stage, row_order, file_id, file_name, row_no and the columns of `kind`.
    known: record_id, row_hash, of every version kept, and is_present. Adds is_final (not an earlier row of a file whose
    rows are versions), filled (how many fields it states), is_known (rule 1).
    """
    columns = ["enterprise_id", *(column.name for column in kind.columns if column.name not in _SAME_ANYWAY)]
    marked = facts.with_columns(
        is_final=pl.col("row_order") == pl.col("row_order").max().over("record_id", "file_id"),
        filled=pl.sum_horizontal(pl.col(name).is_not_null() for name in columns),
        is_known=_is_known(facts, known),
    )
    is_open = pl.col("is_final") & ~pl.col("is_known")
    top = marked.filter(is_open).filter(pl.col("stage") == pl.col("stage").max().over(_CONTEST))
    top = top.filter(pl.col("row_hash").n_unique().over(_CONTEST) > 1)
    if top.is_empty():
        return marked, CONFLICTING_REPORTS.to_frame()
    return marked, _undecided(top, columns, kind)


def _is_known(facts: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Rule 1, of reports that have company."""
    pair = ["record_id", "row_hash"]
    marks = known.group_by(pair).agg(pl.col("is_present").any())
    joined = facts.select(*pair, "_age").join(marks, on=pair, how="left", maintain_order="left")
    has_company = pl.col("row_hash").n_unique().over(_CONTEST) > 1
    is_old = pl.col("is_present").is_not_null()
    is_settled = (~is_old).any().over(_CONTEST) | pl.col("is_present").fill_null(False).any().over(_CONTEST)
    return joined.select((has_company & is_old & is_settled).alias("is_known")).to_series()


def _undecided(top: pl.DataFrame, columns: list[str], kind: Kind) -> pl.DataFrame:
    rows = top.sort(*_CONTEST, "filled", "row_hash", "_place")
    texts = rows.with_columns(_as_text(name, kind) for name in columns)
    before = {name: pl.col(name).shift(1).over(_CONTEST) for name in columns}
    loses = {name: (before[name].is_not_null() & ~pl.col(name).eq_missing(before[name])) for name in columns}
    is_open = texts.select(pl.any_horizontal(loses.values()).alias("open")).to_series()
    contests = texts.filter(is_open).select(_CONTEST).unique()
    if contests.is_empty():
        return CONFLICTING_REPORTS.to_frame()
    rivals = texts.join(contests, on=_CONTEST, how="semi", nulls_equal=True, maintain_order="left")
    differs = [pl.when(pl.col(name).n_unique().over(_CONTEST) > 1).then(pl.lit(name)) for name in columns]
    is_first = pl.col("row_hash") == pl.col("row_hash").first().over(_CONTEST)
    # Each is shown one that says something else: the first of the contest, and to the first the last.
    return rivals.select(
        "_place",
        field=pl.coalesce(differs),
        other_file=pl.when(is_first)
        .then(pl.col("file_name").last().over(_CONTEST))
        .otherwise(pl.col("file_name").first().over(_CONTEST)),
        other_row_no=pl.when(is_first)
        .then(pl.col("row_no").last().over(_CONTEST))
        .otherwise(pl.col("row_no").first().over(_CONTEST)),
    ).cast(CONFLICTING_REPORTS)


def _as_text(name: str, kind: Kind) -> pl.Expr:
    if kind.table.schema[name] == TEXT_LIST:
        return pl.col(name).list.join("\x1e")
    text = pl.col(name).cast(TEXT)
    return without_leading_zeros(text) if is_document_number(name) else text


def version_stamps(frame: pl.DataFrame, name: str | None, terms: MappingContext) -> pl.Series:
    """`version_by` of each row: the field `name` as a kept instant (UTC); null where it is empty or cannot be read.

    A stamp outside the plausible days, or later than the receipt by more than a sender's clock may be ahead, is none:
    it would hold its row above every later correction.
    """
    if name is None:
        return pl.Series("version_by", [None], dtype=TEXT).new_from_index(0, frame.height)
    text = halfwidth(pl.col(name).cast(TEXT))
    instant = parse_instant(text, terms.common.dates, terms.zone)
    ahead = timedelta(days=terms.common.plausible.days_ahead)
    first = datetime.combine(terms.common.plausible.earliest, time(), ZoneInfo(terms.zone)).astimezone(UTC)
    last = terms.received_at.astimezone(UTC) + ahead
    is_plausible = instant.is_between(pl.lit(first, dtype=TIMESTAMP), pl.lit(last, dtype=TIMESTAMP))
    return frame.select(version_by=pl.when(is_plausible).then(format_instant(instant))).to_series()


def unread_stamps_note(frame: pl.DataFrame, name: str | None, version_by: pl.Series, heading: str) -> str | None:
    """What a person is told of rows (row_no) whose stamp could not be used; null where there is none."""
    if name is None:
        return None
    odd = frame.filter(pl.col(name).is_not_null() & version_by.is_null()).sort("row_no")
    if odd.is_empty():
        return None
    first = odd.select("row_no", value=shown_value(pl.col(name))).row(0, named=True)
    return (
        f"“{heading}”有{odd.height}行不能识别为时间（如第{first['row_no']}行“{first['value']}”），"
        "这些行按收到的先后判定新旧。应写为2026-10-08 09:00:00这样的形式"
    )
