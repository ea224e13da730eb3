"""Penalties that may lead to a listing: a situation of the law, a heavier penalty, and nothing decided yet.

The third condition, whether nature, circumstances and harm are grave enough, is a person's: see `checklist`.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.by_day import met_on
from transforms.law.facts import IN_FORCE, with_facts
from transforms.law.procedure import Followed
from transforms.law.serious.grounds import is_annulled
from transforms.policy.law_serious import SeriousList, Situation
from transforms.records.text import document_key
from transforms.tables.law.listing import CANDIDATE
from transforms.tables.shape import TEXT

_FINE = "fine"


def candidates(
    penalties: pl.LazyFrame, enterprises: pl.LazyFrame, law: SeriousList, followed: Followed, as_of: date
) -> pl.LazyFrame:
    """Penalties decided by `as_of` to be looked at, in the columns of CANDIDATE, newest first.

    44号令 Art. 2: a situation listed and a heavier penalty, except where an article lists without one. Only
    enterprises of the register, and penalties that were not annulled. A matter of the register that names the penalty
    (a notice, a listing, a decision not to list) has consumed it. `late`: the listing is decided together with the
    penalty (Art. 13), and the register has nothing of that day.
    """
    names = enterprises.select("enterprise_id", "name", register_uscc="uscc")
    known = penalties.filter(pl.col("decided_on") <= as_of, ~_is_gone(law, as_of))
    frame = with_facts(known, enterprises).with_columns(
        situations=pl.concat_list(_situation(one) for one in law.situations).list.drop_nulls(),
        is_heavier=met_on(law.heavier_when, pl.col("decided_on")),
        target_key=document_key(pl.col("decision_no")),
    )
    needing = [one.id for one in law.situations if not one.needs_heavier]
    fits = pl.col("is_heavier") | pl.col("situations").list.eval(pl.element().is_in(needing)).list.any()
    open_ = frame.filter(fits, pl.col("situations").list.len() > 0).join(
        _consumed(followed), on=["enterprise_id", "target_key"], how="anti"
    )
    chosen = open_.join(names, on="enterprise_id").with_columns(_chosen(law, needing))
    return newest_first(chosen.with_columns(_described(law, as_of)).select(list(CANDIDATE.schema)))


def newest_first(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of CANDIDATE in their order."""
    return rows.sort("decided_on", "decision_no", "record_id", descending=[True, False, False])


def _is_gone(law: SeriousList, as_of: date) -> pl.Expr:
    return is_annulled(law) & (pl.col("revoked_on") <= as_of).fill_null(True)


def _situation(one: Situation) -> pl.Expr:
    return pl.when(met_on(one.when, pl.col("decided_on"))).then(pl.lit(one.id)).otherwise(pl.lit(None, dtype=TEXT))


def _consumed(followed: Followed) -> pl.LazyFrame:
    matters = followed.matters.filter(pl.col("matter") == "listing", pl.col("target_key").is_not_null())
    return matters.select("enterprise_id", "target_key").unique()


def _chosen(law: SeriousList, needing: list[str]) -> list[pl.Expr]:
    """The first situation that holds without a heavier penalty where there is none, and the others it may be in."""
    alone = pl.col("situations").list.eval(pl.element().filter(pl.element().is_in(needing)))
    possible = pl.when("is_heavier").then("situations").otherwise(alone)
    return [possible.list.first().alias("situation"), possible.list.slice(1).alias("other_situations")]


def _described(law: SeriousList, as_of: date) -> list[pl.Expr]:
    articles = {one.id: one.basis for one in law.situations}
    sureness = {one.id: one.when.confidence for one in law.situations}
    situation = pl.col("situation")
    tests = {
        "late": pl.col("decided_on") < as_of,
        "discretion_unstated": pl.col("discretion").is_null() & pl.col("penalty_kinds").list.contains(_FINE),
        "changed": (pl.col("state") != IN_FORCE).fill_null(False),
    }
    told = [pl.when(test).then(pl.lit(code)).otherwise(pl.lit(None, dtype=TEXT)) for code, test in tests.items()]
    return [
        situation.replace_strict(articles, return_dtype=TEXT).alias("situation_basis"),
        situation.replace_strict(sureness, return_dtype=TEXT).alias("situation_confidence"),
        pl.when("is_heavier").then(pl.lit(law.heavier_when.basis)).alias("heavier_basis"),
        pl.coalesce("register_uscc", "uscc").alias("uscc"),
        pl.concat_list(told).list.drop_nulls().alias("notes"),
    ]
