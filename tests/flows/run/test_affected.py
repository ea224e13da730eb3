"""Whom a run rates: what is written down of it, what it goes by, and how much is worked through at a time."""

import shutil
from datetime import date
from importlib.metadata import version

import polars as pl
import pytest

from flows.policy_folder import read_scheme
from flows.run.affected import AffectedEnterprises, differing_parts, fingerprint_of, law_version_on
from flows.settings import DEFAULT_POLICY_DIR
from tests.flows.run.run_helpers import FIRST, SECOND, run_day, setup_at


def ids(count: int) -> pl.Series:
    return pl.Series("enterprise_id", [f"e{n}" for n in range(count)])


def test_all_are_worked_through_a_bucket_at_a_time():
    batches = list(AffectedEnterprises("asked for", {}, 100).batches(3))
    assert [batch.numbers for batch in batches] == [frozenset({n}) for n in range(3)]
    assert {batch.ids for batch in batches} == {None}


@pytest.mark.parametrize(
    ("counts", "together"),
    [
        ({0: 1, 1: 1, 2: 1}, [{0, 1, 2}]),
        ({0: 10, 1: 15, 3: 1}, [{0, 1}, {3}]),  # 25 of 100 in 4 buckets: the bound itself
        ({0: 10, 1: 16}, [{0}, {1}]),
        ({2: 60}, [{2}]),  # a bucket is never cut
        ({}, []),
    ],
)
def test_few_are_worked_through_as_many_at_a_time_as_a_bucket_holds(counts, together):
    scope = AffectedEnterprises("", {}, 100, ids={bucket: ids(count) for bucket, count in counts.items()})
    batches = list(scope.batches(4))
    assert [batch.numbers for batch in batches] == together
    assert sum([0 if batch.ids is None else len(batch.ids) for batch in batches]) == sum(counts.values())


def test_the_ledger_says_who_was_rated_and_why(second_run, first_run):
    (first,) = first_run.store.every_run()
    assert first.facts["scope"]["mode"] == "full"
    assert first.facts["scope"]["why"] == "first night"
    second = second_run[0].store.last("nightly")
    scope = second.facts["scope"]
    assert (scope["mode"], scope["why"]) == ("incremental", "")
    assert 0 < scope["rated"] < first.facts["scope"]["rated"]
    assert set(scope["because"]) <= {"records", "register", "due", "law", "outlook", "bans"}
    assert second.facts["basis"] == first.facts["basis"]


def test_a_full_run_can_be_asked_for(before_second, tmp_path):
    root = tmp_path / "home"
    shutil.copytree(before_second.settings.inbox.parent, root)
    facts = run_day(setup_at(root, full=True), SECOND).facts
    assert facts["scope"]["why"] == "asked for"
    assert facts["scope"]["rated"] > 100


@pytest.fixture
def policy(tmp_path):
    folder = tmp_path / "policy"
    shutil.copytree(DEFAULT_POLICY_DIR, folder)
    return folder


def test_what_ratings_rest_on_is_another_when_a_word_of_it_is(policy):
    scheme = read_scheme(policy, "reference")
    before = fingerprint_of(scheme, policy, FIRST)
    assert differing_parts(before, fingerprint_of(scheme, policy, FIRST)) == []
    file = policy / "law" / "calendar.yaml"
    file.write_text(file.read_text("utf-8") + "# a remark\n", "utf-8")
    assert differing_parts(before, fingerprint_of(scheme, policy, FIRST)) == ["law"]
    file = policy / "schemes" / "reference.yaml"
    file.write_text(file.read_text("utf-8") + "# a remark\n", "utf-8")
    assert differing_parts(before, fingerprint_of(read_scheme(policy, "reference"), policy, FIRST)) == ["law", "policy"]
    assert differing_parts({}, before) == ["law", "libraries", "policy", "program", "sources"]


@pytest.mark.parametrize("name", ["sources/penalty.yaml", "gate.yaml", "papers/listing_notice.yaml", "new/file.yaml"])
def test_every_other_file_of_the_policy_counts_and_so_does_its_place(policy, name):
    before = fingerprint_of(read_scheme(policy, "reference"), policy, FIRST)
    hashed = read_scheme(policy, "reference").policy_hash_on(FIRST)
    file = policy / name
    file.parent.mkdir(exist_ok=True)
    file.write_text((file.read_text("utf-8") if file.exists() else "") + "# a remark\n", "utf-8")
    scheme = read_scheme(policy, "reference")
    assert differing_parts(before, fingerprint_of(scheme, policy, FIRST)) == ["sources"]
    assert scheme.policy_hash_on(FIRST) != hashed, "the ledger's policy_hash covers it"
    (policy / "schemes" / "wuhan-2017.yaml").unlink()
    assert read_scheme(policy, "reference").policy_hash_on(FIRST) == scheme.policy_hash_on(FIRST)


def test_two_files_of_one_name_in_two_folders_are_distinguished(tmp_path):
    for one, other in (("a", "b"), ("b", "a")):
        for folder, text in (("x", one), ("y", other)):
            (tmp_path / one / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / one / folder / "same.yaml").write_text(f"text: {text}\n", "utf-8")
    hashes = {law_version_on(tmp_path / name, FIRST) for name in ("a", "b")}
    assert len(hashes) == 2


@pytest.mark.parametrize("name", ["chinesecalendar", "python-stdnum", "polars"])
def test_another_version_of_a_library_whose_answers_stand_in_results_counts(policy, monkeypatch, name):
    scheme = read_scheme(policy, "reference")
    before = fingerprint_of(scheme, policy, FIRST)
    monkeypatch.setattr("flows.run.affected.version", lambda asked: "999" if asked == name else version(asked))
    assert differing_parts(before, fingerprint_of(scheme, policy, FIRST)) == ["libraries"]


@pytest.mark.parametrize("text", ["values: {2026-04-01: next}", "- from: 2026-04-01"])
def test_a_day_on_which_the_law_says_something_begins_is_another_law(tmp_path, text):
    (tmp_path / "one.yaml").write_text(f"{text}\nrest: [2026-03-05]\n", encoding="utf-8")
    versions = [law_version_on(tmp_path, date(2026, month, last)) for month, last in ((3, 5), (3, 31), (4, 1), (4, 2))]
    assert versions[0] == versions[1] != versions[2] == versions[3]
    assert versions[2].endswith("@2026-04-01")
