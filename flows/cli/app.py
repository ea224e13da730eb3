"""The commands by name."""

from __future__ import annotations

import click

from flows.cli.group import LazyGroup

# In the order of a day: run, read, decide, look after.
COMMANDS = {
    "demo": "demo:demo",
    "nightly": "nightly:nightly",
    "explain": "explain:explain",
    "lookup": "lookup:lookup",
    "changes": "changes:changes",
    "penalties": "penalties:penalties",
    "list": "serious:list_",
    "repair": "repair:repair",
    "due": "due:due",
    "paper": "paper:paper",
    "quarantine": "quarantine:quarantine",
    "runs": "runs:runs",
    "rewind": "rewind:rewind",
    "publish": "publish:publish",
    "approve": "publish:approve",
    "people": "people:people",
    "policy": "policy:policy",
    "privacy": "privacy:privacy",
    "serve": "serve:serve",
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
