"""Penalties in publicity (行政处罚公示) as rows of the published list."""

from __future__ import annotations

import polars as pl

from transforms.schemas.base import DATE, TEXT
from transforms.schemas.vocabularies import PENALTY_KINDS

ON_DISPLAY = ("awaiting", "overdue", "public")
NATIONAL_SYSTEM = "gsxt"
_SUMS = {"罚款": "fine_fen", "没收": "confiscated_fen"}
PUBLISHED_PENALTY_SCHEMA = pl.Schema(
    {
        "decided_on": DATE,
        "decision_no": TEXT,
        "record_id": TEXT,
        "name": TEXT,
        "uscc": TEXT,
        "party_class": TEXT,
        "violation_type": TEXT,
        "penalty_kinds": TEXT,
        "content": TEXT,
        "authority": TEXT,
        "published_on": DATE,
        "state": TEXT,
        "stop_on": DATE,
        "stop_cause": TEXT,
        "gap": TEXT,
        "restored_on": DATE,
        "resumed_on": DATE,
        "facts": TEXT,
        "remark": TEXT,
    }
)


def published_penalties(found: pl.LazyFrame, penalties: pl.LazyFrame, enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """Every penalty of `found` in the national system, in the columns of PENALTY_SCHEMA, sorted as the list.

    found: PUBLICITY as `publicity` gives it; penalties, enterprises: the records it was made from. A row stands on
    the list where its state is one of ON_DISPLAY. name: that of the register, or of the record where the party is in
    no register. penalty_kinds in words; content: as the record has it, or its sums in yuan. facts and remark are not
    for publication: they tell what must not be published.
    """
    register = enterprises.select("enterprise_id", register_name="name", register_uscc="uscc")
    shown = (
        "record_id",
        "decided_on",
        "published_on",
        "state",
        "stop_on",
        "stop_cause",
        "gap",
        "restored_on",
        "resumed_on",
    )
    own = penalties.drop("state", "decided_on", "published_on")
    return (
        found.filter(pl.col("system") == NATIONAL_SYSTEM)
        .select(shown)
        .join(own, on="record_id")
        .join(register, on="enterprise_id", how="left")
        .with_columns(
            name=pl.coalesce("register_name", "party_name"),
            uscc=pl.coalesce("register_uscc", "uscc"),
            party_class=pl.coalesce("party_class", pl.when(pl.col("enterprise_id").is_null()).then(pl.lit("person"))),
            penalty_kinds=_kinds(),
            content=pl.coalesce("content", _sums()),
        )
        .select(list(PUBLISHED_PENALTY_SCHEMA))
        .sort("decided_on", "decision_no", "record_id")
    )


def _kinds() -> pl.Expr:
    words = pl.element().replace_strict(PENALTY_KINDS, default=pl.element(), return_dtype=TEXT)
    return pl.col("penalty_kinds").list.eval(words).list.join("；")


def _sums() -> pl.Expr:
    texts = [
        pl.when(pl.col(column) > 0).then(pl.format("{}{}元", pl.lit(word), _yuan(pl.col(column))))
        for word, column in _SUMS.items()
    ]
    whole = pl.concat_str(texts, separator="；", ignore_nulls=True)
    return pl.when(whole != "").then(whole)


def _yuan(fen: pl.Expr) -> pl.Expr:
    return pl.format("{}.{}", fen // 100, (fen % 100).cast(pl.String).str.zfill(2))
