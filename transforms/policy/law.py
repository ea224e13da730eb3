"""What the law says, as dated values: a file for each thing it speaks of, told by its first word."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from transforms.policy.law_calendar import CalendarLaw, load_calendar_law
from transforms.policy.law_measures import Bans, Measures, load_bans, load_measures
from transforms.policy.law_procedure import ProcedureLaw, load_procedure
from transforms.policy.law_publicity import LowFines, Publicity, load_low_fines, load_publicity
from transforms.policy.law_repair import Repair, load_repair
from transforms.policy.law_serious import SeriousList, load_law
from transforms.policy.law_spot_checks import SpotChecks, load_spot_checks
from transforms.policy.problems import PolicyProblems
from transforms.policy.yaml_text import read_document

__all__ = ["Law", "SeriousList", "load_any_law", "load_law"]

Law = SeriousList | Publicity | LowFines | CalendarLaw | ProcedureLaw | Repair | Measures | Bans | SpotChecks


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
    "spot_checks": load_spot_checks,
    "procedure": load_procedure,
    "measures": load_measures,
    "bans": load_bans,
}
