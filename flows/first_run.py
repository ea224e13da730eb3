"""`make run`: a demo region where the inbox is empty, one night, and where to look."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME = Path("var")
_DEMO = {"--enterprises": "2000", "--days": "400", "--seed": "7"}


def main() -> int:
    """Exit code of the night, as `yaoxin nightly` gives it."""
    from flows.cli import run_command

    os.environ.setdefault("YAOXIN_INBOX", str(HOME / "inbox"))
    os.environ.setdefault("YAOXIN_STORE", str(HOME / "store"))
    os.environ.setdefault("YAOXIN_IDENTITY_KEY", "demo-only-not-for-real-records")
    inbox = Path(os.environ["YAOXIN_INBOX"])
    if not inbox.is_dir() or not any(inbox.iterdir()):
        code = run_command(["demo", str(inbox), *(word for pair in _DEMO.items() for word in pair)])
        if code:
            return code
    return run_command(["nightly"])


if __name__ == "__main__":
    sys.exit(main())
