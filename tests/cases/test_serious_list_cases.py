"""Every case of serious_list.yaml holds: one test each, named by its sentence."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.transforms.law.listing.listing_examples import LAW, records
from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, step
from tests.transforms.law.publicity.penalty_examples import CALENDAR, text
from transforms.law.listing.candidates import candidates
from transforms.law.listing.listings import list_entries
from transforms.law.listing.restrictions import measures
from transforms.law.matters.decision_log import build_decision_log
from transforms.policy_model.document import read_document
from transforms.policy_model.law import load_measure_law

FILE = Path(__file__).with_name("serious_list.yaml")
CASES = read_document(FILE.read_text("utf-8"), FILE.name).value["cases"]
MEASURES = load_measure_law(text("measures"), "measures.yaml")


def _steps(case):
    """The listing of the case and what came before and after it. A step without a target concerns the listing."""
    given = case.get("steps", [])
    numbered = enumerate([*_listing(case), *given])
    for n, one in numbered:
        kind, on, rest = one["step"], one["on"], {k: v for k, v in one.items() if k not in ("step", "on")}
        target = PENALTY_NO if kind in ("notify_listing", "list", "not_list") else LISTING_NO
        number = LISTING_NO if kind == "list" else f"登{n}号"
        yield step(kind, on, rest.pop("no", number), rest.pop("target", target), **rest)


def _listing(case):
    listed = case.get("listed")
    if listed:
        yield {"step": "notify_listing", "on": case.get("notified", listed - timedelta(days=30))}
        yield {"step": "list", "on": listed, "situation": "fake_drugs"} | case.get("listing", {})
    if case.get("published"):
        yield {"step": "publish_listing", "on": case["published"]}


def _answers(case):
    as_of = case["as_of"]
    known = records(list(_steps(case)), case.get("penalty", {}), case.get("enterprise"))
    log = build_decision_log(known, LAW, CALENDAR, as_of)
    found = candidates(known.penalties, known.enterprises, LAW.serious, log.matters, as_of)
    return {
        "on_list": list_entries(log.listings)["decision_no"].to_list(),
        "listing": log.listings.rows(named=True),
        "matter": log.matters.rows(named=True),
        "candidates": found.collect()["situation"].to_list(),
        "measures": measures(log.listings, MEASURES, as_of)["measure"].to_list(),
        "refused": log.steps.filter("is_refused").sort("on")["refusal"].to_list(),
        "terms": [
            {"awaited": row["awaited"], "by_on": row["by_on"], "basis": row["basis"]}
            for row in log.terms.rows(named=True)
        ],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case):
    answers = _answers(case)
    for what, expected in case["expect"].items():
        found = answers[what]
        if what in ("listing", "matter"):
            (row,) = found
            assert {name: row[name] for name in expected} == expected
        elif what == "refused":
            assert len(found) == len(expected)
            assert all(part in why for part, why in zip(expected, found, strict=True)), found
        elif what == "terms":
            asked = [{name: one[name] for name in named} for one, named in zip(found, expected, strict=True)]
            assert asked == expected
        else:
            assert found == expected


def test_no_sentence_is_given_twice():
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_every_article_of_the_list_has_a_case():
    named = " ".join(case["name"] for case in CASES)
    articles = (
        "二",
        "六",
        "十",
        "十一",
        "十二",
        "十三",
        "十四",
        "十五",
        "十六",
        "十七",
        "十八",
        "十九",
        "二十",
        "二十一",
        "二十二",
    )
    assert [article for article in articles if f"第44号第{article}条" not in named] == []
    assert all(f"第107号第{article}条" in named for article in ("十三", "十四", "十六", "十七", "二十", "二十三"))


def test_days_are_days():
    assert all(isinstance(case["as_of"], date) for case in CASES)
