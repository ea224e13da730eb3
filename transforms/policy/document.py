"""A policy file to its typed model, or all its mistakes at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from types import UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from transforms.policy.problems import PlacedFault, PlacedFaults
from transforms.policy.yaml_text import Document, Path, read_document

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


def _placed(detail: ErrorDetails) -> tuple[PlacedFault, ...]:
    """The mistakes that a model found in itself as a whole."""
    error = detail.get("ctx", {}).get("error")
    return error.faults if isinstance(error, PlacedFaults) else ()


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


_Note = Callable[[Document, type[BaseModel], Path, ErrorDetails], None]
_NOTES: Mapping[str, _Note] = {
    "extra_forbidden": _note_unknown,
    "missing": _note_missing,
    "literal_error": _note_literal,
    "value_error": _note_value,
}


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
