"""`yaoxin policy check`: what is wrong with a policy file, and whether its cases hold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from flows.cli.faults import USAGE
from flows.cli.options import as_json, print_json


@click.group(short_help="Check policy files.")
def policy() -> None:
    """Work on policy files.

    \b
    Examples:
      yaoxin policy check policy/schemes/reference.yaml
      yaoxin policy check --help
    """


@policy.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@as_json
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a fault.")
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...], is_json: bool) -> None:
    """Check schemes, sources, law and cases, or all of a folder of them; a scheme's cases are run.

    Every mistake is named with file, line, value, what was expected and the nearest right word. Exit code 2 where
    there is any.

    \b
    Examples:
      yaoxin policy check policy/schemes/reference.yaml
      yaoxin policy check policy/schemes/*.yaml policy/sources/*.yaml --json
      yaoxin policy check policy/law
    """
    from flows.cli.answers.policy_files import checked

    checks = [check for path in files for check in checked(path)]
    if is_json:
        print_json({"files": [asdict(check) | {"is_passed": check.is_passed} for check in checks]})
    else:
        from flows.wording import check_told, is_chinese

        click.echo("\n".join(check_told(check) if is_chinese() else str(check) for check in checks))
    if not all(check.is_passed for check in checks):
        context.exit(USAGE)
