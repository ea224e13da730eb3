"""The tables a run writes: files and their accounts, quarantine, ratings with their trace, outlook, changes."""

from __future__ import annotations

from dataclasses import replace

from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT, TEXT_LIST, TIMESTAMP, Column, Table
from transforms.schemas.vocabularies import FIELDS, ROLES

REASONS_NOT_COUNTED = {
    "revoked": "处罚已撤销或者已移出名单，自该日起不再计入",
    "revoked_undated": "处罚已撤销、确认违法或者无效，撤销日期未载明，不计入",
    "released": "已信用修复或者提前移出，不再计入",
    "aged_out": "已超出计分期限",
    "expired": "记录载明的期限已届满",
    "lighter_in_act": "同一违法行为只计最重一项",
    "unknown_amount": "未计分（金额不明）",
    "not_provided": "未计分（方案未规定）",
}
UNKNOWN_VALUE = "?"  # in value_used, for a value the record does not tell
ROLES_IN_TRACE = {
    "item": "计分项",
    "accumulation": "累计项",
    "cap": "单项封顶调整",
    "section_limit": "分项上下限调整",
    "score_limit": "总分上下限调整",
    "direct": "直接判定",
}
DECIDERS = {
    "cut_point": "按得分区间",
    "minimum_data": "最高等级所需数据不足",
    "direct": "直接判定",
    "movement": "逐级升级规则",
    "decision": "信用办决定",
}
CAUSES = {
    "decision": "信用办决定",
    "policy": "评价标准变化",
    "revocation": "处罚撤销",
    "repair": "信用修复或者移出",
    "correction": "记录更正",
    "new_record": "新增记录",
    "lock_ended": "锁定期满",
    "aged_out": "记录期满",
    "decayed": "计分递减",
    "movement": "逐级升级",
}

OUTLOOK_DAYS = 30  # how far the outlook reaches; a matter of reading, not of policy
# What the days to come bring by themselves: nothing new has to arrive for it.
OUTLOOK_CAUSES = {
    **CAUSES,
    "decision": "信用办决定开始或者届满",
    "policy": "评价标准有新规定施行",
    "revocation": "已登记的处罚撤销生效",
    "repair": "已登记的修复或者移出生效",
    "new_record": "已收到的记录到其日期",
}

# Of a trade, a field and a role; unknown: the register states none.
UNKNOWN_TRADE = "unknown"
TRADE_FIELDS = {**FIELDS, UNKNOWN_TRADE: "领域不明"}
TRADE_ROLES = {**ROLES, UNKNOWN_TRADE: "环节不明"}
UNRATED_REASONS = {
    "no_scheme": "该领域和环节没有规定评价标准",
    "field_unknown": "登记的监管领域不明",
    "role_unknown": "登记的环节不明",
}
UNRATED_TRADE = "unrated_trade"  # what decided, where the whole is held down by a trade that is not rated

_ENTERPRISE = Column("enterprise_id", TEXT, "企业标识", "USCC, or scheme:number", True)
_FROM = Column("valid_from_on", DATE, "起始日", "the day (as_of) from which this holds", True)
_AS_OF = Column("as_of", DATE, "评价日", "the day of the rating", True)

QUARANTINE_OUTCOME_TERMS = {
    "accepted": "已接受",
    "duplicate": "重复",
    "superseded": "被取代",
    "ignored": "按来源规则不计",
    "quarantined": "仍隔离（原因已变）",
    "corrected": "报送单位已更正",
}
_ATTEMPT = Column(
    "attempt_no", INTEGER, "第几次读取", "1 when the file came, one more each time it is read again; empty means 1"
)

FILES = Table(
    "files",
    "来件",
    "Every reading of a file. A file whose hash is here is not read again, unless it was rejected and is "
    "sent again or a source has changed, or its quarantined rows are tried again: then it has one more row. "
    "Per row here: read = accepted + duplicate + superseded + quarantined + ignored, in rows of the file; a row that "
    "is read as several kinds is quarantined if one kind quarantines it, else accepted if one accepts it.",
    (
        Column("file_id", TEXT, "文件指纹", "SHA-256 of its bytes", True),
        Column("file_name", TEXT, "文件名", "path below the inbox", True),
        Column("source", TEXT, "来源", "source that mapped it; empty where none does"),
        Column("encoding", TEXT, "编码", "of a text, as utf-8, utf-8-sig or gb18030; of a workbook xlsx, xls or ods"),
        Column("size_bytes", INTEGER, "字节数", "size", True),
        Column("read_count", INTEGER, "读取行数", "data rows read", True),
        Column("finding", TEXT, "问题", "why the file was rejected, in Chinese; empty where it was not"),
        Column(
            "notes", TEXT_LIST, "提示", "remarks in Chinese that stop nothing, such as headings that are not read", True
        ),
        Column("received_at", TIMESTAMP, "收到时间", "when it arrived, or was read again", True),
        _ATTEMPT,
        Column("accepted_count", INTEGER, "接受", "rows that made or corrected a record"),
        Column("duplicate_count", INTEGER, "重复", "rows that report what is already known"),
        Column("superseded_count", INTEGER, "被取代", "rows that a newer report replaces"),
        Column("quarantined_count", INTEGER, "隔离", "quarantined rows; all of them where the file was rejected"),
        Column("ignored_count", INTEGER, "不计", "rows that the source ignores by its `ignore_where`"),
    ),
    ("file_id", "attempt_no"),
)

