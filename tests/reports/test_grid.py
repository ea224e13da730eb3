"""Values as an officer reads them, and their grid."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import formatting
from reports.grid import GridField, grid_field, grid_fields, grid_from_frame, grid_from_rows
from transforms.schemas import KINDS, TABLES

IDENTITY = "11010519491231002X"


@pytest.mark.parametrize(
    ("centipoints", "text", "signed"),
    [
        (-1250, "−12.50", "−12.50"),
        (-1, "−0.01", "−0.01"),
        (0, "0.00", "0.00"),
        (1, "0.01", "+0.01"),
        (99, "0.99", "+0.99"),
        (100, "1.00", "+1.00"),
        (100_000, "1000.00", "+1000.00"),
    ],
)
def test_points_are_exact(centipoints: int, text: str, signed: str):
    assert formatting.points(centipoints) == text
    assert formatting.delta(centipoints) == signed


@given(st.integers(-(10**15), 10**15))
def test_points_and_yuan_read_back(number: int):
    assert int(formatting.points(number).replace("−", "-").replace(".", "")) == number
    assert int(formatting.yuan(number).replace("−", "-").replace(".", "").replace(",", "")) == number


def test_yuan_and_counts_have_separators():
    assert formatting.yuan(63_006_900) == "630,069.00"
    assert formatting.count(-1_234_567) == "−1,234,567"


@pytest.mark.parametrize(
    ("part", "total", "text"), [(1, 3, "33.33%"), (2, 3, "66.67%"), (0, 0, "0.00%"), (7, 7, "100.00%")]
)
def test_shares_round_half_up(part: int, total: int, text: str):
    assert formatting.share(formatting.basis_points(part, total)) == text


def test_instants_are_read_in_beijing():
    assert formatting.instant(datetime(2026, 2, 28, 16, 0, tzinfo=UTC)) == "2026-03-01 00:00:00"
    assert formatting.instant(datetime(2026, 2, 28, 15, 59, 59)) == "2026-02-28 23:59:59"  # noqa: DTZ001 (taken as UTC)


@pytest.mark.parametrize(
    "text", [IDENTITY, "身份证11010519491231002X。", "110105 19491231 002x", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_identity_numbers_are_masked(text: str):
    masked = formatting.redact(text)
    assert "19491231" not in masked
    assert "１９４９" not in masked
    assert "110***" in masked


@pytest.mark.parametrize(
    "text",
    [
        "91510000000000000X",
        "1101051949123100212",  # a figure more
        "川药监罚〔2026〕12号",
    ],
)
def test_other_numbers_stay(text: str):
    assert formatting.redact(text) == text


def test_steering_characters_become_visible():
    assert formatting.clean("a\u202eb\x07c\nd\te") == "a\ufffdb\ufffdc d e"


def test_a_field_knows_its_form_from_the_column():
    forms = {name: grid_field(KINDS["penalty"].column(name)).form for name in KINDS["penalty"].table.schema}
    expected = {
        "fine_fen": "yuan",
        "decided_on": "day",
        "penalty_kinds": "texts",
        "decision_no": "id",
        "state": "words",
    }
    assert forms | expected == forms
    assert grid_field(KINDS["penalty"].column("fine_fen")).label == "罚款金额（元）"
    score = grid_field(TABLES["ratings"].column("score_centipoints"))
    assert (score.form, score.label) == ("points", "得分")


def test_coded_values_are_shown_by_their_words():
    frame = pl.DataFrame({"cause": ["aged_out"], "causes": [["aged_out", "correction"]]})
    grid = grid_from_frame("g", "表", frame, grid_fields(TABLES["changes"], "cause", "causes"))
    assert grid.texts() == [["记录期满", "记录期满；记录更正"]]


def test_an_unknown_code_is_shown_as_it_is():
    assert GridField("x", "甲", "words", {"a": "乙"}).text("b") == "b"


def test_free_text_is_masked_and_document_numbers_stay():
    fields = [GridField("note", "说明"), GridField("record_no", "文号", "id")]
    assert grid_from_rows("g", "表", fields, [(IDENTITY, IDENTITY)]).rows == (("110*************2X", IDENTITY),)


def test_nothing_is_an_empty_text():
    forms = ("text", "day", "count", "points", "yuan", "texts", "flag", "instant", "share", "words")
    assert {GridField("x", "甲", form).text(None) for form in forms} == {""}
    assert GridField("x", "甲", "day").text(date(2026, 3, 1)) == "2026-03-01"
    assert [GridField("x", "甲", "flag").text(value) for value in (True, False)] == ["是", "否"]
