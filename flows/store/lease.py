"""The lease on a store: one run at a time. The operating system frees the lock of a process that dies."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from flows.store.location import BadStore
from reports.atomic_files import write_atomically

_NO_PERMISSION = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.ENAMETOOLONG)


class Busy(RuntimeError):
    """Another run holds the store; the message says which, by whom, and since when."""


class Overtaken(Busy):
    """Another machine, which the lease of this one does not hold off, has written meanwhile."""


@contextmanager
def hold_lease(folder: Path, flow: str, as_of: date, since: datetime) -> Iterator[None]:
    """Hold the store whose local folder is `folder`.

    Raises Busy at once when another run holds it, BadStore where this account cannot write there.
    """
    from filelock import FileLock, Timeout  # not loaded by readers, who take no lease

    holder = folder / "run.lock.json"
    lock = FileLock(folder / "run.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(_busy_message(holder)) from None
    except OSError as error:
        if error.errno in _NO_PERMISSION:
            raise BadStore(folder, f"nothing can be written there ({error.strerror})") from None
        raise
    try:
        write_atomically(holder, _holder(flow, as_of, since))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(flow: str, as_of: date, since: datetime) -> str:
    import getpass
    import socket

    try:
        who = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        who = str(os.getuid())
    return json.dumps(
        {
            "flow": flow,
            "as_of": as_of.isoformat(),
            "since": since.isoformat(timespec="seconds"),
            "who": who,
            "pid": os.getpid(),
            "host": socket.gethostname(),
        }
    )


def _busy_message(holder: Path) -> str:
    after = "Wait until it ends, then run again; if it was killed, the lock is free already."
    try:
        by = json.loads(holder.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # between taking the lock and describing its holder
        return f"Another run holds this store. {after}"
    return (
        f"Another run holds this store: {by['flow']} for {by['as_of']}, started {by['since']} by {by['who']}"
        f" (process {by['pid']} on {by['host']}). {after}"
    )
