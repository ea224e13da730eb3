"""What counts as a file of an inbox, and what is named beside them."""

import os
import socket

import pytest

from flows.ingest.reading.discovery import list_inbox, rejected_entry


def make(inbox, *names):
    for name in names:
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a\n1\n")


def obstacles(inbox):
    """Name and reason of what cannot be read."""
    return {one.path.relative_to(inbox).as_posix(): one.finding.code for one in list_inbox(inbox).unreadable}


def test_files_in_order_of_their_path(tmp_path):
    make(tmp_path, "乙.csv", "b/2.csv", "b/1.xlsx", "a.csv")
    found = [path.relative_to(tmp_path).as_posix() for path in list_inbox(tmp_path).files]
    assert found == ["a.csv", "b/1.xlsx", "b/2.csv", "乙.csv"]
    assert obstacles(tmp_path) == {}


def test_hidden_temporary_and_half_written_files_are_passed_over(tmp_path):
    make(tmp_path, ".hidden.csv", ".git/a.csv", "~$a.xlsx", "a.csv.part", "b.csv.TMP", "kept.csv")
    assert [path.name for path in list_inbox(tmp_path).files] == ["kept.csv"]
    assert obstacles(tmp_path) == {}


def test_links_out_of_the_inbox_are_refused_and_named(tmp_path):
    outside, inbox = tmp_path / "outside", tmp_path / "inbox"
    make(outside, "secret.csv", "folder/more.csv")
    make(inbox, "a.csv")
    (inbox / "link.csv").symlink_to(outside / "secret.csv")
    (inbox / "folder").symlink_to(outside / "folder")
    (inbox / "gone.csv").symlink_to(outside / "nothing.csv")
    (inbox / "round").symlink_to(inbox)
    (inbox / "itself.csv").symlink_to(inbox / "itself.csv")
    (inbox / "same.csv").symlink_to(inbox / "a.csv")
    assert [path.name for path in list_inbox(inbox).files] == ["a.csv", "same.csv"]
    assert obstacles(inbox) == {
        "link.csv": "link_outside",
        "folder": "linked_folder",
        "gone.csv": "broken_link",
        "round": "linked_folder",
        "itself.csv": "broken_link",
    }


def test_what_is_no_file_is_named(tmp_path):
    os.mkfifo(tmp_path / "管道.csv")
    (tmp_path / "to-pipe.csv").symlink_to(tmp_path / "管道.csv")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "s.csv"))
    make(tmp_path, "夹.csv/里面.csv", ".csv/一.csv")
    assert [path.relative_to(tmp_path).as_posix() for path in list_inbox(tmp_path).files] == [
        ".csv/一.csv",
        "夹.csv/里面.csv",
    ]
    assert obstacles(tmp_path) == {
        "管道.csv": "no_file",
        "to-pipe.csv": "no_file",
        "s.csv": "no_file",
        "夹.csv": "folder_named_as_file",
        ".csv": "folder_named_as_file",
    }
    messages = {one.path.name: one.finding.message for one in list_inbox(tmp_path).unreadable}
    assert messages["管道.csv"] == "“管道.csv”是命名管道，不是文件，不予读取。请放入文件本身。"


def test_a_name_that_is_not_utf_8_is_named_as_it_was_meant(tmp_path):
    for name in ("处罚.csv".encode("gbk"), b"\xff\xff.csv"):
        (tmp_path / os.fsdecode(name)).write_text("a\n1\n")
    found = list_inbox(tmp_path)
    assert found.files == []
    raws = [rejected_entry(one, tmp_path) for one in found.unreadable]
    assert {raw.file_name for raw in raws} == {"处罚.csv", r"\xff\xff.csv"}
    assert {raw.finding.code for raw in raws} == {"name_not_utf_8"}
    assert len({raw.file_id for raw in raws}) == 2
    assert all(raw.finding.message.encode() for raw in raws)


@pytest.mark.skipif(os.geteuid() == 0, reason="who may do everything is refused nothing")
def test_a_file_and_a_folder_that_may_not_be_read_are_named(tmp_path):
    make(tmp_path, "a.csv", "zu.csv", "zu/b.csv")
    (tmp_path / "zu.csv").chmod(0)
    (tmp_path / "zu").chmod(0)
    assert [path.name for path in list_inbox(tmp_path).files] == ["a.csv"]
    assert obstacles(tmp_path) == {"zu.csv": "cannot_open", "zu": "cannot_open"}
    (tmp_path / "zu").chmod(0o700)


def test_an_empty_inbox(tmp_path):
    assert list_inbox(tmp_path).files == []


def test_an_inbox_that_is_not_there_is_no_empty_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        list_inbox(tmp_path / "nowhere")
