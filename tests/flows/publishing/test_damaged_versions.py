"""What is altered, emptied or lost of a released version is named, not built upon, and rebuilt where possible."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from flows.publishing import (
    DraftRef,
    approve_draft,
    outcome_summary,
    publish_list,
    restore_lists,
    update_published_lists,
    verify_lists,
)
from flows.store.store import Store
from reports.office_tables import LIST_STATE_LABELS
from reports.publication import ListFolder
from reports.publication.version import INDEX, SIGNATURES
from tests.flows.office.staff import office_in, signed_in
from tests.flows.publishing.town import AS_OF, after, commit_run, decision, penalty, settings_at, staffed_at, store_at
from tests.flows.run.run_helpers import files_below
from tests.reports.power import Crash, Fuse

PENALTIES = ["penalties"]
IS_CAMPAIGN = os.environ.get("HYPOTHESIS_PROFILE") == "campaign"
FILES = ["list.html", "list.xlsx", "list.csv", "list.json", "delta.json", "delta.csv"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A town with two versions of a list: one that two people signed, then a withdrawal. Not to be changed."""
    root = tmp_path_factory.mktemp("town")
    commit_run(root, AS_OF, penalties=[penalty(f"鄂罚{n}号", "MX-1") for n in (1, 2, 3)])
    settings = staffed_at(root)
    signed(settings, publish_list(settings, None, "penalties"))
    shutil.copytree(root, root.with_name("signed"), symlinks=True)
    commit_run(root, after(1), stay("鄂罚1号", 1))
    assert update_published_lists(settings)[0]["state"] == "withdrawn"
    return root


def signed(settings, answer):
    for login in ("zhang", "li"):
        answer = approve_draft(settings, DraftRef(answer["version"], "penalties"), signed_in(settings, login))
    return answer


def stay(number, days):
    return decision("stay", f"停{number}", "MX-1", matter="stay", target=number, decided_on=after(days))


@pytest.fixture
def withdrawn(made, tmp_path):
    """A copy of the town whose latest version is a withdrawal."""
    return copied(made, tmp_path / "town")


@pytest.fixture
def two_signed(made, tmp_path):
    """A copy of the town whose latest version two people signed."""
    return copied(made.with_name("signed"), tmp_path / "town")


def copied(root, target):
    shutil.copytree(root, target, symlinks=True)
    return office_in(settings_at(target))


def latest(settings):
    return ListFolder(settings.publications / "penalties").folder / "latest"


def damage(path, how):
    match how:
        case "emptied":
            path.write_bytes(b"")
        case "truncated":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "altered":
            path.write_bytes(path.read_bytes().replace(b"\n", b" \n", 1) + b" ")
        case "missing":
            path.unlink()


def checked(settings):
    (answer,) = verify_lists(settings, PENALTIES)
    return answer


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("list.html", "emptied"),
        ("list.xlsx", "truncated"),
        ("list.csv", "altered"),
        ("list.json", "missing"),
        ("list.json", "altered"),
        ("delta.json", "emptied"),
        ("delta.csv", "altered"),
    ],
)
def test_a_damaged_file_is_named_not_built_upon_and_rebuilt_byte_for_byte(withdrawn, tmp_path, name, how):
    before = files_below(latest(withdrawn).resolve())
    assert checked(withdrawn)["state"] == "sound"
    damage(latest(withdrawn) / name, how)
    answer = checked(withdrawn)
    assert (answer["state"], answer["version"]) == ("damaged", latest(withdrawn).readlink().name)
    (problem,) = answer["problems"]
    assert str(latest(withdrawn).resolve() / name) in problem
    commit_run(tmp_path / "town", after(2), stay("鄂罚2号", 2))
    (answer,) = update_published_lists(withdrawn)
    assert (answer["state"], latest(withdrawn).readlink().name) == ("damaged", "2026-03-02"), "nothing is built on it"
    (answer,) = restore_lists(withdrawn, PENALTIES)
    assert (answer["state"], len(answer["restored"])) == ("sound", 1)
    assert files_below(latest(withdrawn).resolve()) == before
    assert update_published_lists(withdrawn)[0]["state"] == "withdrawn"


def test_several_damaged_files_are_each_named_and_each_rebuilt(two_signed):
    before = files_below(latest(two_signed).resolve())
    for name in FILES:
        if name != "list.json":
            damage(latest(two_signed) / name, "emptied")
    assert len(checked(two_signed)["problems"]) == 5
    (answer,) = restore_lists(two_signed, PENALTIES)
    assert (answer["state"], len(answer["restored"])) == ("sound", 5)
    assert files_below(latest(two_signed).resolve()) == before