ACCOUNTS = Table(
    "accounts",
    "收件账",
    "Per reading of a file and kind: read = accepted + duplicate + superseded + quarantined + ignored. Of a file that "
    "is read again only the rows whose outcome is another than before are counted.",
    (
        Column("file_id", TEXT, "文件指纹", "the file", True),
        Column("file_name", TEXT, "文件名", "path below the inbox", True),
        Column("source", TEXT, "来源", "source", True),
        Column(
            "kind", TEXT, "记录类别", "kind of record the rows were read as; empty for rows no kind could read", True
        ),
        Column("read_count", INTEGER, "读取", "rows read as this kind", True),
        Column("accepted_count", INTEGER, "接受", "rows that made or corrected a record", True),
        Column("duplicate_count", INTEGER, "重复", "rows that report what is already known", True),
        Column("superseded_count", INTEGER, "被取代", "rows a later row replaced in the same run", True),
        Column("quarantined_count", INTEGER, "隔离", "quarantined rows", True),
        Column("record_count", INTEGER, "记录", "records made: fewer than rows where rows are folded", True),
        Column(
            "ignored_count", INTEGER, "不计", "rows that the source ignores by its `ignore_where`; empty means none"
        ),
        _ATTEMPT,
    ),
    ("file_id", "kind", "attempt_no"),
)

QUARANTINE = Table(
    "quarantine",
    "隔离",
    "Every quarantined row: its text, its place, why, and what is expected. It waits until quarantine_outcomes says "
    "what became of it.",
    (
        Column("file_id", TEXT, "文件指纹", "the file", True),
        Column("file_name", TEXT, "文件名", "path below the inbox", True),
        Column("source", TEXT, "来源", "source", True),
        Column("kind", TEXT, "记录类别", "kind the row was read as; empty where it could not be read"),
        Column("row_no", INTEGER, "行号", "row as a spreadsheet numbers it", True),
        Column("column", TEXT, "列", "heading of the cell at fault; empty where the row is"),
        Column("value", TEXT, "值", "text of that cell, shortened"),
        Column("code", TEXT, "问题代码", "kind of fault", True),
        Column("reason", TEXT, "原因", "what is wrong, in Chinese", True),
        Column("expected", TEXT, "应为", "what is expected, in Chinese", True),
        Column("suggestions", TEXT_LIST, "相近名称", "nearest names, for a person to choose from", True),
        Column("row_text", TEXT, "原始行", "JSON object: heading to text, as received", True),
        Column("received_at", TIMESTAMP, "收到时间", "when it arrived", True),
        _ATTEMPT,
        Column("sender", TEXT, "报送单位", "the office that sent the row, as its source tells; empty in older stores"),
    ),
    ("file_id", "row_no", "kind", "column", "code", "attempt_no"),
)

QUARANTINE_OUTCOMES = Table(
    "quarantine_outcomes",
    "隔离后续",
    "What became of a row in quarantine: it was read again, or its sender corrected it. A row without one still waits.",
    (
        Column("file_id", TEXT, "文件指纹", "the file of the quarantined row", True),
        Column("file_name", TEXT, "文件名", "path below the inbox", True),
        Column("source", TEXT, "来源", "source", True),
        Column("kind", TEXT, "记录类别", "kind the row was read as; empty where it could not be read"),
        Column("row_no", INTEGER, "行号", "row as a spreadsheet numbers it", True),
        Column("quarantined_at_attempt", INTEGER, "隔离于第几次读取", "attempt_no of the quarantined row", True),
        Column("outcome", TEXT, "结果", "what became of it", True, QUARANTINE_OUTCOME_TERMS),
        Column(
            "by_file_id", TEXT, "依据文件", "the file that settled it: the same one read again, or a correction", True
        ),
        Column("received_at", TIMESTAMP, "时间", "the run that settled it", True),
    ),
    ("file_id", "row_no", "kind", "quarantined_at_attempt"),
)

