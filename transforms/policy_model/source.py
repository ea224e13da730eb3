"""What an incoming file's columns mean: one YAML per source, so that a new source needs no Python; and its loader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

import polars as pl
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from transforms.policy_model.conditions import condition_fields, condition_problems, fields_if_valid
from transforms.policy_model.document import (
    Confidence,
    Place,
    PlacedProblem,
    PolicyModel,
    nearest,
    one_of,
    parse_document,
)
from transforms.schemas import KINDS, Column, Kind
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT, TEXT_LIST

TakeRule = Literal["first", "last"]
# Columns that are derived from another one where a source does not give them: column to its origin.
DERIVED_COLUMNS = {"decision_key": "decision_no", "name_key": "name"}
_PART_TYPES = {"union": TEXT_LIST, "join": TEXT, "only": INTEGER, "least": DATE}
_PART_TERMS = {"union": "lists", "join": "free text", "only": "numbers", "least": "days"}
_ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "latin-1", "windows-1252", "shift_jis", "euc-kr")
_HEADING_UNIT = re.compile(r"[（(](?:单位[:：]?)?(元|千元|万元|亿元)[)）]$")
_TYPE_TERMS = {INTEGER: "a number", DATE: "a day", BOOLEAN: "yes or no", TEXT_LIST: "a list"}


class SourceLayout(PolicyModel):
    """Where the table is, and in which encoding.

    sheet: of a workbook (null: every visible one with the source's headings). header_row: the row of headings;
    delimiter: what separates the cells of a text; where the headings are not there, they are looked for. encoding: of
    a text (null: detected from its content, UTF-8 or GB18030 or UTF-16), by its usual name: gb18030, big5, latin-1.
    """

    sheet: str | None = None
    header_row: PositiveInt = 1
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str | None = None


class RefusedPattern(PolicyModel):
    """Cells that match `pattern` (regular expression) are refused for `reason`, in Chinese."""

    pattern: str
    reason: str


class FieldMapping(PolicyModel):
    """How one field is read from a row.

    from: accepted headings, the first is the field's own name for it in reports; or `constant`, or `template`
    ("{inspection}-{rec}", of inputs). unit: 元 or 万元, read exactly into fen; 分 (points), read
    exactly into hundredths. dates: formats tried in order
    (default: those of _common.yaml). words: source text to code, beside the Chinese words of the kind; ignore:
    texts read as empty; anything else in a closed vocabulary is a finding. split: characters that separate several
    values. replace: regular expression to text, before anything else is checked. pattern: what all of the text must
    match, `expected` says it in Chinese. secret: a natural person's identity number, kept as keyed hash or mask.
    """

    from_: list[str] = Field(default=[], alias="from")
    constant: bool | int | str | list[str] | None = None
    template: str | None = None
    unit: Literal["元", "万元", "分"] | None = None
    dates: list[str] | None = None
    words: dict[str, str] = Field(default={})
    ignore: list[str] = Field(default=[])
    split: str | None = None
    replace: dict[str, str] = Field(default={})
    pattern: str | None = None
    expected: str = ""
    refuse: list[RefusedPattern] = Field(default=[])
    required: bool = False
    secret: Literal["hash", "mask"] | None = None

    @property
    def parts(self) -> list[str]:
        """The inputs a template names."""
        return re.findall(r"\{(\w+)\}", self.template or "")

    @property
    def input_type(self) -> pl.DataType:
        """The type an input is read as; a column has that of its kind."""
        return DATE if self.dates else INTEGER if self.unit else TEXT


class IdentityFields(PolicyModel):
    """Which fields say whose record it is, in the order in which they are tried.

    scheme and number: an identifier of the source's own (toronto:9348578) where there is no USCC.
    name_must_match: a code and a name that do not agree with the register quarantine the row.
    nobody_when: SQL over the record's columns; a row for which it is true may name no enterprise at all.
    """

    uscc: str = "uscc"
    scheme: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")
    number: str | None = None
    licence_no: str | None = None
    registration_no: str | None = None
    name: str = "party_name"
    name_must_match: bool = True
    nobody_when: str | None = None

    @model_validator(mode="after")
    def _both(self) -> IdentityFields:
        if (self.scheme is None) != (self.number is None):
            raise ValueError("scheme and number stand together: the scheme names the identifier, number holds it")
        return self


class FoldAggregate(PolicyModel):
    """A field of a folded record: how many rows meet a condition, or the sum, least or greatest of a field."""

    count: str | None = None
    sum: str | None = None
    min: str | None = None
    max: str | None = None

    @model_validator(mode="after")
    def _one(self) -> FoldAggregate:
        if sum(x is not None for x in (self.count, self.sum, self.min, self.max)) != 1:
            raise ValueError("give exactly one of count, sum, min, max")
        return self


class Fold(PolicyModel):
    """Rows with equal fields `by` are one record. Fields that differ in it are refused, unless `take` names them."""

    by: list[str] = Field(min_length=1)
    columns: dict[str, FoldAggregate] = Field(default={})
    take: dict[str, TakeRule] = Field(default={})

    @property
    def fields_used_up(self) -> frozenset[str]:
        """Fields of the conditions and sums: they differ from row to row by nature, so the record has none of them."""
        totals = self.columns.values()
        counted = {name for total in totals for name in fields_if_valid(total.count)}
        return frozenset(counted | {name for total in totals for name in (total.sum, total.min, total.max) if name})


class OnceWhereSame(PolicyModel):
    """An amount in one row, or the same in every row; repeated it counts once only where the rows agree in
    the fields `once_where_same`: two acts may have been fined alike, and then the amount is unknown."""

    once_where_same: list[str]


# union: a list of all that the rows list. join: all texts, by ；. only: a number above zero in one row at most.
# least: the first day. A list of codes: the first of them that a row has.
PartRule = Literal["union", "join", "only", "least"] | list[str] | OnceWhereSame


class StageOrder(PolicyModel):
    """`by` is a coded field, `order` its codes by stage, codes of one stage in a list of their own.

    A report of a later stage is newer than one of an earlier that arrives with it, where no stamp says otherwise.
    """

    by: str
    order: list[str | list[str]] = Field(min_length=2)


class RefusedCondition(PolicyModel):
    """Records for which `when`, SQL over their fields, is true are quarantined, whatever each cell says alone.

    column: the field whose cell is to be corrected. reason: why; expected: what the officer should write there; both
    in Chinese. What is unknown does not hold: an empty field is asked for by IS NULL.
    """

    when: str
    column: str
    reason: str = Field(min_length=1)
    expected: str = Field(min_length=1)


class RecordMapping(PolicyModel):
    """One kind of record the rows are read as. `where`: only rows for which it is true.

    refuse_where: what must not be together in one record, checked on the folded record where rows are folded. Rows
    that no rule of the gate would let pass are quarantined here, so that one sender's row never stops a run.
    version_by: the field that orders the versions of one fact (the day or instant of the source's last change);
    without it what arrives later is newer. rows: what rows of one file are that name one record: `parts` of it, joined
    field by field as `parts` says (where it says nothing they must agree), or `versions`, of which the last is newest.
    advances: how the record goes on. fills: whether the source only fills what others leave unknown of a fact.
    """

    kind: str
    where: str | None = None
    identify: IdentityFields = IdentityFields()
    columns: dict[str, FieldMapping] = Field(min_length=1)
    fold: Fold | None = None
    refuse_where: list[RefusedCondition] = Field(default=[])
    version_by: str | None = None
    rows: Literal["parts", "versions"] = "parts"
    parts: dict[str, PartRule] = Field(default={})
    advances: StageOrder | None = None
    fills: bool = False


class SenderRule(PolicyModel):
    """Which office sent a row, so that quarantined rows go back to it.

    The first of `headings` under which the row says so; else the first pattern of `files` (of the path below the inbox)
    that fits; else, where `folder` is true, the folder the file lies in. Else it is the source's `office`.
    """

    headings: list[str] = Field(default=[])
    files: dict[str, str] = Field(default={})
    folder: bool = False


class Source(PolicyModel):
    """A source of files. `files`: patterns of the path below the inbox; * also crosses folders.

    Every heading of a file is read, is in `ignored_headings`, or is reported. Headings in `secret_headings`
    are never read and are masked wherever a row is shown. Every row is read by a record, meets `ignore_where` (SQL
    over inputs), or is reported.
    """

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    office: str
    files: list[str] = Field(min_length=1)
    sender: SenderRule = SenderRule()
    layout: SourceLayout = SourceLayout()
    basis: str = Field(min_length=1)
    confidence: Confidence
    inputs: dict[str, FieldMapping] = Field(default={})
    records: list[RecordMapping] = Field(min_length=1)
    ignore_where: str | None = None
    ignored_headings: list[str] = Field(default=[])
    secret_headings: list[str] = Field(default=[])

    def cells(self) -> list[FieldMapping]:
        """Every cell of the source: inputs, then columns in the order of the file."""
        return [*self.inputs.values(), *(cell for record in self.records for cell in record.columns.values())]

    @property
    def secrets(self) -> frozenset[str]:
        """Headings of natural persons' identity numbers."""
        read = {heading for cell in self.cells() if cell.secret for heading in cell.from_}
        return frozenset(read | set(self.secret_headings))


class DateBounds(PolicyModel):
    """Bounds of every date: not before `earliest`, not after the day of receipt plus `days_ahead`.

    Days that lie ahead by nature (a term, a deadline) are bounded by `latest`.
    """

    earliest: date
    days_ahead: NonNegativeInt
    latest: date


class OpenEndedTerms(PolicyModel):
    """Terms without an end, in the fields of `ahead`: one of `words`, or a day not before `from`.

    In the fields `stated_in` such a term is kept as the day `as` (the law asks for it); elsewhere, and where it is the
    term a record expires by, the field is empty.
    """

    words: list[str]
    from_: date = Field(alias="from")
    as_: date = Field(alias="as")
    stated_in: list[str]


class NameSuggestions(PolicyModel):
    """Suggestions for a name that is not in the register: how many, and how similar (0 to 100) at least.

    With more than `most_names` unknown names in a run the register itself is at fault, and none is suggested.
    """

    count: PositiveInt
    least_alike: int = Field(ge=0, le=100)
    most_names: NonNegativeInt


class SourceDefaults(PolicyModel):
    """What holds for every source: policy/sources/_common.yaml.

    unread_amounts: pattern of the texts in place of an amount of money could not be computed: it is unknown. So is
    it with any other text that is no amount; a note of the file reports those.
    may_be_unread: days without which a record is still one: a text that is no day leaves them unknown, with a note.
    refuse_keys: refused in names, codes, document numbers and required fields, where a text is no description.
    """

    basis: str
    confidence: Confidence
    dates: list[str] = Field(min_length=1)
    plausible: DateBounds
    ahead: list[str]
    no_end: OpenEndedTerms
    refuse: list[RefusedPattern]
    refuse_names: list[RefusedPattern]
    refuse_keys: list[RefusedPattern] = Field(default=[])
    null_words: list[str]
    unread_amounts: str
    may_be_unread: list[str] = Field(default=[])
    nearest: NameSuggestions
    sole_trader_codes: str

    def model_post_init(self, context: object) -> None:
        """Compile every pattern once, so that a wrong one is found at the start."""
        rules = (*self.refuse, *self.refuse_names, *self.refuse_keys)
        for pattern in (*(rule.pattern for rule in rules), self.unread_amounts):
            re.compile(pattern)


def load_source(text: str, file_name: str) -> Source:
    """The source written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    return parse_document(text, file_name, Source, _source_problems)[0]


def load_source_defaults(text: str, file_name: str) -> SourceDefaults:
    """What holds for every source, written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    return parse_document(text, file_name, SourceDefaults, _default_problems)[0]


def _default_problems(defaults: SourceDefaults) -> Iterator[PlacedProblem]:
    return _placed(("dates",), _date_format_problems(defaults.dates))


def _source_problems(source: Source) -> Iterator[PlacedProblem]:
    encoding, delimiter = source.layout.encoding, source.layout.delimiter
    if encoding is not None:
        try:
            "1,".encode(encoding)
        except (LookupError, UnicodeError):
            near = _suggestion(encoding, _ENCODINGS)
            yield ("layout", "encoding"), f"'{encoding}' is no encoding of texts; {one_of(_ENCODINGS)}{near}"
    if not delimiter.isascii() or delimiter in '"\r\n\0':
        message = f"'{delimiter}' separates no cells: it must be one ASCII character, and no quote or line end"
        yield ("layout", "delimiter"), message
    for name, mapping in source.inputs.items():
        yield from _placed(("inputs", name), _field_problems(mapping))
        if mapping.template:
            yield ("inputs", name), f"input '{name}' cannot be a template"
    yield from _heading_problems(source)
    kinds = [record.kind for record in source.records]
    for i, record in enumerate(source.records):
        for name, mapping in record.columns.items():
            yield from _placed(("records", i, "columns", name), _field_problems(mapping))
        if record.kind not in KINDS:
            message = f"unknown kind '{record.kind}'{_suggestion(record.kind, KINDS)}"
            yield ("records", i, "kind"), message
            continue
        if record.kind in kinds[:i]:
            yield ("records", i, "kind"), f"kind '{record.kind}' is given twice"
        for place, message in _record_problems(source, record):
            yield ("records", i, *place), message
    if source.ignore_where:
        place = ("ignore_where",)
        yield from _syntax_problems(place, source.ignore_where)
        for name in sorted(fields_if_valid(source.ignore_where) - set(source.inputs)):
            yield place, f"ignore_where names '{name}', which is no input{_suggestion(name, source.inputs)}"


def _placed(place: Place, messages: Iterable[str]) -> Iterator[PlacedProblem]:
    for message in messages:
        yield place, message


def _suggestion(word: str, allowed: Iterable[str] | Mapping[str, object]) -> str:
    near = nearest(word, allowed)
    return f"; did you mean '{near}'?" if near else ""


def _syntax_problems(place: Place, sql: str) -> Iterator[PlacedProblem]:
    try:
        condition_fields(sql)
    except ValueError as error:
        yield place, str(error)


def _field_problems(mapping: FieldMapping) -> Iterator[str]:
    """One origin, and nothing asked of a constant that only text can do."""
    origins = (bool(mapping.from_), mapping.constant is not None, mapping.template is not None)
    if sum(origins) != 1:
        yield "give exactly one of from, constant, template"
    own = [mapping.pattern] if mapping.pattern else []
    for pattern in (*own, *mapping.replace, *(one.pattern for one in mapping.refuse)):
        try:  # both of Polars and of Python
            pl.Series([""]).str.contains(pattern)
            re.compile(pattern.replace(r"\p{Han}", "."))
        except (pl.exceptions.PolarsError, re.error):
            yield f"'{pattern}' is no regular expression"
    if mapping.unit and mapping.dates:
        yield "unit and dates exclude each other"
    yield from _date_format_problems(mapping.dates or ())
    if mapping.pattern is not None and not mapping.expected:
        yield "`pattern` needs `expected`: what the officer should write, in Chinese"
    for heading in mapping.from_:
        found = _HEADING_UNIT.search(heading)
        if mapping.unit and found and found[1] != mapping.unit:
            yield f"heading '{heading}' is in {found[1]}, and its field is read in {mapping.unit}"


def _date_format_problems(formats: Iterable[str]) -> Iterator[str]:
    """A day written in a format and read again must be that day."""
    day = datetime(2026, 11, 28, 13, 14, 15)  # noqa: DTZ001 (a form of writing has no zone)
    for form in formats:
        try:
            written = pl.Series([day]).dt.strftime(form)
            is_format = written.str.to_date(form, strict=False)[0] == day.date()
        except pl.exceptions.PolarsError:
            is_format = False
        if not is_format:
            yield f"'{form}' is no format of a day: it needs year, month and day as in %Y-%m-%d"


def _heading_problems(source: Source) -> Iterator[PlacedProblem]:
    """A heading is read under one first name, and not ignored as well."""
    first: dict[str, str] = {}
    places: list[tuple[Place, FieldMapping]] = [(("inputs", name), mapping) for name, mapping in source.inputs.items()]
    for at, record in enumerate(source.records):
        places += [(("records", at, "columns", name), mapping) for name, mapping in record.columns.items()]
    for place, mapping in places:
        for at, heading in enumerate(mapping.from_):
            if first.setdefault(heading, mapping.from_[0]) != mapping.from_[0]:
                message = f"heading '{heading}' is read under '{first[heading]}' and under '{mapping.from_[0]}'"
                yield (*place, "from", at), message
    for at, heading in enumerate(source.ignored_headings):
        if heading in first:
            yield ("ignored_headings", at), f"heading '{heading}' is both read and ignored"


def _record_problems(source: Source, record: RecordMapping) -> Iterator[PlacedProblem]:
    """Every name a record uses exists, every required column of its kind is filled, every coded value is a code."""
    kind = KINDS[record.kind]
    for name in record.columns:
        if name in source.inputs:
            yield ("columns", name), f"'{name}' is an input and a column"
    if record.where:
        yield from _syntax_problems(("where",), record.where)
    if record.identify.nobody_when:
        yield from _syntax_problems(("identify", "nobody_when"), record.identify.nobody_when)
    for name, total in record.fold.columns.items() if record.fold else ():
        if total.count:
            yield from _syntax_problems(("fold", "columns", name, "count"), total.count)
    yield from _column_problems(kind, record)
    inputs = set(source.inputs)
    fields = inputs | set(record.columns)
    derived = {name for name, of in DERIVED_COLUMNS.items() if of in record.columns}
    for place, where, name in _field_uses(record):
        allowed = inputs if where in ("where", "template") else fields | derived
        if name not in allowed:
            yield place, f"{where} names '{name}', which is no field{_suggestion(name, allowed)}"
    yield from _fold_problems(source, record, kind)
    identity, place = record.identify, ("identify",)
    for where in ("number", "licence_no", "registration_no"):
        named = getattr(identity, where)
        if named is not None and named not in fields:
            yield place, f"identify.{where} names '{named}', which is no field{_suggestion(named, fields)}"
    read = {identity.uscc, identity.name, identity.number, identity.licence_no, identity.registration_no} & fields
    if kind.names_party and not read:
        yield place, "nothing identifies the enterprise: read uscc, a number or a name"
    yield from _refused_condition_problems(source, record, kind)
    yield from _placed(("parts",), _part_problems(record, kind))
    if record.fills and kind.name == "decision":
        yield ("fills",), "decisions are acts of the office, each whole as it was taken; none is filled from elsewhere"


def _column_types(kind: Kind) -> dict[str, pl.DataType]:
    return {column.name: column.dtype for column in kind.columns}


def _column_problems(kind: Kind, record: RecordMapping) -> Iterator[PlacedProblem]:
    """The columns given exist and fit what is said of them, their codes and types; those required are given."""
    folded = record.fold.columns if record.fold else {}
    places: list[tuple[Place, str]] = [(("columns", name), name) for name in record.columns]
    places += [(("fold", "columns", name), name) for name in folded]
    known = _column_types(kind)
    for place, name in places:
        if name not in known:
            yield place, f"kind '{kind.name}' has no column '{name}'{_suggestion(name, known)}"
    given = {*record.columns, *folded}
    for column in kind.columns:
        if column.required and column.name not in given and DERIVED_COLUMNS.get(column.name) not in given:
            yield ("columns",), f"required column '{column.name}' of kind '{kind.name}' is not read"
    columns = {column.name: column for column in kind.columns}
    for name, mapping in record.columns.items():
        if name not in known:
            continue
        column, place = columns[name], ("columns", name)
        constants = mapping.constant if isinstance(mapping.constant, list) else [mapping.constant]
        said = [(("words", word), code) for word, code in mapping.words.items()]
        for at, code in (*said, *((("constant",), c) for c in constants if isinstance(c, str))):
            if column.codes and code not in column.codes:
                yield (*place, *at), f"'{code}' is no code of '{name}'; {one_of(column.codes)}"
        dtype = column.dtype
        if (mapping.unit and dtype != INTEGER) or (mapping.dates and dtype != DATE):
            yield place, f"'{name}' is neither: unit is for money, dates for days"
        if mapping.split and dtype != TEXT_LIST:
            yield place, f"'{name}' takes one value; split is for lists"
        if isinstance(mapping.constant, bool) and dtype != BOOLEAN:
            yield place, f"'{name}' takes no yes or no"
        if mapping.template is not None and (dtype != TEXT or column.codes):
            yield place, f"'{name}' takes no template; a template makes free text"


def _fold_problems(source: Source, record: RecordMapping, kind: Kind) -> Iterator[PlacedProblem]:
    """A fold counts rows, adds numbers, and takes the least and greatest of numbers and days; never of text."""
    types = {**{name: mapping.input_type for name, mapping in source.inputs.items()}, **_column_types(kind)}
    for name, total in record.fold.columns.items() if record.fold else ():
        place = ("fold", "columns", name)
        for word, field, allowed in (
            ("sum", total.sum, (INTEGER,)),
            ("min", total.min, (INTEGER, DATE)),
            ("max", total.max, (INTEGER, DATE)),
        ):
            if field in types and types[field] not in allowed:
                what = "a number" if word == "sum" else "a number or a day"
                yield (*place, word), f"{word} of '{field}': it is {_TYPE_TERMS.get(types[field], 'text')}, not {what}"
        made = INTEGER if total.count is not None else types.get(str(total.sum or total.min or total.max))
        wanted = _column_types(kind).get(name)
        if wanted is not None and made in (INTEGER, DATE) and made != wanted:
            yield place, f"'{name}' takes {_TYPE_TERMS.get(wanted, 'text')}, and the fold makes {_TYPE_TERMS[made]}"


def _field_uses(record: RecordMapping) -> Iterator[tuple[Place, str, str]]:
    """Where a record names a field: the place, the word before it, the name."""
    yield from ((("where",), "where", name) for name in sorted(fields_if_valid(record.where)))
    for column, mapping in record.columns.items():
        yield from ((("columns", column, "template"), "template", part) for part in mapping.parts)
    nobody = ("identify", "nobody_when")
    yield from ((nobody, "nobody_when", name) for name in sorted(fields_if_valid(record.identify.nobody_when)))
    yield from [(("version_by",), "version_by", record.version_by)] if record.version_by else []
    fold = record.fold
    if fold:
        yield from ((("fold", "by"), "fold", name) for name in fold.by)
        yield from ((("fold", "take", name), "fold", name) for name in fold.take)
        for column, total in fold.columns.items():
            place = ("fold", "columns", column)
            yield from ((place, "count", name) for name in sorted(fields_if_valid(total.count)))
            yield from ((place, "fold", name) for name in (total.sum, total.min, total.max) if name)


def _refused_condition_problems(source: Source, record: RecordMapping, kind: Kind) -> Iterator[PlacedProblem]:
    """The conditions of refuse_where name what a record has once it is read and folded: columns of its kind, and inputs
    that the fold has not used up. The class of a party is filled in by the ingest where the source does not state it.
    """
    folded = record.fold.columns if record.fold else {}
    derived = {name for name, of in DERIVED_COLUMNS.items() if of in record.columns}
    given = {*record.columns, *folded, *derived, "party_class"}
    used_up = record.fold.fields_used_up - set(folded) if record.fold else set()
    inputs = (
        Column(name, mapping.input_type, name, "", codes={code: word for word, code in mapping.words.items()})
        for name, mapping in source.inputs.items()
    )
    own = (column for column in kind.columns if column.name in given)
    columns = tuple(column for column in (*own, *inputs) if column.name not in used_up)
    names = [column.name for column in columns]
    for at, rule in enumerate(record.refuse_where):
        place = ("refuse_where", at)
        if rule.column not in names:
            near = _suggestion(rule.column, names)
            yield place, f"refuse_where names column '{rule.column}', which is no field{near}"
        for problem in condition_problems(replace(kind, columns=columns), rule.when):
            expected = f"; expected {problem.expected}" if problem.expected else ""
            near = _suggestion(problem.value, problem.allowed)
            yield place, f"refuse_where '{rule.when}': {problem.message}{expected}{near}"


def _part_problems(record: RecordMapping, kind: Kind) -> Iterator[str]:
    columns = {column.name: column for column in kind.columns}
    if record.rows == "versions" and record.parts:
        yield "`parts` joins rows that are parts; with `rows: versions` the last row is the newest"
    for name, rule in record.parts.items():
        column = columns.get(name)
        if column is None:
            yield f"parts names '{name}', which is no column of '{kind.name}'{_suggestion(name, columns)}"
        elif isinstance(rule, str):
            if column.dtype != _PART_TYPES[rule] or (rule == "join" and column.codes):
                yield f"'{rule}' is not for '{name}'; it is for {_PART_TERMS[rule]}"
        elif isinstance(rule, list):
            yield from (
                f"'{code}' is no code of '{name}'; {one_of(column.codes)}" for code in rule if code not in column.codes
            )
        else:
            yield from () if column.dtype == INTEGER else [f"once_where_same is for amounts, not for '{name}'"]
            yield from (
                f"parts names '{one}', which is no column of '{kind.name}'"
                for one in rule.once_where_same
                if one not in columns
            )
    if record.advances:
        by, order = record.advances.by, record.advances.order
        words = columns[by].codes if by in columns else {}
        codes = [code for some in order for code in ([some] if isinstance(some, str) else some)]
        if not words:
            yield f"advances names '{by}', which is no coded column of '{kind.name}'{_suggestion(by, columns)}"
        yield from (f"'{code}' is no code of '{by}'; {one_of(words)}" for code in codes if words and code not in words)
