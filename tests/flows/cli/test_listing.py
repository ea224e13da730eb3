"""yaoxin list: who stands, an enterprise's listings, candidates, bans, refused steps."""

from datetime import date

import pytest

from flows.store.store import Store
from tests.flows.cli.office import BAD, GOOD, NAMES, TWIN_A, build, known, records

AS_OF = date(2025, 10, 29)
NEXT = date(2025, 10, 30)
PENALTY, CANDIDATE = "鄂药监罚〔2025〕1号", "鄂药监罚〔2025〕2号"


def _penalty(number, enterprise, **values):
    base = {"enterprise_id": enterprise, "party_name": NAMES[enterprise], "party_class": "organisation"}
    base |= {"decision_no": number, "decision_key": number, "penalty_kinds": ["fine", "revoke_licence"]}
    base |= {"fine_fen": 20_000_000, "discretion": "heavy", "field": "drug", "violation_type": "销售假药"}
    return base | {"state": "in_force", "decided_on": date(2025, 9, 25)} | values


def _step(kind, number, on, target, enterprise=BAD):
    people = {"proposed_by": "甲", "decided_by": "乙", "authority": "某局", "reason": "生产假药", "matter": "listing"}
    given = {"decision_type": kind, "decision_no": number, "decided_on": on, "target": target}
    return given | people | {"enterprise_id": enterprise, "record_id": f"step:{number}", "situation": "fake_drugs"}


