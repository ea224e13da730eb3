"""A publication is signed by two people over its very bytes; unsigned, nothing moves."""

import csv
import io
import json
from dataclasses import replace

import openpyxl
import pytest

from flows.office import OfficeProblem, office_of
from flows.publishing import DraftRef, NotApprovable, approve_draft, publish_list, release_if_signed
from flows.publishing.actions import waiting_draft
from flows.publishing.approval import draft_signatures, has_two_signatures, sign_draft, signatures_document
from reports.publication import IndexProblem, ListFolder, ReleaseProblem
from reports.publication.version import SIGNATURES
from tests.flows.office.staff import added, signed_in
from tests.flows.publishing.town import AS_OF, HOSTILE, after, commit_run, decision, listing, settings_at, town

VERSION = AS_OF.isoformat()


@pytest.fixture
def settings(tmp_path):
    """The settings of a town whose list was never published."""
    return town(tmp_path)


def shelf(settings):
    return ListFolder(settings.publications / "serious-violations")


def prepared(settings, login="zhang"):
    return publish_list(settings, signed_in(settings, login))


def approved(settings, login="li", version=VERSION, **more):
    return approve_draft(settings, DraftRef(version, **more), signed_in(settings, login))


def published(settings):
    return approved(settings, version=prepared(settings)["version"])


def acts(settings):
    return [(entry.person, entry.act) for entry in office_of(settings).state().acts]


def test_before_any_run_there_is_nothing_to_publish(tmp_path):
    answer = publish_list(settings_at(tmp_path))
    assert (answer["state"], answer["message"]) == ("nothing", "还没有通过质量检查的夜间运行，没有可发布的内容。")


def test_a_prepared_list_waits_and_says_for_whom(settings):
    answer = prepared(settings)
    assert {name: answer[name] for name in ("state", "version", "prepared_by", "count", "signatures")} == {
        "state": "waiting",
        "version": VERSION,
        "prepared_by": "张三",
        "count": 2,
        "signatures": [{"login": "zhang", "name": "张三", "act": "prepare"}],
    }
    assert answer["message"] == f"版本 {VERSION} 已由 张三 拟定，待他人批准：yaoxin approve {VERSION} --as 登录名"
    assert shelf(settings).latest() is None


def test_who_prepared_it_may_not_approve_it(settings):
    prepared(settings)
    with pytest.raises(
        NotApprovable,
        match=r"^拟定人与批准人不得为同一人：版本 2026-03-01 已由 张三（zhang）拟定，须由他人批准。$",
    ):
        approved(settings, "zhang")
    assert acts(settings) == [("zhang", "prepare")]
    assert prepared(settings, "li")["prepared_by"] == "张三", "preparing again hands nothing over"
    assert acts(settings) == [("zhang", "prepare")]
    assert shelf(settings).latest() is None


def test_whoever_approved_does_not_become_the_preparer_and_cannot_approve_twice(settings):
    publish_list(settings)
    approved(settings)
    assert prepared(settings, "li")["state"] == "waiting"
    with pytest.raises(NotApprovable, match=r"已由 李四（li）批准，须由他人批准"):
        approved(settings)
    assert acts(settings) == [("li", "approve")]
    assert shelf(settings).latest() is None


def test_what_the_machine_prepared_two_people_approve(settings):
    answer = publish_list(settings)
    assert (answer["prepared_by"], answer["signatures"]) == (None, [])
    assert answer["message"] == f"版本 {VERSION} 已由 系统 拟定，待两人批准：yaoxin approve {VERSION} --as 登录名"
    answer = approved(settings)
    assert (answer["state"], "已由 系统 拟定，李四 已批准，待他人批准" in answer["message"]) == ("waiting", True)
    assert publish_list(settings)["state"] == "waiting", "nor does another run of the machine release it"
    assert shelf(settings).latest() is None
    assert approved(settings, "zhang")["state"] == "published"
    assert shelf(settings).latest() == VERSION


