"""The demo region as files: the same bytes for the same arguments, readable, and as the docs say it is."""

import csv
import hashlib
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from stdnum.cn import ric, uscc

from flows.demo import deliver, write_demo
from flows.demo.model import DemoPeriod
from flows.demo.region import region_records
from flows.demo.senders import delivery_days

END = date(2026, 3, 1)
PERIOD = DemoPeriod(400, END)
ENCODINGS = {"省局稽查处_双公示": "utf-8-sig", "岩溪市局": "gb18030", "器械检测中心": "gb18030"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "region"
    return folder, write_demo(folder, 450, 400, 11, END)


def hashes(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def rows_of(path: Path) -> list[list[object]]:
    """Rows read by libraries that the product does not use."""
    if path.suffix == ".xlsx":
        return [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return list(csv.reader(text.splitlines()))


def test_the_same_arguments_give_the_same_bytes(demo, tmp_path):
    folder, summary = demo
    again = write_demo(tmp_path / "again", 450, 400, 11, END)
    assert hashes(tmp_path / "again") == hashes(folder)
    assert again == summary


def test_another_seed_gives_other_bytes(demo, tmp_path):
    write_demo(tmp_path / "other", 450, 400, 12, END)
    common = hashes(tmp_path / "other").items() & hashes(demo[0]).items()
    assert {Path(name).name for name, _ in common} == {"会议签到表.csv"}


def test_a_larger_region_leaves_the_first_enterprises_as_they_were():
    small = list(region_records(11, 60, PERIOD))
    assert list(region_records(11, 90, PERIOD))[: len(small)] == small


def test_a_longer_history_leaves_the_latest_inspections_as_they_were():
    def recent(days):
        records = [
            record
            for record, _ in region_records(11, 200, DemoPeriod(days, END))
            if record.kind == "inspection" and not record.fault
        ]
        return {record.values["inspection_no"] for record in records if record.event_on > PERIOD.ago(200)}

    assert recent(400) == recent(800)
    assert len(recent(400)) > 50


def test_every_file_is_readable_and_holds_the_rows_the_summary_says(demo):
    folder, summary = demo
    for file in summary.files:
        assert len(rows_of(folder / file.path)) == file.rows + 1, file.path
    assert {file.path for file in summary.files} == set(hashes(folder))


def test_files_come_in_the_three_encodings_and_two_formats(demo):
    folder, _ = demo
    heads = [path.read_bytes() for path in folder.rglob("*.csv")]
    assert any(head.startswith(b"\xef\xbb\xbf") for head in heads)
    assert any(
        not head.startswith(b"\xef\xbb\xbf") and head.decode("utf-8", "replace").count("�") == 0 for head in heads
    )
    assert any("�" in head.decode("utf-8", "replace") for head in heads)
    assert any(folder.rglob("*.xlsx"))


def test_no_cell_of_a_workbook_is_a_formula(demo):
    for path in demo[0].rglob("*.xlsx"):
        for row in openpyxl.load_workbook(path).active.iter_rows():
            assert all(cell.data_type != "f" for cell in row)


def test_only_planted_rows_bear_a_wrong_code():
    wrong = Counter()
    for record, _ in region_records(11, 450, PERIOD):
        code = record.cells.get("uscc", record.values.get("uscc"))
        if code and not uscc.is_valid(code):
            wrong[record.fault] += 1
    assert set(wrong) == {"uscc_check", "uscc_length"}
    assert min(wrong.values()) >= 1


def test_codes_of_sole_traders_begin_with_92_and_no_code_is_given_twice():
    codes = {}
    for record, _ in region_records(11, 450, PERIOD):
        if record.kind == "enterprise" and not record.fault:
            is_sole = record.values["party_class"] == "sole_trader"
            assert record.values["uscc"].startswith("92" if is_sole else "91")
            assert codes.setdefault(record.values["uscc"], record.serial) == record.serial
    assert len(codes) == 450


def test_identity_numbers_are_well_formed_and_of_nobody_alive():
    numbers = [
        record.values["person_hash"]
        for record, _ in region_records(11, 2000, PERIOD)
        if record.values.get("person_hash")
    ]
    assert len(numbers) > 20
    assert all(ric.is_valid(number) and ric.get_birth_date(number).year < 1900 for number in numbers)


def test_nothing_is_sent_before_it_happened_or_after_the_end():
    for record, day in region_records(11, 450, PERIOD):
        assert record.event_on <= record.sent_on <= day <= END


def test_history_comes_at_once_then_weekly_then_daily():
    days = delivery_days(PERIOD)
    gaps = [(later - sooner).days for sooner, later in pairwise(days)]
    assert gaps == [7, 7, 7, 1, 1, 1, 1, 1, 1, 1]
    assert days[-1] == END
    assert delivery_days(DemoPeriod(1, END)) == (END,)


def test_deliver_copies_day_by_day_and_keeps_what_is_there(demo, tmp_path):
    folder, summary = demo
    first, second = summary.deliveries[:2]
    assert deliver(folder, tmp_path, first - timedelta(days=1)) == ()
    assert {path.parent.name for path in deliver(folder, tmp_path, first)} == {first.isoformat()}
    assert deliver(folder, tmp_path, second - timedelta(days=1)) == ()
    assert {path.parent.name for path in deliver(folder, tmp_path, second)} == {second.isoformat()}
    deliver(folder, tmp_path, END)
    assert hashes(tmp_path) == hashes(folder)


def test_every_day_of_the_last_week_brings_several_new_records():
    delivered = Counter(day for _, day in region_records(11, 2000, PERIOD))
    assert set(delivered) == set(delivery_days(PERIOD))
    assert min(delivered.values()) >= 3


def test_the_summary_adds_up(demo):
    _, summary = demo
    for kind, counts in summary.kinds.items():
        parts = sum(counts[name] for name in ("records", "corrections", "duplicates", "faults"))
        rows = sum(file.rows for file in summary.files if file.kind == kind and not file.same_as)
        assert counts["rows"] == parts == rows
    assert sum(summary.faults.values()) == sum(counts["faults"] for counts in summary.kinds.values())
    assert set(summary.kinds) == set(_kinds())


def _kinds():
    from transforms.schemas import KINDS

    return KINDS


def test_the_summary_can_be_written_as_json(demo):
    import json

    read = json.loads(json.dumps(demo[1].as_json(), ensure_ascii=False))
    assert read["end_on"] == "2026-03-01"
    assert len(read["files"]) == len(demo[1].files)
    assert read.keys() == asdict(demo[1]).keys()


@pytest.mark.parametrize(("enterprises", "days"), [(0, 400), (10, 0)])
def test_sizes_below_one_are_refused(tmp_path, enterprises, days):
    with pytest.raises(ValueError, match="at least 1"):
        write_demo(tmp_path / "demo", enterprises, days, 1, END)


def test_the_smallest_region_is_complete(tmp_path):
    summary = write_demo(tmp_path / "demo", 1, 1, 1, END)
    assert summary.kinds["enterprise"]["records"] == 1


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        write_demo(tmp_path, 10, 10, 1, END)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
