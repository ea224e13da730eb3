"""A group whose commands are imported when called, and whose faults end in one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click
from click.shell_completion import shell_complete

from flows.cli.faults import guarded

PROGRAM, COMPLETION_VARIABLE = "yaoxin", "_YAOXIN_COMPLETE"


class LazyGroup(click.Group):
    """commands_by_name: command to `module:attribute` below flows.cli.commands. for_officers: who reads Chinese."""

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
        command: click.Command = getattr(import_module(f"flows.cli.commands.{module}"), attribute)
        return command

    def run(self, arguments: Sequence[str] | None = None) -> int:
        """Run and return the exit code."""
        words = list(sys.argv[1:] if arguments is None else arguments)
        return guarded(lambda: self._answer(words), is_debug="--debug" in words, chinese=self._is_chinese(words))

    def _is_chinese(self, words: Sequence[str]) -> bool:
        """Officers are answered in Chinese always, operators as their environment asks."""
        from flows.wording import is_chinese

        asked = next((word for word in words if not word.startswith("-")), "")
        return asked in self._for_officers or is_chinese()

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
