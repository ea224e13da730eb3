"""The titles of the scheme by which a night rated, kept in its run's folder.

A question about a night is then answered in that night's words, whatever has become of the policy since, and without
reading the policy at all.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from reports.files import write_whole
from reports.views.scheme import SchemeFacts

_FILE = "scheme.json"


def keep_scheme(folder: Path, facts: SchemeFacts) -> None:
    """Write `facts` into the run's folder."""
    text = json.dumps(asdict(facts), ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(folder / _FILE, f"{text}\n")


def kept_scheme(folder: Path) -> SchemeFacts | None:
    """What stands in the run's folder; None where nothing does, or nothing that can be read: the policy is asked then.

    Run folders belong to one machine, and may be deleted.
    """
    try:
        known = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return SchemeFacts(**{**known, "tiers": tuple((tier, title) for tier, title in known["tiers"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
