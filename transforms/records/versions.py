"""One fact, its reports: which is the present one, which are repeats, which are older. Nothing is deleted."""

from __future__ import annotations

import polars as pl

from transforms.history import age
from transforms.records.rivals import RIVALS, ordered_rivals
from transforms.records.text import digests, document_key, is_document_number, without_zeros
from transforms.tables import Kind
from transforms.tables.shape import DAY, TEXT, TEXTS

KEYS = ("record_id", "row_hash", "version_no", "version_by", "received_at", "source", "is_filling")
_PART, _ITEM = "\x1f", "\x1e"


def with_keys(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Records with `record_id` (the fact) and `row_hash` (what is said of it); needs enterprise_id and version_by."""
    parts = pl.concat_str([_key_part(name, kind) for name in kind.natural_key], separator=_PART)
    texts = frame.select(record_id=parts, row_hash=_said(frame, kind))
    own = (kind.name + ":" + digests(texts["record_id"])).alias("record_id")
    return frame.with_columns(own, digests(texts["row_hash"]))


def with_hash(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """`frame` (with keys) with `row_hash` where it is empty."""
    is_open = pl.col("row_hash") == ""
    return pl.concat([frame.filter(~is_open), with_keys(frame.filter(is_open), kind)])


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
    value = pl.col(name).list.join(_ITEM) if dtype == TEXTS else pl.col(name)
    value = without_zeros(value) if dtype == TEXT and is_document_number(name) else value
    return value.dt.to_string("%Y-%m-%d") if dtype == DAY else value.cast(TEXT)


def with_fates(incoming: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
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
    kept = fated.with_row_index("_place").filter(pl.col("version_no").is_not_null()).with_columns(age().alias("_age"))
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
        return incoming.with_columns(**new), RIVALS.to_frame()
    facts = incoming.with_row_index("_place")
    again, rivals = _versions(facts.filter(is_told_again).with_columns(age().alias("_age")), known, kind)
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
    marked, rivals = ordered_rivals(facts, marks, kind)
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
    newest = known.with_columns(age().alias("_known_age")).sort("record_id", "_known_age", "version_no")
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
