"""The command line `yaoxin`.

- a module per command: its flags and help, what it reads, how it answers (publish and approve, runs and rewind,
  nightly and serve share one)
- `app`          the commands by name; each is imported only when it is called, so that light ones stay light
- `options`      options, settings, store and run; JSON; completion of values
- `find_enterprise`  find an enterprise by any identifier, its ratings and its outlook
- `terminal`     tables in which Chinese characters are two columns wide
- `errors`       exceptions to exit codes and messages
- `passphrases`  asked for, or read from a file descriptor
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main() -> None:
    """The entry point of `yaoxin`; leaves with its exit code."""
    sys.exit(run_command(None))


def run_command(arguments: Sequence[str] | None) -> int:
    """Run one command (None: that of the process) and return its exit code: 0, 1, 2 or 3, as `errors` has them."""
    from flows.cli.app import cli

    return cli.run(arguments)
