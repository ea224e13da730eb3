"""Quarantined rows and rejected files are read again from the archive, and every row stays accounted for."""

import os
import shutil
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.ingest import FileArchive, FileStorage, Ingested, IngestHistory, RuleChanges, ingest_inbox
from flows.ingest.previous_runs import open_quarantine
from flows.ingest.reading.discovery import sha256_of_file
from tests.flows.ingest.inboxes import (
    FIRM,
    OTHER_FIRM,
    RECEIVED_AT,
    RULES,
    SHOP,
    SOURCES,
    firm,
    history_after,
    penalty,
    put,
)
from transforms.current_versions import current_versions

DAY = timedelta(days=1)
STRANGER = {"统一社会信用代码": OTHER_FIRM, "行政相对人名称": "粤城药业有限公司"}
ANOTHER = {"行政处罚决定书文号": "（京）药监罚〔2025〕2号", **STRANGER}


class Office:
    """An inbox, an archive, and what was ingested by the runs so far."""

    def __init__(self, root: Path) -> None:
        self.inbox, self.root = root / "inbox", root
        self.inbox.mkdir(exist_ok=True)
        self.archive = root / "archive"
        self.runs: list[Ingested] = []

    @property
    def known(self) -> IngestHistory:
        return history_after(*self.runs) if self.runs else IngestHistory.empty()

    def run(self, rules=RULES, changed: RuleChanges | None = None) -> Ingested:
        archive = FileArchive(self.archive)
        work = self.root / f"work-{len(self.runs)}"
        known = replace(self.known, changes=changed or RuleChanges())
        result = ingest_inbox(self.inbox, rules, known, RECEIVED_AT + DAY * len(self.runs), FileStorage(archive, work))
        archive.write_path_states(work / "path_states.parquet")
        archive.keep_path_states(work / "path_states.parquet")
        for copy in work.glob("[0-9a-f]" * 64 + "/**/*"):
            if copy.is_file():
                archive.add(copy.relative_to(work).parts[0], copy)
        self.runs.append(result)
        return result

    def open_rows(self) -> pl.DataFrame:
        return open_quarantine(self.known.quarantine, self.known.outcomes).collect()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def balances(result: Ingested) -> None:
    """Read = accepted + duplicate + superseded + quarantined + ignored, per file and per file and kind."""
    for frame in (result.files, result.accounts):
        parts = [pl.col(f"{part}_count").fill_null(0) for part in PARTS]
        assert frame.filter(pl.col("read_count") != pl.sum_horizontal(parts)).is_empty()


PARTS = ("accepted", "duplicate", "superseded", "quarantined", "ignored")


def counts(result: Ingested) -> dict[str, int]:
    return {part: n for part in PARTS if (n := int(result.files[f"{part}_count"].sum()))}


def test_a_row_of_an_unknown_enterprise_is_accepted_when_the_register_knows_it(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(), penalty(**ANOTHER)])
    first = office.run()
    assert counts(first) == {"accepted": 2, "quarantined": 1}
    shutil.rmtree(office.inbox)  # nothing is needed of the sender
    office.inbox.mkdir()
    put(office.inbox, "企业登记-二.csv", [firm(OTHER_FIRM, "粤城药业有限公司")])
    second = office.run()
    balances(second)
    assert counts(second) == {"accepted": 2}
    account = second.accounts.filter(pl.col("kind") == "penalty").row(0, named=True)
    assert (account["attempt_no"], account["read_count"], account["accepted_count"]) == (2, 1, 1)
    assert second.quarantine_outcomes["outcome"].to_list() == ["accepted"]
    assert office.open_rows().is_empty()
    (record,) = second.records["penalty"].to_dicts()
    assert (record["enterprise_id"], record["row_no"], record["file_id"]) == (
        OTHER_FIRM,
        3,
        first.quarantine["file_id"][0],
    )
    assert record["received_at"] == RECEIVED_AT + DAY  # so that what was published before can be made again


def test_nothing_is_read_again_where_the_register_learns_nothing_of_the_row(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(**ANOTHER)])
    office.run()
    put(office.inbox, "企业登记-二.csv", [firm(SHOP, "苏城药店")])
    second = office.run()
    assert second.quarantine_outcomes.is_empty()
    assert second.files["file_name"].to_list() == ["企业登记-二.csv"]
    assert office.open_rows().height == 1


