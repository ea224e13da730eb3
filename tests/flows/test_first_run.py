"""`make run`: a region where there is nothing yet, two runs, and where to look."""

import os
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from flows import first_run
from flows.settings import load_settings


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Runs `make run` in an empty folder; the commands it gave, each with the number of files in the inbox."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)
    for name, value in {"ENTERPRISES": 20, "DAYS": 60}.items():
        monkeypatch.setattr(first_run, name, value)
    # It sets the variables of its process; here they must go again.
    monkeypatch.setattr(os, "environ", dict(os.environ))
    given, codes = [], {}

    def run_command(words):
        given.append((*words, sum(path.is_file() for path in (tmp_path / "var/inbox").rglob("*"))))
        return codes.get(len(given), 0)

    monkeypatch.setattr("flows.cli.run_command", run_command)
    return given, codes


def test_on_a_fresh_machine_the_second_run_has_news_and_it_is_said_where_to_look(commands, capsys):
    given, _ = commands
    assert first_run.main() == 0
    (first, second) = given
    assert first[:2] == second[:2] == ("nightly", "--as-of")
    assert date.fromisoformat(second[2]) - date.fromisoformat(first[2]) == timedelta(days=1)
    assert 0 < first[3] < second[3]
    told = capsys.readouterr().out
    assert "making a region of 20 enterprises" in told
    assert "yaoxin explain ID" in told
    assert "YAOXIN_CONFIG=var/yaoxin.toml" in told


def test_the_demos_people_can_sign_and_nobody_else_gets_them(commands, capsys):
    from flows.demo.credit_office import add_demo_people, demo_passphrase
    from flows.office import OfficeProblem, office_of

    first_run.main()
    told = capsys.readouterr().out
    assert "for the demo only" in told
    settings = load_settings({"config": "var/yaoxin.toml"})
    assert settings.identity_key is not None
    pages = Path(__file__).parents[2] / "docs" / "demo-region.md"
    for login in ("wang", "zhang", "li"):
        assert f"passphrase: {demo_passphrase(login)}\n" in told
        assert f"| `{login}` | `{demo_passphrase(login)}` |" in pages.read_text(encoding="utf-8")
    for login in ("zhang", "li"):
        assert office_of(settings).sign_in(login, partial(demo_passphrase, login)).person.is_a("signer")
    with pytest.raises(OfficeProblem, match="已有首位管理员"):
        add_demo_people(settings)


def test_an_office_with_records_of_its_own_gets_no_invented_people(commands, tmp_path, capsys):
    (tmp_path / "var" / "inbox").mkdir(parents=True)
    (tmp_path / "var" / "inbox" / "own.csv").write_text("x", "utf-8")
    assert first_run.main() == 0
    assert not (tmp_path / "var" / "store" / "office.sqlite").exists()
    assert load_settings({"config": "var/yaoxin.toml"}).administrator_key is None
    assert "demo only" not in capsys.readouterr().out


def test_where_the_first_run_fails_there_is_no_second(commands, capsys):
    given, codes = commands
    codes[1] = 1
    assert first_run.main() == 1
    assert len(given) == 1
    assert "yaoxin explain" not in capsys.readouterr().out


def test_run_again_it_is_the_run_of_today_alone(commands):
    given, _ = commands
    first_run.main()
    given.clear()
    first_run.main()
    assert len(given) == 1


def test_a_region_that_was_not_finished_is_made_anew(commands, tmp_path):
    (tmp_path / "var/demo.unfinished/2020-01-01").mkdir(parents=True)
    assert first_run.main() == 0
    assert not (tmp_path / "var/demo.unfinished").exists()
    assert not (tmp_path / "var/inbox/2020-01-01").exists()


def test_an_office_with_a_quiet_day_gets_no_invented_records(commands, tmp_path):
    given, _ = commands
    (tmp_path / "var/store/ledger").mkdir(parents=True)
    first_run.main()
    assert [words[3] for words in given] == [0]


def test_settings_of_an_office_are_used_and_not_written_to(commands, tmp_path, capsys):
    own = tmp_path / "own.toml"
    own.write_text('inbox = "in"\nstore = "st"\nidentity_key = "of this office alone"\n', "utf-8")
    text = own.read_text("utf-8")
    os.environ["YAOXIN_CONFIG"] = str(own)
    assert first_run.main() == 0
    assert own.read_text("utf-8") == text
    assert (tmp_path / "in").is_dir()
    assert "demo only" not in capsys.readouterr().out
