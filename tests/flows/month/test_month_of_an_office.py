"""What an office does in a month, told at the command line, every run through the real gate on a real Prefect server.

Runs, publications, signatures, an objection, a hold, an application, a listing, a removal, a repair, an annulment, late
and corrected files, a refused file, a refused run, a run repeated. No act may stop a later run, nothing is lost, and
nothing becomes public that two people did not sign.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from flows.store.store import Store
from tests.flows.month.month import FIRMS, UNDECIDED, Month, day, name_of, penalty, step
from tests.flows.run.run_helpers import content, differing_tables

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

SERIOUS, PENALTIES = "serious-violations", "penalties"
FAKE_DRUGS = {"情形": "第六条第一项"}
LISTING, OLD_LISTING = "示药监列〔2026〕1号", "示药监列〔2025〕2号"
# Penalties by the firm they concern, decided long enough ago to be on display.
HEAVY, OLD_HEAVY, REPAIRED, OBJECTED, HELD, LATE, ANNULLED = (
    f"示药罚〔{year}〕{n}号" for n, year in enumerate((2026, 2025, 2025, 2026, 2026, 2026, 2026), 1)
)
OF_LISTING, OF_PENALTY = {"事项": "严重违法失信名单"}, {"事项": "行政处罚公示"}


@pytest.fixture(scope="module")
def month(prefect_server, tmp_path_factory) -> Month:
    """The month, walked to its end. What each day must show is asserted on the day."""
    office = Month(tmp_path_factory.mktemp("month"))
    office.staff()
    _first_week(office)
    _second_week(office)
    return office


def _first_week(office: Month) -> None:
    register = [
        {"企业名称": name_of(firm), "统一社会信用代码": code, "监管领域": "药品"} for firm, code in FIRMS.items()
    ]
    office.deliver("企业登记.csv", *register)
    office.deliver(
        "penalty/历史.csv",
        penalty("甲", HEAVY, date(2026, 2, 9), 500_000, 裁量幅度="从重", 违法行为类型="生产销售假药"),
        penalty("乙", OLD_HEAVY, date(2025, 2, 10), 500_000, 裁量幅度="从重"),
        penalty("丙", REPAIRED, date(2025, 1, 10), 80_000),
        penalty("丁", OBJECTED, date(2026, 1, 12), 90_000),
        penalty("戊", HELD, date(2026, 1, 13), 300_000),
        penalty("庚", ANNULLED, date(2026, 1, 12), 70_000),
    )
    office.deliver(
        "信用办决定-2025.csv",
        step("乙", OLD_LISTING, "列入", date(2025, 2, 20), OLD_HEAVY, **FAKE_DRUGS),
        step("乙", "示药监公〔2025〕2号", "公布列入", date(2025, 2, 27), OLD_LISTING, **UNDECIDED),
    )
    office.run(day(1))
    assert office.public(SERIOUS) == office.public(PENALTIES) == set(), "nothing is public unsigned"
    office.sign(SERIOUS)
    office.sign(PENALTIES)
    assert office.public(SERIOUS) == {OLD_LISTING}
    assert office.public(PENALTIES) == {HEAVY, OLD_HEAVY, REPAIRED, OBJECTED, HELD, ANNULLED}
    own = office.invoke("approve", "2026-03-02", "--as", "zhang", people=("zhang",))
    assert own.exit_code == 2, "what is published is no draft any more, and nobody approves what they prepared"

    office.deliver(
        "信用办决定-0303.csv",
        step("甲", "示药监告〔2026〕1号", "列入告知", day(2), HEAVY, **FAKE_DRUGS),
        step("乙", "示药监申〔2026〕2号", "申请提前移出", day(2), OLD_LISTING, **OF_LISTING, **UNDECIDED),
        step("丙", "示药监申〔2026〕3号", "申请修复", day(2), REPAIRED, **OF_PENALTY, **UNDECIDED),
    )
    office.run(day(2))
    office.deliver(
        "信用办决定-0304.csv",
        step("乙", "示药监受〔2026〕2号", "受理", day(3), OLD_LISTING, **OF_LISTING, **UNDECIDED),
        step("丙", "示药监受〔2026〕3号", "受理", day(3), REPAIRED, **OF_PENALTY, **UNDECIDED),
        step("丁", "示药监异〔2026〕4号", "提出异议", day(3), OBJECTED, **UNDECIDED),
        step("戊", "示药监缓〔2026〕5号", "暂缓等级变动", day(3), HELD, 等级="B", 终止日期=day(19).isoformat()),
    )
    office.run(day(3))
    assert office.answer("lookup", FIRMS["戊"])["enterprises"][0]["tier"] == "B", "held"
    office.deliver("信用办决定-0305.csv", step("丁", "示药监推〔2026〕4号", "推送异议", day(4), OBJECTED, **UNDECIDED))
    office.deliver("会议通知.csv", {"时间": "三月六日", "地点": "三楼"})
    without_number = penalty("己", LATE, date(2026, 2, 2), 50_000)
    without_number.pop("行政处罚决定书文号")
    office.deliver("penalty/缺列.csv", without_number)
    office.run(day(4))
    office.deliver(
        "信用办决定-0306.csv", step("甲", "示药监听〔2026〕1号", "听证", day(5), "示药监告〔2026〕1号", **UNDECIDED)
    )
    office.deliver("信用办决定-0306-2.csv", step("乙", "示药监移〔2026〕2号", "准予提前移出", day(5), OLD_LISTING))
    office.run(day(5))
    assert office.public(SERIOUS) == set(), "the removal came down by itself, with nobody to sign"


def _second_week(office: Month) -> None:
    office.deliver(
        "信用办决定-0309.csv",
        step("甲", LISTING, "列入", day(8), HEAVY, **FAKE_DRUGS),
        step("乙", "示药监停〔2026〕2号", "已停止公示", day(8), OLD_LISTING, **OF_LISTING, **UNDECIDED),
        step("丙", "示药监修〔2026〕3号", "准予修复", day(8), REPAIRED, **OF_PENALTY),
    )
    office.run(day(8))
    runs = [
        run["as_of"] for run in office.answer("runs")["runs"] if run["flow"] == "nightly" and run["state"] == "passed"
    ]
    assert sorted(runs) == [day(n).isoformat() for n in range(1, 9)], "the weekend was caught up, in order"
    assert office.public(PENALTIES).isdisjoint({REPAIRED, OLD_HEAVY}), (
        "what is repaired or removed comes down by itself"
    )
    assert LISTING not in office.public(SERIOUS), "a listing waits for two people"
    office.sign(SERIOUS)
    assert office.public(SERIOUS) == {LISTING}

    office.deliver(
        "信用办决定-0310.csv",
        step("丁", "示药监答〔2026〕4号", "异议处理", day(9), OBJECTED),
        step("甲", "示药监公〔2026〕1号", "公布列入", day(9), LISTING, **UNDECIDED),
    )
    annulled = penalty("庚", ANNULLED, date(2026, 1, 12), 70_000, 当前状态="撤销", 撤销日期=day(9).isoformat())
    office.deliver("penalty/庚-撤销.csv", annulled)
    office.run(day(9))
    assert ANNULLED not in office.public(PENALTIES), "what is annulled comes down by itself"

    late = penalty("己", LATE, date(2026, 2, 2), 50_000, 最后修改时间="2026-03-11 09:00:00")
    office.deliver("penalty/己-迟报.csv", late)
    office.run(day(10))
    before = _fine(office)
    corrected = penalty("己", LATE, date(2026, 2, 2), 60_000, 最后修改时间="2026/3/12 9:00")
    office.deliver("penalty/己-更正.csv", corrected)
    office.deliver("信用办决定-0312.csv", step("戊", "示药监确〔2026〕5号", "确认等级变动", day(11), HELD, 等级="B"))
    office.run(day(11))
    assert (before, _fine(office)) == (5_000_000, 6_000_000)

    many = (penalty("辛", f"示药罚〔2026〕9{n}号", date(2026, 2, 2), 10_000, 处罚决定日期="当天") for n in range(250))
    broken = office.deliver("penalty/改了格式.csv", *many)
    told = office.run(day(12), code=1)
    assert "改了格式.csv" in told, "a refusal names the file"
    assert office.answer("runs")["runs"][-1]["state"] == "refused"
    broken.unlink()
    office.run(day(12))
    once = content(Store(str(office.home / "store")))
    office.run(day(12))
    assert differing_tables(once, content(Store(str(office.home / "store")))) == [], "a run repeated says the same"
    office.sign(PENALTIES)
    # With a removal the publicity of the penalty behind it ends too (总局令第107号第十三条).
    assert office.public(PENALTIES) == {HEAVY, OBJECTED, HELD, LATE}


def _fine(office: Month) -> int:
    """The fine of the late penalty as it stands, in fen."""
    rows = Store(str(office.home / "store")).scan("penalty").filter(decision_no=LATE).sort("version_no")
    return int(rows.collect()["fine_fen"][-1])


def test_every_row_that_was_sent_is_accounted_for(month: Month):
    accounts = Store(str(month.home / "store")).scan("accounts").collect()
    parts = [
        name for name in accounts.columns if name.endswith("_count") and name not in ("read_count", "record_count")
    ]
    assert accounts.filter(pl.col("read_count") != pl.sum_horizontal(pl.col(parts).fill_null(0))).is_empty()
    sent = month.answer("quarantine")
    assert "缺列.csv" in str(sent)
    assert "会议通知.csv" in str(sent)


def test_every_step_of_the_register_is_in_the_store(month: Month):
    steps = Store(str(month.home / "store")).scan("decision").collect()["decision_no"].unique().to_list()
    assert len(steps) == 18
    assert {LISTING, OLD_LISTING, "示药监推〔2026〕4号", "示药监确〔2026〕5号"} <= set(steps)


def test_no_step_was_refused_by_the_procedure(month: Month):
    looked_at = month.answer("list", "--refused")["refused"]
    assert [step for step in looked_at if step["is_refused"]] == []
    # Of the listing of before nobody was told: a finding, as the register has no notice of it.
    assert [(step["decision_no"], step["notes"]) for step in looked_at] == [(OLD_LISTING, ["unnotified"])]


def test_what_is_public_at_the_end_is_as_it_was_signed(month: Month):
    month.command("publish", "--verify")
    assert month.public(SERIOUS) == {LISTING}


@pytest.mark.parametrize("firm", FIRMS)
def test_every_firm_is_explained_at_the_end(month: Month, firm: str):
    assert name_of(firm) in month.command("explain", FIRMS[firm])
    assert month.answer("lookup", FIRMS[firm])["found"]


@pytest.mark.parametrize(
    "words", [("due",), ("list",), ("list", "--candidates"), ("penalties",), ("changes",), ("runs",)]
)
def test_every_question_of_a_morning_is_answered(month: Month, words: tuple[str, ...]):
    assert month.command(*words)
