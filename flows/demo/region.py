"""All records of the demo region in the order in which they are written, planted faults included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Literal

from flows.demo import vocabulary
from flows.demo.credit_office import PROPOSER, decisions
from flows.demo.draws import ORGANISATION_CODES, PROVINCE, Streams, chance, credit_code, wrong_check, wrong_organisation
from flows.demo.model import (
    TWIN_EVERY,
    DemoPeriod,
    DemoRecord,
    Enterprise,
    FieldValue,
    enterprises,
    is_second_twin,
    is_twin,
)
from flows.demo.penalties import penalties
from flows.demo.senders import delivery_days, delivery_for, next_delivery
from flows.demo.supervision import commitments, honours, inspections, register_rows, samplings, signals
from transforms.schemas import KINDS

NAME_ONLY_PER_MILLE = 20

FORMER_NAME_PER_MILLE = 400

SENT_TWICE_PER_MILLE = 10

MAKERS = (register_rows, penalties, inspections, samplings, signals, commitments, honours, decisions)


def region_records(seed: int, count: int, span: DemoPeriod) -> Iterator[tuple[DemoRecord, date]]:
    """Facts with the day of their delivery; what would be sent after the end is left out."""
    streams, planting, days = Streams(seed), FaultPlanter(), delivery_days(span)
    for enterprise in enterprises(streams, count, span.end_on):
        for fact in chain.from_iterable(make(streams, enterprise, span) for make in MAKERS):
            day = delivery_for(fact.sent_on, days)
            if day is None:
                continue  # still on its way when the history ends
            told = _as_told(streams, enterprise, fact)
            for sent in (*planting.before(told, enterprise), told):
                yield sent, day
                yield from _again(streams, sent, next_delivery(day, days))


def _again(streams: Streams, fact: DemoRecord, day: date | None) -> Iterator[tuple[DemoRecord, date]]:
    """A few facts come once more with the next delivery."""
    rng = streams.of("again", fact.kind, fact.event_on, fact.serial)
    if day and _may_come_again(fact) and chance(rng, SENT_TWICE_PER_MILLE):
        yield replace(fact, role="duplicate"), day


def _may_come_again(fact: DemoRecord) -> bool:
    """Kinds without later versions, so that an old version never comes after a newer one."""
    return fact.fault is None and fact.kind in ("inspection", "sampling", "signal", "commitment")


def _as_told(streams: Streams, enterprise: Enterprise, fact: DemoRecord) -> DemoRecord:
    """The party as offices name it: at times without its code, at times by its former name."""
    if fact.kind == "enterprise" or fact.values["uscc"] is None:
        return fact
    rng = streams.of("told", fact.kind, fact.event_on, enterprise.serial)
    if chance(rng, NAME_ONLY_PER_MILLE) and not is_twin(enterprise.serial):
        return replace(fact, values={**fact.values, "uscc": None})
    if enterprise.former_name and chance(rng, FORMER_NAME_PER_MILLE):
        return replace(fact, values={**fact.values, "party_name": enterprise.former_name})
    return fact


FAULT_EVERY = 400  # of so many good first reports of a kind, each fault of that kind precedes one

_MOST_BY_NAME = 20  # complaints that name an enterprise by a name that two bear

ROWS_BETWEEN_FAULTS = 4  # good rows from one fault to the next

UNREGISTERED_FROM = ORGANISATION_CODES // 2  # serials from here on stand in no register

Cells = Callable[[Enterprise], Mapping[str, str]]


@dataclass(frozen=True)
class PlantedFault:
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
    serial = UNREGISTERED_FROM + enterprise.serial
    return {"uscc": credit_code("91", enterprise.region, serial), "party_name": f"外埠示例第{serial}号医药有限公司"}


def _unknown_name(enterprise: Enterprise) -> Mapping[str, str]:
    return {"uscc": "", "party_name": enterprise.name[:2] + "查无此名" + enterprise.name[4:]}


def _other_name(enterprise: Enterprise) -> Mapping[str, str]:
    return {"party_name": f"{enterprise.place}张冠李戴第{enterprise.serial}号商行"}


FAULTS = (
    PlantedFault("uscc_check", "enterprise", _code(wrong_check)),
    PlantedFault("missing", "enterprise", _fixed(name="")),
    PlantedFault("formula", "enterprise", _fixed(name='=HYPERLINK("http://example.invalid","点此")')),
    PlantedFault("control_character", "enterprise", _fixed(name="云岭\x07响铃药房")),
    PlantedFault("unknown_word", "enterprise", _fixed(state="迁往外地")),
    PlantedFault("uscc_length", "enterprise", _code(lambda code: code[:-1])),
    PlantedFault("uscc_check", "penalty", _code(wrong_check)),
    PlantedFault("uscc_organisation", "penalty", _code(wrong_organisation)),
    PlantedFault("negative", "penalty", _fixed(fine_fen="-0.500000")),
    PlantedFault("implausible_date", "penalty", _fixed(decided_on="2099-01-01")),
    PlantedFault("unknown_word", "penalty", _fixed(penalty_kinds="罚款；游街示众")),
    PlantedFault("inexact", "penalty", _fixed(fine_fen="0.12345678")),
    PlantedFault("formula", "penalty", _fixed(party_name="+cmd|' /C calc'!A0")),
    PlantedFault("missing", "penalty", _fixed(decision_no="")),
    PlantedFault("bad_date", "penalty", _fixed(decided_on="2025年13月40日")),
    PlantedFault("class_conflict", "penalty", _fixed(party_class="自然人")),
    PlantedFault("unknown_code", "inspection", _stranger),
    PlantedFault("unknown_name", "inspection", _unknown_name),
    PlantedFault("name_mismatch", "inspection", _other_name),
    PlantedFault("no_identity", "inspection", _fixed(uscc="", party_name="")),
    PlantedFault("implausible_date", "inspection", _fixed(inspected_on="1900-01-01")),
    PlantedFault("bad_number", "inspection", _fixed(major_count="若干")),
    PlantedFault("unknown_word", "inspection", _fixed(conclusion="还行")),
    PlantedFault("unknown_word", "sampling", _fixed(result="待定")),
    PlantedFault("missing", "sampling", _fixed(sample_no="")),
    PlantedFault("bad_date", "signal", _fixed(occurred_on="上周三")),
    PlantedFault("unknown_word", "signal", _fixed(signal_type="道听途说")),
    PlantedFault("unknown_word", "rectification", _fixed(state="不了了之")),
    PlantedFault("repeated_header", "rectification", shape="header"),
    PlantedFault("too_few_cells", "rectification", shape="short"),
    PlantedFault("missing", "commitment", _fixed(made_on="")),
    PlantedFault("unknown_word", "commitment", _fixed(commitment_type="口头")),
    PlantedFault("formula", "honour", _fixed(party_name="@SUM(A1:A9)")),
    PlantedFault("refused", "decision", _fixed(decided_by=PROPOSER)),
    PlantedFault("pattern", "person_ban", _fixed(person_hash=f"{PROVINCE}********1234")),
)


def has_complaint_by_name(serial: int) -> bool:
    """Whether a complaint names the enterprise by a name that two bear. It comes on the day of the register, whatever
    the size of the region: of all twins of a large one they would be most of that day's complaints, and the gate takes
    that for a source that changed its format."""
    return is_second_twin(serial) and serial < TWIN_EVERY * _MOST_BY_NAME


class FaultPlanter:
    """Puts faulty rows before good ones, so that none is the last of its file. Which ones depends only on the facts
    before, so a larger region leaves the first ones as they were."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.by_kind = {kind: [fault for fault in FAULTS if fault.kind == kind] for kind in KINDS}

    def before(self, fact: DemoRecord, enterprise: Enterprise) -> Iterator[DemoRecord]:
        """The faulty rows that come before `fact`: at most one made from it, and one that names two namesakes."""
        if fact.kind == "enterprise" and fact.role == "first" and has_complaint_by_name(enterprise.serial):
            yield _namesake(fact, enterprise)
        if fact.role != "first" or fact.values.get("party_class") == "person":
            return
        place, offset = divmod(self.seen[fact.kind] % FAULT_EVERY, ROWS_BETWEEN_FAULTS)
        self.seen[fact.kind] += 1
        if offset == 0 and place < len(self.by_kind[fact.kind]):
            yield _faulty(fact, enterprise, self.by_kind[fact.kind][place])