def test_a_row_with_another_fault_waits_for_its_sender(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(**ANOTHER, 处罚决定日期="不详")])
    office.run()
    put(office.inbox, "企业登记-二.csv", [firm(OTHER_FIRM, "粤城药业有限公司")])
    second = office.run()
    assert "penalty" not in second.accounts["kind"]
    assert office.open_rows()["row_no"].unique().to_list() == [2]


def test_a_row_whose_reason_changes_is_quarantined_again(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(**ANOTHER)])
    office.run()
    put(office.inbox, "企业登记-二.csv", [firm(OTHER_FIRM, "别名药业有限公司")])
    second = office.run()
    balances(second)
    assert second.quarantine_outcomes["outcome"].to_list() == ["quarantined"]
    (row,) = office.open_rows().to_dicts()
    assert (row["code"], row["attempt_no"]) == ("name_mismatch", 2)
    third = office.run()
    assert third.files.is_empty()


def test_a_correction_that_came_meanwhile_stays_the_newer_one(office: Office) -> None:
    """The row of the first run names the firm by its name, its correction in the second by the code."""
    put(office.inbox, "企业登记.csv", [firm(name="京城药业集团有限公司")])
    early = penalty(统一社会信用代码="", **{"罚款金额（万元）": "1"})
    put(office.inbox, "a双公示.csv", [early])
    office.run()
    put(office.inbox, "b双公示.csv", [penalty(行政相对人名称="京城药业集团有限公司", **{"罚款金额（万元）": "2"})])
    office.run()
    put(office.inbox, "企业登记-二.csv", [firm(name="京城药业集团有限公司", 曾用名="京城药业有限公司")])
    third = office.run()
    balances(third)
    assert counts(third) == {"accepted": 1, "superseded": 1}
    versions = pl.concat([one.records["penalty"] for one in office.runs])
    (now,) = current_versions(versions.lazy(), RECEIVED_AT + DAY * 9).collect().to_dicts()
    assert now["fine_fen"] == 2_000_000
    (then,) = current_versions(versions.lazy(), RECEIVED_AT + DAY).collect().to_dicts()
    assert then["row_hash"] == now["row_hash"]


def test_a_corrected_workbook_answers_the_row_it_is_made_of(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(处罚决定日期="不详"), penalty(**ANOTHER)])
    first = office.run()
    file_id = first.quarantine["file_id"][0]
    sound = penalty() | {"原文件": "双公示.csv", "行号": "2", "隔离编号": f"{file_id[:16]}-2"}
    put(office.inbox, "更正-penalty.csv", [sound])
    second = office.run()
    assert second.quarantine_outcomes.select("row_no", "outcome").rows() == [(2, "corrected")]
    assert office.open_rows()["row_no"].to_list() == [3]


def test_a_corrected_row_is_known_by_file_and_row_where_it_has_no_number(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(处罚决定日期="不详")])
    office.run()
    put(office.inbox, "更正-penalty.csv", [penalty() | {"原文件": "双公示.csv", "行号": "2"}])
    assert office.run().quarantine_outcomes["outcome"].to_list() == ["corrected"]


def test_a_rejected_file_is_in_the_balance_and_read_when_its_source_knows_it(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "罚单.csv", [penalty(), penalty(行政处罚决定书文号="（京）药监罚〔2025〕2号")])
    first = office.run()
    balances(first)
    away = first.files.filter(pl.col("finding").is_not_null()).row(0, named=True)
    assert (away["file_name"], away["read_count"], away["quarantined_count"]) == ("罚单.csv", 2, 2)
    (office.inbox / "罚单.csv").unlink()
    patterns = [
        one.model_copy(update={"files": [*one.files, "*罚单*"]}) if one.source == "penalty" else one for one in SOURCES
    ]
    second = office.run(replace(RULES, sources=tuple(patterns)), RuleChanges(has_any=True))
    balances(second)
    assert second.files.select("file_name", "attempt_no", "accepted_count").rows() == [("罚单.csv", 2, 2)]
    assert office.run().files.is_empty()


def test_a_file_that_still_cannot_be_read_is_not_reported_again(office: Office) -> None:
    (office.inbox / "坏.bin").write_bytes(bytes(range(256)))
    office.run()
    assert office.run(changed=RuleChanges(has_any=True)).files.is_empty()


def test_a_rejected_file_is_read_when_it_is_sent_again(office: Office) -> None:
    path = put(office.inbox, "罚单.csv", [penalty()])
    office.run()
    assert office.run().files.is_empty()
    path.rename(office.inbox / "双公示.csv")
    put(office.inbox, "企业登记.csv", [firm()])
    third = office.run()
    assert third.files.filter(file_name="双公示.csv").select("attempt_no", "accepted_count").rows() == [(2, 1)]


