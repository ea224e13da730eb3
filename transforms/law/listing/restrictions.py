"""What restricts an enterprise or a person: measures that a listing brings, and bans from the trade."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.listing.listings import ON_LIST
from transforms.law.publicity.penalty_facts import FOR_EVER
from transforms.policy_model.law_listing import BanArticle, BanLaw, Measure, MeasureLaw, SeriousListLaw
from transforms.policy_model.scheme import Duration
from transforms.schemas.base import DATE, INTEGER, TEXT
from transforms.schemas.law import BAN, MEASURE


def measures(listings: pl.LazyFrame, law: MeasureLaw, as_of: date) -> pl.LazyFrame:
    """The measures in force on `as_of`, a row per entry and measure in the columns of MEASURE, sorted by its key.

    listings: LISTING on that day. A measure of the enterprise holds while the entry stands, from the day of the listing
    or of its restoration, or from the first day the law has it; one with a period of its own (`lasts`) to its end,
    even once the entry has left the list, unless that lost its ground.
    """
    rows = [_rows(listings, one, position, as_of) for position, one in enumerate(law.measures, 1)]
    return pl.concat(rows).select(list(MEASURE.schema)).sort(MEASURE.key)


def _rows(listings: pl.LazyFrame, one: Measure, position: int, as_of: date) -> pl.LazyFrame:
    begun = pl.coalesce("restored_on", "listed_on") if one.lasts is None else pl.col("listed_on")
    until = pl.col("last_day_on") if one.lasts is None else end_of_duration(pl.col("listed_on"), one.lasts)
    starts = [start for start, value in one.in_force.values.items() if value and start <= as_of]
    is_law = bool(starts) and bool(one.in_force.on(as_of))
    return listings.filter(pl.lit(is_law), _holds(one), pl.lit(as_of) <= until.fill_null(pl.lit(date.max))).select(
        "record_id",
        "enterprise_id",
        "name",
        "uscc",
        "decision_no",
        position=pl.lit(position, dtype=INTEGER),
        measure=pl.lit(one.id),
        title=pl.lit(one.title),
        who=pl.lit(one.who),
        from_on=pl.max_horizontal(begun, pl.lit(max(starts, default=as_of), dtype=DATE)),
        until_on=until,
        basis=pl.lit(one.in_force.basis),
        confidence=pl.lit(one.in_force.confidence),
    )


def _holds(one: Measure) -> pl.Expr:
    """Whether the entry stands; for a period of its own, whether the listing was not undone."""
    is_meant = pl.lit(True) if one.situation is None else (pl.col("situation") == one.situation).fill_null(False)
    is_undone = pl.col("state").is_in(["revoked", "annulled"])
    return is_meant & (~is_undone if one.lasts is not None else pl.col("state") == ON_LIST)


_LIFE = pl.lit(FOR_EVER, dtype=DATE)

_NO_DAY, _NO_TEXT = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)


def bans(
    person_bans: pl.LazyFrame, penalties: pl.LazyFrame, law: BanLaw, serious: SeriousListLaw, as_of: date
) -> pl.LazyFrame:
    """Bans decided by `as_of`, in the columns of BAN, those in force first, then by decision day, number, record.

    person_bans, penalties: current versions; of the penalties those that restrict by `serious` (restricts_when). An end
    of a person's ban that the record does not state is filled from the article it names, and said to be; one outside of
    what the article allows is said to be, and kept. What an article costs the punished firm itself (applications,
    trials) follows from the article that the penalty names. Annulled penalties bar nobody from the day of the
    annulment on.
    """
    found = pl.concat([_of_persons(person_bans), _of_penalties(penalties, serious), _of_firms(penalties, law)])
    rows = found.filter(pl.col("decided_on") <= as_of)
    begun = pl.coalesce("starts_on", "decided_on")
    dated = rows.with_columns(_begun=begun, **_of_article(law, begun)).with_columns(_until=_until(law, as_of))
    return (
        dated.with_columns(_described(as_of))
        .select(list(BAN.schema))
        .sort("is_in_force", "decided_on", "ban_no", "record_id", descending=[True, True, False, False])
    )


def _of_persons(found: pl.LazyFrame) -> pl.LazyFrame:
    return found.select(
        "record_id",
        "enterprise_id",
        "ban_no",
        "decided_on",
        "starts_on",
        "basis",
        "authority",
        "field",
        record_kind=pl.lit("person_ban"),
        party=pl.lit("person"),
        name="person_name",
        masked="person_masked",
        employer="party_name",
        stated_on=pl.col("ends_on"),
        is_life_stated=pl.col("is_lifelong").fill_null(False),
        annulled_on=_NO_DAY,
    )


def _of_penalties(penalties: pl.LazyFrame, law: SeriousListLaw) -> pl.LazyFrame:
    is_life = pl.sql_expr(law.lifelong_when).fill_null(False)
    is_person = (pl.col("party_class") == "person").fill_null(pl.col("enterprise_id").is_null())
    party = pl.when(is_person).then(pl.lit("person")).otherwise(pl.lit("firm"))
    until = pl.when(~is_life).then("valid_until_on")
    restricting = penalties.filter(pl.sql_expr(law.restricts_when).fill_null(False))
    return _penalty_rows(restricting.with_columns(party=party, stated_on=until, is_life_stated=is_life))


def _penalty_rows(penalties: pl.LazyFrame) -> pl.LazyFrame:
    """Penalties under the names of bans; party, stated_on and is_life_stated where they stand."""
    has = penalties.collect_schema()
    given = {"party": _NO_TEXT, "stated_on": _NO_DAY, "is_life_stated": pl.lit(False)}
    return penalties.select(
        "record_id",
        "enterprise_id",
        pl.col("decision_no").alias("ban_no"),
        "decided_on",
        _NO_DAY.alias("starts_on"),
        "basis",
        "authority",
        "field",
        record_kind=pl.lit("penalty"),
        party=pl.col("party") if "party" in has else given["party"],
        name="party_name",
        masked="person_masked",
        employer=_NO_TEXT,
        stated_on=pl.col("stated_on") if "stated_on" in has else given["stated_on"],
        is_life_stated=pl.col("is_life_stated") if "is_life_stated" in has else given["is_life_stated"],
        annulled_on="revoked_on",
    )


def _of_firms(penalties: pl.LazyFrame, law: BanLaw) -> pl.LazyFrame:
    """Penalties of firms that name an article which bars the firm from applications or trials: a row of their own."""
    found = _penalty_rows(penalties.filter(pl.col("enterprise_id").is_not_null())).with_columns(
        record_kind=pl.lit("application_bar"),
        party=pl.lit("firm"),
        stated_on=_NO_DAY,
        is_life_stated=pl.lit(False),
    )
    named = pl.any_horizontal(False, *(_names(one) for one in law.articles if one.who == "firm"))
    return found.filter(named.fill_null(False))


def _of_article(law: BanLaw, begun: pl.Expr) -> dict[str, pl.Expr]:
    """Article, shortest and longest end by it, its confidence, and what it bars from: of the first article that the
    basis names."""
    return {
        "article": _first(law.articles, lambda one: pl.lit(one.title)),
        "article_confidence": _first(law.articles, lambda one: pl.lit(one.confidence)),
        "_least": _first(law.articles, lambda one: _end(one.least, begun)),
        "barred": pl.coalesce(_first(law.articles, lambda one: pl.lit(one.bars)), pl.lit("trade")),
        "_is_grave": _first(law.articles, lambda one: pl.lit(one.only_if_grave)),
        "_most": _first(law.articles, lambda one: _end(one.most, begun)),
    }


def _first(articles: Iterable[BanArticle], value: Callable[[BanArticle], pl.Expr]) -> pl.Expr:
    return pl.coalesce(pl.when(_names(one)).then(value(one)) for one in articles)


def _names(one: BanArticle) -> pl.Expr:
    """Whether the basis names the article of that law, not of the rules made under it (实施条例) or of another law."""
    pattern = rf"{one.law}》?[^《施例法]*{one.article}"
    is_stated = pl.col("basis").str.contains(pattern).fill_null(False)
    is_meant = pl.col("record_kind") == "application_bar" if one.who == "firm" else pl.col("party") == "person"
    return is_stated & is_meant & (pl.col("decided_on") >= one.in_force)


def _end(period: Duration | str, begun: pl.Expr) -> pl.Expr:
    return _LIFE if isinstance(period, str) else end_of_duration(begun, period)


def _until(law: BanLaw, as_of: date) -> pl.Expr:
    """Last day; FOR_EVER for life; null where neither record nor article tells."""
    way = law.unstated_end.on(max(as_of, min(law.unstated_end.values)))
    by_article = pl.col("_most" if way == "longest" else "_least")
    return pl.when("is_life_stated").then(_LIFE).otherwise(pl.coalesce("stated_on", by_article))


def _described(as_of: date) -> list[pl.Expr]:
    until, begun = pl.col("_until"), pl.col("_begun")
    is_annulled = (pl.col("annulled_on") <= as_of).fill_null(False)
    is_stated = pl.col("is_life_stated") | pl.col("stated_on").is_not_null()
    tests = {
        "start_assumed": pl.col("starts_on").is_null(),
        "period_filled": ~is_stated & until.is_not_null(),
        "period_unstated": until.is_null(),
        "period_outside": is_stated & ~until.is_between("_least", "_most"),
        "article_unknown": pl.col("article").is_null() & (pl.col("party") == "person"),
        "if_grave": pl.col("_is_grave").fill_null(False),
        "annulled": is_annulled,
    }
    told = [pl.when(test.fill_null(False)).then(pl.lit(code)).otherwise(_NO_TEXT) for code, test in tests.items()]
    is_running = (begun <= as_of) & (until >= as_of).fill_null(True)
    return [
        begun.alias("starts_on"),
        pl.when(until < FOR_EVER).then(until).alias("ends_on"),
        (until == FOR_EVER).fill_null(False).alias("is_lifelong"),
        (is_running & ~is_annulled).alias("is_in_force"),
        pl.concat_list(told).list.drop_nulls().alias("notes"),
    ]
