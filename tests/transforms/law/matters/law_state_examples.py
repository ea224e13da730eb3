"""Histories of a firm to look ahead from, under the law as it stands in policy/."""

from datetime import date

import polars as pl

from tests.transforms.law.publicity.penalty_examples import CALENDAR, FIRM, FOLDER, SERIOUS
from tests.transforms.law.repair.repair_examples import LAW
from transforms.law.law_state import LAW_RECORD_KINDS, LawPolicy, LawState
from transforms.law.listing.listings import ListingPolicy
from transforms.law.matters.deadlines import deadlines
from transforms.policy_model.law import (
    load_ban_law,
    load_case_law,
    load_external_list_law,
    load_finding_law,
    load_licence_law,
    load_measure_law,
    load_push_law,
    load_spot_check_law,
)
from transforms.policy_model.procedure import load_procedure_law
from transforms.schemas import TABLES

PROCEDURE = load_procedure_law((FOLDER / "procedure.yaml").read_text("utf-8"), "procedure.yaml")
SPOT_CHECKS = load_spot_check_law((FOLDER / "spot_checks.yaml").read_text("utf-8"), "spot_checks.yaml")
BANS = load_ban_law((FOLDER / "bans.yaml").read_text("utf-8"), "bans.yaml")
LICENCES = load_licence_law((FOLDER / "licences.yaml").read_text("utf-8"), "licences.yaml")
MEASURES = load_measure_law((FOLDER / "measures.yaml").read_text("utf-8"), "measures.yaml")
FINDINGS = load_finding_law((FOLDER / "findings.yaml").read_text("utf-8"), "findings.yaml")
LISTS = load_external_list_law((FOLDER / "external_lists.yaml").read_text("utf-8"), "external_lists.yaml")
PUSHES = load_push_law((FOLDER / "pushes.yaml").read_text("utf-8"), "pushes.yaml")
CASES = load_case_law((FOLDER / "cases.yaml").read_text("utf-8"), "cases.yaml")
WHOLE = LawPolicy(
    LAW,
    SPOT_CHECKS,
    ListingPolicy(SERIOUS, PROCEDURE),
    BANS,
    CALENDAR,
    LICENCES,
    MEASURES,
    FINDINGS,
    CASES,
    external_lists=LISTS,
    pushes=PUSHES,
)


def legal(as_of, firm=None, by=WHOLE, **records):
    """The law's state on a day; records by kind, rows of the firm e1 unless they say otherwise."""
    given = {"enterprise": [FIRM | (firm or {})], **records}
    frames = {}
    for kind in LAW_RECORD_KINDS:
        rows = [{"record_id": f"{kind}{n}", "enterprise_id": "e1", **one} for n, one in enumerate(given.get(kind, ()))]
        frames[kind] = pl.DataFrame(rows, schema=TABLES[kind].schema).lazy()
    return LawState(frames, by, as_of)


def ahead(as_of, until=None, **records):
    """Rows of COMING."""
    return deadlines(legal(as_of, **records), until).collect()


def told(rows, *columns):
    """Some columns of rows, (on, what) where none is named."""
    return rows.select(columns or ("on", "what")).rows()


def day(text):
    """A day from its ISO form."""
    return date.fromisoformat(text)
