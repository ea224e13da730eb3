"""The demo region ingested: quarantined is exactly what was planted, accepted is exactly what was planned."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import pytest

from flows.demo import deliver, write_demo
from flows.demo.model import DemoPeriod, DemoRecord
from flows.demo.region import has_complaint_by_name, region_records
from flows.demo.senders import read_source, sender_of
from flows.gate_tables import read_gate
from flows.ingest import Ingested, IngestHistory, IngestRules, ingest_inbox, read_common_rules
from transforms.current_versions import current_versions
from transforms.policy_model.source import load_source
from transforms.schemas import KINDS, RUN_TABLES, TABLES

pytestmark = pytest.mark.long
POLICY = Path(__file__).parents[3] / "policy"
END = date(2026, 3, 1)
PERIOD = DemoPeriod(400, END)
SIZE, SEED = 700, 5
# Written by offices in their own way, or reduced by ingest: compared by what identifies the record instead.
AS_WRITTEN = {"uscc", "party_name", "decision_no", "order_no", "ban_no", "honour_no", "person_hash"}
AS_WRITTEN |= {"case_no", "transfer_no", "decision_nos"}


def at(day: date) -> datetime:
    return datetime.combine(day, time(17), UTC)


@pytest.fixture(scope="module")
def rules():
    paths = sorted((POLICY / "sources").glob("[a-z]*.yaml"))
    sources = [load_source(path.read_text(encoding="utf-8"), path.name) for path in paths]
    return IngestRules(sources, read_common_rules(POLICY), b"a key for tests")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "region"
    return folder, write_demo(folder, SIZE, PERIOD.days, SEED, END)


@pytest.fixture(scope="module")
def at_once(demo, rules):
    return ingest_inbox(demo[0], rules, IngestHistory.empty(), at(END))


@pytest.fixture(scope="module")
def day_by_day(demo, rules, tmp_path_factory) -> list[Ingested]:
    """Three runs: the history, the weekly files, the daily ones; each inbox holds what is new."""
    folder, summary = demo
    delivered = tmp_path_factory.mktemp("delivered")
    runs: list[Ingested] = []
    for day in (summary.deliveries[0], summary.deliveries[2], summary.deliveries[-1]):
        inbox = tmp_path_factory.mktemp("inbox")
        for path in deliver(folder, delivered, day):
            target = inbox / path.relative_to(delivered)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
        history = IngestHistory.from_tables(lambda table: stored(runs, table).lazy())
        runs.append(ingest_inbox(inbox, rules, history, at(day)))
    return runs


def stored(runs: list[Ingested], table: str) -> pl.DataFrame:
    """A table as the store would hold it after the runs."""
    frames = [getattr(n, table) if table in RUN_TABLES else n.records[table] for n in runs]
    return pl.concat([TABLES[table].empty(), *frames])


def placed() -> Iterator[tuple[DemoRecord, str, int]]:
    """Every planned row with its file and its row there."""
    rows: Counter[str] = Counter()
    titles = {kind: read_source(kind).title for kind in KINDS}
    for record, day in region_records(SEED, SIZE, PERIOD):
        path = sender_of(record).file_name(titles[record.kind], day)
        rows[path] += 1
        yield record, path, rows[path] + 1


def quarantined(*runs: Ingested) -> list[tuple[str, int, str]]:
    """File, row and reason: once, also where a row of complaints is turned away as a complaint and as a signal."""
    rows = pl.concat([run.quarantine for run in runs]).select("file_name", "row_no", "code")
    return sorted({(name.replace("副本_", ""), row_no, code) for name, row_no, code in rows.iter_rows()})


def test_the_quarantine_is_exactly_what_was_planted_row_by_row(demo, at_once):
    planted = sorted((path, row_no, record.fault) for record, path, row_no in placed() if record.fault)
    assert quarantined(at_once) == planted
    assert Counter(code for _, _, code in quarantined(at_once)) == demo[1].faults


def test_every_kind_of_fault_is_planted_and_every_reason_is_for_a_person(at_once):
    from flows.demo.region import FAULTS

    assert {fault.code for fault in FAULTS} | {"ambiguous_name"} == set(at_once.quarantine["code"])
    assert at_once.quarantine["reason"].str.contains(r"\p{Han}").all()
    assert at_once.quarantine["expected"].str.contains(r"\p{Han}").all()


def test_in_no_region_do_complaints_by_name_only_refuse_a_run():
    """Of 50,000 enterprises and two days nearly all complaints of the first day were such."""
    by_name = sum(has_complaint_by_name(serial) for serial in range(1_000_000))
    assert 0 < by_name < read_gate(POLICY).specs["night_accounts"].limits.quarantine_least_rows


def test_day_by_day_the_quarantine_is_the_same(at_once, day_by_day):
    assert quarantined(*day_by_day) == quarantined(at_once)


def own_accounts(accounts: pl.DataFrame, source: str) -> pl.DataFrame:
    """The accounts of a source, without those of the signals that its rows of complaints are too."""
    is_beside = (pl.col("source") == "complaint") & (pl.col("kind") == "signal").fill_null(False)
    return accounts.filter(~is_beside, source=source)


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_accounts_are_those_of_the_summary(demo, at_once, kind):
    counts = demo[1].kinds[kind]
    total = own_accounts(at_once.accounts, kind).sum().row(0, named=True)
    assert total["read_count"] == counts["rows"]
    assert total["accepted_count"] == counts["records"]
    assert total["superseded_count"] == counts["corrections"]
    assert total["duplicate_count"] == counts["duplicates"]
    assert total["quarantined_count"] == counts["faults"]


@pytest.mark.parametrize("kind", list(KINDS))
def test_day_by_day_a_correction_is_accepted_when_it_comes(demo, day_by_day, kind):
    counts = demo[1].kinds[kind]
    accounts = own_accounts(pl.concat([run.accounts for run in day_by_day]), kind)
    total = accounts.sum().row(0, named=True)
    assert total["accepted_count"] + total["superseded_count"] == counts["records"] + counts["corrections"]
    assert total["duplicate_count"] == counts["duplicates"]
    own = stored(day_by_day, kind).filter(source=kind)
    assert own["record_id"].n_unique() == counts["records"]


def test_every_account_balances(at_once, day_by_day):
    for run in (at_once, *day_by_day):
        fates = pl.sum_horizontal("accepted_count", "duplicate_count", "superseded_count", "quarantined_count")
        assert run.accounts.filter(pl.col("read_count") != fates).is_empty()


def test_the_file_sent_twice_does_nothing_and_the_unknown_one_is_named(demo, at_once):
    (copy,) = [file for file in demo[1].files if file.same_as]
    (strange,) = [file for file in demo[1].files if not file.kind]
    assert set(at_once.repeated) < {copy.path, copy.same_as}
    assert len(at_once.repeated) == 1
    rejected = at_once.files.filter(pl.col("finding").is_not_null())["file_name"].to_list()
    assert rejected == [strange.path]


def test_every_heading_of_every_file_is_read_or_ignored_by_name(at_once):
    noted = at_once.files.filter(pl.col("finding").is_null() & (pl.col("notes").list.len() > 0))
    assert noted.select("file_name", "notes").rows() == []


def test_files_are_distinguished_by_content(at_once):
    assert set(at_once.files["encoding"]) == {"utf-8", "utf-8-sig", "gb18030", "xlsx"}


def expected(kind: str) -> dict[tuple[object, ...], DemoRecord]:
    """The last good version of each planned record, by its number, its enterprise (none for natural persons and kinds
    that name none), and its field where one number stands for several records."""
    every = [record for record, _, _ in placed()]
    good = [record for record in every if not record.fault]
    # An unknown type of complaint is no fault of the signal.
    beside = [*good, *(record for record in every if record.fault == "unknown_word")]
    codes = {record.serial: str(record.values["uscc"]) for record in good if record.kind == "enterprise"}
    records = {}
    for record in [*good, *signals_of_complaints(beside)]:
        if record.kind == kind:
            is_nobody = record.values.get("party_class") in ("person", "unknown") or not KINDS[kind].names_party
            records[place(kind, record.values, None if is_nobody else codes[record.serial])] = record
    return records


def signals_of_complaints(good: list[DemoRecord]) -> Iterator[DemoRecord]:
    """The signals that rows of complaints are too: those not declined, and not among the signals of another file."""
    for record in good:
        values = record.values
        if record.kind == "complaint" and not (values.get("signal_no") or values.get("declined_on")):
            signal = {"signal_no": values["complaint_no"], "signal_type": "complaint", "field": values["field"]}
            signal |= {"occurred_on": values["received_on"], "is_verified": values.get("is_verified")}
            yield replace(record, kind="signal", values=signal)


def place(kind: str, values: Mapping[str, object], enterprise_id: str | None) -> tuple[object, ...]:
    shared = (values["field"],) if kind == "inspector" else ()
    return (key(values[KINDS[kind].number]), enterprise_id, *shared)


def key(number: object) -> str:
    """A number as it is kept: one kind of bracket, no 第 and no zeros before the serial (GB/T 9704-2012, 7.2.5)."""
    brackets = str(number).translate(str.maketrans("【[(（［】])）］", "〔〔〔〔〔〕〕〕〕〕"))
    return re.sub(r"〕第?0*(?=[0-9])", "〕", brackets)


def plain(name: str, value: object) -> object:
    if isinstance(value, tuple | list):
        return sorted(value) or None
    return key(value) if isinstance(value, str) and name.endswith(("_no", "target")) else value


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("way", ["at once", "day by day"])
def test_stored_records_have_the_planned_values(at_once, day_by_day, kind, way):
    kept = at_once.records[kind] if way == "at once" else stored(day_by_day, kind)
    rows = current_versions(kept.lazy(), at(END)).collect().rows(named=True)
    plan = expected(kind)
    assert len(rows) == len(plan)
    for row in rows:
        record = plan[place(kind, row, row["enterprise_id"])]
        for name in record.values.keys() & row.keys() - AS_WRITTEN:
            assert plain(name, row[name]) == plain(name, record.values[name]), (kind, name, record)


def test_no_identity_number_is_left_anywhere(at_once):
    numbers = {record.values["person_hash"] for record, _, _ in placed() if record.values.get("person_hash")}
    assert len(numbers) > 10
    frames = [*at_once.records.values(), at_once.quarantine, at_once.files, at_once.accounts]
    text = "\n".join(frame.write_ndjson() for frame in frames)
    assert not [number for number in numbers if number in text]
