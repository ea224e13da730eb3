"""Penalties in publicity: what is on the list after a run, why the rest is not, and what is held back."""

import json
from datetime import UTC, date, datetime

import pytest

from flows.publishing import DraftRef, approve_draft, publish_list
from reports.public_lists import PENALTIES
from reports.publication import ListFolder, apply_delta, read_index
from reports.publication.draft import released_entries
from reports.publication.version import SIGNATURES, read_delta
from tests.flows.office.staff import signed_in
from tests.flows.publishing.town import (
    AS_OF,
    NAMES,
    after,
    commit_run,
    decision,
    penalty,
    person,
    settings_at,
    staffed_at,
)

GUANGXI = "114500000000000000"


@pytest.fixture
def shelf(tmp_path):
    """The folder of the list's versions."""
    return ListFolder(settings_at(tmp_path).publications / "penalties")


def publish(root):
    settings = staffed_at(root)
    answer = publish_list(settings, signed_in(settings, "zhang"), "penalties")
    if answer["state"] == "waiting":
        return answer | approve_draft(settings, DraftRef(answer["version"], "penalties"), signed_in(settings, "li"))
    return answer


def entries(shelf):
    return released_entries(PENALTIES, shelf.version(shelf.latest()))


def numbers(shelf):
    return [entry.decision_no for entry in entries(shelf)]


def test_a_penalty_is_shown_with_what_the_summary_of_it_must_say(tmp_path, shelf):
    commit_run(tmp_path, AS_OF, penalties=[penalty("鄂罚1号", "MX-1", penalty_kinds=["warning", "fine"])])
    publish(tmp_path)
    (row,) = json.loads((shelf.folder / "latest" / "list.json").read_text(encoding="utf-8"))["table"]["rows"]
    assert row == {
        "position": 1,
        "decision_no": "鄂罚1号",
        "name": NAMES["MX-1"],
        "uscc": "",
        "violation_type": "销售劣药",
        "penalty_kinds": "警告；罚款",
        "content": "罚款200,000.00元",
        "authority": "示例省药监局",
        "decided_on": "2026-01-05",
        "published_on": "2026-01-12",
    }


@pytest.mark.parametrize(
    ("sums", "content"),
    [
        ({"fine_fen": 630_069, "confiscated_fen": 572_790}, "罚款6300.69元；没收5727.90元"),
        ({"fine_fen": 5}, "罚款0.05元"),
        ({"fine_fen": 0}, ""),
    ],
)
def test_without_words_the_sums_are_the_content(tmp_path, shelf, sums, content):
    record = penalty("鄂罚1号", "MX-1", content=None, penalty_kinds=["fine", "stop_order"]) | {"fine_fen": None} | sums
    commit_run(tmp_path, AS_OF, penalties=[record])
    publish(tmp_path)
    assert [entry.content for entry in entries(shelf)] == [content]


@pytest.mark.parametrize(
    "more",
    [
        {"procedure": "summary"},
        {"penalty_kinds": ["warning"], "fine_fen": None},
        {"state": "revoked", "revoked_on": AS_OF},
        {"unpublished_on": AS_OF},
        {"decided_on": date(2021, 8, 31)},
        {"decided_on": date(2022, 1, 5), "published_on": date(2022, 1, 12)},
    ],
    ids=["summary procedure", "only a warning", "revoked", "taken off", "before the law", "period over"],
)
def test_what_has_no_ground_to_be_public_is_not_on_the_list(tmp_path, shelf, more):
    commit_run(tmp_path, AS_OF, penalties=[penalty("鄂罚1号", "MX-1", **more), penalty("鄂罚2号", "MX-2")])
    publish(tmp_path)
    assert numbers(shelf) == ["鄂罚2号"]


def test_what_awaits_its_publication_or_is_late_with_it_is_on_the_list(tmp_path, shelf):
    late = penalty("鄂罚1号", "MX-1", published_on=None)
    fresh = penalty("鄂罚2号", "MX-2", published_on=None, decided_on=AS_OF)
    commit_run(tmp_path, AS_OF, penalties=[late, fresh])
    publish(tmp_path)
    assert numbers(shelf) == ["鄂罚1号", "鄂罚2号"]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (
            penalty("桂罚1号", "MX-1", authority_code=GUANGXI, decided_on=date(2025, 6, 1)),
            "公示期不能确定（所在省份较低数额罚款标准未设定）",
        ),
        (person("鄂罚1-1号", facts="当事人系未成年人，经营化妆品"), "当事人为未成年人，不予公示"),
        (person("鄂罚1-1号", remark="案发时17周岁"), "当事人为未成年人，不予公示"),
        (person("鄂罚1-1号", party_name=None), "没有当事人名称"),
    ],
)
def test_what_must_not_be_shown_yet_is_held_back_and_the_officer_sees_which(tmp_path, shelf, record, why):
    commit_run(tmp_path, AS_OF, penalties=[record, penalty("鄂罚2号", "MX-2"), person("鄂罚3号")])
    answer = publish(tmp_path)
    assert numbers(shelf) == ["鄂罚2号", "鄂罚3号"]
    assert answer["held"] == [f"{record['decision_no']}：{why}"]
    issues = read_index(shelf.folder / "latest").issues
    assert issues == (f"1 件未列出：{why}",)


