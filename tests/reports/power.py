"""A power cut at any step of what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

STEPS = ("replace", "symlink_to", "mkdir", "unlink", "open")


class Crash(Exception):
    """The power went."""


class Fuse:
    """Lets `after` calls of the file system through, then raises Crash; None lets all through."""

    def __init__(self, after: int | None) -> None:
        self.after, self.calls = after, 0
        self.patch = pytest.MonkeyPatch()

    def __enter__(self) -> Fuse:
        for name in STEPS:
            self.patch.setattr(Path, name, self._guarded(getattr(Path, name)))
        return self

    def __exit__(self, *_why: object) -> None:
        self.patch.undo()

    def _guarded(self, real):
        def guarded(path, *args, **kwargs):
            self.calls += 1
            if self.after is not None and self.calls > self.after:
                raise Crash
            return real(path, *args, **kwargs)

        return guarded
