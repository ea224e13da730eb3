"""A policy file: YAML to plain values with line numbers, then to a typed model, or every mistake at once.

Before that, what every policy model is made of: dated values, points and periods.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from operator import attrgetter
from types import UnionType
from typing import Annotated, Generic, Literal, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, ValidationError, model_validator
from pydantic_core import ErrorDetails

Value = TypeVar("Value")
# How sure a value is: C read in the source, M from memory, I inferred, GAP not found.
Confidence = Literal["C", "M", "I", "GAP"]
# Which version of a rule governs a record: that of each day it is on display, or for good that of the day it was made.
TransitionalRule = Literal["display", "decision"]
_MAX_CENTIPOINTS = 10**15  # sums of points stay far inside 64 bits
Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]  # keys and indexes from the top of a document
PlacedProblem = tuple[Place, str]  # a mistake found in a model, with its message
_MAX_DEPTH = 100  # of nested lists and mappings; libyaml has no limit of its own
_SCALARS = {
    "null": r"^(?:~|null|)$",
    "bool": r"^(?:true|false)$",
    "int": r"^[-+]?(?:0|[1-9][0-9_]*)$",
    "float": r"^[-+]?(?:0|[1-9][0-9_]*)\.[0-9]+$",
    "date": r"^\d{4}-\d{2}-\d{2}$",
}
# What to write, by the first word of pydantic's error type.
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


def to_centipoints(value: object) -> int:
    """Points as written in a policy file (-0.5, 40) as centipoints (-50, 4000).

    Raises ValueError if the value is not a number or has more than two decimals.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("points are a number such as -0.5 or 40")
    try:
        scaled = Decimal(str(value)) * 100
    except InvalidOperation:
        raise ValueError("points are a number such as -0.5 or 40") from None
    if not scaled.is_finite() or abs(scaled) > _MAX_CENTIPOINTS:
        raise ValueError("points are a number such as -0.5 or 40")
    if scaled != scaled.to_integral_value():
        raise ValueError("points have at most two decimals")
    return int(scaled)


Points = Annotated[int, BeforeValidator(to_centipoints)]


class PolicyModel(BaseModel):
    """Base of every policy model: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Duration(PolicyModel):
    """A length of time: exactly one of years, months, days. The day of the event does not count."""

    years: PositiveInt | None = None
    months: PositiveInt | None = None
    days: PositiveInt | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Duration:
        if sum(x is not None for x in (self.years, self.months, self.days)) != 1:
            raise ValueError("give exactly one of years, months, days")
        return self


class PolicyGap(LookupError):
    """A value was asked for on a day before its first date."""


class Dated(PolicyModel, Generic[Value]):
    """A value that changes over time: `values` by first day in force; None ends it from that day.

    basis: the article or document it comes from. confidence: see Confidence.
    """

    values: dict[date, Value | None] = Field(min_length=1)
    basis: str = Field(min_length=1)
    confidence: Confidence

    def on(self, day: date, name: str = "value") -> Value | None:
        """The value in force on `day`; None once it has ended.

        Raises PolicyGap, which names the value `name`, for a day before the first: a gap is an error, not a default.
        """
        starts = [start for start in self.values if start <= day]
        if not starts:
            raise PolicyGap(f"{name} has no value on {day}; its first date is {min(self.values)}")
        return self.values[max(starts)]


def iter_dated_values(value: object, place: Place = ()) -> Iterator[tuple[Place, Dated[object]]]:
    """Every dated value in a policy model, however deep, with its place in the file."""
    if isinstance(value, Dated):
        yield place, value
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from iter_dated_values(inner, (*place, index))
    elif isinstance(value, PolicyModel):
        for name in type(value).model_fields:
            yield from iter_dated_values(getattr(value, name), (*place, name))


@dataclass(frozen=True)
class Problem:
    """One mistake in a policy file.

    `line` counts from 1; `path` is the place in the document (items[2].award). `expected` and `nearest` (the most
    similar allowed value) are empty where there is nothing to say.
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


