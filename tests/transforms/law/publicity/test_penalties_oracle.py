"""The ends of publicity agree with an oracle that looks at every day; and what was promised comes true."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.law.law_oracle import first_day_off, months_shown, working_days_after
from tests.transforms.law.publicity.penalty_examples import found, penalty

KINDS = [["warning"], ["criticism"], ["warning", "criticism"], ["fine"], ["fine", "confiscation_goods"]]
KINDS += [["fine", "stop_order"], ["revoke_licence"], ["suspend_licence"]]
FINES = [4_999_999, 5_000_000, 5_000_001, 9_999_999, 10_000_000]
TURNS = st.sampled_from([date(2025, 12, 25), date(2026, 4, 1)])
NEAR_TURNS = st.builds(lambda turn, days: turn + timedelta(days=days), TURNS, st.integers(-100, 5))
DECIDED = st.one_of(st.dates(date(2024, 1, 1), date(2026, 9, 30)), NEAR_TURNS)


@st.composite
def penalties(draw):
    kinds = draw(st.sampled_from(KINDS))
    decided_on = draw(DECIDED)
    return penalty(
        decided_on=decided_on,
        penalty_kinds=kinds,
        fine_fen=draw(st.sampled_from([4_999_999, 5_000_000, 5_000_001, 9_999_999, 10_000_000]))
        if "fine" in kinds
        else None,
        discretion=draw(st.sampled_from(["reduced", "light", "ordinary", "heavy"])),
        field=draw(st.sampled_from(["drug", "device", "other"])),
        published_on=decided_on + timedelta(days=draw(st.integers(0, 40))),
        valid_until_on=draw(st.none() | st.dates(date(2025, 1, 1), date(2033, 1, 1))),
    )


# Many at once: the cost of an example is that of a frame.
MANY = st.lists(penalties(), min_size=25, max_size=40)


def _rows(many, as_of):
    rows = found(many, as_of).iter_rows(named=True)
    return {(int(row["record_id"].removeprefix("r")), row["system"]): row for row in rows}


@given(MANY)
@settings(max_examples=6)
def test_ends_agree_with_the_oracle(many):
    for (n, system), row in _rows(many, date(2026, 12, 1)).items():
        p = many[n]
        start = p["published_on"] if system == "gsxt" else p["decided_on"]
        assert row["stop_on"] == first_day_off(p, system, start), (system, p)
        assert row["is_public"] == (months_shown(p, system, p["decided_on"]) > 0), (system, p)
        term = working_days_after(p["decided_on"], 20 if system == "gsxt" else 7)
        assert row["publish_by_on"] == (term if row["is_public"] else None)


@given(MANY, st.dates(date(2025, 6, 1), date(2026, 6, 30)), st.integers(1, 180))
@settings(max_examples=6)
def test_what_one_run_expects_the_later_run_finds(many, early, days):
    """Dates do not depend on the day asked; publicity has ended from its stop on and not before."""
    late = early + timedelta(days=days)
    before, after = _rows(many, early), _rows(many, late)
    for key, row in before.items():
        assert row["stop_on"] == after[key]["stop_on"]
        if row["is_public"]:
            assert (row["state"] == "ended") == (row["stop_on"] <= early)
            assert (after[key]["state"] == "ended") == (row["stop_on"] <= late)
