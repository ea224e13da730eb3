"""Credit files: a page per firm of what is public of it, kept current, at the cost of what changed."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flows.policy_folder import read_check_result_law, read_credit_file_law
from flows.publishing import DraftRef, approve_draft, publish_list, restore_lists, update_published_lists, verify_lists
from flows.publishing.contents import credit_files_from_parts, file_parts
from reports.public_lists import CREDIT_FILES, published_entries
from reports.publication import ListFolder, Publication, apply_delta, prepare_draft, read_index, release_draft
from reports.publication.draft import released_entries
from reports.publication.pages import PAGES, page_faults, page_name, party_rows
from reports.publication.version import read_delta
from tests.flows.office.staff import signed_in
from tests.flows.publishing.test_published_rows import POLICY, contents_on, law
from tests.flows.publishing.test_result_lists import checks, critical_days, is_public
from tests.flows.publishing.test_result_lists import records_of as records_of_checks
from tests.flows.publishing.town import (
    AS_OF,
    HOSTILE,
    after,
    commit_run,
    decision,
    inspection,
    listing,
    penalty,
    person,
    sampling,
    settings_at,
    staffed_at,
    store_at,
)
from tests.reports.power import Crash, Fuse
from transforms.law.law_state import LawState

pytestmark = pytest.mark.long
NAME = CREDIT_FILES.name
RULES, RESULT_RULES = read_credit_file_law(POLICY), read_check_result_law(POLICY)
FIRST, LAST = date(2025, 12, 20), date(2026, 9, 30)


def licence(number: str, enterprise: str, **more: object) -> dict[str, object]:
    known = {
        "record_id": f"licence:{number}",
        "licence_no": number,
        "licence_type": "drug_trade",
        "enterprise_id": enterprise,
        "scope": "中成药、化学药制剂",
        "issued_on": date(2024, 1, 5),
        "valid_until_on": date(2029, 1, 4),
        "authority": "示例省药监局",
    }
    return known | more


def corrected(record: dict, on: date, **more) -> dict:
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return record | {"version_no": 2, "row_hash": "other", "received_at": at} | more


def release(root: Path):
    """What the last run found, signed by two people and released; the settings."""
    office = staffed_at(root)
    version = publish_list(office, signed_in(office, "zhang"), NAME)["version"]
    assert approve_draft(office, DraftRef(version, NAME), signed_in(office, "li"))["state"] == "published"
    return office


def night(root: Path, day: date, *decisions, **records) -> dict:
    commit_run(root, day, *decisions, **records)
    (answer,) = update_published_lists(staffed_at(root))
    return answer


def shelf(root: Path) -> ListFolder:
    return ListFolder(settings_at(root).publications / NAME)


def pages(root: Path) -> dict[str, str]:
    folder = shelf(root).folder / PAGES
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


RECORDS = {
    "licence": [
        licence("鄂AA1号", "MX-1"),
        licence("鄂AA2号", "MX-2", valid_until_on=after(1)),
        licence("鄂AA3号", "MX-3"),
    ],
    "inspection": [inspection("检1号", "MX-1"), inspection("检2号", "MX-2", conclusion="compliant")],
    "sampling": [sampling("抽1号", "MX-1")],
    "penalties": [penalty("鄂罚1号", "MX-1"), person("鄂罚1-1号"), penalty("鄂罚2号", "MX-3")],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A town whose credit files are public. Not to be changed."""
    root = tmp_path_factory.mktemp("files")
    commit_run(root, AS_OF, listing("示药监列〔2026〕1号", "MX-1"), **RECORDS)
    release(root)
    return root


@pytest.fixture
def root(made, tmp_path):
    """A copy of it, to be changed."""
    shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path


def test_a_firm_s_page_has_what_is_public_of_it_and_nobody_s_name(made):
    page = pages(made)[page_name("MX-1")]
    for text in (
        "示例甲药业有限公司",
        "鄂AA1号",
        "检1号",
        "不符合要求",
        "抽1号",
        "阿莫西林胶囊",
        "鄂罚1号",
        "示药监列〔2026〕1号",
    ):
        assert text in page, text
    assert sorted(pages(made)) == sorted(page_name(f"MX-{n}") for n in (1, 2, 3))
    assert not any("赵甲乙" in text or "鄂罚1-1号" in text for text in pages(made).values())
    index = (shelf(made).folder / "latest" / "list.html").read_text(encoding="utf-8")
    assert f'href="../pages/{page_name("MX-1")}"' in index


