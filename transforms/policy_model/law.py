"""What the law says, as dated values: a file for each thing it speaks of, told by its first word."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from transforms.policy_model.document import PolicyProblems, read_document
from transforms.policy_model.law_calendar import CalendarLaw, load_calendar_law
from transforms.policy_model.law_listing import (
    BanLaw,
    MeasureLaw,
    SeriousListLaw,
    load_ban_law,
    load_measure_law,
    load_serious_list_law,
)
from transforms.policy_model.law_procedure import ProcedureLaw, load_procedure_law
from transforms.policy_model.law_publicity import (
    LowFines,
    PublicitySystem,
    SpotCheckLaw,
    load_low_fines,
    load_publicity_system,
    load_spot_check_law,
)
from transforms.policy_model.law_repair import RepairLaw, load_repair_law

__all__ = ["LawFile", "SeriousListLaw", "load_law_file", "load_serious_list_law"]

LawFile = (
    SeriousListLaw
    | PublicitySystem
    | LowFines
    | CalendarLaw
    | ProcedureLaw
    | RepairLaw
    | MeasureLaw
    | BanLaw
    | SpotCheckLaw
)


def load_law_file(text: str, file_name: str) -> LawFile:
    """The law written in `text`, whichever its first word says. Raises PolicyProblems with every mistake found."""
    document = read_document(text, file_name)
    word = document.value.get("law") if isinstance(document.value, dict) else None
    if word not in _LOADERS:
        document.add(("law",), f"there is no law '{word}'", value=word, words=_LOADERS)
        raise PolicyProblems(document.problems)
    return _LOADERS[str(word)](text, file_name)


_LOADERS: Mapping[str, Callable[[str, str], LawFile]] = {
    "serious_list": load_serious_list_law,
    "publicity": load_publicity_system,
    "low_fines": load_low_fines,
    "calendar": load_calendar_law,
    "repair": load_repair_law,
    "spot_checks": load_spot_check_law,
    "procedure": load_procedure_law,
    "measures": load_measure_law,
    "bans": load_ban_law,
}
