"""yaoxin paper: what an identifier means, what the records fill in, and what is said where they cannot."""

from datetime import date
from pathlib import Path

import pytest

from flows.store.store import Store
from tests.flows.cli.office import GOOD, NAMES, NEW, TWIN_A, build, known, records
from transforms.policy_model.paper import PAPERS

AS_OF = date(2026, 11, 20)
BUREAU, HUBEI = "某省药品监督管理局", "114200000000000000"
TOLD, LISTED, REMOVED, RESTORED = (
    "药监信列告〔2025〕1号",
    "药监信列〔2025〕9号",
    "药监信移〔2026〕2号",
    "药监信撤〔2026〕3号",
)
PUNISHED, REPAIRED, GRANTED = "鄂药监罚〔2025〕1号", "鄂药监罚〔2025〕2号", "药监信修准〔2026〕4号"
TWICE, PERSONS = "鄂药监罚〔2025〕7号", "鄂药监罚〔2025〕8号"
PADDED = "鄂药监罚〔2025〕0012号"
OLD = "旧列〔2019〕1号"
SETTLED = date(2025, 10, 20)


def penalty(number, **values):
    base = {"enterprise_id": NEW, "party_name": NAMES[NEW], "party_class": "organisation", "decision_no": number}
    base |= {"decision_key": number, "penalty_kinds": ["fine"], "fine_fen": 20_000_000, "field": "drug"}
    base |= {"violation_type": "销售劣药", "authority_code": HUBEI, "authority": BUREAU, "state": "in_force"}
    base |= {"facts": "购进并销售劣药", "basis": "药品管理法第一百一十七条", "decided_on": date(2025, 9, 25)}
    base |= {
        "record_id": f"penalty:{number}{values.get('enterprise_id')}",
        "discretion": "heavy",
        "procedure": "ordinary",
        "published_on": date(2025, 10, 9),
    }
    return base | values


def step(number, kind, on, target=None, matter="listing", **values):
    base = {"enterprise_id": NEW, "decision_no": number, "decision_type": kind, "decided_on": on, "target": target}
    base |= {"matter": matter, "authority": BUREAU, "proposed_by": "甲", "decided_by": "乙", "party_name": NAMES[NEW]}
    return base | {"record_id": f"decision:{number}"} | values