@pytest.mark.parametrize("second", ["prepare", "approve"])
def test_whoever_gets_past_the_command_and_signs_twice_is_still_one(settings, second):
    """At the release it counts again who signed: the check of the command alone would be one mistake from nothing."""
    prepared(settings)
    draft = waiting_draft(settings, DraftRef(VERSION))
    zhang = signed_in(settings, "zhang")
    office_of(settings).sign(zhang, second, f"serious-violations/{VERSION}#{draft.digest}", {})
    assert acts(settings) == [("zhang", "prepare"), ("zhang", second)]
    assert [one.login for one in draft_signatures(settings, draft)] == ["zhang"]
    assert release_if_signed(settings, draft)["state"] == "waiting"
    with pytest.raises(NotApprovable, match="没有两人的有效签名"):
        signatures_document(settings, draft)
    assert shelf(settings).latest() is None


def test_two_who_prepare_are_not_enough(settings):
    """As two at once could, each before the other's signature was there."""
    publish_list(settings)
    draft = waiting_draft(settings, DraftRef(VERSION))
    for login in ("li", "zhang"):
        sign_draft(settings, draft, signed_in(settings, login), "prepare")
    assert len(draft_signatures(settings, draft)) == 2
    assert not has_two_signatures(settings, draft)
    assert release_if_signed(settings, draft)["state"] == "waiting"


def test_the_second_signature_lets_the_list_out(settings):
    draft = prepared(settings)
    answer = approve_draft(settings, DraftRef(VERSION), signed_in(settings, "li"), "核对无误")
    assert (answer["state"], answer["version"]) == ("published", VERSION)
    assert shelf(settings).latest() == VERSION
    entry = office_of(settings).state().acts[-1]
    assert entry.subject == f"serious-violations/{VERSION}#{draft['digest']}"
    assert entry.content == {
        "list": "serious-violations",
        "version": VERSION,
        "digest": draft["digest"],
        "note": "核对无误",
    }
    assert prepared(settings)["state"] == "unchanged"


@pytest.mark.parametrize("version", ["2026-03-02", "..", "../..", "", ".", "drafts/2026-03-01"])
def test_only_what_waits_can_be_approved(settings, version):
    prepared(settings)
    with pytest.raises(NotApprovable, match=r"^严重违法失信名单没有待批准的版本 .*。待批准：2026-03-01。$"):
        approved(settings, version=version)


def test_a_released_version_whose_signatures_cannot_be_read_is_still_known_as_released(settings):
    published(settings)
    (shelf(settings).version(VERSION) / SIGNATURES).write_text("{", "utf-8")
    with pytest.raises(NotApprovable, match=rf"版本 {VERSION} 已于 .* 由两人签名发布，无须再批准。$"):
        approved(settings)


def test_an_approval_counts_for_the_bytes_that_were_shown_only(settings, tmp_path):
    shown = prepared(settings)["digest"]
    commit_run(tmp_path, AS_OF, listing("示药监列〔2026〕3号", "MX-3"))
    assert prepared(settings)["count"] == 3
    with pytest.raises(NotApprovable, match="已变动，请重新核对"):
        approved(settings, digest=shown)
    assert "approve" not in dict(acts(settings)).values()


def test_a_list_that_changed_after_its_approval_waits_for_another(settings, tmp_path):
    assert "重新批准" not in publish_list(settings)["message"]
    approved(settings)
    commit_run(tmp_path, AS_OF, listing("示药监列〔2026〕3号", "MX-3"))
    answer = publish_list(settings)
    assert (answer["state"], "须重新批准" in answer["message"]) == ("waiting", True)
    assert approved(settings, "zhang")["state"] == "waiting", "what was signed of the other bytes does not count"
    assert shelf(settings).latest() is None
    assert approved(settings)["state"] == "published"


def test_a_draft_that_was_touched_is_neither_approved_nor_released(settings):
    digest = prepared(settings)["digest"]
    draft = waiting_draft(settings, DraftRef(VERSION))
    sign_draft(settings, draft, signed_in(settings, "li"), "approve")
    page = shelf(settings).draft(VERSION) / "list.html"
    page.write_bytes(page.read_bytes() + b" ")
    with pytest.raises((ReleaseProblem, IndexProblem)):
        release_if_signed(settings, draft)
    with pytest.raises(NotApprovable, match="版本 2026-03-01 的文件在拟定后被改动"):
        approved(settings)
    assert shelf(settings).latest() is None
    answer = publish_list(settings)
    assert (answer["state"], answer["digest"]) == ("published", digest), "made again, it is what was signed"


