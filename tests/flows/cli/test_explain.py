"""`yaoxin explain`: the tier, its records, its history and its page, in the titles that the run stored."""

from dataclasses import replace

import pytest

from flows.run.context import read_scheme_facts, write_scheme_facts
from reports.incentives import IncentiveFacts
from reports.scheme_facts import SchemeFacts
from tests.flows.cli.office import BAD, GOOD, NAMES, NEW, TWIN_A, TWIN_B, build


def test_explain_says_tier_rule_records_what_is_left_out_and_what_comes_next(yaoxin):
    result = yaoxin("explain", BAD)
    assert result.exit_code == 0, result.stderr
    text = result.stdout
    assert "武汉博济医药有限公司" in text
    assert "B 基本守信" in text
    assert "按得分区间" in text
    assert "10.00 − 3.00 = 7.00" in text
    assert "武市监罚〔2025〕1号" in text
    assert "停止计入日" in text
    assert "2026-01-01" in text
    assert "同一违法行为只计最重一项" in text
    assert "如无新记录，2025-06-20 起上调为 A 守信（计分递减，得分 9.50）" in text
    assert "本结果自 2025-06-02 起" in text
    assert "等级历史" in text
    assert "各领域信用等级" in text
    assert "该领域和环节没有规定评价标准" in text


def test_explain_json_has_the_tables_own_columns_and_its_points_sum(yaoxin):
    document = yaoxin("explain", BAD, "--json").document
    assert document["as_of"] == "2025-06-02"
    assert document["rating"]["tier"] == "B"
    assert document["tier_title"] == "基本守信"
    assert document["scheme"]["name"] == "wuhan-2017"
    assert [row["valid_from_on"] for row in document["history"]] == ["2025-06-01", "2025-06-02"]
    rating, trace = document["rating"], document["trace"]
    assert rating["base_centipoints"] + sum(row["points_centipoints"] for row in trace) == rating["score_centipoints"]


def test_explain_as_it_stood_on_an_earlier_run(yaoxin):
    document = yaoxin("explain", BAD, "--as-of", "2025-06-01", "--json").document
    assert document["rating"]["tier"] == "A"
    assert document["trace"] == []
    assert len(document["history"]) == 1


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2025-05-31", "早于第一次夜间评价（2025-06-01）"),
        ("2025-06-03", "该日还没有夜间评价，最近一次为 2025-06-02"),
        ("2025-13-01", "不是日期"),
    ],
)
def test_explain_for_a_day_without_a_run(yaoxin, day, told):
    result = yaoxin("explain", BAD, "--as-of", day)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_explain_refuses_a_name_that_two_bear(yaoxin):
    result = yaoxin("explain", "同名药房")
    assert result.exit_code == 2
    assert "对应多户企业" in result.stderr
    assert TWIN_A in result.stderr
    assert TWIN_B in result.stderr


def test_explain_of_nobody_names_the_nearest(yaoxin):
    result = yaoxin("explain", "武汉康宁大药房公司")
    assert result.exit_code == 2
    assert "没有查到“武汉康宁大药房公司”" in result.stderr
    assert NAMES[GOOD] in result.stderr


def test_explain_of_one_that_is_not_rated_yet(yaoxin):
    result = yaoxin("explain", NEW)
    assert result.exit_code == 0, result.stderr
    assert "尚未评价" in result.stdout
    assert yaoxin("explain", NEW, "--json").document["rating"] is None


def test_explain_writes_the_page(yaoxin, tmp_path):
    result = yaoxin("explain", BAD, "--html", "page.html")
    assert result.exit_code == 0, result.stderr
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "武汉博济医药有限公司" in page
    assert "武市监罚〔2025〕2号" in page


@pytest.fixture
def kept(tmp_path, monkeypatch, yaoxin):
    """The same office, whose last run has kept the titles of a scheme that the policy no longer has."""
    store = build(tmp_path / "store")
    dated = (("2020-01-01", ("A",)),)
    papers = IncentiveFacts(
        "papers", "容缺受理", dated, "某办法第九条", "C", (("2020-01-01", ("listing",)),), "某办法第十条"
    )
    facts = SchemeFacts("gone", "已撤下的标准", (("A", "旧甲"), ("B", "旧乙")), True, titles={"x": "某规则"})
    facts = replace(facts, incentives=(papers,))
    write_scheme_facts(store.run_folder(store.last("nightly").run_id), facts)
    monkeypatch.setenv("YAOXIN_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def test_a_run_is_reported_in_its_own_words(kept, yaoxin):
    told = yaoxin("explain", BAD).stdout
    assert "已撤下的标准（gone）" in told
    assert "B 旧乙" in told
    assert "示例标准" in told
    assert "A 旧甲" in yaoxin("lookup", GOOD).stdout


def test_incentives_are_shown_while_the_tier_lasts_and_their_end_with_day_and_cause(kept, yaoxin):
    assert "容缺受理（某办法第九条）" in yaoxin("lookup", GOOD).stdout
    assert "容缺受理" not in yaoxin("lookup", BAD).stdout
    ended = "容缺受理：自 2025-06-02 终止（等级由 A 下调为 B，新增记录）"
    assert ended in yaoxin("explain", BAD).stdout
    document = yaoxin("explain", BAD, "--json").document["incentives"]
    assert (document["granted"], [one["ended_on"] for one in document["ended"]]) == ([], ["2025-06-02"])
    assert "终止的激励措施：容缺受理" in yaoxin("changes").stdout
    (change,) = yaoxin("changes", "--json").document["changes"]
    assert change["ended_incentives"] == ["容缺受理"]


def test_a_run_that_kept_no_words_is_reported_in_those_of_the_policy(kept, yaoxin):
    assert yaoxin("explain", BAD, "--as-of", "2025-06-01", "--json").document["scheme"]["name"] == "wuhan-2017"


def test_what_is_kept_of_a_scheme_is_the_whole_of_it(tmp_path):
    other = SchemeFacts("t", "另一标准", (("甲", ""),), False)
    given = IncentiveFacts(
        "i", "激励", (("2020-01-01", ("A",)),), "第一条", "C", (("2020-01-01", ("lock",)),), "第二条"
    )
    facts = SchemeFacts("s", "题", (("A", "甲"),), True, False, "hash", {"x": "某规则"}, {"A": "每年一次"})
    facts = replace(facts, others=(other,), incentives=(given,))
    assert read_scheme_facts(tmp_path) is None
    write_scheme_facts(tmp_path, facts)
    assert read_scheme_facts(tmp_path) == facts
    for damaged in (b"", b"{", b"[]", b"{}"):
        (tmp_path / "scheme.json").write_bytes(damaged)
        assert read_scheme_facts(tmp_path) is None, "the policy is asked instead"
