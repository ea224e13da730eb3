"""Exceptions to exit codes and messages.

0 done; 1 refused by the gate; 2 bad usage or configuration: the caller must change something; 3 a fault, or the
store is busy: nothing was done, run again later. 130 interrupted from the keyboard, 141 the reader of a pipe left.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

import click

DONE, REFUSED, USAGE, FAULT = 0, 1, 2, 3
INTERRUPTED, PIPE_CLOSED = 130, 141

# By name, so that no module is imported only to name its exception.
_EXPECTED = {
    "flows.settings.SettingsProblems": (USAGE, "The configuration has mistakes:\n"),
    "transforms.policy.problems.PolicyProblems": (USAGE, "The policy has mistakes:\n"),
    "transforms.policy.dated.PolicyGap": (USAGE, "The scheme does not cover that day: "),
    "flows.night.plan.PastNight": (USAGE, ""),
    "flows.night.plan.FutureNight": (USAGE, ""),
    "flows.publishing.approvals.NotApprovable": (USAGE, ""),
    "flows.office.database.OfficeProblem": (USAGE, ""),
    "flows.office.keys.WrongPassphrase": (USAGE, ""),
    "reports.publication.work.ReleaseProblem": (USAGE, ""),
    "reports.publication.contract.IndexProblem": (USAGE, ""),
    "reports.papers.fonts.PaperToolMissing": (USAGE, ""),
    "reports.papers.fonts.NoGlyph": (USAGE, ""),
    "flows.store.store.CannotGoBack": (USAGE, ""),
    "flows.store.lock.Busy": (FAULT, ""),
    "flows.store.durability.StoreDamaged": (FAULT, ""),
    "flows.serve.NoServer": (FAULT, ""),
    "builtins.OSError": (FAULT, "The system refused: "),
}
_UNEXPECTED = "A fault in the program or its surroundings: "
_DEBUG = "\nRun the same command with --debug for the place in the code."


class Mistake(click.ClickException):
    """The caller asked for what cannot be answered; the message says why and what to do. Exit code 2."""

    exit_code = USAGE

    def show(self, file: object = None) -> None:
        """Print the message to stderr."""
        click.echo(self.message, err=True)


def guarded(command: Callable[[], object], is_debug: bool) -> int:
    """Run `command` and return its exit code; what goes wrong is said on stderr in plain words."""
    try:
        code = command()
        sys.stdout.flush()
    except click.ClickException as mistake:
        mistake.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return PIPE_CLOSED
    except Exception as fault:
        return _told(fault, is_debug)
    return code if isinstance(code, int) else DONE


def _told(fault: Exception, is_debug: bool) -> int:
    if is_debug:
        traceback.print_exception(fault)
    names = [f"{cls.__module__}.{cls.__qualname__}" for cls in type(fault).__mro__]
    for name in names:
        if name in _EXPECTED:
            code, opening = _EXPECTED[name]
            click.echo(f"{opening}{fault}", err=True)
            return code
    click.echo(f"{_UNEXPECTED}{type(fault).__name__}: {fault}{'' if is_debug else _DEBUG}", err=True)
    return FAULT


def _discard_output() -> None:
    """Otherwise Python complains about the closed pipe once more while it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
