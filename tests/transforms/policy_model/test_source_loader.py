"""Every mistake in a source file is refused in words that name it."""

import json

import pytest

from tests.realdata import REPOSITORY
from transforms.policy_model import PolicyProblems
from transforms.policy_model.source import load_source

GOOD = (REPOSITORY / "policy" / "sources" / "penalty.yaml").read_text(encoding="utf-8")

MISTAKES = [
    ("kind: penalty", "kind: penatly", "unknown kind 'penatly'; did you mean 'penalty'?"),
    ("  - kind: penalty", "  - kind: decision\n    fills: true", "none is filled from elsewhere"),
    ("decided_on:", "decided:", "has no column 'decided'; did you mean 'decided_on'?"),
    ("decision_no:", "remark2:", "required column 'decision_no' of kind 'penalty' is not read"),
    ("停产停业: stop_order", "停产停业: stop", "'stop' is no code of 'penalty_kinds'"),
    ("registration_no: registration", "registration_no: registrtion", "did you mean 'registration'?"),
    ("version_by: changed_at", "version_by: changed", "version_by names 'changed'"),
    ("unit: 万元", "unit: 千元", "unknown word '千元'"),
    ("fine_fen: {from", "fine_fen: {constant: 1, from", "give exactly one of from, constant, template"),
    ("remark: {from: [BZ, 备注]}", "remark: {from: [BZ, 备注], unit: 元}", "'remark' is neither: unit is for money"),
    ("remark: {from: [BZ, 备注]}", "remark: {from: [备注, BZ], split: ；}", "'remark' takes one value"),
    ("remark: {from: [BZ, 备注]}", "remark: {from: [BZ], pattern: '(', expected: 甲}", "'(' is no regular expression"),
    ("remark: {from: [BZ, 备注]}", "remark: {from: [BZ], pattern: 'a'}", "`pattern` needs `expected`"),
    (
        "remark: {from: [BZ, 备注]}",
        "remark: {from: [BZ, CF_SY]}",
        "heading 'CF_SY' is read under 'CF_SY' and under 'BZ'",
    ),
    ("  - 序号", "  - 备注", "heading '备注' is both read and ignored"),
    ("  - kind: penalty", "  - kind: penalty\n    where: remark = '1'", "where names 'remark', which is no field"),
    ("  - kind: penalty", "  - kind: penalty\n    where: 'changed_at ='", "is no condition"),
    ("inputs:", "ignore_where: nothing = '1'\ninputs:", "ignore_where names 'nothing', which is no input"),
    ("  licence:", "  remark:", "'remark' is an input and a column"),
    ("penalty_kinds: union", "penalty_kindz: union", "no column of 'penalty'; did you mean 'penalty_kinds'?"),
    ("penalty_kinds: union", "penalty_kinds: join", "'join' is not for 'penalty_kinds'; it is for free text"),
    ("remark: join", "state: [revokd]", "'revokd' is no code of 'state'"),
    ("remark: join", "remark: {once_where_same: [facts]}", "once_where_same is for amounts, not for 'remark'"),
    ("[violation_type]}\n      confiscated", "[violation]}\n      confiscated", "'violation', which is no column"),
    ("advances: {by: state", "advances: {by: remark", "'remark', which is no coded column"),
    ("order: [in_force, changed", "order: [in_force, changd", "'changd' is no code of 'state'"),
    ("    advances:", "    rows: versions\n    advances:", "with `rows: versions` the last row is the newest"),
    ("procedure: {from: [CF_CFCX, 处罚程序], words", "procedure: {template: x, words", "'procedure' takes no template"),
]
REFUSALS = [
    ({"column": "decidd_on"}, "names column 'decidd_on', which is no field; did you mean 'decided_on'?"),
    ({"when": "valid_until < decided_on"}, "has no column 'valid_until'; did you mean 'valid_until_on'?"),
    ({"when": "decided_on"}, "refuse_where 'decided_on': is neither true nor false; expected a comparison"),
    ({"when": "decided_on ="}, "no SQL condition"),
    ({"when": "state = 'revokd'"}, "state has no word 'revokd'; did you mean 'revoked'?"),
    ({"when": "SUM(fine_fen) > 1"}, "sums up several records"),
    ({"when": "decided_on < current_date"}, "'current_date' looks beyond the record"),
    ({"when": "fine_fen > 'a'"}, "does not fit the columns"),
    ({"reason": ""}, "refuse_where[0].reason"),
]


def test_the_shipped_sources_load():
    for path in (REPOSITORY / "policy" / "sources").glob("[a-z]*.yaml"):
        loaded = load_source(path.read_text(encoding="utf-8"), path.name)
        assert loaded.source == path.stem


@pytest.mark.parametrize(("right", "wrong", "words"), MISTAKES)
def test_a_mistake_is_refused_in_words_that_name_it(right, wrong, words):
    assert right in GOOD
    with pytest.raises(PolicyProblems) as refused:
        load_source(GOOD.replace(right, wrong, 1), "penalty.yaml")
    assert words in str(refused.value)


