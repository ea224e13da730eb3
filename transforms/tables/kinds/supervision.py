"""What supervision finds: inspections, samples, signals, orders to rectify."""

from __future__ import annotations

from transforms.tables import words
from transforms.tables.kinds.common import AUTHORITY, FIELD, PARTY_NAME, USCC, day
from transforms.tables.shape import COUNT, FLAG, TEXT, TEXTS, Column, Kind

INSPECTION = Kind(
    "inspection",
    "监督检查",
    "On-site inspections with their defects by grade.",
    (
        USCC,
        PARTY_NAME,
        Column("inspection_no", TEXT, "检查编号", "number of the inspection", True),
        day("inspected_on", "检查日期", "day of the inspection", True),
        AUTHORITY,
        Column("inspection_type", TEXT, "检查类型", "why it was made", words=words.INSPECTION_TYPES),
        Column("standard", TEXT, "检查标准", "standard and edition"),
        FIELD,
        Column("critical_count", COUNT, "严重缺陷数", "critical defects"),
        Column("major_count", COUNT, "主要缺陷数", "major defects"),
        Column("minor_count", COUNT, "一般缺陷数", "minor defects"),
        Column("ungraded_count", COUNT, "未分级缺陷数", "defects without a grade: kept, not counted"),
        Column("conclusion", TEXT, "结论", "the inspectors' conclusion", words=words.CONCLUSIONS),
        Column(
            "score_centipoints", COUNT, "检查得分", "the sender's own score, in hundredths; never points of a scheme"
        ),
        day("rectify_by_on", "整改期限", "last day for rectification"),
        day("rectified_on", "整改完成日期", "day rectification was accepted"),
        day("published_on", "结果公示日期", "first day its result is public; empty: not known to be"),
    ),
    natural_key=("inspection_no",),
    event_on="inspected_on",
    number="inspection_no",
)

SAMPLING = Kind(
    "sampling",
    "监督抽检",
    "Samples taken in supervision and what the laboratory found.",
    (
        USCC,
        PARTY_NAME,
        Column("sample_no", TEXT, "抽样编号", "number of the sample", True),
        Column("product", TEXT, "产品名称", "product"),
        Column("maker_name", TEXT, "标示生产企业", "maker on the label"),
        Column("batch_no", TEXT, "批号", "batch"),
        day("sampled_on", "抽样日期", "day the sample was taken"),
        day("reported_on", "报告日期", "day of the laboratory's report", True),
        Column("result", TEXT, "检验结论", "qualified or not", True, words.SAMPLING_RESULTS),
        day("notified_on", "结果送达日期", "day the party received the result"),
        day("retest_asked_on", "申请复验日期", "day a retest was asked for"),
        day("found_wrong_on", "确认公告不当日期", "day the announced result was found wrong"),
        day("corrected_on", "更正公告日期", "day it was corrected where it had been announced"),
        Column("failing_items", TEXTS, "不合格项目", "items that failed"),
        Column("laboratory", TEXT, "检验机构", "laboratory"),
        Column("basis", TEXT, "检验依据", "standard applied"),
        FIELD,
        day("published_on", "结果公示日期", "first day its result is public; empty: not known to be"),
    ),
    natural_key=("sample_no",),
    event_on="reported_on",
    number="sample_no",
)

SIGNAL = Kind(
    "signal",
    "监测信号",
    "Complaints, adverse reactions, public opinion, recalls.",
    (
        USCC,
        PARTY_NAME,
        Column("signal_no", TEXT, "信号编号", "number of the signal", True),
        Column("signal_type", TEXT, "信号类型", "where it comes from", True, words.SIGNAL_TYPES),
        day("occurred_on", "发生日期", "day it was received or happened", True),
        Column("level", TEXT, "程度", "how grave it is", words=words.SIGNAL_LEVELS),
        Column("is_verified", FLAG, "是否查实", "found true on inquiry"),
        FIELD,
        Column("summary", TEXT, "摘要", "what it says"),
        AUTHORITY,
    ),
    natural_key=("signal_no",),
    event_on="occurred_on",
    number="signal_no",
)

RECTIFICATION = Kind(
    "rectification",
    "责令整改",
    "Orders to rectify and whether they were obeyed in time.",
    (
        USCC,
        PARTY_NAME,
        Column("order_no", TEXT, "整改通知书文号", "number of the order", True),
        Column("inspection_no", TEXT, "检查编号", "inspection it follows from"),
        day("ordered_on", "责令日期", "day of the order", True),
        day("due_on", "整改期限", "last day for rectification"),
        day("completed_on", "完成日期", "day it was accepted as done"),
        Column("state", TEXT, "整改状态", "open, completed, overdue", True, words.RECTIFICATION_STATES),
        AUTHORITY,
        FIELD,
    ),
    natural_key=("order_no",),
    event_on="ordered_on",
    number="order_no",
)