PENALTIES = (
    penalty(PUNISHED),
    penalty(REPAIRED, violation_type="储存不合规", performed_on=SETTLED, harm_removed_on=SETTLED, enterprise_id=GOOD),
    penalty(TWICE, enterprise_id=NEW),
    penalty(TWICE, enterprise_id=GOOD, party_name=NAMES[GOOD]),
    penalty(PADDED, decision_key="鄂药监罚〔2025〕12号", enterprise_id=TWIN_A, party_name=NAMES[TWIN_A]),
    penalty(PERSONS, enterprise_id=None, party_name="张三", party_class="person", person_masked="110*************38"),
)
STEPS = (
    step(TOLD, "notify_listing", date(2025, 9, 1), PUNISHED, situation="fake_drugs"),
    step("听〔2025〕1号", "hear", date(2025, 9, 10), TOLD, decided_by=None),
    step(LISTED, "list", date(2025, 9, 25), TOLD, situation="fake_drugs", reason="销售劣药"),
    step("公〔2025〕1号", "publish_listing", date(2025, 10, 9), LISTED, decided_by=None),
    step("申〔2026〕1号", "apply", date(2026, 10, 12), LISTED, decided_by=None),
    step("受〔2026〕1号", "accept", date(2026, 10, 13), LISTED, decided_by=None),
    step(REMOVED, "remove", date(2026, 10, 20), LISTED, reason="符合条件"),
    step("公〔2026〕2号", "carry_out", date(2026, 10, 21), LISTED, decided_by=None),
    step(RESTORED, "restore_listing", date(2026, 11, 16), LISTED, situation="falsehood", reason="缴款凭证系伪造"),
    step("申〔2026〕9号", "apply", date(2026, 11, 2), REPAIRED, "penalty", decided_by=None, enterprise_id=GOOD),
    step("受〔2026〕9号", "accept", date(2026, 11, 3), REPAIRED, "penalty", decided_by=None, enterprise_id=GOOD),
    step(OLD, "list", date(2019, 1, 2), enterprise_id=GOOD),
    step(GRANTED, "repair", date(2026, 11, 9), REPAIRED, "penalty", reason="符合条件", enterprise_id=GOOD),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A store with a listing from notice to restoration, and a repair."""
    root = tmp_path_factory.mktemp("papers") / "store"
    build(root)
    with Store(root).begin("nightly", AS_OF, known(AS_OF), "wuhan-2017", "hash") as writing:
        writing.append("penalty", records("penalty", *PENALTIES))
        writing.append("decision", records("decision", *STEPS))
        writing.commit("passed", {})
    return root


@pytest.fixture
def paper(desk, yaoxin, monkeypatch, tmp_path):
    """Runs the command as HTML; the result has `page`, the text of what was written."""

    def run(*arguments, form="html"):
        monkeypatch.setenv("YAOXIN_STORE", str(desk))
        result = yaoxin("paper", *arguments, "--output", str(tmp_path / "papers"), "--force", "--format", form)
        pages = sorted((tmp_path / "papers").glob("*.html"))
        result.page = pages[-1].read_text(encoding="utf-8").split("<main>")[-1] if pages else ""
        return result

    return run


@pytest.mark.parametrize(
    ("kind", "who", "told"),
    [
        ("listing_notice", PUNISHED, [TOLD, "2025年9月1日", "总局令第44号第六条第一项", "裁量幅度：从重", "违法频次"]),
        ("listing_decision", LISTED, [LISTED, TOLD, "2025年9月25日", "销售劣药", "不适用告知承诺制", "六十日内"]),
        ("listing_decision", PUNISHED, [LISTED, "听证）已于2025年9月10日听取"]),
        ("removal_decision", REMOVED, [REMOVED, "2026年10月12日", "2026年10月13日", "2026年10月20日", PUNISHED]),
        ("repair_notice", PUNISHED, ["2026年10月10日", "2028年10月9日", "第八条第一款第一项"]),
        ("repair_grant", REPAIRED, [GRANTED, "2026年11月2日", "2026年11月3日", "2025年10月20日", "2026年11月9日"]),
        ("repair_refusal", REPAIRED, ["〔待填：机关代字〕", REPAIRED]),
        ("repair_revocation", RESTORED, [RESTORED, REMOVED, "2026年11月16日", "缴款凭证系伪造", "公示三年"]),
    ],
)
def test_each_paper_from_the_records(paper, kind, who, told):
    result = paper(kind, who)
    assert result.exit_code == 0, result.stderr
    for text in told:
        assert text in result.page, text
    assert "{" not in result.page
    assert "110*****" not in result.page


def test_every_paper_is_in_help_with_its_chinese_name(yaoxin):
    shown = yaoxin("paper", "--help").stdout
    for kind, title in PAPERS.items():
        assert f"{kind:18} {title}" in shown


def test_a_paper_may_be_called_by_its_chinese_name(paper):
    result = paper("列入告知书", "没有这个文号")
    assert result.exit_code == 2
    assert result.stderr.startswith("没有查到“没有这个文号”：请核对。可查企业名称")


def test_a_number_may_be_written_with_any_brackets(paper):
    result = paper("listing_decision", "药监信列[2025] 9号")
    assert result.exit_code == 0, result.stderr
    assert LISTED in result.page


def test_a_number_keeps_its_leading_zeros_on_the_paper_and_in_the_name_of_its_file(paper, tmp_path):
    result = paper("repair_notice", "鄂药监罚(2025)12号")
    assert result.exit_code == 0, result.stderr
    assert PADDED in result.page
    assert "〕12号" not in result.page
    assert [path.name for path in (tmp_path / "papers").iterdir()] == [f"信用修复告知书_{PADDED}.html"]


def test_a_paper_that_exists_is_replaced_only_when_told_to(desk, yaoxin, monkeypatch, tmp_path):
    monkeypatch.setenv("YAOXIN_STORE", str(desk))
    arguments = ("paper", "repair_notice", PERSONS, "--format", "html", "--output", "papers")
    assert yaoxin(*arguments).exit_code == 0
    written = tmp_path / "papers" / f"信用修复告知书_{PERSONS}.html"
    written.write_text("signed", "utf-8")
    refused = yaoxin(*arguments)
    assert refused.exit_code == 2
    assert refused.stderr == f"已存在：papers/{written.name}。请另指一处，或者用 --force 覆盖。\n"
    assert written.read_text("utf-8") == "signed"
    assert yaoxin(*arguments, "--force").exit_code == 0
    assert written.read_text("utf-8") != "signed"


def test_an_enterprise_will_do_where_only_one_matter_fits(paper):
    result = paper("removal_decision", NAMES[NEW])
    assert result.exit_code == 0, result.stderr
    assert REMOVED in result.page


def test_of_several_it_asks_for_the_number(paper):
    result = paper("repair_notice", NEW)
    assert result.exit_code == 2
    assert f"“{NEW}”有 3 项可以制作信用修复告知书的事项，请用文号指明：" in result.stderr
    for number in (PUNISHED, TWICE, LISTED):
        assert f"  {number}  2025-09-" in result.stderr


def test_of_a_number_of_several_parties_it_asks_for_the_party(paper):
    result = paper("repair_notice", TWICE)
    assert result.exit_code == 2
    assert "请用 --enterprise 指明企业" in result.stderr
    assert paper("repair_notice", TWICE, "--enterprise", GOOD).exit_code == 0
    assert NAMES[GOOD] in paper("repair_notice", TWICE, "--enterprise", GOOD).page


def test_a_natural_persons_paper_shows_neither_number_nor_address(paper):
    result = paper("repair_notice", PERSONS)
    assert result.exit_code == 0, result.stderr
    assert "张三：" in result.page
    assert "统一社会信用代码" not in result.page


def test_what_no_matter_fits_says_what_is_needed(paper):
    result = paper("removal_decision", REPAIRED)
    assert result.exit_code == 2
    assert "没有可以制作移出决定书的事项：截至 2026-11-20 没有列入严重违法失信名单的登记" in result.stderr


def test_no_such_paper(paper):
    result = paper("repair_grand", REPAIRED)
    assert result.exit_code == 2
    assert "没有文书“repair_grand”，可用：listing_notice（列入告知书）" in result.stderr


def test_before_the_texts_begin(paper):
    result = paper("listing_decision", OLD)
    assert result.exit_code == 2
    assert "列入决定书（listing_decision）在 2019-01-02 没有文本，最早的日期为 2021-09-01" in result.stderr
    assert "policy/papers/listing_decision.yaml" in result.stderr


def test_the_number_given_is_on_a_draft_and_its_date_stays_a_blank(paper):
    result = paper("repair_refusal", REPAIRED, "--number", "药监信修不〔2026〕5号")
    assert "药监信修不〔2026〕5号" in result.page
    assert "〔待填：文书日期〕" in result.page


def test_both_formats_and_what_is_left_to_a_person(paper, tmp_path):
    result = paper("repair_grant", REPAIRED, form="both")
    lines = result.stdout.splitlines()
    assert lines[0] == f"准予信用修复决定书：{NAMES[GOOD]}，{REPAIRED}，截至 2026-11-20"
    assert lines[1].startswith("待填 ")
    assert "〔行政复议机关〕" in lines[1]
    assert [Path(line).name for line in lines[-2:]] == [
        f"准予信用修复决定书_{REPAIRED}.html",
        f"准予信用修复决定书_{REPAIRED}.pdf",
    ]
    assert (tmp_path / "papers" / f"准予信用修复决定书_{REPAIRED}.pdf").read_bytes().startswith(b"%PDF-")


def test_as_json(paper):
    document = paper("repair_grant", REPAIRED, "--json").document
    assert document["about"] == {"matter": "penalty", "number": REPAIRED, "party": NAMES[GOOD]}
    assert "人民法院" in document["blanks"]
    assert {one["section"] for one in document["unsettled"]} >= {"findings"}
    assert [Path(file).suffix for file in document["files"]] == [".html"]


def test_the_same_bytes_again(paper, tmp_path):
    paper("listing_decision", LISTED, form="both")
    first = {path.name: path.read_bytes() for path in (tmp_path / "papers").iterdir()}
    paper("listing_decision", LISTED, form="both")
    assert {path.name: path.read_bytes() for path in (tmp_path / "papers").iterdir()} == first
