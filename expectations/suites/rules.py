"""Rules across the columns of a row, per table. The names here are the tables the gate knows.

`condition` is SQL over the row, as in policy files; where a value it needs is missing the rule does not
speak, unless it says IS NULL itself. Braces name limits of policy. Critical is what the program promises
(a breach is our mistake); a warning is what a sender may get wrong without stopping the others.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from expectations.shape import Limits
from expectations.suites.chinese import CHINESE
from expectations.suites.expected import Expected
from expectations.verdict import Severity


@dataclass(frozen=True)
class Rule:
    """A condition over the columns of one row."""

    columns: tuple[str, ...]
    condition: str
    says: str
    severity: Severity = "critical"

    def expected(self, limits: Limits) -> Expected:
        """The rule with the limits of policy filled in."""
        values = asdict(limits)
        arguments = {"column_list": list(self.columns), "condition": self.condition.format(**values)}
        chinese = CHINESE[self.says].format(**values) if self.says in CHINESE else ""
        return Expected("ExpectRowsToSatisfy", self.says.format(**values), arguments, self.severity, chinese)


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

INTAKE: dict[str, tuple[Rule, ...]] = {
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

OUTPUTS: dict[str, tuple[Rule, ...]] = {
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
ACROSS: dict[str, tuple[Rule, ...]] = {
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

RULES: dict[str, tuple[Rule, ...]] = {**INTAKE, **OUTPUTS, **ACROSS}
