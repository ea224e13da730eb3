"""Whose record it is: code, number, exact name; never a guess."""

import pytest

from tests.flows.ingest.inboxes import (
    FIRM,
    OTHER_FIRM,
    SHOP,
    firm,
    history_after,
    ingested,
    penalty,
    put,
    quarantined_cells,
)

NO_CODE = {"统一社会信用代码": ""}


def _ingested(tmp_path, register, *rows):
    put(tmp_path, "企业登记.csv", register)
    put(tmp_path, "双公示.csv", list(rows))
    return ingested(tmp_path)


def _ids(result):
    return result.records["penalty"]["enterprise_id"].to_list()


def test_a_row_without_code_is_identified_by_its_exact_name(tmp_path):
    row = penalty(**NO_CODE, 行政相对人名称="京城药业 有限公司")
    assert _ids(_ingested(tmp_path, [firm()], row)) == [FIRM]


def test_width_and_brackets_of_a_name_do_not_matter(tmp_path):
    row = penalty(**NO_CODE, 行政相对人名称="甲(北京)药业")
    assert _ids(_ingested(tmp_path, [firm(name="甲（北京）药业")], row)) == [FIRM]


def test_two_enterprises_of_one_name_are_never_guessed_between(tmp_path):
    result = _ingested(tmp_path, [firm(), firm(OTHER_FIRM)], penalty(**NO_CODE))
    assert quarantined_cells(result) == [(2, "行政相对人名称", "ambiguous_name")]
    assert result.quarantine["suggestions"].to_list() == [
        [f"京城药业有限公司（{FIRM}）", f"京城药业有限公司（{OTHER_FIRM}）"]
    ]


@pytest.mark.parametrize("heading", ["工商注册号", "许可证号"])
def test_a_number_of_the_register_identifies_a_row(tmp_path, heading):
    given = {"工商注册号": "注册号"}.get(heading, heading)
    result = _ingested(tmp_path, [firm(**{given: "京２０２０００１"})], penalty(**NO_CODE, **{heading: "京2020001"}))
    assert _ids(result) == [FIRM]


def test_a_number_and_a_name_that_disagree_are_quarantined(tmp_path):
    register = [firm(注册号="77"), firm(OTHER_FIRM, "深城药业有限公司")]
    result = _ingested(tmp_path, register, penalty(**NO_CODE, 工商注册号="77", 行政相对人名称="深城药业有限公司"))
    assert quarantined_cells(result) == [(2, "行政相对人名称", "name_mismatch")]


def test_a_previous_name_agrees_with_the_code(tmp_path):
    result = _ingested(tmp_path, [firm(曾用名="老京城药厂；京城制药厂")], penalty(行政相对人名称="京城制药厂"))
    assert _ids(result) == [FIRM]


def test_the_name_before_a_change_of_the_register_still_finds_it(tmp_path):
    put(tmp_path / "1", "企业登记.csv", [firm(name="旧名药业有限公司")])
    first = ingested(tmp_path / "1")
    put(tmp_path / "2", "企业登记.csv", [firm()])
    put(tmp_path / "2", "双公示.csv", [penalty(**NO_CODE, 行政相对人名称="旧名药业有限公司")])
    assert _ids(ingested(tmp_path / "2", history_after(first))) == [FIRM]


def test_an_unknown_code_is_quarantined_with_the_nearest_names(tmp_path):
    register = [firm(), firm(SHOP, "京城药业大药房"), firm(OTHER_FIRM, "与此无关的器械公司")]
    row = penalty(统一社会信用代码="91110000600037201K", 行政相对人名称="京城药业公司")
    result = _ingested(tmp_path, register, row)
    code = result.quarantine["code"].to_list()
    assert code in (["unknown_code"], ["uscc_check"], ["uscc_organisation"])


def test_an_unknown_name_is_quarantined_with_at_most_three_nearest_names(tmp_path):
    register = [firm(), firm(SHOP, "京城药业大药房"), firm(OTHER_FIRM, "与此无关的器械公司")]
    result = _ingested(tmp_path, register, penalty(**NO_CODE, 行政相对人名称="京城药业有限责任公司"))
    assert quarantined_cells(result) == [(2, "行政相对人名称", "unknown_name")]
    (suggestions,) = result.quarantine["suggestions"].to_list()
    assert suggestions[0] == f"京城药业有限公司（{FIRM}）"
    assert not any("无关" in one for one in suggestions)


def test_a_record_finds_an_enterprise_registered_in_the_same_run_whatever_the_file_order(tmp_path):
    put(tmp_path, "a双公示.csv", [penalty()])
    put(tmp_path, "z企业登记.csv", [firm()])
    assert _ids(ingested(tmp_path)) == [FIRM]


def test_a_row_that_names_nobody_is_quarantined(tmp_path):
    result = _ingested(tmp_path, [firm()], penalty(**NO_CODE, 行政相对人名称=""))
    assert {code for _, _, code in quarantined_cells(result)} == {"missing"}
