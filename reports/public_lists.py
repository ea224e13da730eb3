"""The published lists: their columns, order and terms, and how entries are made, masked and sorted.

`ListSpec` describes any list; `LIST_SPECS` has those there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal

import polars as pl

from reports import formatting
from reports.grid import Frame, Grid, GridField, collected, grid_from_rows
from reports.redaction import REDACTED_KINDS, RedactedText, redact_numbers, redact_prose
from transforms.schemas import law
from transforms.schemas.vocabularies import LISTING_STATES

Operation = Literal["ADD", "MOD", "DEL"]
EntryKey = tuple[str, ...]


@dataclass(frozen=True)
class ListEntry:
    """A row of a published list. Each list has its own, of texts and days."""


@dataclass(frozen=True)
class ListPageTexts:
    """Sentences of a list's page around the table."""

    empty: str
    search: str
    source: str


@dataclass(frozen=True)
class PageSection:
    """A part of a party's page: the entries whose `section` is its code, in these columns."""

    title: str
    fields: tuple[GridField, ...]
    empty: str


@dataclass(frozen=True)
class ListSpec:
    """A list: its name (also its folder), the columns of an entry, and how entries are shown, identified and sorted.

    fields: the shown columns, the running number first. key: columns that identify an entry from one version to the
    next. order: columns it is sorted by, before the key. needed: columns no entry may lack. prose: columns whose text
    is searched for personal data; other shown texts are names. party: the column that names the party. person_when:
    column and value that mark a natural person. causes: code and Chinese title of why an entry was added, changed or
    removed. usual: the default cause by operation. number: the column by whose document number an entry is named.
    sections: by code the parts of the page that each party (`enterprise_id`) has; empty: all entries are one table.
    """

    name: str
    title: str
    entry: type[ListEntry]
    fields: tuple[GridField, ...]
    key: tuple[str, ...]
    order: tuple[str, ...]
    needed: tuple[str, ...]
    prose: frozenset[str]
    party: str
    causes: Mapping[str, str]
    usual: Mapping[Operation, str]
    notes: ListPageTexts
    person_when: tuple[str, str] | None = None
    number: str = "decision_no"
    sections: Mapping[str, PageSection] = field(default_factory=dict)

    @property
    def schema(self) -> pl.Schema:
        """The columns of an entry."""
        return pl.Schema({f.name: pl.Date() if f.name.endswith("_on") else pl.String() for f in fields(self.entry)})

    @property
    def labels(self) -> dict[str, str]:
        """The heading of each shown column."""
        return {shown.name: shown.label for shown in self.fields}

    def key_of(self, entry: ListEntry) -> EntryKey:
        """The key of the entry."""
        return tuple(getattr(entry, name) for name in self.key)

    def party_of(self, entry: ListEntry) -> str:
        """The party on whose page the entry is, in a list with pages."""
        return str(getattr(entry, "enterprise_id"))  # noqa: B009 (a column of such a list's own entries)

    def policy_cause(self, code: str | None) -> tuple[str, str | None]:
        """The list and the code by which the policy knows a cause: one taken from another list is that list's."""
        name, _, own = (code or "").partition(".")
        return (name, own) if own else (self.name, code)

    def sorted(self, entries: Iterable[ListEntry]) -> tuple[ListEntry, ...]:
        """The entries in the order of the list."""
        return tuple(sorted(entries, key=lambda entry: [getattr(entry, name) for name in (*self.order, *self.key)]))


class ListProblem(ValueError):
    """Entries that cannot be in one list; the message names them."""


