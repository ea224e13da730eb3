"""What the value of a setting must be."""

import json
import pickle
from dataclasses import asdict, fields

import pytest

from flows.settings import SETTING_SPECS, Secret, Settings, SettingsProblems, load_settings


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_every_setting_has_a_form():
    assert [one.name for one in fields(Settings)] == list(SETTING_SPECS)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("buckets", "1", 1),
        ("buckets", "1000", 1000),
        ("full", "TRUE", True),
        ("full", "off", False),
        ("storage_options", '{"A": "b"}', {"A": "b"}),
    ],
)
def test_a_variable_becomes_the_type_it_is_to_have(name, given, value):
    assert getattr(load_settings({}, {f"YAOXIN_{name.upper()}": given}), name) == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("buckets", "0"),
        ("buckets", "1001"),
        ("buckets", "2.5"),
        ("buckets", "-1"),
        ("full", "perhaps"),
        ("full", ""),
        ("office_name", ""),
        ("timezone", "../etc/passwd"),
        ("scheme", "../law/bans"),
        ("storage_options", "null"),
        ("storage_options", '{"A": 1}'),
    ],
)
def test_any_other_is_refused_with_what_is_expected(name, given):
    with pytest.raises(SettingsProblems) as refused:
        load_settings({}, {f"YAOXIN_{name.upper()}": given})
    (problem,) = refused.value.problems
    assert problem.origin == f"YAOXIN_{name.upper()}"
    assert problem.expected == SETTING_SPECS[name].expected


@pytest.mark.parametrize("line", ["inbox = 3", "store = false", "buckets = true", "office_name = 3", "scheme = []"])
def test_a_file_gives_values_of_the_right_type(line, tmp_path):
    (tmp_path / "yaoxin.toml").write_text(line + "\n", "utf-8")
    with pytest.raises(SettingsProblems, match=r"from yaoxin\.toml, line 1"):
        load_settings({}, {})


def _listed(value):
    return vars(value) if isinstance(value, Secret) else str(value)


def test_a_secret_is_shown_by_nothing_that_lists_it():
    key = "a key nobody may read"
    settings = load_settings({"identity_key": key}, {})
    shown = [repr(settings), str(settings.identity_key), json.dumps(asdict(settings), default=_listed)]
    assert [text for text in shown if key in text] == []
    assert '"identity_key": {"shown": "**********"}' in shown[-1]


def test_a_secret_stays_what_it_is_in_another_process():
    assert pickle.loads(pickle.dumps(Secret("one text"))) == Secret("one text") != Secret("another")
