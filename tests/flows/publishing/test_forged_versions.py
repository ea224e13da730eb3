"""Whoever can write every file of the publications, and has no passphrase, changes nothing that a version shows."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flows.publishing import (
    DraftRef,
    NotApprovable,
    approve_draft,
    publish_list,
    restore_lists,
    update_published_lists,
    verify_lists,
)
from flows.publishing.actions import waiting_draft
from flows.publishing.approval import sign_draft
from flows.store.store import Store
from reports.public_lists import PENALTIES
from reports.publication import ListFolder, WithdrawalReason, read_index, withdrawal_files
from reports.publication.draft import released_entries
from reports.publication.version import INDEX, SIGNATURES, describe_file
from tests.flows.office.staff import office_in, signed_in
from tests.flows.publishing.town import AS_OF, after, commit_run, decision, penalty, settings_at, staffed_at, store_at

FIRM = "诚实守信药业有限公司"
SIGNED, WITHDRAWN, FORGED = AS_OF.isoformat(), after(1).isoformat(), f"{after(1).isoformat()}-2"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A town with a version that two people signed, then one from which the machine withdrew. Not to be changed."""
    root = tmp_path_factory.mktemp("town") / "town"
    commit_run(root, AS_OF, penalties=[penalty(f"鄂罚{n}号", "MX-1") for n in (1, 2, 3)])
    settings = staffed_at(root)
    version = publish_list(settings, signed_in(settings, "zhang"), "penalties")["version"]
    approve_draft(settings, DraftRef(version, "penalties"), signed_in(settings, "li"))
    commit_run(root, after(1), stay("鄂罚1号", 1))
    assert update_published_lists(settings)[0]["state"] == "withdrawn"
    return root


@pytest.fixture
def settings(made, tmp_path):
    """The settings of a copy of that town, to be changed."""
    shutil.copytree(made, tmp_path / "town", symlinks=True)
    return office_in(settings_at(tmp_path / "town"))


def stay(number, days):
    return decision("stay", f"停{number}", "MX-1", matter="stay", target=number, decided_on=after(days))


def shelf(settings):
    return ListFolder(settings.publications / "penalties")


def checked(settings):
    (answer,) = verify_lists(settings, ["penalties"])
    return answer


def public(settings):
    return {vars(entry)["decision_no"] for entry in released_entries(PENALTIES, shelf(settings).folder / "latest")}


def resealed(folder, **facts):
    """Let the index name the files as they are, and say `facts`."""
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    for file in index["files"]:
        content = (folder / file["name"]).read_bytes()
        file.update(describe_file(file["name"], file["title"], file["media_type"], content).model_dump())
    (folder / INDEX).write_text(json.dumps(index | facts, ensure_ascii=False), encoding="utf-8")


def copied(settings, base, version=FORGED):
    """A copy of a version under another name, unsigned."""
    folder = shelf(settings).version(version)
    shutil.copytree(shelf(settings).version(base), folder)
    (folder / SIGNATURES).unlink(missing_ok=True)
    content = json.loads((folder / "list.json").read_text(encoding="utf-8"))
    (folder / "list.json").write_text(json.dumps(content | {"version": version}), encoding="utf-8")
    return folder


def with_a_firm_more(folder):
    page = (folder / "list.html").read_text(encoding="utf-8")
    (folder / "list.html").write_text(page.replace("</tr>", f"</tr><tr><td>{FIRM}</td></tr>", 1), encoding="utf-8")
    with (folder / "list.csv").open("a", encoding="utf-8") as file:
        file.write(f"9,{FIRM}\r\n")


def previous_digest(settings, version):
    return hashlib.sha256((shelf(settings).version(version) / INDEX).read_bytes()).hexdigest()


def a_page_with_a_firm_more(settings):
    folder = copied(settings, WITHDRAWN)
    with_a_firm_more(folder)
    facts = {"version": FORGED, "previous": WITHDRAWN, "previous_digest": previous_digest(settings, WITHDRAWN)}
    resealed(folder, **facts, released_by="machine", withdrawals=[], issues=[f"另：{FIRM}"])


