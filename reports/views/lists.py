"""The lists that are published: their columns, order and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.grid import Field
from reports.views.listing import Entry, ListSpec, Notes
from transforms.tables.law import publicity as law
from transforms.tables.words import LISTING_STATES

_POSITION = Field("position", "序号", "count", width=7)
_USCC = Field("uscc", "统一社会信用代码", "id", width=22)
_NUMBER = Field("decision_no", "决定书文号", "id", width=26)


@dataclass(frozen=True)
class ListedEntry(Entry):
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
    entry=ListedEntry,
    fields=(
        _POSITION,
        Field("name", "企业名称", width=36),
        _USCC,
        _NUMBER,
        Field("reason", "列入原因", width=44),
        Field("listed_on", "列入日期", "day"),
        Field("listed_by", "作出决定机关（列入）", width=26),
        Field("removal_reason", "移出原因", width=26),
        Field("removed_on", "移出日期", "day"),
        Field("removed_by", "作出决定机关（移出）", width=26),
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
    notes=Notes(
        empty="截至本版日期，名单为空：没有列入的企业。",
        search="查找企业、代码或文号",
        source="本名单依据决定机关作出的列入、移出决定公布。",
    ),
)


@dataclass(frozen=True)
class PenaltyEntry(Entry):
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
        Field("name", "当事人", width=36),
        _USCC,
        Field("violation_type", "违法行为类型", width=34),
        Field("penalty_kinds", "处罚种类", width=26),
        Field("content", "处罚内容", width=38),
        Field("authority", "作出机关", width=26),
        Field("decided_on", "决定日期", "day"),
        Field("published_on", "公示日期", "day"),
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
        "taken_off": law.STATES["taken_off"],
        "hidden": law.STATES["hidden"],
        "stayed": law.STATES["stayed"],
        **law.CAUSES_OF_END,
    },
    usual={"ADD": "published", "MOD": "corrected", "DEL": "off"},
    notes=Notes(
        empty="截至本版日期，没有公示中的行政处罚。",
        search="查找当事人、代码或文号",
        source="本表依据行政处罚决定公示，个人信息已依法处理；公示期满或者依法停止公示的不再列出。",
    ),
)
LISTS = {spec.name: spec for spec in (SERIOUS_VIOLATIONS, PENALTIES)}
