"""What enterprises promise and are praised for, and what the office decides."""

from __future__ import annotations

from transforms.tables import words
from transforms.tables.kinds.common import AUTHORITY, PARTY_NAME, USCC, day
from transforms.tables.shape import FLAG, TEXT, Column, Kind

COMMITMENT = Kind(
    "commitment",
    "信用承诺",
    "Credit commitments and whether they were kept.",
    (
        USCC,
        PARTY_NAME,
        Column("commitment_no", TEXT, "承诺编码", "code of the commitment", True),
        Column("party_class", TEXT, "主体类别", "category of the promisor", words=words.PARTY_CLASSES),
        Column("commitment_type", TEXT, "承诺类型", "type of commitment", words=words.COMMITMENT_TYPES),
        Column("matter", TEXT, "承诺事由", "matter"),
        Column("content", TEXT, "承诺内容", "content"),
        Column("liability", TEXT, "违诺责任", "liability accepted"),
        day("made_on", "作出承诺日期", "day it was made", True),
        day("valid_until_on", "承诺有效期", "last day of its term"),
        Column("state", TEXT, "履行状态", "kept, partly, not", True, words.COMMITMENT_STATES),
        Column("unperformed", TEXT, "未履行内容", "what was not performed"),
        Column("liability_enforced", TEXT, "违诺责任追究", "liability enforced"),
        day("state_on", "履行状态确认日期", "day the state was fixed"),
        Column("fixing_unit", TEXT, "确认单位", "unit that fixed the state"),
        Column("accepting_unit", TEXT, "受理单位", "unit that accepted the commitment"),
        Column("is_open", FLAG, "是否公开", "may be made public"),
        Column("remark", TEXT, "备注", "remark"),
    ),
    natural_key=("commitment_no",),
    event_on="made_on",
    number="commitment_no",
)

HONOUR = Kind(
    "honour",
    "荣誉表彰",
    "Honours and awards.",
    (
        USCC,
        PARTY_NAME,
        Column("honour_no", TEXT, "表彰文号", "number of the award", True),
        Column("title", TEXT, "荣誉名称", "title"),
        Column("level", TEXT, "级别", "who gave it", words=words.HONOUR_LEVELS),
        day("awarded_on", "授予日期", "day it was given", True),
        day("valid_until_on", "有效期至", "last day it holds"),
        AUTHORITY,
    ),
    natural_key=("honour_no", "party_key"),
    event_on="awarded_on",
    number="honour_no",
    expires_on="valid_until_on",
)

DECISION = Kind(
    "decision",
    "信用办决定",
    "The office's register of its steps: append-only, each by named people with a number and a date.",
    (
        USCC,
        PARTY_NAME,
        Column(
            "party_class", TEXT, "当事人类别", "person: of a natural person, tied to no firm", words=words.PARTY_CLASSES
        ),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of a natural person's identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("decision_no", TEXT, "决定文号", "number of the decision", True),
        Column("decision_type", TEXT, "决定类型", "what was decided", True, words.DECISION_TYPES),
        Column("matter", TEXT, "事项", "what a step belongs to, where its name does not say it", words=words.MATTERS),
        Column("system", TEXT, "公示系统", "the publicity system it concerns; empty: gsxt", words=words.SYSTEMS),
        Column("situation", TEXT, "情形", "situation of the listing, or ground of the step", words=words.SITUATIONS),
        Column("target", TEXT, "对象文号", "number of the penalty, case, listing, record or publication it concerns"),
        day("decided_on", "决定日期", "day of the step", True),
        day("effective_on", "生效日期", "first day of its effect, where that is not the day of the step"),
        day("ends_on", "终止日期", "last day of its effect, where it states one"),
        Column("tier", TEXT, "等级", "tier that is held or confirmed"),
        Column("reason", TEXT, "理由", "reason, with articles"),
        AUTHORITY,
        Column("proposed_by", TEXT, "提出人", "who proposed it", True),
        Column("decided_by", TEXT, "决定人", "who decided it: not the proposer; empty: the step decides nothing"),
    ),
    natural_key=("decision_no", "decision_type", "system"),
    event_on="decided_on",
    number="decision_no",
    is_releasable=True,
)
