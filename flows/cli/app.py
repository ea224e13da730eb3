"""The command group `yaoxin`: the commands by name, each imported only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click
from click.shell_completion import shell_complete

from flows.cli.errors import run_guarded

# In the order of a day: run, read, decide, look after.
COMMANDS = {
    "demo": "demo:demo",
    "nightly": "nightly:nightly",
    "explain": "explain:explain",
    "lookup": "lookup:lookup",
    "changes": "changes:changes",
    "penalties": "penalties:penalties",
    "list": "listing:list_",
    "repair": "repair:repair",
    "due": "due:due",
    "paper": "paper:paper",
    "quarantine": "quarantine:quarantine",
    "runs": "runs:runs",
    "rewind": "runs:rewind",
    "publish": "publish:publish",
    "approve": "publish:approve",
    "people": "people:people",
    "policy": "policy:policy",
    "privacy": "privacy:privacy",
    "serve": "nightly:serve",
    "completion": "completion:completion",
}

# Who asks these is an officer at a desk: questions and refusals are answered in Chinese, whatever the machine speaks.
FOR_OFFICERS = ("explain", "lookup", "changes", "penalties", "list", "repair", "due", "paper", "quarantine")


def _print_version(context: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"yaoxin {version('yaoxin')}")
        except PackageNotFoundError:
            click.echo("yaoxin, not installed: run from its source")
        context.exit()


class LazyGroup(click.Group):
    """commands_by_name: command to `module:attribute` below flows.cli. for_officers: who reads Chinese."""

    def __init__(
        self,
        commands_by_name: Mapping[str, str],
        for_officers: Collection[str] = (),
        **options: Any,  # noqa: ANN401 (click's own)
    ) -> None:
        super().__init__(**options)
        self._places = dict(commands_by_name)
        self._for_officers = frozenset(for_officers)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were given."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None for an unknown one."""
        if cmd_name not in self._places:
            return None
        module, attribute = self._places[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"flows.cli.{module}"), attribute)
        return command

    def run(self, arguments: Sequence[str] | None = None) -> int:
        """Run and return the exit code."""
        words = list(sys.argv[1:] if arguments is None else arguments)
        return run_guarded(lambda: self._answer(words), is_debug="--debug" in words, chinese=self._is_chinese(words))

    def _is_chinese(self, words: Sequence[str]) -> bool:
        """Officers are answered in Chinese always, operators as their environment asks."""
        from flows.wording import prefers_chinese

        asked = next((word for word in words if not word.startswith("-")), "")
        return asked in self._for_officers or prefers_chinese()

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:  # noqa: ANN401
        """Run and leave with the exit code. Click's own would end in 1, our word for a refusal, on a closed pipe."""
        sys.exit(self.run(args))

    def _answer(self, words: list[str]) -> object:
        asked = os.environ.get(COMPLETION_VARIABLE)
        if asked:
            return shell_complete(self, {}, PROGRAM, COMPLETION_VARIABLE, asked)
        try:
            with self.make_context(PROGRAM, words) as context:
                return self.invoke(context)
        except click.exceptions.Exit as end:
            return end.exit_code


@click.group(
    cls=LazyGroup,
    commands_by_name=COMMANDS,
    for_officers=FOR_OFFICERS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a fault.")
def cli() -> None:
    """Yaoxin (药信): nightly credit tiers for a drug regulator, each with its reasons.

    \b
    Examples:
      yaoxin demo var/inbox --enterprises 2000 --days 400 --seed 7
      yaoxin nightly --inbox var/inbox --store var/store
      yaoxin explain 91420100MA4KL00X1A
      yaoxin COMMAND --help

    \b
    Settings: flags, then YAOXIN_* variables, then yaoxin.toml (or --config, or YAOXIN_CONFIG).
    Exit codes: 0 done, 1 refused by the gate, 2 bad usage or configuration, 3 a fault.
    """


PROGRAM, COMPLETION_VARIABLE = "yaoxin", "_YAOXIN_COMPLETE"
