"""A small store as a release writes it, with the answers of that release: what later releases must still read.

    python -m tests.flows.store.freeze VERSION

writes tests/fixtures/stores/VERSION.tar.xz with a demo region after some runs (one of them annulled), its office
database, signed releases, the settings, and `answers.json`. Run once per release, from the commit that is released.
"""

import hashlib
import json
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from click.testing import CliRunner

from flows.cli.app import cli
from flows.demo import deliver, write_demo
from flows.demo.credit_office import add_demo_people, demo_passphrase
from flows.office import OfficeDatabase
from flows.run.context import read_scheme_facts
from flows.settings import load_settings
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
from flows.store.tables import ONLY_COPIES, StoredTable
from tests.flows.run.run_helpers import KEY
from transforms.schemas import KINDS, TABLES
from transforms.schemas.law import LAW_DETAILS

STORES = Path(__file__).parents[2] / "fixtures" / "stores"
ENTERPRISES, DAYS, SEED = 320, 60, 7
LAST = date(2026, 3, 10)
LISTS = ("serious-violations", "penalties")
SOME_ENTERPRISES = 12
SETTINGS = f"""\
inbox = "inbox"
store = "store"
identity_key = "{KEY}"
buckets = 2
"""

Columns = Mapping[str, list[str]]


def stored_columns(store: Store) -> Columns:
    """The columns of each table of the last run, without those that its stored schema lacks."""
    versions = store.last().versions
    missing = {name: StoredTable(store.location, TABLES[name]).missing_columns(versions[name]) for name in versions}
    return {name: [column for column in TABLES[name].schema if column not in missing[name]] for name in versions}


def answers_of(home: Path, columns: Columns | None = None, enterprises: Sequence[str] = ()) -> dict[str, Any]:
    """What this code reads from the store below `home`.

    columns: which of each table; all that are stored by default. enterprises: of whom one by one; some by default.
    """
    store = Store(home / "store")
    columns = columns or stored_columns(store)
    last = store.last("nightly")
    runs = store.every_run()
    nightly = [run for run in runs if run.flow == "nightly"]
    first_day = nightly[0].as_of
    first = next(run for run in nightly if run.as_of > first_day)

    def of_table(name: str, rows: pl.LazyFrame, key: list[str]) -> dict[str, Any]:
        return digest(rows.select(columns[name]), key)

    ids = current_ratings(store).ratings.collect()["enterprise_id"].sort()
    chosen = enterprises or ids.gather_every(max(1, len(ids) // SOME_ENTERPRISES)).to_list()
    legal = {key: stored_legal_state(store, last, key, list(LAW_DETAILS)) for key in chosen}
    titles = read_scheme_facts(store.run_folder(last.run_id))
    kinds = [name for name in KINDS if name in columns]
    ledger = store.runs().with_columns(pl.col("started_at", "finished_at").dt.strftime("%Y"))
    document = {
        "runs": json.loads(ledger.write_json()),
        "annulled": sorted(store.annulled()),
        "last": last.run_id,
        "layout": store.layout(),
        "tables": {
            run.run_id: {name: of_table(name, store.scan(name, run), list(TABLES[name].key)) for name in run.versions}
            for run in nightly
            if run.state == "passed"
        },
        "ratings": of_table("ratings", current_ratings(store).ratings, ["enterprise_id"]),
        "trace": of_table("trace", current_ratings(store).trace, list(TABLES["trace"].key)),
        "ratings_on_first": of_table("ratings", ratings_on(store, first_day, first).ratings, ["enterprise_id"]),
        "has_legal_state": has_legal_state(last),
        "has_outlook": has_outlook(last),
        "outlook": of_table("outlook", outlook_of(store, last), ["enterprise_id"]),
        "current_records": {name: of_table(name, current_records(store, name, last), ["record_id"]) for name in kinds},
        "copies": {
            name: of_table(name, store.scan(name, last, buckets=ONLY_COPIES), list(TABLES[name].key)) for name in kinds
        },
        "of_enterprises": {
            key: {
                "tiers": [
                    [str(day), tier]
                    for day, tier in rating_history(store, key).select("valid_from_on", "tier").collect().rows()
                ],
                "legal": None if (state := legal[key]) is None else _heights(state),
                "penalties": current_records(store, "penalty", last, key).collect().height,
            }
            for key in chosen
        },
        "scheme_facts": {"sources": titles.sources, "tiers": [list(tier) for tier in titles.tiers]},
        "office_entries": [entry.digest for entry in OfficeDatabase(home / "store" / "office.sqlite").rows().entries],
    }
    return json.loads(json.dumps(document, default=str))


def _heights(tables: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """How many rows the tables have that have any."""
    return {name: rows.height for name, rows in tables.items() if rows.height}


def digest(rows: pl.LazyFrame, key: list[str]) -> dict[str, Any]:
    """How many rows, and a hash over all of them in the order of `key`."""
    frame = rows.collect()
    ordered = frame.sort(key, nulls_last=True, maintain_order=True)
    return {"rows": frame.height, "sha256": hashlib.sha256(ordered.write_ndjson().encode()).hexdigest()}


def command(*words: str, home: Path, person: str = "") -> Any:
    """The JSON answer of a command with the settings of `home`."""
    reading, writing = os.pipe()
    os.write(writing, f"{demo_passphrase(person) if person else ''}\n".encode())
    os.close(writing)
    signer = ("--as", person, "--passphrase-fd", str(reading)) if person else ()
    try:
        result = CliRunner().invoke(cli, [*words, *signer, "--json"], env={"YAOXIN_CONFIG": str(home / "yaoxin.toml")})
    finally:
        os.close(reading)
    if result.exit_code:
        raise SystemExit(f"{' '.join(words)}: {result.output}")
    return json.loads(result.stdout)


def make_home(home: Path) -> None:
    """An office with runs on three days, the last of them annulled, and the first day's lists signed."""
    settings_file = home / "yaoxin.toml"
    settings_file.write_text(SETTINGS)
    settings = load_settings({}, environ={"YAOXIN_CONFIG": str(settings_file)})
    pin = add_demo_people(settings)
    with settings_file.open("a") as file:
        file.write(f'administrator_key = "{pin}"\n')
    write_demo(home / "region", ENTERPRISES, DAYS, SEED, LAST)
    runs = []
    for day in (LAST - timedelta(days=2), LAST - timedelta(days=1), LAST):
        deliver(home / "region", home / "inbox", day)
        known_at = f"{day + timedelta(days=1)}T02:00:00+08:00"
        runs.append(command("nightly", "--as-of", str(day), "--known-at", known_at, home=home)["run_id"])
        if len(runs) == 1:
            for name in LISTS:
                prepared = command("publish", "--list", name, home=home, person="zhang")
                command("approve", prepared["version"], "--list", name, home=home, person="li")
    command("rewind", runs[1], "--reason", "冻结的样本：退回一日", home=home)
    for name in ("region", "inbox"):
        shutil.rmtree(home / name)
    for path in (home / "store" / "runs").rglob("*"):  # pages are not read again; scheme facts are
        if path.is_file() and path.suffix in {".html", ".xlsx", ".css", ".js", ".svg"}:
            path.unlink()


def main(version: str) -> None:
    """Write the archive of a release."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        make_home(home)
        answers = json.dumps(answers_of(home), ensure_ascii=False, indent=1, sort_keys=True)
        (home / "answers.json").write_text(answers, encoding="utf-8")
        with tarfile.open(STORES / f"{version}.tar.xz", "w:xz") as archive:
            for path in sorted(home.iterdir()):
                archive.add(path, path.name)


if __name__ == "__main__":
    main(sys.argv[1])
