"""The office's papers (执法文书): their texts by date, and the facts that may be in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal, get_args

import polars as pl
from pydantic import Field, model_validator

from transforms.policy_model.conditions import check_condition
from transforms.policy_model.document import Confidence, Document, Place, PolicyGap, PolicyModel, parse_document
from transforms.policy_model.law import RepairTest
from transforms.schemas.base import BOOLEAN, TEXT, TEXT_LIST, Column, Kind
from transforms.schemas.record_kinds import date_column
from transforms.schemas.vocabularies import DISCRETION, FIELDS, MATTERS, SITUATIONS

PAPERS = {
    "listing_notice": "列入告知书",
    "listing_decision": "列入决定书",
    "removal_decision": "移出决定书",
    "repair_notice": "信用修复告知书",
    "repair_grant": "准予信用修复决定书",
    "repair_refusal": "不予信用修复决定书",
    "repair_revocation": "撤销准予信用修复决定书",
}

REMOVAL_REASONS = {"early": "提前移出", "ended": "列入期满", "deregistered": "注销", "annulled": "所依据的处罚被撤销"}

DISPLAY_STATES = {
    "awaiting": "待公示",
    "overdue": "逾期未公示",
    "public": "公示中",
    "restored": "撤销修复，恢复公示",
    "off": "不在公示",
}

REFUSAL_GROUNDS = {
    "conditions": "不符合条件",
    "falsehood": "隐瞒、弄虚作假",
    "public_interest": "可能危害国家安全、社会公共利益",
}


def _text(name: str, label: str, doc: str) -> Column:
    return Column(name, TEXT, label, doc)


# Labels are the text of a blank: 〔待填：当事人名称〕.
PAPER_FACTS = Kind(
    "paper",
    "执法文书",
    "What is known of a matter when a paper is written. What is not known becomes a blank.",
    (
        Column("matter", TEXT, "事项", "what the paper is about", codes=MATTERS),
        date_column("paper_on", "文书日期", "day of the decision, or for a draft the day asked for"),
        _text("year", "年份", "of that day, for the paper's number"),
        _text("authority", "机关名称", "authority that makes the paper"),
        _text("party", "当事人名称", "registered name, else as the record has it"),
        Column("is_person", BOOLEAN, "是否自然人", "the party is a natural person"),
        _text("uscc", "统一社会信用代码", "of the party"),
        _text("address", "住所（经营场所）", "registered address of an organisation"),
        _text("representative", "法定代表人（负责人、经营者）", "of an organisation, by the posts on record that day"),
        _text("penalty_no", "行政处罚决定书文号", "number of the penalty"),
        date_column("penalty_on", "行政处罚决定日期", "day of the penalty"),
        _text("penalty_by", "作出行政处罚的机关", "authority that punished"),
        _text("violation_type", "违法行为类型", "as the penalty has it"),
        _text("violation", "违法事实", "as the penalty has it"),
        _text("penalty_basis", "行政处罚依据", "as the penalty has it"),
        _text("penalty_kinds", "行政处罚种类", "all of them, joined"),
        _text("penalty_content", "行政处罚内容", "as the penalty has it"),
        Column("discretion", TEXT, "裁量幅度", "grade of discretion of the penalty", codes=DISCRETION),
        Column("field", TEXT, "领域", "field of the penalty", codes=FIELDS),
        date_column("performed_on", "义务履行完毕日期", "as the penalty has it"),
        date_column("harm_removed_on", "危害后果消除日期", "as the penalty has it"),
        Column("situation", TEXT, "列入情形", "situation of the listing", codes=SITUATIONS),
        _text("situation_basis", "列入情形条款", "its article"),
        Column("is_heavier", BOOLEAN, "是否较重行政处罚", "the penalty is a heavier one by what its record says"),
        Column("needs_consent", BOOLEAN, "是否须报经上一级同意", "by the name of the authority that punished"),
        Column("factors", TEXT_LIST, "各项因素的认定及证据", "what is to be weighed, with what the records say"),
        Column("measures", TEXT_LIST, "管理措施", "what a listing brings with it, with the articles"),
        _text("notice_no", "列入告知书文号", "number of the notice"),
        date_column("notified_on", "列入告知日期", "day of the notice"),
        date_column("heard_on", "听证（陈述申辩）日期", "day the party was heard"),
        _text("listing_no", "列入决定书文号", "number of the listing"),
        date_column("listed_on", "列入日期", "day of the listing"),
        _text("listing_by", "作出列入决定的机关", "authority that listed"),
        _text("listing_reason", "列入事由", "reason as the register has it"),
        date_column("listing_published_on", "列入公示日期", "day the listing was made public"),
        date_column("early_from_on", "可以申请提前移出之日", "first day an early removal may be asked for"),
        date_column("ends_on", "列入期满之日", "last day on the list"),
        Column("removal", TEXT, "移出原因", "why it leaves the list", codes=REMOVAL_REASONS),
        _text("system_title", "公示系统", "publicity system the paper is about"),
        Column("is_public", BOOLEAN, "是否公示", "the penalty is to be published"),
        Column("is_open_to_repair", BOOLEAN, "是否可以申请修复", "an early end of publicity may be asked for some day"),
        _text("class_title", "失信信息分类", "class of the penalty"),
        _text("class_reason", "分类情形", "rules that put it there"),
        _text("class_basis", "分类依据", "their articles"),
        date_column("publish_by_on", "最迟公示日期", "last day to publish the penalty"),
        date_column("published_on", "公示日期", "day it was published; assumed where it is not known yet"),
        Column("display", TEXT, "公示情况", "where the penalty's publicity stands", codes=DISPLAY_STATES),
        _text("display_state", "公示状态", "that in the words of the publicity table"),
        date_column("restored_on", "撤销修复日期", "day its repair was revoked, and its publicity began anew"),
        date_column("apply_from_on", "可以申请信用修复之日", "first day repair may be asked for"),
        date_column("last_day_on", "公示期满之日", "last day of the longest publicity"),
        date_column("applied_on", "申请日期", "day repair was applied for"),
        date_column("accepted_on", "受理日期", "day the application was accepted"),
        Column("refusal", TEXT, "不予修复的情形", "ground of a refusal", codes=REFUSAL_GROUNDS),
        Column("unmet", TEXT_LIST, "不符合的条件", "each unmet condition, with the day it could be met"),
        _text("grant_no", "准予信用修复（移出）决定书文号", "number of the decision that is revoked"),
        date_column("granted_on", "准予信用修复（移出）日期", "its day"),
        _text("reason", "理由", "reason as the register has it"),
    ),
    natural_key=(),
    event_on="paper_on",
    number="penalty_no",
)

PaperSubject = Literal["listing", "penalty"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

# Conditions that a line may say to be met: those of a repair, and that the penalty a listing rests on was annulled.
ASSERTABLE_CONDITIONS: tuple[str, ...] = (*get_args(RepairTest), "annulled")

_ASSERTION = re.compile("〔须符合(：?)([^〕]*)〕")

_ID = r"^[a-z][a-z0-9_]*$"


class ParagraphText(PolicyModel):
    """A text from a day on. {name} is a fact, 〔待填：…〕 a blank for a person; a line is a paragraph on paper.

    A line that begins with 〔须符合：performed、harm_removed〕 says that these conditions are met: where the records do
    not show that on the paper's day, the line becomes a blank.
    """

    text: str = Field(min_length=1)
    basis: str = Field(min_length=1)
    confidence: Confidence


class Paragraph(PolicyModel):
    """A part of a paper; left out where `when` is not met, or its text ended. `texts`: by first day in force."""

    id: str = Field(pattern=_ID)
    heading: str = ""
    when: str | None = None
    texts: dict[date, ParagraphText | None] = Field(min_length=1)


class SharedParagraphUse(PolicyModel):
    """The shared paragraph of that id; `when` is a condition besides its own."""

    use: str = Field(pattern=_ID)
    when: str | None = None


class SharedParagraphs(PolicyModel):
    """Paragraphs that several papers have, and the fonts all are set in, the first that is installed."""

    shared_paragraphs: tuple[Paragraph, ...]
    fonts: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> SharedParagraphs:
        _check_twins([one.id for one in self.shared_paragraphs])
        return self


class PaperText(PolicyModel):
    """A paper. about: what its ID may name. from: first day it can be written for. number: where none is given."""

    paper: str
    title: str = Field(min_length=1)
    about: tuple[PaperSubject, ...] = Field(min_length=1)
    from_: date = Field(alias="from")
    opening: Literal["salutation", "particulars"]
    number: str = Field(min_length=1)
    foot: str = ""
    paragraphs: tuple[Paragraph | SharedParagraphUse, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> PaperText:
        _check_twins([one.id if isinstance(one, Paragraph) else one.use for one in self.paragraphs])
        return self


class SelectedParagraph(PolicyModel):
    """A paragraph as in force on a day."""

    id: str
    heading: str
    wording: ParagraphText


def _check_twins(ids: list[str]) -> None:
    twins = sorted({one for one in ids if ids.count(one) > 1})
    if twins:
        raise ValueError(f"the paragraph '{twins[0]}' is given twice")


def load_shared_paragraphs(text: str, file_name: str) -> SharedParagraphs:
    """The shared paragraphs written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    shared, document = parse_document(text, file_name, SharedParagraphs)
    for at, paragraph in enumerate(shared.shared_paragraphs):
        _check_paragraph(document, ("shared_paragraphs", at), paragraph)
    document.raise_problems()
    return shared


