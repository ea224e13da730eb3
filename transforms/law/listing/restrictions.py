"""What restricts an enterprise or a person: measures that a listing brings, and bans from the trade (行业禁入)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import FOR_EVER
from transforms.law.listing.listings import ON_LIST
from transforms.policy_model.document import Duration
from transforms.policy_model.law import BanArticle, BanLaw, MeasureLaw, SeriousListLaw
from transforms.schemas.base import DATE, INTEGER, TEXT
from transforms.schemas.law import BAN, MEASURE

_LIFE = pl.lit(FOR_EVER, dtype=DATE)
_NO_DAY, _NO_TEXT = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)


def measures(listings: pl.DataFrame, law: MeasureLaw, as_of: date) -> pl.DataFrame:
    """MEASURE: the measures in force on `as_of`, a row per listing and measure, sorted by its key.

    listings: LISTING on that day. A measure holds while the listing is in force, from the day of the listing or of its
    restoration, or from the first day the law has it. One with a period of its own (`lasts`) holds to the end of that,
    even once the listing is over, unless it was undone. Source: 44号令 Art. 15, 企业信息公示暂行条例 Art. 18, 19.
    """
    parts = [MEASURE.empty()]
    for position, measure in enumerate(law.measures, 1):
        in_force = measure.in_force
        starts = [start for start, value in in_force.values.items() if value and start <= as_of]
        if not starts or not in_force.on(as_of):
            continue
        if measure.lasts is None:
            begun, until = pl.coalesce("restored_on", "listed_on"), pl.col("last_day_on")
            holds = pl.col("state") == ON_LIST
        else:
            begun, until = pl.col("listed_on"), end_of_duration(pl.col("listed_on"), measure.lasts)
            holds = ~pl.col("state").is_in(["revoked", "annulled"])
        if measure.situation is not None:
            holds &= (pl.col("situation") == measure.situation).fill_null(False)
        is_running = pl.lit(as_of) <= until.fill_null(pl.lit(date.max))
        rows = listings.filter(holds, is_running).select(
            "record_id",
            "enterprise_id",
            "name",
            "uscc",
            "decision_no",
            position=pl.lit(position, dtype=INTEGER),
            measure=pl.lit(measure.id),
            title=pl.lit(measure.title),
            who=pl.lit(measure.who),
            from_on=pl.max_horizontal(begun, pl.lit(max(starts), dtype=DATE)),
            until_on=until,
            basis=pl.lit(in_force.basis),
            confidence=pl.lit(in_force.confidence),
        )
        parts.append(rows.select(list(MEASURE.schema)))
    return pl.concat(parts).sort(MEASURE.key)


def bans(
    person_bans: pl.LazyFrame, penalties: pl.LazyFrame, law: BanLaw, serious: SeriousListLaw, as_of: date
) -> pl.LazyFrame:
    """BAN: bans decided by `as_of`, those in force first, then by decision day, number and record.

    person_bans, penalties: current versions; of the penalties those that restrict by `serious` (restricts_when). An end
    that a person's ban does not state is filled from the article it names, and noted; one outside what the article
    allows is noted and kept. What an article bars the punished firm itself from (applications, trials) is a row of its
    own, by the article that the penalty names. An annulled penalty bars nobody from the day of the annulment on.
    """
    is_life = pl.sql_expr(serious.lifelong_when).fill_null(False)
    is_person = (pl.col("party_class") == "person").fill_null(pl.col("enterprise_id").is_null())
    restricting = penalties.filter(pl.sql_expr(serious.restricts_when).fill_null(False))
    firms = penalties.filter(pl.col("enterprise_id").is_not_null())
    parts = (
        person_bans.select(
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
        ),
        _of_penalties(
            restricting,
            record_kind=pl.lit("penalty"),
            party=pl.when(is_person).then(pl.lit("person")).otherwise(pl.lit("firm")),
            stated_on=pl.when(~is_life).then("valid_until_on"),
            is_life_stated=is_life,
        ),
        _of_penalties(
            firms,
            record_kind=pl.lit("application_bar"),
            party=pl.lit("firm"),
            stated_on=_NO_DAY,
            is_life_stated=pl.lit(False),
        ).filter(pl.any_horizontal(False, *(_names(one) for one in law.articles if one.who == "firm"))),
    )
    begun = pl.coalesce("starts_on", "decided_on")

    def by_article(value: Callable[[BanArticle], pl.Expr]) -> pl.Expr:
        """Of the first article that the basis names."""
        return pl.coalesce(pl.when(_names(one)).then(value(one)) for one in law.articles)

    def end(period: Duration | str) -> pl.Expr:
        return _LIFE if isinstance(period, str) else end_of_duration(begun, period)

    unstated = law.unstated_end.on(max(as_of, min(law.unstated_end.values)))
    filled = pl.col("_most" if unstated == "longest" else "_least")
    dated = (
        pl.concat(parts)
        .filter(pl.col("decided_on") <= as_of)
        .with_columns(
            article=by_article(lambda one: pl.lit(one.title)),
            article_confidence=by_article(lambda one: pl.lit(one.confidence)),
            barred=pl.coalesce(by_article(lambda one: pl.lit(one.bars)), pl.lit("trade")),
            _is_grave=by_article(lambda one: pl.lit(one.only_if_grave)),
            _least=by_article(lambda one: end(one.least)),
            _most=by_article(lambda one: end(one.most)),
            _begun=begun,
        )
        # The last day: FOR_EVER for life, null where neither record nor article states it.
        .with_columns(_until=pl.when("is_life_stated").then(_LIFE).otherwise(pl.coalesce("stated_on", filled)))
    )
    begun_on, until = pl.col("_begun"), pl.col("_until")
    is_annulled = (pl.col("annulled_on") <= as_of).fill_null(False)
    is_stated = pl.col("is_life_stated") | pl.col("stated_on").is_not_null()
    notes = {
        "start_assumed": pl.col("starts_on").is_null(),
        "period_filled": ~is_stated & until.is_not_null(),
        "period_unstated": until.is_null(),
        "period_outside": is_stated & ~until.is_between("_least", "_most"),
        "article_unknown": pl.col("article").is_null() & (pl.col("party") == "person"),
        "if_grave": pl.col("_is_grave").fill_null(False),
        "annulled": is_annulled,
    }
    codes = [pl.when(test.fill_null(False)).then(pl.lit(code)).otherwise(_NO_TEXT) for code, test in notes.items()]
    is_running = (begun_on <= as_of) & (until >= as_of).fill_null(True)
    described = dated.with_columns(
        starts_on=begun_on,
        ends_on=pl.when(until < FOR_EVER).then(until),
        is_lifelong=(until == FOR_EVER).fill_null(False),
        is_in_force=is_running & ~is_annulled,
        notes=pl.concat_list(codes).list.drop_nulls(),
    )
    order = {"is_in_force": True, "decided_on": True, "ban_no": False, "record_id": False}
    return described.select(list(BAN.schema)).sort(list(order), descending=list(order.values()))


def _of_penalties(penalties: pl.LazyFrame, **own: pl.Expr) -> pl.LazyFrame:
    """Penalties under the column names of bans. own: record_kind, party, stated_on, is_life_stated."""
    return penalties.select(
        "record_id",
        "enterprise_id",
        pl.col("decision_no").alias("ban_no"),
        "decided_on",
        _NO_DAY.alias("starts_on"),
        "basis",
        "authority",
        "field",
        record_kind=own["record_kind"],
        party=own["party"],
        name="party_name",
        masked="person_masked",
        employer=_NO_TEXT,
        stated_on=own["stated_on"],
        is_life_stated=own["is_life_stated"],
        annulled_on="revoked_on",
    )


def _names(article: BanArticle) -> pl.Expr:
    """Whether the basis names the article of that law, not of the rules made under it (实施条例) or of another law."""
    pattern = rf"{article.law}》?[^《施例法]*{article.article}"
    is_stated = pl.col("basis").str.contains(pattern).fill_null(False)
    is_application_bar = pl.col("record_kind") == "application_bar"
    is_meant = is_application_bar if article.who == "firm" else pl.col("party") == "person"
    return is_stated & is_meant & (pl.col("decided_on") >= article.in_force)
