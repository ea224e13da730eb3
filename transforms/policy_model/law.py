"""All of the law: a file for each subject, which its `law:` key names, and what several files say of publicity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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

# By the value of `law:` in the file.
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


@dataclass(frozen=True)
class PublicityLaw:
    """Everything the law says of the publicity of penalties and of repair.

    serious: the law of the list, which says what a heavier penalty is. low_fines: None only where there is no system.
    """

    systems: tuple[PublicitySystem, ...]
    low_fines: LowFines | None
    repairs: tuple[RepairLaw, ...] = ()
    serious: SeriousListLaw | None = None

    def repair_of(self, system: str) -> RepairLaw | None:
        """The repair law of `system`; None where there is none."""
        return next((one for one in self.repairs if one.system == system), None)


def load_law_file(text: str, file_name: str) -> LawFile:
    """The law written in `text` (YAML), whatever its subject. Raises PolicyProblems with every mistake found."""
    document = read_document(text, file_name)
    subject = document.value.get("law") if isinstance(document.value, dict) else None
    if subject not in _LOADERS:
        document.add(("law",), f"there is no law '{subject}'", value=subject, allowed=_LOADERS)
        raise PolicyProblems(document.problems)
    return _LOADERS[str(subject)](text, file_name)
