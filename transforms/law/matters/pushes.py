"""Pushes (推送) and their receipts: which duties to send something they close, and which stay open."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.law.calendar.periods import dated_value
from transforms.law.matters.procedure import owner_key
from transforms.policy_model.law import PushLaw
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, TEXT

NO_RECORD = "没有推送及回执的记录"


class PushRecords(NamedTuple):
    """Current versions of PUSH. law: None where the policy says nothing of pushes."""

    rows: pl.LazyFrame
    law: PushLaw | None

    def reported_to(self, as_of: date) -> tuple[str, ...]:
        """The publicity systems that penalties are reported to, in force on `as_of`."""
        rule = self.law.reported_to if self.law else None
        return (rule.on(as_of) or ()) if rule and min(rule.values) <= as_of else ()

    def open_duties(self, duties: pl.LazyFrame, push_type: str, by: pl.Expr, as_of: date) -> pl.LazyFrame:
        """The rows of `duties` (enterprise_id, party_name, decision_no) that no receipt closes, with push_note.

        A duty without a record of a push is left out once its term is over, unless the policy has every push recorded.
        push_note, in Chinese: what was pushed without a receipt, or that an overdue push is not recorded; else null.
        """
        law = self.law.recorded if self.law else None
        sent = self.rows.filter(pl.col("push_type") == push_type, pl.col("pushed_on") <= as_of)
        text = pl.format("已于{}推送{}（{}），没有回执", "pushed_on", "addressee", "push_no")
        is_received = (pl.col("receipt_on") <= as_of).fill_null(False)
        found = (
            sent.select(owner_key(), _key=document_key(pl.col("subject_no")), _text=text, _is_received=is_received)
            .group_by("owner", "_key")
            .agg(pl.col("_is_received").any(), pl.col("_text").unique().sort().str.join("、"))
        )
        keyed = duties.with_columns(owner_key(), _key=document_key(pl.col("decision_no")))
        joined = keyed.join(found, on=["owner", "_key"], how="left", maintain_order="left")
        is_sent, is_timely = pl.col("_text").is_not_null(), (by >= as_of).fill_null(False)
        is_recorded = dated_value(law, by, BOOLEAN).fill_null(False)
        is_open = ~pl.col("_is_received").fill_null(False) & (is_timely | is_sent | is_recorded)
        missing = pl.when(~is_timely).then(pl.lit(NO_RECORD, dtype=TEXT))
        noted = joined.filter(is_open).with_columns(push_note=pl.coalesce("_text", missing))
        return noted.drop("owner", "_key", "_text", "_is_received")

    def of_unknown_subjects(self, penalties: pl.LazyFrame, decisions: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
        """Pushes up to `as_of` about a number that no penalty and no step of the party bears."""
        numbers = [
            frame.select(owner_key(), _key=document_key(pl.col("decision_no"))) for frame in (penalties, decisions)
        ]
        sent = self.rows.filter(pl.col("push_type") != "other", pl.col("pushed_on") <= as_of)
        keyed = sent.with_columns(owner_key(), _key=document_key(pl.col("subject_no")))
        return keyed.join(pl.concat(numbers), on=["owner", "_key"], how="anti").drop("owner", "_key")
