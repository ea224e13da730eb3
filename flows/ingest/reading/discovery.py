"""What is in an inbox: the files to be read, and the entries that cannot be read, with the reason."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.ingest.reading.raw_file import FileFinding, RawFile
from transforms.person_numbers import mask_text

_HIDDEN = (".", "~$")  # hidden files, and the lock that a spreadsheet program leaves beside an open workbook
_HALF_WRITTEN = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".et", ".ods")
_SPECIAL_FILES = {
    stat.S_IFIFO: "命名管道",
    stat.S_IFSOCK: "套接字",
    stat.S_IFCHR: "字符设备",
    stat.S_IFBLK: "块设备",
}


@dataclass(frozen=True)
class UnreadableEntry:
    """An entry of an inbox that cannot be read, and why."""

    path: Path
    finding: FileFinding


@dataclass(frozen=True)
class InboxContents:
    """The files of an inbox and its unreadable entries, both in order of their path."""

    files: list[Path]
    unreadable: list[UnreadableEntry]


def list_inbox(inbox: Path) -> InboxContents:
    """What is below `inbox`. Hidden, temporary and half-written files are ignored.

    A symbolic link is followed only to a file inside the inbox: a link out of it could name any file of the machine.
    Raises OSError where the inbox itself cannot be listed.
    """
    found = list(_walk(inbox, inbox.resolve()))
    files = sorted(one for one in found if isinstance(one, Path))
    return InboxContents(
        files, sorted((one for one in found if isinstance(one, UnreadableEntry)), key=lambda one: one.path)
    )


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rejected_entry(entry: UnreadableEntry, inbox: Path) -> RawFile:
    """An unreadable entry as a file with a finding. It has no bytes: its id is made of its path and the reason."""
    path = entry.path.relative_to(inbox)
    text = f"{entry.finding.code}\0{os.fsencode(path)!r}"
    name = mask_text(printable_name(path))
    return RawFile(hashlib.sha256(text.encode()).hexdigest(), name, None, 0, finding=entry.finding)


def unopened_file(path: Path, inbox: Path, fault: OSError) -> RawFile:
    """A file that could not be opened, as a file with a finding."""
    why = "已不在原处" if isinstance(fault, FileNotFoundError) else fault.strerror or type(fault).__name__
    message = f"文件无法打开（{why}），未读取。请检查文件的权限和所在磁盘，或重新报送。"
    return rejected_entry(UnreadableEntry(path, FileFinding("cannot_open", message)), inbox)


def printable_name(path: Path) -> str:
    """A path as text: where its bytes are not UTF-8, decoded as GB18030, else with their codes."""
    name = os.fsencode(path)
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "backslashreplace")


def _walk(folder: Path, root: Path) -> Iterator[Path | UnreadableEntry]:
    for path in folder.iterdir():
        is_hidden = path.name.startswith(_HIDDEN) and path.name not in _SUFFIXES
        if is_hidden or path.name.lower().endswith(_HALF_WRITTEN):
            continue
        try:
            path.name.encode()
        except UnicodeEncodeError:
            yield _unreadable(path, "name_not_utf_8", "名称不是 UTF-8 编码，无法记录，未读取。请改名后重新报送")
            continue
        try:
            yield from _entry(path, root)
        except (OSError, RuntimeError) as fault:  # a loop of links is a RuntimeError
            why = fault.strerror if isinstance(fault, OSError) else "链接循环"
            yield _unreadable(path, "cannot_open", f"无法打开（{why}），未读取。请检查权限和所在磁盘，或重新报送")


def _entry(path: Path, root: Path) -> Iterator[Path | UnreadableEntry]:
    """The file at `path`, or the entries below it, or why it cannot be read."""
    if path.is_symlink() and not path.exists():
        yield _unreadable(path, "broken_link", "是一个链接，其目标不存在。请放入文件本身")
        return
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        if path.is_symlink():  # it could lead out of the inbox, or into a loop
            yield _unreadable(path, "linked_folder", "是指向文件夹的链接，不予进入。请放入文件夹本身")
            return
        if path.name.lower().endswith(_SUFFIXES):
            yield _unreadable(path, "folder_named_as_file", "是文件夹，不是文件；其中的文件照常读取")
        yield from _walk(path, root)
    elif not stat.S_ISREG(mode):
        kind = _SPECIAL_FILES.get(stat.S_IFMT(mode), "特殊文件")
        yield _unreadable(path, "no_file", f"是{kind}，不是文件，不予读取。请放入文件本身")
    elif not path.resolve().is_relative_to(root):
        yield _unreadable(path, "link_outside", "是指向收件文件夹以外的链接，不予读取。请放入文件本身")
    elif not os.access(path, os.R_OK):
        yield _unreadable(path, "cannot_open", "没有读取权限，未读取。请改正权限，或重新报送")
    else:
        yield path


def _unreadable(path: Path, code: str, what: str) -> UnreadableEntry:
    return UnreadableEntry(path, FileFinding(code, f"“{printable_name(Path(path.name))}”{what}。"))
