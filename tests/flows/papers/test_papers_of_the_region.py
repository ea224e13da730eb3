"""Papers of every kind from the demo region: filled in, numbered by the register, and nobody's number shown."""

import re
from collections import Counter
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import pytest

from flows.demo import write_demo
from flows.intake import Known, Rules, read_common, take_in
from flows.papers.facts import own_step
from flows.papers.subjects import fitting, key_of, subjects_of
from flows.papers.write import file_name, paper_about
from flows.policies import read_paper, read_sources
from flows.settings import load
from transforms.policy.paper_facts import PAPERS
from transforms.records import current
from transforms.tables import KINDS

pytestmark = pytest.mark.long
POLICY = Path(__file__).parents[3] / "policy"
END = date(2026, 3, 1)
KNOWN_AT = datetime.combine(END, time(17), UTC)
SIZE = 400  # every story once
RECORDED, DRAFTS = 2, 1


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """(kind, subject, view): of each kind the first that the register has, and drafts, about whom it names."""
    folder = tmp_path_factory.mktemp("papers") / "region"
    write_demo(folder, SIZE, 400, 5, END)
    rules = Rules(list(read_sources(POLICY)), read_common(POLICY), b"a key for tests")
    taken = take_in(folder, rules, Known.nothing(), KNOWN_AT)
    frames = {kind: KINDS[kind].table.empty() for kind in KINDS}
    frames |= {kind: current(frame.lazy(), KNOWN_AT).collect() for kind, frame in taken.records.items()}
    settings = load({"policy_dir": POLICY}, environ={})
    subjects = [one for owner in _named(frames) for one in subjects_of(settings, _of(frames, owner), END)]
    return [(kind, one, paper_about(settings, kind, one, END)) for kind in PAPERS for one in _chosen(kind, subjects)]


def _chosen(kind, subjects):
    about = read_paper(POLICY, kind)[0].about
    found = fitting(kind, about, subjects, None)
    recorded = [one for one in found if own_step(kind, one)]
    return [*recorded[:RECORDED], *[one for one in found if one not in recorded][:DRAFTS]]


def _named(frames):
    concerned = frames["decision"].filter(pl.col("enterprise_id").is_not_null())
    return concerned["enterprise_id"].unique().sort().to_list()


def _of(frames, owner):
    return {kind: frame.filter(pl.col("enterprise_id") == owner).lazy() for kind, frame in frames.items()}


def text_of(view):
    return "\n".join(line.text for line in view.lines)


def test_the_region_has_every_kind_and_most_as_steps_of_the_register(papers):
    made = Counter(kind for kind, _, _ in papers)
    assert set(made) == set(PAPERS)
    recorded = Counter(kind for kind, subject, _ in papers if own_step(kind, subject))
    assert set(recorded) == set(PAPERS) - {"repair_notice"}


def test_what_the_register_has_is_numbered_and_dated_and_a_draft_is_not(papers):
    for kind, subject, view in papers:
        step = own_step(kind, subject)
        if step:
            assert view.number.text == key_of(step["decision_no"])
            assert view.dated.text == f"{step['on'].year}年{step['on'].month}月{step['on'].day}日"
        else:
            assert "〔待填：顺序号〕" in view.number.text
            assert view.dated.text == "〔待填：文书日期〕"


def test_nothing_is_left_open_but_blanks_and_nobodys_number_is_shown(papers):
    for kind, subject, view in papers:
        shown = text_of(view)
        assert not re.search(r"[{}]|None|\bnull\b|\d{17}[\dXx]|\d{4}-\d\d-\d\d", shown), (kind, subject.number)
        assert subject.party in shown
        assert "当事人名称" not in view.blanks
        assert "机关名称" not in view.blanks


def test_each_cites_the_rules_of_its_day(papers):
    for kind, subject, view in papers:
        step = own_step(kind, subject)
        if kind in {"repair_grant", "repair_refusal", "removal_decision"} and "deregistered" not in text_of(view):
            is_new = (step["on"] if step else END) >= date(2025, 12, 25)
            sections = {section.id: section for section in view.sections}
            cited = " ".join(section.note.basis for name, section in sections.items() if "decision" in name)
            assert not cited or ("第107号" in cited) == is_new, (kind, subject.number, cited)


def test_a_name_of_a_file_is_short_and_plain(papers):
    for _, subject, view in papers:
        assert re.fullmatch(r"[^\\/:*?\"<>|\s]{4,80}", file_name(view, subject))


def test_the_same_records_give_the_same_papers(papers):
    for kind, subject, view in papers[:1]:
        assert paper_about(load({"policy_dir": POLICY}, environ={}), kind, subject, END) == view
