"""Rows that intake must turn away, each with exactly one fault, under the code intake gives it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from flows.demo import words
from flows.demo.codes import ORGANISATION_CODES, PROVINCE, credit_code, wrong_check, wrong_organisation
from flows.demo.facts import Fact, Value
from flows.demo.region import TWIN_EVERY, Enterprise, is_second_twin
from flows.demo.register import PROPOSER
from transforms.tables import KINDS

EVERY = 400  # of so many good first reports of a kind, each fault of that kind precedes one
_MOST_BY_NAME = 20  # complaints that name an enterprise by a name that two bear
APART = 4  # good rows from one fault to the next
STRANGER = ORGANISATION_CODES // 2  # serials from here on stand in no register

Cells = Callable[[Enterprise], Mapping[str, str]]


@dataclass(frozen=True)
class Fault:
    """A fault to plant: the code of the intake, the kind of the row, and the cells or the shape that make it."""

    code: str
    kind: str
    cells: Cells = lambda _: {}
    shape: Literal["row", "header", "short"] = "row"


def _fixed(**cells: str) -> Cells:
    return lambda _: cells


def _code(make: Callable[[str], str]) -> Cells:
    return lambda enterprise: {"uscc": make(enterprise.uscc)}


def _stranger(enterprise: Enterprise) -> Mapping[str, str]:
    serial = STRANGER + enterprise.serial
    return {"uscc": credit_code("91", enterprise.region, serial), "party_name": f"外埠示例第{serial}号医药有限公司"}


def _unknown_name(enterprise: Enterprise) -> Mapping[str, str]:
    return {"uscc": "", "party_name": enterprise.name[:2] + "查无此名" + enterprise.name[4:]}


def _other_name(enterprise: Enterprise) -> Mapping[str, str]:
    return {"party_name": f"{enterprise.place}张冠李戴第{enterprise.serial}号商行"}


FAULTS = (
    Fault("uscc_check", "enterprise", _code(wrong_check)),
    Fault("missing", "enterprise", _fixed(name="")),
    Fault("formula", "enterprise", _fixed(name='=HYPERLINK("http://example.invalid","点此")')),
    Fault("control_character", "enterprise", _fixed(name="云岭\x07响铃药房")),
    Fault("unknown_word", "enterprise", _fixed(state="迁往外地")),
    Fault("uscc_length", "enterprise", _code(lambda code: code[:-1])),
    Fault("uscc_check", "penalty", _code(wrong_check)),
    Fault("uscc_organisation", "penalty", _code(wrong_organisation)),
    Fault("negative", "penalty", _fixed(fine_fen="-0.500000")),
    Fault("implausible_date", "penalty", _fixed(decided_on="2099-01-01")),
    Fault("unknown_word", "penalty", _fixed(penalty_kinds="罚款；游街示众")),
    Fault("inexact", "penalty", _fixed(fine_fen="0.12345678")),
    Fault("formula", "penalty", _fixed(party_name="+cmd|' /C calc'!A0")),
    Fault("missing", "penalty", _fixed(decision_no="")),
    Fault("bad_date", "penalty", _fixed(decided_on="2025年13月40日")),
    Fault("class_conflict", "penalty", _fixed(party_class="自然人")),
    Fault("unknown_code", "inspection", _stranger),
    Fault("unknown_name", "inspection", _unknown_name),
    Fault("name_mismatch", "inspection", _other_name),
    Fault("no_identity", "inspection", _fixed(uscc="", party_name="")),
    Fault("implausible_date", "inspection", _fixed(inspected_on="1900-01-01")),
    Fault("bad_number", "inspection", _fixed(major_count="若干")),
    Fault("unknown_word", "inspection", _fixed(conclusion="还行")),
    Fault("unknown_word", "sampling", _fixed(result="待定")),
    Fault("missing", "sampling", _fixed(sample_no="")),
    Fault("bad_date", "signal", _fixed(occurred_on="上周三")),
    Fault("unknown_word", "signal", _fixed(signal_type="道听途说")),
    Fault("unknown_word", "rectification", _fixed(state="不了了之")),
    Fault("repeated_header", "rectification", shape="header"),
    Fault("too_few_cells", "rectification", shape="short"),
    Fault("missing", "commitment", _fixed(made_on="")),
    Fault("unknown_word", "commitment", _fixed(commitment_type="口头")),
    Fault("formula", "honour", _fixed(party_name="@SUM(A1:A9)")),
    Fault("refused", "decision", _fixed(decided_by=PROPOSER)),
    Fault("pattern", "person_ban", _fixed(person_hash=f"{PROVINCE}********1234")),
)


def is_complained_of_by_name(serial: int) -> bool:
    """Whether a complaint names the enterprise by a name that two bear. It comes on the day of the register, whatever
    the size of the region: of all twins of a large one they would be most of that day's complaints, and the gate takes
    that for a source that changed its format."""
    return is_second_twin(serial) and serial < TWIN_EVERY * _MOST_BY_NAME


class Planting:
    """Puts faulty rows before good ones, so that none is the last of its file. Which ones depends only on the facts
    before, so a larger region leaves the first ones as they were."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.by_kind = {kind: [fault for fault in FAULTS if fault.kind == kind] for kind in KINDS}

    def before(self, fact: Fact, enterprise: Enterprise) -> Iterator[Fact]:
        """The faulty rows that come before `fact`: at most one made from it, and one that names two namesakes."""
        if fact.kind == "enterprise" and fact.role == "first" and is_complained_of_by_name(enterprise.serial):
            yield _namesake(fact, enterprise)
        if fact.role != "first" or fact.values.get("party_class") == "person":
            return
        place, offset = divmod(self.seen[fact.kind] % EVERY, APART)
        self.seen[fact.kind] += 1
        if offset == 0 and place < len(self.by_kind[fact.kind]):
            yield _faulty(fact, enterprise, self.by_kind[fact.kind][place])


def _faulty(fact: Fact, enterprise: Enterprise, fault: Fault) -> Fact:
    values = {**fact.values, **_of_its_own(fact)}
    return replace(fact, values=values, cells=fault.cells(enterprise), shape=fault.shape, fault=fault.code)


def _namesake(fact: Fact, enterprise: Enterprise) -> Fact:
    """A complaint that gives only a name, and two enterprises bear it."""
    values: dict[str, Value] = {
        "uscc": None,
        "party_name": enterprise.name,
        "signal_no": f"XHTM{enterprise.serial:06d}",
        "signal_type": "complaint",
        "occurred_on": fact.sent_on,
    }
    return replace(fact, kind="signal", values=values, event_on=fact.sent_on, fault="ambiguous_name")


def _of_its_own(fact: Fact) -> Mapping[str, Value]:
    """Another number, so that the row is about another fact than the good one it was made from."""
    if fact.kind == "enterprise":
        code = credit_code("91", str(fact.values["region_code"]), STRANGER + fact.serial)
        return {"uscc": code, "name": f"{words.DIVISIONS[0][0][1]}待核第{fact.serial}号商行"}
    number = KINDS[fact.kind].number
    return {number: f"{fact.values[number]}-9"}
