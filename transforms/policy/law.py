"""What the law says, as dated values: the serious-violation list here, publicity and the calendar beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import PositiveInt

from transforms.policy.dated import Dated, Strict
from transforms.policy.document import load_document
from transforms.policy.law_calendar import CalendarLaw, load_calendar_law
from transforms.policy.law_procedure import ProcedureLaw, load_procedure
from transforms.policy.law_publicity import LowFines, Publicity, load_low_fines, load_publicity
from transforms.policy.law_repair import Repair, load_repair
from transforms.policy.problems import PolicyProblems
from transforms.policy.yaml_text import read_document


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


Law = SeriousList | Publicity | LowFines | CalendarLaw | ProcedureLaw | Repair


def load_law(text: str, file_name: str) -> SeriousList:
    """The law of the list written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    return load_document(text, file_name, SeriousList)


def load_any_law(text: str, file_name: str) -> Law:
    """The law written in `text`, whichever its first word says. Raises PolicyProblems with every mistake found."""
    document = read_document(text, file_name)
    word = document.value.get("law") if isinstance(document.value, dict) else None
    if word not in _LOADERS:
        document.add(("law",), f"there is no law '{word}'", value=word, words=_LOADERS)
        raise PolicyProblems(document.problems)
    return _LOADERS[str(word)](text, file_name)


_LOADERS: Mapping[str, Callable[[str, str], Law]] = {
    "serious_list": load_law,
    "publicity": load_publicity,
    "low_fines": load_low_fines,
    "calendar": load_calendar_law,
    "repair": load_repair,
    "procedure": load_procedure,
}