def test_a_hostile_name_is_text_on_the_page_and_in_the_index(made):
    for text in (pages(made)[page_name("MX-2")], (shelf(made).folder / "latest" / "list.html").read_text("utf-8")):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
    assert "'" + HOSTILE[:9] in (shelf(made).folder / "latest" / "list.csv").read_text(encoding="utf-8-sig").replace(
        '""', '"'
    )


def test_a_run_withdraws_what_ended_and_writes_only_that_firm_s_page(root):
    before = pages(root)
    commit_run(root, after(1))
    assert update_published_lists(staffed_at(root))[0]["state"] == "unchanged"
    answer = night(root, after(2))  # the licence's last day was the day before
    assert [(one["decision_no"], one["why"]) for one in answer["withdrawn"]] == [
        ("鄂AA2号", "许可有效期届满（行政许可法第七十条第一项）")
    ]
    index = read_index(shelf(root).folder / "latest")
    assert [file.name for file in index.files if file.name.startswith("MX")] == [page_name("MX-2")]
    assert {name for name, text in pages(root).items() if text != before[name]} == {page_name("MX-2")}
    assert "鄂AA2号" not in pages(root)[page_name("MX-2")]
    assert verify_lists(staffed_at(root), [NAME])[0]["state"] == "sound"


def test_what_is_added_or_changed_waits_for_two_people_and_the_draft_has_those_pages_alone(root):
    moved = corrected(RECORDS["licence"][2], after(1), valid_until_on=date(2034, 1, 4))
    answer = night(root, after(1), licence=[moved], inspection=[inspection("检3号", "MX-2", published_on=after(1))])
    assert answer["state"] == "waiting"
    draft = shelf(root).draft(answer["version"])
    written = {path.name for path in draft.glob("MX*.html")}
    assert written == {page_name("MX-2"), page_name("MX-3")}
    assert "2034-01-04" not in pages(root)[page_name("MX-3")]
    approve_draft(staffed_at(root), DraftRef(answer["version"], NAME), signed_in(staffed_at(root), "zhang"))
    approve_draft(staffed_at(root), DraftRef(answer["version"], NAME), signed_in(staffed_at(root), "li"))
    assert "2034-01-04" in pages(root)[page_name("MX-3")]
    assert "检3号" in pages(root)[page_name("MX-2")]
    versions = {row.party: row.version for row in party_rows(shelf(root).folder / "latest").values()}
    assert versions == {"MX-1": "2026-03-01", "MX-2": "2026-03-02", "MX-3": "2026-03-02"}
    assert verify_lists(staffed_at(root), [NAME])[0]["state"] == "sound"


def test_a_deregistered_firm_has_no_page_any_more(root):
    known = store_at(root).scan("enterprise", enterprise_id="MX-1").collect().row(0, named=True)
    gone = corrected(known, after(1), state="deregistered", deregistered_on=after(1))
    answer = night(root, after(1), enterprise=[gone])
    assert answer["state"] == "withdrawn"
    assert sorted(pages(root)) == [page_name("MX-2"), page_name("MX-3")]
    causes = {one.cause for one in read_index(shelf(root).folder / "latest").withdrawals}
    assert causes == {
        "deregistered",
        "penalties.deregistered",
        "inspections.deregistered",
        "samplings.deregistered",
        "serious-violations.deregistered",
    }


def test_an_act_on_one_list_is_one_on_the_file_too(root):
    annulled = corrected(RECORDS["penalties"][2], after(1), state="revoked", revoked_on=after(1))
    answer = night(root, after(1), penalties=[annulled])
    assert [(one["decision_no"], one["why"]) for one in answer["withdrawn"]] == [
        ("鄂罚2号", "处罚被变更或者撤销（总局令第45号第十一条）")
    ]
    assert "鄂罚2号" not in pages(root)[page_name("MX-3")]


def test_a_flagged_grant_takes_nothing_off_the_file(root):
    step = decision("repair", "修1号", "MX-3", matter="penalty", target="鄂罚2号", decided_on=after(1))
    answer = night(root, after(1), step)
    assert answer["state"] == "waiting"
    assert "鄂罚2号" in pages(root)[page_name("MX-3")]


