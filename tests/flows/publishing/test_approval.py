"""A publication is prepared by one person and approved by another; unapproved, nothing moves."""

import csv
import io
import json

import openpyxl
import polars as pl
import pytest

from flows.publishing import Chosen, NotApprovable, approve, prepare_and_publish, release_approved
from flows.publishing.steps import waiting_draft
from reports.publication import IndexProblem, ReleaseProblem, Shelf
from tests.flows.publishing.town import HOSTILE, NIGHT, after, listing, night, removal, settings_at, store_at, town

VERSION = NIGHT.isoformat()


@pytest.fixture
def settings(tmp_path):
    """The settings of a town whose list was never published."""
    return town(tmp_path)


def shelf(settings):
    return Shelf(settings.publications / "serious-violations")


def published(settings, by="张三", approved_by="李四"):
    approve(settings, Chosen(prepare_and_publish(settings, by)["version"]), approved_by)
    return prepare_and_publish(settings, by)


def approvals(settings):
    rows = store_at(settings.publications.parent.parent).scan("decision").collect()
    return rows.filter(pl.col("decision_type") == "approve_publication").sort("decision_no")


def test_before_any_night_there_is_nothing_to_publish(tmp_path):
    answer = prepare_and_publish(settings_at(tmp_path), "张三")
    assert (answer["state"], answer["message"]) == ("nothing", "还没有通过质量检查的夜间运行，没有可发布的内容。")


def test_a_prepared_list_waits_and_says_for_whom(settings):
    answer = prepare_and_publish(settings, " 张三 ")
    assert {name: answer[name] for name in ("state", "version", "prepared_by", "count")} == {
        "state": "waiting",
        "version": VERSION,
        "prepared_by": "张三",
        "count": 2,
    }
    assert answer["message"].endswith(f"待他人批准：yaoxin approve {VERSION} --by 姓名")
    assert shelf(settings).latest() is None


@pytest.mark.parametrize("by", ["张三", " 张三", "张 三", "张\u3000三"])
def test_who_prepared_it_may_not_approve_it(settings, by):
    prepare_and_publish(settings, "张三")
    with pytest.raises(
        NotApprovable, match=r"^拟定人与批准人不得为同一人：版本 2026-03-01 由 张三 拟定，须由他人批准。$"
    ):
        approve(settings, Chosen(VERSION), by)
    assert approvals(settings).is_empty()
    assert prepare_and_publish(settings, "李四")["prepared_by"] == "张三", "preparing again hands nothing over"


@pytest.mark.parametrize("by", ["", "  ", "\u3000"])
def test_nobody_prepares_or_approves(settings, by):
    with pytest.raises(NotApprovable, match="拟定须写明拟定人姓名"):
        prepare_and_publish(settings, by)
    prepare_and_publish(settings, "张三")
    with pytest.raises(NotApprovable, match="批准须写明批准人姓名"):
        approve(settings, Chosen(VERSION), by)


def test_an_approval_is_a_decision_and_lets_the_list_out(settings):
    draft = prepare_and_publish(settings, "张三")
    answer = approve(settings, Chosen(VERSION), "李四", "核对无误")
    assert answer["state"] == "approved"
    (row,) = approvals(settings).to_dicts()
    assert row["target"] == f"serious-violations/{VERSION}#{draft['digest']}"
    assert (row["proposed_by"], row["decided_by"], row["reason"]) == ("张三", "李四", "核对无误")
    assert (row["decision_no"], row["source"], row["version_no"]) == (
        f"发布〔{row['decided_on'].year}〕1号",
        "yaoxin_approve",
        1,
    )
    assert row["record_id"].startswith("decision:")
    assert shelf(settings).latest() is None, "approved is not yet released"
    answer = prepare_and_publish(settings, "张三")
    assert (answer["state"], answer["version"]) == ("published", VERSION)
    assert shelf(settings).latest() == VERSION
    assert prepare_and_publish(settings, "张三")["state"] == "unchanged"


