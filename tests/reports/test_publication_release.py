"""Preparing and releasing: whole versions only, whatever breaks in between."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from reports.publication import (
    Draft,
    IndexProblem,
    Publication,
    ReleaseProblem,
    Shelf,
    apply,
    is_as_published,
    prepare,
    read_index,
    release,
    verify,
)
from reports.publication.delta import read
from reports.publication.folder import order
from reports.publication.work import released_entries
from reports.views.listing import LIST_FIELDS
from tests.reports import samples

LIST = Publication(
    name="serious-violation",
    title="严重违法失信名单",
    office="四川省药品监督管理局",
    as_of=samples.AS_OF,
    policy_version="1",
    policy_hash="abc",
    is_illustrative=True,
)
NAMES = {"list.html", "list.xlsx", "list.csv", "list.json", "delta.json", "delta.csv"}


class Crash(Exception):
    """The power went."""


def _publish(root: Path, count: int, **more: object) -> Draft:
    draft = prepare(root, replace(LIST, **more), samples.entries(count))
    release(root, LIST.name, draft.version, draft.digest)
    return draft


def _shelf(root: Path) -> Shelf:
    return Shelf(root / LIST.name)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_draft_shows_readers_nothing(tmp_path: Path):
    draft = prepare(tmp_path, LIST, samples.entries())
    assert _shelf(tmp_path).latest() is None
    assert _shelf(tmp_path).versions() == ()
    assert draft.folder == tmp_path / LIST.name / "drafts" / "2026-03-01"
    assert {path.name for path in draft.folder.iterdir()} == NAMES | {"index.json"}


def test_the_same_draft_twice_has_the_same_bytes(tmp_path: Path):
    one = prepare(tmp_path, LIST, samples.entries())
    first = _bytes(one.folder)
    again = prepare(tmp_path, LIST, samples.entries().reverse())
    elsewhere = prepare(tmp_path / "elsewhere", LIST, samples.entries().lazy())
    assert first == _bytes(again.folder) == _bytes(elsewhere.folder)
    assert one.digest == again.digest == elsewhere.digest


def test_the_index_is_what_it_says(tmp_path: Path):
    draft = prepare(tmp_path, LIST, samples.entries())
    index = verify(draft.folder)
    assert index == draft.index == read_index(draft.folder)
    assert {file.name for file in index.files} == NAMES
    assert all((draft.folder / file.name).stat().st_size == file.size for file in index.files)
    assert (index.count, index.previous, index.is_illustrative) == (12, None, True)
    assert (index.delta.added, index.delta.modified, index.delta.removed) == (12, 0, 0)


def test_every_format_says_the_same(tmp_path: Path):
    folder = prepare(tmp_path, LIST, samples.entries()).folder
    table = json.loads((folder / "list.json").read_text(encoding="utf-8"))["table"]["rows"]
    rows = list(csv.DictReader(io.StringIO((folder / "list.csv").read_text(encoding="utf-8-sig"))))[:-1]
    sheet = openpyxl.load_workbook(folder / "list.xlsx").worksheets[0]
    names = [sheet.cell(row, 2).value for row in range(6, 6 + len(table))]
    assert [row["企业名称"].removeprefix("'") for row in rows] == [row["name"] for row in table] == names
    assert [row["列入日期"] for row in rows] == [row["listed_on"] for row in table]
    assert [field.label for field in LIST_FIELDS] == list(rows[0])
    assert [cell.value for cell in sheet[5]] == list(rows[0])


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_file_carries_the_notice(tmp_path: Path, name: str):
    folder = prepare(tmp_path, LIST, samples.entries()).folder
    content = (folder / name).read_bytes()
    if name.endswith(".xlsx"):
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        assert all("示例标准" in str(sheet["A2"].value) for sheet in sheets)
    else:
        assert "示例标准" in content.decode("utf-8")


def test_a_list_is_as_published_until_an_entry_differs(tmp_path: Path):
    assert not is_as_published(tmp_path, LIST.name, samples.entries(0))
    _publish(tmp_path, 5)
    assert is_as_published(tmp_path, LIST.name, samples.entries(5).reverse())
    assert not is_as_published(tmp_path, LIST.name, samples.entries(4))
    assert not is_as_published(tmp_path, LIST.name, samples.entries(5, reason="另"))


def test_an_empty_list_is_published_as_empty(tmp_path: Path):
    draft = prepare(tmp_path, LIST, samples.entries(0))
    assert draft.index.count == 0
    assert "名单为空" in (draft.folder / "list.html").read_text(encoding="utf-8")
    assert "名单为空" in openpyxl.load_workbook(draft.folder / "list.xlsx").worksheets[0]["A6"].value
    assert json.loads((draft.folder / "list.json").read_text(encoding="utf-8"))["entries"] == []


def test_a_release_moves_latest_and_the_next_of_the_day_is_numbered(tmp_path: Path):
    versions = [_publish(tmp_path, count).version for count in (3, 4, 5)]
    assert versions == ["2026-03-01", "2026-03-01-2", "2026-03-01-3"]
    assert _shelf(tmp_path).versions() == tuple(versions)
    assert _shelf(tmp_path).latest() == "2026-03-01-3"
    assert read_index(tmp_path / LIST.name / "latest").version == "2026-03-01-3"
    assert list((tmp_path / LIST.name / "drafts").iterdir()) == []


def test_versions_sort_by_day_and_number():
    names = ["2026-03-01-10", "2026-03-01-2", "2026-03-01", "2026-02-28-3"]
    assert sorted(names, key=order) == ["2026-02-28-3", "2026-03-01", "2026-03-01-2", "2026-03-01-10"]
    with pytest.raises(ValueError, match="is no version"):
        order("latest")


def test_the_delta_of_each_version_leads_to_it(tmp_path: Path):
    steps = [(6, date(2026, 3, 1)), (8, date(2026, 3, 2)), (5, date(2026, 3, 3))]
    drafts = [_publish(tmp_path, count, as_of=day) for count, day in steps]
    entries: tuple = ()
    for draft in drafts:
        folder = _shelf(tmp_path).version(draft.version)
        entries = apply(entries, read(json.loads((folder / "delta.json").read_text(encoding="utf-8"))))
        assert entries == released_entries(folder)
    assert [draft.index.previous for draft in drafts] == [None, "2026-03-01", "2026-03-02"]


def test_a_changed_draft_needs_a_new_approval(tmp_path: Path):
    approved = prepare(tmp_path, LIST, samples.entries(3))
    prepare(tmp_path, LIST, samples.entries(4))
    with pytest.raises(ReleaseProblem, match="not the one approved"):
        release(tmp_path, LIST.name, approved.version, approved.digest)
    assert _shelf(tmp_path).latest() is None


def test_a_tampered_file_is_not_released(tmp_path: Path):
    draft = prepare(tmp_path, LIST, samples.entries(3))
    (draft.folder / "list.csv").write_text("x", encoding="utf-8")
    with pytest.raises(IndexProblem, match=r"list\.csv: expected SHA-256"):
        release(tmp_path, LIST.name, draft.version, draft.digest)
    assert _shelf(tmp_path).latest() is None


def test_an_unknown_draft_is_said(tmp_path: Path):
    with pytest.raises(ReleaseProblem, match="no draft 2026-03-01"):
        release(tmp_path, LIST.name, "2026-03-01", "x")


def test_a_version_that_was_overtaken_is_not_released(tmp_path: Path):
    early = prepare(tmp_path, LIST, samples.entries(3))
    _publish(tmp_path, 4, as_of=date(2026, 3, 2))
    with pytest.raises(ReleaseProblem, match="2026-03-02 came since"):
        release(tmp_path, LIST.name, early.version, early.digest)
    with pytest.raises(ReleaseProblem, match="only goes forward"):
        prepare(tmp_path, LIST, samples.entries(3))


@pytest.mark.parametrize(
    ("content", "said"), [(b"{", "Invalid JSON"), (b'{"list": 1}', "list: Input should be"), (None, "cannot be read")]
)
def test_a_broken_index_is_said(tmp_path: Path, content: bytes | None, said: str):
    if content is not None:
        (tmp_path / "index.json").write_bytes(content)
    with pytest.raises(IndexProblem, match=said):
        read_index(tmp_path)


class _Fuse:
    """Lets `after` calls of the file system through, then raises; `calls` counts all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
        self.after, self.calls = after, 0
        for name in ("replace", "symlink_to", "mkdir", "unlink", "open"):
            monkeypatch.setattr(Path, name, self._guarded(getattr(Path, name)))

    def _guarded(self, real):
        def guarded(path, *args, **kwargs):
            self.calls += 1
            if self.calls > self.after:
                raise Crash
            return real(path, *args, **kwargs)

        return guarded


