"""Every module, and every public class, function and method, says what it is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "transforms", "expectations", "reports", "bench")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def undocumented(tree: ast.Module) -> Iterator[str]:
    """The public classes, functions and methods without a docstring."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.name
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_") and not ast.get_docstring(inner):
                yield f"{node.name}.{inner.name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_what_they_offer_have_docstrings(path: Path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert not text.strip() or ast.get_docstring(tree)
    assert list(undocumented(tree)) == []


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.name == "__init__.py"],
    ids=lambda path: str(path.parent.relative_to(ROOT)),
)
def test_a_package_lists_modules_that_exist(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    lines = (ast.get_docstring(tree) or "").splitlines()
    listed = [name for line in lines if line.startswith("- `") for name in re.findall(r"`(\w+)`", line.split("  ")[0])]
    modules = {each.stem for each in path.parent.iterdir()}
    assert [name for name in listed if name not in modules | defined] == []
