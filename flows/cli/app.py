"""The command group `yaoxin`: the commands by name, each imported only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click
from click.shell_completion import CompletionItem, shell_complete

from flows.cli.errors import run_guarded
from flows.settings import did_you_mean
from flows.wording import prefers_chinese

PROGRAM, COMPLETION_VARIABLE = "yaoxin", "_YAOXIN_COMPLETE"


class CommandEntry(NamedTuple):
    """Where a command is (`module:attribute` below flows.cli), and what the list of commands says of it."""

    place: str
    help: str
    is_for_officers: bool = False


# In the order of a day: run, read, decide, maintain.
COMMANDS = {
    "demo": CommandEntry("demo:demo", "Write an invented region's inbox."),
    "nightly": CommandEntry("nightly:nightly", "Make the runs that are due."),
    "explain": CommandEntry("explain:explain", "Why an enterprise has its tier.", True),
    "lookup": CommandEntry("lookup:lookup", "The short answer for an approval desk.", True),
    "person": CommandEntry("person:person", "Posts and bans of a person, for a stated purpose.", True),
    "changes": CommandEntry("changes:changes", "Tier changes and their causes.", True),
    "penalties": CommandEntry("penalties:penalties", "Which penalties must be public, by when and until when.", True),
    "list": CommandEntry("listing:list_", "Who is on the serious-violation list, and who may be.", True),
    "repair": CommandEntry("repair:repair", "Whether penalties and listings may be repaired, and from when.", True),
    "due": CommandEntry("due:due", "What falls due: by itself, and for whom by when.", True),
    "inspectors": CommandEntry("inspectors:inspectors", "Which inspectors may be sent, and why others may not.", True),
    "paper": CommandEntry("paper:paper", "Write one of the office's papers as HTML and PDF.", True),
    "quarantine": CommandEntry("quarantine:quarantine", "Quarantined rows and rejected files.", True),
    "runs": CommandEntry("runs:runs", "The runs of the store and their results."),
    "rewind": CommandEntry("runs:rewind", "Go back to an earlier run."),
    "store": CommandEntry("store:store", "Upgrade a store of an earlier release."),
    "publish": CommandEntry("publish:publish", "Prepare and publish the lists."),
    "approve": CommandEntry("publish:approve", "Approve a prepared publication."),
    "people": CommandEntry("people:people", "Who may sign, and what they signed."),
    "policy": CommandEntry("policy:policy", "Check policy files."),
    "privacy": CommandEntry("privacy:privacy", "Search for numbers of natural persons."),
    "serve": CommandEntry("nightly:serve", "Run the schedule on this machine."),
    "completion": CommandEntry("completion:completion", "Print the completion script of a shell."),
}

# Officers at a desk use these: they are answered and refused in Chinese, whatever the locale of the machine.
FOR_OFFICERS = tuple(name for name, entry in COMMANDS.items() if entry.is_for_officers)


class LazyGroup(click.Group):
    """A group that imports a command when it is called, and turns its exceptions into a message and an exit code."""

    def __init__(self, entries: Mapping[str, CommandEntry], **options: Any) -> None:  # noqa: ANN401 (click's own)
        super().__init__(**options)
        self._entries = dict(entries)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the entries."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None for an unknown name."""
        if cmd_name not in self._entries:
            return None
        module, attribute = self._entries[cmd_name].place.split(":")
        command: click.Command = getattr(import_module(f"flows.cli.{module}"), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's; an unknown name is refused with the nearest one."""
        name = args[0]
        if name not in self._entries and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"No such command '{name}'{did_you_mean(name, list(self._entries))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._entries.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands without importing one, and the group's own options."""
        found = [
            CompletionItem(name, help=entry.help)
            for name, entry in self._entries.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def run(self, arguments: Sequence[str] | None = None) -> int:
        """Run a command (None: that of the process) and return the exit code."""
        words = list(sys.argv[1:] if arguments is None else arguments)
        called = next((word for word in words if not word.startswith("-")), "")
        chinese = called in FOR_OFFICERS or prefers_chinese()
        return run_guarded(lambda: self._invoke(words), is_debug="--debug" in words, chinese=chinese)

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:  # noqa: ANN401
        """Run and leave with the exit code. Click's own main ends in 1, our code for a refusal, on a closed pipe."""
        sys.exit(self.run(args))

    def _invoke(self, words: list[str]) -> object:
        instruction = os.environ.get(COMPLETION_VARIABLE)
        if instruction:
            return shell_complete(self, {}, PROGRAM, COMPLETION_VARIABLE, instruction)
        try:
            with self.make_context(PROGRAM, words) as context:
                return self.invoke(context)
        except click.exceptions.Exit as end:
            return end.exit_code


def _print_version(context: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"yaoxin {version('yaoxin')}")
        except PackageNotFoundError:
            click.echo("yaoxin, not installed: run from its source")
        context.exit()


@click.group(cls=LazyGroup, entries=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
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
