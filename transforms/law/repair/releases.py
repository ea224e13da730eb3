"""What repairs and removals release for a rating."""

from __future__ import annotations

import polars as pl

from transforms.law.by_day import value_on
from transforms.law.procedure.stays import owner
from transforms.law.register import Register
from transforms.policy.law_publicity import PublicityLaw
from transforms.policy.law_repair import Repair
from transforms.records.text import document_key
from transforms.tables.shape import DAY, FLAG, TEXT

RELEASES = pl.Schema({"record_kind": TEXT, "record_id": TEXT, "released_on": DAY})
_OFF = ("removed", "revoked", "annulled")


def releases(register: Register, penalties: pl.LazyFrame, law: PublicityLaw) -> pl.LazyFrame:
    """record_kind, record_id and released_on, the first day; one row a record, sorted.

    Penalties with a granted repair in force in a system whose law says that it releases; decisions to list that were
    removed early or revoked, or whose penalty was annulled. What only ran out is no release.
    """
    granted = pl.concat([_granted(register, one) for one in law.repairs])
    known = penalties.select("record_id", owner(), target_key=document_key(pl.col("decision_no")))
    repaired = known.join(granted, on=["owner", "target_key"]).with_columns(record_kind=pl.lit("penalty"))
    listed = register.listings.filter(pl.col("state").is_in(_OFF), pl.col("left_on").is_not_null())
    removed = listed.with_columns(record_kind=pl.lit("decision"), released_on="left_on")
    keys = ["record_kind", "record_id"]
    found = pl.concat([part.select(list(RELEASES)) for part in (repaired, removed)])
    return found.group_by(keys).agg(pl.col("released_on").min()).sort(keys)


def _granted(register: Register, law: Repair) -> pl.LazyFrame:
    matters = register.followed.matters.filter(pl.col("matter") == "penalty", pl.col("system") == law.system)
    is_releasing = value_on(law.releases, pl.col("released_on"), FLAG)
    return matters.filter(is_releasing.fill_null(False)).select(owner(), "target_key", "released_on")
