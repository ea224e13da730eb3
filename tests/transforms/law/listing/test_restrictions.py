"""What a listing brings with it while it stands; who is barred from the trade, and until when."""

from datetime import date

import polars as pl
import pytest

from tests.transforms.law.listing.listing_examples import GROUND, LISTED, found, listed
from tests.transforms.law.matters.decision_examples import LISTING_NO, step
from tests.transforms.law.publicity.penalty_examples import SERIOUS, text
from transforms.law.listing.restrictions import bans, measures
from transforms.policy_model import PolicyProblems, load_serious_list_law
from transforms.policy_model.law import load_ban_law, load_measure_law
from transforms.schemas import TABLES
from transforms.schemas.law import BAN, MEASURE

MEASURES = load_measure_law(text("measures"), "measures.yaml")
BANS = load_ban_law(text("bans"), "bans.yaml")
OF_44 = ["weighed", "key_supervision", "no_commitment", "no_honours", "by_other_law"]
REMOVED = [*listed(), step("remove", date(2023, 10, 10), "移1号", LISTING_NO)]


def _in_force(steps, as_of, **more):
    rows = measures(found(steps, as_of, **more), MEASURES, as_of)
    assert rows.schema == MEASURE.schema
    return rows


@pytest.mark.parametrize(
    ("steps", "as_of", "expected"),
    [
        (listed(), date(2022, 9, 19), []),
        (listed(), date(2022, 9, 20), [*OF_44, "restricted"]),
        (listed(), date(2025, 9, 20), [*OF_44, "restricted"]),
        (listed(), date(2025, 9, 21), []),
        (REMOVED, date(2023, 10, 9), [*OF_44, "restricted"]),
        (REMOVED, date(2023, 10, 10), []),
        (listed(date(2020, 5, 6)), date(2021, 8, 31), ["restricted"]),
        (listed(date(2020, 5, 6)), date(2021, 9, 1), [*OF_44, "restricted"]),
    ],
)
def test_measures_hold_as_long_as_the_entry_holds_and_the_law_has_them(steps, as_of, expected):
    assert _in_force(steps, as_of)["measure"].to_list() == expected


def test_measures_begin_with_the_listing_the_law_or_the_restoration():
    before = _in_force(listed(date(2020, 5, 6)), date(2021, 9, 1))
    assert dict(before.select("measure", "from_on").iter_rows())["weighed"] == date(2021, 9, 1)
    steps = [*REMOVED, step("restore_listing", date(2024, 3, 1), "恢1号", LISTING_NO)]
    row = _in_force(steps, date(2024, 3, 1)).row(0, named=True)
    assert (row["from_on"], row["until_on"]) == (date(2024, 3, 1), date(2027, 3, 1))
    assert (row["basis"], row["confidence"]) == ("总局令第44号第十五条第一项", "C")


def _false_publication(*more):
    return [step("list", date(2024, 5, 6), LISTING_NO, "罚1号", situation="false_publication"), *more]


@pytest.mark.parametrize(
    ("more", "as_of", "is_barred"),
    [
        ([], date(2024, 5, 5), False),
        ([], date(2024, 5, 6), True),
        ([], date(2027, 5, 6), True),
        ([], date(2027, 5, 7), False),
        ([step("remove", date(2025, 6, 1), "移1号", LISTING_NO)], date(2026, 1, 1), True),  # a period of its own
        ([step("revoke_listing", date(2025, 6, 1), "撤1号", LISTING_NO)], date(2026, 1, 1), False),
    ],
)
def test_the_representative_is_barred_from_posts_for_three_years(more, as_of, is_barred):
    found_measures = _in_force(_false_publication(*more), as_of)["measure"].to_list()
    assert ("representative" in found_measures) == is_barred
    assert "representative" not in _in_force(listed(), LISTED)["measure"].to_list()


def _ban(**values):
    base = {"ban_no": "禁1号", "person_name": "张三", "decided_on": date(2022, 2, 28), "starts_on": date(2022, 3, 1)}
    return base | {"enterprise_id": "e1", "basis": "《中华人民共和国药品管理法》第一百一十八条"} | values


