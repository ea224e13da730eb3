"""A small office: two runs in a real store, written as the nightly flow writes them."""

from datetime import UTC, date, datetime

import polars as pl

from flows.store.store import Store
from transforms.person_numbers import keyed_hashes
from transforms.schemas import TABLES

FIRST, SECOND = date(2025, 6, 1), date(2025, 6, 2)
GOOD, BAD, TWIN_A, TWIN_B, NEW = (
    "91420100MA4KL00X1A",
    "91420100MA4KL00X2B",
    "91420100MA4KL00X3C",
    "91420100MA4KL00X4D",
    "91420100MA4KL00X5E",
)
NAMES = {
    GOOD: "武汉康宁大药房有限公司",
    BAD: "武汉博济医药有限公司",
    TWIN_A: "同名药房",
    TWIN_B: "同名药房",
    NEW: "武汉新开药房",
}
KEY = "a key that protects only tests"
NUMBER, MASKED = "35000018600101004X", "350*************4X"
HASH = keyed_hashes(pl.Series([NUMBER]), KEY.encode()).item()
# The ban was decided at one enterprise; the person has a post in another, and somebody of that name in a third.
BARRED = {"enterprise_id": BAD, "person_name": "赵甲乙", "person_hash": HASH, "person_masked": MASKED, "field": "drug"}
BARRED |= {"ban_no": "药监禁〔2025〕1号", "decided_on": FIRST, "starts_on": FIRST, "ends_on": date(2035, 6, 1)}
BARRED |= {"record_id": "person_ban:barred", "basis": "《中华人民共和国药品管理法》第一百二十四条"}
POSTS = (
    {"enterprise_id": GOOD, "person_name": "赵甲乙", "person_hash": HASH, "person_masked": MASKED}
    | {"position": "manager", "starts_on": date(2020, 1, 1)},
    {"enterprise_id": TWIN_A, "person_name": "赵甲乙", "position": "manager", "starts_on": date(2020, 1, 1)},
)
# One licence under the two names of an office, and one that was revoked and struck off on one day.
LICENCES = (
    {
        "enterprise_id": GOOD,
        "licence_no": "鄂DA0270001",
        "licence_type": "drug_trade",
        "authority": "武汉食品药品监管局",
    }
    | {"issued_on": date(2020, 3, 1), "valid_until_on": date(2025, 2, 28)},
    {"enterprise_id": GOOD, "licence_no": "鄂DA0270001", "licence_type": "drug_trade", "authority": "武汉市场监管局"}
    | {"issued_on": date(2025, 3, 1), "valid_until_on": date(2030, 2, 28)},
    {"enterprise_id": GOOD, "licence_no": "鄂械0270002", "licence_type": "device_trade", "authority": "武汉市场监管局"}
    | {"issued_on": date(2021, 3, 1), "valid_until_on": date(2026, 2, 28)}
    | {"revoked_on": date(2024, 5, 6), "cancelled_on": date(2024, 5, 6)},
)


def rows(table, *values, **shared):
    """A frame of the table's shape; columns that are not given are null."""
    schema = TABLES[table].schema
    filled = [{name: (shared | row).get(name) for name in schema} for row in values]
    return pl.DataFrame(filled, schema=schema)


def known(day):
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)


def records(kind, *values):
    shared = {"version_no": 1, "source": "test", "file_id": "f", "received_at": known(FIRST)}
    made = [{"record_id": f"{kind}:{n}", "row_hash": str(n), "row_no": n + 2} | row for n, row in enumerate(values)]
    return rows(kind, *made, **shared)


def register():
    more = {GOOD: {"former_names": ["武汉康宁药店"], "licence_nos": ["鄂AA0270001", "鄂汉药监械经营备〔2023〕12号"]}}
    return records(
        "enterprise",
        *(
            {"enterprise_id": key, "uscc": key, "name": name, "name_key": name, "state": "active", "fields": ["drug"]}
            | {"former_names": [], "licence_nos": []}
            | more.get(key, {})
            for key, name in NAMES.items()
        ),
    )


def rating(key, tier="A", score=1000, **more):
    index = "ABCD".index(tier)
    base = {"enterprise_id": key, "scheme": "wuhan-2017", "tier": tier, "tier_index": index, "score_tier": tier}
    base |= {"score_centipoints": score, "base_centipoints": 1000, "decided_by": "cut_point"}
    return base | {"decided_by_basis": "武汉 2017 等级划分"} | more


def traced(key, position, title, points, is_counted=True, **more):
    base = {"enterprise_id": key, "position": position, "role": "item", "item_id": "fine", "title": title}
    base |= {"record_kind": "penalty", "record_id": f"penalty:{position}", "record_no": f"武市监罚〔2025〕{position}号"}
    base |= {"event_on": date(2025, 6, 2), "raw_centipoints": points, "is_counted": is_counted}
    base |= {"points_centipoints": points if is_counted else 0, "basis": "武汉 2017 罚款", "confidence": "C"}
    return base | more


def entries():
    """On the abnormal list, off it, and on it from a later day."""
    shared = {"enterprise_id": BAD, "list_type": "abnormal", "authority": "武汉市某区市场监督管理局"}
    days = {"异1": (FIRST, None), "异2": (FIRST, SECOND), "异3": (date(2025, 6, 30), None)}
    return [shared | {"entry_no": no, "listed_on": on, "left_on": left} for no, (on, left) in days.items()]


