"""A small region and an office of its own, for tests that make whole runs."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from flows.demo import deliver
from flows.policy_folder import read_rating_policy
from flows.run.run import RunSetup, RunSteps, execute_run
from flows.run.validate import Validation
from flows.run_logging import LOG_FILE
from flows.settings import Settings, load_settings
from flows.store.store import Store
from transforms.schemas import TABLES

LAST = date(2026, 3, 10)  # the last day the demo region sends something
FIRST = LAST - timedelta(days=4)
SECOND = FIRST + timedelta(days=1)
ENTERPRISES, DAYS, SEED = 320, 60, 7  # as small as still brings forth listings
STORIES_ENTERPRISES, STORIES_LAST = 400, date(2026, 3, 1)  # of a region in which every story occurs
KEY = "a key that protects only tests"
ZONE = ZoneInfo("Asia/Shanghai")


def run_instant(day: date) -> datetime:
    """Two in the morning after `day`, when its run begins."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=ZONE) + timedelta(days=1)


def settings_at(root: Path, **more: object) -> Settings:
    """Settings for an inbox and a store below `root`; those of the machine do not count."""
    own = {"inbox": root / "inbox", "store": str(root / "store"), "identity_key": KEY}
    return load_settings(own | more, environ={})


def setup_at(root: Path, **more: object) -> RunSetup:
    """The office of these settings."""
    settings = settings_at(root, **more)
    return RunSetup(Store(settings.store), settings, read_rating_policy(settings.policy_dir, settings.scheme))


def setup_with(root: Path, region: Path, upto: date, **more: object) -> RunSetup:
    """An office that has received what the region sent up to a day."""
    deliver(region, root / "inbox", upto)
    return setup_at(root, **more)


def copy_setup(office: RunSetup, root: Path) -> RunSetup:
    """The same office elsewhere, to be changed."""
    shutil.copytree(office.settings.inbox.parent, root, symlinks=True)
    return setup_at(root, scheme=office.settings.scheme)


class SilentReporter:
    """A run that nobody is told of."""

    @contextmanager
    def progress(self, _context):
        yield lambda: None

    def passed(self, _run, _report):
        pass

    def refused(self, _run, _checked):
        pass


def skip_gate(_store, _policy_dir, context, _policy, _former):
    """A gate that looks at nothing, for walks of many runs and for runs that are killed: the real one takes seconds.

    Never for what an office does: a gate that was waved through once hid that its acts stopped every later run.
    """
    return Validation((), context.folder / "gate" / "index.html")


GATED, UNGATED = RunSteps(), RunSteps(validate=skip_gate)


def run_day(office: RunSetup, day: date, steps: RunSteps = GATED, known_at: datetime | None = None):
    """One run, without the engine; through the real gate unless `steps` say otherwise."""
    return execute_run(office, day, known_at or run_instant(day), steps, SilentReporter())


def content(store: Store) -> dict[str, pl.DataFrame]:
    """Every table as readers see it, in the order of its key."""
    return {name: store.scan(name).collect().sort(table.key, nulls_last=True) for name, table in TABLES.items()}


def differing_tables(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> list[str]:
    """The tables whose rows differ."""
    return [name for name in one if not one[name].equals(other[name])]


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes; without logs of runs, which hold times."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != LOG_FILE]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def breaking_after(step: str, happening) -> RunSteps:
    """Steps of which one is followed by `happening`."""
    whole = getattr(UNGATED, step)

    def broken(*arguments):
        answer = whole(*arguments)
        happening()
        return answer

    return replace(UNGATED, **{step: broken})


def hang(root: str, day: str, step: str) -> None:
    """Begin a run, do it up to `step`, say so, and wait to be killed."""

    def wait():
        print("waiting", flush=True)  # noqa: T201
        time.sleep(600)

    run_day(setup_at(Path(root)), date.fromisoformat(day), breaking_after(step, wait))