@pytest.mark.parametrize("name", ["a双公示.csv", "罚单-双公示.csv"])
def test_a_file_sent_again_is_read_though_the_first_one_stays(office: Office, name: str) -> None:
    path = put(office.inbox, "罚单.csv", [penalty()])
    put(office.inbox, "企业登记.csv", [firm()])
    office.run()
    shutil.copy(path, office.inbox / name)
    assert office.run().files.select("file_name", "accepted_count").rows() == [(name, 1)]
    assert office.run().files.is_empty()


def test_a_file_sent_again_at_the_same_path_is_reported_again(office: Office) -> None:
    path = office.inbox / "坏.bin"
    path.write_bytes(bytes(range(256)))
    office.run()
    os.utime(path, (2_000_000_000, 2_000_000_000))
    assert office.run().files.select("file_name", "attempt_no").rows() == [("坏.bin", 2)]


def test_rows_of_a_source_are_read_again_when_its_text_is_another(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(处罚类别="罚金")])
    assert counts(office.run()) == {"accepted": 1, "quarantined": 1}

    def with_word(source):
        if source.source != "penalty":
            return source
        (record,) = source.records
        cell = record.columns["penalty_kinds"]
        cell = cell.model_copy(update={"words": {**cell.words, "罚金": "fine"}})
        columns = {**record.columns, "penalty_kinds": cell}
        return source.model_copy(update={"records": [record.model_copy(update={"columns": columns})]})

    rules = replace(RULES, sources=tuple(map(with_word, SOURCES)))
    second = office.run(rules, RuleChanges(has_any=True, sources=frozenset(["penalty"])))
    balances(second)
    assert counts(second) == {"accepted": 1}
    assert second.records["penalty"]["penalty_kinds"].to_list() == [["fine"]]


def test_rows_that_could_not_be_split_are_read_again_when_the_layout_is_another(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    narrow = [penalty(行政处罚决定书文号=f"（京）药监罚〔2025〕{number}号") for number in range(1, 16)]
    wide = penalty(行政处罚决定书文号="（京）药监罚〔2025〕20号", 备注="宽表")
    lines = [",".join(line) for line in (narrow[0], *(row.values() for row in narrow), wide, wide.values())]
    (office.inbox / "双公示.csv").write_text("\n".join([*lines, "残缺,行"]) + "\n", encoding="utf-8")
    assert counts(office.run()) == {"accepted": 16, "quarantined": 3}
    assert office.open_rows()["kind"].to_list() == ["", "", ""]

    def further_down(source):
        layout = source.layout.model_copy(update={"header_row": 17})
        return source.model_copy(update={"layout": layout}) if source.source == "penalty" else source

    rules = replace(RULES, sources=tuple(map(further_down, SOURCES)))
    second = office.run(rules, RuleChanges(has_any=True, sources=frozenset(["penalty"])))
    balances(second)
    assert counts(second) == {"accepted": 1}
    assert second.records["penalty"]["remark"].to_list() == ["宽表"]
    assert second.quarantine_outcomes.select("row_no", "kind", "outcome").rows() == [(18, "", "accepted")]
    assert office.open_rows()["row_no"].sort().to_list() == [17, 19]
    third = office.run(rules, RuleChanges(has_any=True, sources=frozenset(["penalty"])))
    assert third.records["penalty"].is_empty()
    assert third.quarantine_outcomes.is_empty()


def test_rows_of_no_kind_are_read_again_when_a_record_claims_them(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    numbers = {"行政处罚决定书文号": "（京）药监罚〔2025〕2号"}
    put(office.inbox, "双公示.csv", [penalty(), penalty(许可证号="京AA0100001", **numbers)])

    def with_where(condition):
        def changed(source):
            if source.source != "penalty":
                return source
            (record,) = source.records
            return source.model_copy(update={"records": [record.model_copy(update={"where": condition})]})

        return replace(RULES, sources=tuple(map(changed, SOURCES)))

    assert counts(office.run(with_where("licence IS NULL"))) == {"accepted": 2, "quarantined": 1}
    second = office.run(RULES, RuleChanges(has_any=True, sources=frozenset(["penalty"])))
    balances(second)
    assert counts(second) == {"accepted": 1}
    assert office.open_rows().is_empty()


def test_identity_numbers_are_read_from_the_kept_bytes_and_never_from_the_quarantine(office: Office) -> None:
    person = {"行政相对人类别": "个人", "证件号码": "11010519491231002X", "行政相对人名称": "张三"}
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(处罚类别="罚金", 统一社会信用代码="", **person)])
    first = office.run()
    assert "11010519491231002X" not in first.quarantine["row_text"][0]
    rules = replace(
        RULES,
        sources=tuple(
            one.model_copy(
                update={
                    "records": [
                        r.model_copy(update={"columns": {k: v for k, v in r.columns.items() if k != "penalty_kinds"}})
                        for r in one.records
                    ]
                }
            )
            if one.source == "penalty"
            else one
            for one in SOURCES
        ),
    )
    second = office.run(rules, RuleChanges(has_any=True, sources=frozenset(["penalty"])))
    assert second.records["penalty"]["person_hash"].is_not_null().all()


