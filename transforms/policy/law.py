"""What the law says of lists, as dated values. The serious-violation list first; it will grow."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt

from transforms.policy.dated import Dated, Strict
from transforms.policy.document import load_document


class SeriousList(Strict):
    """The serious-violation list (严重违法失信名单).

    stay_years: full years from the listing date, by the listing date. publish_working_days: working days from
    the day after the decision. transition: which day chooses the rule for an entry made before a change.
    """

    law: Literal["serious_list"]
    title: str
    stay_years: Dated[PositiveInt]
    publish_working_days: Dated[PositiveInt]
    transition: Dated[Literal["listing_date"]]


def load_law(text: str, file_name: str) -> SeriousList:
    """The law written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    return load_document(text, file_name, SeriousList)