def _bans(persons=(), penalties=(), as_of=date(2026, 1, 1)):
    people = [{"record_id": f"b{n}"} | one for n, one in enumerate(persons)]
    grounds = [{"record_id": f"p{n}"} | GROUND | one for n, one in enumerate(penalties)]
    frames = (
        pl.DataFrame(people, schema=TABLES["person_ban"].schema).lazy(),
        pl.DataFrame(grounds, schema=TABLES["penalty"].schema).lazy(),
    )
    rows = bans(*frames, BANS, SERIOUS, as_of).collect()
    assert rows.schema == BAN.schema
    return rows.rows(named=True)


def _one(**values):
    (row,) = _bans([_ban(**values)])
    return row


@pytest.mark.parametrize(
    ("basis", "ends_on", "is_lifelong"),
    [
        ("药品管理法第一百一十八条", None, True),
        ("药品管理法第一百一十六条、第一百一十八条", None, True),
        ("《药品管理法》第一百二十二条", date(2032, 3, 1), False),
        ("药品管理法第一百二十三条", date(2032, 3, 1), False),
        ("药品管理法第一百二十四条", None, True),
        ("药品管理法第一百二十五条", None, True),
        ("药品管理法第一百二十六条", None, True),
        ("药品管理法第一百四十一条", None, True),
        ("药品管理法第一百四十二条", date(2027, 3, 1), False),
        ("疫苗管理法第八十条", None, True),
        ("疫苗管理法第八十一条", None, True),
        ("疫苗管理法第八十二条", None, True),
        ("医疗器械监督管理条例第八十一条", None, True),
        ("医疗器械监督管理条例第八十三条", None, True),
        ("疫苗管理法第八十五条", None, True),
        ("医疗器械监督管理条例第八十四条", date(2027, 3, 1), False),
        ("医疗器械监督管理条例第八十五条", date(2032, 3, 1), False),
        ("医疗器械监督管理条例第八十六条", date(2032, 3, 1), False),
        ("医疗器械监督管理条例第八十八条", date(2027, 3, 1), False),
        ("医疗器械监督管理条例第九十六条", date(2032, 3, 1), False),
        ("医疗器械监督管理条例第九十八条", date(2027, 3, 1), False),
        ("化妆品监督管理条例第五十九条", None, True),
        ("化妆品监督管理条例第六十条", date(2032, 3, 1), False),
        ("化妆品监督管理条例第六十一条", date(2027, 3, 1), False),
        ("化妆品监督管理条例第六十四条", None, True),
        ("化妆品监督管理条例第六十五条", date(2027, 3, 1), False),
        ("化妆品监督管理条例第七十条", date(2027, 3, 1), False),
        ("化妆品监督管理条例第七十一条", date(2032, 3, 1), False),
    ],
)
def test_a_period_that_is_not_stated_is_filled_from_its_article_and_said_to_be(basis, ends_on, is_lifelong):
    row = _one(basis=basis)
    assert (row["ends_on"], row["is_lifelong"], row["notes"]) == (ends_on, is_lifelong, ["period_filled"])
    assert basis.endswith(row["article"][-4:])


@pytest.mark.parametrize(
    ("basis", "stated", "notes"),
    [
        ("药品管理法第一百一十八条", {"is_lifelong": True}, []),
        ("药品管理法第一百一十八条", {"ends_on": date(2032, 3, 1)}, ["period_outside"]),
        ("药品管理法第一百二十四条", {"ends_on": date(2032, 2, 28)}, ["period_outside"]),
        ("药品管理法第一百二十四条", {"ends_on": date(2032, 3, 1)}, []),
        ("药品管理法第一百二十四条", {"is_lifelong": True}, []),
        ("药品管理法第一百二十二条", {"is_lifelong": True}, ["period_outside"]),
        ("药品管理法实施条例第一百一十八条", {"is_lifelong": True}, ["article_unknown"]),
        (None, {}, ["period_unstated", "article_unknown"]),
    ],
)
def test_a_period_outside_of_its_article_is_said_and_kept(basis, stated, notes):
    row = _one(basis=basis, **stated)
    assert row["notes"] == notes
    assert row["ends_on"] == stated.get("ends_on")
    assert row["is_lifelong"] == stated.get("is_lifelong", False)


