"""What the law says of spot-check results that are public (抽查检查结果负面信息)."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt

from transforms.policy.conditions import check_condition
from transforms.policy.dated import Dated, Strict
from transforms.policy.document import parse_document
from transforms.policy.scheme import Span
from transforms.tables import KINDS


class SpotChecks(Strict):
    """Bad results of inspections and samples in a publicity system; values by the day they are on display.

    shown: how long one stays that nothing heavier followed; null: no rule. with_penalty: whether one that a heavier
    penalty followed ends with it. minor_classes: classes of penalties that are not heavier. may_follow: how long after
    a check a penalty may follow from it. retest_days: natural days from receiving a result that meets retest_when, to
    ask for a retest. correct_working_days: from finding an announced result wrong, to correct it.
    """

    law: Literal["spot_checks"]
    title: str
    system: str
    inspection_when: str
    sampling_when: str
    shown: Dated[Span]
    with_penalty: Dated[bool]
    minor_classes: tuple[str, ...]
    may_follow: Dated[Span]
    retest_when: str
    retest_days: Dated[PositiveInt]
    correct_working_days: Dated[PositiveInt]
    deregistration_ends: Dated[bool]


def load_spot_checks(text: str, file_name: str) -> SpotChecks:
    """The law of spot checks written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, SpotChecks)
    check_condition(document, ("inspection_when",), KINDS["inspection"], law.inspection_when)
    check_condition(document, ("sampling_when",), KINDS["sampling"], law.sampling_when)
    check_condition(document, ("retest_when",), KINDS["sampling"], law.retest_when)
    document.settle()
    return law
