"""`yaoxin lookup`: the short answer, for one, several or nobody."""

import pytest

from tests.flows.cli.office import BAD, GOOD, MASKED, NAMES, NEW, TWIN_A, TWIN_B


def test_lookup_of_a_listed_enterprise(yaoxin):
    result = yaoxin("lookup", BAD)
    assert result.exit_code == 0, result.stderr
    assert "B 基本守信（自 2025-06-02 起）" in result.stdout
    assert "已列入（2025-06-02，药监列〔2025〕1号）" in result.stdout
    listing = yaoxin("lookup", BAD, "--json").document["enterprises"][0]["serious_list"]
    assert listing["listed_on"] == "2025-06-02"
    assert listing["reason"] == "生产假药"


def test_lookup_shows_the_tier_of_each_trade_or_why_it_has_none(yaoxin):
    text = yaoxin("lookup", BAD).stdout
    assert "药品·零售" in text
    assert "B 基本守信（武汉" in text
    assert "医疗器械·零售" in text
    assert "未评价：该领域和环节没有规定评价标准" in text
    trades = yaoxin("lookup", BAD, "--json").document["enterprises"][0]["trades"]
    assert [(one["field"], one["tier"], one["unrated"]) for one in trades] == [
        ("drug", "B", None),
        ("device", None, "no_scheme"),
    ]
    assert yaoxin("lookup", GOOD, "--json").document["enterprises"][0]["trades"] == []


def test_lookup_names_the_lists_of_others_that_one_is_on_and_claims_nothing_of_the_rest(yaoxin):
    text = yaoxin("lookup", BAD).stdout
    assert "经营异常名录（武汉市某区市场监督管理局，2025-06-01列入）" in text
    (entry,) = yaoxin("lookup", BAD, "--json").document["enterprises"][0]["external_lists"]
    assert (entry["entry_no"], entry["list_type"], entry["listed_on"]) == ("异1", "abnormal", "2025-06-01")
    assert "本库没有在列的记录（不等于不在名单）" in yaoxin("lookup", GOOD).stdout
    assert yaoxin("lookup", GOOD, "--json").document["enterprises"][0]["external_lists"] == []


def test_lookup_of_one_that_is_not_listed(yaoxin):
    assert "未列入" in yaoxin("lookup", GOOD).stdout
    assert yaoxin("lookup", GOOD, "--json").document["enterprises"][0]["serious_list"] is None


def test_lookup_tells_licences_each_once_and_what_is_to_be_checked(yaoxin):
    said = yaoxin("lookup", GOOD).stdout
    assert said.count("鄂DA0270001") == 1
    assert "有效，2025-03-01 发证，至 2030-02-28，武汉市场监管局（另见于：武汉食品药品监管局）" in said
    assert "已吊销" in said
    assert "已注销" not in said
    assert "没有登记批准前的信用查询" in said
    assert f"被禁业、被限制任职的人员任职，企业负责人 {MASKED}（药监禁〔2025〕1号，自 2025-06-01 起" in said
    assert "赵甲乙" not in said
    (one,) = yaoxin("lookup", GOOD, "--json").document["enterprises"]
    assert [licence["state"] for licence in one["licences"]] == ["in_force", "revoked"]
    assert [finding["finding"] for finding in one["findings"]] == ["barred_post"]
    assert "须核查" not in yaoxin("lookup", TWIN_A).stdout


def test_explain_and_due_tell_the_same(yaoxin):
    said = yaoxin("explain", GOOD).stdout
    assert "被禁业、被限制任职的人员任职" in said
    assert "鄂械0270002" in said
    due = yaoxin("due", GOOD, "--json").document["due"]
    assert [(row["on"], row["is_overdue"]) for row in due if row["what"] == "end_barred_post"] == [("2025-06-01", True)]


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


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("91420100MA4KL00X1B", "第18位校验码不符"),  # another last character
        ("91420100MA4KL00XA1", "校验码"),  # the last two changed places
        ("91420100MA4KL0OX1A", "含有不允许的字符"),  # O for 0
        ("91420100MA4KL0X1A", "不是18位"),  # one is missing
        ("９１４２０１００ma4kl00x1b", "第18位校验码不符"),
    ],
)
def test_a_mistyped_code_is_told_what_is_wrong_and_which_code_is_near(yaoxin, typed, fault):
    for command, code in (("lookup", 0), ("explain", 2)):
        result = yaoxin(command, typed)
        assert result.exit_code == code
        assert fault in result.output
        assert f"是否为：\n  {GOOD}  {NAMES[GOOD]}\n" in result.output
    document = yaoxin("lookup", typed, "--json").document
    assert {"uscc": GOOD, "name": NAMES[GOOD]} in document["nearest_codes"]
    assert fault in document["code_fault"]


def test_what_is_not_found_is_told_all_that_is_looked_for(yaoxin):
    said = yaoxin("lookup", "zzz").stdout
    assert said == (
        "没有查到“zzz”：请核对。可查企业名称（含曾用名）、统一社会信用代码或者其他企业标识、许可证号、注册号和文书文号"
        "（决定书、检查、抽样等）。\n"
    )
    assert yaoxin("lookup", "zzz", "--json").document["code_fault"] == ""


def test_lookup_of_one_that_is_not_rated_yet(yaoxin):
    assert "尚未评价" in yaoxin("lookup", NEW).stdout
    assert yaoxin("lookup", NEW, "--json").document["enterprises"][0]["tier"] is None
