"""The law of the delta, and what the list refuses."""

import json
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.exports import json_bytes
from reports.public_lists import (
    CREDIT_FILES,
    INSPECTIONS,
    PENALTIES,
    SAMPLINGS,
    SERIOUS_VIOLATIONS,
    CreditFileEntry,
    InspectionEntry,
    ListHead,
    ListProblem,
    PenaltyEntry,
    SamplingEntry,
    SeriousViolationEntry,
    list_view,
)
from reports.public_lists import LIST_SPECS as SPECS
from reports.publication.version import DeltaProblem, apply_delta, delta_of, read_delta
from tests.reports import samples

VERSIONS = ("2026-02-28", "2026-03-01")
HEAD = ListHead("严重违法失信名单", "某省药品监督管理局", samples.AS_OF, "2026-03-01")
DAYS = st.integers(0, 400).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
NAMES = st.sampled_from(["名", "=名", "\u202e名"])
ENTRIES = {
    SERIOUS_VIOLATIONS.name: st.builds(
        SeriousViolationEntry,
        listed_on=DAYS,
        decision_no=st.sampled_from(["一号", "二号", "三号"]),
        enterprise_id=st.sampled_from(["甲", "乙", "丙", "丁"]),
        name=NAMES,
        removed_on=st.none() | DAYS,
        reason=st.sampled_from(["", "甲", "甲\n乙"]),
    ),
    PENALTIES.name: st.builds(
        PenaltyEntry,
        decided_on=DAYS,
        decision_no=st.sampled_from(["一号", "二号", "三号"]),
        record_id=st.sampled_from(["甲", "乙", "丙", "丁", "戊"]),
        name=NAMES,
        published_on=st.none() | DAYS,
        content=st.sampled_from(["", "罚款500.00元", "甲\n乙"]),
    ),
    INSPECTIONS.name: st.builds(
        InspectionEntry,
        inspected_on=DAYS,
        inspection_no=st.sampled_from(["一号", "二号", "三号"]),
        record_id=st.sampled_from(["甲", "乙", "丙", "丁", "戊"]),
        enterprise_id=st.sampled_from(["甲", "乙"]),
        name=NAMES,
        conclusion=st.sampled_from(["符合要求", "不符合要求"]),
    ),
    SAMPLINGS.name: st.builds(
        SamplingEntry,
        reported_on=DAYS,
        sample_no=st.sampled_from(["一号", "二号", "三号"]),
        record_id=st.sampled_from(["甲", "乙", "丙", "丁", "戊"]),
        enterprise_id=st.sampled_from(["甲", "乙"]),
        name=NAMES,
        result=st.sampled_from(["合格", "不合格"]),
        corrected_on=st.none() | DAYS,
    ),
    CREDIT_FILES.name: st.builds(
        CreditFileEntry,
        enterprise_id=st.sampled_from(["甲", "乙"]),
        section=st.sampled_from(["licence", "penalty"]),
        record_id=st.sampled_from(["甲", "乙", "丙", "丁", "戊"]),
        occurred_on=DAYS,
        number=st.sampled_from(["一号", "二号", "三号"]),
        name=NAMES,
        until_on=st.none() | DAYS,
    ),
}


def _lists(name):
    spec = SPECS[name]
    made = st.lists(ENTRIES[name], unique_by=spec.key_of, max_size=9).map(spec.sorted)
    return st.tuples(st.just(spec), made, made)


LISTS = st.sampled_from(sorted(SPECS)).flatmap(_lists)


@given(LISTS)
def test_the_previous_list_and_the_delta_give_the_current_list(given):
    spec, previous, current = given
    delta = delta_of(spec, previous, current, VERSIONS, {})
    assert apply_delta(previous, delta) == current
    assert len(previous) + delta.count("ADD") - delta.count("DEL") == len(current)


@given(LISTS)
def test_the_delta_survives_its_way_through_json(given):
    spec, previous, current = given
    delta = delta_of(spec, previous, current, VERSIONS, {})
    assert read_delta(spec, json.loads(json_bytes(delta.content()))) == delta


