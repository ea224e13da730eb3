"""Penalties in publicity (行政处罚公示) as rows of the published list."""

from __future__ import annotations

import polars as pl

from transforms.law.publicity.penalty_facts import sums_in_yuan
from transforms.schemas.base import DATE, TEXT
from transforms.schemas.vocabularies import PENALTY_KINDS

ON_DISPLAY = ("awaiting", "overdue", "public")
NATIONAL_SYSTEM = "gsxt"
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


def published_penalties(publicity: pl.DataFrame, penalties: pl.LazyFrame, enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """Every penalty of PUBLICITY in the national system: PUBLISHED_PENALTY_SCHEMA, in the order of the list.

    penalties, enterprises: the records that `publicity` was made from. A row is on the list where its state is one of
    ON_DISPLAY. name: of the register, or of the record where the party is in no register. penalty_kinds: in Chinese.
    content: as the record has it, or its sums in yuan. facts and remark are not published: they show what must not be.
    """
    register = enterprises.select("enterprise_id", register_name="name", register_uscc="uscc")
    kinds = pl.element().replace_strict(PENALTY_KINDS, default=pl.element(), return_dtype=TEXT)
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
        publicity.lazy()
        .filter(pl.col("system") == NATIONAL_SYSTEM)
        .select(shown)
        .join(own, on="record_id")
        .join(register, on="enterprise_id", how="left")
        .with_columns(
            name=pl.coalesce("register_name", "party_name"),
            uscc=pl.coalesce("register_uscc", "uscc"),
            party_class=pl.coalesce("party_class", pl.when(pl.col("enterprise_id").is_null()).then(pl.lit("person"))),
            penalty_kinds=pl.col("penalty_kinds").list.eval(kinds).list.join("；"),
            content=pl.coalesce("content", sums_in_yuan(with_zero=False)),
        )
        .select(list(PUBLISHED_PENALTY_SCHEMA))
        .sort("decided_on", "decision_no", "record_id")
    )
