"""The mutants of a file, by the operators of mutmut.

Annotations, imports, docstrings and decorators are left alone: tests cannot tell their mutants from the code. So is
literal text: a wrong column name fails in the first test, and wording is not behaviour.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation import mutators

_OPERATORS = [(kind, operator) for kind, operator in mutators.mutation_operators if kind is not cst.BaseString]
_UNCHANGED = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.BaseString)
_UNCHANGED_CALLS = {"len", "isinstance", "cast", "TypeVar", "NewType"}


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    `name` holds the file, the code that changes and what it becomes, but not the line: after a change
    elsewhere the same seed gives the same sample.
    """

    file: str
    name: str
    first_line: int
    last_line: int
    code: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


class Mutations:
    """The mutants of one file, written out only when asked for."""

    def __init__(self, file: str, code: str) -> None:
        self.file = file
        self.code = code
        wrapper = MetadataWrapper(cst.parse_module(code))
        self._module = wrapper.module
        collector = _Collector()
        wrapper.visit(collector)
        self._changes: dict[str, tuple[cst.CSTNode, cst.CSTNode, CodeRange]] = {}
        repeated: Counter[str] = Counter()
        for node, changed, place in collector.changes:
            old, new = (self._module.code_for_node(each) for each in (node, changed))
            if old == new:
                continue
            name = f"{file}: {old} -> {new}"
            repeated[name] += 1
            self._changes[f"{name} #{repeated[name]}"] = (node, changed, place)

    @property
    def names(self) -> list[str]:
        """The names of all mutants."""
        return list(self._changes)

    def mutant(self, name: str) -> Mutant | None:
        """The mutant of this name; None when the change is not valid Python."""
        node, changed, place = self._changes[name]
        code = cst.ensure_type(self._module.deep_replace(node, changed), cst.Module).code
        try:
            compile(code, self.file, "exec")
        except SyntaxError:
            return None
        difference = list(difflib.unified_diff(self.code.splitlines(), code.splitlines(), n=0, lineterm=""))[2:]
        removed, added = (
            tuple(line[1:].strip() for line in difference if line.startswith(sign)) for sign in ("-", "+")
        )
        return Mutant(self.file, name, place.start.line, place.end.line, code, removed, added)


class _Collector(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[tuple[cst.CSTNode, cst.CSTNode, CodeRange]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, _UNCHANGED) or _only_for_types(node):
            return False
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _UNCHANGED_CALLS:
            return False
        self.changes += [(node, changed, self._place(node)) for changed in _changed(node)]
        return True

    def _place(self, node: cst.CSTNode) -> CodeRange:
        place = self.get_metadata(PositionProvider, node)
        assert isinstance(place, CodeRange)
        return place


def _only_for_types(node: cst.CSTNode) -> bool:
    return (isinstance(node, cst.If) and isinstance(node.test, cst.Name) and node.test.value == "TYPE_CHECKING") or (
        isinstance(node, cst.Assign)
        and any(isinstance(each.target, cst.Name) and each.target.value == "__all__" for each in node.targets)
    )


def _changed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in _OPERATORS:
        if isinstance(node, kind):
            yield from operator(node)