class PolicyProblems(ValueError):
    """A policy file is refused. `problems` holds every mistake found, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        order = attrgetter("file", "line", "path", "message", "expected", "nearest", "value")
        self.problems = tuple(sorted(set(problems), key=order))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class Document:
    """A policy file as read: plain values, the line of each, and the mistakes found so far."""

    file: str
    value: object = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of the value at `place`, or of the nearest value around it."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)

    def add(
        self, place: Place, message: str, *, value: object = "", expected: str = "", allowed: Iterable[str] = ()
    ) -> None:
        """Add a mistake at `place`. The message lists the `allowed` values and suggests the nearest one to `value`."""
        allowed = allowed if isinstance(allowed, Mapping) else tuple(allowed)
        problem = Problem(
            file=self.file,
            line=self.line(place),
            path=path_text(place),
            value=str(value),
            expected=one_of(allowed) if allowed else expected,
            nearest=nearest(str(value), allowed),
            message=message,
        )
        self.problems.append(problem)

    def add_once(
        self, place: Place, message: str, *, value: object = "", expected: str = "", allowed: Iterable[str] = ()
    ) -> None:
        """Like `add`, unless this value at this place is already a mistake: for checks repeated for every day."""
        if not any((known.path, known.value) == (path_text(place), str(value)) for known in self.problems):
            self.add(place, message, value=value, expected=expected, allowed=allowed)

    def add_key(self, place: Place, message: str, *, allowed: Iterable[str] = ()) -> None:
        """Add that the key at the end of `place` is itself the mistake; the place shown is the mapping around it."""
        self.add(place, message, value=place[-1], allowed=allowed)
        self.problems[-1] = replace(self.problems[-1], path=path_text(place[:-1]))

    def raise_problems(self) -> None:
        """Raise PolicyProblems if there are any."""
        if self.problems:
            raise PolicyProblems(self.problems)


def load_document(text: str, file_name: str, model: type[Model]) -> Model:
    """`text` (YAML) as a `model`; messages call the file `file_name`. Raises PolicyProblems with every mistake."""
    return parse_document(text, file_name, model)[0]


def parse_document(
    text: str, file_name: str, model: type[Model], check: Callable[[Model], Iterable[PlacedProblem]] | None = None
) -> tuple[Model, Document]:
    """Like load_document, with the document for further checks: it knows the line of every value.

    `check` finds what is wrong in a model. Where some values do not fit the model, it still gets the rest of
    the document, so that all mistakes come at once.
    """
    document = read_document(text, file_name)
    try:
        loaded = model.model_validate(document.value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        for detail in details:
            _add_detail(document, model, detail)
        if check:
            _check_the_rest(document, model, details, check)
    else:
        for place, message in check(loaded) if check else ():
            document.add(place, message)
    document.raise_problems()
    return loaded, document


def read_document(text: str, file_name: str) -> Document:
    """`text` as plain values with their lines. Raises PolicyProblems where it is not YAML."""
    document = Document(file_name)
    try:
        try:
            _refuse_anchors(text, file_name, _FastLoader)
            node = yaml.compose(text, Loader=_FastLoader)
        except yaml.YAMLError:
            _refuse_anchors(text, file_name, _Loader)
            node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _syntax_problem(file_name, mark.line + 1 if mark else 1, str(error.problem or error.context)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _syntax_problem(file_name, line, f"character {error.character!r} is not allowed") from None
    except RecursionError:
        raise _syntax_problem(file_name, 1, "nested too deep") from None
    if node is None:
        raise _syntax_problem(file_name, 1, "the file is empty")
    document.value = _plain_value(node, (), document)
    return document


def nearest(text: str, allowed: Iterable[str]) -> str:
    """The `allowed` value most similar to `text`; empty where none is.

    In a vocabulary (code to Chinese term) the Chinese term means its code.
    """
    by_fold = {option.casefold(): option for option in allowed}
    if isinstance(allowed, Mapping):
        by_fold |= {str(label).casefold(): code for code, label in allowed.items()}
    found = get_close_matches(text.casefold(), by_fold, n=1, cutoff=0.55)
    return by_fold[found[0]] if found else ""


def one_of(allowed: Iterable[str]) -> str:
    """`one of a, b, c`, for `Problem.expected`."""
    return "one of " + ", ".join(sorted(allowed))


def path_text(place: Place) -> str:
    """A place as people write it: items[2].award."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


class _Loader(yaml.SafeLoader):
    """Composes nodes with our own list of scalars that are not text. The pure Python loader has the better messages."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (as PyYAML has it)


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # not built everywhere
    """The same in C, about ten times as fast."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


for _name, _pattern in _SCALARS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), None)


def _refuse_anchors(text: str, file_name: str, loader: type[yaml.SafeLoader]) -> None:
    """Raise PolicyProblems for an anchor or alias, or where the text is nested too deep, before nodes are composed."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise _syntax_problem(file_name, _line(event), "nested too deep")
        anchor = getattr(event, "anchor", None)
        if anchor:
            message = f"anchors and aliases ('{anchor}') are not used in policy files"
            raise PolicyProblems([Problem(file_name, _line(event), "", anchor, "the value itself", "", message)])


def _syntax_problem(file_name: str, line: int, problem: str) -> PolicyProblems:
    hint = "spaces, not tabs" if "'\\t'" in problem else "YAML"
    return PolicyProblems([Problem(file_name, line, "", "", hint, "", f"cannot be read: {problem}")])


def _plain_value(node: yaml.Node, place: Place, document: Document) -> object:
    """The value of a node; its line, and those of all values inside, are noted in `document`."""
    document.lines.setdefault(place, _line(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain_value(child, (*place, index), document) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind not in _SCALAR_VALUES:
            document.add(place, f"the tag '{kind}' is not used in policy files", value=kind)
        return _SCALAR_VALUES.get(kind, str)(str(node.value))
    assert isinstance(node, yaml.MappingNode)
    values: dict[str, object] = {}
    first_lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), _line(key_node)
        if not isinstance(key_node, yaml.ScalarNode):
            document.add(place, "a key is a list or a mapping", expected="a word before the colon")
        elif key in values:
            again = f"'{key}' is given twice, first on line {first_lines[key]}"
            document.problems.append(Problem(document.file, line, path_text(place), key, "", "", again))
        else:
            first_lines[key] = document.lines[(*place, key)] = line
            values[key] = _plain_value(value_node, (*place, key), document)
    return values


def _date_or_text(text: str) -> date | str:
    """2025-02-30 stays text: the model that wants a date there says so, with the place."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


