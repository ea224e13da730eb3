"""Reports of one fact that arrive together and differ: which stands, by a rule that hangs on no file name.

Reports with different stamps are told apart by their stamps, and are no rivals. Of the others, in this order:

1. what the store knows already is a repeat, where another of them is new or is what stands;
2. a report of a later stage (撤销 after 有效, as its source says in `advances`) stands over one of an earlier;
3. a report that says all the other says, and more, stands over it;
4. else nobody can tell: all of them are turned away, and their senders are told of each other.
"""

from __future__ import annotations

import polars as pl

from transforms.records.text import is_document_number, without_zeros
from transforms.tables import Kind
from transforms.tables.shape import TEXT, TEXTS

_SAME_ANYWAY = ("party_name", "uscc", "person_masked", "name")
_CONTEST = ["record_id", "_age"]
RIVALS = pl.Schema({"_place": pl.UInt32(), "field": pl.String(), "other_file": pl.String(), "other_row_no": pl.Int64()})


def ordered_rivals(facts: pl.DataFrame, known: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
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
        return marked, RIVALS.to_frame()
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
        return RIVALS.to_frame()
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
    ).cast(RIVALS)


def _as_text(name: str, kind: Kind) -> pl.Expr:
    if kind.table.schema[name] == TEXTS:
        return pl.col(name).list.join("\x1e")
    text = pl.col(name).cast(TEXT)
    return without_zeros(text) if is_document_number(name) else text
