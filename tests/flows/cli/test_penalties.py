"""yaoxin penalties: an enterprise's, the lists of a day, the numbers; and what is said when the policy cannot tell."""

from datetime import date

import pytest

from flows.store.store import Store
from tests.flows.cli.office import BAD, GOOD, NAMES, build, known, records

AS_OF = date(2025, 10, 29)
HUBEI, GUANGXI = "114200000000000000", "114500000000000000"


def _penalty(number, **values):
    base = {"enterprise_id": BAD, "party_name": NAMES[BAD], "party_class": "organisation", "decision_no": number}
    base |= {"decision_key": number, "penalty_kinds": ["fine"], "fine_fen": 20_000_000, "field": "drug"}
    base |= {
        "violation_type": "购进渠道",
        "authority_code": HUBEI,
        "state": "in_force",
        "decided_on": date(2025, 9, 25),
    }
    return base | values


PENALTIES = (
    _penalty("鄂药监罚〔2025〕1号"),
    _penalty("鄂药监罚〔2025〕2号", penalty_kinds=["warning"], fine_fen=None),
    _penalty("鄂药监罚〔2025〕3号", decided_on=date(2025, 6, 27), enterprise_id=GOOD),
    _penalty("鄂药监罚〔2022〕4号", decided_on=date(2022, 9, 30), published_on=date(2022, 10, 30)),
)


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """Two stores: one whose law is whole, one with a fine of a province whose low fine is not set."""
    roots = {}
    for name, more in (("whole", ()), ("unset", (_penalty("桂药监罚〔2025〕5号", authority_code=GUANGXI),))):
        roots[name] = tmp_path_factory.mktemp(name) / "store"
        build(roots[name])
        with Store(roots[name]).begin("nightly", AS_OF, known(AS_OF), "wuhan-2017", "hash") as writing:
            writing.append("penalty", records("penalty", *PENALTIES, *more))
            writing.commit("passed", {})
    return roots


@pytest.fixture
def penalties(desks, yaoxin, monkeypatch):
    def run(*arguments, desk="whole"):
        monkeypatch.setenv("YAOXIN_STORE", str(desks[desk]))
        return yaoxin("penalties", *arguments)

    return run


def test_an_enterprises_penalties_with_terms_articles_and_reasons(penalties):
    result = penalties(BAD)
    assert result.exit_code == 0, result.stderr
    text = result.stdout
    for told in (
        "2025-10-29",
        "总局令第45号第九条",
        "仅受到警告",
        "不予公示",
        "待公示",
        "信用中国",
        "须由人工确认",
    ):
        assert told in text, told
    assert "鄂药监罚〔2025〕3号" not in text


def test_due_today(penalties):
    document = penalties("--due", "--json").document
    assert (document["as_of"], document["asked"], document["count"]) == ("2025-10-29", "due", 1)
    (row,) = document["penalties"]
    assert (row["decision_no"], row["task"], row["by_on"]) == ("鄂药监罚〔2025〕1号", "publish", "2025-10-29")
    assert "今日到期：2025-10-29，共 1 项" in penalties("--due").stdout


def test_overdue_and_of_one_enterprise(penalties):
    everyone = [row["decision_no"] for row in penalties("--overdue", "--json").document["penalties"]]
    assert everyone == ["鄂药监罚〔2025〕3号"]
    assert penalties(BAD, "--overdue").stdout.splitlines()[1].strip() == "没有逾期的事项"


def test_ending_this_month(penalties):
    (row,) = penalties("--ending", "--json").document["penalties"]
    assert (row["decision_no"], row["by_on"], row["stop_on"]) == ("鄂药监罚〔2022〕4号", "2025-10-30", "2025-10-31")


def test_another_day_by_what_was_known_then(penalties):
    early = penalties("--due", "--as-of", "2025-06-02", "--json").document
    assert (early["as_of"], early["count"]) == ("2025-06-02", 0)
    late = penalties("--due", "--as-of", "2025-10-30")
    assert late.exit_code == 2
    assert "最近一次为 2025-10-29" in late.stderr


def test_all_in_numbers(penalties):
    lines = penalties().stdout.splitlines()
    assert lines[0] == "行政处罚公示：2025-10-29"
    assert [line.split() for line in lines if "国家企业" in line] == [
        ["国家企业信用信息公示系统", "不予公示", "1"],
        ["国家企业信用信息公示系统", "待公示", "1"],
        ["国家企业信用信息公示系统", "逾期未公示", "1"],
        ["国家企业信用信息公示系统", "公示中", "1"],
    ]


def test_nobody_of_that_name(penalties):
    result = penalties("没有这家企业")
    assert result.exit_code == 2
    assert "没有查到" in result.stderr


def test_what_the_policy_cannot_tell_ends_in_an_error_that_says_what_to_add(penalties):
    result = penalties(BAD, desk="unset")
    assert result.exit_code == 2
    assert "处罚 桂药监罚〔2025〕5号：广西（区划代码 45）的较低数额罚款标准尚未录入" in result.stderr
    assert "policy/law/low_fines.yaml" in result.stderr
    assert "鄂药监罚〔2025〕1号" in result.stdout


def test_and_only_where_it_matters(penalties):
    assert penalties("--due", desk="unset").exit_code == 0
    assert penalties(GOOD, desk="unset").exit_code == 0
