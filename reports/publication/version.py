"""A version of a list on disk: its folder, `index.json` as a typed contract, the checks of its files, and its
difference from the previous version.

The law of differences: apply(previous, delta_of(previous, current)) == current.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reports.atomic_files import fsync_file, fsync_folder, write_atomically
from reports.exports import json_bytes
from reports.grid import Grid, GridField, grid_from_rows
from reports.public_lists import EntryKey, ListEntry, ListSpec, Operation

OPERATIONS: dict[str, str] = {"ADD": "新增", "MOD": "变更", "DEL": "移除"}
Causes = Mapping[tuple[Operation, EntryKey], str]


class DeltaProblem(ValueError):
    """A delta that does not fit the version it is applied to."""


@dataclass(frozen=True)
class DeltaRow:
    """One difference. entry: as it is now; for DEL as it was last. changed: columns that differ."""

    operation: Operation
    cause: str
    entry: ListEntry
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delta:
    """All differences of a list from version `previous` (None for the first) to `current`, sorted by key."""

    spec: ListSpec
    previous: str | None
    current: str
    rows: tuple[DeltaRow, ...]

    def count(self, operation: Operation) -> int:
        """How many rows are of that kind."""
        return sum(row.operation == operation for row in self.rows)

    @property
    def grid(self) -> Grid:
        """The delta as a table."""
        head = (
            GridField("operation", "变动", "words", OPERATIONS),
            GridField("cause", "变动原因"),
            GridField("changed", "变更栏目", "texts"),
        )
        rows = []
        for row in self.rows:
            changed = [self.spec.labels.get(name, name) for name in row.changed]
            shown = (getattr(row.entry, field.name) for field in self.spec.fields[1:])
            rows.append((row.operation, row.cause, changed, *shown))
        return grid_from_rows("delta", "与上一版的差异", (*head, *self.spec.fields[1:]), rows, "与上一版相同")

    def content(self) -> dict[str, Any]:
        """The delta as plain values for JSON; `read_delta` reads it back."""
        return {"previous": self.previous, "current": self.current, "rows": [asdict(row) for row in self.rows]}


def read_delta(spec: ListSpec, content: Mapping[str, Any]) -> Delta:
    """The delta of that list from the JSON of `Delta.content`."""
    rows = [
        DeltaRow(row["operation"], row["cause"], entry_from_json(spec, row["entry"]), tuple(row["changed"]))
        for row in content["rows"]
    ]
    return Delta(spec, content["previous"], content["current"], tuple(rows))


def entry_from_json(spec: ListSpec, content: Mapping[str, Any]) -> ListEntry:
    """An entry of that list from JSON: days come as text."""
    days = {name for name in content if name.endswith("_on")}
    values: dict[str, Any] = {n: date.fromisoformat(v) if n in days and v else v for n, v in content.items()}
    return spec.entry(**values)


def delta_of(
    spec: ListSpec,
    previous: Sequence[ListEntry],
    current: Sequence[ListEntry],
    versions: tuple[str | None, str],
    causes: Causes,
) -> Delta:
    """What differs. causes: codes of spec.causes by operation and key; spec.usual where it has none."""
    before, after = by_key(spec, previous), by_key(spec, current)
    rows = []
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) == after.get(key):
            continue
        operation: Operation = "ADD" if key not in before else "DEL" if key not in after else "MOD"
        entry = before[key] if operation == "DEL" else after[key]
        names = [field.name for field in fields(spec.entry)] if operation == "MOD" else []
        changed = tuple(name for name in names if getattr(before[key], name) != getattr(entry, name))
        cause = causes.get((operation, key), spec.usual[operation])
        rows.append(DeltaRow(operation, spec.causes[cause], entry, changed))
    return Delta(spec, *versions, tuple(rows))


def by_key(spec: ListSpec, entries: Iterable[ListEntry]) -> dict[EntryKey, ListEntry]:
    """Entries by key."""
    return {spec.key_of(entry): entry for entry in entries}


def apply_delta(previous: Iterable[ListEntry], delta: Delta) -> tuple[ListEntry, ...]:
    """The current entries, in the order of the list.

    Raises DeltaProblem where the delta was made for another version: an added entry exists already, or a changed or
    removed one does not.
    """
    entries = by_key(delta.spec, previous)
    for row in delta.rows:
        key = delta.spec.key_of(row.entry)
        if (key in entries) == (row.operation == "ADD"):
            state = "exists already" if key in entries else "does not exist"
            raise DeltaProblem(f"{row.operation} of {key}: it {state} in version {delta.previous}")
        entries.pop(key, None)
        if row.operation != "DEL":
            entries[key] = row.entry
    return delta.spec.sorted(entries.values())


INDEX, SIGNATURES = "index.json", "signatures.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishedFile(_Strict):
    """A file of the version."""

    name: str = Field(description="file name, in the folder of the version")
    title: str = Field(description="what it is, in Chinese")
    media_type: str = Field(description="its media type")
    size: int = Field(description="bytes")
    sha256: str = Field(description="SHA-256 of its bytes, in hexadecimal")


class DeltaCounts(_Strict):
    """How many entries came, changed and went since the previous version."""

    added: int = Field(description="entries added (ADD)")
    modified: int = Field(description="entries changed (MOD)")
    removed: int = Field(description="entries removed (DEL)")


class WithdrawnEntry(_Strict):
    """An entry that the machine took down, or in which it masked what the law forbids to show."""

    key: tuple[str, ...] = Field(description="values of the columns that identify the entry")
    operation: Literal["DEL", "MOD"] = Field(description="DEL: withdrawn; MOD: masked")
    cause: str = Field(description="code of the cause, as in `policy/withdrawals.yaml`")
    title: str = Field(description="the cause in Chinese, as in the delta")
    on: date | None = Field(description="first day on which the entry may not be public any more; null: not dated")
    basis: str = Field(description="article that ends its publicity")
    confidence: str = Field(description="C read in the source, M from memory, I inferred, GAP not found")


class Index(_Strict):
    """The contract of a version, as `index.json` beside its files."""

    list: str = Field(description="name of the list")
    title: str = Field(description="title of the list")
    office: str = Field(description="the office that publishes")
    version: str = Field(description="the day, and from the second version of a day on a number: 2026-03-01-2")
    as_of: date = Field(description="the day the list is for")
    count: int = Field(description="entries of the list")
    previous: str | None = Field(description="the version that the delta starts from; null for the first")
    delta: DeltaCounts = Field(description="how many entries differ from it")
    policy_version: str = Field(description="versions of the policy files behind the list")
    policy_hash: str = Field(description="SHA-256 of the text of those policy files")
    is_illustrative: bool = Field(description="whether the list is for illustration only")
    issues: tuple[str, ...] = Field(description="what a person should check, in Chinese")
    files: tuple[PublishedFile, ...] = Field(description="every other file of the version except `signatures.json`")
    # Versions of earlier releases of the program lack what follows.
    released_by: Literal["two_people", "machine"] | None = Field(
        None,
        description="who releases it: two people, by their signatures in `signatures.json`; or the machine, which can"
        " only take down entries of the previous version; null: a version of an earlier release of the program",
    )
    reason: str = Field("", description="why the machine released it, in Chinese; empty for two people")
    previous_digest: str | None = Field(
        None, description="SHA-256 of the previous version's `index.json`, where the machine derived this one from it"
    )
    replaces: str | None = Field(
        None, description="a damaged version that this one replaces; then `previous` is an earlier one"
    )
    withdrawals: tuple[WithdrawnEntry, ...] = Field(
        (), description="what the machine withdrew or masked, with the cause"
    )

    def content(self) -> bytes:
        """The bytes of index.json."""
        return json_bytes(self.model_dump(mode="json"))


class IndexProblem(ValueError):
    """A version whose index or files are missing, damaged or altered."""


def describe_file(name: str, title: str, media_type: str, content: bytes) -> PublishedFile:
    """The entry of a file in the index."""
    digest = hashlib.sha256(content).hexdigest()
    return PublishedFile(name=name, title=title, media_type=media_type, size=len(content), sha256=digest)


def digest_of(folder: Path) -> str:
    """SHA-256 of the version's index.json: it covers every file, so approving it approves all of them."""
    return hashlib.sha256((folder / INDEX).read_bytes()).hexdigest()


