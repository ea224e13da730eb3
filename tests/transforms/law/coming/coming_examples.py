"""Histories of a firm to look ahead from, under the law as it stands in policy/."""

from datetime import date

import polars as pl

from tests.transforms.law.publicity_examples import CALENDAR, FIRM, FOLDER
from tests.transforms.law.repair.repair_examples import LAW
from transforms.law.coming import coming
from transforms.law.legal import KINDS_ASKED, Legal, LegalLaw
from transforms.law.serious.records import ListLaw
from transforms.policy.law import load_law
from transforms.policy.law_measures import load_bans
from transforms.policy.law_procedure import load_procedure
from transforms.policy.law_spot_checks import load_spot_checks
from transforms.tables import TABLES

PROCEDURE = load_procedure((FOLDER / "procedure.yaml").read_text("utf-8"), "procedure.yaml")
SERIOUS = load_law((FOLDER / "serious_list.yaml").read_text("utf-8"), "serious_list.yaml")
SPOT_CHECKS = load_spot_checks((FOLDER / "spot_checks.yaml").read_text("utf-8"), "spot_checks.yaml")
BANS = load_bans((FOLDER / "bans.yaml").read_text("utf-8"), "bans.yaml")
WHOLE = LegalLaw(LAW, SPOT_CHECKS, ListLaw(SERIOUS, PROCEDURE), BANS, CALENDAR)


def legal(as_of, firm=None, by=WHOLE, **records):
    """The law's state on a day; records by kind, rows of the firm e1 unless they say otherwise."""
    given = {"enterprise": [FIRM | (firm or {})], **records}
    frames = {}
    for kind in KINDS_ASKED:
        rows = [{"record_id": f"{kind}{n}", "enterprise_id": "e1", **one} for n, one in enumerate(given.get(kind, ()))]
        frames[kind] = pl.DataFrame(rows, schema=TABLES[kind].schema).lazy()
    return Legal(frames, by, as_of)


def ahead(as_of, until=None, **records):
    """Rows of COMING."""
    return coming(legal(as_of, **records), until).collect()


def told(rows, *columns):
    """Some columns of rows, (on, what) where none is named."""
    return rows.select(columns or ("on", "what")).rows()


def day(text):
    """A day from its ISO form."""
    return date.fromisoformat(text)
