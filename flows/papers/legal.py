"""A party's records, and what the law makes of them on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.policies import read_measures
from flows.settings import Settings
from flows.store import Run, Store, known
from transforms.law.legal import KINDS_ASKED, Legal
from transforms.tables import KINDS

if TYPE_CHECKING:
    from transforms.policy.dated import Dated

Row = Mapping[str, Any]
Records = Mapping[str, pl.LazyFrame]
_SUPERVISION = ("sampling", "signal", "inspection")
CONSENT = "consent"
_NAMED = "party_name"


def records_of(store: Store, night: Run, enterprise_id: str | None, party: str | None = None) -> Records:
    """Current versions by kind, as the night knew them: an enterprise's, or those of the natural person `party`."""
    found = {kind: known(store, kind, night, enterprise_id) for kind in (*KINDS_ASKED, *_SUPERVISION)}
    if enterprise_id is None:
        nobody = pl.col("enterprise_id").is_null()
        found = {kind: frame.filter(nobody, _bears(kind, party)) for kind, frame in found.items()}
    # One party's are few, and are read again for every question.
    return {kind: frame.collect().lazy() for kind, frame in found.items()}


def _bears(kind: str, party: str | None) -> pl.Expr:
    return pl.col(_NAMED) == (party or "") if _NAMED in KINDS[kind].table.schema else pl.lit(False)


@dataclass(frozen=True)
class Law:
    """The subject's rows in PUBLICITY (of the enterprise publicity system), REPAIR, LISTING, CANDIDATE; None for none.

    is_heavier: its penalty is a heavier one, None without a penalty. needs_consent: a listing by that authority needs
    the level above; None where no authority is on record. factors: rows of CHECKLIST for it. measures: what a listing
    brings with it on the day, with the articles. articles: those of the situations and of CONSENT.
    """

    publicity: Row | None = None
    repair: Row | None = None
    listing: Row | None = None
    candidate: Row | None = None
    is_heavier: bool | None = None
    needs_consent: bool | None = None
    factors: tuple[Row, ...] = ()
    measures: tuple[Row, ...] = ()
    articles: Mapping[str, str] = field(default_factory=dict)


def law_of(settings: Settings, legal: Legal, penalty_id: str | None, listing_id: str | None, system: str) -> Law:
    """Rows of that penalty and that listing; REPAIR's is the listing's where there is one."""
    of_penalty, of_listing = (pl.col("record_id") == (record or "") for record in (penalty_id, listing_id))
    in_system = pl.col("system") == system
    serious = legal.law.listing.serious
    listing = _first(legal.register.listings.filter(of_listing))
    candidate = _first(_candidates(legal).filter(of_penalty))
    situation = (listing or candidate or {}).get("situation")
    return Law(
        publicity=_first(legal.publicity.filter(of_penalty, in_system)),
        repair=_first(legal.repair.filter(of_listing if listing_id else of_penalty, in_system)),
        listing=listing,
        candidate=candidate,
        is_heavier=_meets(legal, penalty_id, serious.heavier_when),
        needs_consent=_needs_consent(legal, penalty_id, listing_id),
        factors=tuple(_factors(legal, penalty_id).iter_rows(named=True)) if penalty_id else (),
        measures=_measures(settings, situation, legal.as_of),
        articles={one.id: one.basis for one in serious.situations} | {CONSENT: serious.consent_when.basis},
    )


def _first(frame: pl.LazyFrame) -> Row | None:
    return next(iter(frame.collect().iter_rows(named=True)), None)


def _candidates(legal: Legal) -> pl.LazyFrame:
    from transforms.law.serious.candidates import candidates

    given = (legal.records["penalty"], legal.records["enterprise"], legal.law.listing.serious)
    return candidates(*given, legal.register.followed, legal.as_of)


def _meets(legal: Legal, penalty_id: str | None, when: Dated[str]) -> bool | None:
    """Whether the penalty meets the condition in force on its day."""
    from transforms.law.by_day import met_on
    from transforms.law.facts import with_facts

    penalty = legal.records["penalty"].filter(pl.col("record_id") == (penalty_id or ""))
    frame = with_facts(penalty, legal.records["enterprise"])
    found = _first(frame.select(is_met=met_on(when, pl.col("decided_on"))))
    return found["is_met"] if found else None


def _needs_consent(legal: Legal, penalty_id: str | None, listing_id: str | None) -> bool | None:
    """By the authority that listed, where that is on record; else by that of the penalty."""
    from transforms.law.by_day import met_on

    when = legal.law.listing.serious.consent_when
    listed = legal.records["decision"].filter(
        pl.col("record_id") == (listing_id or ""), pl.col("authority").is_not_null()
    )
    found = _first(listed.select(is_met=met_on(when, pl.col("decided_on"))))
    return found["is_met"] if found else _meets(legal, penalty_id, when)


def _factors(legal: Legal, penalty_id: str) -> pl.DataFrame:
    from transforms.law.serious.checklist import EvidenceRecords, checklist

    kinds = ("penalty", *_SUPERVISION)
    penalty = legal.records["penalty"].filter(pl.col("record_id") == penalty_id).collect()
    evidence = EvidenceRecords(*(legal.records[kind] for kind in kinds))
    return checklist(penalty, evidence, legal.law.listing.serious, legal.as_of)


def _measures(settings: Settings, situation: str | None, day: date) -> tuple[Row, ...]:
    """title, basis, confidence of each measure that the law has on `day` for a listing of that situation."""
    law = read_measures(settings.policy_dir)
    held = [one for one in (law.measures if law else ()) if one.situation in (None, situation)]
    return tuple(
        {"title": one.title, "basis": one.in_force.basis, "confidence": one.in_force.confidence}
        for one in held
        if day >= min(one.in_force.values) and one.in_force.on(day)
    )
