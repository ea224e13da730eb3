"""Imports run one way and in no circle, and transforms stays pure."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "transforms", "expectations", "reports", "bench", "docs")
CLOCKS = {("date", "today"), ("datetime", "now"), ("datetime", "utcnow"), ("time", "time")}


def test_the_contracts_of_pyproject_hold():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted((ROOT / "transforms").rglob("*.py")), ids=lambda path: path.stem)
def test_transforms_has_no_clock_and_opens_nothing(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        assert not (isinstance(node.func, ast.Name) and node.func.id == "open"), f"line {node.lineno} opens a file"
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            called = (node.func.value.id, node.func.attr)
            assert called not in CLOCKS, f"line {node.lineno} reads a clock"
            assert not called[1].startswith(("scan_", "read_", "write_")), f"line {node.lineno} does I/O"


def imported(tree: ast.Module, modules: set[str]) -> Iterator[str]:
    """The modules of ours that a module imports anywhere: at the top, inside a function, or for type checking only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules else str(node.module)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_imports_form_no_circle():
    paths = {path.relative_to(ROOT): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): file for path, file in paths.items()}
    graph = {
        name: set(imported(ast.parse(file.read_text("utf-8")), set(names))) & set(names) - {name}
        for name, file in names.items()
    }
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle
