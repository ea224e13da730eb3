"""A store where nobody would put one: it works, or is refused in words before anything is written."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from flows.cli import run_command
from flows.settings import SettingsProblems, load_settings
from flows.store.location import BadStore
from flows.store.store import Store
from flows.wording import to_chinese
from tests.flows.store.store_runs import passed_run

DAY = date(2026, 3, 1)
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "name",
    ["中文 库", "st/", "st//", "./st", "a/../st", "-st", "é😀", "a*b", "a'b\"", "a=b;c:d", "bucket_of_4=3", "名" * 80],
)
def test_these_work_and_lie_where_they_were_named(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    settings = load_settings({"store": name}, environ={})
    passed_run(Store(settings.store), DAY)
    assert (Path(name) / "ledger").is_dir()
    monkeypatch.chdir(tmp_path / "a")
    assert Store(tmp_path / name).scan("accounts").collect().height == 1


def test_a_home_folder_is_meant_wherever_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "yaoxin.toml").write_text('store = "~/st"', encoding="utf-8")
    for settings in (
        load_settings({"store": "~/st"}, environ={}),
        load_settings({"config": tmp_path / "yaoxin.toml"}, environ={}),
    ):
        assert (settings.store, settings.publications) == (str(tmp_path / "st"), tmp_path / "st" / "publications")
    assert Store("~/st").location.root == str(tmp_path / "st")


def test_a_link_to_a_folder_is_that_folder(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    passed_run(Store(tmp_path / "link"), DAY)
    assert Store(tmp_path / "real").last().as_of == DAY


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "blank"),
        ("  ", "blank"),
        ("\u3000\u200b", "blank"),
        (" st", "begins or ends with a blank"),
        ("st ", "begins or ends with a blank"),
        ("a%20b", "must not contain %"),
        ("a#b", "must not contain #"),
        ("a?b", "must not contain ?"),
        ("a[1]", "must not contain [ ]"),
        ("a\\b", "must not contain \\"),
        ("a|^b", "must not contain ^ |"),
        ("a\nb", "cannot be written"),
        ("a\tb", "cannot be written"),
        ("a\0b", "cannot be written"),
        ("a\udce9b", "cannot be written"),
        ("x" * 256, "too long"),
        ("/".join(["x" * 200] * 25), "too long"),
        ("a/_delta_log/b", "_delta_log"),
        ("~nobody-of-this-name/st", "no home folder"),
        ("s3:/bucket/st", "two slashes"),
        ("s3://", "names no bucket"),
        ("s3:///st", "names no bucket"),
        ("ftp://host/st", "no storage known"),
        ("file:///srv/st", "its path alone"),
    ],
)
def test_these_are_refused_before_anything_is_written(tmp_path, monkeypatch, capsys, address, why):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "yaoxin.toml").write_text("buckets = 1", encoding="utf-8")
    with pytest.raises(BadStore) as caught:
        Store(address)
    assert why in str(caught.value)
    assert "choose another folder" in str(caught.value)
    chinese = to_chinese(str(caught.value))
    assert "请换一个文件夹" in chinese
    assert "choose" not in chinese
    with pytest.raises(SettingsProblems) as refused:
        load_settings({"store": address}, environ={})
    assert why in str(refused.value)
    if "\0" not in address:
        assert run_command(["runs", "--store", address]) == 2
        assert why in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["yaoxin.toml"]


@pytest.mark.parametrize("address", ["", " ", "s3:/bucket/st"])
def test_in_a_file_of_settings_they_are_refused_too(tmp_path, address):
    (tmp_path / "own.toml").write_text(f'store = "{address}"', encoding="utf-8")
    with pytest.raises(SettingsProblems, match="store"):
        load_settings({"config": tmp_path / "own.toml"}, environ={})


def a_file(folder):
    (folder / "st").write_text("x")
    return folder / "st", "is a file; expected a folder"


def a_file_above(folder):
    (folder / "st").write_text("x")
    return folder / "st" / "deeper", "is a file; expected a folder"


def a_link_to_nothing(folder):
    (folder / "st").symlink_to(folder / "gone")
    return folder / "st", "is a link to"


def below_a_link_to_nothing(folder):
    (folder / "up").symlink_to(folder / "gone")
    return folder / "up" / "st", "is a link to"


def a_link_in_a_circle(folder):
    (folder / "st").symlink_to("st")
    return folder / "st", "st"


def where_no_folder_can_be(_folder):
    return Path("/proc/yaoxin-store"), "nothing can be written there"


@pytest.mark.parametrize(
    "make",
    [a_file, a_file_above, a_link_to_nothing, below_a_link_to_nothing, a_link_in_a_circle, where_no_folder_can_be],
)
def test_what_the_disk_has_in_its_place_is_named(tmp_path, make, capsys):
    folder, why = make(tmp_path)
    if not folder.parent.exists() and make is where_no_folder_can_be:
        pytest.skip("the system has no /proc")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadStore) as caught:
        passed_run(Store(folder), DAY)
    assert why in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before
    if make is not where_no_folder_can_be:
        assert run_command(["runs", "--store", str(folder)]) == 2
        assert why in capsys.readouterr().err


NO_PERMISSION = """
import os, sys
from datetime import date
from pathlib import Path
from flows.cli.errors import run_guarded
from flows.store.store import Store
from tests.flows.store.store_runs import passed_run

home = Path(sys.argv[1])
passed_run(Store(home / "st"), date(2026, 3, 1))
Store(home / "st").last()
home.chmod(int(sys.argv[2]))
os.setuid(65534)
codes = [
    run_guarded(lambda: passed_run(Store(home / "st"), date(2026, 3, 1)), is_debug=False),
    run_guarded(lambda: str(Store(home / "st").last()), is_debug=False),
]
print(*codes)
"""


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can become another account")
@pytest.mark.parametrize(("mode", "codes"), [(0o700, "2 2"), (0o755, "2 0")], ids=["closed", "only to be read"])
def test_an_account_without_permission_is_refused(mode, codes):
    with TemporaryDirectory() as outer:  # those of pytest are closed to other accounts
        Path(outer).chmod(0o755)
        (Path(outer) / "home").mkdir()
        command = [sys.executable, "-c", NO_PERMISSION, f"{outer}/home", str(mode)]
        own = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=own, timeout=120)
    assert done.stdout.strip() == codes, done.stderr
    assert "Permission denied" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_question_to_a_place_where_no_store_is_makes_none(tmp_path, capsys):
    assert run_command(["runs", "--store", str(tmp_path / "new" / "st")]) == 0
    assert run_command(["lookup", "某某", "--store", str(tmp_path / "new" / "st")]) == 2
    assert "还没有夜间评价的结果" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["store", "publications"])
def test_what_is_written_must_not_lie_in_the_inbox(tmp_path, name):
    with pytest.raises(SettingsProblems, match=f"{name} .*lies in the inbox"):
        load_settings(
            {"inbox": tmp_path / "in", "store": tmp_path / "st", name: tmp_path / "in" / "deeper"}, environ={}
        )
