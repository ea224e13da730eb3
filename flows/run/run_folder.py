"""Files that a run leaves in its folder for later readers."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from reports.atomic_files import write_atomically
from reports.scheme_facts import SchemeFacts

_SCHEME_FILE = "scheme.json"


def write_scheme_facts(folder: Path, facts: SchemeFacts) -> None:
    """Write the titles of the scheme by which the run rated.

    Questions about the run are then answered in the scheme's titles of that day, whatever has become of the policy.
    """
    text = json.dumps(asdict(facts), ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(folder / _SCHEME_FILE, f"{text}\n")


def read_scheme_facts(folder: Path) -> SchemeFacts | None:
    """The titles that the run has left; None where there are none or they cannot be read.

    The policy is read instead then: run folders belong to one machine, and may be deleted.
    """
    try:
        facts = json.loads((folder / _SCHEME_FILE).read_text(encoding="utf-8"))
        return SchemeFacts(**{**facts, "tiers": tuple((tier, title) for tier, title in facts["tiers"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
