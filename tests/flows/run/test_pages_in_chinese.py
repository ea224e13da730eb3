"""What officers read of a run is Chinese: the report, the pages of enterprises, the answers of their commands."""

import os

import pytest
import yaml
from click.testing import CliRunner

from flows.cli.app import FOR_OFFICERS, cli
from flows.settings import DEFAULT_POLICY_DIR
from tests.reports.latin import words_of, words_of_page

COMMANDS = (
    "changes",
    "due",
    "penalties",
    "penalties --due",
    "list",
    "list --candidates",
    "list --refused",
    "list --bans",
)
OF_ONE = ("explain", "lookup", "penalties", "list", "repair", "due")


def headings(value) -> list[str]:
    """What senders call their columns: theirs stay as they are."""
    if isinstance(value, dict):
        return [text for key, part in value.items() for text in (str(key), *headings(part))]
    if isinstance(value, list):
        return [text for part in value for text in headings(part)]
    return [value] if isinstance(value, str) else []


@pytest.fixture(scope="module")
def received():
    """Texts of policy and of senders that a page may show as they are, the longest first."""
    texts = set()
    for path in (DEFAULT_POLICY_DIR / "sources").glob("*.yaml"):
        texts |= {text for text in headings(yaml.safe_load(path.read_text(encoding="utf-8"))) if not text.isspace()}
    return sorted((text for text in texts if len(text) > 2 and text.isupper()), key=lambda text: (-len(text), text))


def test_the_report_and_the_pages(second_run, received):
    _, result = second_run
    folder = result.report.parent
    pages = [folder / "office.html", *sorted((folder / "enterprises").glob("*.html"))]
    assert len(pages) > 1
    for page in pages:
        assert words_of_page(page.read_text(encoding="utf-8"), *received) == [], page.name


@pytest.fixture
def asked(second_run, monkeypatch):
    office, _ = second_run
    for name in [name for name in os.environ if name.startswith("YAOXIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("YAOXIN_STORE", office.settings.store)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    return lambda words: CliRunner().invoke(cli, words.split())


def test_the_answers_to_officers(second_run, asked, received):
    office, _ = second_run
    changed = office.store.scan("changes").collect()["enterprise_id"].sort()[0]
    for command in (*COMMANDS, *(f"{one} {changed}" for one in OF_ONE)):
        result = asked(command)
        assert result.exit_code == 0, (command, result.stderr)
        assert words_of(result.stdout, *received, "wuhan-2017", "reference") == [], command


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("explain", "缺少参数：ID"),
        ("explain 没有的企业", "没有查到“没有的企业”"),
        ("changes --since 昨天", "“昨天”不是日期"),
        ("lookup 甲 --colour", "没有这个选项：--colour"),
        ("due --until 2001-01-01", "早于起算日"),
        ("explain 甲 --as-of 2001-01-01", "早于第一次夜间评价"),
        ("explain 甲 --as-of 2101-01-01", "该日还没有夜间评价"),
        ("quarantine --source x1", "该来源还没有来件"),
        ("list --state 甲", "没有状态“甲”"),
        ("paper 甲 乙", "没有文书“甲”"),
    ],
)
def test_refusals_to_officers_are_chinese_whatever_the_machine_speaks(asked, command, told):
    result = asked(command)
    assert result.exit_code == 2
    assert told in result.stderr
    assert command.split()[0] in FOR_OFFICERS


@pytest.mark.parametrize(
    ("lang", "told"),
    [("zh_CN.UTF-8", "0 不在范围"), ("en_US.UTF-8", "0 is not in the range"), ("", "0 is not in the range")],
)
def test_operators_are_answered_as_their_environment_asks(asked, monkeypatch, lang, told):
    monkeypatch.setenv("LC_ALL", lang)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.delenv("LANG", raising=False)
    result = asked("runs --last 0")
    assert result.exit_code == 2
    assert told in result.stderr
    heads = asked("runs").stdout.splitlines()[0].split()
    assert heads[:2] == (["批次", "状态"] if lang.startswith("zh") else ["RUN", "STATE"])


def test_what_was_quarantined(asked, received):
    result = asked("quarantine --all")
    assert result.exit_code == 0, result.stderr
    assert words_of(result.stdout, *received, *sources(), "U+") == []


def sources():
    """Names of sources, which a corrected workbook bears to find back."""
    return [path.stem for path in (DEFAULT_POLICY_DIR / "sources").glob("[a-z]*.yaml")]
