"""Where a store lies: a folder, or an address in object storage with a folder of this machine beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_BAD_CHARACTERS = "%#?"  # the Delta library takes them for parts of an address and looks elsewhere


@dataclass(frozen=True)
class Place:
    """`root` holds the tables; `local` is a folder of this machine for the lock and the run folders.

    For a store in a folder both are the same. In object storage (`s3://…`) the lock holds off runs of this machine
    only; of two machines that write at once the ledger lets one through.
    """

    root: str
    local: Path
    options: Mapping[str, str] = field(default_factory=dict)
    # Files of table versions by (address, version): a version never changes, and is asked for again and again.
    files: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def uri(self, *parts: str) -> str:
        """The address of something below the root."""
        return "/".join((self.root.rstrip("/"), *parts))

    @property
    def is_remote(self) -> bool:
        """Whether the tables lie in object storage."""
        return "://" in self.root


def place(root: str | Path, options: Mapping[str, str] | None = None, state_dir: Path | None = None) -> Place:
    """The place of the store at `root`; `state_dir` is used only for object storage.

    Raises ValueError for a folder whose name the table library cannot address.
    """
    if "://" in str(root):
        name = hashlib.sha256(str(root).rstrip("/").encode()).hexdigest()[:16]
        folder = state_dir or Path.home() / ".local" / "state" / "yaoxin"
        return Place(str(root), folder / name, dict(options or {}))
    path = Path(root).expanduser().absolute()
    bad = sorted(set(_BAD_CHARACTERS) & set(str(path)))
    if bad:
        raise ValueError(f"store {path}: the folder's path must not contain {' '.join(bad)}; choose another folder")
    return Place(str(path), path, dict(options or {}))
