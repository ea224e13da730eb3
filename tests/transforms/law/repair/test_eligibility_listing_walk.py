"""When an early removal may be asked for: across the change of rules, by an oracle of plain dates, and as it comes."""

from datetime import date, timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.transforms.law.law_oracle import months_after
from tests.transforms.law.matters.decision_examples import step
from tests.transforms.law.publicity.penalty_examples import penalty
from tests.transforms.law.repair.repair_examples import asked, records

DAY, TURN = timedelta(days=1), date(2025, 12, 25)
FACT = st.none() | st.dates(date(2024, 9, 1), date(2026, 12, 31))


@st.composite
def listed(draw):
    """A listing with the penalty it rests on."""
    on = draw(st.dates(date(2024, 9, 1), date(2026, 6, 30)))
    facts = {"performed_on": draw(FACT), "harm_removed_on": draw(FACT), "published_on": on}
    kinds, until = draw(st.sampled_from([(["fine"], None), (["restrict_trade"], date(2027, 3, 31))]))
    p = penalty(decided_on=on, penalty_kinds=kinds, valid_until_on=until) | facts
    return p, on, on + timedelta(days=draw(st.integers(0, 40)))


def first_day_askable(p, on, published_on, day):
    """Looks at every day from `day` on; what is not stated stands against nothing."""
    while True:
        wait = months_after(published_on if day >= TURN else on, 12)
        over = [wait, p["valid_until_on"], *(fact - DAY for fact in (p["performed_on"], p["harm_removed_on"]) if fact)]
        if all(end is None or day > end for end in over):
            return day
        day += DAY


def _rows(many, as_of):
    firms = [{"enterprise_id": f"e{n}", "name": f"{n}厂", "region_code": "420100"} for n in range(len(many))]
    own = [p | {"enterprise_id": f"e{n}", "decision_no": f"{n}号"} for n, (p, _, _) in enumerate(many)]
    steps = []
    for n, (_, on, published_on) in enumerate(many):
        steps.append(step("list", on, f"列{n}号", f"{n}号", enterprise_id=f"e{n}", situation="fake_drugs"))
        steps.append(step("publish_listing", published_on, f"公{n}号", f"列{n}号", enterprise_id=f"e{n}"))
    rows = asked(records(own, firms), as_of, steps).filter(matter="listing", system="gsxt").rows(named=True)
    return {int(row["enterprise_id"][1:]): row for row in rows}


@given(st.lists(listed(), min_size=10, max_size=15), st.dates(date(2025, 10, 1), date(2026, 12, 31)))
@settings(max_examples=4, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_the_earliest_day_of_a_removal_agrees_with_the_oracle(many, as_of):
    for n, row in _rows(many, as_of).items():
        p, on, published_on = many[n]
        if published_on > as_of:
            continue
        expected = first_day_askable(p, on, published_on, TURN if as_of >= TURN else on)
        assert row["earliest_on"] == expected, (p, on, published_on, as_of)
        is_open = row["verdict"] in ("eligible", "unknown")
        assert is_open == (expected <= as_of), (row["verdict"], p, on, published_on, as_of)
        assert row["is_eligible"] == (is_open and all((p["performed_on"], p["harm_removed_on"])))
