"""index.json: what a version of a publication is made of, as a typed contract."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from reports.render.json_text import json_bytes

INDEX = "index.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishedFile(_Strict):
    """A file of the version. size in bytes."""

    name: str
    title: str
    media_type: str
    size: int
    sha256: str


class DeltaCounts(_Strict):
    """How many entries came, changed and went since the previous version."""

    added: int
    modified: int
    removed: int


class Index(_Strict):
    """The contract of a version.

    count: entries of the list. previous: the version the delta starts from, null for the first.
    policy_version, policy_hash: which policy files stood behind it. issues: what a person should look at.
    """

    list: str
    title: str
    office: str
    version: str
    as_of: date
    count: int
    previous: str | None
    delta: DeltaCounts
    policy_version: str
    policy_hash: str
    is_illustrative: bool
    issues: tuple[str, ...]
    files: tuple[PublishedFile, ...]

    def content(self) -> bytes:
        """The bytes of index.json."""
        return json_bytes(self.model_dump(mode="json"))


class IndexProblem(ValueError):
    """A version whose index or files are not what they should be."""


def described(name: str, title: str, media_type: str, content: bytes) -> PublishedFile:
    """The contract's line for a file."""
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


def verify(folder: Path) -> Index:
    """The contract, after every file was found to be as it says. Raises IndexProblem naming the first that is not."""
    index = read_index(folder)
    for file in index.files:
        path = folder / file.name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
        if found != file.sha256:
            raise IndexProblem(f"{path}: expected SHA-256 {file.sha256}, found {found}; prepare the version again")
    return index
