"""Rules across the columns of a row, by table."""

# ruff: noqa: E501 - a sentence and its Chinese stand side by side
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from expectations.table_spec import GateLimits
from expectations.verdict import Severity


@dataclass(frozen=True)
class Rule:
    """A condition over the columns of one row."""

    columns: tuple[str, ...]
    condition: str
    says: str
    severity: Severity = "critical"

    def expected(self, limits: GateLimits) -> ExpectationSpec:
        """The rule with the limits of policy filled in."""
        values = asdict(limits)
        arguments = {"column_list": list(self.columns), "condition": self.condition.format(**values)}
        chinese = CHINESE[self.says].format(**values) if self.says in CHINESE else ""
        return ExpectationSpec("ExpectRowsToSatisfy", self.says.format(**values), arguments, self.severity, chinese)


def _in_order(first: str, last: str) -> Rule:
    return Rule((first, last), f"{first} <= {last}", f"{last} is not before {first}", "warning")


def _given(column: str, given: str, condition: str, says: str, severity: Severity = "warning") -> Rule:
    return Rule((given, column), f"NOT ({condition}) OR {column} IS NOT NULL", says, severity)


_TIED = Rule(("enterprise_id", "record_id"), "enterprise_id IS NOT NULL", "every record is tied to an enterprise")

_TIED_OR_PERSON = Rule(
    ("enterprise_id", "party_class"),
    "enterprise_id IS NOT NULL OR party_class = 'person'",
    "every record not of a natural person is tied to an enterprise",
)

_CLOSES = Rule(
    ("read_count", "accepted_count", "duplicate_count", "superseded_count", "quarantined_count", "ignored_count"),
    "read_count = accepted_count + duplicate_count + superseded_count + quarantined_count + COALESCE(ignored_count, 0)",
    "the account closes: read = accepted + duplicate + superseded + quarantined + ignored",
)

# Steps of the office's register that decide nothing: what a party says or asks, what is passed on, received, carried
# out, and what another body orders. policy/sources/decision.yaml names the same ones, so that no other row without a
# decider comes as far as this. Then steps whose name does not say what matter they belong to.
_UNDECIDED = (
    "('hear', 'publish_listing', 'object', 'push_objection', 'apply', 'request_papers', 'accept', 'carry_out',"
    " 'stay', 'end_stay')"
)

_OF_EITHER = "('apply', 'request_papers', 'accept', 'reject', 'extend', 'carry_out')"

RECORD_RULES: dict[str, tuple[Rule, ...]] = {
    "enterprise": (
        _TIED,
        _in_order("established_on", "deregistered_on"),
        _given("deregistered_on", "state", "state = 'deregistered'", "a deregistered enterprise has the day of it"),
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
        _given("revoked_on", "state", "state = 'revoked'", "a revoked penalty has the day of it"),
    ),
    "sampling": (_TIED, _in_order("sampled_on", "reported_on")),
    "signal": (_TIED,),
    "rectification": (
        _TIED,
        _in_order("ordered_on", "due_on"),
        _in_order("ordered_on", "completed_on"),
        _given("completed_on", "state", "state = 'completed'", "a completed rectification has the day of it"),
    ),
    "commitment": (
        _TIED_OR_PERSON,
        _in_order("made_on", "valid_until_on"),
        _in_order("made_on", "state_on"),
        _given("unperformed", "state", "state IN ('partly', 'unfulfilled')", "a breach says what was not performed"),
    ),
    "honour": (_TIED, _in_order("awarded_on", "valid_until_on")),
    "decision": (
        _in_order("decided_on", "ends_on"),
        Rule(
            ("proposed_by", "decided_by"), "proposed_by <> decided_by", "four eyes: nobody decides their own proposal"
        ),
        _given("tier", "decision_type", "decision_type = 'hold_tier'", "holding a tier names the tier", "critical"),
        _given("ends_on", "decision_type", "decision_type = 'hold_tier'", "holding a tier says until when"),
        _given("decided_by", "decision_type", f"decision_type NOT IN {_UNDECIDED}", "who decided is named", "critical"),
        _given("matter", "decision_type", f"decision_type IN {_OF_EITHER}", "the matter is named", "critical"),
    ),
    "person_ban": (
        _in_order("decided_on", "starts_on"),
        _in_order("decided_on", "ends_on"),
        Rule(("is_lifelong", "ends_on"), "NOT is_lifelong OR ends_on IS NULL", "a lifelong ban has no end", "warning"),
    ),
}

