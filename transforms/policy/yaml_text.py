"""YAML text to plain values, with the line of every value known.

A small and strict YAML: booleans are true and false alone (so that `no` and `on` stay words), numbers with
a point are exact decimals, keys are text, and a key given twice, an anchor or a tag is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import yaml

from transforms.policy.problems import PolicyProblems, Problem, nearest, one_of

Path = tuple[str | int, ...]
_SCALARS = {
    "null": r"^(?:~|null|)$",
    "bool": r"^(?:true|false)$",
    "int": r"^[-+]?(?:0|[1-9][0-9_]*)$",
    "float": r"^[-+]?(?:0|[1-9][0-9_]*)\.[0-9]+$",
    "date": r"^\d{4}-\d{2}-\d{2}$",
}


_DEEPEST = 100  # lists and mappings in one another; the fast loader has no bound of its own


class _Loader(yaml.SafeLoader):
    """Composes nodes; builds nothing. Its own list of plain words that are more than text. Says best what is wrong."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (as PyYAML has it)


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # not built everywhere
    """The same, some ten times as fast."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


for _name, _pattern in _SCALARS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), None)


@dataclass
class Document:
    """A policy file as read: plain values, the line of each, and the mistakes found so far."""

    file: str
    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest thing around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def add(
        self, path: Path, message: str, *, value: object = "", expected: str = "", words: Iterable[str] = ()
    ) -> None:
        """Note a mistake at `path`. Where the value must be one of `words`, they and the nearest are named."""
        words = words if isinstance(words, Mapping) else tuple(words)
        problem = Problem(
            file=self.file,
            line=self.line(path),
            path=path_text(path),
            value=str(value),
            expected=one_of(words) if words else expected,
            nearest=nearest(str(value), words),
            message=message,
        )
        self.problems.append(problem)

    def add_once(
        self, path: Path, message: str, *, value: object = "", expected: str = "", words: Iterable[str] = ()
    ) -> None:
        """As add, unless this value at this place is already a mistake: for checks repeated day by day."""
        if not any((known.path, known.value) == (path_text(path), str(value)) for known in self.problems):
            self.add(path, message, value=value, expected=expected, words=words)

    def add_key(self, path: Path, message: str, *, words: Iterable[str] = ()) -> None:
        """Note that the key at the end of `path` is itself the mistake: the place shown is the mapping it stands in."""
        self.add(path, message, value=path[-1], words=words)
        self.problems[-1] = replace(self.problems[-1], path=path_text(path[:-1]))

    def settle(self) -> None:
        """Raises PolicyProblems where any mistake was noted."""
        if self.problems:
            raise PolicyProblems(self.problems)


def path_text(path: Path) -> str:
    """A path as people write it: items[2].award."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def read_document(text: str, file_name: str) -> Document:
    """`text` as plain values with their lines. Raises PolicyProblems for what is no YAML at all."""
    document = Document(file_name)
    try:
        node = _composed(text, file_name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _syntax(file_name, mark.line + 1 if mark else 1, str(error.problem or error.context)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _syntax(file_name, line, f"character {error.character!r} is not allowed") from None
    except RecursionError:
        raise _syntax(file_name, 1, "nested too deep") from None
    if node is None:
        raise _syntax(file_name, 1, "the file is empty")
    document.value = _value(node, (), document)
    return document


def _syntax(file_name: str, line: int, problem: str) -> PolicyProblems:
    hint = "spaces, not tabs" if "'\\t'" in problem else "YAML"
    return PolicyProblems([Problem(file_name, line, "", "", hint, "", f"cannot be read: {problem}")])


def _composed(text: str, file_name: str) -> yaml.Node | None:
    try:
        _refuse_anchors(text, file_name, _FastLoader)
        return yaml.compose(text, Loader=_FastLoader)
    except yaml.YAMLError:
        _refuse_anchors(text, file_name, _Loader)
        return yaml.compose(text, Loader=_Loader)


def _refuse_anchors(text: str, file_name: str, loader: type[yaml.SafeLoader]) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _syntax(file_name, _line(event), "nested too deep")
        anchor = getattr(event, "anchor", None)
        if anchor:
            message = f"anchors and aliases ('{anchor}') are not used in policy files"
            raise PolicyProblems([Problem(file_name, _line(event), "", anchor, "the value itself", "", message)])


def _line(place: yaml.Node | yaml.Event) -> int:
    return place.start_mark.line + 1 if place.start_mark else 1


def _value(node: yaml.Node, path: Path, document: Document) -> object:
    document.lines.setdefault(path, _line(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, index), document) for index, child in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node, path, document)


def _mapping(node: yaml.MappingNode, path: Path, document: Document) -> dict[str, object]:
    values: dict[str, object] = {}
    first_lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), _line(key_node)
        if not isinstance(key_node, yaml.ScalarNode):
            document.add(path, "a key is a list or a mapping", expected="a word before the colon")
        elif key in values:
            again = f"'{key}' stands twice, first on line {first_lines[key]}"
            document.problems.append(Problem(document.file, line, path_text(path), key, "", "", again))
        else:
            first_lines[key] = document.lines[(*path, key)] = line
            values[key] = _value(value_node, (*path, key), document)
    return values


def _scalar(node: yaml.ScalarNode, path: Path, document: Document) -> object:
    text = str(node.value)
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind not in _BUILD:
        document.add(path, f"the tag '{kind}' is not used in policy files", value=kind)
    return _BUILD.get(kind, str)(text)


def _date_or_text(text: str) -> date | str:
    """2025-02-30 stays text: the model that wants a date there says so with the place."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


_BUILD: dict[str, Callable[[str], object]] = {
    "str": str,
    "null": lambda text: None,
    "bool": lambda text: text == "true",
    "int": int,
    "float": Decimal,
    "date": _date_or_text,
}
