"""The numbers docs/demo-region.md states, held for one seed of 4,000 enterprises over 400 days."""

from collections import Counter
from datetime import date

import pytest

from flows.demo.model import DemoPeriod
from flows.demo.region import region_records

COUNT = 4_000


@pytest.fixture(scope="module")
def good():
    period = DemoPeriod(400, date(2026, 3, 1))
    return [record for record, _ in region_records(3, COUNT, period) if record.role == "first" and record.fault is None]


def share(records, test) -> float:
    records = list(records)
    return sum(bool(test(record)) for record in records) / len(records)


def of(good, kind):
    return [record for record in good if record.kind == kind]


@pytest.mark.parametrize(
    ("role", "low", "high"),
    [("retailer", 0.54, 0.58), ("user", 0.25, 0.29), ("wholesaler", 0.08, 0.11), ("maker", 0.07, 0.09)],
)
def test_roles(good, role, low, high):
    assert low < share(of(good, "enterprise"), lambda record: record.values["roles"] == (role,)) < high


def test_sole_traders(good):
    assert 0.38 < share(of(good, "enterprise"), lambda record: record.values["party_class"] == "sole_trader") < 0.44


def test_most_enterprises_have_no_penalty_and_a_long_tail_has_many(good):
    per = Counter(record.serial for record in of(good, "penalty") if record.values["party_class"] != "person")
    assert 0.88 < 1 - len(per) / COUNT < 0.92
    assert 0.50 < sum(count == 1 for count in per.values()) / len(per) < 0.65
    assert max(per.values()) >= 7
    worst = sum(count for _, count in per.most_common(COUNT // 100))
    assert 0.20 < worst / sum(per.values()) < 0.40


def test_fines_are_small_mostly_and_very_large_rarely(good):
    fines = sorted(f.values["fine_fen"] / 100 for f in of(good, "penalty") if f.values["fine_fen"])
    assert 3_000 < fines[len(fines) // 2] < 10_000
    assert 0.05 < sum(fine > 500_000 for fine in fines) / len(fines) < 0.16


@pytest.mark.parametrize(
    ("kind", "result", "low", "high"),
    [
        ("inspection", ("conclusion", "compliant"), 0.78, 0.84),
        ("inspection", ("conclusion", "non_compliant"), 0.01, 0.035),
        ("sampling", ("result", "unqualified"), 0.012, 0.035),
        ("signal", ("signal_type", "complaint"), 0.50, 0.60),
        ("commitment", ("state", "fulfilled"), 0.63, 0.72),
    ],
)
def test_results(good, kind, result, low, high):
    assert low < share(of(good, kind), lambda record: record.values[result[0]] == result[1]) < high


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("inspection", 0.74, 0.86), ("sampling", 0.24, 0.31), ("signal", 0.14, 0.20), ("commitment", 0.44, 0.50)],
)
def test_records_per_enterprise(good, kind, low, high):
    assert low < len(of(good, kind)) / COUNT < high


def test_one_in_four_hundred_was_listed_removed_held_or_might_be_listed(good):
    assert stories(good) == {
        **dict.fromkeys(("listed", "removed", "held"), 10),
        **dict.fromkeys(("annulled", "not_listed", "restored", "impossible"), 4),
        **dict.fromkeys(("repaired", "repair_refused", "repair_revoked", "repair_open"), 4),
    }


KNOWN_BY = (
    ("held", {"hold_tier"}),
    ("annulled", {"revoke_listing"}),
    ("not_listed", {"not_list"}),
    ("restored", {"remove", "restore_listing"}),
    ("impossible", {"restore_listing"}),
    ("removed", {"remove"}),
    ("listed", {"list"}),
    ("repair_revoked", {"revoke_repair"}),
    ("repair_refused", {"refuse_repair"}),
    ("repaired", {"repair"}),
    ("repair_open", {"apply"}),
)


def stories(good) -> Counter[str]:
    """How many enterprises have each story, recognised by the steps that distinguish it from the others."""
    steps: dict[int, list[str]] = {}
    for record in of(good, "decision"):
        steps.setdefault(record.serial, []).append(record.values["decision_type"])
    return Counter(next(story for story, known in KNOWN_BY if known <= set(taken)) for taken in steps.values())


def test_enterprises_report_who_holds_their_posts(good):
    held = of(good, "post")
    assert 1.9 < len(held) / COUNT < 2.2
    assert 0.02 < share(held, lambda record: record.values["starts_on"] is None) < 0.06
    assert 0.05 < share(held, lambda record: record.values["person_hash"] is None) < 0.12
    firms = {record.values["uscc"] for record in of(good, "person_ban")}
    barred = {record.values["person_hash"]: record.values["uscc"] for record in of(good, "person_ban")}
    elsewhere = [record for record in held if record.values["uscc"] != barred.get(record.values["person_hash"])]
    assert any(record.values["person_hash"] in barred for record in elsewhere)
    assert len(firms) > 20


def test_who_needs_a_licence_has_one_and_some_have_run_out(good):
    licences = of(good, "licence")
    assert 0.60 < len(licences) / COUNT < 0.66
    ends = [one.values["valid_until_on"] for one in licences if one.values["valid_until_on"]]
    assert 0.02 < sum(end < date(2026, 3, 1) for end in ends) / len(ends) < 0.06
    assert 0.12 < share(licences, lambda record: record.values["is_by_commitment"]) < 0.18


def test_every_penalty_has_a_case_and_some_cases_have_no_party(good):
    cases = of(good, "case")
    firms = sum(record.values["party_class"] != "person" for record in of(good, "penalty"))
    assert 1.2 < len(cases) / firms < 1.9
    assert 0.01 < share(cases, lambda record: record.values["party_class"] == "unknown") < 0.15
    complaints = of(good, "complaint")
    assert 0.08 < len(complaints) / COUNT < 0.15
    assert 0.40 < share(complaints, lambda record: record.values["complaint_type"] == "report") < 0.50
    assert 0.25 < share(complaints, lambda record: record.values["signal_no"]) < 0.35
