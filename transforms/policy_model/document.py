"""A policy file: YAML to plain values with line numbers, then to a typed model, or every mistake at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "date": "a date such as 2017-03-01",
    "datetime": "an instant such as 2017-03-01T02:00:00Z",
    "string": "text; write it in quotes where it looks like a number or a date",
    "list": "a list, each line beginning with '- '",
    "tuple": "a list, each line beginning with '- '",
    "dict": "words with values below them",
    "model": "words with values below them",
    "is": "an object of the right kind",
}


def load_document(text: str, file_name: str, model: type[Model]) -> Model:
    """`text` (YAML) as a `model`.

    file_name is what the messages call the file. Raises PolicyProblems with every mistake found: line,
    place in the document, value, what was expected, the nearest right word.
    """
    return parse_document(text, file_name, model)[0]


def parse_document(text: str, file_name: str, model: type[Model]) -> tuple[Model, Document]:
    """As load_document, with the document, which knows the line of every value, for further checks."""
    document = read_document(text, file_name)
    try:
        loaded = model.model_validate(document.value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        for detail in details:
            _note(document, model, detail)
        _note_rest(document, model, details)
    document.settle()
    return loaded, document


def _note(document: Document, model: type[BaseModel], detail: ErrorDetails) -> None:
    path = _path_in(document, detail["loc"])
    note = _NOTES.get(detail["type"], _note_other)
    note(document, model, path, detail)


def _path_in(document: Document, loc: tuple[str | int, ...]) -> Path:
    """pydantic's place without the names of union members and functions it puts in between."""
    path: Path = ()
    for part in loc:
        if (*path, part) in document.lines:
            path = (*path, part)
    return path


def _note_unknown(document: Document, model: type[BaseModel], path: Path, detail: ErrorDetails) -> None:
    document.add_key(path, f"unknown word '{path[-1]}'", words=_words_at(model, path[:-1]))


def _note_missing(document: Document, model: type[BaseModel], path: Path, detail: ErrorDetails) -> None:
    word = str(detail["loc"][-1])
    document.add(path, f"'{word}' is missing", expected=f"'{word}:' here")


def _note_literal(document: Document, model: type[BaseModel], path: Path, detail: ErrorDetails) -> None:
    words = [part.strip("' ") for part in detail["ctx"]["expected"].replace(" or ", ", ").split(", ")]
    value = str(detail["input"])
    document.add(path, f"unknown word '{value}'", value=value, words=words)


def _note_rest(document: Document, model: type[BaseModel], details: Sequence[ErrorDetails]) -> None:
    """What is wrong beside `details`: checks of a model as a whole are made only where its parts fit, so they are made
    of the document without those that do not; what only follows from their absence is not noted.
    """
    if any(_placed(detail) for detail in details):
        return
    rest = deepcopy(document.value)
    # The last of a list first, and what is inside before what is around it.
    away = sorted({_path_in(document, detail["loc"]) for detail in details}, key=lambda path: (len(path), path))[::-1]
    if () in away:
        return
    for path in away:
        holder = rest
        for part in path[:-1]:
            holder = holder[part]  # type: ignore[index] # the path was found in it
        del holder[path[-1]]  # type: ignore[attr-defined]
    try:
        model.model_validate(rest)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            for place, message in _placed(detail):
                path = (*_path_in(document, detail["loc"]), *place)
                follows = any(path[: len(gone)] == gone or gone[:-1] == path for gone in away)
                if not follows:
                    document.add(path, message)


def _placed(detail: ErrorDetails) -> tuple[PlacedProblem, ...]:
    """The mistakes that a model found in itself as a whole."""
    error = detail.get("ctx", {}).get("error")
    return error.faults if isinstance(error, PlacedProblems) else ()


def _note_value(document: Document, model: type[BaseModel], path: Path, detail: ErrorDetails) -> None:
    if faults := _placed(detail):
        for place, text in faults:
            document.add((*path, *place), text)
        return
    message = detail["msg"].removeprefix("Value error, ")
    found = _shown(detail["input"])
    document.add(path, f"{found or 'this'} does not fit: {message}", value=found)


def _note_other(document: Document, model: type[BaseModel], path: Path, detail: ErrorDetails) -> None:
    kind = detail["type"].split("_")[0]
    found = _shown(detail["input"]) or "this"
    if kind in _EXPECTED and not detail["type"].startswith(("string_pattern", "string_too")):
        document.add(path, f"{found} does not fit", value=found, expected=_EXPECTED[kind])
    else:
        document.add(path, f"{found} does not fit: {detail['msg']}", value=found)


Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One mistake: where it stands, what was found, what was expected, the nearest right word.

    `line` counts from 1; `path` is the place in the document (items[2].award). `expected` and `nearest`
    are empty where there is nothing to say.
    """

    file: str
    line: int
    path: str
    value: str
    expected: str
    nearest: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " + (f"{self.path}: " if self.path else "")
        expected = f"; expected {self.expected}" if self.expected else ""
        nearest = f"; did you mean '{self.nearest}'?" if self.nearest else ""
        return f"{place}{self.message}{expected}{nearest}"


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


_Note = Callable[[Document, type[BaseModel], Path, ErrorDetails], None]


def _shown(value: object) -> str:
    """A value as the file has it; nothing for what is no single value."""
    if isinstance(value, dict | list):
        return ""
    return "nothing" if value is None else f"'{value}'"


def _words_at(model: type[BaseModel], path: Path) -> list[str]:
    """The words allowed in the mapping at `path`."""
    found: object = model
    for part in path:
        found = _inside(found, part)
    words: list[str] = []
    for one in _models(found):
        words += [info.alias or name for name, info in one.model_fields.items()]
    return words


def _inside(annotation: object, part: str | int) -> object:
    """The type of the value at `part` of a value of this type."""
    inner: list[object] = []
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            fields = {info.alias or name: info.annotation for name, info in option.model_fields.items()}
            inner += [fields[part]] if part in fields else []
        else:
            inner += get_args(option)[-1:] if get_origin(option) is not tuple else get_args(option)[:1]
    return Union[tuple(inner)] if inner else object  # noqa: UP007 (the members are only known now)


def _options(annotation: object) -> list[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _options(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [inner for option in get_args(annotation) for inner in _options(option)]
    return [annotation]


def _models(annotation: object) -> list[type[BaseModel]]:
    return [one for one in _options(annotation) if isinstance(one, type) and issubclass(one, BaseModel)]


Place = tuple[str | int, ...]

PlacedProblem = tuple[Place, str]


class PlacedProblems(ValueError):
    """Several mistakes inside one model, each with its place below it (records, 0, columns, fine_fen)."""

    def __init__(self, faults: Iterable[PlacedProblem]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("; ".join(message for _, message in self.faults))


_NOTES: Mapping[str, _Note] = {
    "extra_forbidden": _note_unknown,
    "missing": _note_missing,
    "literal_error": _note_literal,
    "value_error": _note_value,
}

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


class PolicyProblems(ValueError):
    """A policy file is refused; `problems` holds every mistake found, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda p: (p.file, p.line, p.path, p.message)))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of `words` that is most like `word`; empty where none is alike.

    In a vocabulary (code to Chinese word) the Chinese word is as good as its code.
    """
    by_fold = {option.casefold(): option for option in words}
    if isinstance(words, Mapping):
        by_fold |= {str(label).casefold(): code for code, label in words.items()}
    found = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.55)
    return by_fold[found[0]] if found else ""


def one_of(words: Iterable[str]) -> str:
    """`one of a, b, c`, for `expected`."""
    return "one of " + ", ".join(sorted(words))
