"""When a list of others proves something, and the files that say so and what pushes close."""

import polars as pl
import pytest

from tests.transforms.law.matters.law_state_examples import LISTS, day
from tests.transforms.law.publicity.penalty_examples import text
from transforms.law.matters.external_lists import coverage_days_ahead, list_coverage
from transforms.policy_model import PolicyProblems
from transforms.policy_model.law import load_external_list_law, load_law_file
from transforms.schemas import TABLES

COUNTS = "counts_for_days: {values: {2026-01-24: 5}, basis: 约定, confidence: I}"
WHOLE = f"whole: [{{list_type: abnormal, authority: 某局, {COUNTS}}}]"
LAW = load_external_list_law(text("external_lists").replace("whole: []", WHOLE), "external_lists.yaml")


def delivered(*stands_on, **values):
    shared = {"list_type": "abnormal", "authority": "某局", "entry_count": 20} | values
    rows = [{"record_id": f"r{n}", "stands_on": day(one)} | shared for n, one in enumerate(stands_on)]
    return pl.DataFrame(rows, schema=TABLES["list_delivery"].schema).lazy()


@pytest.mark.parametrize(
    ("deliveries", "as_of", "known"),
    [
        (delivered("2026-02-01", "2026-01-25"), "2026-02-01", ("2026-02-01", "2026-02-06")),
        (delivered("2026-02-02"), "2026-02-01", None),  # not handed over yet
        (delivered("2026-01-20"), "2026-01-23", None),  # before the policy
        (delivered("2026-01-20"), "2026-01-24", ("2026-01-20", "2026-01-25")),
        (delivered("2026-02-01", authority="别局"), "2026-02-01", None),
        (delivered("2026-02-01", list_type="serious"), "2026-02-01", None),
    ],
)
def test_the_last_list_of_the_body_that_the_policy_names_counts(deliveries, as_of, known):
    found = [(one.stands_on, one.counts_until_on) for one in list_coverage(deliveries, LAW, day(as_of))]
    assert found == ([] if known is None else [tuple(map(day, known))])


def test_as_shipped_no_list_is_received_whole():
    assert LISTS.whole == ()
    assert list_coverage(delivered("2026-02-01"), LISTS, day("2026-02-01")) == ()
    assert coverage_days_ahead(delivered("2026-02-02"), (), LISTS, day("2026-02-01")) == []


def test_the_days_on_which_it_may_be_another_are_the_next_list_and_the_lapse():
    deliveries = delivered("2026-02-01", "2026-02-03")
    coverage = list_coverage(deliveries, LAW, day("2026-02-01"))
    assert coverage_days_ahead(deliveries, coverage, LAW, day("2026-02-01")) == [day("2026-02-03"), day("2026-02-07")]
    assert coverage_days_ahead(deliveries, coverage, LAW, day("2026-02-07")) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("external_lists", "[other_serious]", "[other_seriuos]", "there is no 'other_seriuos'"),
        ("external_lists", "[no_contact]", "[contact]", "there is no 'contact'"),
        ("external_lists", "whole: []", WHOLE.replace("abnormal", "abnorm"), "there is no 'abnorm'"),
        ("external_lists", "whole: []", WHOLE[:-1] + "," + WHOLE.removeprefix("whole: ["), "'abnormal' is given twice"),
        ("pushes", "[credit_china]", "[credit]", "there is no 'credit'"),
    ],
)
def test_mistakes_in_the_files_are_named(name, old, new, said):
    assert old in text(name)
    with pytest.raises(PolicyProblems, match=said):
        load_law_file(text(name).replace(old, new, 1), f"{name}.yaml")