@pytest.mark.parametrize(
    ("values", "as_of", "is_in_force"),
    [
        ({}, date(2022, 2, 28), False),  # decided, not begun
        ({}, date(2022, 3, 1), True),
        ({}, date(2060, 1, 1), True),
        ({"ends_on": date(2027, 2, 28)}, date(2027, 2, 28), True),
        ({"ends_on": date(2027, 2, 28)}, date(2027, 3, 1), False),
        ({"starts_on": None, "ends_on": date(2027, 2, 28)}, date(2022, 2, 28), True),
    ],
)
def test_whether_a_ban_is_in_force_on_the_day(values, as_of, is_in_force):
    (row,) = _bans([_ban(**values)], as_of=as_of)
    assert row["is_in_force"] == is_in_force
    assert ("start_assumed" in row["notes"]) == (values.get("starts_on", 1) is None)


@pytest.mark.parametrize(("as_of", "is_in_force"), [(date(2024, 12, 31), True), (date(2025, 1, 1), False)])
def test_an_annulled_penalty_bars_nobody_from_the_day_of_the_annulment(as_of, is_in_force):
    gone = {"penalty_kinds": ["restrict_trade"], "valid_until_on": date(2027, 9, 20), "party_name": "甲厂"}
    (row,) = _bans([], [gone | {"revoked_on": date(2025, 1, 1), "state": "revoked"}], as_of=as_of)
    assert (row["is_in_force"], "annulled" in row["notes"]) == (is_in_force, not is_in_force)


def test_penalties_bar_the_party_itself_and_annulled_ones_nobody():
    firm = {"penalty_kinds": ["fine", "restrict_trade"], "valid_until_on": date(2027, 9, 20), "party_name": "甲厂"}
    gone = firm | {"decision_no": "罚2号", "revoked_on": date(2025, 1, 1), "state": "revoked"}
    person = {
        "penalty_kinds": ["restrict_occupation"],
        "content": "终身禁止从事药品生产经营活动",
        "party_class": "person",
    }
    person |= {"enterprise_id": None, "party_name": "李四", "decision_no": "罚3号", "basis": "药品管理法第一百一十八条"}
    rows = {row["ban_no"]: row for row in _bans([], [firm, gone, person, {"decision_no": "罚4号"}])}
    assert set(rows) == {GROUND["decision_no"], "罚2号", "罚3号"}
    own = rows[GROUND["decision_no"]]
    assert (own["party"], own["ends_on"], own["is_in_force"], own["notes"]) == (
        "firm",
        date(2027, 9, 20),
        True,
        ["start_assumed"],
    )
    assert (rows["罚2号"]["is_in_force"], rows["罚2号"]["notes"]) == (False, ["start_assumed", "annulled"])
    assert (rows["罚3号"]["party"], rows["罚3号"]["is_lifelong"], rows["罚3号"]["is_in_force"]) == (
        "person",
        True,
        True,
    )


def test_those_in_force_come_first_and_none_before_its_decision():
    many = [_ban(ban_no="禁2号", ends_on=date(2025, 1, 1)), _ban(), _ban(ban_no="禁3号", decided_on=date(2026, 1, 2))]
    assert [row["ban_no"] for row in _bans(many)] == ["禁1号", "禁2号"]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "measures",
            "situation: false_publication",
            "situation: false_publikation",
            "did you mean 'false_publication'",
        ),
        ("measures", "id: no_honours", "id: weighed", "is given twice"),
        ("bans", "article: 第一百二十二条", "article: 第一百一十八条", "an article is given twice"),
        ("serious_list", "'restrict_trade'", "'restrict_trades'", "did you mean 'restrict_trade'"),
        ("bans", "least: life, most: life", "least: lives, most: life", "articles"),
    ],
)
def test_mistakes_in_the_files_are_reported(name, old, new, told):
    assert old in text(name)
    load = {"measures": load_measure_law, "bans": load_ban_law, "serious_list": load_serious_list_law}[name]
    with pytest.raises(PolicyProblems, match=told):
        load(text(name).replace(old, new, 1), f"{name}.yaml")
