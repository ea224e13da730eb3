"""Exceptions to exit codes and messages. No other module of the command line decides an exit code for an exception.

0 done; 1 refused by the gate; 2 bad usage or configuration: the caller must change something; 3 a fault, or the
store is busy: nothing was done, run again later. 130 interrupted from the keyboard, 141 the reader of a pipe left.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress

import click

from flows.wording import describe_error, to_chinese

DONE, REFUSED, USAGE, FAULT = 0, 1, 2, 3
INTERRUPTED, PIPE_CLOSED = 130, 141

# By name, so that no module is imported only to name its exception.
_EXPECTED = {
    "flows.settings.SettingsProblems": (USAGE, "The configuration has mistakes:\n"),
    "transforms.policy_model.document.PolicyProblems": (USAGE, "The policy has mistakes:\n"),
    "transforms.policy_model.document.PolicyGap": (USAGE, "The scheme does not cover that day: "),
    "flows.legal_state.NoLaw": (USAGE, ""),
    "flows.run.due_days.PastDay": (USAGE, ""),
    "flows.run.due_days.FutureDay": (USAGE, ""),
    "flows.run.due_days.ClockInDoubt": (USAGE, ""),
    "flows.publishing.approval.NotApprovable": (USAGE, ""),
    "flows.office.journal.OfficeProblem": (USAGE, ""),
    "flows.office.keys.WrongPassphrase": (USAGE, ""),
    "reports.publication.draft.ReleaseProblem": (USAGE, ""),
    "reports.publication.version.IndexProblem": (USAGE, ""),
    "reports.office_papers.PaperToolMissing": (USAGE, ""),
    "reports.office_papers.NoGlyph": (USAGE, ""),
    "flows.store.location.BadStore": (USAGE, ""),
    "flows.store.store.CannotRewind": (USAGE, ""),
    "flows.store.ledger.StoreTooNew": (USAGE, ""),
    "flows.store.lease.Busy": (FAULT, ""),
    "flows.store.tables.StoreDamaged": (FAULT, ""),
    "flows.prefect_server.NoServer": (FAULT, ""),
    "builtins.OSError": (FAULT, "The system refused: "),
}
_NO_SPACE_NUMBERS = (errno.ENOSPC, errno.EDQUOT)
# Polars, Arrow, the Delta library and SQLite report it as text, with or without the number.
_NO_SPACE_TEXT = re.compile(
    r"No space left on device|os error 28\b|Disk quota exceeded|os error 122\b|errno[: ]+28\b|database or disk is full"
    r"|StorageFull|QuotaExceeded",
    re.IGNORECASE,
)
_NO_SPACE = (
    "No space left on the disk. Nothing of this command counts; readers see what they saw before. Make room where the "
    "store, the publications and the temporary files lie (df -h), then run the same command again."
)
_UNEXPECTED = "A fault in the program or its surroundings: "
_DEBUG = "\nRun the same command with --debug for the place in the code."


class UserError(click.ClickException):
    """The caller asked for what cannot be answered; the message says why and what to do. Exit code 2."""

    exit_code = USAGE

    def show(self, file: object = None) -> None:
        """Print the message to stderr."""
        click.echo(self.message, err=True)


def run_guarded(command: Callable[[], object], is_debug: bool, *, chinese: bool = False) -> int:
    """Run `command` and return its exit code; an exception becomes a plain message on stderr.

    chinese: whether the message is in Chinese rather than in English.
    """
    try:
        code = command()
        sys.stdout.flush()
    except click.ClickException as error:
        if not chinese:
            error.show()
            return USAGE
        if isinstance(error, click.UsageError) and error.ctx is not None:
            click.echo(f"用法：{error.ctx.command_path}；说明：{error.ctx.command_path} --help", err=True)
        click.echo(to_chinese(error.format_message()), err=True)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Python would complain about the closed pipe once more while it ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except BaseException as error:
        # A panic of a library in Rust is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if is_debug:
            traceback.print_exception(error)
        code, message = _code_and_message(error, is_debug, chinese)
        click.echo(message, err=True)
    return code if isinstance(code, int) else DONE


def _code_and_message(error: BaseException, is_debug: bool, chinese: bool) -> tuple[int, str]:
    def in_language(text: str) -> str:
        return to_chinese(text) if chinese else text

    if is_no_space(error):
        files = (getattr(one, "filename", None) for one in _chain(error))
        file = next((str(file) for file in files if file), "")
        return FAULT, in_language(_NO_SPACE) + (f" ({file})" if file else "")
    for name in (f"{cls.__module__}.{cls.__qualname__}" for cls in type(error).__mro__):
        if name in _EXPECTED:
            code, opening = _EXPECTED[name]
            return code, in_language(opening + describe_error(error, chinese=chinese))
    return FAULT, in_language(f"{_UNEXPECTED}{type(error).__name__}: {error}{'' if is_debug else _DEBUG}")


def is_no_space(error: BaseException) -> bool:
    """Whether a full disk or a used-up quota is behind `error`, whichever library reports it and in whatever form."""
    return any(
        getattr(one, "errno", None) in _NO_SPACE_NUMBERS or _NO_SPACE_TEXT.search(str(one)) for one in _chain(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, its causes and contexts."""
    visited: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in visited:
            visited.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]
