"""The command line `yaoxin`.

- `commands`  one module per command: its flags, its help, whom it asks, how it answers
- `answers`   what is found in the store, as plain values
- `text`      tables for a terminal in which Chinese characters are two columns wide
- `faults`    exceptions to exit codes and messages: the only place that knows
- `group`     commands are imported when they are called, so that light ones stay light
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

_RARELY = 50_000  # objects made between searches for garbage: what imports make stays


def main() -> None:
    """The entry point of `yaoxin`; leaves with its exit code."""
    gc.set_threshold(_RARELY)
    code = run_command(None)
    gc.freeze()  # a process that ends need not search for garbage once more
    sys.exit(code)


def run_command(arguments: Sequence[str] | None) -> int:
    """Run one command (None: that of the process) and return its exit code: 0, 1, 2 or 3, as `faults` says."""
    from flows.cli.app import cli

    return cli.run(arguments)
