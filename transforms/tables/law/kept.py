"""What the law says of every enterprise, as nights keep it: like ratings, as changes, under `valid_from_on`."""

from __future__ import annotations

import polars as pl

from transforms.tables.law.coming import COMING
from transforms.tables.law.listing import CANDIDATE, LISTING
from transforms.tables.law.publicity import GAPS
from transforms.tables.law.repair import APPLICATION, REPAIR
from transforms.tables.shape import COUNT, DAY, TEXT, TEXTS, Column, Table

_ENTERPRISE = Column("enterprise_id", TEXT, "企业标识", "the enterprise", True)
_FROM = Column("valid_from_on", DAY, "起始日", "the night (as_of) from which this stands", True)
_POSITION = Column("position", COUNT, "序号", "1, 2, 3 within the enterprise", True)

LAW = Table(
    "law",
    "法定状态",
    "Which enterprises the law has a word on, since when so, and the next day on which the word may be another.",
    (
        _ENTERPRISE,
        _FROM,
        Column("record_count", COUNT, "记录数", "records on which it has a word; 0: none any more", True),
        Column("gaps", TEXTS, "缺少的规定", "of each penalty whose publicity cannot be told, why", True, GAPS),
        Column("next_on", DAY, "下一变化日", "first day on which a word may be another without news; empty: never"),
    ),
    ("enterprise_id", "valid_from_on"),
)


def _kept(name: str, shown: Table) -> Table:
    own = tuple(column for column in shown.columns if column.name != "enterprise_id")
    doc = shown.doc.split(" Computed")[0] + " As the night told it, in the order of the answer."
    columns = (_ENTERPRISE, _FROM, _POSITION, *own)
    return Table(name, shown.label, doc, columns, ("enterprise_id", "valid_from_on", "position"))


DETAILS = {
    "law_listings": LISTING,
    "law_repair": REPAIR,
    "law_coming": COMING,
    "law_candidates": CANDIDATE,
    "law_applications": APPLICATION,
}
LAW_KEPT = {LAW.name: LAW, **{name: _kept(name, shown) for name, shown in DETAILS.items()}}


def shown(name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of a table of DETAILS of one enterprise as the answer they were kept of: its columns in its order."""
    return rows.sort("position").select(list(DETAILS[name].schema))
