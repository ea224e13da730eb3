"""Where a store lies: a folder, or an address in object storage with a folder of this machine beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flows.store_address import address_fault, existing_fault


class BadStore(ValueError):
    """What was named cannot hold a store; the message says why, and what would."""

    def __init__(self, address: str | Path, fault: str) -> None:
        super().__init__(f"store {str(address)!r}: {fault}; choose another folder.")


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

    Raises BadStore for what can hold none.
    """
    if fault := address_fault(str(root)):
        raise BadStore(root, fault)
    if "://" in str(root):
        name = hashlib.sha256(str(root).rstrip("/").encode()).hexdigest()[:16]
        folder = state_dir or Path.home() / ".local" / "state" / "yaoxin"
        return Place(str(root), folder / name, dict(options or {}))
    path = Path(root).expanduser().absolute()
    if fault := address_fault(str(path)) or existing_fault(path):
        raise BadStore(path, fault)
    return Place(str(path), path, dict(options or {}))