RATINGS = Table(
    "ratings",
    "信用等级",
    "An enterprise's credit tier and the rule that decided it, from a run on.",
    (
        _ENTERPRISE,
        _FROM,
        Column("scheme", TEXT, "评价标准", "grading scheme", True),
        Column("tier", TEXT, "等级", "tier", True),
        Column("tier_index", INTEGER, "等级序", "0 for the best tier", True),
        Column("score_centipoints", INTEGER, "得分（百分之一分）", "base + sum of the trace", True),
        Column("base_centipoints", INTEGER, "基础分（百分之一分）", "base", True),
        Column("score_tier", TEXT, "得分等级", "tier by cut points alone", True),
        Column("decided_by", TEXT, "判定依据", "which kind of rule decided", True, DECIDERS),
        Column("decided_by_id", TEXT, "判定规则", "id of that rule in the scheme, or the decision's number"),
        Column("decided_by_basis", TEXT, "条款", "article of that rule"),
        Column("locked_until_on", DATE, "锁定至", "last day a direct placement or decision holds; empty for no lock"),
        Column(
            "next_change_on",
            DATE,
            "下次重算日",
            "first day anything in the result may be another if nothing new arrives; whether the tier is: `outlook`",
        ),
        Column("next_change_why", TEXT, "下次重算原因", "what happens then", codes=OUTLOOK_CAUSES),
    ),
    ("enterprise_id", "valid_from_on"),
)

OUTLOOK = Table(
    "outlook",
    "等级预告",
    "The tier on a day to come, by the records of the run, of enterprises of which anything may change in the days "
    "looked ahead. Kept as changes, like `ratings`: of an enterprise the latest `valid_from_on` holds.",
    (
        _ENTERPRISE,
        _FROM,
        Column(
            "is_near",
            BOOLEAN,
            "是否临近",
            "whether anything may change in the days looked ahead; else the rest is empty",
            True,
        ),
        Column(
            "changes_on",
            DATE,
            "预计变化日",
            "first day on which the tier is another if nothing new arrives; empty for none",
        ),
        Column("tier_before", TEXT, "现等级", "tier until then"),
        Column("tier_after", TEXT, "预计等级", "tier from that day on"),
        Column("index_before", INTEGER, "现等级序", "0 for the best"),
        Column("index_after", INTEGER, "预计等级序", "0 for the best"),
        Column("score_after_centipoints", INTEGER, "预计得分", "score on that day"),
        Column("cause", TEXT, "原因", "what happens then", codes=OUTLOOK_CAUSES),
        Column("next_look_on", DATE, "下次推算日", "first day past those looked at on which the tier may be another"),
    ),
    ("enterprise_id", "valid_from_on"),
)

