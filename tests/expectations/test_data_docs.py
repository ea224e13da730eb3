"""What is kept with a run: results, pages, and the most severe finding in words."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from expectations import Verdict, explain_gravest, write_data_docs
from tests.expectations.clean_rows import GATE, rows

HOSTILE = "<script>alert(1)</script>"


class Fetched(HTMLParser):
    """What a browser would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.urls += [value or "" for name, value in attrs if name in ("src", "href")]


@pytest.fixture(scope="module")
def verdicts() -> tuple[Verdict, ...]:
    return (
        GATE.validate("penalty", rows("penalty", fine_fen=-1, decision_no=HOSTILE)),
        GATE.validate("files", rows("files")),
        GATE.validate("night_accounts", rows("night_accounts", quarantined_count=300)),
    )


def test_every_table_has_results_and_a_page(verdicts: tuple[Verdict, ...], tmp_path: Path) -> None:
    index = write_data_docs(verdicts, tmp_path / "gate", title="nightly-2026-03-01-1")
    assert index == tmp_path / "gate" / "index.html"
    assert {path.name for path in index.parent.iterdir()} == {"index.html"} | {
        f"{table}.{kind}" for table in ("penalty", "files", "night_accounts") for kind in ("json", "html")
    }
    said = json.loads((index.parent / "penalty.json").read_text(encoding="utf-8"))
    assert (said["is_passed"], said["row_count"]) == (False, 3)
    broken = [result for result in said["results"] if not result["success"]]
    assert [result["expectation_config"]["kwargs"]["column"] for result in broken] == ["fine_fen"]


def test_nothing_is_fetched_and_nothing_runs(verdicts: tuple[Verdict, ...], tmp_path: Path) -> None:
    folder = write_data_docs(verdicts, tmp_path).parent
    for page in folder.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        found = Fetched()
        found.feed(text)
        assert all((folder / url).is_file() for url in found.urls), page.name
        assert not found.tags & {"script", "link", "img", "iframe", "object"}
        assert not re.search(r"https?:|@import|url\(", text)


def test_names_from_outside_are_shown_as_text(verdicts: tuple[Verdict, ...], tmp_path: Path) -> None:
    write_data_docs(verdicts, tmp_path)
    for name in ("penalty.html", "index.html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert HOSTILE not in text


def test_the_same_verdicts_give_the_same_bytes(verdicts: tuple[Verdict, ...], tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_data_docs(verdicts, tmp_path / folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_table_checked_twice_keeps_both_results(verdicts: tuple[Verdict, ...], tmp_path: Path) -> None:
    write_data_docs((verdicts[1], verdicts[1]), tmp_path)
    assert (tmp_path / "files-2.json").is_file()
    assert 'href="files-2.html"' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_rejected_file_is_not_explained_as_contradicting_columns() -> None:
    frame = rows("files", 1).with_columns(finding=pl.lit("没有来源认识这个文件名"))
    (said, zh) = (explain_gravest([GATE.validate("files", frame)], chinese=chinese) for chinese in (False, True))
    assert "no source knows a file of that name" in said
    assert "没有来源认识这样的文件名" in zh
    assert "contradict" not in said


def test_the_most_severe_finding_has_an_example_and_where_to_read_on(verdicts: tuple[Verdict, ...]) -> None:
    said = explain_gravest(verdicts, Path("runs/nightly-2026-03-01-1/gate"))
    assert said.splitlines()[0] == (
        "Look first at penalty.fine_fen (罚款金额（分）): "
        "expected: fine_fen is 0 or more; found otherwise in 1 of 3 rows."
    )
    assert "For example: record_id=record_id-1, version_no=1" in said
    assert "fine_fen=-1" in said
    assert "Besides: 1 warning." in said
    assert said.endswith("All results: runs/nightly-2026-03-01-1/gate/index.html")


def test_one_critical_finding_outweighs_many_warnings() -> None:
    many = GATE.validate("trace", rows("trace", 9).with_columns(event_on=pl.date(2026, 1, 1)))
    assert len(many.findings) == 1
    one = GATE.validate("penalty", rows("penalty", fine_fen=-1))
    assert explain_gravest([many, one]).startswith("Look first at penalty.fine_fen")


def test_a_volume_finding_names_the_table_and_a_likely_cause() -> None:
    said = explain_gravest([GATE.validate("present_ratings", rows("present_ratings", 1), previous_count=9)])
    assert said.startswith("Look first at table present_ratings: expected: at least 5 rows")
    assert "sent only part of its data" in said


def test_too_many_quarantined_rows_point_to_their_source() -> None:
    said = explain_gravest([GATE.validate("night_accounts", rows("night_accounts", quarantined_count=300))])
    assert said.startswith("Look first at night_accounts.quarantined_count, read_count")
    assert "a source has changed its format" in said


def test_no_finding_gives_no_text() -> None:
    assert explain_gravest([GATE.validate("files", rows("files"))]) == ""
