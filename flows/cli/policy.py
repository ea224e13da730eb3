"""`yaoxin policy check`: mistakes in policy files, and whether a scheme's cases hold."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.errors import USAGE, UserError
from flows.cli.options import json_option, print_json

if TYPE_CHECKING:
    from transforms.policy_check import PolicyCheck
    from transforms.policy_model.scheme import Scheme

_FOLDERS = ("schemes", "sources", "law", "papers")
_FILES = ("rating.yaml", "incentives.yaml", "withdrawals.yaml")


@click.group()
def policy() -> None:
    """Work on policy files.

    \b
    Examples:
      yaoxin policy check policy/schemes/reference.yaml
      yaoxin policy check --help
    """


@policy.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@json_option
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...], is_json: bool) -> None:
    """Check schemes, which trades they rate, sources, law and cases, or all of a folder of them; cases are run.

    Every mistake is named with file, line, value, what was expected and the nearest known name. Exit code 2 where
    there is any.

    \b
    Examples:
      yaoxin policy check policy/schemes/reference.yaml
      yaoxin policy check policy/schemes/*.yaml policy/sources/*.yaml --json
      yaoxin policy check policy/law
    """
    checks = [check for path in files for check in check_policy_path(path)]
    if is_json:
        print_json({"files": [asdict(check) | {"is_passed": check.is_passed} for check in checks]})
    else:
        from flows.wording import describe_check, prefers_chinese

        click.echo("\n".join(describe_check(check) if prefers_chinese() else str(check) for check in checks))
    if not all(check.is_passed for check in checks):
        context.exit(USAGE)


def check_policy_path(path: Path) -> list[PolicyCheck]:
    """The check of the file, and for a scheme that of its cases: the file of the same name in `cases` beside it.

    Of a folder with _FOLDERS every file of them; of a folder `law` its files, and whether those are there that the
    others rest on. Raises UserError for a folder without policy files and for a file that is not UTF-8.
    """
    if path.is_dir():
        return _check_folder(path)
    from transforms.policy_check import PolicyCheck, check_policy_file

    folder = Path(os.path.normpath(path.absolute())).parent.parent
    beside = Path(os.path.normpath(path.absolute())).parent / "schemes"
    schemes = _sound_schemes(beside if beside.is_dir() else folder / "schemes")
    found = check_policy_file(_text(path), str(path), schemes)
    cases = folder / "cases" / path.name
    if found.kind != "scheme" or not cases.is_file():
        return [found]
    if found.problems:
        return [found, PolicyCheck(str(cases), "cases", "not run: the scheme has mistakes")]
    return [found, check_policy_file(_text(cases), str(cases), _sound_schemes(path.parent))]


def _check_folder(folder: Path) -> list[PolicyCheck]:
    parts = [folder] if folder.name in _FOLDERS else [folder / name for name in _FOLDERS if (folder / name).is_dir()]
    paths = [path for part in parts for path in sorted(part.glob("*.yaml"))]
    paths += [path for name in _FILES if (path := folder / name).is_file()]
    if not paths:
        raise UserError(
            f"{folder}: no policy file below it; expected a folder with {', '.join(_FOLDERS)}, or one of these."
        )
    found = [check for path in paths for check in check_policy_path(path)]
    return found + [_check_law_folder(part) for part in parts if part.name == "law"]


def _check_law_folder(folder: Path) -> PolicyCheck:
    """Whether the files of law/ are there that the others rest on; what is left out is named."""
    from flows.legal_state import read_law_policy
    from flows.policy_folder import absent_law_files
    from transforms.policy_check import PolicyCheck
    from transforms.policy_model import PolicyProblems

    policy_dir = folder.absolute().parent
    absent = ", ".join(f"{name}.yaml" for name in absent_law_files(policy_dir)) or "none"
    try:
        read_law_policy(policy_dir, date.today())  # noqa: DTZ011 - mistakes are the same on every day
    except PolicyProblems as problems:
        return PolicyCheck(str(folder), "law", "refused", problems=problems.problems)
    return PolicyCheck(str(folder), "law", f"the files of law/ are whole; left out, and not answered: {absent}")


def _sound_schemes(folder: Path) -> dict[str, Scheme]:
    """The schemes without mistakes, by name: a mistake in another scheme does not concern the file that is checked."""
    from transforms.policy_model import PolicyProblems
    from transforms.policy_model.scheme import load_scheme

    schemes = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            scheme = load_scheme(_text(path), str(path))
        except (PolicyProblems, UserError):
            continue
        schemes[scheme.scheme] = scheme
    return schemes


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8.") from None
