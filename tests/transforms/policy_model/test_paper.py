"""The texts of papers: which stand on a day, under which condition, and what is told of a broken file."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from transforms.policy_model.document import PolicyGap, PolicyProblems
from transforms.policy_model.paper import PAPERS, load_paper, load_shared_paragraphs, select_paragraphs

SHIPPED = Path(__file__).parents[3] / "policy" / "papers"
SHARED = load_shared_paragraphs((SHIPPED / "_common.yaml").read_text("utf-8"), "_common.yaml")
NEW_RULES = date(2025, 12, 25)
PAPER = """
paper: repair_grant
title: 决定书
about: [penalty]
from: 2021-09-01
opening: particulars
number: 〔{year}〕号
paragraphs:
  - id: one
    when: WHEN
    texts:
      2021-09-01: null
      2025-12-25: {text: 'TEXT', basis: 第一条, confidence: C}
  - use: contact
"""


def paper(**parts):
    text = PAPER
    for word, value in {"WHEN": "is_public", "TEXT": "对{party}", **parts}.items():
        text = text.replace(word, value)
    return load_paper(text, "p.yaml", SHARED)


def ids(day, facts):
    return [one.id for one in select_paragraphs(paper(), day, facts)]


@pytest.mark.parametrize(("days", "expected"), [(-1, ["contact"]), (0, ["one", "contact"]), (1, ["one", "contact"])])
def test_the_text_in_force_on_the_papers_day_is_taken(days, expected):
    assert ids(NEW_RULES + timedelta(days), {"is_public": True}) == expected


@pytest.mark.parametrize("facts", [{"is_public": False}, {"is_public": None}, {}])
def test_a_condition_that_is_not_met_or_on_what_is_unknown_leaves_the_paragraph_out(facts):
    assert ids(NEW_RULES, facts) == ["contact"]


def test_a_condition_may_be_put_on_a_shared_paragraph_besides_its_own():
    found = paper(**{"use: contact": "{use: penalty_facts, when: is_public}"})
    with_both = {"is_public": True, "penalty_no": "1号"}
    assert [one.id for one in select_paragraphs(found, NEW_RULES, with_both)][-1] == "penalty_facts"
    for less in with_both:
        facts = {name: value for name, value in with_both.items() if name != less}
        assert "penalty_facts" not in [one.id for one in select_paragraphs(found, NEW_RULES, facts)]


def test_no_paper_before_its_first_day():
    with pytest.raises(PolicyGap, match=r"准予信用修复决定书.*has no text on 2021-08-31; its first day is 2021-09-01"):
        ids(date(2021, 8, 31), {})
    assert ids(date(2021, 9, 1), {}) == ["contact"]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (
            PAPER.replace("TEXT", "对{patry}"),
            r"'\{patry\}' is no fact of a paper; expected one of .*did you mean 'party'",
        ),
        (PAPER.replace("TEXT", "〔须符合：wiat〕对"), "there is no condition 'wiat'.*did you mean 'wait'"),
        (PAPER.replace("TEXT", "对〔须符合：wait〕"), "'〔须符合：wait〕' stands at the beginning of its line"),
        (PAPER.replace("TEXT", "〔须符合wait〕对"), "'〔须符合wait〕' stands at the beginning of its line, as"),
        (PAPER.replace("TEXT", "{is_public}"), r"'\{is_public\}' can only stand in a condition"),
        (PAPER.replace("{year}", "{yaer}"), r"p.yaml:7: number: '\{yaer\}' is no fact.*did you mean 'year'"),
        (PAPER.replace("WHEN", "is_publik"), "paper has no column 'is_publik'.*did you mean 'is_public'"),
        (PAPER.replace("WHEN", "matter = 'penality'"), "matter has no word 'penality'.*did you mean 'penalty'"),
        (PAPER.replace("use: contact", "use: contakt"), "no shared paragraph 'contakt'.*did you mean 'contact'"),
        (PAPER.replace("use: contact", "use: one"), "the paragraph 'one' is given twice"),
        (
            PAPER.replace("repair_grant", "repair_grand"),
            "there is no paper 'repair_grand'.*did you mean 'repair_grant'",
        ),
        (PAPER.replace("2021-09-01: null", "2022-01-01: null"), "'one' has no text on 2021-09-01, the first day"),
        (PAPER.replace("confidence: C", "confidence: X"), "unknown word 'X'"),
        (PAPER.replace("title: 决定书\n", ""), "'title' is missing"),
    ],
)
def test_mistakes_are_reported_with_the_right_word(broken, told):
    with pytest.raises(PolicyProblems, match=told):
        load_paper(broken.replace("WHEN", "is_public").replace("TEXT", "对{party}"), "p.yaml", SHARED)


def test_shared_paragraphs_are_checked_on_their_own():
    one = "{id: a, texts: {2021-09-01: {text: '{x}', basis: b, confidence: C}}}"
    with pytest.raises(PolicyProblems, match=r"'\{x\}' is no fact of a paper"):
        load_shared_paragraphs(f"fonts: [Noto Serif CJK SC]\nshared_paragraphs: [{one}]", "c.yaml")
    with pytest.raises(PolicyProblems, match="'fonts' is missing"):
        load_shared_paragraphs("shared_paragraphs: []", "c.yaml")


@pytest.mark.parametrize("kind", PAPERS)
def test_every_paper_ships(kind):
    found = load_paper((SHIPPED / f"{kind}.yaml").read_text("utf-8"), f"{kind}.yaml", SHARED)
    assert found.paper == kind
    assert PAPERS[kind] in found.title
