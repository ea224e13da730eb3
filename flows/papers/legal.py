"""A party's records, and what the law makes of them on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.policies import read_calendar, read_list_law, read_publicity_law
from flows.settings import Settings
from flows.store import Run, Store
from transforms.tables import KINDS

if TYPE_CHECKING:
    from transforms.law.legal import Legal
    from transforms.policy.law_serious import SeriousList

Row = Mapping[str, Any]
Records = Mapping[str, pl.LazyFrame]
_NAMED = "party_name"


def records_of(store: Store, night: Run, enterprise_id: str | None, party: str | None = None) -> Records:
    """Current versions by kind, as the night knew them: an enterprise's, or those of the natural person `party`."""
    from transforms.history import current
    from transforms.law.legal import KINDS_ASKED

    found = {kind: current(store.scan(kind, night, enterprise_id), night.known_at) for kind in KINDS_ASKED}
    if enterprise_id is not None:
        return found
    return {kind: frame.filter(pl.col("enterprise_id").is_null(), _bears(kind, party)) for kind, frame in found.items()}


def _bears(kind: str, party: str | None) -> pl.Expr:
    return pl.col(_NAMED) == party if _NAMED in KINDS[kind].table.schema else pl.lit(False)


def legal_of(settings: Settings, records: Records, day: date) -> Legal:
    """What the law makes of the records on `day`. Raises PolicyProblems."""
    from transforms.law import calendar_of
    from transforms.law.legal import Legal, LegalLaw

    policy = settings.policy_dir
    calendar = calendar_of(read_calendar(policy), day)
    return Legal(records, LegalLaw(read_publicity_law(policy), read_list_law(policy), calendar), day)


@dataclass(frozen=True)
class Law:
    """The subject's rows in PUBLICITY (of the enterprise publicity system), REPAIR and LISTING; None: not in it.

    is_heavier: its penalty is a heavier one; None without a penalty, or where the law of its day names none.
    """

    publicity: Row | None = None
    repair: Row | None = None
    listing: Row | None = None
    is_heavier: bool | None = None


def law_of(legal: Legal, penalty_id: str | None, listing_id: str | None, system: str) -> Law:
    """Rows of that penalty and that listing; REPAIR has one for the listing where there is one."""
    of_penalty, of_listing = (pl.col("record_id") == (record or "") for record in (penalty_id, listing_id))
    in_system = pl.col("system") == system
    return Law(
        publicity=_first(legal.publicity.filter(of_penalty, in_system)) if penalty_id else None,
        repair=_first(legal.repair.filter(of_listing if listing_id else of_penalty, in_system)),
        listing=_first(legal.register.listings.filter(of_listing)) if listing_id else None,
        is_heavier=_is_heavier(legal, penalty_id) if penalty_id else None,
    )


def _first(frame: pl.LazyFrame) -> Row | None:
    return next(iter(frame.collect().iter_rows(named=True)), None)


def _is_heavier(legal: Legal, penalty_id: str) -> bool | None:
    from transforms.law.facts import with_facts

    penalty = legal.records["penalty"].filter(pl.col("record_id") == penalty_id)
    frame = with_facts(penalty, legal.records["enterprise"]).collect()
    when = _condition(legal.law.listing.serious, frame["decided_on"].item())
    return bool(frame.select(pl.sql_expr(when).fill_null(False)).item()) if when else None


def _condition(law: SeriousList, day: date) -> str | None:
    dated = law.heavier_when
    return dated.on(day) if day >= min(dated.values) else None