def test_the_bytes_are_kept_once_compressed_and_only_for_their_owner(office: Office) -> None:
    path = put(office.inbox, "企业登记.csv", [firm(FIRM, "京城药业有限公司")] * 300)
    data = path.read_bytes()
    file_id = office.run().files["file_id"][0]
    archive = FileArchive(office.archive)
    (kept,) = office.archive.glob("*/*.zst")
    assert (kept.parent.name, kept.stem) == (file_id[:2], file_id)
    assert kept.stat().st_size < len(data) / 10
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (office.archive, kept.parent)} == {0o700}
    archive.restore(file_id, office.root / "back.csv")
    assert (office.root / "back.csv").read_bytes() == data


def test_damaged_bytes_are_reported_and_stop_nothing(office: Office) -> None:
    put(office.inbox, "企业登记.csv", [firm()])
    put(office.inbox, "双公示.csv", [penalty(**ANOTHER)])
    office.run()
    (office.inbox / "双公示.csv").unlink()
    for kept in office.archive.glob("*/*.zst"):
        kept.write_bytes(kept.read_bytes()[:-9])
    put(office.inbox, "企业登记-二.csv", [firm(OTHER_FIRM, "粤城药业有限公司")])
    second = office.run()
    assert "双公示.csv" in second.remarks[0]
    assert counts(second) == {"accepted": 1}
    assert office.open_rows().height == 1


def test_an_old_file_is_not_hashed_in_every_run(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(office.inbox, "企业登记.csv", [firm()])
    long_ago = path.stat().st_mtime - 100
    os.utime(path, (long_ago, long_ago))
    hashed: list[str] = []
    monkeypatch.setattr("flows.ingest.archive._SETTLED_AFTER_NS", 0)

    def counted(path: Path) -> str:
        hashed.append(path.name)
        return sha256_of_file(path)

    monkeypatch.setattr("flows.ingest.archive.sha256_of_file", counted)
    office.run()
    assert hashed == ["企业登记.csv"]
    assert office.run().repeated == ("企业登记.csv",)
    assert hashed == ["企业登记.csv"]
    path.write_bytes(path.read_bytes() + b"\n")
    assert office.run().files["file_name"].to_list() == ["企业登记.csv"]


def test_a_file_rewritten_with_its_old_size_and_time_is_seen(office: Office) -> None:
    path = put(office.inbox, "企业登记.csv", [firm()])
    times = path.stat()
    office.run()
    put(office.inbox, "企业登记.csv", [firm(name="京城制药有限公司")])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert office.run().records["enterprise"]["name"].to_list() == ["京城制药有限公司"]


def test_rows_that_a_source_ignores_are_counted(office: Office) -> None:
    heads = ["Establishment ID", "Inspection ID", "Rec #", "Outcome", "Establishment Name", "Inspection Date", "Action"]
    source = next(one for one in SOURCES if one.source == "toronto_dinesafe")
    only = [record for record in source.records if record.where is not None]
    ignoring = source.model_copy(update={"records": only, "ignore_where": "outcome = 'open'"})
    rows = [
        ["1", "10", "1", "Conviction - Fined", "A", "2003-01-02", "Ticket"],
        ["1", "11", "2", "Pending", "A", "2003-01-03", ""],
        ["1", "12", "3", "Charges Withdrawn", "A", "2003-01-04", ""],
    ]
    put(office.inbox, "dinesafe.csv", [dict(zip(heads, row, strict=True)) for row in rows])
    result = office.run(replace(RULES, sources=(ignoring,)))
    balances(result)
    (file,) = result.files.to_dicts()
    assert (file["read_count"], file["ignored_count"], file["quarantined_count"]) == (3, 1, 2)