def read_index(folder: Path) -> Index:
    """The contract of the version in `folder`. Raises IndexProblem where there is none that can be read."""
    path = folder / INDEX
    try:
        return Index.model_validate_json(path.read_bytes())
    except OSError as missing:
        raise IndexProblem(f"{path}: cannot be read ({missing.strerror}); prepare the version again") from missing
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise IndexProblem(f"{path}: {place or 'the file'}: {first['msg']}; prepare the version again") from wrong


def verify_files(folder: Path) -> Index:
    """The index, after every file was checked against it. Raises IndexProblem for the first that differs."""
    index = read_index(folder)
    for file in index.files:
        path = folder / file.name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
        if found != file.sha256:
            raise IndexProblem(f"{path}: expected SHA-256 {file.sha256}, found {found}; prepare the version again")
    return index


def files_in(folder: Path) -> dict[str, bytes] | None:
    """Every file of the version in `folder` but its signatures, by name; None where it holds anything but files."""
    paths = list(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
    if not paths or any(path.is_symlink() or not path.is_file() for path in paths):
        return None
    return {path.name: path.read_bytes() for path in paths if path.name != SIGNATURES}


def file_faults(folder: Path, name: str, only: Collection[str] = ()) -> tuple[str, ...]:
    """What is wrong with the files of a version of the list `name`, in Chinese, each naming the file.

    only: besides index.json check these files alone. Who released the version is not checked here: see
    `derivation_faults`, and the signatures.
    """
    path = folder / INDEX
    if folder.is_symlink() or not folder.is_dir():
        return (f"{folder}：版本文件夹缺失",)
    if path.is_symlink() or not path.is_file():
        return (f"{path}：文件缺失",)
    try:
        index = read_index(folder)
    except IndexProblem:
        return (f"{path}：{'文件为空' if not path.stat().st_size else '文件被改动或者损坏，不能读取'}",)
    found = [] if (index.list, index.version) == (name, folder.name) else [f"{path}：所记名单或者版本与所在文件夹不符"]
    asked = [file for file in index.files if not only or file.name in only]
    found += [f"{folder / file.name}：{why}" for file in asked if (why := _content_fault(folder / file.name, file))]
    if only:
        return tuple(found)
    known = {INDEX, SIGNATURES, *(file.name for file in index.files)}
    found += [f"{each}：版本中多出的文件" for each in sorted(folder.iterdir()) if each.name not in known]
    return tuple(found)


def _content_fault(path: Path, file: PublishedFile) -> str:
    if path.is_symlink() or not path.is_file():
        return "文件缺失"
    content = path.read_bytes()
    if not content and file.size:
        return "文件为空"
    if hashlib.sha256(content).hexdigest() == file.sha256:
        return ""
    is_cut = len(content) < file.size
    return f"文件被截断（应为 {file.size} 字节，现为 {len(content)} 字节）" if is_cut else "文件被改动（校验值不符）"


DRAFTS, LATEST, POINTER = "drafts", "latest", "latest.json"
_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-([1-9]\d*))?")