def _faulty(fact: DemoRecord, enterprise: Enterprise, fault: PlantedFault) -> DemoRecord:
    values = {**fact.values, **_of_its_own(fact)}
    return replace(fact, values=values, cells=fault.cells(enterprise), shape=fault.shape, fault=fault.code)


def _namesake(fact: DemoRecord, enterprise: Enterprise) -> DemoRecord:
    """A complaint that gives only a name, and two enterprises bear it."""
    values: dict[str, FieldValue] = {
        "uscc": None,
        "party_name": enterprise.name,
        "signal_no": f"XHTM{enterprise.serial:06d}",
        "signal_type": "complaint",
        "occurred_on": fact.sent_on,
    }
    return replace(fact, kind="signal", values=values, event_on=fact.sent_on, fault="ambiguous_name")


def _of_its_own(fact: DemoRecord) -> Mapping[str, FieldValue]:
    """Another number, so that the row is about another fact than the good one it was made from."""
    if fact.kind == "enterprise":
        code = credit_code("91", str(fact.values["region_code"]), UNREGISTERED_FROM + fact.serial)
        return {"uscc": code, "name": f"{vocabulary.DIVISIONS[0][0][1]}待核第{fact.serial}号商行"}
    number = KINDS[fact.kind].number
    return {number: f"{fact.values[number]}-9"}