@given(LISTS)
def test_a_list_does_not_differ_from_itself(given):
    spec, entries, _ = given
    assert delta_of(spec, entries, entries, VERSIONS, {}).rows == ()


@given(LISTS)
def test_a_delta_applied_twice_is_refused_unless_it_only_modifies(given):
    spec, previous, current = given
    delta = delta_of(spec, previous, current, VERSIONS, {})
    if delta.count("ADD") + delta.count("DEL"):
        with pytest.raises(DeltaProblem):
            apply_delta(current, delta)


def _entry(**more: object) -> SeriousViolationEntry:
    known = {"listed_on": samples.AS_OF, "decision_no": "一号", "enterprise_id": "甲", "name": "名"}
    return SeriousViolationEntry(**(known | more))


def test_each_row_has_its_operation_and_cause():
    gone, kept, new = _entry(enterprise_id="走"), _entry(), _entry(enterprise_id="来")
    changed = _entry(reason="更正", removed_on=samples.AS_OF)
    causes = {("DEL", ("一号", "走")): "ended", ("ADD", ("一号", "走")): "restored"}
    delta = delta_of(SERIOUS_VIOLATIONS, [gone, kept], [changed, new], VERSIONS, causes)
    assert {(vars(row.entry)["enterprise_id"], row.operation, row.cause, row.changed) for row in delta.rows} == {
        ("走", "DEL", "列入期满", ()),
        ("来", "ADD", "作出列入决定", ()),
        ("甲", "MOD", "记载内容变更", ("reason", "removed_on")),
    }
    assert {row[0] for row in delta.grid.texts()} == {"新增", "变更", "移除"}
    assert "列入原因；移出日期" in {row[2] for row in delta.grid.texts()}


def test_a_delta_for_another_version_says_so():
    delta = delta_of(SERIOUS_VIOLATIONS, [_entry()], [], VERSIONS, {})
    with pytest.raises(DeltaProblem, match=r"DEL of .*does not exist in version 2026-02-28"):
        apply_delta([], delta)


def test_the_order_of_rows_does_not_matter():
    one, other = (
        list_view(SERIOUS_VIOLATIONS, samples.entries(), HEAD),
        list_view(SERIOUS_VIOLATIONS, samples.entries().reverse(), HEAD),
    )
    assert one == other
    assert [row[0] for row in one.grid.rows] == list(range(1, 13))


@pytest.mark.parametrize("missing", ["listed_on", "decision_no", "enterprise_id", "name"])
def test_an_entry_without_what_it_needs_is_refused(missing: str):
    with pytest.raises(ListProblem, match=missing):
        list_view(SERIOUS_VIOLATIONS, samples.entries(2, **{missing: None}), HEAD)


def test_two_entries_with_one_key_are_refused():
    twice = pl.concat([samples.entries(1), samples.entries(1, name="另名")])
    with pytest.raises(ListProblem, match="川药监严失〔2025〕1号"):
        list_view(SERIOUS_VIOLATIONS, twice, HEAD)


@pytest.mark.parametrize("column", [name for name, dtype in SERIOUS_VIOLATIONS.schema.items() if dtype == pl.String()])
def test_an_identity_number_is_masked_wherever_it_is_and_noted(column: str):
    view = list_view(SERIOUS_VIOLATIONS, samples.entries(1, **{column: f"甲 {samples.IDENTITY} 乙"}), HEAD)
    assert samples.IDENTITY not in repr(view)
    assert len(view.issues) == 1
    assert "含身份证件号码，已隐去" in view.issues[0]


def test_columns_that_are_not_given_are_empty():
    short = samples.entries(1).drop("removed_on", "removed_by", "reason")
    entry = list_view(SERIOUS_VIOLATIONS, short, HEAD).entries[0]
    assert isinstance(entry, SeriousViolationEntry)
    assert (entry.removed_on, entry.removed_by, entry.reason) == (None, "", "")


def test_a_clean_list_has_no_issues():
    assert list_view(SERIOUS_VIOLATIONS, samples.entries(), HEAD).issues == ()
