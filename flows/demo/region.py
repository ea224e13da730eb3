"""All records of the demo region in the order in which they are written, planted faults included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Literal

from flows.demo import model
from flows.demo.cases import cases, complaints
from flows.demo.credit_office import PROPOSER, decisions
from flows.demo.exchange import external_listings, inspector_conflicts, inspectors, list_deliveries, pushes
from flows.demo.model import (
    ORGANISATION_CODES,
    PROVINCE,
    TWIN_EVERY,
    DemoPeriod,
    DemoRecord,
    Enterprise,
    FieldValue,
    Streams,
    chance,
    credit_code,
    enterprises,
    is_second_twin,
    is_twin,
    wrong_check,
    wrong_organisation,
)
from flows.demo.penalties import penalties
from flows.demo.senders import delivery_days, delivery_for, next_delivery
from flows.demo.supervision import commitments, honours, inspections, licences, posts, register_rows, samplings, signals
from transforms.schemas import KINDS

NAME_ONLY_PER_MILLE = 20
FORMER_NAME_PER_MILLE = 400
SENT_TWICE_PER_MILLE = 10
# Kinds without later versions, so that an old version never comes after a newer one.
SENT_TWICE_KINDS = ("inspection", "sampling", "signal", "commitment")
FAULT_EVERY = 400  # of so many good first reports of a kind, each fault of that kind precedes one
ROWS_BETWEEN_FAULTS = 4
UNREGISTERED_FROM = ORGANISATION_CODES // 2  # serials from here on are in no register
_MOST_COMPLAINTS_BY_NAME = 20
_MAKERS = (
    *(register_rows, penalties, inspections, samplings, signals, commitments, honours, licences, posts, decisions),
    *(external_listings, list_deliveries, pushes, inspectors, inspector_conflicts, cases, complaints),
)


def region_records(seed: int, count: int, period: DemoPeriod) -> Iterator[tuple[DemoRecord, date]]:
    """Records of `count` enterprises with the day of their delivery; what is sent after the end is left out."""
    streams, planter, days = Streams(seed), FaultPlanter(), delivery_days(period)
    for enterprise in enterprises(streams, count, period.end_on):
        for record in chain.from_iterable(make(streams, enterprise, period) for make in _MAKERS):
            day = delivery_for(record.sent_on, days)
            if day is None:
                continue  # sent after the end of the history
            written = _with_party_as_written(streams, enterprise, record)
            for sent in (*planter.before(written, enterprise), written):
                yield sent, day
                again = next_delivery(day, days)
                rng = streams.of("again", sent.kind, sent.event_on, sent.serial)
                may_repeat = sent.fault is None and sent.kind in SENT_TWICE_KINDS
                if again and may_repeat and chance(rng, SENT_TWICE_PER_MILLE):
                    yield replace(sent, role="duplicate"), again


def _with_party_as_written(streams: Streams, enterprise: Enterprise, record: DemoRecord) -> DemoRecord:
    """The party as offices name it: sometimes without its code, sometimes by its previous name."""
    if record.kind == "enterprise" or record.values.get("uscc") is None:
        return record
    rng = streams.of("told", record.kind, record.event_on, enterprise.serial)
    if chance(rng, NAME_ONLY_PER_MILLE) and not is_twin(enterprise.serial):
        return replace(record, values={**record.values, "uscc": None})
    if enterprise.former_name and chance(rng, FORMER_NAME_PER_MILLE):
        return replace(record, values={**record.values, "party_name": enterprise.former_name})
    return record


_Cells = Callable[[Enterprise], Mapping[str, str]]


@dataclass(frozen=True)
class PlantedFault:
    """A fault to plant: the reason code of ingest, the kind of the row, and the cells or the shape that cause it."""

    code: str
    kind: str
    cells: _Cells = lambda _: {}
    shape: Literal["row", "header", "short"] = "row"


def _fixed(**cells: str) -> _Cells:
    return lambda _: cells


def _code(make: Callable[[str], str]) -> _Cells:
    return lambda enterprise: {"uscc": make(enterprise.uscc)}


def _unregistered(enterprise: Enterprise) -> Mapping[str, str]:
    serial = UNREGISTERED_FROM + enterprise.serial
    return {"uscc": credit_code("91", enterprise.region, serial), "party_name": f"外埠示例第{serial}号医药有限公司"}


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
    PlantedFault("unknown_code", "inspection", _unregistered),
    PlantedFault(
        "unknown_name", "inspection", lambda one: {"uscc": "", "party_name": f"{one.name[:2]}查无此名{one.name[4:]}"}
    ),
    PlantedFault("name_mismatch", "inspection", lambda one: {"party_name": f"{one.place}张冠李戴第{one.serial}号商行"}),
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
    PlantedFault("missing", "licence", _fixed(licence_no="")),
    PlantedFault("unknown_word", "licence", _fixed(licence_type="营业执照")),
    PlantedFault("refused", "licence", _fixed(valid_until_on="2001-01-01")),
    PlantedFault("refused", "licence", _fixed(revoked_on="2026-01-05", cancelled_on="2026-01-04")),
    PlantedFault("unknown_code", "licence", _unregistered),
    PlantedFault("missing", "post", _fixed(person_name="")),
    PlantedFault("refused", "post", _fixed(person_name="赵甲乙、钱丙丁")),
    PlantedFault("unknown_word", "post", _fixed(position="股东")),
    PlantedFault("pattern", "post", _fixed(person_hash=f"{PROVINCE}********5678")),
    PlantedFault("refused", "post", _fixed(starts_on="2020-01-01", ends_on="2019-12-31")),
    PlantedFault("unknown_code", "post", _unregistered),
    PlantedFault("refused", "external_listing", _fixed(left_on="2001-01-01")),
    PlantedFault("unknown_word", "external_listing", _fixed(list_type="黑名单")),
    PlantedFault("unknown_code", "external_listing", _unregistered),
    PlantedFault("missing", "list_delivery", _fixed(entry_count="")),
    PlantedFault("refused", "push", _fixed(receipt_no="HZ1", receipt_on="")),
    PlantedFault("missing", "push", _fixed(subject_no="")),
    PlantedFault("unknown_code", "push", _unregistered),
    PlantedFault("pattern", "inspector", _fixed(person_hash=f"{PROVINCE}********1234")),
    PlantedFault("refused", "inspector", _fixed(valid_until_on="2001-01-01")),
    PlantedFault("unknown_code", "inspector_conflict", _unregistered),
    PlantedFault("missing", "case", _fixed(case_no="")),
    PlantedFault("unknown_word", "case", _fixed(outcome="不了了之")),
    PlantedFault("refused", "case", _fixed(outcome="行政处罚", decision_nos="")),
    PlantedFault("refused", "case", _fixed(filed_on="2026-01-05", not_filed_on="2026-01-05")),
    PlantedFault("no_identity", "case", _fixed(uscc="", party_name="")),
    PlantedFault("refused", "case", _fixed(party_class="不明")),
    PlantedFault("unknown_word", "case_transfer", _fixed(direction="平行移送")),
    PlantedFault("missing", "complaint", _fixed(received_on="")),
    PlantedFault("unknown_word", "complaint", _fixed(complaint_type="建议")),
    PlantedFault("refused", "complaint", _fixed(accepted_on="2026-01-05", declined_on="2026-01-05")),
    PlantedFault("unknown_code", "complaint", _unregistered),
    PlantedFault("refused", "decision", _fixed(decided_by=PROPOSER)),
    PlantedFault("pattern", "person_ban", _fixed(person_hash=f"{PROVINCE}********1234")),
)


def has_complaint_by_name(serial: int) -> bool:
    """Whether a complaint names the enterprise by a name that two enterprises have.

    Such complaints arrive with the register, and only a fixed number of them: in a large region those about all twins
    would be most of that day's complaints, which the gate takes for a source that changed its format.
    """
    return is_second_twin(serial) and serial < TWIN_EVERY * _MOST_COMPLAINTS_BY_NAME


class FaultPlanter:
    """Puts faulty rows before good ones, so that none is the last of its file.

    Which ones depends only on the records before, so that a larger region leaves the first ones unchanged.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.by_kind = {kind: [fault for fault in FAULTS if fault.kind == kind] for kind in KINDS}

    def before(self, record: DemoRecord, enterprise: Enterprise) -> Iterator[DemoRecord]:
        """The faulty rows before `record`: at most one made from it, and one with an ambiguous name."""
        kind = record.kind
        if kind == "enterprise" and record.role == "first" and has_complaint_by_name(enterprise.serial):
            named: dict[str, FieldValue] = {
                "uscc": None,
                "party_name": enterprise.name,
                "signal_no": f"XHTM{enterprise.serial:06d}",
                "signal_type": "complaint",
                "occurred_on": record.sent_on,
            }
            yield replace(record, kind="signal", values=named, event_on=record.sent_on, fault="ambiguous_name")
        if record.role != "first" or record.values.get("party_class") in ("person", "unknown"):
            return
        place, offset = divmod(self.counts[kind] % FAULT_EVERY, ROWS_BETWEEN_FAULTS)
        self.counts[kind] += 1
        if offset == 0 and place < len(self.by_kind[kind]):
            fault = self.by_kind[kind][place]
            # Another number, so that the row does not report the same event as the good one it was made from.
            values = dict(record.values)
            if kind == "enterprise":
                region = str(record.values["region_code"])
                values["uscc"] = credit_code("91", region, UNREGISTERED_FROM + record.serial)
                values["name"] = f"{model.DIVISIONS[0][0][1]}待核第{record.serial}号商行"
            else:
                values[KINDS[kind].number] = f"{record.values[KINDS[kind].number]}-9"
            yield replace(record, values=values, cells=fault.cells(enterprise), shape=fault.shape, fault=fault.code)