@pytest.mark.parametrize("damage", ["altered", "gone", "more"])
def test_a_page_that_is_not_as_signed_is_found_and_made_again(root, damage):
    path = shelf(root).folder / PAGES / page_name("MX-1")
    whole = path.read_bytes()
    if damage == "altered":
        path.write_bytes(whole.replace("不符合要求".encode(), "符合要求".encode()))
    elif damage == "gone":
        path.unlink()
    else:
        path.with_name("MX-9.html").write_bytes(whole)
    (answer,) = verify_lists(staffed_at(root), [NAME])
    assert (answer["state"], len(answer["problems"])) == ("damaged", 1)
    (answer,) = restore_lists(staffed_at(root), [NAME])
    assert (answer["state"], len(answer["restored"])) == ("sound", 1)
    assert path.read_bytes() == whole


def test_records_of_an_earlier_version_are_covered_by_the_latest(root):
    night(root, after(2))  # a version of the run, which rests on the first
    first = shelf(root).version("2026-03-01")
    entries = json.loads((first / "entries.json").read_text(encoding="utf-8"))
    entries["parties"]["MX-1"][0]["result"] = "符合要求"
    (first / "entries.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    (answer,) = verify_lists(staffed_at(root), [NAME])
    assert answer["state"] == "damaged"
    version = publish_list(staffed_at(root), signed_in(staffed_at(root), "zhang"), NAME)["version"]
    assert (
        approve_draft(staffed_at(root), DraftRef(version, NAME), signed_in(staffed_at(root), "li"))["state"]
        == "published"
    )
    assert verify_lists(staffed_at(root), [NAME])[0]["state"] == "sound", "two people sign all of it anew"


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict], list[date]]:
    """Checks side by side, and days on which something happens, with the day before and the day after."""
    given = draw(st.lists(checks(), min_size=4, max_size=8))
    days = sorted({day for check in given for day in critical_days(check) if FIRST <= day <= LAST})
    some = draw(st.lists(st.sampled_from(days), min_size=1, max_size=2))
    return given, sorted({day + timedelta(days=n) for day in some for n in (-1, 0, 1)})


@settings(
    max_examples=settings().max_examples // 16, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
@given(history=histories(), crash=st.none() | st.integers(0, 30))
def test_each_day_the_files_are_what_is_public_and_the_pages_follow(tmp_path_factory, history, crash):
    """By an oracle of the results, and by the other lists; the pages of every version are those it names."""
    given, days = history
    folder = tmp_path_factory.mktemp("history")
    records = records_of_checks(given)
    for day in days:
        legal = LawState(records, law(), day)
        contents = credit_files_from_parts(list(file_parts(legal, RULES, RESULT_RULES)), records["enterprise"], "")
        found = {(s, firm) for s, firm in contents.entries.select("section", "enterprise_id").iter_rows()}
        expected = {(check["kind"], f"MX-{at}") for at, check in enumerate(given) if is_public(check, day)}
        assert {one for one in found if one[0] in ("inspection", "sampling")} == expected
        others = contents_on(day, records)
        of_penalties = others["penalties"].entries["record_id"]
        assert sorted(contents.entries.filter(section="penalty")["record_id"]) == sorted(of_penalties)
        assert contents.entries.filter(section="listing").height == others["serious-violations"].entries.height
        publication = Publication(CREDIT_FILES, "示例省药监局", day, causes=contents.causes)
        try:
            with Fuse(crash):
                release_draft(folder, prepare_draft(folder, publication, contents.entries))
        except Crash:
            release_draft(folder, prepare_draft(folder, publication, contents.entries))
        of_list = ListFolder(folder / NAME)
        current = released_entries(CREDIT_FILES, of_list.folder / "latest")
        assert current == published_entries(CREDIT_FILES, contents.entries)[0]
        assert page_faults(of_list, of_list.latest()) == ()
        delta = read_delta(CREDIT_FILES, json.loads((of_list.folder / "latest" / "delta.json").read_text("utf-8")))
        if delta.previous in (None, *(one.isoformat() for one in days)):
            before = released_entries(CREDIT_FILES, of_list.version(delta.previous)) if delta.previous else ()
            assert apply_delta(before, delta) == current
