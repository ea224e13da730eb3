"""Policy files on disk, checked as `transforms.policy` checks them."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from flows.cli.faults import Mistake
from flows.law import read_legal_law
from flows.policies import law_files_absent
from transforms.policy import PolicyProblems
from transforms.policy.check import PolicyCheck, check_policy_file
from transforms.policy.scheme import Scheme
from transforms.policy.scheme_file import load_scheme

_FOLDERS = ("schemes", "sources", "law", "papers")


def checked(path: Path) -> list[PolicyCheck]:
    """The check of the file, and for a scheme that of its cases: the file of the same name in `cases` beside it.

    Of a folder with _FOLDERS every file of them; of a folder `law` its files, and whether those are there that the
    others rest on.
    """
    if path.is_dir():
        return _of_folder(path)
    folder = Path(os.path.normpath(path.absolute())).parent.parent
    found = check_policy_file(_text(path), str(path), _schemes(folder / "schemes"))
    cases = folder / "cases" / path.name
    if found.kind != "scheme" or not cases.is_file():
        return [found]
    if found.problems:
        return [found, PolicyCheck(str(cases), "cases", "not run: the scheme has mistakes")]
    return [found, check_policy_file(_text(cases), str(cases), _schemes(path.parent))]


def _of_folder(folder: Path) -> list[PolicyCheck]:
    parts = [folder] if folder.name in _FOLDERS else [folder / name for name in _FOLDERS if (folder / name).is_dir()]
    paths = [path for part in parts for path in sorted(part.glob("*.yaml"))]
    paths += [path for path in [folder / "withdrawals.yaml"] if path.is_file()]
    if not paths:
        raise Mistake(
            f"{folder}: no policy file below it; expected a folder with {', '.join(_FOLDERS)}, or one of these."
        )
    found = [check for path in paths for check in checked(path)]
    return found + [_law_as_a_whole(part) for part in parts if part.name == "law"]


def _law_as_a_whole(folder: Path) -> PolicyCheck:
    """Whether the files of law/ are there that the others rest on; what is left out is said."""
    policy = folder.absolute().parent
    absent = ", ".join(f"{name}.yaml" for name in law_files_absent(policy)) or "none"
    summary = f"the files of law/ are whole; left out, and not answered: {absent}"
    try:
        read_legal_law(policy, date.today())  # noqa: DTZ011 - mistakes are the same on every day
    except PolicyProblems as found:
        return PolicyCheck(str(folder), "law", "refused", problems=found.problems)
    return PolicyCheck(str(folder), "law", summary)


def _schemes(folder: Path) -> dict[str, Scheme]:
    """Those that are sound, by name: a mistake in another scheme is none of the file that is checked."""
    schemes = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            scheme = load_scheme(_text(path), str(path))
        except (PolicyProblems, Mistake):
            continue
        schemes[scheme.scheme] = scheme
    return schemes


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise Mistake(f"{path}: not UTF-8 (byte {fault.start}); save it as UTF-8.") from None
