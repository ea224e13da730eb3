"""Papers of every kind from the demo region: filled in, numbered by the register, and no identity number shown."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows.papers.compose import compose_paper, issuing_step, paper_file_name
from flows.papers.subjects import matching_subjects, subjects_of
from flows.policy_folder import read_paper
from flows.settings import load_settings
from tests.flows.run.run_helpers import STORIES_LAST
from transforms.policy_model.paper import PAPERS

pytestmark = pytest.mark.long
POLICY = Path(__file__).parents[3] / "policy"
END = STORIES_LAST
RECORDED, DRAFTS = 2, 1


@pytest.fixture(scope="module")
def papers(records_of_stories):
    """(kind, subject, view): of each kind the first that the register has, and drafts, about whom it names."""
    frames = records_of_stories
    settings = load_settings({"policy_dir": POLICY}, environ={})
    subjects = [one for owner in _named(frames) for one in subjects_of(settings, _of(frames, owner), END)]
    return [(kind, one, compose_paper(settings, kind, one, END)) for kind in PAPERS for one in _chosen(kind, subjects)]


def _chosen(kind, subjects):
    about = read_paper(POLICY, kind)[0].about
    found = matching_subjects(kind, about, subjects, None)
    recorded = [one for one in found if issuing_step(kind, one)]
    return [*recorded[:RECORDED], *[one for one in found if one not in recorded][:DRAFTS]]


def _named(frames):
    concerned = frames["decision"].filter(pl.col("enterprise_id").is_not_null())
    return concerned["enterprise_id"].unique().sort().to_list()


def _of(frames, owner):
    return {kind: frame.filter(pl.col("enterprise_id") == owner) for kind, frame in frames.items()}


def text_of(view):
    return "\n".join(line.text for line in view.lines)


def test_the_region_has_every_kind_and_most_as_steps_of_the_register(papers):
    made = Counter(kind for kind, _, _ in papers)
    assert set(made) == set(PAPERS)
    recorded = Counter(kind for kind, subject, _ in papers if issuing_step(kind, subject))
    assert set(recorded) == set(PAPERS) - {"repair_notice"}


def test_what_the_register_has_is_numbered_and_dated_and_a_draft_is_not(papers):
    for kind, subject, view in papers:
        step = issuing_step(kind, subject)
        if step:
            assert view.number.text == step["decision_no"], "with its leading zeros"
            assert view.dated.text == f"{step['on'].year}年{step['on'].month}月{step['on'].day}日"
        else:
            assert "〔待填：顺序号〕" in view.number.text
            assert view.dated.text == "〔待填：文书日期〕"


def test_nothing_is_left_open_but_blanks_and_no_identity_number_is_shown(papers):
    for kind, subject, view in papers:
        shown = text_of(view)
        assert not re.search(r"[{}]|None|\bnull\b|\d{17}[\dXx]|\d{4}-\d\d-\d\d", shown), (kind, subject.number)
        assert subject.party in shown
        assert "当事人名称" not in view.blanks
        assert "机关名称" not in view.blanks


def test_each_cites_the_rules_of_its_day(papers):
    for kind, subject, view in papers:
        step = issuing_step(kind, subject)
        if kind in {"repair_grant", "repair_refusal", "removal_decision"} and "deregistered" not in text_of(view):
            is_new = (step["on"] if step else END) >= date(2025, 12, 25)
            sections = {section.id: section for section in view.sections}
            cited = " ".join(section.note.basis for name, section in sections.items() if "decision" in name)
            assert not cited or ("第107号" in cited) == is_new, (kind, subject.number, cited)


def test_a_name_of_a_file_is_short_and_plain(papers):
    for _, subject, view in papers:
        assert re.fullmatch(r"[^\\/:*?\"<>|\s]{4,80}", paper_file_name(view, subject))


def test_the_same_records_give_the_same_papers(papers):
    for kind, subject, view in papers[:1]:
        assert compose_paper(load_settings({"policy_dir": POLICY}, environ={}), kind, subject, END) == view
