"""Which scheme rates which trade: mistakes in policy/rating.yaml, and the days on which it is in force."""

from datetime import date
from pathlib import Path

import pytest

from flows.wording import describe_error
from transforms.policy_check import check_policy_file
from transforms.policy_model import PolicyProblems, load_scheme
from transforms.policy_model.rating import load_rating_policy

ROOT = Path(__file__).parents[2]
FILES = (ROOT / "policy/schemes/wuhan-2017.yaml", ROOT / "tests/flows/run/walk.yaml")
SCHEMES = {path.stem: load_scheme(path.read_text("utf-8"), path.name) for path in FILES}
TEXT = (ROOT / "tests/fixtures/policy/rating.yaml").read_text("utf-8")
BEGIN = date(2026, 1, 27)


def test_trades_are_in_force_from_their_first_day_and_one_scheme_before():
    policy = load_rating_policy(TEXT, "rating.yaml", SCHEMES)
    assert policy.trades_on(date(2026, 1, 26)) is None
    assert [one.scheme for one in policy.trades_on(BEGIN)] == ["wuhan-2017", "walk", "wuhan-2017"]
    assert policy.schemes() == ("walk", "wuhan-2017")
    assert BEGIN in policy.change_days()


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            "scheme: walk\n  rule",
            "scheme: wolk\n  rule",
            5,
            "no such scheme; expected one of walk, wuhan-2017; did you",
        ),
        ("{field: device, scheme", "{field: drugs, scheme", 18, "no field 'drugs'"),
        ("roles: [maker,", "roles: [makers,", 16, "no role 'makers'"),
        ("[retailer, user]", "[retailer, maker]", 17, "drug and maker have a scheme already, see [0]"),
        ("device, scheme: wuhan-2017", "device, scheme: wuhan", 18, "no such scheme"),
        ("  wuhan-2017: {values", "  walk: {values", 16, "the tiers of scheme 'wuhan-2017' cannot be compared"),
        ("C: C, D: D", "C: C", 23, "tier 'D' of scheme 'wuhan-2017' on 2026-01-27 has no tier of the whole"),
        ("C: C, D: D", "C: C, D: D, E: D", 23, "scheme 'wuhan-2017' has no tier 'E' on 2026-01-27"),
        ("C: C, D: D", "C: C, D: E", 23, "the whole has no tier 'E' on 2026-01-27"),
        ("C: C, D: D", "C: D, D: C", 23, "a worse tier of scheme 'wuhan-2017' would be a better one of the whole"),
        ("2026-01-27: B}", "2026-01-27: X}", 7, "no tier 'X' on 2026-01-27"),
        ("2026-01-27: B}", "2026-01-28: B}", 7, "has no value before 2026-01-28; expected a value from 2026-01-27"),
        ("worst}", "worst, 2026-02-01: null}", 6, "ends, but trades cannot be rated without it; end `trades` itself"),
        ("every_field}", "some_field}", 10, ""),
    ],
)
def test_mistakes_are_named_with_their_line_in_both_languages(old, new, line, said):
    assert old in TEXT
    with pytest.raises(PolicyProblems) as caught:
        load_rating_policy(TEXT.replace(old, new, 1), "rating.yaml", SCHEMES)
    found = {problem.line: str(problem) for problem in caught.value.problems}
    assert said in found[line], found
    chinese = describe_error(caught.value, chinese=True)
    assert " the " not in chinese
    assert " no " not in chinese


def test_a_scheme_that_begins_later_than_its_trade_cannot_rate_it():
    early = TEXT.replace("2026-01-27", "2016-01-27")
    with pytest.raises(PolicyProblems, match="scheme 'wuhan-2017' has no tiers on 2016-01-27"):
        load_rating_policy(early, "rating.yaml", SCHEMES)


def test_the_check_says_which_schemes_rate_from_when():
    check = check_policy_file(TEXT, "rating.yaml", SCHEMES)
    assert (check.kind, str(check)) == (
        "rating",
        "rating.yaml: rating by trade: walk, wuhan-2017, in force from 2026-01-27",
    )