@pytest.mark.parametrize("how", ["emptied", "truncated", "altered", "missing"])
def test_without_its_index_a_version_is_replaced_by_one_that_two_people_sign(withdrawn, how):
    damage(latest(withdrawn) / INDEX, how)
    answer = publish_list(withdrawn, None, "penalties")
    assert (answer["state"], answer["version"]) == ("damaged", "2026-03-02-2")
    assert "2026-03-02" in answer["problems"][0]
    assert how == "altered" or INDEX in answer["problems"][0]
    assert restore_lists(withdrawn, PENALTIES)[0]["state"] == "damaged"
    assert signed(withdrawn, answer)["state"] == "published"
    assert (checked(withdrawn)["state"], latest(withdrawn).readlink().name) == ("sound", "2026-03-02-2")
    index = json.loads((latest(withdrawn) / INDEX).read_text(encoding="utf-8"))
    read = ("2026-03-02", None) if how == "altered" else ("2026-03-01", "2026-03-02")  # as far as it can be read
    assert (index["previous"], index["replaces"]) == read


@pytest.mark.parametrize("how", ["emptied", "truncated", "missing"])
def test_lost_signatures_are_rebuilt_from_the_journal(two_signed, how):
    damage(latest(two_signed) / SIGNATURES, how)
    assert SIGNATURES in checked(two_signed)["problems"][0]
    (answer,) = restore_lists(two_signed, PENALTIES)
    assert (answer["state"], len(answer["restored"])) == ("sound", 1)


@pytest.mark.parametrize("how", ["emptied", "altered", "a folder", "lost", "elsewhere"])
def test_a_pointer_that_leads_nowhere_is_named_and_set_back_to_what_was_released(withdrawn, how):
    link = latest(withdrawn)
    link.unlink()
    pointer = link.with_name("latest.json")
    match how:
        case "emptied":
            pointer.write_bytes(b"")
        case "altered":
            pointer.write_text('{"version": "../../etc"}', encoding="utf-8")
        case "a folder":
            link.mkdir()
        case "elsewhere":
            link.symlink_to("2026-02-01")
    assert checked(withdrawn)["state"] == "damaged"
    assert str(link) in checked(withdrawn)["problems"][0] or "2026-02-01" in checked(withdrawn)["problems"][0]
    if how == "lost":
        assert publish_list(withdrawn, None, "penalties")["state"] == "unchanged", "the next run finds it again"
        return
    assert publish_list(withdrawn, None, "penalties")["state"] in {"damaged", "refused"}
    if how in {"a folder", "elsewhere"}:
        link.rmdir() if how == "a folder" else link.unlink()
    (answer,) = restore_lists(withdrawn, PENALTIES)
    assert (answer["state"], link.readlink().name) == ("sound", "2026-03-02")


def test_latest_pointed_at_an_earlier_version_is_seen(withdrawn):
    link = latest(withdrawn)
    link.unlink()
    link.symlink_to("2026-03-01")
    (answer,) = verify_lists(withdrawn, PENALTIES)
    assert (answer["state"], "运行账记有其后发布的版本 2026-03-02" in answer["problems"][0]) == ("damaged", True)
    assert update_published_lists(withdrawn)[0]["state"] == "unchanged"
    assert link.readlink().name == "2026-03-02", "the next run goes forward again"


def test_an_addition_that_nobody_signed_is_found_however_well_it_is_made(withdrawn):
    folder = latest(withdrawn).resolve()
    from reports.exports import json_bytes
    from reports.publication.version import describe_file, read_index

    content = json.loads((folder / "list.json").read_text(encoding="utf-8"))
    content["entries"].append(content["entries"][0] | {"record_id": "penalty:forged", "decision_no": "伪1号"})
    (folder / "list.json").write_bytes(json_bytes(content))
    index = read_index(folder)
    files = tuple(describe_file(f.name, f.title, f.media_type, (folder / f.name).read_bytes()) for f in index.files)
    (folder / INDEX).write_bytes(index.model_copy(update={"files": files}).content())
    problems = checked(withdrawn)["problems"]
    assert any("新增了条目 penalty:forged" in problem for problem in problems)
    with_people = index.model_copy(update={"files": files, "released_by": "two_people"})
    (folder / INDEX).write_bytes(with_people.content())
    assert any(SIGNATURES in problem for problem in checked(withdrawn)["problems"])


def test_a_version_of_an_earlier_release_of_the_program_asks_for_two_signatures_once(two_signed, tmp_path):
    folder = latest(two_signed).resolve()
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    for name in ("released_by", "reason", "previous_digest", "replaces", "withdrawals"):
        del index[name]
    (folder / INDEX).write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")
    (folder / SIGNATURES).unlink()
    commit_run(tmp_path / "other", AS_OF, penalties=[penalty(f"鄂罚{n}号", "MX-1") for n in (1, 2, 3)])
    two_signed = replace(two_signed, store=str(tmp_path / "other" / "store"))
    answer = publish_list(two_signed, None, "penalties")
    assert (answer["state"], "由旧版程序发布" in answer["message"]) == ("waiting", True)
    assert signed(two_signed, answer)["state"] == "published"
    assert publish_list(two_signed, None, "penalties")["state"] == "unchanged"


