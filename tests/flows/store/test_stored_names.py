"""A store that an earlier release wrote is read by today's code with the same answers, and run on.

`store_before_redesign.tar.xz` holds a store of a demo region after five runs (a failed and a rewound one among them),
written by commit dacc30e, and `answers.json`: what that commit's own code read from it.
"""

import hashlib
import json
import tarfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows.run.context import read_scheme_facts
from flows.store import stored_names
from flows.store.store import (
    Store,
    current_ratings,
    current_records,
    has_legal_state,
    has_outlook,
    outlook_of,
    rating_history,
    ratings_on,
    stored_legal_state,
)
from flows.store.tables import ONLY_COPIES
from tests.flows.run.run_helpers import UNGATED, run_day, setup_at
from transforms.schemas import KINDS, TABLES
from transforms.schemas.law import LAW_DETAILS

FIXTURE = Path(__file__).parents[2] / "fixtures" / "stores" / "store_before_redesign.tar.xz"
ADDED_SINCE = {"licence", "post"}  # tables that this store does not have
FIRST_DAY, NEXT_DAY = date(2026, 3, 8), date(2026, 3, 10)


def unpacked(folder):
    """The folder, with the store and its answers in it."""
    safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4 and later
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(folder, **safe)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The folder of the store and its answers, which no test changes."""
    return unpacked(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def store(home):
    """The store that was written before."""
    return Store(home / "store")


@pytest.fixture(scope="module")
def answers(home):
    """What was read from it then."""
    return json.loads((home / "answers.json").read_text(encoding="utf-8"))


def digest(rows, key=None):
    frame = rows.lazy().collect()
    ordered = frame.sort(key or frame.columns, nulls_last=True, maintain_order=True)
    return {"rows": frame.height, "sha256": hashlib.sha256(ordered.write_ndjson().encode()).hexdigest()}


def test_the_ledger_is_the_same(store, answers):
    runs = store.runs().with_columns(pl.col("started_at", "finished_at").dt.strftime("%Y"))
    assert json.loads(runs.write_json()) == answers["runs"]
    assert sorted(store.annulled()) == answers["annulled"]
    assert store.last("nightly").run_id == answers["last"]
    assert store.layout() == answers["layout"]


def test_every_table_of_every_run_is_the_same(store, answers):
    runs = {run.run_id: run for run in store.every_run()}
    for run_id, tables in answers["tables"].items():
        read = {name: digest(store.scan(name, runs[run_id]), list(TABLES[name].key)) for name in tables}
        assert read == tables, run_id
    assert set(tables) == set(TABLES) - ADDED_SINCE


def test_questions_have_the_same_answers(store, answers):
    last = store.last("nightly")
    first = next(run for run in store.every_run() if run.as_of > FIRST_DAY)
    assert digest(current_ratings(store).ratings, ["enterprise_id"]) == answers["ratings"]
    assert digest(current_ratings(store).trace, list(TABLES["trace"].key)) == answers["trace"]
    assert digest(ratings_on(store, FIRST_DAY, first).ratings, ["enterprise_id"]) == answers["ratings_on_first"]
    assert (has_legal_state(last), has_outlook(last)) == (answers["has_legal_state"], answers["has_outlook"])
    assert digest(outlook_of(store, last), ["enterprise_id"]) == answers["outlook"]
    for kind in ADDED_SINCE:
        assert current_records(store, kind, last).collect().is_empty()
    for kind in set(KINDS) - ADDED_SINCE:
        assert digest(current_records(store, kind, last), ["record_id"]) == answers["current_records"][kind], kind
        copies = store.scan(kind, last, buckets=ONLY_COPIES)
        assert digest(copies, list(TABLES[kind].key)) == answers["copies"][kind], kind


def test_enterprises_have_the_same_history_and_legal_state(store, answers):
    last = store.last("nightly")
    for key, expected in answers["of_enterprises"].items():
        history = rating_history(store, key).select(pl.col("valid_from_on").cast(pl.String), "tier").collect()
        assert [list(row) for row in history.rows()] == expected["tiers"]
        state = stored_legal_state(store, last, key, list(LAW_DETAILS))
        found = state and {name: digest(rows) for name, rows in state.items() if rows.height}
        assert found == expected["legal"], key
        assert current_records(store, "penalty", last, key).collect().height == expected["penalties"]


def test_the_titles_of_the_scheme_are_those_that_the_run_left(store, answers):
    facts = read_scheme_facts(store.run_folder(answers["last"]))
    expected = answers["scheme_facts"]
    assert facts.sources == expected["sources"]
    assert [list(tier) for tier in facts.tiers] == expected["tiers"]


def test_the_next_run_reads_the_facts_of_the_last_one(tmp_path):
    home = unpacked(tmp_path)
    (home / "inbox").mkdir()
    setup = setup_at(home)
    before = current_ratings(setup.store).ratings.select("enterprise_id", "tier", "score_centipoints").collect()
    result = run_day(setup, NEXT_DAY, UNGATED)
    assert result.state == "passed"
    affected = result.facts[stored_names.AFFECTED]
    assert affected[stored_names.REASON_FOR_ALL].startswith("another "), "the program is another, and so is its hash"
    assert affected[stored_names.RATED] == before.height
    after = current_ratings(setup.store).ratings.select("enterprise_id", "tier", "score_centipoints").collect()
    changed = after.join(before, on=["enterprise_id", "tier"], how="anti")["enterprise_id"]
    changes = setup.store.scan("changes").filter(pl.col("as_of") == NEXT_DAY).collect()
    assert set(changed) == set(changes["enterprise_id"])
