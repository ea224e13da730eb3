"""What an incoming file's columns mean: one YAML per source, so that a new source needs no Python.

A field is a name of ours: a column of the record kind, or an input (a value that only conditions, templates and
identity use). Conditions (`where`, `refuse_where`, `count`) are SQL over fields, never over headings, so that a file
may use any of the accepted headings.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

import polars as pl
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from transforms.policy_model.conditions import fields_if_valid
from transforms.policy_model.dated_values import Confidence, PolicyModel
from transforms.schemas.base import DATE, INTEGER, TEXT

TakeRule = Literal["first", "last"]
# Columns that are derived from another one where a source does not give them: column to its origin.
DERIVED_COLUMNS = {"decision_key": "decision_no", "name_key": "name"}


class SourceLayout(PolicyModel):
    """Where the table stands, and in which encoding.

    sheet: of a workbook (null: every visible one with the source's headings). header_row: the row of headings;
    delimiter: what separates the cells of a text; where the headings do not stand so, they are looked for. encoding: of
    a text (null: told by its content, UTF-8 or GB18030 or UTF-16), by its usual name: gb18030, big5, latin-1.
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
    values. replace: regular expression to text, before anything else is checked. pattern: what the whole text must
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
    name_must_match: a code and a name that do not agree with the register turn the row away.
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
    """An amount that stands in one row, or the same in every row; repeated it counts once only where the rows agree in
    the fields `once_where_same`: two acts may have been fined alike, and then nobody can tell: it is unknown."""

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
    """Records for which `when`, SQL over their fields, is true are turned away, whatever each cell says alone.

    column: the field whose cell is to be corrected. reason: why; expected: what the officer should write there; both
    in Chinese. What is unknown does not hold: an empty field is asked for by IS NULL.
    """

    when: str
    column: str
    reason: str = Field(min_length=1)
    expected: str = Field(min_length=1)


class RecordMapping(PolicyModel):
    """One kind of record the rows are read as. `where`: only rows for which it is true.

    refuse_where: what must not stand together in one record, asked of the folded record where rows are folded. Rows
    that no rule of the gate would let pass are turned away here, so that one sender's row never stops a night.
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
    """Which office sent a row, so that what was turned away goes back to it.

    The first of `headings` under which the row says so; else the first pattern of `files` (of the path below the inbox)
    that fits; else, where `folder` is true, the folder the file lies in. Else it is the source's `office`.
    """

    headings: list[str] = Field(default=[])
    files: dict[str, str] = Field(default={})
    folder: bool = False


class Source(PolicyModel):
    """A source of files. `files`: patterns of the path below the inbox; * also crosses folders.

    Every heading of a file is read, stands in `ignored_headings`, or is reported. Headings in `secret_headings`
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
    """Suggestions for a name that is not in the register: how many, and how alike (0 to 100) at least.

    With more than `most_names` unknown names in a night the register itself is at fault, and none is suggested.
    """

    count: PositiveInt
    least_alike: int = Field(ge=0, le=100)
    most_names: NonNegativeInt


class SourceDefaults(PolicyModel):
    """What holds for every source: policy/sources/_common.yaml.

    unread_amounts: pattern of the texts that stand where an amount of money could not be computed: it is unknown. So is
    it with any other text that is no amount; of those a note of the file tells.
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
