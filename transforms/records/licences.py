"""Licences as one reads them: what several offices report of one, and what has become of it on a day."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.records.text import document_key
from transforms.schemas.law import LICENCE_ON_DAY

_KEY = ["enterprise_id", "licence_type", "_number"]


def merged_licences(licences: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of LICENCE with other_authorities, one for each licence of an enterprise.

    Records of one type and number are one licence: two offices report it where the issuing office was renamed. The last
    issue holds; that it was revoked or struck off counts whoever reports it of that issue.
    """
    numbered = licences.with_columns(_number=document_key(pl.col("licence_no")).str.to_uppercase())
    of_last_issue = numbered.filter(pl.col("issued_on") == pl.col("issued_on").max().over(_KEY))
    ends = ("revoked_on", "cancelled_on")
    ended = of_last_issue.with_columns(pl.col(name).max().over(_KEY) for name in ends)
    ordered = ended.sort("changed_on", "received_at", "record_id", nulls_last=False)
    newest = ordered.unique(_KEY, keep="last", maintain_order=True)
    offices = numbered.group_by(_KEY).agg(_offices=pl.col("authority").unique().sort())
    merged = newest.join(offices, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
    others = pl.col("_offices").list.set_difference(pl.concat_list("authority")).list.sort()
    return merged.with_columns(other_authorities=others).drop("_number", "_offices")


def licences_on(licences: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """LICENCE_ON_DAY: the licences of enterprises on a day, those in force first, then by last day and number.

    licences: current versions. One that was revoked and struck off, on one day or later, ended by the revocation.
    """

    def is_past(name: str) -> pl.Expr:
        return (pl.col(name) <= as_of).fill_null(False)

    states = {
        "ahead": ~is_past("issued_on"),
        "revoked": is_past("revoked_on"),
        "cancelled": is_past("cancelled_on"),
        "expired": (pl.col("valid_until_on") < as_of).fill_null(False),
        "suspended": is_past("suspended_on") & ~is_past("resumed_on"),
    }
    state = pl.coalesce(*(pl.when(test).then(pl.lit(code)) for code, test in states.items()), pl.lit("in_force"))
    rows = merged_licences(licences).with_columns(state=state, has_lookup=pl.lit(False))
    order = (~pl.col("state").is_in(["in_force", "suspended"]), "valid_until_on", "licence_no", "record_id")
    return rows.sort(*order, nulls_last=True).select(list(LICENCE_ON_DAY.schema))
