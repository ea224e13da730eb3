"""Every suite passes on clean rows, and names the row when one cell is spoilt."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from expectations.rules import RULES
from tests.expectations.clean_rows import DAY, GATE, rows

BEFORE = DAY - timedelta(days=1)
ACCOUNT = "read_count, accepted_count, duplicate_count, superseded_count, quarantined_count, ignored_count"
CRITICAL = [
    ("enterprise", {"name": None}, "name"),
    ("enterprise", {"enterprise_id": None}, "enterprise_id, record_id"),
    ("enterprise", {"uscc": "91330100MA27XW123I"}, "uscc"),
    ("enterprise", {"uscc": "91330100MA27XW123"}, "uscc"),
    ("enterprise", {"fields": ["drug", "food"]}, "fields"),
    ("enterprise", {"version_no": 0}, "version_no"),
    ("inspection", {"inspected_on": None}, "inspected_on"),
    ("inspection", {"critical_count": -1}, "critical_count"),
    ("inspection", {"conclusion": "fine"}, "conclusion"),
    ("inspection", {"file_id": "G" * 64}, "file_id"),
    ("inspection", {"file_id": "a" * 63}, "file_id"),
    ("penalty", {"fine_fen": -1}, "fine_fen"),
    ("penalty", {"penalty_kinds": ["warning", "scolding"]}, "penalty_kinds"),
    ("penalty", {"penalty_kinds": None}, "penalty_kinds"),
    ("penalty", {"person_masked": "330106199001011234"}, "person_masked"),
    ("penalty", {"enterprise_id": None}, "enterprise_id, party_class"),
    ("sampling", {"result": "unclear"}, "result"),
    ("signal", {"signal_type": None}, "signal_type"),
    ("rectification", {"state": "closed"}, "state"),
    ("commitment", {"row_hash": "xyz"}, "row_hash"),
    ("honour", {"level": "world"}, "level"),
    ("licence", {"licence_type": "trade"}, "licence_type"),
    ("licence", {"authority": None}, "authority"),
    ("licence", {"valid_until_on": BEFORE}, "issued_on, valid_until_on"),
    ("licence", {"revoked_on": DAY, "cancelled_on": BEFORE}, "revoked_on, cancelled_on"),
    ("licence", {"suspended_on": None}, "suspended_on, resumed_on"),
    ("post", {"position": "owner"}, "position"),
    ("post", {"person_name": None}, "person_name"),
    ("post", {"ends_on": BEFORE}, "starts_on, ends_on"),
    ("external_listing", {"list_type": "black"}, "list_type"),
    ("external_listing", {"left_on": BEFORE}, "listed_on, left_on"),
    ("external_listing", {"list_type": "dishonest_debtor"}, "list_type, ground"),
    ("list_delivery", {"entry_count": -1}, "entry_count"),
    ("push", {"enterprise_id": None}, "enterprise_id, party_class"),
    ("push", {"receipt_on": BEFORE}, "pushed_on, receipt_on"),
    ("push", {"receipt_on": None}, "receipt_no, receipt_on"),
    ("inspector", {"person_hash": "35010219900101123X"}, "person_hash"),
    ("inspector", {"valid_until_on": BEFORE}, "qualified_on, valid_until_on"),
    ("inspector_conflict", {"ends_on": BEFORE}, "declared_on, ends_on"),
    ("case", {"enterprise_id": None}, "enterprise_id, party_class"),
    ("case", {"not_filed_on": DAY}, "filed_on, not_filed_on"),
    ("case", {"decision_nos": None}, "outcome, decision_nos"),
    ("case", {"party_class": "unknown"}, "party_class, outcome"),
    ("case", {"closed_on": BEFORE}, "filed_on, closed_on"),
    ("case", {"outcome": "forgotten"}, "outcome"),
    ("case_transfer", {"declined_on": DAY}, "approved_on, declined_on"),
    ("case_transfer", {"direction": "sideways"}, "direction"),
    ("complaint", {"declined_on": DAY}, "accepted_on, declined_on"),
    ("complaint", {"complaint_type": "praise"}, "complaint_type"),
    ("decision", {"decided_by": "张三"}, "proposed_by, decided_by"),
    ("decision", {"decision_type": "hold_tier", "tier": None}, "decision_type, tier"),
    ("person_ban", {"person_name": None}, "person_name"),
    ("files", {"size_bytes": -1}, "size_bytes"),
    ("accounts", {"read_count": 11}, ACCOUNT),
    ("accounts", {"read_count": 9}, ACCOUNT),
    ("accounts", {"ignored_count": 2}, ACCOUNT),
    ("files", {"read_count": 11}, ACCOUNT),
    ("quarantine", {"reason": None}, "reason"),
    ("quarantine", {"row_no": 0}, "row_no"),
    ("ratings", {"next_change_on": DAY}, "valid_from_on, next_change_on"),
    ("ratings", {"next_change_why": None}, "next_change_on, next_change_why"),
    ("ratings", {"decided_by": "direct", "decided_by_id": None}, "decided_by, decided_by_id"),
    ("ratings", {"tier_index": -1}, "tier_index"),
    ("outlook", {"changes_on": DAY}, "valid_from_on, changes_on"),
    ("outlook", {"tier_before": "B"}, "tier_before, tier_after"),
    ("outlook", {"changes_on": None}, "changes_on, tier_after"),
    ("trace", {"is_counted": False, "reason": "revoked"}, "is_counted, points_centipoints"),
    ("trace", {"is_counted": False, "points_centipoints": 0}, "is_counted, reason"),
    ("trace", {"reason": "aged_out"}, "is_counted, reason"),
    ("trace", {"record_id": None}, "role, record_id"),
    ("trace", {"position": 0}, "position"),
    ("law", {"next_on": DAY}, "valid_from_on, next_on"),
    ("law", {"record_count": 0}, "record_count, next_on"),
    ("law_listings", {"left_on": DAY}, "state, left_on"),
    ("law_repair", {"is_eligible": False}, "is_eligible, verdict"),
    ("law_repair", {"conditions": None}, "conditions"),
    ("law_coming", {"who": None}, "is_automatic, who"),
    ("law_coming", {"is_automatic": True, "who": None, "on": DAY}, "is_automatic, on, valid_from_on"),
    ("changes", {"tier_after": "text"}, "tier_before, tier_after"),
    ("changes", {"index_after": 0}, "index_before, index_after"),
    ("change_trace", {"cause": "whim"}, "cause"),
    (
        "night_accounts",
        {"quarantined_count": 501},
        "quarantined_count, read_count, group_quarantined_count, group_read_count",
    ),
    ("present_ratings", {"score_centipoints": 951}, "score_centipoints, base_centipoints, trace_centipoints"),
    ("new_trade_ratings", {"trace_centipoints": -51}, "score_centipoints, base_centipoints, trace_centipoints"),
    ("new_trade_ratings", {"score_centipoints": None}, "score_centipoints"),
    ("trade_ratings", {"tier": None, "is_decisive": False}, "tier, unrated"),
    ("trade_ratings", {"unrated": "no_scheme"}, "tier, unrated"),
    ("trade_ratings", {"whole_tier": None}, "tier, scheme"),
    ("trade_ratings", {"tier": None, "unrated": "no_scheme", "is_decisive": True}, "is_decisive, tier"),
    ("present_ratings", {"is_registered": False}, "is_registered, is_rated"),
    ("present_ratings", {"is_rated": False, "is_known": False}, "is_rated, is_traced"),
    ("present_ratings", {"is_rated": False, "is_traced": False}, "is_rated, is_known"),
    ("present_ratings", {"is_overdue": True}, "is_overdue, is_known"),
    ("present_ratings", {"scheme_index": None}, "tier, tier_index, scheme_index, is_rated"),
    ("present_ratings", {"tier_index": 2}, "tier, tier_index, scheme_index, is_rated"),
]
WARNINGS = [
    ("enterprise", {"deregistered_on": BEFORE}, "established_on, deregistered_on"),
    ("enterprise", {"established_on": date(1899, 12, 31)}, "established_on"),
    ("inspection", {"rectified_on": BEFORE}, "inspected_on, rectified_on"),
    ("inspection", {"rectify_by_on": date(2200, 1, 1)}, "rectify_by_on"),
    ("penalty", {"revoked_on": BEFORE}, "decided_on, revoked_on"),
    ("penalty", {"state": "revoked", "revoked_on": None}, "state, revoked_on"),
    ("sampling", {"reported_on": BEFORE}, "sampled_on, reported_on"),
    ("rectification", {"completed_on": BEFORE}, "ordered_on, completed_on"),
    ("rectification", {"state": "completed", "completed_on": None}, "state, completed_on"),
    ("commitment", {"state": "partly", "unperformed": None}, "state, unperformed"),
    ("honour", {"valid_until_on": BEFORE}, "awarded_on, valid_until_on"),
    ("licence", {"resumed_on": BEFORE}, "suspended_on, resumed_on"),
    ("licence", {"revoked_on": BEFORE}, "issued_on, revoked_on"),
    ("licence", {"changed_on": BEFORE}, "issued_on, changed_on"),
    ("external_listing", {"repaired_on": BEFORE, "applied_on": BEFORE}, "listed_on, repaired_on"),
    ("inspector", {"ended_on": BEFORE}, "qualified_on, ended_on"),
    ("case", {"filed_on": BEFORE}, "found_on, filed_on"),
    ("case", {"outcome": "no_penalty", "no_penalty_ground": None}, "outcome, no_penalty_ground"),
    ("case", {"concluded_on": None}, "outcome, concluded_on"),
    ("case_transfer", {"transferred_on": BEFORE}, "approved_on, transferred_on"),
    ("complaint", {"told_on": BEFORE}, "decided_on, told_on"),
    ("decision", {"ends_on": BEFORE}, "decided_on, ends_on"),
    ("person_ban", {"is_lifelong": True}, "is_lifelong, ends_on"),
    ("files", {"finding": "文件已损坏"}, "finding, read_count"),
    ("night_accounts", {"quarantined_count": 201}, "quarantined_count, read_count"),
    ("trace", {"event_on": DAY + timedelta(days=1)}, "valid_from_on, event_on"),
    ("penalty_amounts", {"is_fine_unknown": True}, "decision_no, is_fine_unknown"),
    ("penalty_amounts", {"is_confiscation_unknown": True}, "decision_no, is_confiscation_unknown"),
    ("penalty_amounts", {"stated_fen": 500_000}, "fine_fen, stated_fen"),
    ("penalty_amounts", {"fine_fen": 10_000_000_001}, "decision_no, fine_fen"),
    ("penalty_amounts", {"confiscated_fen": 10_000_000_001}, "decision_no, confiscated_fen"),
]
HOLDS = [
    ("enterprise", {"uscc": None, "established_on": date(1900, 1, 1)}),
    ("inspection", {"critical_count": None, "rectified_on": None, "rectify_by_on": date(2199, 12, 31)}),
    ("penalty", {"enterprise_id": None, "party_class": "person", "fine_fen": 0}),
    ("penalty", {"penalty_kinds": ["warning", "fine"], "revoked_on": DAY}),
    ("licence", {"valid_until_on": None, "suspended_on": None, "resumed_on": None}),
    ("licence", {"revoked_on": DAY, "cancelled_on": DAY}),
    ("post", {"starts_on": None, "person_hash": None, "person_masked": None}),
    ("external_listing", {"left_on": DAY, "ground": None, "list_type": "other_serious"}),
    ("list_delivery", {"entry_count": 0, "enterprise_id": None}),
    ("push", {"enterprise_id": None, "party_class": "person", "receipt_no": None, "receipt_on": None}),
    ("inspector", {"enterprise_id": None, "valid_until_on": None}),
    ("case", {"enterprise_id": None, "party_class": "unknown", "outcome": None}),
    ("complaint", {"enterprise_id": None, "party_class": "unknown"}),
    ("accounts", {"accepted_count": 7, "ignored_count": None}),
    ("files", {"accepted_count": None}),
    ("law", {"record_count": 0, "next_on": None}),
    ("law_coming", {"is_automatic": True, "who": None, "on": DAY + timedelta(days=1)}),
    ("law_coming", {"on": None, "is_overdue": True}),
    ("night_accounts", {"read_count": 1000, "quarantined_count": 200, "group_quarantined_count": 1000}),
    ("quarantine", {"suggestions": ["甲|乙", "丙"], "column": None}),
    ("penalty_amounts", {"fine_fen": 10_000_000_000, "confiscated_fen": None}),
    ("ratings", {"next_change_on": None, "next_change_why": None, "decided_by_id": None}),
    ("trace", {"is_counted": False, "reason": "revoked", "points_centipoints": 0}),
]


def named(table: str) -> dict[str, str]:
    """The second row as the gate names it."""
    spec = GATE.specs[table]
    return {name: str(value) for name, value in rows(table).row(1, named=True).items() if name in spec.key}


@pytest.mark.parametrize("table", sorted(GATE.specs))
def test_clean_rows_pass_without_a_word(table: str) -> None:
    verdict = GATE.validate(table, rows(table), previous_count=3)
    assert verdict.findings == ()
    assert verdict.is_passed
    assert verdict.row_count == 3


@pytest.mark.parametrize("table", sorted(GATE.specs))
def test_a_frame_without_rows_passes_where_no_previous_run_had_any(table: str) -> None:
    assert GATE.validate(table, rows(table).clear()).is_passed


@pytest.mark.parametrize("table", sorted(GATE.specs))
def test_a_row_that_occurs_twice_is_refused(table: str) -> None:
    frame = rows(table)
    (finding,) = GATE.validate(table, frame.vstack(frame[1:2])).findings
    assert finding.severity == "critical"
    assert "unique" in finding.expectation
    assert [row.items() >= named(table).items() for row in finding.sample_rows] == [True, True]


@pytest.mark.parametrize(("table", "spoilt", "column"), CRITICAL, ids=lambda x: x if isinstance(x, str) else "")
def test_one_spoilt_cell_refuses_and_the_row_is_named(table: str, spoilt: dict, column: str) -> None:
    verdict = GATE.validate(table, rows(table, **spoilt))
    found = {finding.column: finding for finding in verdict.findings}
    assert not verdict.is_passed
    assert found[column].severity == "critical"
    assert found[column].unexpected_count == 1
    (sample,) = found[column].sample_rows
    untouched = {name: value for name, value in named(table).items() if name not in spoilt}
    assert sample.items() >= untouched.items()


@pytest.mark.parametrize(("table", "spoilt", "column"), WARNINGS, ids=lambda x: x if isinstance(x, str) else "")
def test_what_a_sender_may_get_wrong_warns_and_passes(table: str, spoilt: dict, column: str) -> None:
    verdict = GATE.validate(table, rows(table, **spoilt))
    assert verdict.is_passed
    assert [(finding.column, finding.severity) for finding in verdict.findings] == [(column, "warning")]
    assert verdict.findings[0].sample_rows[0].items() >= named(table).items()


@pytest.mark.parametrize(("table", "spoilt"), HOLDS, ids=lambda x: x if isinstance(x, str) else "")
def test_the_bound_itself_and_missing_optional_values_pass(table: str, spoilt: dict) -> None:
    assert GATE.validate(table, rows(table, **spoilt)).findings == ()


def test_every_table_with_rules_is_one_the_flows_know() -> None:
    assert set(RULES) == set(GATE.specs)
