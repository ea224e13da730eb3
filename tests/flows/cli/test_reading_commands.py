"""explain, lookup, changes, quarantine, runs: what they find and how they say it."""

import shutil

import openpyxl
import pytest

from flows.run.run_folder import read_scheme_facts, write_scheme_facts
from reports.scheme_facts import SchemeFacts
from tests.flows.cli.office import BAD, GOOD, NAMES, NEW, TWIN_A, TWIN_B, build
from tests.realdata import REPOSITORY


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


def test_explain_json_has_the_tables_own_columns_and_its_points_sum(yaoxin):
    document = yaoxin("explain", BAD, "--json").document
    assert document["as_of"] == "2025-06-02"
    assert document["rating"]["tier"] == "B"
    assert document["tier_title"] == "基本守信"
    assert document["scheme"]["name"] == "wuhan-2017"
    assert [row["valid_from_on"] for row in document["history"]] == ["2025-06-01", "2025-06-02"]
    rating, trace = document["rating"], document["trace"]
    assert rating["base_centipoints"] + sum(row["points_centipoints"] for row in trace) == rating["score_centipoints"]


def test_explain_as_it_stood_on_an_earlier_night(yaoxin):
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
def test_explain_for_a_day_without_a_night(yaoxin, day, told):
    result = yaoxin("explain", BAD, "--as-of", day)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


WHO = [
    *(GOOD, GOOD.lower(), f" {GOOD} ", f"{GOOD[:8]}\u200b-{GOOD[8:]}", "９１420100MA4KL00X1A"),
    *(NAMES[GOOD], "武汉康宁 大药房有限公司", "武汉康宁药店"),
    *("鄂AA0270001", "鄂ａａ０２７０００１", "鄂AA\u200b027 0001", "\u2060鄂aa0270001\u00ad"),
    *("鄂汉药监械经营备〔2023〕12号", "鄂汉药监械经营备（2023）0012号", "鄂汉药监械经营备[2023]12号"),
    "鄂汉药监械经营备【２０２３年】第１２號",
]


@pytest.mark.parametrize("who", WHO)
def test_whom_an_identifier_means(yaoxin, who):
    assert yaoxin("explain", who, "--json").document["enterprise_id"] == GOOD
    assert [one["enterprise_id"] for one in yaoxin("lookup", who, "--json").document["enterprises"]] == [GOOD]


@pytest.mark.parametrize(
    "number", ["药监列〔2025〕1号", "药监列(2025)第1号", "药监列【2025年】００1號", "药监\u200b列[2025] 1号\ufeff"]
)
def test_the_number_of_a_document_means_whoever_it_is_about(yaoxin, number):
    assert yaoxin("explain", number, "--json").document["enterprise_id"] == BAD
    assert [one["enterprise_id"] for one in yaoxin("lookup", number, "--json").document["enterprises"]] == [BAD]


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


@pytest.mark.parametrize(("since", "count"), [(None, 1), ("2025-06-01", 1), ("2025-06-02", 1), ("2025-06-03", 0)])
def test_changes_of_the_last_night_or_since_a_day(yaoxin, since, count):
    flags = ["--since", since] if since else []
    document = yaoxin("changes", *flags, "--json").document
    assert document["count"] == count == len(document["changes"])
    text = yaoxin("changes", *flags).stdout
    assert ("新增记录" in text) == bool(count)
    assert ("没有等级变化" in text) != bool(count)


def test_quarantine_is_counted_by_source_and_fault(yaoxin):
    result = yaoxin("quarantine", "--json")
    assert result.document["total"] == 2
    (count,) = result.document["counts"]
    assert (count["source"], count["code"], count["row_count"]) == ("penalty", "negative", 2)
    assert "金额为负数" in yaoxin("quarantine", "--source", "penalty").stdout


# Received at 18:00 UTC on 2 June: the 3rd of June at the office.
@pytest.mark.parametrize(("since", "total"), [("2025-06-02", 2), ("2025-06-03", 2), ("2025-06-04", 0)])
def test_quarantine_since_a_day_of_the_office(yaoxin, since, total):
    assert yaoxin("quarantine", "--since", since, "--json").document["total"] == total


