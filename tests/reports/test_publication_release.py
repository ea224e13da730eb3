"""Preparing and releasing: only complete versions, whatever breaks in between."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from reports.public_lists import ListSpec
from reports.publication import (
    Draft,
    IndexProblem,
    ListFolder,
    Publication,
    ReleaseProblem,
    apply_delta,
    is_as_published,
    prepare_draft,
    read_index,
    release_draft,
    verify_files,
)
from reports.publication.draft import released_entries
from reports.publication.version import read_delta, version_order
from tests.reports import samples
from tests.reports.power import Crash, Fuse

NAMES = {"list.html", "list.xlsx", "list.csv", "list.json", "delta.json", "delta.csv"}


@pytest.fixture(params=sorted(samples.LISTS))
def a(request) -> Listed:
    """A list with sample entries: whatever holds of a publication holds of every list."""
    return Listed(*samples.LISTS[request.param])


@dataclass(frozen=True)
class Listed:
    """A list under test: what it looks like, and entries for it."""

    spec: ListSpec
    entries: Callable[..., pl.DataFrame]

    def publication(self, **more: object) -> Publication:
        known = {"office": "四川省药品监督管理局", "as_of": samples.AS_OF, "is_illustrative": True}
        return Publication(self.spec, **(known | {"policy_version": "1", "policy_hash": "abc"} | more))

    def prepare(self, root: Path, count: int = 12, **more: object) -> Draft:
        return prepare_draft(root, self.publication(**more), self.entries(count))

    def release(self, root: Path, draft: Draft) -> None:
        release_draft(root, replace(draft, folder=self.shelf(root).draft(draft.version)))

    def publish(self, root: Path, count: int, **more: object) -> Draft:
        draft = self.prepare(root, count, **more)
        self.release(root, draft)
        return draft

    def shelf(self, root: Path) -> ListFolder:
        return ListFolder(root / self.spec.name)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_draft_shows_readers_nothing(a: Listed, tmp_path: Path):
    draft = a.prepare(tmp_path)
    assert a.shelf(tmp_path).latest() is None
    assert a.shelf(tmp_path).versions() == ()
    assert draft.folder == tmp_path / a.spec.name / "drafts" / "2026-03-01"
    assert {path.name for path in draft.folder.iterdir()} == NAMES | {"index.json"}


def test_the_same_draft_twice_has_the_same_bytes(a: Listed, tmp_path: Path):
    one = a.prepare(tmp_path)
    first = _bytes(one.folder)
    again = prepare_draft(tmp_path, a.publication(), a.entries().reverse())
    elsewhere = prepare_draft(tmp_path / "elsewhere", a.publication(), a.entries().lazy())
    assert first == _bytes(again.folder) == _bytes(elsewhere.folder)
    assert one.digest == again.digest == elsewhere.digest


def test_the_index_is_what_it_says(a: Listed, tmp_path: Path):
    draft = a.prepare(tmp_path)
    index = verify_files(draft.folder)
    assert index == draft.index == read_index(draft.folder)
    assert {file.name for file in index.files} == NAMES
    assert all((draft.folder / file.name).stat().st_size == file.size for file in index.files)
    assert (index.count, index.previous, index.is_illustrative) == (12, None, True)
    assert (index.delta.added, index.delta.modified, index.delta.removed) == (12, 0, 0)


def test_every_format_says_the_same(a: Listed, tmp_path: Path):
    folder = a.prepare(tmp_path).folder
    table = json.loads((folder / "list.json").read_text(encoding="utf-8"))["table"]["rows"]
    rows = list(csv.DictReader(io.StringIO((folder / "list.csv").read_text(encoding="utf-8-sig"))))[:-1]
    sheet = openpyxl.load_workbook(folder / "list.xlsx").worksheets[0]
    day, column = (
        next(one for one in (*a.spec.order, *a.spec.key) if one in a.spec.labels),
        list(a.spec.labels).index("name") + 1,
    )
    names = [sheet.cell(row, column).value for row in range(6, 6 + len(table))]
    assert [row[a.spec.labels["name"]].removeprefix("'") for row in rows] == [row["name"] for row in table] == names
    assert [row[a.spec.labels[day]] for row in rows] == [row[day] for row in table]
    assert [field.label for field in a.spec.fields] == list(rows[0])
    assert [cell.value for cell in sheet[5]] == list(rows[0])


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_file_carries_the_notice(a: Listed, tmp_path: Path, name: str):
    folder = a.prepare(tmp_path).folder
    content = (folder / name).read_bytes()
    if name.endswith(".xlsx"):
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        assert all("示例标准" in str(sheet["A2"].value) for sheet in sheets)
    else:
        assert "示例标准" in content.decode("utf-8")


def test_a_list_is_as_published_until_an_entry_differs(a: Listed, tmp_path: Path):
    assert not is_as_published(tmp_path, a.spec, a.entries(0))
    a.publish(tmp_path, 5)
    assert is_as_published(tmp_path, a.spec, a.entries(5).reverse())
    assert not is_as_published(tmp_path, a.spec, a.entries(4))
    assert not is_as_published(tmp_path, a.spec, a.entries(5, uscc="另"))


def test_an_empty_list_is_published_as_empty(a: Listed, tmp_path: Path):
    draft = a.prepare(tmp_path, 0)
    assert draft.index.count == 0
    assert a.spec.notes.empty in (draft.folder / "list.html").read_text(encoding="utf-8")
    assert a.spec.notes.empty in openpyxl.load_workbook(draft.folder / "list.xlsx").worksheets[0]["A6"].value
    assert json.loads((draft.folder / "list.json").read_text(encoding="utf-8"))["entries"] == []


def test_a_release_moves_latest_and_the_next_of_the_day_is_numbered(a: Listed, tmp_path: Path):
    versions = [a.publish(tmp_path, count).version for count in (3, 4, 5)]
    assert versions == ["2026-03-01", "2026-03-01-2", "2026-03-01-3"]
    assert a.shelf(tmp_path).versions() == tuple(versions)
    assert a.shelf(tmp_path).latest() == "2026-03-01-3"
    assert read_index(tmp_path / a.spec.name / "latest").version == "2026-03-01-3"
    assert list((tmp_path / a.spec.name / "drafts").iterdir()) == []


def test_versions_sort_by_day_and_number():
    names = ["2026-03-01-10", "2026-03-01-2", "2026-03-01", "2026-02-28-3"]
    assert sorted(names, key=version_order) == ["2026-02-28-3", "2026-03-01", "2026-03-01-2", "2026-03-01-10"]
    with pytest.raises(ValueError, match="is no version"):
        version_order("latest")


def test_the_delta_of_each_version_leads_to_it(a: Listed, tmp_path: Path):
    steps = [(6, date(2026, 3, 1)), (8, date(2026, 3, 2)), (5, date(2026, 3, 3))]
    drafts = [a.publish(tmp_path, count, as_of=day) for count, day in steps]
    entries: tuple = ()
    for draft in drafts:
        folder = a.shelf(tmp_path).version(draft.version)
        entries = apply_delta(
            entries, read_delta(a.spec, json.loads((folder / "delta.json").read_text(encoding="utf-8")))
        )
        assert entries == released_entries(a.spec, folder)
    assert [draft.index.previous for draft in drafts] == [None, "2026-03-01", "2026-03-02"]


def test_a_changed_draft_needs_a_new_approval(a: Listed, tmp_path: Path):
    approved = a.prepare(tmp_path, 3)
    a.prepare(tmp_path, 4)
    with pytest.raises(ReleaseProblem, match="not the one approved"):
        a.release(tmp_path, approved)
    assert a.shelf(tmp_path).latest() is None


def test_a_tampered_file_is_not_released(a: Listed, tmp_path: Path):
    draft = a.prepare(tmp_path, 3)
    (draft.folder / "list.csv").write_text("x", encoding="utf-8")
    with pytest.raises(IndexProblem, match=r"list\.csv: expected SHA-256"):
        a.release(tmp_path, draft)
    assert a.shelf(tmp_path).latest() is None


def test_an_unknown_draft_is_said(a: Listed, tmp_path: Path):
    draft = a.prepare(tmp_path, 3)
    shutil.rmtree(draft.folder)
    with pytest.raises(ReleaseProblem, match="no draft 2026-03-01"):
        a.release(tmp_path, draft)


def test_a_version_that_was_overtaken_is_not_released(a: Listed, tmp_path: Path):
    early = a.prepare(tmp_path, 3)
    a.publish(tmp_path, 4, as_of=date(2026, 3, 2))
    with pytest.raises(ReleaseProblem, match="2026-03-02 came since"):
        a.release(tmp_path, early)
    with pytest.raises(ReleaseProblem, match="名单只能向后发布"):
        a.prepare(tmp_path, 3)


@pytest.mark.parametrize(
    ("content", "said"), [(b"{", "Invalid JSON"), (b'{"list": 1}', "list: Input should be"), (None, "cannot be read")]
)
def test_a_broken_index_is_said(tmp_path: Path, content: bytes | None, said: str):
    if content is not None:
        (tmp_path / "index.json").write_bytes(content)
    with pytest.raises(IndexProblem, match=said):
        read_index(tmp_path)


def test_a_crash_at_any_step_leaves_a_complete_version_and_running_again_finishes(a: Listed, tmp_path: Path):
    expected = tmp_path / "expected"
    a.publish(expected, 3)
    approved = a.publish(expected, 5)
    wanted = _bytes(expected / a.spec.name / "latest")
    crashes = 0
    for after in range(60):
        root = tmp_path / f"after{after}"
        a.publish(root, 3)
        try:
            with Fuse(after):
                a.publish(root, 5)
        except Crash:
            crashes += 1
        else:
            break
        latest = a.shelf(root).latest()
        assert latest in {"2026-03-01", "2026-03-01-2"}
        assert verify_files(root / a.spec.name / "latest").version == latest
        if latest == "2026-03-01":
            assert a.prepare(root, 5).digest == approved.digest
        for _ in range(2):
            a.release(root, approved)
        assert _bytes(root / a.spec.name / "latest") == wanted
        assert a.shelf(root).versions() == ("2026-03-01", "2026-03-01-2")
        assert list((root / a.spec.name / "drafts").glob("*")) == []
    assert crashes >= 10


def _power_cut(*_args: object, **_more: object) -> None:
    raise Crash


def _placed_but_not_pointed_at(a: Listed, root: Path, monkeypatch: pytest.MonkeyPatch) -> Draft:
    a.publish(root, 3)
    draft = a.prepare(root, 5)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", _power_cut)
        with pytest.raises(Crash):
            a.release(root, draft)
    assert a.shelf(root).version(draft.version).is_dir()
    assert a.shelf(root).latest() == "2026-03-01"
    return draft


def test_what_was_placed_but_never_seen_is_no_version_and_can_be_finished(a: Listed, tmp_path: Path, monkeypatch):
    draft = _placed_but_not_pointed_at(a, tmp_path, monkeypatch)
    assert a.shelf(tmp_path).versions() == ("2026-03-01",)
    a.release(tmp_path, draft)
    assert a.shelf(tmp_path).versions() == ("2026-03-01", "2026-03-01-2")


def test_what_was_placed_but_never_seen_gives_way_to_what_was_approved_since(a: Listed, tmp_path: Path, monkeypatch):
    early = _placed_but_not_pointed_at(a, tmp_path, monkeypatch)
    late = a.publish(tmp_path, 6)
    assert late.version == early.version
    assert read_index(tmp_path / a.spec.name / "latest").count == 6
    with pytest.raises(ReleaseProblem, match="not the one approved"):
        a.release(tmp_path, early)


def test_without_links_a_pointer_says_which_version_is_the_latest(
    a: Listed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_args: object, **_more: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    for count in (3, 4):
        a.publish(tmp_path, count)
    assert a.shelf(tmp_path).latest() == "2026-03-01-2"
    assert json.loads((tmp_path / a.spec.name / "latest.json").read_text()) == {"version": "2026-03-01-2"}
