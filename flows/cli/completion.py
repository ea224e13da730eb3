"""`yaoxin completion`: the script that completes commands, flags and values in a shell."""

from __future__ import annotations

import click

from flows.cli.options import NearestChoice


@click.command()
@click.argument("shell", type=NearestChoice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      yaoxin completion bash > ~/.local/share/bash-completion/completions/yaoxin
      yaoxin completion zsh  > ~/.zfunc/_yaoxin
      yaoxin completion fish > ~/.config/fish/completions/yaoxin.fish
    """
    from click.shell_completion import get_completion_class

    from flows.cli.app import COMPLETION_VARIABLE, PROGRAM, cli

    kind = get_completion_class(shell)
    assert kind is not None, "the three shells are click's own"
    script = kind(cli, {}, PROGRAM, COMPLETION_VARIABLE)
    click.echo(script.source_template % script.source_vars())
