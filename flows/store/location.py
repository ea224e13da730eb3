"""Where a store lies: a folder, or an address in object storage with a folder of this machine beside it.

Light to import: settings check the address of a store before anything is opened.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Object stores that the Delta library can open.
SCHEMES = ("s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl")
_FORBIDDEN = "%#?\\[]|^"  # the Delta library takes them for parts of a URI: it looks elsewhere, or ends the process
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/")
_MAX_PATH_BYTES = 4096 - 300  # of a path on Linux, less what a table needs below it
_MAX_NAME_BYTES = 255


class BadStore(ValueError):
    """The address or folder cannot hold a store; the message says why."""

    def __init__(self, address: str | Path, problem: str) -> None:
        super().__init__(f"store {str(address)!r}: {problem}; choose another folder.")


@dataclass(frozen=True)
class StoreLocation:
    """Where a store lies. root: holds the tables. local: a folder of this machine for the lease and run folders.

    For a store in a folder both are the same. In object storage (`s3://…`) the lease holds off runs of this machine
    only; of two machines that write at once the ledger lets one through.
    """

    root: str
    local: Path
    options: Mapping[str, str] = field(default_factory=dict)
    # Files of table versions by (uri, version), cached because a version never changes.
    files: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def uri(self, *parts: str) -> str:
        """The address of something below the root."""
        return "/".join((self.root.rstrip("/"), *parts))

    @property
    def is_remote(self) -> bool:
        """Whether the tables lie in object storage."""
        return "://" in self.root


def store_location(
    root: str | Path, options: Mapping[str, str] | None = None, state_dir: Path | None = None
) -> StoreLocation:
    """The location of the store at `root`. state_dir: for object storage, in place of ~/.local/state/yaoxin.

    Raises BadStore.
    """
    if problem := address_problem(str(root)):
        raise BadStore(root, problem)
    if "://" in str(root):
        name = hashlib.sha256(str(root).rstrip("/").encode()).hexdigest()[:16]
        folder = state_dir or Path.home() / ".local" / "state" / "yaoxin"
        return StoreLocation(str(root), folder / name, dict(options or {}))
    path = Path(root).expanduser().absolute()
    if problem := address_problem(str(path)) or folder_problem(path):
        raise BadStore(path, problem)
    return StoreLocation(str(path), path, dict(options or {}))


def address_problem(text: str) -> str:
    """What is wrong with `text` as the address of a store, and what would be right; empty where it is right."""
    if not "".join(one for one in text if unicodedata.category(one) not in ("Cf", "Zs")).strip():
        return "it is blank"
    if text != text.strip():
        return "it begins or ends with a blank"
    if any(unicodedata.category(one) in ("Cc", "Cs") for one in text):
        return "it holds characters that cannot be written (line breaks, tabs, bytes that are no UTF-8)"
    found = _URI.match(text)
    return _uri_problem(text, found[1]) if found else _path_problem(text)


def folder_problem(folder: Path) -> str:
    """What on the disk prevents a store in `folder`; empty where nothing does. Creates nothing."""
    for path in (folder, *folder.parents):
        try:
            if path.is_symlink() and not path.exists():
                return f"{path} is a link to {path.readlink()}, which is not there"
            if path.exists():
                return "" if path.is_dir() else f"{path} is a file; expected a folder"
        except OSError as error:
            return f"{path}: {error.strerror}"
    return ""


def _uri_problem(text: str, scheme: str) -> str:
    if scheme == "file":
        return "a folder is given by its path alone, without file://"
    if not text.startswith(f"{scheme}://"):
        return f"an address has two slashes: {scheme}://bucket/yaoxin"
    if scheme not in SCHEMES:
        return f"{scheme}:// is no storage known here; expected one of {', '.join(SCHEMES)}"
    return (
        "" if re.match(r"[^/]", text.removeprefix(f"{scheme}://")) else f"it names no bucket: {scheme}://bucket/yaoxin"
    )


def _path_problem(text: str) -> str:
    if bad := sorted(set(_FORBIDDEN) & set(text)):
        return f"the path of a store must not contain {' '.join(bad)}"
    path = Path(text)
    if "_delta_log" in path.parts:
        return "no folder of it may be called _delta_log: that is the log of a table"
    if len(str(path.absolute()).encode()) > _MAX_PATH_BYTES or any(
        len(part.encode()) > _MAX_NAME_BYTES for part in path.parts
    ):
        return f"it is too long: at most {_MAX_NAME_BYTES} bytes a folder and {_MAX_PATH_BYTES} in all"
    if text.startswith("~"):
        try:
            path.expanduser()
        except RuntimeError:
            return f"there is no home folder of {path.parts[0]}"
    return ""
