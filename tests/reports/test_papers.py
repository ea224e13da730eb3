"""A paper filled in: nothing left open but blanks, everything unsettled marked, no identity number shown."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.office_papers import PaperFact, PaperForm, PaperParagraph, chinese_number, paper_view
from tests.reports.paper_samples import ABOUT_LISTINGS, KNOWN, paper_of
from transforms.policy_model.paper import PAPERS, REMOVAL_REASONS

IDENTITY = "110101199003070038"
DAYS = (
    date(2021, 9, 1),
    date(2023, 12, 31),
    date(2024, 1, 1),
    date(2025, 12, 24),
    date(2025, 12, 25),
    date(2026, 4, 1),
)


def text_of(view):
    return "\n".join(line.text for line in view.lines)


def made(text, facts=None, confidence="C"):
    values = {"authority": "某局", "party": "某店", "is_person": False, "uscc": None, "address": None} | (facts or {})
    known = {
        name: value if isinstance(value, PaperFact) else PaperFact(value, f"«{name}»") for name, value in values.items()
    }
    one = PaperParagraph("w", "", text, "第一条", confidence)
    form = PaperForm("repair_grant", "决定书", "1号", True, "", (one,))
    return paper_view(form, known, None)


@pytest.mark.parametrize(
    ("number", "word"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五")]
)
def test_chinese_numbers(number, word):
    assert chinese_number(number) == word


def test_a_fact_is_written_and_what_is_unknown_is_a_blank_with_its_label():
    (section,) = made("于{on}对{party}，{nothing}。〔待填：理由〕", {"on": date(2026, 3, 1), "nothing": None}).sections
    assert section.lines[0].text == "于2026年3月1日对某店，〔待填：«nothing»〕。〔待填：理由〕"
    assert [piece.text for piece in section.lines[0].pieces if piece.is_blank] == ["«nothing»", "理由"]


def test_a_list_alone_on_its_line_is_numbered():
    lines = made("如下：\n{unmet}\n完", {"unmet": ("其一。", "其二：〔待填：何时〕")}).sections[0].lines
    assert [(line.text, line.is_item) for line in lines] == [
        ("如下：", False),
        ("（一）其一；", True),
        ("（二）其二：〔待填：何时〕。", True),
        ("完", False),
    ]


def test_a_section_is_as_sure_as_the_weakest_of_its_text_and_facts():
    sure = made("{party}").sections[0].note
    assert (sure.is_settled, sure.confidence_label) == (True, "已核对")
    weak = made("{party}", {"party": PaperFact("某店", "名", "须核对", "GAP")}).sections[0].note
    assert (weak.is_settled, weak.confidence, weak.remarks) == (False, "GAP", ("须核对",))
    own = made("文", confidence="M").unsettled
    assert [section.note.confidence for section in own] == ["M"]


@pytest.mark.parametrize("outside", [f"身份证{IDENTITY}", f"身份证 {IDENTITY[:6]} {IDENTITY[6:14]} {IDENTITY[14:]}"])
@pytest.mark.parametrize("kind", PAPERS)
def test_no_identity_number_leaks_wherever_it_is(kind, outside):
    poisoned = {name: outside for name, value in KNOWN.items() if isinstance(value, str) and name not in {"situation"}}
    view = paper_of(kind, **poisoned | {"unmet": (outside,)}, remarked={"penalty_no": (outside, "I")})
    shown = text_of(view)
    assert "110*************38" in shown
    for part in (IDENTITY, IDENTITY[6:14]):
        assert part not in shown


def test_control_characters_do_not_steer_a_paper():
    assert "\u202e" not in text_of(paper_of("repair_grant", party="某\u202e店\n二"))
    assert "某\ufffd店 二" in text_of(paper_of("repair_grant", party="某\u202e店\n二"))


@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_says_who_what_and_why(kind):
    shown = text_of(paper_of(kind, dated=date(2026, 11, 20)))
    number = KNOWN["listing_no"] if kind in ("removal_decision",) else KNOWN["penalty_no"]
    for text in (KNOWN["authority"], KNOWN["party"], number, "2026年11月20日"):
        assert text in shown
    if kind.endswith("_notice"):
        assert "复议" not in shown
    else:
        assert "六十日内" in shown
        assert "六个月内" in shown


@pytest.mark.parametrize("kind", PAPERS)
@given(data=st.data())
def test_whatever_is_known_no_variable_is_left_unfilled(kind, data):
    gone = data.draw(st.sets(st.sampled_from(sorted(KNOWN))))
    about = "listing" if kind in ABOUT_LISTINGS else data.draw(st.sampled_from(["penalty", "listing"]))
    removal = data.draw(st.sampled_from([*REMOVAL_REASONS, None]))
    refusal = data.draw(st.sampled_from(["conditions", "falsehood", "public_interest", None]))
    more = dict.fromkeys(gone) | {"matter": about, "removal": removal, "refusal": refusal}
    view = paper_of(kind, day=data.draw(st.sampled_from(DAYS)), **more)
    shown = text_of(view)
    assert not re.search(r"[{}]|None|True|False|须符合|\d{4}-\d\d-\d\d", shown)
    assert shown.count("〔待填：") == sum(piece.is_blank for line in view.lines for piece in line.pieces)
    heads = [section.heading for section in view.sections if section.heading]
    assert [head.split("、")[0] for head in heads] == [chinese_number(at) for at in range(1, len(heads) + 1)]
    assert view.sections


def test_a_persons_paper_asks_for_no_address_and_no_credit_code():
    labels = [label for label, _ in paper_of("repair_grant", is_person=True, party="张三").particulars]
    assert labels == ["当事人名称", "身份证件（仅存卷，公示时隐去）"]


def test_the_remedies_follow_the_law_of_the_day():
    last = text_of(paper_of("repair_grant", day=date(2023, 12, 31)))
    first = text_of(paper_of("repair_grant", day=date(2024, 1, 1)))
    assert "《中华人民共和国行政复议法》第九条" in last
    assert "《中华人民共和国行政复议法》第二十条第一款" in first


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 12, 24), "十五个工作日内决定是否移出"),
        (date(2025, 12, 25), "七个工作日内作出决定，经批准可以延长十个工作日"),
    ],
)
def test_the_way_off_the_list_follows_the_law_of_the_day(day, expected):
    assert expected in text_of(paper_of("listing_decision", day=day))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"is_public": False}, "不在国家企业信用信息公示系统公示，无需申请信用修复"),
        ({"is_open_to_repair": False}, "该信息不适用依申请修复"),
        ({}, "你（单位）可以自2026年10月30日起申请信用修复"),
        ({"matter": "listing"}, "公示期满一年，且已经自觉履行"),
    ],
)
def test_the_notice_of_repair_has_the_text_of_each_case(facts, expected):
    assert expected in text_of(paper_of("repair_notice", **facts))


@pytest.mark.parametrize(
    ("refusal", "expected", "unexpected"),
    [
        ("conditions", "条件具备后，可以再次申请", "三年内"),
        ("falsehood", "自本决定作出之日起三年内，你（单位）不得申请信用修复", "可以再次申请"),
        ("public_interest", "可能危害国家安全、社会公共利益", "可以再次申请"),
    ],
)
def test_a_refusal_gives_its_ground(refusal, expected, unexpected):
    shown = text_of(paper_of("repair_refusal", refusal=refusal))
    assert expected in shown
    assert unexpected not in shown


@pytest.mark.parametrize(
    ("removal", "expected", "unexpected"),
    [
        ("early", "你（单位）于2026年11月2日申请移出", "已依法注销"),
        ("ended", "的公示期已于2028年10月10日满三年", "申请移出"),
        ("deregistered", "已依法注销", "申请移出"),
        ("annulled", "第十九条，本机关决定撤销上述列入决定", "对其公示期另有规定"),
    ],
)
def test_a_removal_gives_its_ground(removal, expected, unexpected):
    shown = text_of(paper_of("removal_decision", removal=removal))
    assert expected in shown
    assert unexpected not in shown


def test_a_fine_that_is_not_heavy_leaves_the_ground_to_a_person():
    assert "〔待填：较重行政处罚的认定" in text_of(paper_of("listing_decision", is_heavier=False))
    assert "属于总局令第44号第二条第二款规定的较重行政处罚。" in text_of(paper_of("listing_decision"))
    alone = text_of(paper_of("listing_notice", situation="refused_performance", is_heavier=False))
    assert "较重行政处罚的认定" not in alone
    assert "单独作出决定" in alone