def test_a_persons_data_is_masked_in_every_file_and_each_masking_is_an_issue(tmp_path, shelf):
    secret = ("11010519491231002X", "13800138000", "6222021234567890128", "某小区5栋301室", "糖尿病")
    content = (
        f"对法定代表人李四罚款，身份证{secret[0]}，电话{secret[1]}，账号{secret[2]}，住址{secret[3]}，患{secret[4]}"
    )
    commit_run(tmp_path, AS_OF, penalties=[penalty("鄂罚1号", "MX-1", content=content)])
    publish(tmp_path)
    for path in (shelf.folder / "latest").iterdir():
        if path.suffix != ".xlsx" and path.name != SIGNATURES:  # one of the signers is called 李四
            text = path.read_text(encoding="utf-8")
            assert not any(word in text for word in (*secret, "李四")), path.name
    issues = read_index(shelf.folder / "latest").issues
    words = ("银行账号", "住址", "身份证件号码", "健康信息", "联系方式", "自然人姓名")
    assert sorted(issues) == sorted(f"决定书文号 鄂罚1号：“处罚内容”中含{word}，已隐去" for word in words)


def corrected(record, **more):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return record | {"version_no": 2, "row_hash": "other", "received_at": at} | more


@pytest.mark.parametrize(
    ("more", "operation", "cause"),
    [
        ({"state": "revoked", "revoked_on": after(1)}, "DEL", "处罚被变更或者撤销"),
        ({"unpublished_on": after(1)}, "DEL", "已提前停止公示"),
        ({"penalty_kinds": ["warning"], "fine_fen": None}, "DEL", "记载内容变更"),
        ({"content": "罚款2,000.00元"}, "MOD", "记载内容变更"),
        ({"party_class": "person", "remark": "未成年"}, "DEL", "暂缓公示，待核"),
    ],
)
def test_the_delta_says_why_a_row_went_or_changed(tmp_path, shelf, more, operation, cause):
    record = penalty("鄂罚1号", "MX-1")
    commit_run(tmp_path, AS_OF, penalties=[record])
    publish(tmp_path)
    before = entries(shelf)
    commit_run(tmp_path, after(1), penalties=[corrected(record, **more)])
    publish(tmp_path)
    delta = read_delta(PENALTIES, json.loads((shelf.folder / "latest" / "delta.json").read_text(encoding="utf-8")))
    assert [(row.operation, row.cause) for row in delta.rows] == [(operation, cause)]
    assert apply_delta(before, delta) == entries(shelf)


def step(kind, number, on, **more):
    return decision(kind, number, "MX-1", matter="penalty", target="鄂罚1号", decided_on=on, **more)


@pytest.mark.parametrize(
    ("steps", "causes"),
    [
        (("repair", "revoke_repair"), ("准予信用修复", "撤销修复决定，恢复公示")),
        (("temporary_repair", "end_temporary_repair"), ("破产临时屏蔽", "临时修复终止，恢复公示")),
    ],
)
def test_a_repair_takes_a_row_off_and_its_end_brings_it_back(tmp_path, shelf, steps, causes):
    commit_run(tmp_path, AS_OF, penalties=[penalty("鄂罚1号", "MX-1")])
    publish(tmp_path)
    commit_run(tmp_path, after(1), step(steps[0], "修1号", after(1)))
    publish(tmp_path)
    assert numbers(shelf) == []
    commit_run(tmp_path, after(5), step(steps[1], "修2号", after(5)))
    publish(tmp_path)
    assert numbers(shelf) == ["鄂罚1号"]
    deltas = [json.loads((shelf.version(v) / "delta.json").read_text(encoding="utf-8")) for v in shelf.versions()]
    assert [(row["operation"], row["cause"]) for delta in deltas[1:] for row in delta["rows"]] == [
        ("DEL", causes[0]),
        ("ADD", causes[1]),
    ]


def test_a_new_penalty_is_added_for_its_decision_and_goes_when_its_period_is_over(tmp_path, shelf):
    ending = penalty("鄂罚1号", "MX-1", fine_fen=1_000_000, discretion="light", published_on=date(2026, 1, 12))
    for day in (date(2026, 4, 11), date(2026, 4, 12), date(2026, 4, 13)):
        commit_run(tmp_path, day, penalties=[ending] if day == date(2026, 4, 11) else ())
        publish(tmp_path)
    deltas = [json.loads((shelf.version(v) / "delta.json").read_text(encoding="utf-8")) for v in shelf.versions()]
    published = [(delta["current"], row["operation"], row["cause"]) for delta in deltas for row in delta["rows"]]
    assert published == [("2026-04-11", "ADD", "作出行政处罚决定"), ("2026-04-13", "DEL", "公示期满")]