@pytest.mark.parametrize("state", ["sound", "damaged"])
def test_verify_on_the_command_line_says_so_in_chinese_and_by_its_code(withdrawn, monkeypatch, state):
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)
    for name, value in withdrawn.as_environment().items():
        monkeypatch.setenv(name, value)
    if state == "damaged":
        damage(latest(withdrawn) / "list.csv", "altered")
    result = CliRunner().invoke(cli, ["publish", "--verify", "--list", "penalties"])
    if state == "sound":
        assert (result.exit_code, "全部文件与 index.json 相符" in result.stdout) == (0, True)
        return
    assert result.exit_code == 1
    assert f"{latest(withdrawn).resolve() / 'list.csv'}：文件被改动（校验值不符）" in result.stdout
    assert "yaoxin publish --restore" in result.stdout
    assert CliRunner().invoke(cli, ["publish", "--list", "penalties"]).exit_code == 1
    result = CliRunner().invoke(cli, ["publish", "--restore", "--list", "penalties", "--json"])
    assert (result.exit_code, json.loads(result.stdout)["state"]) == (0, "sound")


def test_two_at_once_are_one_after_the_other(withdrawn, tmp_path):
    with Store(withdrawn.store).begin("publish", after(1), store_at(tmp_path / "town").last().known_at):
        (answer,) = update_published_lists(withdrawn)
        assert (answer["state"], "Another run holds this store" in answer["message"]) == ("busy", True)
    assert update_published_lists(withdrawn)[0]["state"] == "unchanged"


def test_a_signature_given_while_the_store_is_held_is_valid_and_the_next_run_releases(two_signed, tmp_path):
    commit_run(tmp_path / "town", after(1), penalties=[penalty("鄂罚4号", "MX-2")])
    version = publish_list(two_signed, signed_in(two_signed, "zhang"), "penalties")["version"]
    with Store(two_signed.store).begin("nightly", after(2), store_at(tmp_path / "town").last().known_at):
        answer = approve_draft(two_signed, DraftRef(version, "penalties"), signed_in(two_signed, "li"))
    assert (answer["state"], latest(two_signed).readlink().name) == ("busy", "2026-03-01")
    assert update_published_lists(two_signed)[0]["state"] == "unchanged"
    assert latest(two_signed).readlink().name == version


def test_a_release_cut_short_between_any_two_steps_is_finished_by_the_next_run(two_signed, tmp_path):
    """The power goes between operations of a withdrawal and of the signers' release; in a campaign between any two."""
    commit_run(tmp_path / "town", after(1), stay("鄂罚1号", 1), penalties=[penalty("鄂罚4号", "MX-2")])

    def released(settings):
        return signed(settings, publish_list(settings, None, "penalties"))["version"]

    with Fuse(None) as fuse:
        assert released(copied(tmp_path / "town", tmp_path / "intact")) == "2026-03-02-2"
    step = 1 if IS_CAMPAIGN else fuse.calls // 5
    for cut in range(step // 2, fuse.calls, step):
        settings = copied(tmp_path / "town", tmp_path / f"cut{cut}")
        with pytest.raises(Crash), Fuse(cut):
            released(settings)
        assert checked(settings)["state"] == "sound", "whatever broke off, readers see a sound version"
        (answer,) = update_published_lists(settings)
        if answer["state"] == "waiting":
            for login in {"zhang", "li"} - {one["login"] for one in answer["signatures"]}:
                approve_draft(settings, DraftRef(answer["version"], "penalties"), signed_in(settings, login))
        shelf = ListFolder(settings.publications / "penalties")
        assert (checked(settings)["state"], update_published_lists(settings)[0]["state"]) == ("sound", "unchanged")
        assert shelf.versions() == ("2026-03-01", "2026-03-02", "2026-03-02-2")
        assert [path.name for path in shelf.draft("").iterdir()] == []


def test_without_the_administrators_key_nothing_is_called_damaged_and_nothing_done(two_signed):
    before = files_below(two_signed.publications)
    blind = replace(two_signed, administrator_key=None)
    for answer in (verify_lists(blind, PENALTIES)[0], restore_lists(blind, PENALTIES)[0]):
        assert (answer["state"], "没有设置 administrator_key" in answer["message"]) == ("unverified", True)
    assert publish_list(blind, None, "penalties")["state"] == "refused"
    assert files_below(two_signed.publications) == before
    assert verify_lists(two_signed, PENALTIES)[0]["state"] == "sound"


@pytest.mark.parametrize("state", LIST_STATE_LABELS)
def test_every_state_of_a_list_has_its_place_in_a_summary(state):
    outcomes = [{"title": "名单", "message": "消息", "state": each} for each in (state, "nothing")]
    assert outcome_summary(outcomes)["state"] == state