RESULT_RULES: dict[str, tuple[Rule, ...]] = {
    "files": (
        _CLOSES,
        Rule(("finding", "read_count"), "finding IS NULL", "no file is turned away whole", "warning"),
    ),
    "accounts": (_CLOSES,),
    "quarantine": (),
    "quarantine_outcomes": (),
    "ratings": (
        Rule(("valid_from_on", "next_change_on"), "next_change_on > valid_from_on", "the next change is in the future"),
        Rule(
            ("next_change_on", "next_change_why"),
            "(next_change_on IS NULL) = (next_change_why IS NULL)",
            "a next change has its cause, and no cause stands without a day",
        ),
        _given("decided_by_id", "decided_by", "decided_by <> 'cut_point'", "the deciding rule is named", "critical"),
    ),
    "outlook": (
        Rule(("valid_from_on", "changes_on"), "changes_on > valid_from_on", "what is foretold is in the future"),
        Rule(("tier_before", "tier_after"), "tier_before <> tier_after", "a change that is foretold changes the tier"),
        Rule(
            ("changes_on", "tier_after"),
            "(changes_on IS NULL) = (tier_after IS NULL)",
            "a change that is foretold has a day and a tier",
        ),
    ),
    "trace": (
        Rule(("is_counted", "points_centipoints"), "is_counted OR points_centipoints = 0", "what is not counted: 0"),
        Rule(
            ("is_counted", "reason"),
            "is_counted = (reason IS NULL)",
            "what is not counted says why, what is counted gives no such reason",
        ),
        Rule(
            ("role", "record_id"),
            "role NOT IN ('item', 'direct') OR record_id IS NOT NULL",
            "a rule hit names its record",
        ),
        Rule(("valid_from_on", "event_on"), "event_on <= valid_from_on", "no record counts before its day", "warning"),
    ),
    "changes": (
        Rule(("tier_before", "tier_after"), "tier_before <> tier_after", "a change changes the tier"),
        Rule(("index_before", "index_after"), "index_before <> index_after", "a change changes the tier's place"),
    ),
    "change_trace": (),
    "law": (
        Rule(("valid_from_on", "next_on"), "next_on > valid_from_on", "the word holds for a day at least"),
        Rule(("record_count", "next_on"), "record_count > 0 OR next_on IS NULL", "no word, no change"),
    ),
    "law_listings": (
        Rule(("state", "left_on"), "state <> 'standing' OR left_on IS NULL", "what stands has not left the list"),
    ),
    "law_repair": (
        Rule(("is_eligible", "verdict"), "is_eligible = (verdict = 'eligible')", "the verdict says who may apply"),
    ),
    "law_coming": (
        Rule(
            ("is_automatic", "who"),
            "is_automatic = (who IS NULL)",
            "a duty is somebody's",
        ),
        Rule(
            ("is_automatic", "on", "valid_from_on"),
            "NOT is_automatic OR on > valid_from_on",
            "what comes is still to come",
        ),
    ),
    "law_candidates": (),
    "law_applications": (),
}

# Frames derived for the gate, in which several tables meet.
CROSS_TABLE_RULES: dict[str, tuple[Rule, ...]] = {
    "night_accounts": (
        # Where most rows of a group are turned away, most rows of one of its files are: that file is named.
        Rule(
            ("quarantined_count", "read_count", "group_quarantined_count", "group_read_count"),
            "group_read_count < {quarantine_least_rows} "
            "OR group_quarantined_count * 100 <= group_read_count * {quarantine_refusal_percent} "
            "OR quarantined_count * 100 <= read_count * {quarantine_refusal_percent}",
            "at most {quarantine_refusal_percent}% of a night's rows of a kind are turned away, nor are so many of a "
            "source's rows unreadable",
        ),
        Rule(
            ("quarantined_count", "read_count"),
            "quarantined_count * 100 <= read_count * {quarantine_notice_percent}",
            "at most {quarantine_notice_percent}% of a file's rows are turned away",
            "warning",
        ),
    ),
    "penalty_amounts": tuple(
        Rule(columns, condition, says, "warning")
        for columns, condition, says in (
            (("decision_no", "is_fine_unknown"), "NOT is_fine_unknown", "a fine has a sum that can be read"),
            (
                ("decision_no", "is_confiscation_unknown"),
                "NOT is_confiscation_unknown",
                "a confiscation has a sum that can be read",
            ),
            (
                ("fine_fen", "stated_fen"),
                "stated_fen IS NULL",
                "the fine is near a sum that 处罚内容 says, not thousands of times as much or as little",
            ),
            (
                ("decision_no", "fine_fen"),
                "fine_fen <= {amount_most_fen}",
                "a fine is at most {amount_most_fen} fen",
            ),
            (
                ("decision_no", "confiscated_fen"),
                "confiscated_fen <= {amount_most_fen}",
                "a confiscation is at most {amount_most_fen} fen",
            ),
        )
    ),
    "present_ratings": (
        Rule(("is_rated", "is_traced"), "is_rated OR NOT is_traced", "no trace stands without a rating"),
        Rule(("is_rated", "is_known"), "is_rated OR NOT is_known", "every enterprise of the register is rated"),
        Rule(("is_registered", "is_rated"), "is_registered", "every rated enterprise stands in the register"),
        Rule(
            ("is_overdue", "is_known"),
            "NOT (is_overdue AND is_known)",
            "no rating stands unchanged past the day on which it was to change",
        ),
        Rule(
            ("score_centipoints", "base_centipoints", "trace_centipoints"),
            "score_centipoints = base_centipoints + trace_centipoints",
            "score = base + sum of the trace",
        ),
        Rule(
            ("tier", "tier_index", "scheme_index", "is_rated"),
            "NOT is_rated OR (scheme_index IS NOT NULL AND tier_index = scheme_index)",
            "the tier and its place are those of the scheme",
        ),
    ),
}