def load_paper(text: str, file_name: str, shared: SharedParagraphs | None = None) -> PaperText:
    """The paper written in `text` (YAML), shared paragraphs in their places (None: those are not looked up).

    Raises PolicyProblems with every mistake found.
    """
    paper, document = parse_document(text, file_name, PaperText)
    if paper.paper not in PAPERS:
        document.add(("paper",), f"there is no paper '{paper.paper}'", value=paper.paper, allowed=PAPERS)
    known = {one.id: one for one in shared.shared_paragraphs} if shared else None
    placed: list[Paragraph | SharedParagraphUse] = []
    for at, written in enumerate(paper.paragraphs):
        paragraph = written
        if isinstance(written, SharedParagraphUse) and known is not None:
            if written.use in known:
                own = known[written.use]
                conditions = " AND ".join(f"({when})" for when in (own.when, written.when) if when is not None)
                paragraph = own.model_copy(update={"when": conditions or None})
            else:
                message = f"no shared paragraph '{written.use}'"
                document.add(("paragraphs", at, "use"), message, value=written.use, allowed=known)
        placed.append(paragraph)
        if isinstance(paragraph, Paragraph):
            if min(paragraph.texts) > paper.from_:
                message = f"'{paragraph.id}' has no text on {paper.from_}, the first day of the paper"
                expected = f"'{paper.from_}:' with a text, or null where it did not exist yet"
                document.add(("paragraphs", at, "texts"), message, expected=expected)
            _check_paragraph(document, ("paragraphs", at), paragraph)
    for name in ("number", "foot"):
        _check_names(document, (name,), getattr(paper, name))
    document.raise_problems()
    return paper.model_copy(update={"paragraphs": tuple(placed)})


