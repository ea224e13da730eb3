"""The code keeps the sizes it promises: short functions, small modules, everything annotated."""

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("flows", "transforms", "expectations", "reports", "bench")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_small_and_say_what_they_are(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 250
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "a module says what it is for"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_stay_short(path: Path):
    too_long = {node.name: _length(node) for node in _functions(path) if _length(node) > 60}
    assert not too_long


def test_the_usual_function_is_very_short():
    lengths = sorted(_length(node) for path in MODULES for node in _functions(path))
    assert statistics.median(lengths) <= 10
    assert lengths[int(len(lengths) * 0.9)] <= 30
