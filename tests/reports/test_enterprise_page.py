"""An enterprise's page: the sum, what counts and what does not, the history, and nothing personal."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from reports.enterprise_page import (
    EnterpriseView,
    enterprise_content,
    enterprise_html,
    enterprise_page_name,
    enterprise_view,
    write_enterprise_page,
)
from reports.exports import json_bytes
from reports.scheme_facts import Outlook
from tests.reports import samples
from transforms.schemas import KINDS, TABLES


@pytest.fixture(scope="module")
def view() -> EnterpriseView:
    return enterprise_view(samples.enterprise_frames(), samples.AS_OF, samples.SCHEME)


def _column(grid, name: str) -> list:
    at = [field.name for field in grid.fields].index(name)
    return [row[at] for row in grid.rows]


def test_base_and_counted_rows_sum_to_the_score(view: EnterpriseView):
    assert view.base + sum(_column(view.counted, "points_centipoints")) == view.score == 97_500
    assert view.sum_text == "1000.00 − 25.00 = 975.00"
    assert view.sum_text in enterprise_html(view)


def test_records_of_unknown_amount_are_beside_the_score():
    unknown = samples.traced(6, "罚款", 0, "unknown_amount", value_used="fine_fen=?")
    frames = samples.enterprise_frames()
    view = enterprise_view(
        replace(frames, trace=pl.concat([frames.trace.lazy().collect(), samples.frame("trace", [unknown])])),
        samples.AS_OF,
        samples.SCHEME,
    )
    assert view.sum_text == "1000.00 − 25.00 = 975.00（另有 1 项金额不明，未计分）"
    assert "罚款金额（元） 不明" in _column(view.not_counted, "value_used")
    assert "未计分（金额不明）" in enterprise_html(view)


def test_points_that_add_read_with_a_plus():
    frames = samples.enterprise_frames(
        rating=samples.frame("ratings", [samples.rating(0, "A", 101_000)]),
        trace=samples.frame("trace", [samples.traced(1, "表彰", 1000, record_kind="honour")]),
    )
    assert enterprise_view(frames, samples.AS_OF, samples.SCHEME).sum_text == "1000.00 + 10.00 = 1010.00"


def test_the_page_says_which_way_the_points_go(view: EnterpriseView):
    assert "得分越高，等级越好" in enterprise_html(view)
    accumulating = replace(view, scored_by=replace(samples.SCHEME, is_higher_better=False))
    assert "得分越高，等级越差" in enterprise_html(accumulating)


@pytest.mark.parametrize("score", [97_499, 97_501])
def test_a_trace_that_does_not_sum_is_an_error(score: int):
    rating = samples.frame("ratings", [samples.rating(0, "B", score)])
    with pytest.raises(ValueError, match=f"100000 \\+ -2500 is not {score}"):
        enterprise_view(samples.enterprise_frames(rating=rating), samples.AS_OF, samples.SCHEME)


def test_what_is_not_counted_has_its_reason(view: EnterpriseView):
    assert [row[-2] for row in view.not_counted.texts()] == ["同一违法行为只计最重一项", "已超出计分期限"]
    assert _column(view.counted, "position") == [1, 2, 3]


def test_the_value_used_is_read_in_the_records_own_words(view: EnterpriseView):
    assert _column(view.counted, "value_used") == ["罚款金额（元） 6,300.69", "fine_fen=630069", "fine_fen=630069"]


def test_what_decided_is_in_words(view: EnterpriseView):
    assert (view.tier, view.score_tier, view.decided_by) == ("B", "A", "逐级升级规则")
    html = enterprise_html(view)
    for said in ("锁定至", "2026-08-01", "至 2026-03-31 如无新记录，等级不变", "仅按得分", "待查"):
        assert said in html


@pytest.mark.parametrize(
    ("decided_by", "rule_id", "rule"),
    [
        ("direct", "licence_revoked", "被吊销许可证件"),
        ("decision", "川药监信〔2026〕3号", "川药监信〔2026〕3号"),
        ("movement", "movement", ""),
        ("cut_point", None, ""),
    ],
)
def test_the_rule_that_decided_has_its_title(decided_by: str, rule_id: str | None, rule: str):
    rating = samples.rating(0, "B", 97_500, decided_by=decided_by, decided_by_id=rule_id)
    frames = samples.enterprise_frames(rating=samples.frame("ratings", [rating]))
    view = enterprise_view(frames, samples.AS_OF, samples.SCHEME)
    assert (view.rule, view.decided_by_id) == (rule, rule_id or "")
    assert set(_column(view.counted, "section")) == {"监督管理"}


def test_the_history_is_in_order_with_its_picture(view: EnterpriseView):
    assert _column(view.history, "valid_from_on") == [date(2024, 1, 3), date(2025, 5, 9), samples.AS_OF]
    assert [period.index for period in view.tier_periods] == [0, 2, 1]
    assert "<svg" in enterprise_html(view)


def test_nothing_personal_and_no_hash_is_shown(view: EnterpriseView):
    texts = (enterprise_html(view), json_bytes(enterprise_content(view)).decode())
    for text in texts:
        for forbidden in (samples.IDENTITY, "feedface", "deadbeef", "cafebabe", "110***********002X"):
            assert forbidden not in text
    assert "110*************2X" in texts[0]


@pytest.mark.parametrize("kind", ["inspector", "inspector_conflict", "list_delivery"])
def test_what_concerns_no_enterprise_or_the_offices_own_people_is_not_on_its_page(kind: str):
    row = {KINDS[kind].event_on: samples.AS_OF, KINDS[kind].number: "第1号", "record_id": "r"}
    frames = samples.enterprise_frames(records={kind: samples.frame(kind, [row])})
    assert enterprise_view(frames, samples.AS_OF, samples.SCHEME).records == ()


SHOWN = [name for name, kind in KINDS.items() if name != "enterprise" and kind.names_party and not kind.is_internal]


@pytest.mark.parametrize("kind", SHOWN)
def test_no_kind_shows_hashes_or_keys(kind: str):
    schema = KINDS[kind].table.schema
    row = {name: "f" * 64 for name in schema if name.endswith(("_hash", "_key", "_masked")) or name == "file_id"}
    named = {KINDS[kind].event_on: samples.AS_OF, KINDS[kind].number: "第1号", "record_id": "r"}
    frames = samples.enterprise_frames(records={kind: samples.frame(kind, [row | named])})
    view = enterprise_view(frames, samples.AS_OF, samples.SCHEME)
    assert [grid.name for grid in view.records] == [kind]
    assert "ffff" not in enterprise_html(view)


def test_an_unrated_enterprise_is_said_to_be_so():
    none = TABLES["ratings"].empty()
    frames = samples.enterprise_frames(rating=none, history=none, trace=TABLES["trace"].empty(), records={})
    view = enterprise_view(frames, samples.AS_OF, samples.SCHEME)
    assert not view.is_rated
    html = enterprise_html(view)
    assert "没有评价结果" in html
    assert "<svg" not in html


def test_an_unknown_enterprise_is_an_error():
    frames = replace(samples.enterprise_frames(), enterprise=KINDS["enterprise"].table.empty())
    with pytest.raises(LookupError, match="nothing to explain"):
        enterprise_view(frames, samples.AS_OF, samples.SCHEME)


@pytest.mark.parametrize("name", samples.HOSTILE)
def test_hostile_names_are_inert(name: str):
    html = enterprise_html(enterprise_view(samples.enterprise_frames(name), samples.AS_OF, samples.SCHEME))
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "\u202e" not in html


def test_json_says_what_the_page_says(view: EnterpriseView):
    content = json.loads(json_bytes(enterprise_content(view)))
    assert (content["score_centipoints"], content["tier"], content["is_illustrative"]) == (97_500, "B", True)
    assert [row["points_centipoints"] for row in content["tables"]["counted"]["rows"]] == [-1000, -2000, 500]


def test_pages_are_named_apart(tmp_path):
    assert enterprise_page_name("91510000MA6CXXXX1A") == "91510000MA6CXXXX1A.html"
    names = [enterprise_page_name(each) for each in ("dinesafe:12", "dinesafe-12", "../../etc/passwd", "dinesafe:１２")]
    assert len(set(names)) == 4
    assert not any("/" in name or ".." in name for name in names)


def test_the_same_view_gives_the_same_bytes(view: EnterpriseView, tmp_path):
    paths = [write_enterprise_page(view, tmp_path / part / enterprise_page_name(view.enterprise_id)) for part in "ab"]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_view_needs_no_renderer():
    check = (
        "import sys, reports.enterprise_page, reports.office_report, reports.public_lists;"
        "heavy = {'jinja2', 'xlsxwriter', 'prefect', 'great_expectations', 'pandas'} & set(sys.modules);"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_tier_to_come_is_said_with_its_day_direction_and_cause():
    row = samples.outlook(0, "B", "A", 9, cause="decayed")
    frames = samples.enterprise_frames(outlook=Outlook(samples.AS_OF, row))
    view = enterprise_view(frames, samples.AS_OF, samples.SCHEME)
    assert view.outlook == "如无新记录，2026-03-10 起上调为 A 守信（计分递减，得分 975.00）"
    assert view.outlook in enterprise_html(view)
    worse = Outlook(samples.AS_OF, samples.outlook(0, "B", "D", cause="new_record"))
    assert worse.text(samples.SCHEME).startswith("如无新记录，2026-03-02 起下调为 D 严重失信（已收到的记录到其日期")


def test_a_run_without_an_outlook_says_so():
    frames = samples.enterprise_frames(outlook=None)
    assert enterprise_view(frames, samples.AS_OF, samples.SCHEME).outlook == "该次运行没有推算今后的等级"


def test_one_firm_has_one_name_and_an_earlier_one_is_marked():
    firm = samples.register("天府医药有限公司") | {"former_names": ["天府药品（经营）公司"]}
    known = {"enterprise": samples.frame("enterprise", [firm])}
    names = ("天府医药 有限公司", "天府药品(经营)公司", "第三人")
    rows = [samples.penalty(n) | {"party_name": name} for n, name in enumerate(names, 1)]
    records = {"penalty": samples.frame("penalty", rows)}
    shown = enterprise_view(samples.enterprise_frames(records=records, **known), samples.AS_OF, samples.SCHEME)
    (grid,) = shown.records
    place = [field.name for field in grid.fields].index("party_name")
    assert {row[place] for row in grid.rows} == {"天府医药有限公司", "天府药品(经营)公司（曾用名）", "第三人"}
    assert dict(shown.facts)["曾用名"] == "天府药品（经营）公司"


@pytest.mark.parametrize(("count", "is_plotted"), [(1, False), (2, False), (3, True)])
def test_a_short_history_is_a_sentence_and_not_a_plot(count: int, is_plotted: bool):
    given = [("A", 100_000, date(2024, 1, 3)), ("C", 88_000, date(2025, 5, 9)), ("B", 97_500, samples.AS_OF)][:count]
    history = samples.frame("ratings", [samples.rating(0, tier, score, valid_from_on=on) for tier, score, on in given])
    shown = enterprise_view(samples.enterprise_frames(history=history), samples.AS_OF, samples.SCHEME)
    html = enterprise_html(shown)
    assert ("等级历史图" in html) is is_plotted
    assert ("2024-01-03 起为 A 守信（1000.00 分）" in html) is not is_plotted
    assert ("，2025-05-09 起为 C 失信（880.00 分）。" in html) is (count == 2)
