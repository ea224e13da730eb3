"""`yaoxin lookup`: the short answer, for one, several or nobody."""

from tests.flows.cli.office import BAD, GOOD, NAMES, NEW, TWIN_A, TWIN_B


def test_lookup_of_a_listed_enterprise(yaoxin):
    result = yaoxin("lookup", BAD)
    assert result.exit_code == 0, result.stderr
    assert "B 基本守信（自 2025-06-02 起）" in result.stdout
    assert "已列入（2025-06-02，药监列〔2025〕1号）" in result.stdout
    listing = yaoxin("lookup", BAD, "--json").document["enterprises"][0]["serious_list"]
    assert listing["listed_on"] == "2025-06-02"
    assert listing["reason"] == "生产假药"


def test_lookup_of_one_that_is_not_listed(yaoxin):
    assert "未列入" in yaoxin("lookup", GOOD).stdout
    assert yaoxin("lookup", GOOD, "--json").document["enterprises"][0]["serious_list"] is None


def test_lookup_lists_all_of_a_name(yaoxin):
    result = yaoxin("lookup", "同名药房")
    assert result.exit_code == 0, result.stderr
    assert "对应 2 户企业" in result.stdout
    found = yaoxin("lookup", "同名药房", "--json").document
    assert [one["enterprise_id"] for one in found["enterprises"]] == [TWIN_A, TWIN_B]


def test_lookup_of_nobody_is_an_answer(yaoxin):
    result = yaoxin("lookup", "康宁", "--json")
    assert result.exit_code == 0, result.stderr
    assert result.document["found"] is False
    assert result.document["enterprises"] == []
    assert NAMES[GOOD] in result.document["nearest"]
    assert "名称相近的企业" in yaoxin("lookup", "康宁").stdout
    assert yaoxin("lookup", "zzz", "--json").document["nearest"] == []


def test_lookup_of_one_that_is_not_rated_yet(yaoxin):
    assert "尚未评价" in yaoxin("lookup", NEW).stdout
    assert yaoxin("lookup", NEW, "--json").document["enterprises"][0]["tier"] is None
