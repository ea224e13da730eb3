"""Runs of many days without a signer, through the real gate: what the law ends is withdrawn, and nothing is added."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.publishing import approve_draft, publish_list, update_published_lists, verify_lists
from flows.publishing.actions import DraftRef
from flows.run.run import RunSetup, RunSteps
from reports.public_lists import PENALTIES
from reports.publication import ListFolder, read_index
from reports.publication.draft import released_entries
from tests.flows.ingest.inboxes import OTHER_FIRM, firm, penalty, put
from tests.flows.office.staff import office_in, signed_in, staffed
from tests.flows.publishing.rows_oracle import months_after
from tests.flows.run.run_helpers import run_day, setup_at

IS_CAMPAIGN = os.environ.get("HYPOTHESIS_PROFILE") == "campaign"
FIRST = date(2026, 1, 20)
DAYS = 40 if IS_CAMPAIGN else 12
LIGHT = {
    "处罚类别": "罚款",
    "罚款金额（万元）": "0.5",
    "裁量幅度": "从轻",
    "监管领域": "药品",
    "处罚程序": "普通",
    "处罚机关": "示例省药品监督管理局",
    "处罚机关代码": "114200000000000000",
    "违法行为类型": "销售劣药",
    "当前状态": "有效",
}
# Public for three months from that day on (107号令第七条): one is withdrawn on the second day, one on the last.
PUBLISHED = {f"鄂罚{n}号": date(2025, 10, 21) + timedelta(days=n) for n in (0, 6, 7, DAYS - 2)} | {
    "鄂罚长1号": date(2026, 1, 5),
    "鄂罚长2号": date(2026, 1, 6),
}
ANNULLED, ADDED = "鄂罚长2号", "鄂罚新1号"
ANNULLED_ON, ADDED_ON = FIRST + timedelta(days=6), FIRST + timedelta(days=4)


def fine(number: str, on: date, **more: str) -> dict[str, str]:
    """A low fine, decided and published on that day."""
    known = {"行政处罚决定书文号": number, "处罚决定日期": on.isoformat(), "公示日期": on.isoformat()}
    return penalty(**LIGHT | known | more)


@dataclass
class Seen:
    """What was public after each day, and what the run answered."""

    office: RunSetup
    public: dict[date, set[str]] = field(default_factory=dict)
    said: dict[date, list[dict]] = field(default_factory=dict)
    reports: dict[date, Path] = field(default_factory=dict)

    @property
    def shelf(self) -> ListFolder:
        return ListFolder(self.office.settings.publications / "penalties")

    def look(self, day: date) -> None:
        folder = self.shelf.folder / "latest"
        self.public[day] = {vars(entry)["decision_no"] for entry in released_entries(PENALTIES, folder)}


def wanted(day: date) -> set[str]:
    """What may be public on the day, of what two people signed."""
    return {
        number
        for number, on in PUBLISHED.items()
        if day <= months_after(on, 3) and not (number == ANNULLED and day >= ANNULLED_ON)
    }


def is_eventful(day: date) -> bool:
    return day in (ADDED_ON, ANNULLED_ON, FIRST, FIRST + timedelta(days=DAYS)) or wanted(day) != wanted(
        day - timedelta(days=1)
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> Seen:
    """All days: when something arrives or ends, and in a campaign always, a run through the real gate."""
    root = tmp_path_factory.mktemp("office")
    put(root / "inbox", "企业登记.csv", [firm(), firm(OTHER_FIRM, "另一药业有限公司")])
    put(root / "inbox", "penalty/1.csv", [fine(number, on) for number, on in PUBLISHED.items()])
    made = setup_at(root)
    seen = Seen(replace(made, settings=staffed(made.settings)))
    settings = seen.office.settings
    assert run_day(seen.office, FIRST, RunSteps()).state == "passed"
    version = publish_list(settings, signed_in(settings, "zhang"), "penalties")["version"]
    assert approve_draft(settings, DraftRef(version, "penalties"), signed_in(settings, "li"))["state"] == "published"
    seen.look(FIRST)
    for day in (FIRST + timedelta(days=n + 1) for n in range(DAYS)):
        arrive(root / "inbox", day)
        if IS_CAMPAIGN or is_eventful(day):
            result = run_day(seen.office, day, RunSteps())
            assert result.state == "passed", result.message
            seen.said[day], seen.reports[day] = result.lists, result.report
        else:
            empty_run(seen.office, day)
            seen.said[day] = update_published_lists(settings)
        seen.look(day)
    return seen


def arrive(inbox: Path, day: date) -> None:
    if day == ADDED_ON:
        put(inbox, "penalty/2.csv", [fine(ADDED, day)])
    if day == ANNULLED_ON:
        more = {"当前状态": "撤销", "撤销日期": day.isoformat()}
        put(inbox, "penalty/3.csv", [fine(ANNULLED, PUBLISHED[ANNULLED], **more)])


def empty_run(office: RunSetup, day: date) -> None:
    """A run that ingested nothing."""
    known_at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    last = office.store.last("nightly")
    with office.store.begin("nightly", day, known_at, last.scheme, last.policy_hash) as writing:
        writing.commit("passed", dict(last.facts))


def test_nothing_is_public_past_its_last_day_and_nothing_is_withdrawn_before(seen):
    assert seen.public == {day: wanted(day) for day in seen.public}
    assert len(seen.public) == DAYS + 1
    assert wanted(FIRST + timedelta(days=DAYS)) == {"鄂罚长1号"}, "else little would be tested"


def test_nothing_new_appears_and_an_addition_waits_alone(seen):
    assert not any(ADDED in public for public in seen.public.values())
    states = {day: answer["state"] for day, (answer,) in seen.said.items()}
    assert {states[day] for day in states if day < ADDED_ON} == {"withdrawn", "unchanged"}
    assert {states[day] for day in states if day >= ADDED_ON} == {"waiting"}
    (draft,) = (path for path in seen.shelf.draft("").iterdir() if path.is_dir())
    index = read_index(draft)
    assert (index.released_by, index.previous) == ("two_people", seen.shelf.latest())
    assert (index.delta.added, index.delta.modified, index.delta.removed) == (1, 0, 0)
    assert json.loads((draft / "delta.json").read_text(encoding="utf-8"))["rows"][0]["entry"]["decision_no"] == ADDED


def test_each_automatic_version_records_who_released_it_and_why(seen):
    first, *others = (read_index(seen.shelf.version(name)) for name in seen.shelf.versions())
    assert (first.released_by, first.reason) == ("two_people", "")
    assert {index.released_by for index in others} == {"machine"}
    assert [index.reason for index in others] == [
        "依法撤下：公示期满 1 条",
        "依法撤下：处罚被变更或者撤销 1 条",
        "依法撤下：公示期满 1 条",
        "依法撤下：公示期满 1 条",
        "依法撤下：公示期满 1 条",
    ]
    assert all(each.basis and each.on == index.as_of for index in others for each in index.withdrawals)
    answer = verify_lists(seen.office.settings, ["penalties"])[0]
    assert (answer["state"], answer["message"].endswith("由系统依法撤下条目后发布。")) == ("sound", True)


def test_the_report_says_what_was_taken_down_and_counts_none_beyond_its_day(seen):
    for day in (FIRST + timedelta(days=2), ANNULLED_ON):
        page = seen.reports[day].read_text(encoding="utf-8")
        assert "公示超期</dt><dd>0<small>应为 0" in page
        assert "已由系统撤下" in page


def test_releases_are_runs_of_the_ledger_and_no_run_is_left_open(seen):
    runs = [run for run in seen.office.store.every_run() if run.flow == "publish"]
    assert [run.facts["releases"][0]["released_by"] for run in runs] == ["two_people", *["machine"] * 5]
    assert [run.facts["releases"][-1]["version"] for run in runs] == list(seen.shelf.versions())


def test_two_people_then_release_the_addition(seen, tmp_path):
    shutil.copytree(seen.office.settings.inbox.parent, tmp_path / "copy", symlinks=True)
    settings = office_in(setup_at(tmp_path / "copy").settings)
    shelf = ListFolder(settings.publications / "penalties")
    (draft,) = (path.name for path in shelf.draft("").iterdir() if path.is_dir())
    assert approve_draft(settings, DraftRef(draft, "penalties"), signed_in(settings, "zhang"))["state"] == "waiting"
    assert approve_draft(settings, DraftRef(draft, "penalties"), signed_in(settings, "li"))["state"] == "published"
    assert {vars(e)["decision_no"] for e in released_entries(PENALTIES, shelf.folder / "latest")} == {
        ADDED,
        "鄂罚长1号",
    }