def test_quarantine_workbooks_for_the_sending_offices(yaoxin, tmp_path):
    result = yaoxin("quarantine", "--output", "back", "--json")
    assert result.document["workbooks"] == ["back/penalty.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "back" / "penalty.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any("金额为负数" in cell for cell in cells)


def test_quarantine_of_an_unknown_source_names_those_there_are(yaoxin):
    result = yaoxin("quarantine", "--source", "penalties")
    assert result.exit_code == 2
    assert "已有来源：penalty" in result.stderr


def test_runs_newest_last_with_the_refused_one(yaoxin):
    document = yaoxin("runs", "--json").document
    assert [run["state"] for run in document["runs"]] == ["passed", "passed", "refused"]
    assert document["runs"][-1]["facts"] == {"first": "penalty"}
    assert document["runs"][0]["folder"].endswith("nightly-2025-06-01-1")
    assert "nightly-2025-06-03-1" in yaoxin("runs", "--last", "1").stdout
    assert "nightly-2025-06-01-1" not in yaoxin("runs", "--last", "1").stdout


def test_a_store_without_a_night(yaoxin, tmp_path):
    for command in (["explain", GOOD], ["lookup", GOOD], ["changes"], ["quarantine"]):
        result = yaoxin(*command, "--store", str(tmp_path / "empty"))
        assert result.exit_code == 2
        assert "还没有夜间评价的结果。请先运行 yaoxin nightly" in result.stderr
    assert "No run yet." in yaoxin("runs", "--store", str(tmp_path / "empty")).stdout
    assert not (tmp_path / "empty").exists(), "reading makes nothing"


@pytest.fixture
def kept(tmp_path, monkeypatch, yaoxin):
    """The same office, whose last night has kept the titles of a scheme that the policy no longer has."""
    store = build(tmp_path / "store")
    facts = SchemeFacts("gone", "已撤下的标准", (("A", "旧甲"), ("B", "旧乙")), True, titles={"x": "某规则"})
    write_scheme_facts(store.run_folder(store.last("nightly").run_id), facts)
    monkeypatch.setenv("YAOXIN_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def test_a_night_is_told_in_its_own_words(kept, yaoxin):
    told = yaoxin("explain", BAD).stdout
    assert "已撤下的标准（gone）" in told
    assert "B 旧乙" in told
    assert "示例标准" in told
    assert "A 旧甲" in yaoxin("lookup", GOOD).stdout


def test_a_night_that_kept_no_words_is_told_in_those_of_the_policy(kept, yaoxin):
    assert yaoxin("explain", BAD, "--as-of", "2025-06-01", "--json").document["scheme"]["name"] == "wuhan-2017"


def test_what_is_kept_of_a_scheme_is_the_whole_of_it(tmp_path):
    facts = SchemeFacts("s", "题", (("A", "甲"),), True, False, "hash", {"x": "某规则"}, {"A": "每年一次"})
    assert read_scheme_facts(tmp_path) is None
    write_scheme_facts(tmp_path, facts)
    assert read_scheme_facts(tmp_path) == facts
    for damaged in (b"", b"{", b"[]", b"{}"):
        (tmp_path / "scheme.json").write_bytes(damaged)
        assert read_scheme_facts(tmp_path) is None, "the policy is asked instead"


def test_what_the_law_of_the_office_leaves_out_is_said_where_it_is_asked(yaoxin, tmp_path, monkeypatch):
    policy = tmp_path / "policy"
    shutil.copytree(REPOSITORY / "policy", policy)
    gone = ("bans", "measures", "spot_checks", "repair_credit_china", "publicity_credit_china")
    for name in gone:
        (policy / "law" / f"{name}.yaml").unlink()
    monkeypatch.setenv("YAOXIN_POLICY_DIR", str(policy))
    for command in (["penalties"], ["repair", BAD], ["due"], ["list", "--bans"], ["list"]):
        result = yaoxin(*command)
        assert result.exit_code == 0, result.stderr
        own = {"--bans": ["bans"], "list": ["measures"]}.get(command[-1], gone)
        assert [name for name in own if f"没有 law/{name}.yaml" not in result.stdout] == [], command
    assert "bans.yaml" in yaoxin("policy", "check", str(policy / "law")).stdout