def inspectors():
    """Two for drugs, of whom one has a conflict with BAD, and one for devices."""
    shared = {
        "office": "某局",
        "qualified_on": date(2025, 1, 1),
        "level": "senior",
        "person_masked": "4201**********001X",
    }
    people = {"检001": ("赵甲", "drug"), "检002": ("钱乙", "drug"), "检003": ("孙丙", "device")}
    return [shared | {"inspector_no": no, "person_name": name, "field": field} for no, (name, field) in people.items()]


def first_run(store):
    with store.begin("nightly", FIRST, known(FIRST), "wuhan-2017", "hash") as writing:
        writing.append("enterprise", register())
        keys = (GOOD, BAD, TWIN_A, TWIN_B)
        writing.replace("ratings", rows("ratings", *map(rating, keys), valid_from_on=FIRST), "valid_from_on", FIRST)
        writing.append("external_listing", records("external_listing", *entries()))
        writing.append("inspector", records("inspector", *inspectors()))
        conflict = {"enterprise_id": BAD, "declaration_no": "申报1号", "inspector_no": "检001", "relation": "kin"}
        writing.append("inspector_conflict", records("inspector_conflict", conflict | {"declared_on": FIRST}))
        writing.append("accounts", rows("accounts", {"file_id": "f", "source": "penalty", "kind": "penalty"}))
        writing.commit("passed", {"enterprises": 4})


def second_run(store):
    with store.begin("nightly", SECOND, known(SECOND), "wuhan-2017", "hash") as writing:
        worse = rating(BAD, "B", 700, next_change_on=date(2026, 1, 1), next_change_why="aged_out")
        end = date(2026, 1, 1)
        writing.replace("ratings", rows("ratings", worse, valid_from_on=SECOND), "valid_from_on", SECOND)
        ahead = {"enterprise_id": BAD, "is_near": True, "changes_on": date(2025, 6, 20), "tier_before": "B"}
        ahead |= {"tier_after": "A", "index_before": 1, "index_after": 0, "score_after_centipoints": 950}
        told = rows("outlook", ahead | {"cause": "decayed"}, valid_from_on=SECOND)
        writing.replace("outlook", told, "valid_from_on", SECOND)
        trace = (
            traced(BAD, 1, "罚款", -100, stops_counting_on=end),
            traced(BAD, 2, "没收违法所得或者没收非法财物", -200, stops_counting_on=end),
            traced(BAD, 3, "警告", -50, is_counted=False, reason="lighter_in_act"),
        )
        writing.replace("trace", rows("trace", *trace, valid_from_on=SECOND), "valid_from_on", SECOND)
        writing.replace("changes", changed(), "as_of", SECOND)
        writing.replace("trade_ratings", trades(worse), "valid_from_on", SECOND)
        of_trade = changed().to_dicts()[0] | {"field": "drug", "role": "retailer", "scheme": "wuhan-2017"}
        writing.replace("trade_changes", rows("trade_changes", of_trade), "as_of", SECOND)
        writing.append("quarantine", turned_away())
        listed = {
            "decision_type": "list",
            "decision_no": "药监列〔2025〕1号",
            "decided_on": SECOND,
            "reason": "生产假药",
        }
        people = {"proposed_by": "甲", "decided_by": "乙", "enterprise_id": BAD, "authority": "某局"}
        writing.append("decision", records("decision", listed | people).with_columns(received_at=pl.lit(known(SECOND))))
        writing.append("post", records("post", *POSTS))
        writing.append("person_ban", records("person_ban", BARRED))
        writing.append("licence", records("licence", *LICENCES))
        writing.commit("passed", {"enterprises": 5})


def changed():
    row = {"enterprise_id": BAD, "name": NAMES[BAD], "tier_before": "A", "tier_after": "B", "index_before": 0}
    row |= {"index_after": 1, "score_before_centipoints": 1000, "score_after_centipoints": 700}
    row |= {"cause": "new_record", "causes": ["new_record"], "decided_by": "cut_point"}
    return rows("changes", row, as_of=SECOND)


def trades(worse):
    """The enterprise's trades: rated as a retailer of drugs, not rated in devices."""
    rated = worse | {"field": "drug", "role": "retailer", "whole_tier": "B", "is_decisive": True}
    unrated = {
        "enterprise_id": BAD,
        "field": "device",
        "role": "retailer",
        "unrated": "no_scheme",
        "is_decisive": False,
    }
    return rows("trade_ratings", rated, unrated, valid_from_on=SECOND)


def turned_away():
    row = {"file_id": "f", "file_name": "penalty.csv", "source": "penalty", "kind": "penalty", "column": "罚款金额"}
    row |= {"value": "-1", "code": "negative", "reason": "金额为负数", "expected": "零或者正数", "suggestions": []}
    row |= {"row_text": '{"罚款金额": "-1"}', "received_at": known(SECOND)}
    return rows("quarantine", row | {"row_no": 2}, row | {"row_no": 5})


def build(root):
    store = Store(root)
    first_run(store)
    second_run(store)
    with store.begin("nightly", date(2025, 6, 3), known(SECOND)) as writing:
        writing.commit("refused", {"first": "penalty"})
    return store
