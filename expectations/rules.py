"""Rules across the columns of a row, by table. The names here are the tables the gate knows.

`condition` is an SQL expression over the row, as in policy files; where a value that it needs is missing it is not
broken, unless it says IS NULL itself. Braces name limits of policy (`GateLimits`). Critical is what the program
guarantees; a warning is what a sender may get wrong without stopping the run.
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations.verdict import Severity


@dataclass(frozen=True)
class Rule:
    """A condition over the columns of one row.

    zh: the description in Chinese, for officers; empty where it follows from the labels of two columns in order.
    """

    columns: tuple[str, ...]
    condition: str
    description: str
    zh: str
    severity: Severity = "critical"


def _in_order(first: str, last: str) -> Rule:
    return Rule((first, last), f"{first} <= {last}", f"{last} is not before {first}", "", "warning")


def _filled_if(condition: str, column: str) -> str:
    """SQL: `column` is filled where `condition` holds."""
    return f"NOT ({condition}) OR {column} IS NOT NULL"


_TIED = Rule(
    ("enterprise_id", "record_id"),
    "enterprise_id IS NOT NULL",
    "every record is tied to an enterprise",
    "每条记录都应对应一户企业",
)
_TIED_OR_PERSON = Rule(
    ("enterprise_id", "party_class"),
    "enterprise_id IS NOT NULL OR party_class = 'person'",
    "every record not of a natural person is tied to an enterprise",
    "除自然人外，每条记录都应对应一户企业",
)
_TIED_OR_UNKNOWN = Rule(
    ("enterprise_id", "party_class"),
    "enterprise_id IS NOT NULL OR party_class IN ('person', 'unknown')",
    "every record but of a natural or an unknown person is tied to an enterprise",
    "除自然人和当事人不明外，每条记录都应对应一户企业",
)
_BALANCES = Rule(
    ("read_count", "accepted_count", "duplicate_count", "superseded_count", "quarantined_count", "ignored_count"),
    "read_count = accepted_count + duplicate_count + superseded_count + quarantined_count + COALESCE(ignored_count, 0)",
    "the account balances: read = accepted + duplicate + superseded + quarantined + ignored",
    "收件账应平：读取 = 接受 + 重复 + 被取代 + 隔离 + 忽略",
)
# Steps in the decision log that decide nothing: what a party says or applies for, what is passed on, received or
# carried out, and what another body orders. policy/sources/decision.yaml has the same list, so that no other row
# without a decider gets this far.
_UNDECIDED = (
    "('hear', 'publish_listing', 'object', 'push_objection', 'apply', 'request_papers', 'accept', 'carry_out',"
    " 'stay', 'end_stay')"
)
# Steps that do not say which matter they belong to.
_OF_EITHER = "('apply', 'request_papers', 'accept', 'reject', 'extend', 'carry_out')"

RECORD_RULES: dict[str, tuple[Rule, ...]] = {
    "enterprise": (
        _TIED,
        _in_order("established_on", "deregistered_on"),
        Rule(
            ("state", "deregistered_on"),
            _filled_if("state = 'deregistered'", "deregistered_on"),
            "a deregistered enterprise has its day of deregistration",
            "已注销的企业应有注销日期",
            "warning",
        ),
    ),
    "inspection": (
        _TIED,
        _in_order("inspected_on", "rectify_by_on"),
        _in_order("inspected_on", "rectified_on"),
    ),
    "penalty": (
        _TIED_OR_PERSON,
        _in_order("decided_on", "valid_until_on"),
        _in_order("decided_on", "publicity_until_on"),
        _in_order("decided_on", "revoked_on"),
        Rule(
            ("state", "revoked_on"),
            _filled_if("state = 'revoked'", "revoked_on"),
            "a revoked penalty has its day of revocation",
            "已撤销的处罚应有撤销日期",
            "warning",
        ),
    ),
    "sampling": (_TIED, _in_order("sampled_on", "reported_on")),
    "signal": (_TIED,),
    "rectification": (
        _TIED,
        _in_order("ordered_on", "due_on"),
        _in_order("ordered_on", "completed_on"),
        Rule(
            ("state", "completed_on"),
            _filled_if("state = 'completed'", "completed_on"),
            "a completed rectification has its day of completion",
            "已完成的整改应有完成日期",
            "warning",
        ),
    ),
    "commitment": (
        _TIED_OR_PERSON,
        _in_order("made_on", "valid_until_on"),
        _in_order("made_on", "state_on"),
        Rule(
            ("state", "unperformed"),
            _filled_if("state IN ('partly', 'unfulfilled')", "unperformed"),
            "a breach names what was not performed",
            "违反承诺的应写明未履行的内容",
            "warning",
        ),
    ),
    "honour": (_TIED, _in_order("awarded_on", "valid_until_on")),
    "licence": (
        _TIED,
        Rule(
            ("issued_on", "valid_until_on"),
            "valid_until_on >= issued_on",
            "a licence ends on or after the day it was issued",
            "许可证的有效期不应早于发证日期",
        ),
        Rule(
            ("revoked_on", "cancelled_on"),
            "cancelled_on >= revoked_on",
            "a licence that was revoked is not struck off before",
            "吊销的许可证不应在吊销之前注销",
        ),
        Rule(
            ("suspended_on", "resumed_on"),
            _filled_if("resumed_on IS NOT NULL", "suspended_on"),
            "a licence that was resumed was suspended",
            "恢复的许可证应有暂停日期",
        ),
        _in_order("issued_on", "changed_on"),
        _in_order("suspended_on", "resumed_on"),
        _in_order("issued_on", "revoked_on"),
        _in_order("issued_on", "cancelled_on"),
    ),
    "post": (
        _TIED,
        Rule(
            ("starts_on", "ends_on"),
            "ends_on >= starts_on",
            "a post ends on or after its first day",
            "离任日期不应早于任职日期",
        ),
    ),
    "case": (
        _TIED_OR_UNKNOWN,
        Rule(
            ("filed_on", "not_filed_on"),
            "filed_on IS NULL OR not_filed_on IS NULL",
            "a case is filed or not filed",
            "案件不应既立案又不予立案",
        ),
        Rule(
            ("outcome", "decision_nos"),
            _filled_if("outcome = 'penalty'", "decision_nos"),
            "a case that led to a penalty has its number",
            "作出行政处罚的案件应有处罚决定书文号",
        ),
        Rule(
            ("party_class", "outcome"),
            "party_class <> 'unknown' OR outcome <> 'penalty'",
            "who is punished is known",
            "作出行政处罚的，当事人应已查明",
        ),
        Rule(
            ("filed_on", "closed_on"),
            "closed_on >= filed_on",
            "a case is closed on or after the day it was filed",
            "结案日期不应早于立案日期",
        ),
        _in_order("found_on", "filed_on"),
        _in_order("filed_on", "concluded_on"),
        _in_order("suspended_on", "resumed_on"),
        Rule(
            ("outcome", "no_penalty_ground"),
            _filled_if("outcome = 'no_penalty'", "no_penalty_ground"),
            "a case without a penalty says why",
            "不予行政处罚的案件应写明理由",
            "warning",
        ),
        Rule(
            ("outcome", "concluded_on"),
            _filled_if("outcome IS NOT NULL", "concluded_on"),
            "a case that was decided has the day",
            "已有处理结果的案件应有处理决定日期",
            "warning",
        ),
    ),
    "case_transfer": (
        _TIED_OR_UNKNOWN,
        Rule(
            ("approved_on", "declined_on"),
            "approved_on IS NULL OR declined_on IS NULL",
            "a transfer is approved or declined",
            "移送不应既批准又不批准",
        ),
        _in_order("proposed_on", "approved_on"),
        _in_order("approved_on", "transferred_on"),
        _in_order("transferred_on", "police_filed_on"),
        _in_order("police_filed_on", "handed_over_on"),
    ),
    "complaint": (
        _TIED_OR_UNKNOWN,
        Rule(
            ("accepted_on", "declined_on"),
            "accepted_on IS NULL OR declined_on IS NULL",
            "a complaint is accepted or declined",
            "投诉不应既受理又不予受理",
        ),
        _in_order("received_on", "accepted_on"),
        _in_order("accepted_on", "ended_on"),
        _in_order("received_on", "decided_on"),
        _in_order("decided_on", "told_on"),
    ),
    "decision": (
        _in_order("decided_on", "ends_on"),
        Rule(
            ("proposed_by", "decided_by"),
            "proposed_by <> decided_by",
            "four eyes: nobody decides their own proposal",
            "提出人与决定人不得为同一人",
        ),
        Rule(
            ("decision_type", "tier"),
            _filled_if("decision_type = 'hold_tier'", "tier"),
            "holding a tier names the tier",
            "暂缓等级变动应写明等级",
        ),
        Rule(
            ("decision_type", "ends_on"),
            _filled_if("decision_type = 'hold_tier'", "ends_on"),
            "holding a tier names the last day",
            "暂缓等级变动应写明终止日期",
            "warning",
        ),
        Rule(
            ("decision_type", "decided_by"),
            _filled_if(f"decision_type NOT IN {_UNDECIDED}", "decided_by"),
            "who decided is named",
            "应写明决定人",
        ),
        Rule(
            ("decision_type", "matter"),
            _filled_if(f"decision_type IN {_OF_EITHER}", "matter"),
            "the matter is named",
            "应写明事项",
        ),
    ),
    "external_listing": (
        _TIED,
        Rule(
            ("listed_on", "left_on"),
            "left_on >= listed_on",
            "an entry is left on or after the day of listing",
            "移出日期不应早于列入日期",
        ),
        Rule(
            ("list_type", "ground"),
            "ground IS NULL OR list_type = 'abnormal'",
            "only an abnormal-list entry has such a ground",
            "只有经营异常名录才有列入情形",
        ),
        _in_order("listed_on", "repaired_on"),
        _in_order("applied_on", "accepted_on"),
        _in_order("repaired_on", "repair_received_on"),
    ),
    "list_delivery": (),
    "push": (
        _TIED_OR_PERSON,
        Rule(
            ("pushed_on", "receipt_on"),
            "receipt_on >= pushed_on",
            "a receipt follows the push",
            "回执日期不应早于推送日期",
        ),
        Rule(
            ("receipt_no", "receipt_on"),
            _filled_if("receipt_no IS NOT NULL", "receipt_on"),
            "a receipt has its day",
            "回执应有日期",
        ),
    ),
    "inspector": (
        Rule(
            ("qualified_on", "valid_until_on"),
            "valid_until_on >= qualified_on",
            "a qualification ends on or after its first day",
            "检查员资格的有效期不应早于起始日期",
        ),
        _in_order("qualified_on", "ended_on"),
    ),
    "inspector_conflict": (
        _TIED,
        Rule(
            ("declared_on", "ends_on"),
            "ends_on >= declared_on",
            "a declared conflict ends on or after its declaration",
            "回避终止日期不应早于申报日期",
        ),
        _in_order("starts_on", "ends_on"),
    ),
    "person_ban": (
        _in_order("decided_on", "starts_on"),
        _in_order("decided_on", "ends_on"),
        Rule(
            ("is_lifelong", "ends_on"),
            "NOT is_lifelong OR ends_on IS NULL",
            "a lifelong ban has no end",
            "终身禁业不应有终止日期",
            "warning",
        ),
    ),
}

_SUM = Rule(
    ("score_centipoints", "base_centipoints", "trace_centipoints"),
    "score_centipoints = base_centipoints + trace_centipoints",
    "score = base + sum of the trace",
    "得分应等于基础分加明细合计",
)
_OF_RATING = (
    Rule(
        ("valid_from_on", "next_change_on"),
        "next_change_on > valid_from_on",
        "the next change is in the future",
        "下次重算日应在评价日之后",
    ),
    Rule(
        ("next_change_on", "next_change_why"),
        "(next_change_on IS NULL) = (next_change_why IS NULL)",
        "a next change has both a day and a cause",
        "下次重算日与原因应同时填写",
    ),
    Rule(
        ("decided_by", "decided_by_id"),
        _filled_if("decided_by <> 'cut_point'", "decided_by_id"),
        "the deciding rule is named",
        "应写明判定规则",
    ),
)
_OF_TRACE = (
    Rule(
        ("is_counted", "points_centipoints"),
        "is_counted OR points_centipoints = 0",
        "a record that is not counted gives 0 points",
        "不计入的项目计入分应为 0",
    ),
    Rule(
        ("is_counted", "reason"),
        "is_counted = (reason IS NULL)",
        "a reason for not counting is given exactly where a record is not counted",
        "不计入的应写明原因，计入的不应有不计入原因",
    ),
    Rule(
        ("role", "record_id"),
        "role NOT IN ('item', 'direct') OR record_id IS NOT NULL",
        "a rule hit names its record",
        "计分项应写明所依据的记录",
    ),
    Rule(
        ("valid_from_on", "event_on"),
        "event_on <= valid_from_on",
        "no record counts before its day",
        "记录不应在其日期之前计入",
        "warning",
    ),
)

RESULT_RULES: dict[str, tuple[Rule, ...]] = {
    "files": (
        _BALANCES,
        Rule(("finding", "read_count"), "finding IS NULL", "no file is rejected", "不应有整件退回的文件", "warning"),
    ),
    "accounts": (_BALANCES,),
    "quarantine": (),
    "quarantine_outcomes": (),
    "ratings": _OF_RATING,
    "outlook": (
        Rule(
            ("valid_from_on", "changes_on"),
            "changes_on > valid_from_on",
            "a predicted change is in the future",
            "预计变化日应在评价日之后",
        ),
        Rule(
            ("tier_before", "tier_after"),
            "tier_before <> tier_after",
            "a predicted change changes the tier",
            "预计的等级应与现等级不同",
        ),
        Rule(
            ("changes_on", "tier_after"),
            "(changes_on IS NULL) = (tier_after IS NULL)",
            "a predicted change has both a day and a tier",
            "预计变化日与预计等级应同时填写",
        ),
    ),
    "trace": _OF_TRACE,
    "changes": (
        Rule(
            ("tier_before", "tier_after"),
            "tier_before <> tier_after",
            "a change changes the tier",
            "等级变化前后的等级应不同",
        ),
        Rule(
            ("index_before", "index_after"),
            "index_before <> index_after",
            "a change changes the tier index",
            "等级变化前后的等级序应不同",
        ),
    ),
    "change_trace": (),
    "trade_ratings": (
        *_OF_RATING,
        Rule(
            ("tier", "unrated"),
            "(tier IS NULL) = (unrated IS NOT NULL)",
            "a trade has a tier, or a reason why it has none",
            "每一领域和环节应有等级，或者写明未评价原因",
        ),
        Rule(
            ("tier", "scheme"),
            "tier IS NULL OR (scheme IS NOT NULL AND whole_tier IS NOT NULL AND score_centipoints IS NOT NULL)",
            "a tier has its scheme, its score and its tier of the whole",
            "有等级的应写明评价标准、得分和相当的整体等级",
        ),
        Rule(
            ("is_decisive", "tier"),
            "tier IS NOT NULL OR NOT is_decisive",
            "only a rated trade decides the whole",
            "未评价的领域和环节不应决定整体等级",
        ),
    ),
    "trade_trace": _OF_TRACE,
    "trade_changes": (),
    "law": (
        Rule(
            ("valid_from_on", "next_on"),
            "next_on > valid_from_on",
            "a legal state holds for a day at least",
            "法定状态至少应保持一日",
        ),
        Rule(
            ("record_count", "next_on"),
            "record_count > 0 OR next_on IS NULL",
            "without records nothing changes",
            "没有记录的企业不应有下一变化日",
        ),
    ),
    "law_listings": (
        Rule(
            ("state", "left_on"),
            "state <> 'standing' OR left_on IS NULL",
            "an enterprise on the list has not left it",
            "在列的企业不应有移出日期",
        ),
    ),
    "law_repair": (
        Rule(
            ("is_eligible", "verdict"),
            "is_eligible = (verdict = 'eligible')",
            "eligibility and verdict agree",
            "可以申请与结论应一致",
        ),
    ),
    "law_coming": (
        Rule(
            ("is_automatic", "who"),
            "is_automatic = (who IS NULL)",
            "a duty has a person, an automatic event has none",
            "须办理的事项应有办理人，自行发生的不应有",
        ),
        Rule(
            ("is_automatic", "on", "valid_from_on"),
            "NOT is_automatic OR on > valid_from_on",
            "an automatic event is in the future",
            "自行发生的事项应在评价日之后",
        ),
    ),
    "law_candidates": (),
    "law_applications": (),
    "law_findings": (
        Rule(
            ("since_on", "until_on"),
            "until_on >= since_on",
            "a finding does not end before it begins",
            "情形末日不应早于情形起始日",
        ),
    ),
}

# Frames derived for the gate, in which several tables meet.
CROSS_TABLE_RULES: dict[str, tuple[Rule, ...]] = {
    "night_accounts": (
        # Where most rows of a group are quarantined, most rows of one of its files are: that file is named.
        Rule(
            ("quarantined_count", "read_count", "group_quarantined_count", "group_read_count"),
            "group_read_count < {quarantine_least_rows} "
            "OR group_quarantined_count * 100 <= group_read_count * {quarantine_refusal_percent} "
            "OR quarantined_count * 100 <= read_count * {quarantine_refusal_percent}",
            "at most {quarantine_refusal_percent}% of a run's rows of a kind are quarantined, nor are more of a "
            "source's rows unreadable",
            "一次运行同一类记录隔离的行，以及同一来源不能识别的行，都不超过 {quarantine_refusal_percent}%",
        ),
        Rule(
            ("quarantined_count", "read_count"),
            "quarantined_count * 100 <= read_count * {quarantine_notice_percent}",
            "at most {quarantine_notice_percent}% of a file's rows are quarantined",
            "一个文件隔离的行不超过 {quarantine_notice_percent}%",
            "warning",
        ),
    ),
    "penalty_amounts": tuple(
        Rule(columns, condition, description, zh, "warning")
        for columns, condition, description, zh in (
            (
                ("decision_no", "is_fine_unknown"),
                "NOT is_fine_unknown",
                "a fine has a readable amount",
                "罚款应有可以识别的金额",
            ),
            (
                ("decision_no", "is_confiscation_unknown"),
                "NOT is_confiscation_unknown",
                "a confiscation has a readable amount",
                "没收应有可以识别的金额",
            ),
            (
                ("fine_fen", "stated_fen"),
                "stated_fen IS NULL",
                "the fine is near an amount in 处罚内容, not thousands of times as much or as little",
                "罚款金额应与处罚内容写明的相近，不应相差数千倍",
            ),
            (
                ("decision_no", "fine_fen"),
                "fine_fen <= {amount_most_fen}",
                "a fine is at most {amount_most_fen} fen",
                "罚款金额不超过 {amount_most_fen} 分",
            ),
            (
                ("decision_no", "confiscated_fen"),
                "confiscated_fen <= {amount_most_fen}",
                "a confiscation is at most {amount_most_fen} fen",
                "没收金额不超过 {amount_most_fen} 分",
            ),
        )
    ),
    "new_trade_ratings": (_SUM,),
    "present_ratings": (
        Rule(
            ("is_rated", "is_traced"),
            "is_rated OR NOT is_traced",
            "every trace belongs to a rating",
            "没有评价结果的企业不应有计分明细",
        ),
        Rule(
            ("is_rated", "is_known"),
            "is_rated OR NOT is_known",
            "every enterprise of the register is rated",
            "在册的企业都应有评价结果",
        ),
        Rule(
            ("is_registered", "is_rated"),
            "is_registered",
            "every rated enterprise is in the register",
            "有评价结果的企业都应在册",
        ),
        Rule(
            ("is_overdue", "is_known"),
            "NOT (is_overdue AND is_known)",
            "every rating whose day to change has come was rated anew",
            "到重算日的评价结果应已重算",
        ),
        _SUM,
        Rule(
            ("tier", "tier_index", "scheme_index", "is_rated"),
            "NOT is_rated OR (scheme_index IS NOT NULL AND tier_index = scheme_index)",
            "the tier and its index are those of the scheme",
            "等级及等级序应与评价标准一致",
        ),
    ),
}

RULES: dict[str, tuple[Rule, ...]] = {**RECORD_RULES, **RESULT_RULES, **CROSS_TABLE_RULES}