def test_a_crash_at_any_step_leaves_a_whole_version_and_running_again_finishes(tmp_path: Path):
    expected = tmp_path / "expected"
    _publish(expected, 3)
    approved = _publish(expected, 5)
    wanted = _bytes(expected / LIST.name / "latest")
    crashes = 0
    for after in range(60):
        root = tmp_path / f"after{after}"
        _publish(root, 3)
        with pytest.MonkeyPatch.context() as patch:
            _Fuse(patch, after)
            try:
                _publish(root, 5)
            except Crash:
                crashes += 1
            else:
                break
        latest = _shelf(root).latest()
        assert latest in {"2026-03-01", "2026-03-01-2"}
        assert verify(root / LIST.name / "latest").version == latest
        if latest == "2026-03-01":
            assert prepare(root, LIST, samples.entries(5)).digest == approved.digest
        for _ in range(2):
            release(root, LIST.name, approved.version, approved.digest)
        assert _bytes(root / LIST.name / "latest") == wanted
        assert _shelf(root).versions() == ("2026-03-01", "2026-03-01-2")
        assert list((root / LIST.name / "drafts").glob("*")) == []
    assert crashes >= 10


def _power_cut(*_args: object, **_more: object) -> None:
    raise Crash


def _placed_but_not_pointed_at(root: Path, monkeypatch: pytest.MonkeyPatch) -> Draft:
    _publish(root, 3)
    draft = prepare(root, LIST, samples.entries(5))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", _power_cut)
        with pytest.raises(Crash):
            release(root, LIST.name, draft.version, draft.digest)
    assert _shelf(root).version(draft.version).is_dir()
    assert _shelf(root).latest() == "2026-03-01"
    return draft


def test_what_was_placed_but_never_seen_is_no_version_and_can_be_finished(tmp_path: Path, monkeypatch):
    draft = _placed_but_not_pointed_at(tmp_path, monkeypatch)
    assert _shelf(tmp_path).versions() == ("2026-03-01",)
    release(tmp_path, LIST.name, draft.version, draft.digest)
    assert _shelf(tmp_path).versions() == ("2026-03-01", "2026-03-01-2")


def test_what_was_placed_but_never_seen_gives_way_to_what_was_approved_since(tmp_path: Path, monkeypatch):
    early = _placed_but_not_pointed_at(tmp_path, monkeypatch)
    late = _publish(tmp_path, 6)
    assert late.version == early.version
    assert read_index(tmp_path / LIST.name / "latest").count == 6
    with pytest.raises(ReleaseProblem, match="not the one approved"):
        release(tmp_path, LIST.name, early.version, early.digest)


def test_without_links_a_pointer_says_which_version_is_the_latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_args: object, **_more: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    for count in (3, 4):
        _publish(tmp_path, count)
    assert _shelf(tmp_path).latest() == "2026-03-01-2"
    assert json.loads((tmp_path / LIST.name / "latest.json").read_text()) == {"version": "2026-03-01-2"}
