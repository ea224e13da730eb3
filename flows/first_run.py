"""`make run`: where the inbox is empty a demo region and a first run, then the run of today; and where to look."""

from __future__ import annotations

import os
import shutil
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from flows.settings import Settings

DEMO_FOLDER = Path("var")
ENTERPRISES, DAYS, SEED = 2000, 400, 7
_BACKLOG_DAYS = 27
DEMO_SETTINGS = DEMO_FOLDER / "yaoxin.toml"
_TEMPLATE = """\
# Written by make run, for the demo of invented people only. Paths are meant from this folder.
inbox = "inbox"
store = "store"
identity_key = "demo-only-not-for-real-records"
catch_up = 366  # who comes back to the demo after months means it
"""


def main() -> int:
    """Exit code of the last run, as `yaoxin nightly` gives it."""
    from flows.cli import run_command
    from flows.settings import load_settings

    if "YAOXIN_CONFIG" not in os.environ:
        os.environ["YAOXIN_CONFIG"] = str(DEMO_SETTINGS)
        if not DEMO_SETTINGS.exists():
            DEMO_SETTINGS.parent.mkdir(exist_ok=True)
            DEMO_SETTINGS.write_text(_TEMPLATE, encoding="utf-8")
    started = time.monotonic()
    settings = load_settings({})
    today = datetime.now(ZoneInfo(settings.timezone)).date()
    code = _run_demo(settings, today) if _is_fresh(settings.inbox, settings.store) else 0
    code = code or run_command(["nightly", "--as-of", today.isoformat()])
    if code == 0:
        _where_to_look(today, time.monotonic() - started)
    return code


def _is_of_demo() -> bool:
    """Whether the settings are those of this command, and not an office's own."""
    return os.environ["YAOXIN_CONFIG"] == str(DEMO_SETTINGS)


def _is_fresh(inbox: Path, store: str) -> bool:
    """Whether nothing ever arrived or ran: no invented record may come to an office that had a quiet day."""
    is_empty = not inbox.is_dir() or not any(inbox.iterdir())
    return is_empty and "://" not in store and not (Path(store) / "ledger").exists()


def _run_demo(settings: Settings, today: date) -> int:
    """The run of yesterday, with what had arrived a month ago; then all that came since, so that today's has news."""
    from flows.cli import run_command
    from flows.demo import deliver, write_demo
    from flows.demo.credit_office import add_demo_people
    from flows.office import office_of

    inbox, outbox = settings.inbox, DEMO_FOLDER / "demo"
    print(f"The inbox {inbox} is empty: making a region of {ENTERPRISES} enterprises ...")  # noqa: T201
    if not outbox.is_dir():
        unfinished = outbox.with_name("demo.unfinished")  # left by a run that was interrupted
        shutil.rmtree(unfinished, ignore_errors=True)
        write_demo(unfinished, ENTERPRISES, DAYS, SEED, today)
        unfinished.replace(outbox)
    if _is_of_demo() and settings.administrator_key is None and office_of(settings).is_unused():
        key = add_demo_people(settings)
        with DEMO_SETTINGS.open("a", encoding="utf-8") as file:
            file.write(f'administrator_key = "{key}"\n')
    deliver(outbox, inbox, today - timedelta(days=_BACKLOG_DAYS))
    code = run_command(["nightly", "--as-of", (today - timedelta(days=1)).isoformat()])
    deliver(outbox, inbox, today)
    return code


def _where_to_look(today: date, seconds: float) -> None:
    signing = ""
    if _is_of_demo() and "administrator_key" in DEMO_SETTINGS.read_text(encoding="utf-8"):
        signing = (
            "  yaoxin publish --as zhang          # prepare the public lists; passphrase: demo only: zhang\n"
            f"  yaoxin approve {today} --as li  # the second signature; passphrase: demo only: li\n"
            "  yaoxin people list                 # these invented people, for the demo only, and wang, who may add\n"
            "                                     # and disable people; passphrase: demo only: wang\n"
        )
    print(  # noqa: T201
        f"\nDone in {seconds:.0f} s. The page above is the office report of {today}. What to try next:\n"
        f"  export YAOXIN_CONFIG={os.environ['YAOXIN_CONFIG']} PATH=.venv/bin:$PATH\n"
        "  yaoxin changes                     # tier changes with their causes\n"
        "  yaoxin explain ID                  # why an enterprise stands where it does\n"
        "  yaoxin quarantine                  # quarantined rows, as workbooks to correct\n"
        f"{signing}"
        "  yaoxin --help"
    )


if __name__ == "__main__":
    sys.exit(main())
