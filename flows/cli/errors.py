"""Exceptions to exit codes and messages. No other module of the command line decides an exit code for an exception."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress

import click

DONE, REFUSED, USAGE, FAULT = 0, 1, 2, 3
INTERRUPTED, PIPE_CLOSED = 130, 141

# By name, so that no module is imported only to name its exception.
_EXPECTED = {
    "flows.settings.SettingsProblems": (USAGE, "The configuration has mistakes:\n"),
    "transforms.policy_model.document.PolicyProblems": (USAGE, "The policy has mistakes:\n"),
    "transforms.policy_model.dated_values.PolicyGap": (USAGE, "The scheme does not cover that day: "),
    "flows.law.NoLaw": (USAGE, ""),
    "flows.run.due_days.PastDay": (USAGE, ""),
    "flows.run.due_days.FutureDay": (USAGE, ""),
    "flows.run.due_days.ClockInDoubt": (USAGE, ""),
    "flows.publishing.approval.NotApprovable": (USAGE, ""),
    "flows.office.journal.OfficeProblem": (USAGE, ""),
    "flows.office.keys.WrongPassphrase": (USAGE, ""),
    "reports.publication.draft.ReleaseProblem": (USAGE, ""),
    "reports.publication.version.IndexProblem": (USAGE, ""),
    "reports.paper_fonts.PaperToolMissing": (USAGE, ""),
    "reports.paper_fonts.NoGlyph": (USAGE, ""),
    "flows.store.location.BadStore": (USAGE, ""),
    "flows.store.store.CannotRewind": (USAGE, ""),
    "flows.store.lease.Busy": (FAULT, ""),
    "flows.store.tables.StoreDamaged": (FAULT, ""),
    "flows.prefect_server.NoServer": (FAULT, ""),
    "builtins.OSError": (FAULT, "The system refused: "),
}
_FULL = (errno.ENOSPC, errno.EDQUOT)
# Polars, Arrow, the Delta library and SQLite say it in words, with or without the number.
_SAID_FULL = re.compile(
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
    """Run `command` and return its exit code; what goes wrong is said on stderr in plain words.

    chinese: to whom it is said in Chinese, not in English.
    """
    try:
        code = command()
        sys.stdout.flush()
    except click.ClickException as mistake:
        _show(mistake, chinese)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return PIPE_CLOSED
    except BaseException as fault:
        # A panic of a library in Rust is no Exception.
        if not isinstance(fault, Exception) and type(fault).__name__ != "PanicException":
            raise
        return _told(fault, is_debug, chinese)
    return code if isinstance(code, int) else DONE


def _show(mistake: click.ClickException, chinese: bool) -> None:
    if not chinese:
        mistake.show()
        return
    from flows.wording import to_chinese

    if isinstance(mistake, click.UsageError) and mistake.ctx is not None:
        click.echo(f"用法：{mistake.ctx.command_path}；说明：{mistake.ctx.command_path} --help", err=True)
    click.echo(to_chinese(mistake.format_message()), err=True)


def _told(fault: BaseException, is_debug: bool, chinese: bool) -> int:
    from flows.wording import describe_error, to_chinese

    if is_debug:
        traceback.print_exception(fault)
    if is_no_space(fault):
        click.echo(f"{to_chinese(_NO_SPACE) if chinese else _NO_SPACE}{_where(fault)}", err=True)
        return FAULT
    names = [f"{cls.__module__}.{cls.__qualname__}" for cls in type(fault).__mro__]
    for name in names:
        if name in _EXPECTED:
            code, opening = _EXPECTED[name]
            said = describe_error(fault, chinese=chinese)
            click.echo(to_chinese(f"{opening}{said}") if chinese else f"{opening}{said}", err=True)
            return code
    said = f"{_UNEXPECTED}{type(fault).__name__}: {fault}{'' if is_debug else _DEBUG}"
    click.echo(to_chinese(said) if chinese else said, err=True)
    return FAULT


def is_no_space(fault: BaseException) -> bool:
    """Whether a full disk or a used-up quota is behind `fault`, whichever library says so and however."""
    return any(getattr(one, "errno", None) in _FULL or _SAID_FULL.search(str(one)) for one in _chain(fault))


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The fault and what led to it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [fault]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


def _where(fault: BaseException) -> str:
    names = (getattr(one, "filename", None) for one in _chain(fault))
    name = next((str(name) for name in names if name), "")
    return f" ({name})" if name else ""


def _discard_output() -> None:
    """Otherwise Python complains about the closed pipe once more while it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