RULES: dict[str, tuple[Rule, ...]] = {**RECORD_RULES, **RESULT_RULES, **CROSS_TABLE_RULES}


@dataclass(frozen=True)
class ExpectationSpec:
    """`expectation` is the class name in Great Expectations (or of the engine's own); `says` is for the operator.

    zh: the same in Chinese, for officers, its columns named by their labels.
    """

    expectation: str
    says: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "critical"
    zh: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns concerned; none for the table as a whole."""
        one = self.arguments.get("column")
        return (one,) if one else tuple(self.arguments.get("column_list", ()))


CHINESE = {
    "every record is tied to an enterprise": "每条记录都应对应一户企业",
    "every record not of a natural person is tied to an enterprise": "除自然人外，每条记录都应对应一户企业",
    "a deregistered enterprise has the day of it": "已注销的企业应有注销日期",
    "a revoked penalty has the day of it": "已撤销的处罚应有撤销日期",
    "a completed rectification has the day of it": "已完成的整改应有完成日期",
    "a breach says what was not performed": "违反承诺的应写明未履行的内容",
    "four eyes: nobody decides their own proposal": "提出人与决定人不得为同一人",
    "holding a tier names the tier": "暂缓等级变动应写明等级",
    "holding a tier says until when": "暂缓等级变动应写明终止日期",
    "who decided is named": "应写明决定人",
    "the matter is named": "应写明事项",
    "a lifelong ban has no end": "终身禁业不应有终止日期",
    "the account closes: read = accepted + duplicate + superseded + quarantined + ignored": "收件账应平：读取 = 接受 + 重复 + 被取代 + 隔离 + 忽略",
    "no file is turned away whole": "不应有整件退回的文件",
    "a fine has a sum that can be read": "罚款应有可以识别的金额",
    "a confiscation has a sum that can be read": "没收应有可以识别的金额",
    "the fine is near a sum that 处罚内容 says, not thousands of times as much or as little": "罚款金额应与处罚内容写明的相近，不应相差数千倍",
    "a fine is at most {amount_most_fen} fen": "罚款金额不超过 {amount_most_fen} 分",
    "a confiscation is at most {amount_most_fen} fen": "没收金额不超过 {amount_most_fen} 分",
    "at most {quarantine_notice_percent}% of a file's rows are turned away": "一个文件隔离的行不超过 {quarantine_notice_percent}%",
    "the next change is in the future": "下次重算日应在评价日之后",
    "a next change has its cause, and no cause stands without a day": "下次重算日与原因应同时填写",
    "the deciding rule is named": "应写明判定规则",
    "what is foretold is in the future": "预计变化日应在评价日之后",
    "a change that is foretold changes the tier": "预计的等级应与现等级不同",
    "a change that is foretold has a day and a tier": "预计变化日与预计等级应同时填写",
    "what is not counted: 0": "不计入的项目计入分应为 0",
    "what is not counted says why, what is counted gives no such reason": "不计入的应写明原因，计入的不应有不计入原因",
    "a rule hit names its record": "计分项应写明所依据的记录",
    "no record counts before its day": "记录不应在其日期之前计入",
    "a change changes the tier": "等级变化前后的等级应不同",
    "a change changes the tier's place": "等级变化前后的等级序应不同",
    "the word holds for a day at least": "法定状态至少应保持一日",
    "no word, no change": "没有记录的企业不应有下一变化日",
    "what stands has not left the list": "在列的企业不应有移出日期",
    "the verdict says who may apply": "可以申请与结论应一致",
    "a duty is somebody's": "须办理的事项应有办理人，自行发生的不应有",
    "what comes is still to come": "自行发生的事项应在评价日之后",
    "at most {quarantine_refusal_percent}% of a night's rows of a kind are turned away, nor are so many of a source's rows unreadable": "一次运行同一类记录隔离的行，以及同一来源不能识别的行，都不超过 {quarantine_refusal_percent}%",
    "no trace stands without a rating": "没有评价结果的企业不应有计分明细",
    "every enterprise of the register is rated": "在册的企业都应有评价结果",
    "every rated enterprise stands in the register": "有评价结果的企业都应在册",
    "no rating stands unchanged past the day on which it was to change": "到重算日的评价结果应已重算",
    "score = base + sum of the trace": "得分应等于基础分加明细合计",
    "the tier and its place are those of the scheme": "等级及等级序应与评价标准一致",
}
