"""The ends of listings agree with an oracle that looks at every day; what one run foretells the next one finds."""

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.law.listing.listing_examples import FIRM, GROUND, LAW
from tests.transforms.law.listing.listing_oracle import NEW_44, NEW_107, Facts, Matter
from tests.transforms.law.matters.decision_examples import step
from tests.transforms.law.publicity.penalty_examples import CALENDAR
from transforms.law.listing.listings import ListingRecords
from transforms.law.matters.decision_log import build_decision_log
from transforms.schemas import TABLES

DAY = timedelta(days=1)
NEAR = st.builds(
    lambda turn, years, days: turn.replace(year=turn.year - years) + timedelta(days=days),
    st.sampled_from([NEW_44, NEW_107]),
    st.sampled_from([0, 3, 5]),
    st.integers(-40, 40),
)
LEAP = st.sampled_from([date(2020, 2, 29), date(2024, 2, 29), date(2022, 11, 30), date(2024, 2, 28), date(2023, 8, 31)])
LISTED = st.one_of(
    st.dates(date(2016, 4, 1), date(2026, 9, 30)), NEAR.filter(lambda day: day >= date(2016, 4, 1)), LEAP
)


@st.composite
def entries(draw):
    """(listed_on, published_on, restricted until, annulled_on, gone_on); old ones are published within the month."""
    listed_on = draw(LISTED)
    published = st.integers(0, 28).map(lambda days: listed_on + timedelta(days=days))
    published_on = draw(published if listed_on < date(2024, 1, 1) else st.none() | published)
    until = draw(st.none() | st.integers(-30, 2600).map(lambda days: listed_on + timedelta(days=days)))
    later = st.none() | st.none() | st.integers(-5, 1500).map(lambda days: listed_on + timedelta(days=days))
    return listed_on, published_on, until, draw(later), draw(later)


MANY = st.lists(entries(), min_size=25, max_size=40)  # many at once: the cost of an example is that of a frame


def _records(many):
    steps, penalties, firms = [], [], []
    for n, (listed_on, published_on, until, annulled_on, gone_on) in enumerate(many):
        firm, about = f"e{n}", f"罚{n}号"
        steps.append(step("list", listed_on, f"列{n}号", about, enterprise_id=firm) | {"record_id": f"r{n}"})
        if published_on:
            steps.append(step("publish_listing", published_on, f"公{n}号", f"列{n}号", enterprise_id=firm))
            steps[-1]["record_id"] = f"s{n}"
        penalty = GROUND | {"record_id": f"p{n}", "enterprise_id": firm, "decision_no": about}
        penalty |= {"penalty_kinds": ["restrict_trade"], "valid_until_on": until} if until else {}
        penalties.append(penalty | ({"state": "void", "revoked_on": annulled_on} if annulled_on else {}))
        firms.append(FIRM | {"enterprise_id": firm, "deregistered_on": gone_on})
    rows = {"decision": steps, "enterprise": firms, "penalty": penalties}
    return ListingRecords(*(pl.DataFrame(made, schema=TABLES[kind].schema).lazy() for kind, made in rows.items()))


def _found(many, as_of):
    found = build_decision_log(_records(many), LAW, CALENDAR, as_of).listings.rows(named=True)
    return {int(row["record_id"].removeprefix("r")): row for row in found}


def _first_day_off(entry):
    listed_on, published_on, until, annulled_on, gone_on = entry
    matter = Matter(Facts(annulled_on, until, gone_on), "listed", "listed", listed_on, published_on)
    day = listed_on
    while matter.is_on(day):
        day += DAY
    return day


@given(MANY)
@settings(max_examples=5)
def test_ends_agree_with_the_oracle(many):
    rows = _found(many, date(2026, 12, 31))
    assert len(rows) == len(many)
    for n, entry in enumerate(many):
        assert rows[n]["stop_on"] == _first_day_off(entry), entry


@given(MANY, st.dates(date(2017, 1, 1), date(2026, 6, 30)), st.integers(1, 400))
@settings(max_examples=5)
def test_what_one_run_expects_the_later_run_finds(many, early, days):
    """Without new records an entry leaves the list on the day foretold, neither before nor after."""
    late = early + timedelta(days=days)
    known = [one for one in many if (one[1] or one[0]) <= early]
    before, after = _found(known, early), _found(known, late)
    for n, row in before.items():
        assert after[n]["stop_on"] == row["stop_on"], known[n]
        assert (after[n]["state"] == "standing") == (row["stop_on"] > late), known[n]
        assert (row["state"] == "standing") == (row["stop_on"] > early), known[n]
