"""The law's word on enterprises: as it stands, as tonight makes it, and what of it differs."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from flows.night.differences import Frames, stage_differing
from flows.night.plan import Night
from flows.night.records import EVERYONE, Seen, Whose
from flows.night.standing import KEY, newest
from transforms.law.findings import to_look_at
from transforms.law.kept import concerned, kept, without_word
from transforms.law.legal import Legal, LegalLaw
from transforms.tables.law.kept import LAW_KEPT
from transforms.tables.law.procedure import STEP_TABLE

REFUSED = "refused_steps"
_ID = "enterprise_id"


def legal_of_batch(records: Mapping[str, pl.LazyFrame], law: LegalLaw, night: Night) -> Legal:
    """The law's state, of those of the records' enterprises on whom it has a word."""
    ids = concerned(records).unique().collect().lazy()
    register = records["enterprise"].join(ids, on=_ID, how="semi").collect().lazy()
    return Legal({**records, "enterprise": register}, law, night.as_of)


def stage_word(seen: Seen, whose: Whose, legal: Legal | None, number: int) -> None:
    """Stage the word on these enterprises where it is another than the night before, and steps that were refused."""
    before = word_before(seen, whose)
    if legal is not None and legal.records["enterprise"].select(pl.len()).collect().item() == 0:
        legal = None
    after = kept(legal) if legal else _silence()
    lost = before["law"].select(_ID).join(after["law"], on=_ID, how="anti")
    after["law"] = pl.concat([after["law"], without_word(lost)])
    stage_differing(seen.night, before, after)
    if legal:
        seen.night.stage(REFUSED, refused(legal), number)


def _silence() -> dict[str, pl.LazyFrame]:
    return {name: table.empty().lazy().drop("valid_from_on") for name, table in LAW_KEPT.items()}


def refused(legal: Legal) -> pl.LazyFrame:
    """STEP_TABLE of the steps that the register refuses, or that a person must look at."""
    return legal.steps.filter(to_look_at()).select(list(STEP_TABLE.schema))


def word_before(seen: Seen, whose: Whose = EVERYONE) -> dict[str, pl.LazyFrame]:
    """The tables of LAW_KEPT as they stood before the night."""
    heads = newest(whose.among(_earlier("law", seen, whose))).collect().lazy()
    return {name: whose.among(_earlier(name, seen, whose)).join(heads, on=KEY, how="semi") for name in LAW_KEPT}


def word_after(seen: Seen, before: Frames, whose: Whose = EVERYONE) -> dict[str, pl.LazyFrame]:
    """The same as they will stand once the night is kept. before: what `word_before` says of the same enterprises."""
    parts = whose.part.buckets
    written = whose.among(seen.night.staged("law", parts)).select(_ID).collect().lazy()
    return {
        name: pl.concat([rows.join(written, on=_ID, how="anti"), whose.among(seen.night.staged(name, parts))])
        for name, rows in before.items()
    }


def _earlier(name: str, seen: Seen, whose: Whose) -> pl.LazyFrame:
    return seen.stored(name, whose.part).filter(pl.col("valid_from_on") < seen.night.as_of)