def a_withdrawal_with_another_page(settings):
    folder = a_withdrawal_that_no_record_founds(settings)
    with_a_firm_more(folder)
    resealed(folder)


def a_withdrawal_with_another_title(settings):
    resealed(a_withdrawal_that_no_record_founds(settings), title=FIRM)


def a_withdrawal_that_no_record_founds(settings):
    """Every byte as the program itself would write it, but for the cause."""
    (key,) = (PENALTIES.key_of(e) for e in released_entries(PENALTIES, shelf(settings).folder / "latest")[:1])
    why = WithdrawalReason("annulled", "总局令第45号第十一条", "C", after(1))
    files = withdrawal_files(PENALTIES, shelf(settings).version(WITHDRAWN), FORGED, {key: why})
    folder = shelf(settings).version(FORGED)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def what_was_withdrawn_put_back(settings):
    facts = {"version": FORGED, "previous": SIGNED, "previous_digest": previous_digest(settings, SIGNED)}
    resealed(copied(settings, SIGNED), **facts, released_by="machine", replaces=WITHDRAWN)


def the_signatures_of_another_version_beside(settings):
    folder = copied(settings, WITHDRAWN)
    shutil.copy(shelf(settings).version(SIGNED) / SIGNATURES, folder)
    resealed(folder, version=FORGED, previous=WITHDRAWN, released_by="two_people")


def the_signed_version_under_another_name(settings):
    shutil.copytree(shelf(settings).version(SIGNED), shelf(settings).version(FORGED))


