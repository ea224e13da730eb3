"""What ratings rest on beside the records: policy, law and the program. Where one is another, all are rated anew."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

import transforms
from flows.policies import PolicyInForce

# Days from which something holds: a key of a mapping by date, or what follows `from:`.
_STARTS = re.compile(r"\b(\d{4}-\d{2}-\d{2})\s*:|\bfrom:\s*(\d{4}-\d{2}-\d{2})\b")


def basis_of(policy: PolicyInForce, policy_dir: Path, day: date) -> dict[str, str]:
    """By name (policy, law, program) a text that is another as soon as ratings may be others without any news."""
    return {
        "policy": policy.version_on(day),
        "law": law_version_on(policy_dir / "law", day),
        "program": f"{_hash(Path(transforms.__file__).parent.rglob('*.py'))} polars {pl.__version__}",
    }


def law_version_on(folder: Path, day: date) -> str:
    """The hash of all files of the law and the last day up to `day` that one of them names as a beginning."""
    files = sorted(folder.rglob("*.yaml"))
    days = (one or other for path in files for one, other in _STARTS.findall(path.read_text(encoding="utf-8")))
    return f"{_hash(files)}@{max((start for start in days if start <= day.isoformat()), default='')}"


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The names under which the two say other things, or only one says anything."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _hash(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:16]
