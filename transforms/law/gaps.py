"""What the policy must say before a penalty can be dated, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from transforms.law.calendar import Calendar, gap_message

LOW_FINES_FILE = "policy/law/low_fines.yaml"
_NAMED = 3


def gap_texts(rows: pl.DataFrame, calendar: Calendar) -> list[str]:
    """A sentence per thing that is missing for `rows` of PUBLICITY with a `gap`: what, for which, where to add."""
    missing = rows.filter(pl.col("gap").is_not_null()).sort("gap", "province", "decided_on", "decision_no")
    texts = []
    for (gap, where), part in missing.group_by("gap", _place(), maintain_order=True):
        numbers = part["decision_no"].unique(maintain_order=True).to_list()
        more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
        texts.append(_TEXTS[str(gap)](str(where), f"{', '.join(numbers[:_NAMED])}{more}", calendar))
    return texts


def _place() -> pl.Expr:
    year = pl.col("decided_on").dt.year().cast(pl.String)
    return pl.when(pl.col("gap") == "calendar").then(year).otherwise(pl.col("province").fill_null("")).alias("place")


def _low_fine(province: str, numbers: str, calendar: Calendar) -> str:
    if not province:
        return f"Penalty {numbers}: the province of the authority is not known; its code (authority_code) would tell."
    return (
        f"Penalty {numbers}: no low fine (较低数额罚款) is set for province {province}; "
        f"add its threshold under 'provinces' in {LOW_FINES_FILE}."
    )


def _calendar(year: str, numbers: str, calendar: Calendar) -> str:
    return gap_message(calendar, f"Penalty {numbers}, decided in {year}") + "."


_TEXTS: Mapping[str, Callable[[str, str, Calendar], str]] = {"low_fine": _low_fine, "calendar": _calendar}