PERSON = {"party_class": "person", "party_name": "赵甲乙", "person_hash": "h"}
DECISIONS = (
    _step("list", "药监列〔2025〕9号", date(2025, 9, 26), PENALTY, GOOD),
    _step("publish_listing", "药监公〔2025〕9号", date(2025, 9, 30), "药监列〔2025〕9号", GOOD),
    _step("carry_out", "药监停〔2025〕1号", date(2025, 10, 20), "药监列〔2025〕9号", GOOD),
    _step("stay", "行停〔2025〕1号", date(2025, 10, 10), "药监列〔2025〕9号", GOOD) | {"matter": None},
    _step("end_stay", "行停〔2025〕2号", date(2025, 10, 14), "药监列〔2025〕9号", GOOD) | {"matter": None},
    _step("stay", "行停〔2025〕3号", date(2025, 10, 15), PENALTY, GOOD) | {"matter": None},
    # A responsible person: no firm's record.
    _step("list", "药监列〔2025〕8号", date(2025, 9, 26), "药监罚〔2025〕8号", None) | PERSON,
    _step("publish_listing", "药监公〔2025〕8号", date(2025, 9, 30), "药监列〔2025〕8号", None) | PERSON,
)
BAN = {"ban_no": "禁1号", "person_name": "张三", "decided_on": date(2025, 9, 25), "enterprise_id": BAD}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The small office, whose first listing names no penalty; one more listing, a candidate, a ban."""
    root = tmp_path_factory.mktemp("office") / "store"
    build(root)
    with Store(root).begin("nightly", AS_OF, known(AS_OF), "wuhan-2017", "hash") as writing:
        writing.append("penalty", records("penalty", _penalty(PENALTY, GOOD), _penalty(CANDIDATE, TWIN_A)))
        writing.append("decision", records("decision", *DECISIONS))
        writing.append("person_ban", records("person_ban", BAN | {"basis": "药品管理法第一百二十四条"}))
        writing.commit("passed", {})
    return root


@pytest.fixture
def listed(store, yaoxin, monkeypatch):
    monkeypatch.setenv("YAOXIN_STORE", str(store))
    return lambda *arguments: yaoxin("list", *arguments)


def test_who_is_on_the_list(listed):
    document = listed("--json").document
    assert (document["as_of"], document["asked"], document["count"]) == ("2025-10-29", "listings", 2)
    assert [row["decision_no"] for row in document["listings"]] == ["药监列〔2025〕1号", "药监列〔2025〕9号"]
    measures = [one["measure"] for one in document["listings"][1]["measures"]]
    assert measures[0] == "weighed"
    assert "restricted" in measures
    text = listed().stdout
    for told in ("严重违法失信名单：2025-10-29，共 2 项", "药监列〔2025〕9号", "总局令第44号", "2028-09-30", "提示"):
        assert told in text, told
    assert "管理措施" not in text


def test_a_listing_of_a_natural_person_is_no_entry_and_said_plainly_why(listed):
    """第44号第十一条第二款: whether 相关责任人员 are listed is left to other law."""
    document = listed("--json").document
    assert "药监列〔2025〕8号" not in {row["decision_no"] for row in document["listings"]}
    assert [(row["listing_no"], row["party_name"]) for row in document["persons"]] == [("药监列〔2025〕8号", "赵甲乙")]
    assert "药监列〔2025〕8号（赵甲乙）：当事人是自然人（相关责任人员），不在公开名单上" in listed().stdout
    (matter,) = (row for row in listed("--state", "published", "--json").document["matters"] if row["name"] == "赵甲乙")
    assert (matter["enterprise_id"], matter["listed_on"]) == (None, "2025-09-26")
    for enterprise in (GOOD, BAD):
        assert "赵甲乙" not in listed(enterprise).stdout


def test_an_enterprises_listings_with_their_measures(listed):
    text = listed(GOOD).stdout
    for told in ("在列公示", "药监列〔2025〕9号", "管理措施：", "不适用告知承诺制", "总局令第44号第十五条第三项"):
        assert told in text, told
    assert "药监列〔2025〕1号" not in text


def test_its_history_says_who_did_what_when_under_which_number(listed):
    history = listed(GOOD, "--json").document["history"]
    assert [(row["on"], row["step"], row["decision_no"], row["is_refused"]) for row in history] == [
        ("2025-09-26", "list", "药监列〔2025〕9号", False),
        ("2025-09-30", "publish_listing", "药监公〔2025〕9号", False),
        ("2025-10-10", "stay", "行停〔2025〕1号", False),
        ("2025-10-14", "end_stay", "行停〔2025〕2号", False),
        ("2025-10-20", "carry_out", "药监停〔2025〕1号", True),
    ]
    assert (history[0]["proposed_by"], history[0]["decided_by"]) == ("甲", "乙")
    assert "办理经过" in listed(GOOD).stdout
    assert "办理经过" not in listed().stdout


def test_listings_and_matters_in_a_state_by_code_or_word(listed):
    standing = listed("--state", "在列", "--json").document
    assert (standing["asked"], standing["count"]) == ("listings", 2)
    for state in ("listed", "已列入，待公布"):
        (row,) = listed("--state", state, "--json").document["matters"]
        assert (row["listing_no"], row["name"], row["terms"][0]["awaited"]) == (
            "药监列〔2025〕1号",
            NAMES[BAD],
            "publish_listing",
        )
    assert "办理期限" in listed("--state", "listed").stdout
    assert listed("--state", "已告知").stdout.splitlines()[1].strip() == "没有处于该状态的事项"
    assert listed("--state", "ended").stdout.splitlines()[1].strip() == "没有符合条件的列入"
    wrong = listed("--state", "nowhere")
    assert wrong.exit_code == 2
    assert "published（在列公示）" in wrong.stderr
    assert listed("--state", "ended", "--bans").exit_code == 2


def test_candidates_with_evidence_and_blanks(listed):
    (row,) = listed("--candidates", "--json").document["candidates"]
    assert (row["decision_no"], row["situation"], row["is_heavier"]) == (CANDIDATE, "fake_drugs", True)
    assert {one["factor"]: one["is_blank"] for one in row["checklist"]} == {
        "intent": True,
        "frequency": False,
        "duration": True,
        "kinds": False,
        "sums": False,
        "goods_value": True,
        "harm": True,
        "loss": True,
        "social_effect": True,
    }
    text = listed(TWIN_A, "--candidates").stdout
    for told in ("候选不是列入", "罚款200000.00元", "〔待填〕", "违法频次", "总局令第44号第六条第一项"):
        assert told in text, told
    assert "核对表" not in listed("--candidates").stdout


def test_bans(listed):
    (row,) = [one for one in listed("--bans", "--json").document["bans"] if one["ban_no"] == BAN["ban_no"]]
    assert (row["name"], row["is_lifelong"], row["notes"]) == ("张三", True, ["start_assumed", "period_filled"])
    assert "张三" in listed("--bans").stdout
    assert "没有行业禁入" in listed(GOOD, "--bans").stdout


def test_refused_steps_with_the_reason(listed):
    rows = listed("--refused", "--json").document["refused"]
    (row,) = (row for row in rows if row["is_refused"])
    assert (row["decision_no"], row["step"]) == ("药监停〔2025〕1号", "carry_out")
    assert all(row["is_refused"] or row["notes"] for row in rows)
    assert "在列公示" in listed("--refused").stdout


def test_another_day_by_what_was_known_then(listed):
    early = listed("--as-of", "2025-06-02", "--json").document
    assert [row["decision_no"] for row in early["listings"]] == ["药监列〔2025〕1号"]
    late = listed("--as-of", str(NEXT))
    assert late.exit_code == 2
    assert "最近一次为 2025-10-29" in late.stderr
