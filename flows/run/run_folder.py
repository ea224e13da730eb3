"""Files that a run leaves in its folder for later readers."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from reports.atomic_files import write_atomically
from reports.scheme_facts import SchemeFacts

_FILE = "scheme.json"


def write_scheme_facts(folder: Path, facts: SchemeFacts) -> None:
    """Write `facts` into the run's folder."""
    text = json.dumps(asdict(facts), ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(folder / _FILE, f"{text}\n")


def read_scheme_facts(folder: Path) -> SchemeFacts | None:
    """What stands in the run's folder; None where nothing does, or nothing that can be read: the policy is asked then.

    Run folders belong to one machine, and may be deleted.
    """
    try:
        known = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return SchemeFacts(**{**known, "tiers": tuple((tier, title) for tier, title in known["tiers"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