@pytest.mark.parametrize("version", ["2026-03-02", "..", "../..", "", ".", "drafts/2026-03-01"])
def test_only_what_waits_can_be_approved(settings, version):
    prepare_and_publish(settings, "张三")
    with pytest.raises(NotApprovable, match=r"^没有待批准的版本 .*。待批准：2026-03-01。$"):
        approve(settings, Chosen(version), "李四")


def test_an_approval_counts_for_the_bytes_that_were_shown_only(settings, tmp_path):
    shown = prepare_and_publish(settings, "张三")["digest"]
    night(tmp_path, NIGHT, listing("示药监列〔2026〕3号", "MX-3"))
    assert prepare_and_publish(settings, "张三")["count"] == 3
    with pytest.raises(NotApprovable, match="已变动，请重新核对"):
        approve(settings, Chosen(VERSION, digest=shown), "李四")
    assert approvals(settings).is_empty()


def test_a_list_that_changed_after_its_approval_waits_for_another(settings, tmp_path):
    assert "重新批准" not in prepare_and_publish(settings, "张三")["message"]
    approve(settings, Chosen(VERSION), "李四")
    night(tmp_path, NIGHT, listing("示药监列〔2026〕3号", "MX-3"))
    answer = prepare_and_publish(settings, "张三")
    assert (answer["state"], "须重新批准" in answer["message"]) == ("waiting", True)
    assert shelf(settings).latest() is None
    assert published(settings)["state"] == "published"
    assert approvals(settings)["decision_no"].str.extract(r"〕(\d+)号$").to_list() == ["1", "2"]


def test_a_draft_that_was_touched_is_neither_approved_nor_released(settings):
    draft = prepare_and_publish(settings, "张三")
    prepared = waiting_draft(settings, Chosen(VERSION))
    approve(settings, Chosen(VERSION), "李四")
    page = shelf(settings).draft(VERSION) / "list.html"
    page.write_bytes(page.read_bytes() + b" ")
    with pytest.raises((ReleaseProblem, IndexProblem)):
        release_approved(settings, store_at(settings.publications.parent.parent), prepared)
    with pytest.raises(NotApprovable, match="版本 2026-03-01 的文件在拟定后被改动"):
        approve(settings, Chosen(VERSION), "王五")
    assert shelf(settings).latest() is None
    assert prepare_and_publish(settings, "张三")["digest"] == draft["digest"], "made anew, it is what was approved"


def test_a_removal_brings_a_new_version_that_names_it_and_its_cause(settings, tmp_path):
    published(settings)
    night(tmp_path, after(1), removal("示药监移〔2026〕1号", "MX-1", "示药监列〔2026〕1号", after(1)))
    assert published(settings)["version"] == after(1).isoformat()
    delta = json.loads((shelf(settings).version(after(1).isoformat()) / "delta.json").read_text(encoding="utf-8"))
    (row,) = delta["rows"]
    assert (row["operation"], row["entry"]["enterprise_id"], row["cause"]) == ("DEL", "MX-1", "移出决定")
    assert shelf(settings).versions() == (VERSION, after(1).isoformat())


def test_a_night_without_news_for_the_list_needs_no_version(settings, tmp_path):
    published(settings)
    night(tmp_path, after(1))
    answer = prepare_and_publish(settings, "张三")
    assert (answer["state"], answer["version"]) == ("unchanged", VERSION)


def test_a_hostile_name_is_text_everywhere(settings):
    folder = shelf(settings).version(published(settings)["version"])
    html = (folder / "list.html").read_text(encoding="utf-8")
    assert "<script>alert('名')" not in html
    assert "&lt;script&gt;alert(" in html
    cells = [cell for sheet in openpyxl.load_workbook(folder / "list.xlsx") for row in sheet for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(HOSTILE in str(cell.value) for cell in cells)
    lines = csv.reader(io.StringIO((folder / "list.csv").read_text(encoding="utf-8-sig")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