_SCALAR_VALUES: Mapping[str, Callable[[str], object]] = {
    "str": str,
    "null": lambda text: None,
    "bool": lambda text: text == "true",
    "int": int,
    "float": Decimal,
    "date": _date_or_text,
}


def _line(part: yaml.Node | yaml.Event) -> int:
    return part.start_mark.line + 1 if part.start_mark else 1


def _add_detail(document: Document, model: type[BaseModel], detail: ErrorDetails) -> None:
    """Add one error of pydantic's as a problem that the author understands."""
    place, error_type, given = _place_of(document, detail["loc"]), detail["type"], detail["input"]
    # The value as the file has it; nothing for what is not a single value.
    found = "" if isinstance(given, dict | list) else "nothing" if given is None else f"'{given}'"
    kind = error_type.split("_")[0]
    if error_type == "extra_forbidden":
        document.add_key(place, f"unknown word '{place[-1]}'", allowed=_keys_allowed_at(model, place[:-1]))
    elif error_type == "missing":
        key = str(detail["loc"][-1])
        document.add(place, f"'{key}' is missing", expected=f"'{key}:' here")
    elif error_type == "literal_error":
        allowed = [part.strip("' ") for part in detail["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        document.add(place, f"unknown word '{given}'", value=given, allowed=allowed)
    elif error_type == "value_error":
        message = detail["msg"].removeprefix("Value error, ")
        document.add(place, f"{found or 'this'} does not fit: {message}", value=found)
    elif kind in _EXPECTED and not error_type.startswith(("string_pattern", "string_too")):
        document.add(place, f"{found or 'this'} does not fit", value=found or "this", expected=_EXPECTED[kind])
    else:
        document.add(place, f"{found or 'this'} does not fit: {detail['msg']}", value=found or "this")


def _check_the_rest(
    document: Document,
    model: type[Model],
    details: Sequence[ErrorDetails],
    check: Callable[[Model], Iterable[PlacedProblem]],
) -> None:
    """Run `check` on the document without the values that do not fit; what only follows from their absence is left out.

    Nothing is checked where the rest is not a `model` either.
    """
    rest = deepcopy(document.value)
    # The last of a list first, and what is inside before what is around it.
    removed = sorted({_place_of(document, detail["loc"]) for detail in details}, key=lambda at: (len(at), at))[::-1]
    if () in removed:
        return
    for place in removed:
        holder = rest
        for part in place[:-1]:
            holder = holder[part]  # type: ignore[index] # the place was found in it
        del holder[place[-1]]  # type: ignore[attr-defined]
    try:
        loaded = model.model_validate(rest)
    except ValidationError:
        return
    for place, message in check(loaded):
        if not any(place[: len(gone)] == gone or gone[:-1] == place for gone in removed):
            document.add(place, message)


def _place_of(document: Document, loc: tuple[str | int, ...]) -> Place:
    """pydantic's location without the names of union members and validators that it puts in between."""
    place: Place = ()
    for part in loc:
        if (*place, part) in document.lines:
            place = (*place, part)
    return place


def _keys_allowed_at(model: type[BaseModel], place: Place) -> list[str]:
    """The keys allowed in the mapping at `place` of a document of this model."""
    annotation: object = model
    for part in place:
        inner: list[object] = []
        for option in _union_members(annotation):
            if isinstance(option, type) and issubclass(option, BaseModel):
                fields = {info.alias or name: info.annotation for name, info in option.model_fields.items()}
                inner += [fields[part]] if part in fields else []
            else:  # the values of a mapping or the members of a list
                inner += get_args(option)[-1:] if get_origin(option) is not tuple else get_args(option)[:1]
        annotation = Union[tuple(inner)] if inner else object  # noqa: UP007 (the members are only known now)
    models = [one for one in _union_members(annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
    return [info.alias or name for one in models for name, info in one.model_fields.items()]


def _union_members(annotation: object) -> list[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _union_members(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [inner for option in get_args(annotation) for inner in _union_members(option)]
    return [annotation]