def _check_paragraph(document: Document, place: Place, paragraph: Paragraph) -> None:
    if paragraph.when is not None:
        check_condition(document, (*place, "when"), PAPER_FACTS, paragraph.when)
    for day, wording in paragraph.texts.items():
        if wording is not None:
            text_place = (*place, "texts", day.isoformat(), "text")
            _check_names(document, text_place, wording.text)
            for line in wording.text.splitlines():
                for found in _ASSERTION.finditer(line):
                    if found.start() or not found[1]:
                        message = f"'{found[0]}' stands at the beginning of its line, as 〔须符合：wait〕"
                        document.add(text_place, message)
                    for name in found[2].split("、"):
                        if name not in ASSERTABLE_CONDITIONS:
                            message = f"there is no condition '{name}'"
                            document.add(text_place, message, value=name, allowed=ASSERTABLE_CONDITIONS)


def _check_names(document: Document, place: Place, text: str) -> None:
    columns = {column.name: column for column in PAPER_FACTS.columns}
    labels = {name: column.label for name, column in columns.items() if column.dtype != BOOLEAN}
    for name in PLACEHOLDER.findall(text):
        if name not in labels:
            what = "can only stand in a condition" if name in columns else "is no fact of a paper"
            document.add(place, f"'{{{name}}}' {what}", value=name, allowed=labels)


def select_paragraphs(paper: PaperText, day: date, facts: Mapping[str, object]) -> tuple[SelectedParagraph, ...]:
    """The paragraphs of a paper of `day` about these facts (columns of PAPER_FACTS; missing ones are unknown).

    A condition on what is unknown is not met. Raises PolicyGap for a day before the paper's first.
    """
    require_paper_in_force(paper, day)
    schema = {column.name: column.dtype for column in PAPER_FACTS.columns}
    frame = pl.DataFrame({name: [facts.get(name)] for name in schema}, schema=schema)
    selected = []
    for one in paper.paragraphs:
        if not isinstance(one, Paragraph):
            raise TypeError(f"the shared paragraph '{one.use}' was not put in its place")
        wording = one.texts[max(start for start in one.texts if start <= day)]
        is_met = one.when is None or frame.select(pl.sql_expr(one.when).fill_null(False)).item()
        if wording is not None and is_met:
            selected.append(SelectedParagraph(id=one.id, heading=one.heading, wording=wording))
    return tuple(selected)


def require_paper_in_force(paper: PaperText, day: date) -> None:
    """Raises PolicyGap for a day before the paper's first."""
    if day < paper.from_:
        raise PolicyGap(f"{PAPERS[paper.paper]} ({paper.paper}) has no text on {day}; its first day is {paper.from_}")