@dataclass(frozen=True)
class ListHead:
    """The head of a version of a list. notices: shown on every output."""

    title: str
    office: str
    as_of: date
    version: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListView:
    """One version of a list. issues: what a person should check, in Chinese."""

    spec: ListSpec
    head: ListHead
    entries: tuple[ListEntry, ...]
    issues: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of entries."""
        return len(self.entries)

    @property
    def grid(self) -> Grid:
        """The published columns, numbered in order."""
        names = [shown.name for shown in self.spec.fields[1:]]
        rows = [(number, *(getattr(entry, name) for name in names)) for number, entry in enumerate(self.entries, 1)]
        return grid_from_rows("list", self.head.title, self.spec.fields, rows, self.spec.notes.empty)


def list_view(spec: ListSpec, entries: Frame, head: ListHead) -> ListView:
    """The view of `entries` (spec.schema; see `published_entries`)."""
    made, issues = published_entries(spec, entries)
    return ListView(spec, head, made, issues)


def published_entries(spec: ListSpec, frame: Frame) -> tuple[tuple[ListEntry, ...], tuple[str, ...]]:
    """Entries of `frame` in the order of the list, and the issues found. Missing columns are empty.

    Personal data that may not be published is masked (see `reports.redaction`), and every masking is an issue.
    Raises ListProblem for an entry without what it needs, or two with one key.
    """
    given, schema = collected(frame), spec.schema
    lacking = [pl.lit(None, schema[name]).alias(name) for name in schema if name not in given.columns]
    maker = _EntryMaker(spec)
    rows = [maker.entry(row) for row in given.with_columns(lacking).select(list(schema)).iter_rows(named=True)]
    made = spec.sorted(entry for entry, _ in rows)
    known: set[EntryKey] = set()
    for key in map(spec.key_of, made):
        if key in known:
            raise ListProblem(f"two entries have the key {key}: {' and '.join(spec.key)} must be unique")
        known.add(key)
    return made, tuple(sorted(issue for _, issues in rows for issue in issues))


class _EntryMaker:
    """Makes the entries of one list. What is no prose is searched once for each text: most texts of a list repeat."""

    def __init__(self, spec: ListSpec) -> None:
        self.spec, self.labels = spec, spec.labels
        self.texts = [name for name, dtype in spec.schema.items() if dtype == pl.String()]
        self.names = {shown.name for shown in spec.fields if shown.form == "text"} - spec.prose
        self._known: dict[tuple[bool, str], RedactedText] = {}

    def entry(self, row: dict[str, Any]) -> tuple[ListEntry, list[str]]:
        """The entry of the row as it may be published, and the issues found. Raises ListProblem."""
        spec = self.spec
        missing = [name for name in spec.needed if not row[name]]
        if missing:
            raise ListProblem(f"entry {row[spec.number]!r} of {row[spec.party]!r} lacks {', '.join(missing)}")
        texts = {name: formatting.clean(row[name] or "") for name in self.texts}
        masked = {name: self._redacted(name, texts) for name in texts}
        written = {name: one.text for name, one in masked.items()}
        number = f"{self.labels[spec.number]} {written[spec.number]}"
        issues = [
            f"{number}：“{self.labels.get(name, name)}”中含{REDACTED_KINDS[kind]}，已隐去"
            for name, one in masked.items()
            for kind in one.found
        ]
        return spec.entry(**{**row, **written}), issues

    def _redacted(self, name: str, texts: Mapping[str, str]) -> RedactedText:
        text, spec = texts[name], self.spec
        if name in spec.prose:
            is_person = spec.person_when is not None and texts[spec.person_when[0]] == spec.person_when[1]
            return redact_prose(text, texts[spec.party], is_person=is_person)
        is_name = name in self.names
        if (is_name, text) not in self._known:
            self._known[is_name, text] = redact_numbers(text) if is_name else _redacted_number(text)
        return self._known[is_name, text]


def _redacted_number(text: str) -> RedactedText:
    """A document number or a code: only an identity number is out of place in it."""
    masked = formatting.redact(text)
    return RedactedText(masked, ("identity",) if masked != text else ())


_POSITION = GridField("position", "序号", "count", width=7)
_USCC = GridField("uscc", "统一社会信用代码", "id", width=22)
_NUMBER = GridField("decision_no", "决定书文号", "id", width=26)


@dataclass(frozen=True)
class SeriousViolationEntry(ListEntry):
    """An enterprise on the serious-violation list."""

    listed_on: date
    decision_no: str
    enterprise_id: str
    name: str
    uscc: str = ""
    reason: str = ""
    listed_by: str = ""
    removal_reason: str = ""
    removed_on: date | None = None
    removed_by: str = ""


# 严重违法失信名单, in the columns of the national system: oldest listing first.
SERIOUS_VIOLATIONS = ListSpec(
    name="serious-violations",
    title="严重违法失信名单",
    entry=SeriousViolationEntry,
    fields=(
        _POSITION,
        GridField("name", "企业名称", width=36),
        _USCC,
        _NUMBER,
        GridField("reason", "列入原因", width=44),
        GridField("listed_on", "列入日期", "day"),
        GridField("listed_by", "作出决定机关（列入）", width=26),
        GridField("removal_reason", "移出原因", width=26),
        GridField("removed_on", "移出日期", "day"),
        GridField("removed_by", "作出决定机关（移出）", width=26),
    ),
    key=("decision_no", "enterprise_id"),
    order=("listed_on",),
    needed=("listed_on", "decision_no", "enterprise_id", "name"),
    prose=frozenset({"reason", "removal_reason"}),
    party="name",
    causes={
        "listed": "作出列入决定",
        "restored": "撤销移出决定，恢复列入",
        "corrected": "记载内容变更",
        "masked": "依法隐去个人信息",
        "off": "公示终止",
        **{state: word for state, word in LISTING_STATES.items() if state != "standing"},
    },
    usual={"ADD": "listed", "MOD": "corrected", "DEL": "off"},
    notes=ListPageTexts(
        empty="截至本版日期，名单为空：没有列入的企业。",
        search="查找企业、代码或文号",
        source="本名单依据决定机关作出的列入、移出决定公布。",
    ),
)


@dataclass(frozen=True)
class PenaltyEntry(ListEntry):
    """A penalty in publicity. record_id: the penalty's; party_class: organisation, sole_trader, person."""

    decided_on: date
    decision_no: str
    record_id: str
    name: str
    uscc: str = ""
    party_class: str = ""
    violation_type: str = ""
    penalty_kinds: str = ""
    content: str = ""
    authority: str = ""
    published_on: date | None = None


