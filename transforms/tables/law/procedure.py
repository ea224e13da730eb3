"""Matters, their steps and their open terms as tables."""

from __future__ import annotations

from transforms.tables.kinds.common import day
from transforms.tables.shape import FLAG, TEXT, TEXTS, Column, Table
from transforms.tables.words import DECISION_TYPES, MATTERS, SITUATIONS, SYSTEMS

NOTES = {
    "unnotified": "列入前没有登记告知，须由人工核对",
    "hearing_open": "列入时告知的陈述、申辩、听证期限尚未届满，须由人工核对（总局令第44号第十三条第一款）",
    "unapplied": "没有登记申请和受理，须由人工核对",
}
STEP_NOTES = {
    **NOTES,
    "target_unknown": "对象文号没有对应的处罚、列入或者办理记录，须核对文号",
    "granted_early": "准予时最短公示期尚未届满，须由人工核对",
    "granted_never": "准予的是不得提前停止公示的信息，须由人工核对",
}
RELEASES = {"removed": "提前移出", "revoked": "撤销列入", "repaired": "信用修复"}
PARTIES = {"office": "本机关", "party": "当事人", "site": "公示系统（信用中国网站）"}

_MATTER = Column("matter", TEXT, "事项", "listing, repair of a penalty, or objection", True, MATTERS)
_SYSTEM = Column("system", TEXT, "公示系统", "publicity system", True, SYSTEMS)
_ENTERPRISE = Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons")

MATTER_TABLE = Table(
    "matters",
    "办理事项",
    "Listings and repairs as the register of decisions leaves them on a day. Computed, not stored.",
    (
        Column("matter_id", TEXT, "事项标识", "the record of its first step", True),
        _MATTER,
        _SYSTEM,
        _ENTERPRISE,
        Column("party_name", TEXT, "当事人", "party as the first step names it"),
        Column("target", TEXT, "对象文号", "number it concerns: of the penalty, the case"),
        Column("target_key", TEXT, "对象比对键", "that number with brackets and blanks normalised"),
        Column("listing_no", TEXT, "列入决定文号", "number of the listing, once there is one"),
        Column("listing_id", TEXT, "列入决定记录", "record of the listing"),
        Column("situation", TEXT, "列入情形", "situation the listing names", words=SITUATIONS),
        Column("state", TEXT, "状态", "state of the procedure", True),
        Column("state_title", TEXT, "状态名称", "what it is called", True),
        Column("rest_state", TEXT, "基础状态", "the state it is in, an application left aside", True),
        day("since_on", "状态起始日", "day of the step that led there", True),
        day("opened_on", "开始日期", "day of the first step", True),
        day("listed_on", "列入日期", "day of the listing"),
        day("published_on", "公布日期", "day it was published, as the register has it"),
        day("applied_on", "申请日期", "day of the application under way"),
        Column("release", TEXT, "解除方式", "what is in force: a removal, a revocation, a repair", words=RELEASES),
        day("released_on", "解除日期", "first day of the removal, repair or revocation in force"),
        day("restored_on", "恢复日期", "day a removal or repair was last revoked"),
        day("barred_until_on", "不得申请至", "last day on which no application is possible"),
        Column("is_final", FLAG, "不得提前停止公示", "no removal or repair is possible any more", True),
        Column("notes", TEXTS, "提示", "what was taken for granted", True, NOTES),
    ),
    ("matter_id",),
)
STEP_TABLE = Table(
    "steps",
    "办理环节",
    "Every step of the register, taken or refused, and what is to be looked at of it.",
    (
        Column("record_id", TEXT, "记录标识", "the decision", True),
        Column("matter_id", TEXT, "事项标识", "the matter it belongs to", True),
        _MATTER,
        _SYSTEM,
        _ENTERPRISE,
        Column("step", TEXT, "环节", "the step", True, DECISION_TYPES),
        Column("step_title", TEXT, "环节名称", "what it is called", True),
        day("on", "日期", "day of the step", True),
        Column("decision_no", TEXT, "文号", "its number", True),
        Column("target", TEXT, "对象文号", "number it names"),
        Column("from_state", TEXT, "原状态", "state before", True),
        Column("to_state", TEXT, "新状态", "state after; the same where it was refused", True),
        Column("is_refused", FLAG, "是否不予认可", "impossible: it changes nothing", True),
        Column("refusal", TEXT, "不予认可的原因", "why"),
        Column("notes", TEXTS, "须核对", "what a person must look at, though the step stands", True, STEP_NOTES),
        Column("basis", TEXT, "依据", "article of the step, or of what bars it"),
        Column("proposed_by", TEXT, "提出人", "who proposed it"),
        Column("decided_by", TEXT, "决定人", "who decided it"),
    ),
    ("record_id", "matter_id"),
)
TERM_TABLE = Table(
    "terms",
    "办理期限",
    "What is awaited in a matter, and until when.",
    (
        Column("matter_id", TEXT, "事项标识", "the matter", True),
        _MATTER,
        _SYSTEM,
        _ENTERPRISE,
        Column("awaited", TEXT, "待办环节", "first of the steps that would do", True, DECISION_TYPES),
        Column("awaited_title", TEXT, "待办环节名称", "all of them in words", True),
        Column("who", TEXT, "由谁办理", "whose turn it is", True, PARTIES),
        day("from_on", "起算日", "the day it counts from, itself not counted", True),
        day("by_on", "期限", "last day; empty where the calendar ends before"),
        Column("is_extended", FLAG, "是否延长", "an extension is counted in", True),
        Column("basis", TEXT, "依据", "article", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
    ),
    ("matter_id", "awaited"),
)
