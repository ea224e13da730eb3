"""What repairs and removals release for a rating."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.by_day import value_on
from transforms.law.procedure.stays import owner
from transforms.law.register import Register
from transforms.policy.law_publicity import PublicityLaw
from transforms.policy.law_repair import Repair
from transforms.records.text import document_key
from transforms.tables.shape import DAY, FLAG, TEXT

RELEASES = pl.Schema({"record_kind": TEXT, "record_id": TEXT, "released_on": DAY, "stands_until_on": DAY})
_NO_END = date.max
_OFF = ("removed", "revoked", "annulled")


def releases(register: Register, penalties: pl.LazyFrame, law: PublicityLaw) -> pl.LazyFrame:
    """record_kind, record_id, released_on (the first day), stands_until_on (the last); one row a record, sorted.

    Penalties with a granted repair in force in a system whose law says that it releases; decisions to list that were
    removed early or revoked, or whose penalty was annulled. What only ran out is no release: every other listing has
    the last day on which it stands or stood, date.max where none is known.
    """
    granted = pl.concat([_granted(register, one) for one in law.repairs])
    known = penalties.select("record_id", owner(), target_key=document_key(pl.col("decision_no")))
    nothing = pl.lit(None, dtype=DAY)
    repaired = known.join(granted, on=["owner", "target_key"]).with_columns(
        record_kind=pl.lit("penalty"), stands_until_on=nothing
    )
    is_off = pl.col("state").is_in(_OFF) & pl.col("left_on").is_not_null()
    last = pl.coalesce("left_on", "stop_on").dt.offset_by("-1d")
    listed = register.listings.with_columns(
        record_kind=pl.lit("decision"),
        released_on=pl.when(is_off).then("left_on"),
        stands_until_on=pl.when(~is_off).then(pl.coalesce(last, pl.lit(_NO_END))),
    )
    keys = ["record_kind", "record_id"]
    found = pl.concat([part.select(list(RELEASES)) for part in (repaired, listed)])
    return found.group_by(keys).agg(pl.col("released_on").min(), pl.col("stands_until_on").max()).sort(keys)


def _granted(register: Register, law: Repair) -> pl.LazyFrame:
    matters = register.followed.matters.filter(pl.col("matter") == "penalty", pl.col("system") == law.system)
    is_releasing = value_on(law.releases, pl.col("released_on"), FLAG)
    return matters.filter(is_releasing.fill_null(False)).select(owner(), "target_key", "released_on")