@dataclass(frozen=True)
class ListFolder:
    """The folder of one list: its versions, `drafts/`, and `latest`."""

    folder: Path

    def version(self, name: str) -> Path:
        """The folder of a released version."""
        return self.folder / name

    def draft(self, name: str) -> Path:
        """The folder of a draft."""
        return self.folder / DRAFTS / name

    def versions(self) -> tuple[str, ...]:
        """Released versions, oldest first. One that was placed but that `latest` never pointed at was not released."""
        latest = self.latest()
        return tuple(name for name in self.placed() if latest and version_order(name) <= version_order(latest))

    def placed(self) -> tuple[str, ...]:
        """Every folder of a version, oldest first, also of an interrupted release."""
        folders = self.folder.iterdir() if self.folder.is_dir() else iter(())
        return tuple(sorted((path.name for path in folders if _VERSION.fullmatch(path.name)), key=version_order))

    def latest(self) -> str | None:
        """The version that readers see; None before the first release. Raises IndexProblem where it is damaged."""
        link, pointer = self.folder / LATEST, self.folder / POINTER
        if link.is_symlink():
            version = _version_in(link, link.readlink().name)
            if link.resolve() != self.version(version).resolve():
                raise IndexProblem(f"{link}：指向本名单之外的文件夹（{link.readlink()}）")
            if pointer.exists():
                raise IndexProblem(f"{pointer}：多出的文件，最新版本已由 {link} 指明")
            return version
        if link.exists():
            raise IndexProblem(f"{link}：应为指向某一版本的链接，现为文件或者文件夹")
        if not pointer.exists():
            return None
        try:
            name = str(json.loads(pointer.read_text(encoding="utf-8"))["version"])
        except (OSError, ValueError, KeyError, TypeError) as damaged:
            raise IndexProblem(f"{pointer}：文件为空或者损坏，不能读取") from damaged
        return _version_in(pointer, name)

    def next_version(self, as_of: date) -> str:
        """The name for a new version of that day: 2026-03-01, then 2026-03-01-2, …"""
        return self.version_after(self.latest(), as_of)

    def version_after(self, latest: str | None, as_of: date) -> str:
        """The name for a new version of that day, were `latest` the latest version."""
        names = (name for name in self.placed() if latest and version_order(name) <= version_order(latest))
        taken = [version_order(name)[1] for name in names if name.startswith(as_of.isoformat())]
        return f"{as_of.isoformat()}-{max(taken) + 1}" if taken else as_of.isoformat()

    def withdrawal(self, name: str) -> Path:
        """The folder of a version that the machine makes, apart from the drafts that wait for signatures."""
        return self.draft(f".{name}.withdrawal")

    def write_draft(self, target: Path, files: Mapping[str, bytes]) -> None:
        """Write the files of a draft, synced, in place of an older draft of that name."""
        unfinished = target.with_name(f".{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for file, content in files.items():
            (unfinished / file).write_bytes(content)
            fsync_file(unfinished / file)
        fsync_folder(unfinished)
        shutil.rmtree(target, ignore_errors=True)
        unfinished.replace(target)
        fsync_folder(target.parent)

    def place(self, name: str, draft: Path) -> Path:
        """Move the draft to its place among the versions, where an interrupted release may have left another."""
        target, aside = self.version(name), self.draft(f".{name}.unseen")
        shutil.rmtree(aside, ignore_errors=True)
        if target.is_dir():
            target.replace(aside)
        draft.replace(target)
        fsync_folder(self.folder)
        shutil.rmtree(aside, ignore_errors=True)
        return target

    def point(self, name: str) -> None:
        """Point `latest` at that version: a link, or `latest.json` where the file system has no links."""
        fresh = self.folder / f".{LATEST}.new"
        fresh.unlink(missing_ok=True)
        try:
            fresh.symlink_to(name, target_is_directory=True)
            fresh.replace(self.folder / LATEST)
            (self.folder / POINTER).unlink(missing_ok=True)
        except OSError:
            fresh.unlink(missing_ok=True)
            write_atomically(self.folder / POINTER, json.dumps({"version": name}))
        fsync_folder(self.folder)


def _version_in(path: Path, name: str) -> str:
    if not _VERSION.fullmatch(name):
        raise IndexProblem(f"{path}：所指的不是版本（{name!r}）")
    return name


def version_order(version: str) -> tuple[str, int]:
    """Sort key of versions: day, then number. Raises ValueError for what is no version."""
    found = _VERSION.fullmatch(version)
    if not found:
        raise ValueError(f"{version!r} is no version: expected a day such as 2026-03-01, or 2026-03-01-2")
    return found[1], int(found[2] or 1)
