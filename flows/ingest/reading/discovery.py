"""What lies in an inbox: the files to be read, and what lies there beside them and cannot be."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.ingest.reading.raw_file import FileFinding, RawFile

_PASSED_OVER = (".", "~$")  # hidden files, and the lock a spreadsheet program leaves beside an open workbook
_HALF_WRITTEN = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
_FILES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".et", ".ods")
_NO_FILES = {
    stat.S_IFIFO: "命名管道",
    stat.S_IFSOCK: "套接字",
    stat.S_IFCHR: "字符设备",
    stat.S_IFBLK: "块设备",
}


@dataclass(frozen=True)
class UnreadableEntry:
    """What lies in an inbox and cannot be read, and why."""

    path: Path
    finding: FileFinding


@dataclass(frozen=True)
class InboxContents:
    """The files of an inbox and what stands in the way of others, both in order of their path."""

    files: list[Path]
    obstacles: list[UnreadableEntry]


def list_inbox(inbox: Path) -> InboxContents:
    """What lies below `inbox`. Hidden, temporary and half-written files are passed over.

    A symbolic link is followed only to a file inside the inbox: a link out of it could name any file of the machine.
    Raises OSError where the inbox itself cannot be listed.
    """
    found = list(_walked(inbox, inbox.resolve()))
    files = sorted(one for one in found if isinstance(one, Path))
    return InboxContents(
        files, sorted((one for one in found if isinstance(one, UnreadableEntry)), key=lambda one: one.path)
    )


def readable_files(inbox: Path) -> list[Path]:
    """The files below `inbox` that can be read, in order of their path."""
    return list_inbox(inbox).files


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rejected_entry(obstacle: UnreadableEntry, inbox: Path) -> RawFile:
    """What cannot be read, for the account of files. Its id is made of its path and the reason: it has no bytes."""
    path = obstacle.path.relative_to(inbox)
    text = f"{obstacle.finding.code}\0{os.fsencode(path)!r}"
    return RawFile(hashlib.sha256(text.encode()).hexdigest(), printable_name(path), None, 0, finding=obstacle.finding)


def unopened_file(path: Path, inbox: Path, fault: OSError) -> RawFile:
    """A file that could not be opened, for the account of files."""
    why = "已不在原处" if isinstance(fault, FileNotFoundError) else fault.strerror or type(fault).__name__
    message = f"文件无法打开（{why}），未读取。请检查文件的权限和所在磁盘，或重新报送。"
    return rejected_entry(UnreadableEntry(path, FileFinding("cannot_open", message)), inbox)


def printable_name(path: Path) -> str:
    """A path as it can be written down: where its bytes are no UTF-8, as GB18030 reads them, else with their codes."""
    name = os.fsencode(path)
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "backslashreplace")


def _walked(folder: Path, root: Path) -> Iterator[Path | UnreadableEntry]:
    for path in folder.iterdir():
        is_hidden = path.name.startswith(_PASSED_OVER) and path.name not in _FILES
        if is_hidden or path.name.lower().endswith(_HALF_WRITTEN):
            continue
        try:
            path.name.encode()
        except UnicodeEncodeError:
            yield _obstacle(path, "name_not_utf_8", "名称不是 UTF-8 编码，无法记录，未读取。请改名后重新报送")
            continue
        try:
            yield from _seen(path, root)
        except (OSError, RuntimeError) as fault:  # a circle of links is a RuntimeError
            why = fault.strerror if isinstance(fault, OSError) else "链接循环"
            yield _obstacle(path, "cannot_open", f"无法打开（{why}），未读取。请检查权限和所在磁盘，或重新报送")


def _seen(path: Path, root: Path) -> Iterator[Path | UnreadableEntry]:
    """The file at `path`, or the files below it, or why there is none."""
    if path.is_symlink() and not path.exists():
        yield _obstacle(path, "broken_link", "是一个链接，其目标不存在。请放入文件本身")
        return
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        if path.is_symlink():  # it could lead out of the inbox, or round in a circle
            yield _obstacle(path, "linked_folder", "是指向文件夹的链接，不予进入。请放入文件夹本身")
            return
        if path.name.lower().endswith(_FILES):
            yield _obstacle(path, "folder_named_as_file", "是文件夹，不是文件；其中的文件照常读取")
        yield from _walked(path, root)
    elif not stat.S_ISREG(mode):
        kind = _NO_FILES.get(stat.S_IFMT(mode), "特殊文件")
        yield _obstacle(path, "no_file", f"是{kind}，不是文件，不予读取。请放入文件本身")
    elif not path.resolve().is_relative_to(root):
        yield _obstacle(path, "link_outside", "是指向收件文件夹以外的链接，不予读取。请放入文件本身")
    elif not os.access(path, os.R_OK):
        yield _obstacle(path, "cannot_open", "没有读取权限，未读取。请改正权限，或重新报送")
    else:
        yield path


def _obstacle(path: Path, code: str, what: str) -> UnreadableEntry:
    return UnreadableEntry(path, FileFinding(code, f"“{printable_name(Path(path.name))}”{what}。"))
