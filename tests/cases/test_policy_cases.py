"""Every case of policy/cases holds: one test each, named by its sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from transforms.policy import load_scheme
from transforms.policy.case_file import Case, load_cases
from transforms.policy.cases import run_case
from transforms.policy.scheme import Scheme

POLICY = Path(__file__).parents[2] / "policy"
SCHEMES = {path.stem: load_scheme(path.read_text("utf-8"), path.name) for path in POLICY.glob("schemes/*.yaml")}


def all_cases() -> Iterator[object]:
    for path in sorted(POLICY.glob("cases/*.yaml")):
        file = load_cases(path.read_text("utf-8"), f"policy/cases/{path.name}", SCHEMES)
        for case in file.cases:
            yield pytest.param(case, SCHEMES[file.scheme], id=f"{path.stem}: {case.name}")


@pytest.mark.parametrize(("case", "scheme"), list(all_cases()))
def test_case(case: Case, scheme: Scheme) -> None:
    assert run_case(case, scheme) == []


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_every_scheme_is_named_as_its_file_and_has_cases(name: str) -> None:
    assert SCHEMES[name].scheme == name
    assert (POLICY / "cases" / f"{name}.yaml").exists()
