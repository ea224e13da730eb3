"""Flags before variables before one file before defaults; every mistake at once, with where it came from."""

import json
import pickle
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from flows.settings import SETTING_SPECS, Secret, Settings, SettingsProblems, load_settings

LONG_KEY = "a key that is long enough"


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    """A working folder with a policy of one scheme."""
    (tmp_path / "policy" / "schemes").mkdir(parents=True)
    (tmp_path / "policy" / "schemes" / "reference.yaml").touch()
    (tmp_path / "policy" / "schemes" / "wuhan-2017.yaml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*args):
    with pytest.raises(SettingsProblems) as problems:
        load_settings(*args)
    return str(problems.value)


BASE = {"YAOXIN_POLICY_DIR": "policy"}


def test_defaults_are_a_whole_configuration():
    settings = load_settings({}, BASE)
    assert settings.scheme == "reference"
    assert settings.timezone == "Asia/Shanghai"
    assert settings.identity_key is None
    assert settings.publications == Path(settings.store) / "publications"
    assert settings.office_database == Path(settings.store) / "office.sqlite"


def test_flag_before_variable_before_file_before_default(workplace):
    (workplace / "yaoxin.toml").write_text('inbox = "file"\nscheme = "wuhan-2017"\noffice_name = "某局"\n', "utf-8")
    variables = BASE | {"YAOXIN_INBOX": "variable", "YAOXIN_STORE": "another"}
    settings = load_settings({"inbox": "flag", "store": None}, variables)
    assert settings.inbox == Path("flag")
    assert settings.store == "another"
    assert settings.scheme == "wuhan-2017"
    assert settings.office_name == "某局"
    assert load_settings({}, variables).inbox == Path("variable")
    assert load_settings({}, BASE).inbox == Path("file")


@pytest.mark.parametrize("by_flag", [True, False])
def test_a_named_file_is_read_and_its_paths_are_meant_from_its_folder(workplace, by_flag):
    (workplace / "etc").mkdir()
    (workplace / "etc" / "my.toml").write_text(
        'store = "s3://b/y"\ninbox = "in"\npublications = "/out"\noffice_database = "o.sqlite"\n'
        'storage_options = {AWS_REGION = "x"}\n',
        "utf-8",
    )
    flags = {"config": "etc/my.toml"} if by_flag else {}
    variables = BASE if by_flag else BASE | {"YAOXIN_CONFIG": "etc/my.toml"}
    settings = load_settings(flags, variables)
    assert settings.inbox == Path("etc/in")
    assert settings.store == "s3://b/y"
    assert settings.publications == Path("/out")
    assert settings.office_database == Path("etc/o.sqlite")
    assert settings.storage_options == {"AWS_REGION": "x"}


def test_a_named_file_that_is_missing_is_a_mistake():
    assert "config (from --config): none.toml" in told({"config": "none.toml"}, BASE)


def test_all_mistakes_of_all_sources_are_listed_at_once(workplace):
    (workplace / "yaoxin.toml").write_text('# mine\ntimezone = "Mars"\nstroe = "x"\n', "utf-8")
    variables = BASE | {"YAOXIN_SCHEME": "wuhan2017", "YAOXIN_IDENTITY_KEY": "hunter2", "YAOXIN_STORAGE_OPTIONS": "{"}
    text = told({"store": "100%"}, variables)
    assert len(text.splitlines()) == 6
    assert "timezone (from yaoxin.toml, line 2): 'Mars': no such time zone" in text
    assert "stroe (from yaoxin.toml, line 3): (not shown): no such setting; did you mean 'store'?" in text
    assert "scheme (from YAOXIN_SCHEME): 'wuhan2017'" in text
    assert "there are reference, wuhan-2017; did you mean 'wuhan-2017'?" in text
    assert "store (from --store): '100%'" in text
    assert "storage_options (from YAOXIN_STORAGE_OPTIONS): '{': not a JSON object" in text
    assert "identity_key (from YAOXIN_IDENTITY_KEY): (not shown)" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(("length", "is_good"), [(15, False), (16, True), (17, True)])
def test_the_identity_key_is_long_enough_and_never_printed(length, is_good):
    key = "k" * length
    if is_good:
        settings = load_settings({}, BASE | {"YAOXIN_IDENTITY_KEY": key})
        assert settings.identity_key.get_secret_value() == key
        assert key not in repr(settings)
        assert key not in str(settings)
    else:
        assert key not in told({}, BASE | {"YAOXIN_IDENTITY_KEY": key})


def test_broken_toml_says_the_line(workplace):
    (workplace / "yaoxin.toml").write_text('inbox = "a"\nstore =\n', "utf-8")
    assert "line 2" in told({}, BASE)


def test_a_wrong_type_says_what_is_expected(workplace):
    (workplace / "yaoxin.toml").write_text("inbox = 3\n", "utf-8")
    assert "inbox (from yaoxin.toml, line 1): '3'" in told({}, BASE)
    assert "expected the folder where the sources' files arrive" in told({}, BASE)


def test_object_storage_needs_a_place_for_publications_and_the_office_database():
    words = told({"store": "s3://b/y"}, BASE)
    assert "publications (from the default)" in words
    assert "office_database (from the default)" in words


FINGERPRINT = "ab" * 32


@pytest.mark.parametrize("given", [FINGERPRINT, FINGERPRINT.upper(), " AB:" + "ab" * 31 + " ", "abab " * 16])
def test_a_fingerprint_is_read_however_it_is_parted(given):
    assert load_settings({}, BASE | {"YAOXIN_ADMINISTRATOR_KEY": given}).administrator_key == FINGERPRINT


@pytest.mark.parametrize("given", ["", "ab" * 31, "ab" * 33, "xy" * 32, "王主任"])
def test_what_is_no_fingerprint_is_a_mistake(given):
    assert "administrator_key (from YAOXIN_ADMINISTRATOR_KEY)" in told({}, BASE | {"YAOXIN_ADMINISTRATOR_KEY": given})


def test_a_policy_folder_without_schemes_is_refused(workplace):
    assert "policy_dir (from --policy-dir)" in told({"policy_dir": workplace}, {})


def test_a_process_started_by_this_one_gets_the_same_settings():
    options = {"inbox": "in", "storage_options": {"A": "b"}, "identity_key": LONG_KEY}
    settings = load_settings(options, BASE)
    assert isinstance(settings, Settings)
    assert load_settings({}, settings.as_environment()) == settings


def test_every_setting_has_a_specification():
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
    assert '"identity_key": {' in shown[-1], "its attributes were listed"


def test_a_secret_stays_what_it_is_in_another_process():
    assert pickle.loads(pickle.dumps(Secret("one text"))) == Secret("one text") != Secret("another")


def test_the_office_database_is_a_file_or_an_address_whose_password_nothing_shows(tmp_path):
    address = "postgresql+psycopg://yaoxin:sesame@db.example/office"
    settings = load_settings({"office_database": address}, {})
    assert settings.office_database.get_secret_value() == address
    assert "sesame" not in repr(settings)
    assert load_settings({}, settings.as_environment()).office_database == settings.office_database
    with pytest.raises(SettingsProblems, match="not an address of a PostgreSQL database") as caught:
        load_settings({"office_database": "mysql://yaoxin:sesame@db.example/office"}, {})
    assert "sesame" not in str(caught.value)
    named = {"publications": str(tmp_path), "office_database": address}
    remote = load_settings({"store": "s3://bucket/yaoxin", **named}, {})
    assert remote.office_database == settings.office_database
