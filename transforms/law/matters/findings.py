"""What several records together show, for a person to check (须核查的情形): a barred person in a post, an approval
given while something stood against it.

A bar of a person concerns their posts in every enterprise, so bars are those of all enterprises. Persons are the same
where their identity numbers are, by keyed hash. A name alone is never a fact about a person: it is shown as 同名 where
the ban itself names the enterprise, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import FOR_EVER, dated_value
from transforms.law.texts import joined_or_null
from transforms.policy_model.law import BanLaw, FindingLaw, FindingRule, MeasureLaw
from transforms.records.licences import merged_licences
from transforms.schemas.base import BOOLEAN, DATE, TEXT, TEXT_LIST
from transforms.schemas.law import CONFIDENCES, FINDING, PERSON_BAR

_ID = "enterprise_id"
_UNDONE = ("revoked", "annulled")  # states of listings that have lost their effect from the beginning
_FAR = pl.lit(FOR_EVER, dtype=DATE)


class BarRecords(NamedTuple):
    """What bars of persons follow from. bans: BAN. listings: LISTING. The others: current versions.

    penalties: at least those of natural persons. posts: at least those of listed enterprises.
    """

    bans: pl.DataFrame
    listings: pl.DataFrame
    person_bans: pl.LazyFrame
    penalties: pl.LazyFrame
    posts: pl.LazyFrame


def bars_of_persons(records: BarRecords, bans: BanLaw | None, measures: MeasureLaw | None) -> pl.LazyFrame:
    """PERSON_BAR: who may not be in the trade or in a post, sorted by its key.

    From bans and penalties of persons that no article limits to testing, unless the penalty was annulled; and from
    listings with a measure for the enterprise's representatives: those in such a post on the day of the listing, by
    record, may hold none elsewhere. Source: 企业信息公示暂行条例 Art. 18.
    """
    fields = {article.title: bans.fields.get(article.law) for article in bans.articles} if bans else {}
    hashes = pl.concat(
        [rows.select("record_id", "person_hash") for rows in (records.person_bans, records.penalties)]
    ).unique("record_id")
    barred = (
        records.bans.lazy()
        .filter(pl.col("party") == "person", pl.col("barred") == "trade")
        .filter(~pl.col("notes").list.contains("annulled"))
        .join(hashes, on="record_id", how="left")
        .select(
            "record_kind",
            "record_id",
            "person_hash",
            "enterprise_id",
            "starts_on",
            "ends_on",
            "is_lifelong",
            "basis",
            "article",
            "notes",
            person_name="name",
            person_masked="masked",
            bar_no="ban_no",
            positions=pl.lit([], dtype=TEXT_LIST),
            is_elsewhere=pl.lit(False),
            field=pl.coalesce(pl.col("article").replace_strict(fields, default=None, return_dtype=TEXT), "field"),
            confidence=pl.col("article_confidence").fill_null("I"),
        )
    )
    parts = [barred.select(list(PERSON_BAR.schema)), *_of_listings(records, measures)]
    return pl.concat(parts).sort(PERSON_BAR.key, nulls_last=True)


def _of_listings(records: BarRecords, measures: MeasureLaw | None) -> list[pl.LazyFrame]:
    """Bars of who represented an enterprise on the day it was listed."""
    bars = []
    for measure in measures.measures if measures else ():
        if measure.who != "representative" or not measure.positions or measure.lasts is None:
            continue
        listed_on = pl.col("listed_on")
        is_meant = pl.lit(True) if measure.situation is None else pl.col("situation") == measure.situation
        listed = records.listings.lazy().filter(
            is_meant.fill_null(False),
            ~pl.col("state").is_in(_UNDONE),
            dated_value(measure.in_force, listed_on, BOOLEAN).fill_null(False),
        )
        held = records.posts.filter(
            pl.col("position").is_in(measure.positions), pl.col("person_hash").is_not_null()
        ).select(_ID, "person_name", "person_hash", "person_masked", "starts_on", "ends_on")
        on_that_day = held.join(listed.select(_ID, "listed_on", "decision_no", "record_id"), on=_ID)
        on_that_day = on_that_day.filter(
            (pl.col("starts_on") <= listed_on).fill_null(True), (pl.col("ends_on") >= listed_on).fill_null(True)
        )
        bars.append(
            on_that_day.select(
                "record_id",
                "person_hash",
                "enterprise_id",
                "person_name",
                "person_masked",
                record_kind=pl.lit("listing"),
                bar_no="decision_no",
                starts_on=listed_on,
                ends_on=end_of_duration(listed_on, measure.lasts),
                is_lifelong=pl.lit(False),
                basis=pl.lit(measure.in_force.basis),
                article=pl.lit(measure.in_force.basis),
                notes=pl.lit([], dtype=TEXT_LIST),
                positions=pl.lit(list(measure.positions), dtype=TEXT_LIST),
                is_elsewhere=pl.lit(True),
                field=pl.lit(None, dtype=TEXT),
                confidence=pl.lit(measure.in_force.confidence),
            )
            .unique(["record_id", "person_hash"], keep="first", maintain_order=True)
            .select(list(PERSON_BAR.schema))
        )
    return bars


def barred_posts(posts: pl.LazyFrame, enterprises: pl.LazyFrame, bars: pl.DataFrame, law: FindingLaw) -> pl.LazyFrame:
    """A row for every post and every bar of its person that meet on some day: since_on to until_on (null: no end).

    Columns of POST and `bar_…`, those of PERSON_BAR; is_namesake: only the names agree; is_field_unknown.
    posts, enterprises: current versions. bars: PERSON_BAR of all enterprises.
    """
    held = _posts_held(posts, enterprises, law)
    named = bars.lazy().rename({name: f"bar_{name}" for name in PERSON_BAR.schema})
    by_hash = held.join(
        named.filter(pl.col("bar_person_hash").is_not_null()), left_on="person_hash", right_on="bar_person_hash"
    ).with_columns(bar_person_hash="person_hash", is_namesake=pl.lit(False))
    by_name = (
        held.with_columns(_name=_name_key("person_name"))
        .join(
            named.with_columns(_name=_name_key("bar_person_name")),
            left_on=[_ID, "_name"],
            right_on=["bar_enterprise_id", "_name"],
        )
        # Another number is no proof of another person either: numbers are mistyped, and some persons have two.
        .filter(~pl.col("person_hash").eq(pl.col("bar_person_hash")).fill_null(False), ~pl.col("bar_is_elsewhere"))
        .with_columns(pl.col(_ID).alias("bar_enterprise_id"), is_namesake=pl.lit(True))
        .drop("_name")
    )
    columns = [*held.collect_schema(), *named.collect_schema(), "is_namesake"]
    both = pl.concat([by_hash.select(columns), by_name.select(columns)])
    until = pl.min_horizontal("held_until_on", "bar_ends_on")
    met = both.with_columns(
        since_on=pl.max_horizontal("starts_on", "bar_starts_on"),
        until_on=until,
        is_field_unknown=~pl.col("bar_is_elsewhere") & (pl.col("bar_field").is_null() | pl.col("fields").is_null()),
    )
    is_post_meant = (pl.col("bar_positions").list.len() == 0) | pl.col("bar_positions").list.contains(
        pl.col("position")
    )
    is_here = pl.col(_ID) == pl.col("bar_enterprise_id")
    is_place_meant = ~pl.col("bar_is_elsewhere") | ~is_here.fill_null(False)
    is_trade_known = pl.col("bar_field").is_not_null() & pl.col("fields").is_not_null()
    is_trade_meant = ~is_trade_known | pl.col("fields").list.contains(pl.col("bar_field"))
    is_some_day = pl.col("since_on") <= pl.col("until_on").fill_null(_FAR)
    return met.filter(is_post_meant, is_place_meant, is_trade_meant, is_some_day)


def _name_key(name: str) -> pl.Expr:
    return pl.col(name).str.replace_all(r"[\s·•・]", "")


def _posts_held(posts: pl.LazyFrame, enterprises: pl.LazyFrame, law: FindingLaw) -> pl.LazyFrame:
    """POST with fields of the enterprise and held_until_on: the last day, as far as is known.

    A post that only one person can hold (single_positions) ends the day before the next one's begins, and every post
    with the enterprise.
    """
    of_firm = [_ID, "position"]
    days = posts.filter(pl.col("position").is_in(law.single_positions)).select(*of_firm, "starts_on")
    following = (
        days.drop_nulls()
        .unique()
        .sort(*of_firm, "starts_on")
        .with_columns(_next_on=pl.col("starts_on").shift(-1).over(of_firm))
    )
    firms = enterprises.select(_ID, "deregistered_on", fields=pl.when(pl.col("fields").list.len() > 0).then("fields"))
    joined = posts.join(following, on=[*of_firm, "starts_on"], how="left").join(firms, on=_ID)
    before_next = pl.col("_next_on").dt.offset_by("-1d")
    until = pl.min_horizontal("ends_on", before_next, "deregistered_on")
    return joined.with_columns(held_until_on=until).drop("_next_on", "deregistered_on")


class FindingRecords(NamedTuple):
    """What findings follow from. posts, licences, enterprises: current versions. bars: PERSON_BAR of all enterprises.

    listings: LISTING and bans: BAN, of these enterprises.
    """

    posts: pl.LazyFrame
    licences: pl.LazyFrame
    enterprises: pl.LazyFrame
    bars: pl.DataFrame
    listings: pl.DataFrame
    bans: pl.DataFrame


def findings(records: FindingRecords, law: FindingLaw, as_of: date) -> pl.LazyFrame:
    """FINDING on `as_of`, sorted by its key: also what lies ahead and what is over, so that it is all in one place."""
    pairs = barred_posts(records.posts, records.enterprises, records.bars, law)
    licences = _approvals(records.licences, law, as_of)
    parts = [
        *(_of_posts(pairs, rule, as_of) for rule in law.findings if rule.id in ("barred_post", "same_name")),
        *_of_approvals(licences, pairs, records, law),
    ]
    states = {"over": pl.col("until_on") < as_of, "ahead": pl.col("since_on") > as_of}
    state = pl.coalesce(
        *(pl.when(test.fill_null(False)).then(pl.lit(code)) for code, test in states.items()), pl.lit("open")
    )
    rows = pl.concat([FINDING.empty().lazy().drop("state"), *parts]).with_columns(state=state)
    return rows.select(list(FINDING.schema)).sort(FINDING.key, nulls_last=True)


def _of_posts(pairs: pl.LazyFrame, rule: FindingRule, as_of: date) -> pl.LazyFrame:
    is_namesake = rule.id == "same_name"
    rows = pairs.filter(pl.col("is_namesake") == is_namesake)
    more = {
        "name_only": pl.lit(is_namesake),
        "start_unstated": pl.col("starts_on").is_null(),
        "field_unknown": pl.col("is_field_unknown"),
    }
    return _shaped(
        rows,
        rule,
        record_kind=pl.lit("post"),
        record_no=pl.lit(None, dtype=TEXT),
        notes=_notes(pl.col("bar_notes"), more),
    )


def _approvals(licences: pl.LazyFrame, law: FindingLaw, as_of: date) -> pl.LazyFrame:
    """Licences by their last issue, with the field they are of."""
    fields = {kind: field for field, kinds in law.licence_fields.items() for kind in kinds}
    issued = merged_licences(licences).filter(pl.col("issued_on") <= as_of)
    return issued.select(
        _ID,
        "record_id",
        "issued_on",
        "is_by_commitment",
        record_no="licence_no",
        ended_on=pl.min_horizontal("valid_until_on", "revoked_on", "cancelled_on"),
        licence_field=pl.col("licence_type").replace_strict(fields, default=None, return_dtype=TEXT),
    )


def _of_approvals(
    licences: pl.LazyFrame, pairs: pl.LazyFrame, records: FindingRecords, law: FindingLaw
) -> list[pl.LazyFrame]:
    rules = {rule.id: rule for rule in law.findings}
    issued_on = pl.col("issued_on")
    listings = records.listings.lazy().filter(~pl.col("state").is_in(_UNDONE))
    listed = licences.join(
        listings.select(
            _ID,
            "listed_on",
            "left_on",
            bar_record_kind=pl.lit("listing"),
            bar_record_id="record_id",
            bar_bar_no="decision_no",
            bar_article=pl.lit(None, dtype=TEXT),
            bar_confidence=pl.lit("C"),
        ),
        on=_ID,
    ).filter(pl.col("listed_on") <= issued_on, (pl.col("left_on") > issued_on).fill_null(True))
    is_of_trade = (pl.col("licence_field") == pl.col("bar_field")).fill_null(True)
    own_bars = records.bans.lazy().filter(
        pl.col("party") == "firm",
        pl.col("barred").is_in(["applications", "trade"]),
        ~pl.col("notes").list.contains("annulled"),
    )
    barred = licences.join(
        own_bars.select(
            _ID,
            "starts_on",
            "ends_on",
            bar_notes="notes",
            bar_record_kind="record_kind",
            bar_record_id="record_id",
            bar_bar_no="ban_no",
            bar_article=pl.coalesce("article", "basis"),
            bar_confidence=pl.col("article_confidence").fill_null("I"),
            bar_field="field",
        ),
        on=_ID,
    ).filter(pl.col("starts_on") <= issued_on, (pl.col("ends_on") >= issued_on).fill_null(True), is_of_trade)
    of_person = pairs.filter(~pl.col("is_namesake"), pl.col("starts_on").is_not_null()).drop("record_id", "starts_on")
    with_person = licences.join(of_person, on=_ID).filter(
        pl.col("since_on") <= issued_on, (pl.col("until_on") >= issued_on).fill_null(True), is_of_trade
    )
    parts = {
        "licensed_while_listed": listed,
        "licensed_on_promise": listed.filter(pl.col("is_by_commitment").fill_null(False)),
        "licensed_while_barred": barred,
        "licensed_with_barred_person": with_person,
    }
    own = {"record_kind": pl.lit("licence"), "since_on": issued_on, "until_on": pl.col("ended_on")}

    def notes(rows: pl.LazyFrame) -> pl.Expr:
        given = pl.col("bar_notes") if "bar_notes" in rows.collect_schema() else pl.lit([], dtype=TEXT_LIST)
        return _notes(given, {"lookup_unrecorded": pl.lit(True)})

    return [_shaped(rows, rules[name], **own, notes=notes(rows)) for name, rows in parts.items() if name in rules]


def _notes(given: pl.Expr, more: Mapping[str, pl.Expr]) -> pl.Expr:
    """The notes of the bar, and the codes of `more` that hold."""
    codes = [pl.when(test.fill_null(False)).then(pl.lit(code)) for code, test in more.items()]
    return pl.concat_list(given.fill_null([]), pl.concat_list(codes).list.drop_nulls())


def _shaped(rows: pl.LazyFrame, rule: FindingRule, **columns: pl.Expr) -> pl.LazyFrame:
    """Rows of FINDING without state; only from the days on which the rule is in force."""
    has = rows.collect_schema()
    confidence = [pl.col("bar_confidence"), pl.lit(rule.in_force.confidence)]
    rank = pl.max_horizontal(
        *(one.replace_strict(list(CONFIDENCES), list(range(len(CONFIDENCES)))) for one in confidence)
    )
    given = {
        "finding": pl.lit(rule.id),
        "bar_kind": pl.col("bar_record_kind"),
        "bar_id": pl.col("bar_record_id"),
        "bar_no": pl.col("bar_bar_no"),
        **({"post": pl.col("position")} if "position" in has else {}),
        "basis": joined_or_null(pl.col("bar_article"), pl.lit(rule.in_force.basis)),
        "confidence": rank.replace_strict(list(range(len(CONFIDENCES))), list(CONFIDENCES), return_dtype=TEXT),
        **columns,
    }
    made = {
        name: given.get(name, pl.col(name) if name in has else pl.lit(None, dtype=dtype)).cast(dtype)
        for name, dtype in FINDING.schema.items()
        if name != "state"
    }
    shaped = rows.select(**made)
    return shaped.filter(dated_value(rule.in_force, pl.col("since_on"), BOOLEAN).fill_null(False))
