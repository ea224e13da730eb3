"""One name, one meaning: no public class twice, and no name that the glossary replaced (banned_names.yaml)."""

import ast
from collections import defaultdict
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "transforms", "expectations", "reports", "bench", "docs")
MODULES = sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BANNED = yaml.safe_load((Path(__file__).parent / "banned_names.yaml").read_text("utf-8"))


def definitions() -> dict[str, list[str]]:
    """Where each public top-level class and function is defined."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.parse((ROOT / path).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                found[node.name].append(f"{path}:{node.lineno}")
    return found


def test_no_public_class_is_defined_twice():
    twice = {name: places for name, places in definitions().items() if name[0].isupper() and len(places) > 1}
    assert twice == {}


def test_no_class_or_function_has_a_banned_name():
    assert {name: places for name, places in definitions().items() if name in BANNED["definitions"]} == {}


def test_no_module_or_package_has_a_banned_name():
    banned = set(BANNED["modules"])
    found = [str(path) for path in MODULES if path.with_suffix("").as_posix() in banned]
    found += [str(path) for path in MODULES if {parent.as_posix() for parent in path.parents} & banned]
    assert found == []


def test_a_banned_name_has_a_word_that_replaces_it():
    assert [name for name, instead in (BANNED["definitions"] | BANNED["modules"]).items() if not instead] == []