def test_who_was_disabled_since_releases_nothing(settings):
    prepared(settings)
    office_of(settings).disable(signed_in(settings, "wang"), "zhang", "调离")
    answer = approved(settings)
    assert (answer["state"], answer["prepared_by"]) == ("waiting", None)
    added(settings, "zhao", "赵六")
    assert approved(settings, "zhao")["state"] == "published"


def test_nor_does_who_is_no_signer_any_more(settings):
    prepared(settings)
    office_of(settings).take_role(signed_in(settings, "wang"), "zhang", "signer")
    assert approved(settings)["state"] == "waiting"


def test_one_who_came_again_with_another_key_is_one_person(settings):
    publish_list(settings)
    approved(settings)
    office_of(settings).disable(signed_in(settings, "wang"), "li")
    added(settings, "li")
    assert approved(settings)["state"] == "waiting", "the signature of the old key does not count now"
    assert approved(settings, "zhang")["state"] == "published"


@pytest.mark.parametrize("second", ["张三", "張三"])
def test_two_logins_of_one_person_are_one(settings, second, monkeypatch):
    """An administrator whose program does not ask for a reason adds the same person again."""
    monkeypatch.setattr("flows.office.office.name_key", lambda name: str(id(name)))
    added(settings, "zhang2", second)
    monkeypatch.undo()
    prepared(settings)
    answer = approved(settings, "zhang2")
    assert (answer["state"], len(answer["signatures"])) == ("waiting", 1)
    assert shelf(settings).latest() is None


@pytest.mark.parametrize("first", ["zhang", "zhang2"])
def test_two_people_of_one_name_are_two_where_an_administrator_said_so(settings, first):
    added(settings, "zhang2", "张三", namesake="二处，工号 1077")
    prepared(settings, first)
    assert approved(settings, {"zhang": "zhang2", "zhang2": "zhang"}[first])["state"] == "published"


def test_without_an_office_a_draft_is_made_without_signatures(settings):
    without_office = replace(
        settings, administrator_key=None, office_database=settings.office_database.with_name("none")
    )
    assert publish_list(without_office)["state"] == "waiting"
    unpinned = replace(settings, administrator_key=None)
    answer = publish_list(unpinned)
    assert answer["state"] == "waiting"
    assert "不能签名和发布：请在设置中写明首位管理员的密钥指纹" in answer["message"]
    with pytest.raises(OfficeProblem, match="administrator_key"):
        signed_in(unpinned, "li")


def test_a_released_version_carries_its_signatures(settings):
    version = published(settings)["version"]
    document = json.loads((shelf(settings).version(version) / SIGNATURES).read_text(encoding="utf-8"))
    assert [(each["person"], each["name"], each["act"], each["role"]) for each in document["signatures"]] == [
        ("zhang", "张三", "prepare", "signer"),
        ("li", "李四", "approve", "signer"),
    ]
    assert document["administrator_key"] == settings.administrator_key
    assert [each["act"] for each in document["grounds"]] == ["found", "add_person", "add_person"]
    names = {
        file["name"] for file in json.loads((shelf(settings).version(version) / "index.json").read_text())["files"]
    }
    assert SIGNATURES not in names, "who signed is no content"


def test_a_revoked_listing_brings_a_new_version_that_names_it_and_its_cause(settings, tmp_path):
    published(settings)
    revoked = {"target": "示药监列〔2026〕1号", "decided_on": after(1)}
    commit_run(tmp_path, after(1), decision("revoke_listing", "示药监撤〔2026〕1号", "MX-1", **revoked))
    answer = prepared(settings)
    assert (answer["state"], answer["version"]) == ("withdrawn", after(1).isoformat())
    delta = json.loads((shelf(settings).version(after(1).isoformat()) / "delta.json").read_text(encoding="utf-8"))
    (row,) = delta["rows"]
    assert (row["operation"], row["entry"]["enterprise_id"], row["cause"]) == ("DEL", "MX-1", "撤销列入")
    assert shelf(settings).versions() == (VERSION, after(1).isoformat())


def test_a_run_without_news_for_the_list_needs_no_version(settings, tmp_path):
    published(settings)
    commit_run(tmp_path, after(1))
    answer = prepared(settings)
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