FORGERIES = [
    a_page_with_a_firm_more,
    a_withdrawal_with_another_page,
    a_withdrawal_with_another_title,
    a_withdrawal_that_no_record_founds,
    what_was_withdrawn_put_back,
    the_signatures_of_another_version_beside,
    the_signed_version_under_another_name,
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_a_forged_version_is_neither_shown_by_the_next_run_nor_sound(settings, forgery):
    forgery(settings)
    link = shelf(settings).folder / "latest"
    link.unlink()
    link.symlink_to(FORGED)
    assert checked(settings)["state"] == "damaged", "whoever moves latest to it"
    link.unlink()
    link.symlink_to(WITHDRAWN)
    answer = publish_list(settings, None, "penalties")
    assert (answer["state"], shelf(settings).latest(), checked(settings)["state"]) == ("unchanged", WITHDRAWN, "sound")
    assert (public(settings), len(answer["cleared"])) == ({"鄂罚2号", "鄂罚3号"}, 1)
    assert shelf(settings).placed() == (SIGNED, WITHDRAWN)


@pytest.mark.parametrize("how", ["elsewhere", "both"])
def test_latest_leads_into_the_list_itself_and_is_one(settings, tmp_path, how):
    link = shelf(settings).folder / "latest"
    if how == "elsewhere":
        shutil.copytree(shelf(settings).version(WITHDRAWN), tmp_path / WITHDRAWN)
        link.unlink()
        link.symlink_to(tmp_path / WITHDRAWN)
    else:
        (link.with_name("latest.json")).write_text(json.dumps({"version": SIGNED}), encoding="utf-8")
    assert checked(settings)["state"] == "damaged"
    (answer,) = restore_lists(settings, ["penalties"])
    assert (answer["state"], link.readlink().name) == ("sound", WITHDRAWN)


def test_a_machine_version_of_another_release_of_the_program_is_said_and_built_upon(settings, tmp_path, monkeypatch):
    """Its page is other than this program writes it; its entries are not."""
    monkeypatch.setattr("reports.publication.draft.list_html", lambda _: "<p>另一版式</p>")
    answer = checked(settings)
    assert any("list.html：与由上一版重作的不同" in problem for problem in answer["problems"])
    assert (answer["state"], "版式有变" in answer["message"]) == ("damaged", True)
    commit_run(tmp_path / "town", after(2), stay("鄂罚2号", 2))
    assert update_published_lists(settings)[0]["state"] == "withdrawn"
    assert (public(settings), checked(settings)["state"]) == ({"鄂罚3号"}, "sound")


def added(settings, root, login="zhang"):
    """One more penalty, drafted and signed by its preparer."""
    commit_run(root, after(2), penalties=[penalty("鄂罚4号", "MX-2")])
    return publish_list(settings, signed_in(settings, login), "penalties")["version"]


def test_a_draft_altered_before_it_is_signed_is_neither_signed_nor_released(settings, tmp_path):
    chosen = DraftRef(added(settings, tmp_path / "town"), "penalties")
    digest = waiting_draft(settings, chosen).digest
    with_a_firm_more(shelf(settings).draft(chosen.version))
    resealed(shelf(settings).draft(chosen.version))
    with pytest.raises(NotApprovable, match="与由库重作的不同"):
        approve_draft(settings, chosen, signed_in(settings, "li"))
    forged = waiting_draft(settings, chosen)
    for login, act in (("zhang", "prepare"), ("li", "approve")):
        sign_draft(settings, forged, signed_in(settings, login), act)
    assert update_published_lists(settings)[0]["state"] == "waiting"
    assert shelf(settings).latest() == WITHDRAWN
    assert waiting_draft(settings, chosen).digest == digest, "it is made again from the store"
    assert approve_draft(settings, chosen, signed_in(settings, "li"))["state"] == "published"


def test_a_draft_under_another_name_is_not_released(settings, tmp_path):
    version = added(settings, tmp_path / "town")
    later = f"{version}-2"
    shelf(settings).draft(version).replace(shelf(settings).draft(later))
    with pytest.raises(NotApprovable, match="与由库重作的不同"):
        approve_draft(settings, DraftRef(later, "penalties"), signed_in(settings, "li"))


@pytest.mark.parametrize("is_placed", [False, True], ids=["a draft", "moved to its place"])
def test_what_two_signed_and_a_later_run_overtook_is_not_released(settings, tmp_path, is_placed):
    chosen = DraftRef(added(settings, tmp_path / "town"), "penalties")
    draft = waiting_draft(settings, chosen)
    sign_draft(settings, draft, signed_in(settings, "li"), "approve")
    if is_placed:
        draft.folder.replace(shelf(settings).version(chosen.version))
    at = store_at(tmp_path / "town").last().known_at
    gone = penalty(
        "鄂罚4号", "MX-2", state="revoked", revoked_on=after(3), version_no=2, row_hash="other", received_at=at
    )
    commit_run(tmp_path / "town", after(3), penalties=[gone])
    (answer,) = update_published_lists(settings)
    assert (answer["state"], shelf(settings).latest(), public(settings)) == (
        "unchanged",
        WITHDRAWN,
        {"鄂罚2号", "鄂罚3号"},
    )
    assert shelf(settings).placed() == (SIGNED, WITHDRAWN)


def test_a_ledger_from_which_the_last_run_was_taken_is_seen(settings):
    last = max(Path(settings.store).glob("ledger/_delta_log/*.json"))
    run = Store(settings.store).every_run()[-1]
    last.unlink()
    link = shelf(settings).folder / "latest"
    link.unlink()
    link.symlink_to(SIGNED)
    answer = checked(settings)
    assert (answer["state"], any(run.run_id in problem for problem in answer["problems"])) == ("damaged", True)


def test_signatures_of_another_office_are_reported_as_such(settings):
    answer = checked(replace(settings, administrator_key="0" * 64))
    assert (answer["state"], "由另一办公数据库的人员签名" in answer["message"]) == ("damaged", True)
    assert "截断" not in answer["message"]


def test_the_index_of_a_machine_version_is_what_the_store_gives(settings):
    index = read_index(shelf(settings).version(WITHDRAWN))
    assert (index.released_by, index.previous, len(index.withdrawals)) == ("machine", SIGNED, 1)
