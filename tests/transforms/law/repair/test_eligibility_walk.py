"""Earliest days agree with an oracle that looks at every day, and come true on the runs that follow."""

from datetime import date, timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.transforms.law.law_oracle import first_day_askable
from tests.transforms.law.publicity.test_penalties_oracle import penalties
from tests.transforms.law.repair.repair_examples import asked, records

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # many penalties at once take minutes to shrink
OPEN = ("not_yet", "eligible", "unknown")
TURN = {"gsxt": date(2025, 12, 25), "credit_china": date(2026, 4, 1)}
FACT = st.none() | st.dates(date(2025, 1, 1), date(2027, 6, 30))


@st.composite
def repairable(draw):
    """A penalty with what its party did since; one firm each, so that none is 'again'."""
    facts = {"performed_on": draw(FACT), "harm_removed_on": draw(FACT), "violation_type": "甲"}
    return draw(penalties()) | facts


MANY = st.lists(repairable(), min_size=20, max_size=30)
DAYS = st.dates(date(2025, 10, 1), date(2026, 8, 31))


def _known(many):
    firms = [{"enterprise_id": f"e{n}", "name": f"{n}厂", "region_code": "420100"} for n in range(len(many))]
    return records([one | {"enterprise_id": f"e{n}"} for n, one in enumerate(many)], firms)


def _rows(known, as_of):
    return {(int(row["record_id"][1:]), row["system"]): row for row in asked(known, as_of).rows(named=True)}


@given(MANY, DAYS)
@settings(max_examples=5, deadline=None, phases=PHASES)
def test_the_earliest_day_agrees_with_the_oracle(many, as_of):
    for (n, system), row in _rows(_known(many), as_of).items():
        p, is_new = many[n], as_of >= TURN[system]
        start = p["published_on"] if system == "gsxt" else p["decided_on"]
        since = max(p["decided_on"], TURN[system]) if is_new else p["decided_on"]
        expected = first_day_askable(p, system, start, since)
        if row["state"] in ("awaiting", "overdue", "public"):
            assert row["earliest_on"] == expected, (system, p, as_of)
            assert (row["verdict"] in OPEN) == (expected is not None), (system, p, as_of)


@given(MANY, DAYS)
@settings(max_examples=4, deadline=None, phases=PHASES)
def test_who_may_ask_meets_every_condition_and_who_may_not_learns_which(many, as_of):
    for row in _rows(_known(many), as_of).values():
        found = [one["state"] for one in row["conditions"]] if row["conditions"] else []
        assert row["is_eligible"] == (row["verdict"] == "eligible")
        if row["verdict"] == "eligible":
            assert set(found) == {"met"}
            assert row["earliest_on"] <= as_of
        elif row["verdict"] == "not_yet":
            assert "unmet" in found
            assert row["earliest_on"] is None or row["earliest_on"] > as_of
        elif row["verdict"] == "unknown" and row["state"] != "uncovered":
            assert "unmet" not in found
            assert "unstated" in found
        if row["verdict"] in ("never", "unneeded"):
            assert row["why"]
            assert row["earliest_on"] is None


@given(st.lists(repairable(), min_size=8, max_size=8), DAYS)
@settings(max_examples=2, deadline=None, phases=PHASES)
def test_what_one_run_expects_the_later_runs_find(many, early):
    """Nothing new arrives: not yet on every day before, no condition unmet from the day on, until it is off display."""
    known = _known(many)
    foretold = {key: row for key, row in _rows(known, early).items() if row["verdict"] == "not_yet"}
    turns = {day for row in foretold.values() if (day := row["earliest_on"])}
    walked = sorted({day + timedelta(days=n) for day in turns for n in (-1, 0, 1)} | {early + timedelta(days=90)})
    for day in walked:
        if day < early:
            continue
        later = _rows(known, day)
        for key, row in foretold.items():
            is_open = row["earliest_on"] is not None and row["earliest_on"] <= day < row["stop_on"]
            assert (later[key]["verdict"] in ("eligible", "unknown")) == is_open, (key, day, many[key[0]])