# 行政处罚公示, in the columns of the national system (45号令第四条第三款): oldest decision first.
PENALTIES = ListSpec(
    name="penalties",
    title="行政处罚公示",
    entry=PenaltyEntry,
    fields=(
        _POSITION,
        _NUMBER,
        GridField("name", "当事人", width=36),
        _USCC,
        GridField("violation_type", "违法行为类型", width=34),
        GridField("penalty_kinds", "处罚种类", width=26),
        GridField("content", "处罚内容", width=38),
        GridField("authority", "作出机关", width=26),
        GridField("decided_on", "决定日期", "day"),
        GridField("published_on", "公示日期", "day"),
    ),
    key=("record_id",),
    order=("decided_on", "decision_no"),
    needed=("decided_on", "decision_no", "record_id", "name"),
    prose=frozenset({"violation_type", "content"}),
    party="name",
    person_when=("party_class", "person"),
    causes={
        "published": "作出行政处罚决定",
        "restored": "撤销修复决定，恢复公示",
        "resumed": "临时修复终止，恢复公示",
        "corrected": "记载内容变更",
        "masked": "依法隐去个人信息",
        "off": "停止公示",
        "held": "暂缓公示，待核",
        "taken_off": law.PUBLICITY_STATES["taken_off"],
        "hidden": law.PUBLICITY_STATES["hidden"],
        "stayed": law.PUBLICITY_STATES["stayed"],
        **law.CAUSES_OF_END,
    },
    usual={"ADD": "published", "MOD": "corrected", "DEL": "off"},
    notes=ListPageTexts(
        empty="截至本版日期，没有公示中的行政处罚。",
        search="查找当事人、代码或文号",
        source="本表依据行政处罚决定公示，个人信息已依法处理；公示期满或者依法停止公示的不再列出。",
    ),
)


@dataclass(frozen=True)
class InspectionEntry(ListEntry):
    """The result of an inspection. record_id: the inspection's. rectify_by_on, rectified_on: of an order to rectify."""

    inspected_on: date
    inspection_no: str
    record_id: str
    enterprise_id: str
    name: str
    uscc: str = ""
    inspection_type: str = ""
    standard: str = ""
    conclusion: str = ""
    rectify_by_on: date | None = None
    rectified_on: date | None = None
    authority: str = ""
    published_on: date | None = None


_CHECK_CAUSES = {
    "published": "公布结果",
    "corrected": "记载内容变更",
    "masked": "依法隐去个人信息",
    "off": "停止公示",
    "held": "暂缓公示，待核",
    "period": law.CAUSES_OF_END["period"],
    "good_period": "合格结果公示期满",
    "followed": law.CAUSES_OF_END["followed"],
    "followed_act": "所涉处罚修复、撤销或者移出名单",
    "deregistered": law.CAUSES_OF_END["deregistered"],
}
_CHECK_USUAL: Mapping[Operation, str] = {"ADD": "published", "MOD": "corrected", "DEL": "off"}

