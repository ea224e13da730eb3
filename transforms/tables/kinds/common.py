"""Columns that many kinds have."""

from __future__ import annotations

from transforms.tables import words
from transforms.tables.shape import DAY, TEXT, Column

USCC = Column("uscc", TEXT, "统一社会信用代码", "unified social credit code, 18 characters, GB 32100-2015")
PARTY_NAME = Column("party_name", TEXT, "名称", "name of the party as the record gives it")
AUTHORITY = Column("authority", TEXT, "机关", "authority that made the record")
FIELD = Column("field", TEXT, "领域", "drugs, devices or cosmetics", words=words.FIELDS)


def day(name: str, label: str, doc: str, required: bool = False) -> Column:
    return Column(name, DAY, label, doc, required)
