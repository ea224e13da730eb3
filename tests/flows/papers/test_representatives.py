"""The representative on a paper is who the posts say holds the post on its day; who is not sure is a blank."""

from datetime import date

import polars as pl
import pytest

from flows.papers.compose import fact_values
from flows.papers.subjects import Subject, SubjectLegalState
from transforms.schemas import KINDS

DAY = date(2026, 3, 1)
ZHANG = {"position": "legal_representative", "person_name": "张三", "starts_on": date(2020, 1, 1)}
LI = {"position": "legal_representative", "person_name": "李四", "starts_on": DAY}
MANAGER = {"position": "manager", "person_name": "王五", "starts_on": date(2020, 1, 1)}


@pytest.mark.parametrize(
    ("posts", "party_class", "name"),
    [
        ([ZHANG, MANAGER], "organisation", "张三"),
        ([ZHANG, LI], "organisation", "李四"),  # from the first day in the post on
        ([ZHANG, LI | {"starts_on": date(2026, 3, 2)}], "organisation", "张三"),
        ([ZHANG | {"ends_on": DAY}], "organisation", "张三"),
        ([ZHANG | {"ends_on": date(2026, 2, 28)}], "organisation", None),
        ([ZHANG, LI | {"starts_on": None}], "organisation", None),
        ([LI | {"starts_on": None}], "organisation", "李四"),
        ([MANAGER], "organisation", None),
        ([MANAGER], "sole_trader", "王五"),
        ([MANAGER, MANAGER | {"person_name": "赵六"}], "sole_trader", None),
        ([], "organisation", None),
    ],
)
def test_who_represents_the_party(posts, party_class, name):
    schema = KINDS["post"].table.schema
    records = {"post": pl.DataFrame([{key: post.get(key) for key in schema} for post in posts], schema=schema)}
    enterprise = {"enterprise_id": "e1", "name": "甲厂", "party_class": party_class}
    subject = Subject("penalty", None, None, (), enterprise, records)
    assert fact_values("repair_notice", subject, SubjectLegalState(), DAY).get("representative") == name
