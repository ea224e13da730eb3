"""What the machine may release: the latest version without some entries or with more masked, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports.exports import json_bytes
from reports.public_lists import PENALTIES, PenaltyEntry
from reports.publication import (
    ListFolder,
    Publication,
    WithdrawalReason,
    apply_delta,
    derivation_faults,
    file_faults,
    prepare_draft,
    read_index,
    release_draft,
    write_withdrawal,
)
from reports.publication.draft import released_entries
from reports.publication.version import INDEX, read_delta
from reports.publication.withdrawal import only_masks
from tests.reports import samples

NEXT = date(2026, 3, 2)
ENDED = WithdrawalReason("period", "总局令第107号第七条", "C", NEXT)
MASKED = WithdrawalReason("masked", "总局令第45号第六条", "C")
PHONE = "13800138000"


def published(root: Path, count: int = 5, **more: object) -> Path:
    publication = Publication(PENALTIES, "四川省药品监督管理局", samples.AS_OF, policy_hash="abc")
    return release_draft(root, prepare_draft(root, publication, samples.LISTS["penalties"][1](count, **more)))


def withdrawn(root: Path, count: int = 2, masking: WithdrawalReason | None = None) -> Path:
    keys = [PENALTIES.key_of(entry) for entry in released_entries(PENALTIES, root / "penalties" / "latest")]
    draft = write_withdrawal(root, PENALTIES, NEXT, dict.fromkeys(keys[:count], ENDED), masking)
    assert draft is not None
    return release_draft(root, draft)


def test_it_is_the_version_before_without_the_entries_named_and_says_why(tmp_path: Path):
    earlier = published(tmp_path)
    before = released_entries(PENALTIES, earlier)
    folder = withdrawn(tmp_path)
    index = read_index(folder)
    assert released_entries(PENALTIES, folder) == before[2:]
    assert (index.version, index.as_of, index.previous) == ("2026-03-02", NEXT, "2026-03-01")
    assert (index.released_by, index.reason) == ("machine", "依法撤下：公示期满 2 条")
    recorded = {(each.operation, each.key, each.cause, each.title, each.on, each.basis) for each in index.withdrawals}
    assert recorded == {("DEL", PENALTIES.key_of(e), "period", "公示期满", NEXT, ENDED.basis) for e in before[:2]}
    assert (index.policy_hash, index.office) == ("abc", "四川省药品监督管理局")
    delta = read_delta(PENALTIES, json.loads((folder / "delta.json").read_text(encoding="utf-8")))
    assert {(row.operation, row.cause) for row in delta.rows} == {("DEL", "公示期满")}
    assert apply_delta(before, delta) == before[2:]
    assert derivation_faults(PENALTIES, folder) == ()
    assert ListFolder(tmp_path / "penalties").latest() == "2026-03-02"


def test_a_key_that_the_latest_version_does_not_have_is_no_withdrawal(tmp_path: Path):
    published(tmp_path)
    with pytest.raises(KeyError, match="not in version 2026-03-01"):
        write_withdrawal(tmp_path, PENALTIES, NEXT, {("penalty:unknown",): ENDED})


def test_without_a_difference_there_is_no_version(tmp_path: Path):
    assert write_withdrawal(tmp_path, PENALTIES, NEXT, {}) is None
    published(tmp_path)
    assert write_withdrawal(tmp_path, PENALTIES, NEXT, {}, MASKED) is None


def with_entries(folder: Path, change) -> None:
    """Change the entries of a version as someone with write access to every file would: checksums are made to fit."""
    content = json.loads((folder / "list.json").read_text(encoding="utf-8"))
    content["entries"] = change(content["entries"])
    (folder / "list.json").write_bytes(json_bytes(content))
    with_index(folder, lambda index: index)


def with_index(folder: Path, change) -> None:
    index = read_index(folder)
    from reports.publication.version import describe_file

    files = tuple(describe_file(f.name, f.title, f.media_type, (folder / f.name).read_bytes()) for f in index.files)
    (folder / INDEX).write_bytes(change(index.model_copy(update={"files": files})).content())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda entries: [*entries, entries[0] | {"record_id": "penalty:another"}], "新增了条目 penalty:another"),
        (lambda entries: entries[1:], "被撤下而没有事由"),
        (lambda entries: [entries[0] | {"content": "另"}, *entries[1:]], "改动了条目"),
        (lambda entries: [entries[0] | {"decided_on": "2020-01-01"}, *entries[1:]], "改动了条目"),
    ],
    ids=["added", "taken without a cause", "changed", "another day"],
)
def test_what_is_more_than_a_withdrawal_is_found(tmp_path: Path, change, said: str):
    published(tmp_path)
    folder = withdrawn(tmp_path)
    with_entries(folder, change)
    assert file_faults(folder, "penalties") == (), "the files alone do not show it"
    (fault,) = derivation_faults(PENALTIES, folder)
    assert said in fault


def test_another_version_before_it_is_found(tmp_path: Path):
    earlier = published(tmp_path)
    folder = withdrawn(tmp_path)
    with_entries(earlier, lambda entries: [*entries, entries[0] | {"record_id": "penalty:another"}])
    (fault,) = derivation_faults(PENALTIES, folder)
    assert f"{earlier}：与 2026-03-02 所依据的上一版不同" in fault
    with_index(folder, lambda index: index.model_copy(update={"previous": None}))
    assert "上一版 None 缺失" in derivation_faults(PENALTIES, folder)[0]


def test_a_text_that_says_too_much_of_a_person_is_masked_and_nothing_else_changes(tmp_path: Path, monkeypatch):
    with monkeypatch.context() as before_the_rule:
        before_the_rule.setattr("reports.redaction._figures", lambda text: (text, set()))
        earlier = published(tmp_path, content=f"罚款，联系电话{PHONE}")
    assert PHONE in (earlier / "list.json").read_text(encoding="utf-8")
    folder = withdrawn(tmp_path, 1, MASKED)
    before, after = (released_entries(PENALTIES, each) for each in (earlier, folder))
    assert PHONE not in "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.[jc]s*"))
    assert [vars(entry) | {"content": ""} for entry in after] == [vars(one) | {"content": ""} for one in before[1:]]
    index = read_index(folder)
    assert index.reason == f"依法撤下：公示期满 1 条；依法隐去个人信息 {len(after)} 条"
    assert derivation_faults(PENALTIES, folder) == ()
    assert write_withdrawal(tmp_path, PENALTIES, NEXT, {}, MASKED) is None, "masked once, it stays as it is"


@pytest.mark.parametrize(
    ("shown", "is_one"),
    [
        ("罚款，电话***", True),
        ("罚款，***", True),
        ("罚款，电话13800138000", True),
        ("罚款", False),
        ("***罚款，电话13800138000", False),
        ("罚款1元，电话***", False),
        ("罚款，电话***及其他", False),
        ("某款，电话***", True),
    ],
)
def test_masking_adds_nothing_but_marks(shown: str, is_one: bool):
    entry = PenaltyEntry(NEXT, "鄂罚1号", "penalty:1", "甲", content="罚款，电话13800138000")
    assert only_masks(entry, replace(entry, content=shown)) is is_one
    assert not only_masks(entry, replace(entry, content=shown, published_on=NEXT))


def damaged(folder: Path, how: str, name: str) -> None:
    path = folder / name
    match how:
        case "emptied":
            path.write_bytes(b"")
        case "truncated":
            path.write_bytes(path.read_bytes()[:-7])
        case "altered":
            path.write_bytes(path.read_bytes()[:-1] + b"?")
        case "missing":
            path.unlink()


@pytest.mark.parametrize("name", ["list.html", "list.xlsx", "list.csv", "list.json", "delta.json", "delta.csv", INDEX])
@pytest.mark.parametrize("how", ["emptied", "truncated", "altered", "missing"])
def test_every_damage_of_every_file_is_named(tmp_path: Path, name: str, how: str):
    folder = published(tmp_path)
    assert file_faults(folder, "penalties") == ()
    damaged(folder, how, name)
    (fault,) = file_faults(folder, "penalties")
    assert fault.startswith(f"{folder / name}：")
    words = {"emptied": "文件为空", "truncated": "文件被", "altered": "文件被改动", "missing": "文件缺失"}
    assert words[how] in fault


def test_a_file_too_many_and_a_version_in_anothers_folder_are_named(tmp_path: Path):
    folder = published(tmp_path)
    (folder / "extra.html").write_text("x", encoding="utf-8")
    assert file_faults(folder, "penalties") == (f"{folder / 'extra.html'}：版本中多出的文件",)
    (folder / "extra.html").unlink()
    assert "不符" in file_faults(folder, "serious-violations")[0]
    moved = folder.rename(folder.with_name("2026-03-09"))
    assert "不符" in file_faults(moved, "penalties")[0]
    assert file_faults(folder, "penalties") == (f"{folder}：版本文件夹缺失",)


def test_a_text_of_many_masked_pieces_is_compared_piece_by_piece():
    entry = PenaltyEntry(NEXT, "鄂罚1号", "penalty:1", "甲", content="甲12" * 4000 + "乙")
    assert not only_masks(entry, replace(entry, content="甲*" * 4000 + "丙"))
    assert only_masks(entry, replace(entry, content="甲*" * 4000 + "乙"))
