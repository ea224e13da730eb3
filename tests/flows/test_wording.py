"""Messages in two languages: what the catalogue has, and that nothing an operator may meet is left out."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from expectations.rules import RULES
from expectations.suites import suite_of
from flows.cli.policy import check_policy_path
from flows.prefect_server import NoServer
from flows.run.due_days import ClockInDoubt, FutureDay, PastDay, days_due
from flows.settings import SettingsProblems, load_settings
from flows.store.ledger import Run
from flows.store.location import BadStore
from flows.store.store import CannotRewind
from flows.store.tables import LEDGER_DAMAGE_ADVICE, StoreDamaged
from flows.wording import describe_check, describe_error, prefers_chinese, to_chinese
from flows.wording.catalogue import CATALOGUE
from tests.expectations.clean_rows import GATE
from transforms.policy_model import PolicyProblems

BROKEN = Path(__file__).parents[1] / "fixtures" / "broken_policy"
# What libraries say of a text they cannot read stays in their words, behind ours.
_OF_LIBRARIES = re.compile(r"(?:无法读取|不是 SQL 条件|与列不符)：.*?(?:；|$)|不是 JSON 对象（.*?）")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, False),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "en_GB", "LC_MESSAGES": "zh_TW"}, True),
        ({"LC_ALL": "", "LANG": "zh"}, True),
    ],
)
def test_the_first_that_is_set_decides(environ, asked):
    assert prefers_chinese(environ) is asked


def test_values_stay_as_they_are_and_what_is_not_known_too():
    assert to_chinese("No such option: --x{0}") == "没有这个选项：--x{0}"
    assert to_chinese("something else: 1") == "something else: 1"
    assert to_chinese("cap -20 and the award do not have the same sign") == "封顶 -20 与分值的正负号不同"


def test_every_hole_of_a_message_is_in_its_chinese():
    for english, chinese in CATALOGUE.items():
        places = re.findall(r"(?<!{){(\d*):?、?}(?!})", chinese)
        assert len(places) == english.count("{}") or english.startswith(("List should", "String should")), english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("'pfd' is not one of 'html', 'pdf', 'both'.", "“pfd”不在可选值之内：html、pdf、both"),
        (
            "there is no paper 'x'; expected one of a (列入告知书), b (移出决定书)",
            "没有文书“x”，可用：a（列入告知书）、b（移出决定书）",
        ),
        ("one of inbox, store", "以下之一：inbox、store"),
        ("n-1: readers see n-0 again; annulled: none", "n-1：读者看到的又是 n-0；作废的批次：无"),
    ],
)
def test_lists_of_values_have_chinese_signs(english, chinese):
    assert to_chinese(english) == chinese


def test_every_mistake_of_a_policy_file_is_described_in_chinese():
    count = 0
    for path in sorted(BROKEN.glob("*.yaml")):
        for check in check_policy_path(path):
            for problem in check.problems:
                said = describe_error(PolicyProblems([problem]), chinese=True).removeprefix(problem.file)
                assert not _SENTENCE.search(_OF_LIBRARIES.sub("", said)), f"{path.name}: {said}"
                count += 1
    assert count > 80


def test_every_mistake_in_the_settings_is_described_in_chinese(tmp_path):
    file = tmp_path / "yaoxin.toml"
    file.write_text('buckets = "many"\nidentity_key = "short"\ntimezone = "Mars/Base"\nfull = 3\nstorre = 1\n')
    flags = {"config": str(file), "store": "s3://x/%41", "policy_dir": str(tmp_path)}
    environ = {"YAOXIN_STORAGE_OPTIONS": "{", "YAOXIN_INBOX": ""}
    with pytest.raises(SettingsProblems) as caught:
        load_settings(flags, environ=environ)
    said = describe_error(caught.value, chinese=True)
    assert said.count("\n") >= 6
    assert not _SENTENCE.search(_OF_LIBRARIES.sub("", said)), said
    assert "buckets（来自" in said
    assert "第 1 行" in said
    assert "short" not in said


@pytest.mark.parametrize(
    ("as_of", "kind", "begins"),
    [
        (date(2026, 3, 3), FutureDay, "评价日 2026-03-03 还没有到（今天是 2026-03-02）"),
        (date(2026, 2, 27), PastDay, "评价日 2026-02-27：2026-02-28 的夜间评价已经提交（nightly-1）"),
    ],
)
def test_runs_that_cannot_be_run(as_of, kind, begins):
    then = datetime(2026, 2, 28, 20, tzinfo=UTC)
    last = Run(1, "nightly-1", "nightly", date(2026, 2, 28), then, "passed", then, then, "", "", {}, {})
    with pytest.raises(kind) as caught:
        days_due(last, as_of, datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert describe_error(caught.value, chinese=True).startswith(begins)


def test_everything_the_gate_expects_is_said_in_chinese_by_labels():
    for name in RULES:
        for expected in suite_of(GATE.specs[name], previous_count=100):
            said = expected.zh
            assert said, expected.description
            assert not re.search(r"[A-Za-z]{2,}", said.replace("SHA-256", "")), said


def test_a_sound_file_is_described_in_chinese_too():
    (found, cases) = check_policy_path(BROKEN.parents[2] / "policy" / "schemes" / "wuhan-2017.yaml")
    assert re.search(r"评价标准 wuhan-2017：\d+ 个计分项", describe_check(found))
    assert re.search(r"评价标准 wuhan-2017 的 \d+ 个算例已核对", describe_check(cases))
    assert describe_check(found).count("：") == 2


STORE_FAULTS = (
    StoreDamaged("ledger: /x/1.json is empty or torn", LEDGER_DAMAGE_ADVICE),
    StoreDamaged("ratings: its log below /x is gone"),
    StoreDamaged("ratings: its log ends with /x/1.json, version 4 is missing"),
    StoreDamaged("ratings: its log /x has a gap or cannot be read"),
    StoreDamaged("ratings: /x/1.json is empty"),
    StoreDamaged("the ledger has lost run nightly-2026-03-01-1, which was committed; no run that passed is left in it"),
    StoreDamaged(
        "the ledger has lost run nightly-2026-03-01-1, which was committed; it ends with nightly-2026-02-28-1"
    ),
    StoreDamaged("what run nightly-2026-03-01-1 committed is incomplete (ratings: /x/1 is missing or empty)"),
    BadStore("/x#y", "the path of a store must not contain #"),
    BadStore("/x", "/x is a file; expected a folder"),
    BadStore("/x", "nothing can be written there (只读)"),
    CannotRewind("nightly-2026-03-01-1", ()),
    NoServer("the Prefect server ended with code 3; its own words are above."),
    NoServer("no answer from http://127.0.0.1:4200/api after 60 s; its own words are above."),
)


@pytest.mark.parametrize("fault", STORE_FAULTS, ids=lambda fault: str(fault)[:60])
def test_what_goes_wrong_with_a_store_is_in_one_language(fault):
    english, chinese = describe_error(fault, chinese=False), describe_error(fault, chinese=True)
    assert not _HAN.search(english.replace("只读", ""))
    assert not _SENTENCE.search(chinese), chinese
    assert _HAN.search(chinese)


@pytest.mark.parametrize("clock", [datetime(2026, 2, 27, 8, tzinfo=UTC), datetime(2027, 3, 2, 8, tzinfo=UTC)])
def test_a_clock_in_doubt_is_in_one_language(clock):
    then = datetime(2026, 2, 28, 20, tzinfo=UTC)
    last = Run(1, "nightly-1", "nightly", date(2026, 2, 28), then, "passed", then, then, "", "", {}, {})
    with pytest.raises(ClockInDoubt) as caught:
        days_due(last, clock.date(), clock, most_missed=31)
    assert not _HAN.search(describe_error(caught.value, chinese=False))
    chinese = describe_error(caught.value, chinese=True)
    assert not _SENTENCE.search(chinese.replace("yaoxin rewind RUN_ID", "")), chinese
    assert "时钟" in chinese


def test_what_a_person_wrote_is_not_translated():
    assert CATALOGUE["exist"] != "exist"
    assert "“exist”" in to_chinese("Invalid value for '--html': File 'exist' is a directory.")


@pytest.mark.parametrize("what", ["command", "option"])
def test_several_nearest_words_are_given_in_chinese(what):
    answer = to_chinese(f"No such {what} 'lst'. (Did you mean one of: 'list', 'last'?)")
    assert answer.startswith("没有这个")
    assert answer.isascii() is False
    assert "No such" not in answer
