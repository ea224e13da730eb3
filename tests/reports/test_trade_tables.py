"""Trades as tables: a tier per trade, the coverage of each trade, and the page and report that show them."""

from dataclasses import replace

from reports.enterprise_page import enterprise_html, enterprise_view
from reports.office_report import OfficeTradeFrames, office_html, office_view
from reports.scheme_facts import SchemeFacts
from reports.trade_tables import coverage_grid, trade_grid, trade_text
from tests.reports import samples
from transforms.schemas import TABLES

OTHER = SchemeFacts("other", "另一标准", (("甲", "好"), ("乙", "差")), False)
SCHEME = replace(samples.SCHEME, others=(OTHER,))


def trade(number, field, role, tier=None, unrated=None, **more):
    rated = {"scheme": "other", "whole_tier": "B", "score_centipoints": 900, "decided_by": "cut_point"} if tier else {}
    row = {"enterprise_id": samples.enterprise_id(number), "valid_from_on": samples.AS_OF, "is_decisive": False}
    return row | {"field": field, "role": role, "tier": tier, "unrated": unrated} | rated | more


ROWS = samples.frame(
    "trade_ratings",
    [
        trade(2, "device", "retailer", unrated="no_scheme"),
        trade(0, "device", "retailer", "乙", is_decisive=True),
        trade(0, "drug", "retailer", "A", scheme=samples.SCHEME.name, whole_tier="A"),
        trade(1, "device", "retailer", "甲"),
        trade(3, "device", "retailer", "甲"),
        trade(4, "unknown", "unknown", unrated="field_unknown"),
    ],
)


def test_a_trade_is_told_with_its_scheme_and_the_tier_of_the_whole_or_why_it_is_not_rated():
    texts = [trade_text(row, SCHEME) for row in ROWS.iter_rows(named=True)]
    assert texts[0] == "未评价：该领域和环节没有规定评价标准"
    assert texts[1] == f"乙 差（另一标准，得分 9.00，相当于整体 {SCHEME.words['B']}，整体等级以此为准）"
    assert texts[2] == f"{SCHEME.words['A']}（{SCHEME.title}，得分 9.00）"


def test_coverage_is_rated_of_those_to_be_rated_with_the_reasons_of_the_rest():
    grid = coverage_grid(ROWS, SCHEME)
    assert grid.texts() == [
        ["药品", "零售", "1", "1", "100.00%", f"{SCHEME.words['A']} 1", ""],
        ["医疗器械", "零售", "4", "3", "75.00%", "甲 好 2；乙 差 1", "该领域和环节没有规定评价标准 1"],
        ["领域不明", "环节不明", "1", "0", "0.00%", "", "登记的监管领域不明 1"],
    ]


def test_the_page_and_the_report_show_them_and_say_nothing_where_one_scheme_rates_all():
    frames = samples.enterprise_frames()
    own = ROWS.filter(enterprise_id=samples.enterprise_id(0))
    row = samples.traced(1, "药品经营：警告", -500) | {"field": "drug", "scheme": samples.SCHEME.name}
    trace = samples.frame("trade_trace", [row, row | {"field": "device", "scheme": "other", "title": "决定的领域"}])
    view = enterprise_view(replace(frames, trades=own, trade_trace=trace), samples.AS_OF, SCHEME)
    page = enterprise_html(view)
    assert "各领域信用等级" in page
    assert [grid.title for grid in view.trade_traces] == [f"药品（{SCHEME.title}）计分明细"]
    assert "药品经营：警告" in page
    assert "决定的领域" not in page, "its trace is that of the whole"
    assert "乙 差" in page
    assert trade_grid(own, SCHEME).texts()[0][:2] == ["药品", "零售"]
    assert "各领域信用等级" not in enterprise_html(enterprise_view(frames, samples.AS_OF, SCHEME))
    office = samples.office_frames()
    changes = samples.frame(
        "trade_changes",
        [samples.change(0, "A", "B") | {"field": "drug", "role": "retailer", "scheme": samples.SCHEME.name}],
    )
    report = office_view(replace(office, trades=OfficeTradeFrames(ROWS, changes)), samples.context(), SCHEME)
    assert {"coverage", "trade_changes"} <= {grid.name for grid in report.grids}
    assert "分领域评价覆盖" in office_html(report)
    plain = office_view(office, samples.context(), SCHEME)
    assert "分领域" not in office_html(plain)
    assert TABLES["trade_changes"].schema.keys() >= {"field", "role", "scheme"}
