"""Which source a file belongs to, by its name."""

import pytest

from flows.ingest.file_records import sources_of
from tests.flows.ingest.inboxes import SOURCES, ingested
from tests.realdata import REPOSITORY

SAMPLES = REPOSITORY / "tests" / "fixtures" / "workbooks"


@pytest.mark.parametrize("suffix", ["xlsx", "xlsm", "xls", "XLS", "et", "ods"])
def test_a_pattern_for_xlsx_covers_every_kind_of_workbook(suffix):
    assert [source.source for source in sources_of(f"市局/企业登记-2025.{suffix}", SOURCES)] == ["enterprise"]


def test_other_suffixes_need_a_pattern_of_their_own():
    assert sources_of("市局/企业登记-2025.dat", SOURCES) == []


def test_an_xls_file_is_read_by_its_source_and_what_it_lacks_is_named(tmp_path):
    book = (SAMPLES / "penalties.xls").read_bytes()
    (tmp_path / "双公示.xls").write_bytes(book)
    (file,) = ingested(tmp_path).files.iter_rows(named=True)
    assert (file["source"], file["encoding"]) == ("penalty", "xls")
    assert "缺少必需的列" in file["finding"]
