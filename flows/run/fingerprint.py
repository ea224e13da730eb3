"""The fingerprint of what ratings rest on besides records. Where it differs from the previous run's, all are rated."""

from __future__ import annotations

import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

import transforms
from flows.policy_folder import PolicyInForce, hash_files, list_files
from flows.store import stored_names
from flows.store.ledger import Run

# Days from which a text of the law holds: a key of a mapping by date, or what follows `from:`.
_START_DAYS = re.compile(r"\b(\d{4}-\d{2}-\d{2})\s*:|\bfrom:\s*(\d{4}-\d{2}-\d{2})\b")
# Every module that has a part in what is stored, and no other: a change of any of them rates all enterprises anew.
PROGRAM = (
    "transforms/**/*.py",
    "flows/ingest/**/*.py",
    "flows/run/**/*.py",
    "flows/law.py",
    "flows/policy_folder.py",
    "expectations/**/*.py",
)
# Libraries that results rest on: check characters, working days, and the arithmetic itself.
_LIBRARIES = ("chinesecalendar", "polars", "python-stdnum")


def fingerprint_of(policy: PolicyInForce, policy_dir: Path, day: date) -> dict[str, str]:
    """A text for each thing besides records that ratings of `day` rest on; it differs as soon as they may.

    policy: the scheme in force. law: all of law/. sources: every other file of the policy except schemes. program: the
    modules of PROGRAM. libraries: their versions.
    """
    others = [path for path in list_files(policy_dir) if path.parts[0] not in ("law", "schemes")]
    root = Path(transforms.__file__).parents[1]
    modules = (path.relative_to(root) for pattern in PROGRAM for path in root.glob(pattern))
    return {
        "policy": policy.version_on(day),
        "law": law_version_on(policy_dir / "law", day),
        "sources": hash_files(policy_dir, others),
        "program": hash_files(root, modules),
        "libraries": " ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    }


def law_version_on(folder: Path, day: date) -> str:
    """The hash of all files of the law, and the last day up to `day` from which a text in one of them holds."""
    files = [path for path in list_files(folder) if path.suffix == ".yaml"]
    texts = ((folder / path).read_text(encoding="utf-8") for path in files)
    days = (one or other for text in texts for one, other in _START_DAYS.findall(text))
    return f"{hash_files(folder, files)}@{max((start for start in days if start <= day.isoformat()), default='')}"


def scheme_version_of(run: Run) -> str:
    """The version of the scheme by which a run rated, see `PolicyInForce.version_on`."""
    return str(run.facts.get(stored_names.FINGERPRINT, {}).get("policy", run.policy_hash))


def differing_parts(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The names under which two fingerprints differ, or which only one of them has."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
