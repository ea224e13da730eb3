"""By what rules an inbox is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from transforms.policy import load_document
from transforms.policy.source import Common, Source


@dataclass(frozen=True)
class Rules:
    """The sources, what holds for all of them, and the secret of the keyed hash of natural persons' numbers."""

    sources: Sequence[Source]
    common: Common
    identity_key: bytes = field(repr=False)


def read_common(policy_folder: Path) -> Common:
    """`sources/_common.yaml` of the policy folder. Raises PolicyProblems, or OSError where it cannot be read."""
    path = policy_folder / "sources" / "_common.yaml"
    return load_document(path.read_text(encoding="utf-8"), f"{policy_folder.name}/sources/{path.name}", Common)
