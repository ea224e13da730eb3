"""Policy files on disk, checked as `transforms.policy` checks them."""

from __future__ import annotations

from pathlib import Path

from flows.cli.faults import Mistake
from transforms.policy import PolicyProblems
from transforms.policy.check import PolicyCheck, check_policy_file
from transforms.policy.scheme import Scheme
from transforms.policy.scheme_file import load_scheme


def checked(path: Path) -> list[PolicyCheck]:
    """The check of the file, and for a scheme that of its cases: the file of the same name in `cases` beside it."""
    folder = path.absolute().parent.parent
    found = check_policy_file(_text(path), str(path), _schemes(folder / "schemes"))
    cases = folder / "cases" / path.name
    if found.kind != "scheme" or not cases.is_file():
        return [found]
    return [found, check_policy_file(_text(cases), str(cases), _schemes(path.parent))]


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
