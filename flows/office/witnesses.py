"""Where heads of the journal stand besides: in the signatures of every released version, and in the ledger of runs.

Whoever cuts the journal short, and with it somebody's disabling, must also change what is public already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.office.journal import Head
from reports.publication.contract import SIGNATURES

if TYPE_CHECKING:
    from flows.settings import Settings

NOTED = "office_journal"
"""The fact of a run that holds the head: number, digest, administrator_key."""


def heads_in(publications: Path, pinned: str) -> Iterator[tuple[str, Head]]:
    """The head that each released version of each list names, with the file.

    Versions signed under another first key than `pinned` rest on another journal. A file that cannot be read tells
    nothing: a version whose signatures were damaged must not keep two people from signing the next.
    """
    for path in sorted(publications.glob(f"*/[0-9]*/{SIGNATURES}")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            head, key = document["journal"], document["administrator_key"]
            found = Head(int(head["number"]), str(head["digest"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if key == pinned:
            yield str(path), found


def head_noted_by(settings: Settings) -> tuple[str, Head] | None:
    """The head that the last nightly run noted, with the run; None where it noted none under this first key."""
    from flows.store import Store

    run = Store(settings.store, settings.storage_options, settings.state_dir).last("nightly")
    noted = run.facts.get(NOTED) if run is not None else None
    if run is None or not noted or noted["administrator_key"] != settings.administrator_key:
        return None
    return f"运行 {run.run_id}", Head(noted["number"], noted["digest"])
