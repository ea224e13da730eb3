"""A group whose commands are imported when called, and whose faults end in one line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from flows.cli.faults import guarded


class LazyGroup(click.Group):
    """commands_by_name: command to `module:attribute` below flows.cli.commands."""

    def __init__(self, commands_by_name: Mapping[str, str], **options: Any) -> None:  # noqa: ANN401 (click's own)
        super().__init__(**options)
        self._places = dict(commands_by_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were given."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None for an unknown one."""
        if cmd_name not in self._places:
            return None
        module, attribute = self._places[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"flows.cli.commands.{module}"), attribute)
        return command

    def run(self, arguments: Sequence[str] | None = None, **extra: Any) -> int:  # noqa: ANN401
        """Run and return the exit code."""
        words = list(sys.argv[1:] if arguments is None else arguments)
        extra |= {"prog_name": "yaoxin", "standalone_mode": False}
        return guarded(lambda: super(LazyGroup, self).main(words, **extra), is_debug="--debug" in words)

    def main(self, args: Sequence[str] | None = None, *_: Any, **extra: Any) -> NoReturn:  # noqa: ANN401
        """Run and leave with the exit code."""
        sys.exit(self.run(args, **extra))
