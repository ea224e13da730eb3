"""Every tier change has its causes, and rows that show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transforms.rating.rating_examples import (
    AS_OF,
    dated,
    enterprises,
    penalty,
    penalty_item,
    record,
    record_frames,
    record_lists,
    scheme,
    schemes,
)
from transforms.policy_model.scheme import Scheme
from transforms.rating import ComparedRuns, RatingResult, rate_enterprises, tier_changes
from transforms.schemas import TABLES

Rows = list[dict[str, Any]]
_DAY = date(2025, 3, 10)
_NEXT = _DAY + timedelta(days=1)
_ENTERPRISES = enterprises("E1", "E2")
_HEAVY = penalty_item("stop_order", "stop_order", -7)


def _change(
    before: tuple[Scheme, date, Rows], after: tuple[Scheme, date, Rows], received_after: datetime | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    previous, current = _rated(*before), _rated(*after)
    is_policy_changed = before[0] != after[0] or any(before[1] < day <= after[1] for day in after[0].change_days())
    known = record_frames(*after[2])
    found = tier_changes(
        previous, current, known, _ENTERPRISES, ComparedRuns(after[1], is_policy_changed, received_after)
    )
    return found.changes.to_dicts(), found.change_trace.to_dicts()


def _rated(of: Scheme, day: date, rows: Rows) -> RatingResult:
    return rate_enterprises(record_frames(*rows), _ENTERPRISES, of, day)


def _causes(before: tuple[Scheme, date, Rows], after: tuple[Scheme, date, Rows], **more: datetime) -> list[str]:
    changes, _ = _change(before, after, **more)
    (change,) = changes
    assert change["cause"] in change["causes"]
    causes: list[str] = change["causes"]
    return causes


def test_the_evidence_of_an_accumulation_names_its_records() -> None:
    extra = {"id": "again", "title": "累计", "of": ["fine"], "every": dated(2), "points": dated(-5)}
    of = scheme(accumulations=[extra])
    first, second = (penalty(f"p{n}", "E1", _DAY, "fine", fine_fen=1) for n in (1, 2))
    _, evidence = _change((of, _DAY, [first]), (of, _NEXT, [first, second]))
    assert [(row["title"], row["value_used"]) for row in evidence][-1] == ("累计", "2条：文p1、文p2")


def test_no_change_is_no_row() -> None:
    rows = [penalty("p1", "E1", _DAY, "fine")]

    assert _change((scheme(), _DAY, rows), (scheme(), _NEXT, rows)) == ([], [])


def test_a_first_rating_is_no_change() -> None:
    rows = record_frames(penalty("p1", "E1", _DAY, "stop_order"))
    before, after = (
        rate_enterprises(rows, enterprises("E2"), scheme(), _DAY),
        rate_enterprises(rows, _ENTERPRISES, scheme(), _NEXT),
    )

    assert tier_changes(before, after, rows, _ENTERPRISES, ComparedRuns(_NEXT, False)).changes.is_empty()


def test_a_new_record_with_its_row() -> None:
    changes, rows = _change((scheme(), _DAY, []), (scheme(), _NEXT, [penalty("p1", "E1", _NEXT, "stop_order")]))

    assert changes == [
        {
            "as_of": _NEXT,
            "enterprise_id": "E1",
            "name": "企业 E1",
            "tier_before": "A",
            "tier_after": "B",
            "index_before": 0,
            "index_after": 1,
            "score_before_centipoints": 1000,
            "score_after_centipoints": 700,
            "cause": "new_record",
            "causes": ["new_record"],
            "decided_by": "cut_point",
        }
    ]
    (row,) = rows
    assert (row["cause"], row["record_id"], row["position"]) == ("new_record", "p1", 1)
    assert (row["points_before_centipoints"], row["points_after_centipoints"]) == (0, -300)


def test_aged_out() -> None:
    rows = [penalty("p1", "E1", _DAY, "stop_order")]

    assert _causes((scheme(), date(2025, 12, 31), rows), (scheme(), date(2026, 1, 1), rows)) == ["aged_out"]


def test_less_counts_by_decay() -> None:
    decay = dated([{"after": {"months": 3}, "percent": 10}])
    of = scheme(items=[penalty_item("stop_order", "stop_order", -3, decay=decay)])
    rows = [penalty("p1", "E1", _DAY, "stop_order")]

    assert _causes((of, date(2025, 6, 10), rows), (of, date(2025, 6, 11), rows)) == ["decayed"]


def test_revocation() -> None:
    before = [penalty("p1", "E1", _DAY, "stop_order")]
    after = [penalty("p1", "E1", _DAY, "stop_order", revoked_on=_NEXT, version_no=2)]

    assert _causes((scheme(), _DAY, before), (scheme(), _NEXT, after)) == ["revocation"]


def test_a_record_that_went_to_another_enterprise_is_a_correction_though_it_is_not_among_the_records_asked() -> None:
    """Also on a day of another policy: records of other buckets are not at hand."""
    before, after = ([penalty("p1", key, _DAY, "stop_order", version_no=n)] for n, key in ((1, "E1"), (2, "E2")))
    previous, current = _rated(scheme(), _DAY, before), _rated(scheme(), _NEXT, after)
    for known in (record_frames(), record_frames(*after)):
        for is_policy_changed in (False, True):
            found = tier_changes(previous, current, known, _ENTERPRISES, ComparedRuns(_NEXT, is_policy_changed)).changes
            assert found.filter(enterprise_id="E1")["causes"].to_list() == [["correction"]]


def test_correction_of_what_was_punished_of_the_day_and_of_whom() -> None:
    before = [penalty("p1", "E1", _DAY, "stop_order")]
    milder = [penalty("p1", "E1", _DAY, "warning", version_no=2)]
    older = [penalty("p1", "E1", date(2024, 3, 10), "stop_order", version_no=2)]
    other = [penalty("p1", "E2", _DAY, "stop_order", version_no=2)]

    assert _causes((scheme(), _DAY, before), (scheme(), _NEXT, milder)) == ["correction"]
    assert _causes((scheme(), _DAY, before), (scheme(), _NEXT, older)) == ["correction"]
    changes, _ = _change((scheme(), _DAY, before), (scheme(), _NEXT, other))
    assert [(change["enterprise_id"], change["causes"]) for change in changes] == [
        ("E1", ["correction"]),
        ("E2", ["correction"]),
    ]


def test_a_correction_long_known_that_ages_out_is_no_correction() -> None:
    rows = [penalty("p1", "E1", _DAY, "stop_order", version_no=3)]

    assert _causes((scheme(), date(2025, 12, 31), rows), (scheme(), date(2026, 1, 1), rows)) == ["aged_out"]


def test_a_lock_that_ends() -> None:
    when, lock = "array_contains(penalty_kinds, 'revoke_licence')", dated({"span": {"years": 1}})
    rule = {"id": "placed", "title": "直接", "kind": "penalty", "when": when, "tier": "D", "lock": lock}
    of = scheme(items=[penalty_item("fine", "fine", -1)], direct=[rule])
    rows = [penalty("p1", "E1", _DAY, "revoke_licence")]
    changes, evidence = _change((of, date(2026, 3, 10), rows), (of, date(2026, 3, 11), rows))

    assert [change["causes"] for change in changes] == [["lock_ended"]]
    assert [(row["item_id"], row["cause"]) for row in evidence] == [("placed", "lock_ended")]


def test_movement_alone() -> None:
    of = scheme(items=[_HEAVY], movement=dated({"tiers_per_clean_year": 1}))
    rows = [penalty("p1", "E1", _DAY, "stop_order")]
    changes, evidence = _change((of, date(2026, 3, 10), rows), (of, date(2026, 3, 11), rows))

    assert [change["causes"] for change in changes] == [["movement"]]
    assert evidence == []


def test_movement_undone_by_a_revocation_is_a_revocation() -> None:
    of = scheme(items=[_HEAVY], movement=dated({"tiers_per_clean_year": 1}))
    day = date(2026, 2, 1)
    before = [penalty("p1", "E1", _DAY, "stop_order")]
    after = [penalty("p1", "E1", _DAY, "stop_order", revoked_on=day, version_no=2)]

    assert _causes((of, day - timedelta(days=1), before), (of, day, after)) == ["revocation"]


def test_a_late_record_that_counts_no_more_may_still_move() -> None:
    of = scheme(items=[_HEAVY], movement=dated({"tiers_per_clean_year": 1}))
    late = [penalty("p1", "E1", date(2024, 12, 1), "stop_order")]

    assert _causes((of, _DAY, []), (of, _NEXT, late)) == ["new_record"]


def test_a_decision_that_begins_and_one_that_ends() -> None:
    fields = {"decision_no": "决1", "decision_type": "hold_tier", "tier": "C", "ends_on": _NEXT, "reason": "理由"}
    rows = [record("decision", "d1", "E1", _NEXT, **fields)]

    assert _causes((scheme(), _DAY, []), (scheme(), _NEXT, rows)) == ["decision"]
    assert _causes((scheme(), _NEXT, rows), (scheme(), _NEXT + timedelta(days=1), rows)) == ["decision"]


def test_policy_by_points_by_cut_points_and_by_base() -> None:
    rows = [penalty("p1", "E1", _DAY, "fine")]
    dearer = scheme(items=[penalty_item("fine", "fine", -2)])
    stricter = scheme(tiers=dated([{"tier": "A", "title": "甲", "from": 9.5}, {"tier": "B", "title": "乙"}]))
    lower = scheme(base=dated(10, d2025_03_11=9))

    assert _causes((scheme(), _DAY, rows), (dearer, _NEXT, rows)) == ["policy"]
    assert _causes((scheme(), _DAY, rows), (stricter, _NEXT, rows)) == ["policy"]
    assert _causes((lower, _DAY, rows), (lower, _NEXT, rows)) == ["policy"]


def test_a_rule_that_begins_is_policy_where_the_record_was_known() -> None:
    new_rule = scheme(items=[_HEAVY])
    none = scheme(items=[penalty_item("fine", "fine", -1)])
    rows = [penalty("p1", "E1", _DAY, "stop_order")]
    known = datetime(2025, 3, 10, 12, tzinfo=UTC)

    assert _causes((none, _DAY, rows), (new_rule, _NEXT, rows), received_after=known) == ["policy"]


def test_data_for_the_best_tier_that_arrives_and_that_grows_old() -> None:
    need = {"id": "seen", "title": "检查", "kind": "inspection", "when": "true"}
    of = scheme(best_tier_needs=dated([need | {"window": {"rolling": {"years": 1}}, "at_least": 1}]))
    rows = [record("inspection", "i1", "E1", _NEXT)]

    assert _causes((of, _DAY, []), (of, _NEXT, rows)) == ["new_record"]
    assert _causes((of, date(2026, 3, 11), rows), (of, date(2026, 3, 12), rows)) == ["aged_out"]


def test_several_causes_of_one_run_and_the_weightiest() -> None:
    before = [penalty("p1", "E1", date(2024, 12, 1), "warning"), penalty("p2", "E1", date(2024, 12, 1), "stop_order")]
    after = [
        *before,
        penalty("p3", "E1", date(2025, 1, 1), "stop_order"),
        penalty("p4", "E1", date(2025, 1, 1), "fine"),
    ]
    changes, evidence = _change((scheme(), date(2024, 12, 31), before), (scheme(), date(2025, 1, 1), after))

    assert changes == [] or changes[0]["cause"] == "new_record"
    heavier = [*after, penalty("p5", "E1", date(2025, 1, 1), "stop_order")]
    changes, evidence = _change((scheme(), date(2024, 12, 31), before), (scheme(), date(2025, 1, 1), heavier))
    assert [(change["cause"], change["causes"]) for change in changes] == [("new_record", ["aged_out", "new_record"])]
    assert {row["record_id"]: row["cause"] for row in evidence} == {
        "p1": "aged_out",
        "p2": "aged_out",
        "p3": "new_record",
        "p4": "new_record",
        "p5": "new_record",
    }


def test_a_placement_by_two_records_ends_by_what_became_of_the_other() -> None:
    """The record that stays under its item is not corrected, though its row of the placement is gone."""
    is_stop = "array_contains(penalty_kinds, 'stop_order')"
    twice = {"id": "twice", "title": "两次停产", "kind": "penalty", "when": is_stop, "tier": "D"}
    twice |= {"lock": dated({"span": {"years": 1}}), "at_least": 2, "within": {"years": 1}}
    of = scheme(items=[penalty_item("stop_order", "stop_order", -1)], direct=[twice])
    known, later = datetime(2025, 3, 10, 12, tzinfo=UTC), datetime(2025, 3, 11, tzinfo=UTC)
    first, second = penalty("p1", "E1", date(2025, 3, 9), "stop_order"), penalty("p2", "E1", _DAY, "stop_order")
    revoked = first | {"revoked_on": _NEXT, "version_no": 2, "received_at": later}
    changes, evidence = _change((of, _DAY, [first, second]), (of, _NEXT, [revoked, second]), known)

    assert [(change["tier_before"], change["tier_after"], change["causes"]) for change in changes] == [
        ("D", "A", ["revocation"])
    ]
    assert {(row["record_id"], row["title"]): row["cause"] for row in evidence} == {
        ("p1", "事项 stop_order"): "revocation",
        ("p2", "两次停产"): "revocation",
    }


def test_adjustments_have_the_cause_of_the_rows_they_follow_from() -> None:
    of = scheme(items=[penalty_item("fine", "fine", -2, cap=dated(-3.5))])
    rows = [penalty("p1", "E1", _DAY, "fine"), penalty("p2", "E1", _NEXT, "fine")]
    _, evidence = _change((of, _DAY, rows[:1]), (of, _NEXT, rows))

    assert [(row["record_id"], row["points_after_centipoints"], row["cause"]) for row in evidence] == [
        ("p2", -200, "new_record"),
        (None, 50, "new_record"),
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.tuples(schemes(), schemes(mode="deduct")), record_lists(), record_lists(), st.integers(0, 400), st.booleans())
def test_every_change_has_a_cause(
    policies: tuple[Scheme, Scheme], rows: Rows, later: Rows, passed: int, is_policy_kept: bool
) -> None:
    of, other = policies
    after = of if is_policy_kept else other
    changes, evidence = _change((of, AS_OF, rows), (after, AS_OF + timedelta(days=passed), later))

    for change in changes:
        assert change["causes"] == sorted(set(change["causes"]))
        assert change["cause"] in change["causes"]
    assert {row["enterprise_id"] for row in evidence} <= {change["enterprise_id"] for change in changes}
    for name, found in {"changes": changes, "change_trace": evidence}.items():
        schema = TABLES[name].schema
        frame = pl.DataFrame(found, schema=schema)
        required = [column.name for column in TABLES[name].columns if column.required]
        assert frame.select(pl.col(required).null_count()).row(0) == (0,) * len(required)


def test_the_main_cause_is_what_moved_the_score_most_the_way_it_went() -> None:
    """A correction in the enterprise's favour must not be named as why it fell."""
    mild = penalty("p1", "E1", _DAY, "fine")
    corrected = {**penalty("p1", "E1", _DAY, "warning"), "version_no": 2}
    heavy = penalty("p2", "E1", _NEXT, "stop_order")
    changes, _ = _change((scheme(), _DAY, [mild]), (scheme(), _NEXT, [corrected, heavy]))

    assert [(c["cause"], c["causes"]) for c in changes] == [("new_record", ["correction", "new_record"])]
