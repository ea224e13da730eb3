"""Stores of earlier releases: read as they are, upgraded, upgraded after kills, and run on.

Each archive in `tests/fixtures/stores` holds a store of a release, and what that release read from it (see `freeze`).
"""

import hashlib
import json
import shutil
import sqlite3
import tarfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import create_engine

from flows.cli.app import cli
from flows.demo.credit_office import add_demo_people
from flows.office import OfficeDatabase, OfficeProblem, migrations
from flows.office.database import _TABLES
from flows.office.migrations import BEFORE_MIGRATIONS, NEWEST, REVISIONS
from flows.store import stored_names
from flows.store.ledger import StoreTooNew, format_of
from flows.store.store import Store, current_ratings
from flows.store.tables import StoredTable
from flows.store.upgrade import pending_upgrade, upgrade_store
from tests.flows.run.run_helpers import UNGATED, run_day, settings_at, setup_at
from tests.flows.store.freeze import STORES, answers_of, stored_columns
from tests.flows.store.store_runs import KNOWN_AT
from tests.flows.store.test_crash import Killed
from transforms.schemas import TABLES
from transforms.schemas.base import DATE, Column
from transforms.schemas.run_tables import TRADE_TABLES

# What a run by scheme wuhan-2017 on the store of 0.1.0.dev0 wrote before there were schemes by trade.
BY_ONE_SCHEME = {
    "ratings": (641, "16c8db089bdaf25030f3ca5e013b92788e89d6b6205e4b0d4e1652a7c2dbfa1e"),
    "trace": (352, "18493a9132904e952f4f9a5878769d66a1fb06df7241f23c6e095467a833a776"),
    "changes": (292, "5ef0604b908bd934e9f8ec0eac50b49d4a6854a18dd9647663894897cff3e58e"),
    "change_trace": (246, "038b776b063f2a0895162cc59c152260e55a6c2847728c34959a66bb1402b005"),
}
ARCHIVES = sorted(path.name.removesuffix(".tar.xz") for path in STORES.glob("*.tar.xz"))
CHANGELOG = Path(__file__).parents[3] / "CHANGELOG.md"
pytestmark = pytest.mark.long


def unpacked(version, folder):
    """The folder, with the store of a release and its answers in it."""
    safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4 and later
    with tarfile.open(STORES / f"{version}.tar.xz") as archive:
        archive.extractall(folder, **safe)
    return folder