# 监督检查结果: who inspected, how, when and with what result, as the national system has them: oldest first.
INSPECTIONS = ListSpec(
    name="inspections",
    title="监督检查结果公示",
    entry=InspectionEntry,
    fields=(
        _POSITION,
        GridField("name", "被检查单位", width=36),
        _USCC,
        GridField("inspection_no", "检查编号", "id", width=24),
        GridField("inspection_type", "检查类型", width=18),
        GridField("standard", "检查标准", width=26),
        GridField("inspected_on", "检查日期", "day"),
        GridField("conclusion", "检查结论", width=18),
        GridField("rectify_by_on", "整改期限", "day"),
        GridField("rectified_on", "整改完成日期", "day"),
        GridField("authority", "检查机关", width=26),
        GridField("published_on", "公示日期", "day"),
    ),
    key=("record_id",),
    order=("inspected_on", "inspection_no"),
    needed=("inspected_on", "inspection_no", "record_id", "enterprise_id", "name", "conclusion"),
    prose=frozenset({"standard"}),
    party="name",
    causes=_CHECK_CAUSES,
    usual=_CHECK_USUAL,
    notes=ListPageTexts(
        empty="截至本版日期，没有公示中的监督检查结果。",
        search="查找单位、代码或编号",
        source="本表公布监督检查的结果，合格与不合格的均列出；公示期满或者依法停止公示的不再列出。",
    ),
    number="inspection_no",
)


@dataclass(frozen=True)
class SamplingEntry(ListEntry):
    """The result of a sample. name, uscc: of whom it was taken. corrected_on: a wrong announcement was corrected."""

    reported_on: date
    sample_no: str
    record_id: str
    enterprise_id: str
    name: str
    uscc: str = ""
    product: str = ""
    specification: str = ""
    batch_no: str = ""
    holder_name: str = ""
    maker_name: str = ""
    sampled_on: date | None = None
    laboratory: str = ""
    basis: str = ""
    result: str = ""
    failing_items: str = ""
    published_on: date | None = None
    corrected_on: date | None = None


# 抽检结果: what an announcement must contain (药品管理法实施条例第六十八条): oldest report first.
SAMPLINGS = ListSpec(
    name="samplings",
    title="监督抽检结果公示",
    entry=SamplingEntry,
    fields=(
        _POSITION,
        GridField("product", "品名", width=26),
        GridField("specification", "规格", width=14),
        GridField("batch_no", "产品批号", "id", width=16),
        GridField("holder_name", "标示上市许可持有人", width=30),
        GridField("maker_name", "标示生产企业", width=30),
        GridField("name", "样品来源（被抽样单位）", width=34),
        GridField("result", "检验结论", width=10),
        GridField("failing_items", "不符合规定项目", width=24),
        GridField("laboratory", "检验机构", width=24),
        GridField("basis", "检验依据", width=26),
        GridField("sample_no", "抽样编号", "id", width=24),
        GridField("published_on", "公示日期", "day"),
        GridField("corrected_on", "更正日期", "day"),
    ),
    key=("record_id",),
    order=("reported_on", "sample_no"),
    needed=("reported_on", "sample_no", "record_id", "enterprise_id", "name", "result"),
    prose=frozenset({"basis", "failing_items"}),
    party="name",
    causes={
        **_CHECK_CAUSES,
        "rectified": "公告不当，已更正",
        "wrong": "公告不当，待更正",
    },
    usual=_CHECK_USUAL,
    notes=ListPageTexts(
        empty="截至本版日期，没有公示中的抽检结果。",
        search="查找品名、单位或编号",
        source="本表公布质量抽查检验的结果，合格与不合格的均列出；公告不当的在本表更正；公示期满或者依法停止公示的不再列出。",
    ),
    number="sample_no",
)


@dataclass(frozen=True)
class CreditFileEntry(ListEntry):
    """A record in a firm's file. section: code of CREDIT_FILES.sections. until_on: last day of a licence."""

    enterprise_id: str
    section: str
    record_id: str
    occurred_on: date
    number: str
    name: str
    uscc: str = ""
    subject: str = ""
    result: str = ""
    detail: str = ""
    authority: str = ""
    until_on: date | None = None


