"""A file ingested before is known by its bytes only: never read again, under whatever name."""

from dataclasses import replace

import pytest

from tests.flows.ingest.inboxes import RULES, firm, history_after, ingested, penalty, put


class Asked(Exception):
    """A source was looked for: the first step of reading a file."""


class UnaskedSources(tuple):
    """Sources that nobody may ask which of them a file belongs to."""

    def __iter__(self):
        raise Asked


UNREADABLE = replace(RULES, sources=UnaskedSources(RULES.sources))


@pytest.fixture
def first(tmp_path):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "双公示.csv", [penalty()])
    (tmp_path / "坏.bin").write_bytes(bytes(range(256)))
    return ingested(tmp_path)


def test_a_known_file_is_not_read(tmp_path, first):
    again = ingested(tmp_path, history_after(first), rules=UNREADABLE)
    assert again.repeated == ("企业登记.csv", "双公示.csv", "坏.bin")
    assert again.files.is_empty()


def test_a_known_file_is_not_read_under_another_name(tmp_path, first):
    (tmp_path / "双公示.csv").rename(tmp_path / "双公示-再报.csv")
    assert "双公示-再报.csv" in ingested(tmp_path, history_after(first), rules=UNREADABLE).repeated


def test_one_byte_more_and_the_file_is_read(tmp_path, first):
    with (tmp_path / "双公示.csv").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(Asked):
        ingested(tmp_path, history_after(first), rules=UNREADABLE)
    assert ingested(tmp_path, history_after(first)).files["file_name"].to_list() == ["双公示.csv"]


def test_of_two_equal_files_the_first_by_path_is_read(tmp_path):
    put(tmp_path, "b/双公示.csv", [penalty()])
    put(tmp_path, "a/双公示.csv", [penalty()])
    result = ingested(tmp_path)
    assert result.files["file_name"].to_list() == ["a/双公示.csv"]
    assert result.repeated == ("b/双公示.csv",)
