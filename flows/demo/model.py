"""What the demo region consists of: a period, enterprises, and records about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from flows.demo import vocabulary
from flows.demo.draws import Streams, chance, credit_code, weighted

# Shares in whole numbers; docs/demo-region.md states them and tests check them.
ROLES = (("retailer", 56), ("user", 27), ("wholesaler", 9), ("maker", 8))
FIELDS = (("drug", 58), ("device", 27), ("cosmetic", 15))
HABITS = (("clean", 850), ("occasional", 120), ("repeat", 25), ("chronic", 5))
SOLE_TRADER_PER_MILLE = {"retailer": 520, "user": 430, "wholesaler": 20, "maker": 0}
SECOND_FIELD_PER_MILLE = 180
FORMER_NAME_PER_MILLE = 30
DEREGISTERED_PER_MILLE = 25
STORIES = {13: "listed", 113: "removed", 213: "held", 313: "candidate"}  # by serial within each 400
STORY_EVERY = 400
# By serial within each 1000: what is rare in a real office, so that every step of the law occurs.
RARE_STORIES = {
    38: "repaired",
    88: "annulled",
    138: "repair_refused",
    188: "restored",
    238: "repair_revoked",
    288: "not_listed",
    338: "repair_open",
    388: "impossible",
}
RARE_STORY_EVERY = 1000
TWIN_EVERY = 200  # of so many enterprises, one has the same name as the one before it
LAGS = ((1, 6), (7, 12), (30, 4), (120, 1))  # days within which a record is sent, with weights
FieldValue = str | int | bool | date | tuple[str, ...] | None


@dataclass(frozen=True)
class DemoPeriod:
    """The days of the demo's history: `days` of them, the last one `end_on`."""

    days: int
    end_on: date

    def ago(self, days: int) -> date:
        """The day `days` before the end."""
        return self.end_on - timedelta(days=days)


@dataclass(frozen=True)
class Enterprise:
    """An invented enterprise; the fields are those of the register, `habit` determines its records."""

    serial: int
    uscc: str
    name: str
    former_name: str | None
    licence_no: str
    party_class: str
    fields: tuple[str, ...]
    role: str
    region: str
    place: str
    address: str
    established_on: date
    deregistered_on: date | None
    habit: str

    @property
    def field(self) -> str:
        """The field it mainly works in."""
        return self.fields[0]

    @property
    def story(self) -> str | None:
        """What the credit office decides about it (see `credit_office`); None for nearly all."""
        return STORIES.get(self.serial % STORY_EVERY) or RARE_STORIES.get(self.serial % RARE_STORY_EVERY)

    def decision_no(self, decided_on: date) -> str:
        """The number of the penalty decided that day."""
        return f"示药监罚〔{decided_on.year}〕{self.serial:05d}{decided_on:%m%d}号"

    def inspection_no(self, inspected_on: date) -> str:
        """The number of the inspection of that day."""
        return f"JC{inspected_on:%Y%m%d}{self.serial:06d}"


def enterprises(streams: Streams, count: int, end_on: date) -> Iterator[Enterprise]:
    """`count` enterprises; the first ones are the same however many follow."""
    name_counts: dict[str, int] = {}
    previous: Enterprise | None = None
    for serial in range(count):
        enterprise = _enterprise(streams.of("enterprise", serial), serial, end_on)
        if previous is not None and is_second_twin(serial):
            enterprise = replace(enterprise, name=previous.name)
        else:
            name = enterprise.name
            name_counts[name] = name_counts.get(name, 0) + 1
            if name_counts[name] > 1:
                enterprise = replace(enterprise, name=f"{name}第{name_counts[name]}分店")
        previous = enterprise
        yield enterprise


def is_second_twin(serial: int) -> bool:
    """Whether the enterprise has the name of the one before it."""
    return serial % TWIN_EVERY == TWIN_EVERY - 1


def is_twin(serial: int) -> bool:
    """Whether the enterprise shares its name with another one."""
    return serial % TWIN_EVERY >= TWIN_EVERY - 2


def _enterprise(rng: Random, serial: int, end_on: date) -> Enterprise:
    region, place = weighted(rng, vocabulary.DIVISIONS)
    role, field = weighted(rng, ROLES), weighted(rng, FIELDS)
    is_sole = chance(rng, SOLE_TRADER_PER_MILLE[role])
    stem = rng.choice(vocabulary.STEM_FIRST) + rng.choice(vocabulary.STEM_SECOND)
    tail = rng.choice(vocabulary.TRADES[field, role])
    if not is_sole:
        tail += vocabulary.BRACKETED_FORM if chance(rng, 60) else rng.choice(vocabulary.COMPANY_FORMS)
    former_name = f"{place}{rng.choice(vocabulary.STEM_FIRST)}{stem[1]}{serial}号{tail}"
    second_field = rng.choice([other for other, _ in FIELDS if other != field])
    return Enterprise(
        serial=serial,
        uscc=credit_code("92" if is_sole else "91", region, serial),
        name=f"{place}{stem}{tail}",
        former_name=former_name if chance(rng, FORMER_NAME_PER_MILLE) else None,
        licence_no=f"示{region[2:4]}{field[0].upper()}{rng.randrange(2019, 2025)}{serial:06d}",
        party_class="sole_trader" if is_sole else "organisation",
        fields=(field, second_field) if chance(rng, SECOND_FIELD_PER_MILLE) else (field,),
        role=role,
        region=region,
        place=place,
        address=f"示例省{place}{rng.choice(vocabulary.ROADS)}{rng.randrange(1, 400)}号",
        established_on=end_on - timedelta(days=rng.randrange(700, 7000)),
        deregistered_on=end_on - timedelta(days=rng.randrange(5, 300)) if chance(rng, DEREGISTERED_PER_MILLE) else None,
        habit=weighted(rng, HABITS),
    )


@dataclass(frozen=True)
class DemoRecord:
    """A record as it should arrive: `values` by the column names of its kind, in the product's own codes.

    `sent_on` is the day its office sends it. `cells` are texts that replace what the office would write for a column;
    `fault` is the reason code under which ingest must quarantine the row, None for a good row; `shape` is an ordinary
    row, the headings once more, or a row that breaks off.
    """

    kind: str
    values: Mapping[str, FieldValue]
    event_on: date
    sent_on: date
    serial: int
    cells: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    role: str = "first"
    shape: Literal["row", "header", "short"] = "row"

    def sent(self, days_later: int, role: str, **values: FieldValue) -> DemoRecord:
        """The same record in a later report, with other `values`."""
        sent_on = self.sent_on + timedelta(days=days_later)
        return replace(self, sent_on=sent_on, role=role, values={**self.values, **values})


def new_record(rng: Random, kind: str, enterprise: Enterprise, event_on: date, **values: FieldValue) -> DemoRecord:
    """A good first report about `enterprise`, sent some days after the event."""
    party = {"uscc": enterprise.uscc, "party_name": enterprise.name}
    sent_on = event_on + timedelta(days=rng.randrange(1, weighted(rng, LAGS) + 2))
    return DemoRecord(kind, {**party, **values}, event_on, sent_on, enterprise.serial)