def _section(title: str, empty: str, number: str, day: str, **labels: str) -> PageSection:
    """A section with these headings, in the order of CreditFileEntry; a column without one is left out."""
    words = {"subject": 24, "result": 22, "detail": 44, "authority": 26}
    texts = [GridField(name, labels[name], width=width) for name, width in words.items() if name in labels]
    until = [GridField("until_on", labels["until_on"], "day")] if "until_on" in labels else []
    fields = (GridField("number", number, "id", width=24), *texts, GridField("occurred_on", day, "day"), *until)
    return PageSection(title, fields, empty)


_CREDIT_SECTIONS = {
    "licence": _section(
        "行政许可和备案",
        "没有记载有效的许可或者备案",
        "许可证编号",
        "发证日期",
        subject="类别",
        detail="许可范围",
        result="状态",
        authority="发证机关",
        until_on="有效期至",
    ),
    "inspection": _section(
        "监督检查结果",
        "没有公示中的监督检查结果",
        "检查编号",
        "检查日期",
        subject="检查类型",
        result="检查结论",
        detail="检查标准",
        authority="检查机关",
    ),
    "sampling": _section(
        "抽检结果",
        "没有公示中的抽检结果",
        "抽样编号",
        "报告日期",
        subject="品名",
        result="检验结论",
        detail="批号、标示单位和不符合规定项目",
        authority="检验机构",
    ),
    "penalty": _section(
        "行政处罚",
        "没有公示中的行政处罚",
        "决定书文号",
        "决定日期",
        subject="违法行为类型",
        result="处罚种类",
        detail="处罚内容",
        authority="作出机关",
    ),
    "listing": _section(
        "严重违法失信名单",
        "没有公示中的列入信息",
        "决定书文号",
        "列入日期",
        detail="列入原因",
        authority="作出决定机关",
    ),
}


def _causes_of(*specs: ListSpec) -> dict[str, str]:
    """Causes of these lists that are more than the usual ones, by list and code."""
    own = {"masked", *(code for spec in specs for code in spec.usual.values())}
    return {f"{spec.name}.{code}": word for spec in specs for code, word in spec.causes.items() if code not in own}


# 药品安全信用档案: a page per firm with what is public of it (药品管理法第一百零五条).
CREDIT_FILES = ListSpec(
    name="credit-files",
    title="药品安全信用档案",
    entry=CreditFileEntry,
    fields=(
        _POSITION,
        GridField("name", "企业名称", width=36),
        _USCC,
        GridField("section", "类别", "words", {code: one.title for code, one in _CREDIT_SECTIONS.items()}),
        GridField("number", "编号、文号", "id", width=26),
        GridField("subject", "事项", width=30),
        GridField("result", "结果", width=22),
        GridField("detail", "内容", width=44),
        GridField("authority", "机关、机构", width=26),
        GridField("occurred_on", "日期", "day"),
        GridField("until_on", "有效期至", "day"),
    ),
    key=("section", "record_id"),
    order=("enterprise_id", "section", "occurred_on"),
    needed=("enterprise_id", "section", "record_id", "occurred_on", "number", "name"),
    prose=frozenset({"subject", "detail"}),
    party="name",
    causes={
        "entered": "记入档案",
        "corrected": "记载内容变更",
        "masked": "依法隐去个人信息",
        "off": "停止公示",
        "expired": "许可有效期届满",
        "revoked": "许可证件被吊销",
        "cancelled": "许可注销",
        "deregistered": law.CAUSES_OF_END["deregistered"],
        **_causes_of(SERIOUS_VIOLATIONS, PENALTIES, INSPECTIONS, SAMPLINGS),
    },
    usual={"ADD": "entered", "MOD": "corrected", "DEL": "off"},
    notes=ListPageTexts(
        empty="截至本版日期，没有可公示的企业信用档案。",
        search="查找企业或代码",
        source="档案依据药品管理法第一百零五条公布；公示期满或者依法停止公示的不再列出。",
    ),
    number="number",
    sections=_CREDIT_SECTIONS,
)
LIST_SPECS = {spec.name: spec for spec in (SERIOUS_VIOLATIONS, PENALTIES, INSPECTIONS, SAMPLINGS, CREDIT_FILES)}