TRACE = Table(
    "trace",
    "计分明细",
    "Why: one row per rule hit or adjustment. score = base + sum of points_centipoints, exactly.",
    (
        _ENTERPRISE,
        _FROM,
        Column("position", INTEGER, "序号", "1, 2, 3 within the enterprise", True),
        Column("role", TEXT, "类型", "item, accumulation, adjustment or direct placement", True, ROLES_IN_TRACE),
        Column("item_id", TEXT, "规则", "id of the rule in the scheme", True),
        Column("title", TEXT, "事项", "title of the rule", True),
        Column("section", TEXT, "分项", "section of the scheme"),
        Column("record_kind", TEXT, "记录类别", "kind of the record; empty for adjustments"),
        Column("record_id", TEXT, "记录标识", "the record; empty for adjustments"),
        Column("record_no", TEXT, "文号", "its document number"),
        Column("event_on", DATE, "发生日期", "day of the event"),
        Column("value_used", TEXT, "依据数值", "the value the points were computed from"),
        Column("raw_centipoints", INTEGER, "规则分（百分之一分）", "points before anything is left out", True),
        Column("points_centipoints", INTEGER, "计入分（百分之一分）", "points counted; 0 where not counted", True),
        Column("is_counted", BOOLEAN, "是否计入", "whether it counts", True),
        Column("reason", TEXT, "不计入原因", "why it does not count", codes=REASONS_NOT_COUNTED),
        Column("stops_counting_on", DATE, "停止计入日", "first day it no longer counts; empty for never"),
        Column("basis", TEXT, "依据条款", "article", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
    ),
    ("enterprise_id", "valid_from_on", "position"),
)

CHANGES = Table(
    "changes",
    "等级变化",
    "Tier changes of a run with their cause. A first rating is no change.",
    (
        _AS_OF,
        _ENTERPRISE,
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("tier_before", TEXT, "原等级", "tier before", True),
        Column("tier_after", TEXT, "现等级", "tier now", True),
        Column("index_before", INTEGER, "原等级序", "0 for the best", True),
        Column("index_after", INTEGER, "现等级序", "0 for the best", True),
        Column("score_before_centipoints", INTEGER, "原得分", "score before", True),
        Column("score_after_centipoints", INTEGER, "现得分", "score now", True),
        Column("cause", TEXT, "主要原因", "the cause that weighs most", True, CAUSES),
        Column("causes", TEXT_LIST, "全部原因", "every cause found", True, CAUSES),
        Column("decided_by", TEXT, "判定依据", "which kind of rule decided", True, DECIDERS),
    ),
    ("as_of", "enterprise_id"),
)

CHANGE_TRACE = Table(
    "change_trace",
    "变化明细",
    "The difference of the traces behind each tier change.",
    (
        _AS_OF,
        _ENTERPRISE,
        Column("position", INTEGER, "序号", "1, 2, 3 within the enterprise", True),
        Column("cause", TEXT, "原因", "why this row differs", True, CAUSES),
        Column("item_id", TEXT, "规则", "id of the rule", True),
        Column("title", TEXT, "事项", "title of the rule", True),
        Column("record_kind", TEXT, "记录类别", "kind of the record"),
        Column("record_id", TEXT, "记录标识", "the record"),
        Column("record_no", TEXT, "文号", "its document number"),
        Column("event_on", DATE, "发生日期", "day of the event"),
        Column("value_used", TEXT, "依据数值", "the value or the records the points rest on; empty in older stores"),
        Column("points_before_centipoints", INTEGER, "原计分", "points before", True),
        Column("points_after_centipoints", INTEGER, "现计分", "points now", True),
        Column("basis", TEXT, "依据条款", "article", True),
    ),
    ("as_of", "enterprise_id", "position"),
)

_FIELD = Column("field", TEXT, "领域", "field of the trade", True, TRADE_FIELDS)
_ROLE = Column("role", TEXT, "环节", "role of the trade", True, TRADE_ROLES)


def _optional(table: Table, *names: str) -> tuple[Column, ...]:
    """These columns of a table, none of them required."""
    return tuple(replace(table.column(name), required=False) for name in names)


TRADE_RATINGS = Table(
    "trade_ratings",
    "分领域信用等级",
    "The tier of an enterprise in each trade by the scheme of that trade, or why it has none. The rows with the latest "
    "`valid_from_on` of the enterprise's `ratings` hold; there are none where one scheme rates all.",
    (
        _ENTERPRISE,
        _FROM,
        _FIELD,
        _ROLE,
        Column("unrated", TEXT, "未评价原因", "why the trade is not rated; empty where it is", codes=UNRATED_REASONS),
        Column("whole_tier", TEXT, "相当于整体等级", "the tier of the whole that the tier corresponds to"),
        Column("is_decisive", BOOLEAN, "是否决定整体等级", "whether the whole has its score and trace from it", True),
        *_optional(RATINGS, *(name for name in RATINGS.schema if name not in ("enterprise_id", "valid_from_on"))),
    ),
    ("enterprise_id", "valid_from_on", "field", "role"),
)

TRADE_TRACE = Table(
    "trade_trace",
    "分领域计分明细",
    "As `trace`, of each field and scheme by which an enterprise is rated.",
    (
        _ENTERPRISE,
        _FROM,
        _FIELD,
        Column("scheme", TEXT, "评价标准", "grading scheme", True),
        *(column for column in TRACE.columns if column.name not in ("enterprise_id", "valid_from_on")),
    ),
    ("enterprise_id", "valid_from_on", "field", "scheme", "position"),
)

TRADE_CHANGES = Table(
    "trade_changes",
    "分领域等级变化",
    "As `changes`, of each trade. A trade that was not rated before, or is not now, has none.",
    (
        _AS_OF,
        _ENTERPRISE,
        _FIELD,
        _ROLE,
        Column("scheme", TEXT, "评价标准", "grading scheme now", True),
        *(column for column in CHANGES.columns if column.name not in ("as_of", "enterprise_id")),
    ),
    ("as_of", "enterprise_id", "field", "role"),
)

# Written once a trade is rated.
TRADE_TABLES = {t.name: t for t in (TRADE_RATINGS, TRADE_TRACE, TRADE_CHANGES)}
RUN_TABLES = {
    t.name: t
    for t in (FILES, ACCOUNTS, QUARANTINE, QUARANTINE_OUTCOMES, RATINGS, OUTLOOK, TRACE, CHANGES, CHANGE_TRACE)
} | TRADE_TABLES