@pytest.fixture(scope="module", params=ARCHIVES)
def frozen(request, tmp_path_factory):
    """The folder of a frozen store, which no test changes."""
    return unpacked(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def home(frozen, tmp_path):
    """A copy to be changed."""
    return Path(shutil.copytree(frozen, tmp_path / "home"))


def expected_answers(home):
    return json.loads((home / "answers.json").read_text(encoding="utf-8"))


def without_added_runs(answers, expected):
    """Answers without the rows of the ledger that an upgrade adds."""
    known = {run["run_id"] for run in expected["runs"]}
    return answers | {
        "runs": [run for run in answers["runs"] if run["run_id"] in known],
        "tables": {name: tables for name, tables in answers["tables"].items() if name in known},
        "layout": {name: count for name, count in answers["layout"].items() if name in expected["layout"]},
    }


def invoke(home, *words):
    settings = home / "yaoxin.toml"
    if not settings.exists():
        settings.write_text('store = "store"\n')
    return CliRunner().invoke(cli, ["store", "upgrade", *words], env={"YAOXIN_CONFIG": str(settings), "LANG": "C"})


def test_every_release_left_a_store():
    headings = [
        line.split()[1] for line in CHANGELOG.read_text(encoding="utf-8").splitlines() if line.startswith("## ")
    ]
    released = {name for name in headings if name != "Unreleased"}
    assert released <= set(ARCHIVES), "freeze a store of the release (tests/flows/store/freeze.py)"


def test_it_is_read_as_its_release_read_it(frozen):
    expected = expected_answers(frozen)
    assert answers_of(frozen, enterprises=list(expected["of_enterprises"])) == expected


def test_upgraded_it_gives_the_same_answers_and_lacks_nothing(home):
    expected, store = expected_answers(home), Store(home / "store")
    columns, before = stored_columns(store), store.last()
    checked = invoke(home, "--check", "--json")
    pending = json.loads(checked.stdout)["store"]
    assert store.last() == before, "a check changes nothing"
    assert checked.exit_code == (1 if format_of(before) < stored_names.STORE_FORMAT or pending["is_needed"] else 0)
    assert invoke(home).exit_code == 0
    assert store.missing_tables_and_columns(store.last()) == ((), ())
    answers = answers_of(home, columns, list(expected["of_enterprises"]))
    assert without_added_runs(answers, expected) == expected
    again = invoke(home, "--check")
    assert (again.exit_code, again.output.splitlines()[0]) == (0, "The store has the format of this release (1).")


def test_a_released_format_is_complete(frozen):
    """Who adds a table or a column to a format that was released raises STORE_FORMAT."""
    store = Store(frozen / "store")
    if format_of(store.last()) == stored_names.STORE_FORMAT:
        assert store.missing_tables_and_columns(store.last()) == ((), ())


def dies_at(monkeypatch, step, is_done):
    """Let the write number `step` be the last, done or not; returns the list of what was written."""
    written = []

    def guarded(name, write):
        def dying(*args):
            is_last = len(written) + 1 == step
            if not is_last or is_done:
                write(*args)
            written.append(name)
            if is_last:
                raise Killed

        return dying

    for name in ("_write", "_create"):
        monkeypatch.setattr(StoredTable, name, guarded(name, getattr(StoredTable, name)))
    return written


def upgraded(home):
    upgrade_store(Store(home / "store"), settings_at(home, buckets=3))
    return home


@pytest.fixture(scope="module")
def oldest(tmp_path_factory):
    """The oldest frozen store, its answers, and how many writes its upgrade takes with another number of buckets."""
    home = unpacked(ARCHIVES[0], tmp_path_factory.mktemp("oldest"))
    with pytest.MonkeyPatch.context() as counting:
        written = dies_at(counting, 0, is_done=True)
        upgraded(Path(shutil.copytree(home, tmp_path_factory.mktemp("counted") / "home")))
    return home, len(written)


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", [0.0, 0.9, 1.0])
def test_killed_at_a_write_it_is_finished_by_the_same_command(oldest, tmp_path, monkeypatch, place, is_done):
    frozen, writes = oldest
    home, expected, columns = tmp_path / "home", expected_answers(frozen), stored_columns(Store(frozen / "store"))
    shutil.copytree(frozen, home)
    with monkeypatch.context() as dying:
        dies_at(dying, 1 + round(place * (writes - 1)), is_done)
        with pytest.raises(Killed):
            upgraded(home)

    def read():
        answers = answers_of(home, columns, list(expected["of_enterprises"]))
        return without_added_runs(answers, expected) | {"layout": expected["layout"]}

    assert read() == expected, "nothing that readers see has changed"
    upgraded(home)
    store = Store(home / "store")
    assert read() == expected
    assert not pending_upgrade(store, settings_at(home, buckets=3)).is_needed
    assert set(store.layout().values()) == {3}
    assert store.missing_tables_and_columns(store.last()) == ((), ())


def test_columns_that_a_release_added_are_made_and_are_null(oldest, tmp_path, monkeypatch):
    frozen, _ = oldest
    home = upgraded(Path(shutil.copytree(frozen, tmp_path / "home")))
    grown = {}
    for name in ("ratings", "accounts"):  # in buckets, and not
        table = TABLES[name]
        column = Column("added_on", DATE, "新列", "a column of a later release")
        grown[name] = replace(table, columns=(*table.columns, column))
    monkeypatch.setattr("flows.store.store.TABLES", TABLES | grown)
    monkeypatch.setattr(stored_names, "STORE_FORMAT", stored_names.STORE_FORMAT + 1)
    store, settings = Store(home / "store"), settings_at(home)
    before = store.scan("ratings").collect()
    pending = pending_upgrade(store, settings)
    assert set(pending.columns) == {"accounts.added_on", "ratings.added_on"}
    (run,) = upgrade_store(store, settings)
    assert set(run.facts[stored_names.COLUMNS]) == set(pending.columns)
    after = store.scan("ratings").collect()
    assert after["added_on"].null_count() == after.height
    key = ["enterprise_id", "valid_from_on"]
    assert after.drop("added_on").sort(key).equals(before.drop("added_on").sort(key))
    assert not pending_upgrade(store, settings).is_needed
    rows = store.scan("ratings").head(1).with_columns(added_on=date(2026, 4, 1)).collect()
    with store.begin("nightly", date(2026, 4, 1), run.known_at) as writer:
        writer.append("ratings", rows)
        writer.commit("passed", {})
    assert store.scan("ratings").collect()["added_on"].drop_nulls().to_list() == [date(2026, 4, 1)]


def test_a_run_upgrades_the_store_and_reads_the_facts_of_the_last_one(home):
    (home / "inbox").mkdir()
    setup = setup_at(home)
    before = current_ratings(setup.store).ratings.select("enterprise_id", "tier", "score_centipoints").collect()
    day = setup.store.last("nightly").as_of + timedelta(days=1)
    result = run_day(setup, day, UNGATED)
    assert result.state == "passed"
    affected = result.facts[stored_names.AFFECTED]
    assert affected[stored_names.REASON_FOR_ALL].startswith("another "), "the program is another, and so is its hash"
    assert affected[stored_names.RATED] == before.height
    after = current_ratings(setup.store).ratings.select("enterprise_id", "tier", "score_centipoints").collect()
    changed = after.join(before, on=["enterprise_id", "tier"], how="anti")["enterprise_id"]
    changes = setup.store.scan("changes").filter(pl.col("as_of") == day).collect()
    assert set(changed) == set(changes["enterprise_id"])
    assert not pending_upgrade(setup.store, setup.settings).is_needed


def test_one_scheme_for_all_gives_the_bytes_that_it_gave_before_there_were_schemes_by_trade(oldest, tmp_path):
    home = Path(shutil.copytree(oldest[0], tmp_path / "home"))
    (home / "inbox").mkdir()
    setup = setup_at(home, scheme="wuhan-2017")
    assert run_day(setup, date(2026, 3, 10), UNGATED).state == "passed"
    rows = {name: setup.store.scan(name).collect().sort(TABLES[name].key, nulls_last=True) for name in BY_ONE_SCHEME}
    hashes = {name: hashlib.sha256(frame.write_ndjson().encode()).hexdigest() for name, frame in rows.items()}
    assert {name: (rows[name].height, hashes[name]) for name in rows} == BY_ONE_SCHEME
    assert all(setup.store.scan(name).collect().is_empty() for name in TRADE_TABLES)


def test_a_rewind_to_before_the_upgrade_makes_it_due_again(oldest, tmp_path):
    frozen, _ = oldest
    home = upgraded(Path(shutil.copytree(frozen, tmp_path / "home")))
    store = Store(home / "store")
    run = store.rewind(expected_answers(home)["last"], "test")
    assert format_of(run) == 0
    assert pending_upgrade(store, settings_at(home)).is_needed
    upgraded(home)
    assert not pending_upgrade(store, settings_at(home)).is_needed


def test_a_store_of_a_later_release_is_neither_read_nor_written(oldest, tmp_path, monkeypatch):
    frozen, _ = oldest
    home = Path(shutil.copytree(frozen, tmp_path / "home"))
    with monkeypatch.context() as later:
        later.setattr(stored_names, "STORE_FORMAT", stored_names.STORE_FORMAT + 1)
        upgraded(home)
    with pytest.raises(StoreTooNew, match="A later release of Yaoxin wrote this store"):
        Store(home / "store").last()
    with pytest.raises(StoreTooNew), Store(home / "store").begin("nightly", date(2026, 4, 1), KNOWN_AT):
        pass
    answer = invoke(home)
    assert answer.exit_code == 2
    assert "Install that release again" in answer.output
    with pytest.raises(StoreTooNew):
        Store(home / "store").last("nightly")


def test_a_place_without_a_store_is_told(tmp_path):
    (tmp_path / "yaoxin.toml").write_text('store = "mistyped"\n')
    answer = invoke(tmp_path, "--check")
    assert (answer.exit_code, "There is no store at" in answer.output) == (2, True)


# The office database


@pytest.fixture
def office(tmp_path):
    """The office database of the newest frozen store that has one of another format."""
    home = unpacked("0.1.0.dev1", tmp_path)
    return OfficeDatabase(home / "store" / "office.sqlite")


def test_the_office_database_is_upgraded_with_a_copy(office):
    before = office.rows()
    copy = office.upgrade()
    assert (office.revision(), office.rows()) == (NEWEST, before)
    assert (OfficeDatabase(copy).revision(), OfficeDatabase(copy).rows()) == (BEFORE_MIGRATIONS, before)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert office.upgrade() is None


def test_nobody_signs_in_an_older_office_database(office):
    with pytest.raises(OfficeProblem, match="yaoxin store upgrade"):
        office.append(lambda _rows: pytest.fail("asked for an entry"))


def test_migrations_make_the_tables_that_the_code_uses(office, tmp_path):
    """From nothing and from the tables of an earlier release alike; the revisions are all of Alembic's, in order."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS
    settings = settings_at(tmp_path / "new")
    add_demo_people(settings)
    office.upgrade()
    made = []
    for path in (settings.office_database, office.name):
        engine = create_engine(f"sqlite:///{path}")
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), _TABLES) == []
            objects = connection.exec_driver_sql("SELECT type, name, tbl_name FROM sqlite_master ORDER BY name")
            made.append([tuple(row) for row in objects])
        engine.dispose()
    assert made[0] == made[1], "tables, indexes and triggers"


def test_a_damaged_journal_is_not_upgraded(office):
    with sqlite3.connect(office.name) as connection:
        connection.execute("DROP TRIGGER journal_refuses_update")
        connection.execute("UPDATE journal SET subject = 'other' WHERE number = 2")
    with pytest.raises(OfficeProblem, match="没有升级"):
        office.upgrade()
    assert office.revision() == BEFORE_MIGRATIONS


def test_a_killed_upgrade_of_the_office_database_is_done_again(office, monkeypatch):
    before = office.rows()

    def dying(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("alembic.command.upgrade", dying)
        with pytest.raises(Killed):
            office.upgrade()
    assert (office.revision(), office.rows()) == (BEFORE_MIGRATIONS, before)
    office.upgrade()
    assert (office.revision(), office.rows()) == (NEWEST, before)


def test_an_office_database_of_a_later_release_is_refused(office):
    with sqlite3.connect(office.name) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(OfficeProblem, match="由更新版本的药信写成"):
        office.rows()


def test_a_new_office_database_has_the_format_of_this_release(tmp_path):
    settings = settings_at(tmp_path)
    add_demo_people(settings)
    assert OfficeDatabase(settings.office_database).revision() == NEWEST


def test_signatures_of_the_frozen_office_still_hold(tmp_path):
    home = unpacked("0.1.0.dev1", tmp_path)
    assert invoke(home).exit_code == 0
    env = {"YAOXIN_CONFIG": str(home / "yaoxin.toml")}
    verified = CliRunner().invoke(cli, ["publish", "--verify", "--json"], env=env)
    assert verified.exit_code == 0, verified.output
    states = {one["list"]: one["state"] for one in json.loads(verified.stdout)["lists"]}
    assert {name for name, state in states.items() if state != "nothing"} == {"serious-violations", "penalties"}
    assert set(states.values()) == {"sound", "nothing"}, "what came since was never published"
