"""What ratings rest on beside the records: policy, law and the program. Where one is another, all are rated anew."""

from __future__ import annotations

import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

import transforms
from flows.policies import PolicyInForce, files_below, hash_of
from flows.store import Run

# Days from which something holds: a key of a mapping by date, or what follows `from:`.
_STARTS = re.compile(r"\b(\d{4}-\d{2}-\d{2})\s*:|\bfrom:\s*(\d{4}-\d{2}-\d{2})\b")


_PROGRAM = (
    "transforms/**/*.py",
    "flows/intake/**/*.py",
    "flows/night/**/*.py",
    "flows/law.py",
    "flows/policies.py",
    "expectations/**/*.py",
)
# Whose answers stand in results: check characters, working days, and the arithmetic itself.
_LIBRARIES = ("chinesecalendar", "polars", "python-stdnum")


def basis_of(policy: PolicyInForce, policy_dir: Path, day: date) -> dict[str, str]:
    """By name a text that is another as soon as ratings may be others without any news.

    policy: the scheme in force. law: all of law/. sources: every other file of the policy but the schemes. program: its
    modules. libraries: the versions of those whose answers stand in results.
    """
    others = [path for path in files_below(policy_dir) if path.parts[0] not in ("law", "schemes")]
    return {
        "policy": policy.version_on(day),
        "law": law_version_on(policy_dir / "law", day),
        "sources": hash_of(policy_dir, others),
        "program": _hash_of_program(),
        "libraries": " ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    }


def law_version_on(folder: Path, day: date) -> str:
    """The hash of all files of the law and the last day up to `day` that one of them names as a beginning."""
    files = [path for path in files_below(folder) if path.suffix == ".yaml"]
    texts = ((folder / path).read_text(encoding="utf-8") for path in files)
    days = (one or other for text in texts for one, other in _STARTS.findall(text))
    return f"{hash_of(folder, files)}@{max((start for start in days if start <= day.isoformat()), default='')}"


def scheme_of(run: Run) -> str:
    """The scheme that a night rested on, as `PolicyInForce.version_on` says it."""
    return str(run.facts.get("basis", {}).get("policy", run.policy_hash))


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The names under which the two say other things, or only one says anything."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _hash_of_program() -> str:
    root = Path(transforms.__file__).parents[1]
    modules = (path.relative_to(root) for pattern in _PROGRAM for path in root.glob(pattern))
    return hash_of(root, modules)
