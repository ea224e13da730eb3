"""yaoxin due: the office's coming days, an enterprise's; and explain, which says what comes next."""

from datetime import date

import pytest

from flows.store.store import Store
from tests.flows.cli.office import BAD, GOOD, NAMES, NEW, build, known, records

AS_OF = date(2026, 1, 10)
HUBEI, GUANGXI = "114200000000000000", "114500000000000000"


def _penalty(number, **values):
    base = {"enterprise_id": BAD, "party_name": NAMES[BAD], "party_class": "organisation", "decision_no": number}
    base |= {"decision_key": number, "penalty_kinds": ["fine"], "fine_fen": 20_000_000, "field": "drug"}
    base |= {"authority_code": HUBEI, "state": "in_force", "decided_on": date(2026, 1, 5)}
    return base | values


PENALTIES = (
    _penalty("鄂药监罚〔2026〕1号"),
    _penalty("鄂药监罚〔2023〕2号", decided_on=date(2022, 12, 20), published_on=date(2023, 1, 11), enterprise_id=GOOD),
)
ORDER = {"enterprise_id": GOOD, "order_no": "改1号", "ordered_on": date(2026, 1, 1), "due_on": date(2026, 1, 9)}


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """Two stores: one whose law is whole, one with a fine of a province whose low fine is not set."""
    roots = {}
    unset = _penalty("桂药监罚〔2025〕5号", authority_code=GUANGXI, decided_on=date(2025, 9, 1))
    for name, more in (("whole", ()), ("unset", (unset,))):
        roots[name] = tmp_path_factory.mktemp(name) / "store"
        build(roots[name])
        with Store(roots[name]).begin("nightly", AS_OF, known(AS_OF), "wuhan-2017", "hash") as writing:
            writing.append("penalty", records("penalty", *PENALTIES, *more))
            writing.append("rectification", records("rectification", ORDER | {"state": "open"}))
            writing.commit("passed", {})
    return roots


@pytest.fixture
def asked(desks, yaoxin, monkeypatch):
    def run(*arguments, desk="whole"):
        monkeypatch.setenv("YAOXIN_STORE", str(desks[desk]))
        return yaoxin(*arguments)

    return run


def _told(document):
    return [(row["on"], row["what"], row["is_overdue"]) for row in document["due"]]


def test_the_office_sees_what_is_late_then_what_comes_in_thirty_days(asked):
    document = asked("due", "--json").document
    assert (document["as_of"], document["until"]) == ("2026-01-10", "2026-02-09")
    legal = [row for row in _told(document) if row[1] != "tier_may_change"]
    assert legal == [
        ("2025-06-01", "end_barred_post", True),
        ("2025-06-30", "publish_listing", True),
        ("2026-01-09", "rectify", True),
        ("2026-01-12", "publicity_ends", False),
        ("2026-01-14", "publish", False),
        ("2026-02-02", "publish", False),
    ]
    text = asked("due").stdout
    assert [line.split("（")[0] for line in text.splitlines() if "项）" in line] == ["已逾期", "须办理", "自行发生"]
    for said in ("总局令第45号第九条", "总局令第44号第十四条", "最早口径2026-01-11", "改1号"):
        assert said in text, said


@pytest.mark.parametrize(("until", "ends"), [("2026-01-11", 0), ("2026-01-12", 1), ("2026-01-13", 1)])
def test_until_a_day_that_is_included(asked, until, ends):
    document = asked("due", "--until", until, "--json").document
    assert sum(row["what"] == "publicity_ends" for row in document["due"]) == ends


def test_an_enterprise_is_reported_to_the_end(asked):
    document = asked("due", BAD, "--json").document
    assert document["until"] is None
    assert {row["enterprise_id"] for row in document["due"]} == {BAD}
    (ends,) = (row for row in document["due"] if row["what"] == "listing_ends")
    assert (ends["on"], ends["basis"].split("；")[-1]) == ("2028-07-01", "总局令第44号第二十一条")


def test_a_day_before_the_run_is_refused(asked):
    result = asked("due", "--until", "2026-01-09")
    assert result.exit_code == 2
    assert "早于起算日 2026-01-10" in result.stderr


def test_what_only_the_policy_can_tell_is_said(asked):
    result = asked("due", desk="unset")
    assert result.exit_code == 2
    assert "广西（区划代码 45）的较低数额罚款标准尚未录入" in result.stderr
    assert "鄂药监罚〔2026〕1号" in result.stdout


def test_explain_says_list_repair_and_what_comes_next(asked):
    law = asked("explain", BAD, "--json").document["law"]
    assert law["listings"][0]["state"] == "standing"
    assert {row["decision_no"] for row in law["repair"]} == {"鄂药监罚〔2026〕1号", "药监列〔2025〕1号"}
    assert (law["next"]["on"], law["next"]["what"]) == ("2025-06-30", "publish_listing")
    text = asked("explain", BAD).stdout
    assert "在列（药监列〔2025〕1号，2025-06-02 列入，至 2028-06-30）" in text
    assert "2025-06-30　公布列入（已逾期）　药监列〔2025〕1号（总局令第44号第十四条）" in text
    assert "尚不可申请" in text


def test_explain_is_silent_of_the_law_where_it_has_no_word(asked):
    assert asked("explain", NEW, "--json").document["law"] is None
    assert "严重违法失信名单" not in asked("explain", NEW).stdout
