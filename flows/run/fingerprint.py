"""The fingerprint of what ratings rest on besides records: policy, law, program and libraries."""

from __future__ import annotations

import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

import transforms
from flows.policy_folder import PolicyInForce, hash_files, list_files
from flows.store.ledger import Run

# Days from which something holds: a key of a mapping by date, or what follows `from:`.
_STARTS = re.compile(r"\b(\d{4}-\d{2}-\d{2})\s*:|\bfrom:\s*(\d{4}-\d{2}-\d{2})\b")


_PROGRAM = (
    "transforms/**/*.py",
    "flows/ingest/**/*.py",
    "flows/run/**/*.py",
    "flows/law.py",
    "flows/policy_folder.py",
    "expectations/**/*.py",
)
# Whose answers stand in results: check characters, working days, and the arithmetic itself.
_LIBRARIES = ("chinesecalendar", "polars", "python-stdnum")


def fingerprint_of(policy: PolicyInForce, policy_dir: Path, day: date) -> dict[str, str]:
    """By name a text that is another as soon as ratings may be others without any news.

    policy: the scheme in force. law: all of law/. sources: every other file of the policy but the schemes. program: its
    modules. libraries: the versions of those whose answers stand in results.
    """
    others = [path for path in list_files(policy_dir) if path.parts[0] not in ("law", "schemes")]
    return {
        "policy": policy.version_on(day),
        "law": law_version_on(policy_dir / "law", day),
        "sources": hash_files(policy_dir, others),
        "program": _hash_of_program(),
        "libraries": " ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    }


def law_version_on(folder: Path, day: date) -> str:
    """The hash of all files of the law and the last day up to `day` that one of them names as a beginning."""
    files = [path for path in list_files(folder) if path.suffix == ".yaml"]
    texts = ((folder / path).read_text(encoding="utf-8") for path in files)
    days = (one or other for text in texts for one, other in _STARTS.findall(text))
    return f"{hash_files(folder, files)}@{max((start for start in days if start <= day.isoformat()), default='')}"


def scheme_version_of(run: Run) -> str:
    """The scheme that a night rested on, as `PolicyInForce.version_on` says it."""
    return str(run.facts.get("basis", {}).get("policy", run.policy_hash))


def differing_parts(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The names under which the two say other things, or only one says anything."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _hash_of_program() -> str:
    root = Path(transforms.__file__).parents[1]
    modules = (path.relative_to(root) for pattern in _PROGRAM for path in root.glob(pattern))
    return hash_files(root, modules)