@pytest.mark.parametrize(("wrong", "words"), REFUSALS)
def test_a_mistake_in_a_refusal_is_named(wrong, words):
    rule = {"when": "valid_until_on < decided_on", "column": "decided_on", "reason": "甲", "expected": "乙"}
    _load_with(rule)
    with pytest.raises(PolicyProblems) as refused:
        _load_with({**rule, **wrong})
    assert words in str(refused.value)


def _load_with(rule):
    text = f"  - kind: penalty\n    refuse_where: [{json.dumps(rule, ensure_ascii=False)}]"
    return load_source(GOOD.replace("  - kind: penalty", text, 1), "penalty.yaml")


def test_a_refusal_may_ask_inputs_but_not_what_the_folding_used_up():
    text = GOOD.replace("  - kind: penalty", FOLDED.format(when="licence IS NULL"), 1)
    assert load_source(text, "penalty.yaml").records[0].refuse_where[0].when == "licence IS NULL"
    with pytest.raises(PolicyProblems) as refused:
        load_source(text.replace("licence IS NULL", "changed_at IS NULL", 1), "penalty.yaml")
    assert "penalty has no column 'changed_at'" in str(refused.value)


FOLDED = """  - kind: penalty
    fold: {{by: [decision_no], columns: {{fine_fen: {{count: changed_at = 'x'}}}}}}
    refuse_where: [{{when: {when}, column: decision_no, reason: 甲, expected: 乙}}]"""


def test_numbers_of_persons_are_known_as_secret_by_every_heading():
    secrets = load_source(GOOD, "penalty.yaml").secrets
    assert {"CF_XDR_ZJHM", "证件号码", "CF_FR_ZJHM", "法定代表人证件号码"} <= secrets


def test_formats_that_mean_no_day_are_refused():
    for form in ("YYYY-MM-DD", "%Y-%m", "%m-%d", "yyyy年MM月dd日", "%Y-%m-%d %Q"):
        with pytest.raises(PolicyProblems) as refused:
            load_source(GOOD.replace("处罚决定日期]}", f"处罚决定日期], dates: ['{form}']}}", 1), "penalty.yaml")
        assert f"'{form}' is no format of a day" in str(refused.value)
    for form in ("%Y-%m-%d", "%d.%m.%y", "%Y年%m月%d日", "%Y/%m/%d %H:%M:%S", "%b %d, %Y"):
        load_source(GOOD.replace("处罚决定日期]}", f"处罚决定日期], dates: ['{form}']}}", 1), "penalty.yaml")


FOLDS = [
    ("{fine_fen: {sum: remark}}", "sum of 'remark': it is text, not a number"),
    ("{fine_fen: {sum: decided_on}}", "sum of 'decided_on': it is a day, not a number"),
    ("{fine_fen: {max: facts}}", "max of 'facts': it is text, not a number or a day"),
    ("{decided_on: {min: changed_at}}", "min of 'changed_at': it is text, not a number or a day"),
    ("{remark: {count: remark IS NULL}}", "'remark' takes text, and the fold makes a number"),
]


@pytest.mark.parametrize(("columns", "words"), FOLDS)
def test_a_fold_adds_numbers_and_compares_numbers_and_days_alone(columns, words):
    text = f"  - kind: penalty\n    fold: {{by: [decision_no], columns: {columns}}}"
    with pytest.raises(PolicyProblems) as refused:
        load_source(GOOD.replace("  - kind: penalty", text, 1), "penalty.yaml")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ("encoding: gb1803", "'gb1803' is no encoding of texts; one of big5"),
        ("encoding: base64", "'base64' is no encoding of texts"),
        ("delimiter: '；'", "'；' separates no cells"),
        ("delimiter: '\"'", "separates no cells"),
    ],
)
def test_a_layout_that_reads_no_file_is_refused(layout, words):
    with pytest.raises(PolicyProblems) as refused:
        load_source(GOOD.replace("inputs:", f"layout: {{{layout}}}\ninputs:", 1), "penalty.yaml")
    assert words in str(refused.value)


def test_a_heading_in_another_unit_than_its_field_is_refused():
    with pytest.raises(PolicyProblems) as refused:
        load_source(GOOD.replace("罚款金额（万元）,", "罚款金额（元）,", 1), "penalty.yaml")
    assert "heading '罚款金额（元）' is in 元, and its field is read in 万元" in str(refused.value)


def test_all_mistakes_are_reported_at_once_each_with_its_line():
    wrong = {
        "  licence: {from": "  licence: {form",  # an unknown word
        "decided_on: {from: [CF_JDRQ, 处罚决定日期]}": "decided_on: {from: [CF_JDRQ, 处罚决定日期], dates: [YYYYMMDD]}",
        "停产停业: stop_order": "停产停业: stop",
        "version_by: changed_at": "version_by: changed",
        "remark: {from: [BZ, 备注]}": "remark: {from: [BZ, 备注], split: ；}",
        "  - 序号": "  - 备注",
    }
    text = GOOD
    for right, mistake in wrong.items():
        assert right in text
        text = text.replace(right, mistake, 1)
    with pytest.raises(PolicyProblems) as refused:
        load_source(text, "penalty.yaml")
    lines = text.splitlines()
    told = {problem.line for problem in refused.value.problems}
    assert told == {1 + next(i for i, line in enumerate(lines) if mistake in line) for mistake in wrong.values()}
