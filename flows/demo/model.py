"""What the demo region consists of: a period, enterprises, and records about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from flows.demo import vocabulary
from flows.demo.draws import Streams, chance, credit_code, weighted

FieldValue = str | int | bool | date | tuple[str, ...] | None

LAGS = ((1, 6), (7, 12), (30, 4), (120, 1))  # days within which a record is sent, by weight: few come very late


@dataclass(frozen=True)
class DemoPeriod:
    """The days of the demo's history: `days` of them, the last one `end_on`."""

    days: int
    end_on: date

    def ago(self, days: int) -> date:
        """The day so many days before the end."""
        return self.end_on - timedelta(days=days)


@dataclass(frozen=True)
class DemoRecord:
    """One record as it should arrive: `values` by the column names of its kind, in the product's own codes.

    `sent_on` is the day its office sends it. `cells` holds texts that replace what the office would write
    for a column; `fault` is the code under which intake must turn the row away, None for a good row; `shape`
    says whether it is a row like others, the headings once more, or a row that breaks off.
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
        """The same fact in a later report, with other `values`."""
        later = self.sent_on + timedelta(days=days_later)
        return replace(self, sent_on=later, role=role, values={**self.values, **values})


def new_record(rng: Random, kind: str, enterprise: Enterprise, event_on: date, **values: FieldValue) -> DemoRecord:
    """A good first report about `enterprise`, sent some days after it happened."""
    party = {"uscc": enterprise.uscc, "party_name": enterprise.name}
    sent_on = event_on + timedelta(days=rng.randrange(1, weighted(rng, LAGS) + 2))
    return DemoRecord(kind, {**party, **values}, event_on, sent_on, enterprise.serial)


def maybe(rng: Random, per_mille: int, value: FieldValue) -> FieldValue:
    """`value` in so many of a thousand draws, else nothing."""
    return value if chance(rng, per_mille) else None


# Shares in whole numbers; docs/demo-region.md states them and the tests hold them.
ROLES = (("retailer", 56), ("user", 27), ("wholesaler", 9), ("maker", 8))

FIELDS = (("drug", 58), ("device", 27), ("cosmetic", 15))

HABITS = (("clean", 850), ("occasional", 120), ("repeat", 25), ("chronic", 5))

SOLE_TRADER_PER_MILLE = {"retailer": 520, "user": 430, "wholesaler": 20, "maker": 0}

SECOND_FIELD_PER_MILLE = 180

FORMER_NAME_PER_MILLE = 30

DEREGISTERED_PER_MILLE = 25

STORIES = {13: "listed", 113: "removed", 213: "held", 313: "candidate"}  # by serial within each 400

STORY_EVERY = 400

# By serial within each 1000: what is rarer in an office, so that every step of the law is there to be seen.
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

TWIN_EVERY = 200  # of so many enterprises, one bears the very name of the one before it


@dataclass(frozen=True)
class Enterprise:
    """An invented enterprise; the fields are those of the register, `habit` is what makes its records."""

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
        """What the credit office has with it (see `stories`); nothing with nearly all."""
        return STORIES.get(self.serial % STORY_EVERY) or RARE_STORIES.get(self.serial % RARE_STORY_EVERY)


def enterprises(streams: Streams, count: int, end_on: date) -> Iterator[Enterprise]:
    """`count` enterprises; the first ones are the same however many follow."""
    seen: dict[str, int] = {}
    former: Enterprise | None = None
    for serial in range(count):
        made = _enterprise(streams.of("enterprise", serial), serial, end_on)
        if former is not None and is_second_twin(serial):
            made = replace(made, name=former.name)
        else:
            made = replace(made, name=_unique(made.name, seen))
        former = made
        yield made


def is_second_twin(serial: int) -> bool:
    """Whether the enterprise bears the name of the one before it."""
    return serial % TWIN_EVERY == TWIN_EVERY - 1


def is_twin(serial: int) -> bool:
    """Whether the enterprise shares its name with another one."""
    return serial % TWIN_EVERY >= TWIN_EVERY - 2


def _unique(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}第{seen[name]}分店"


def _enterprise(rng: Random, serial: int, end_on: date) -> Enterprise:
    region, place = weighted(rng, vocabulary.DIVISIONS)
    role, field = weighted(rng, ROLES), weighted(rng, FIELDS)
    is_sole = chance(rng, SOLE_TRADER_PER_MILLE[role])
    stem = rng.choice(vocabulary.STEM_FIRST) + rng.choice(vocabulary.STEM_SECOND)
    tail = rng.choice(vocabulary.TRADES[field, role]) + ("" if is_sole else _form(rng))
    former = f"{place}{rng.choice(vocabulary.STEM_FIRST)}{stem[1]}{serial}号{tail}"
    second = rng.choice([other for other, _ in FIELDS if other != field])
    return Enterprise(
        serial=serial,
        uscc=credit_code("92" if is_sole else "91", region, serial),
        name=f"{place}{stem}{tail}",
        former_name=former if chance(rng, FORMER_NAME_PER_MILLE) else None,
        licence_no=f"示{region[2:4]}{field[0].upper()}{rng.randrange(2019, 2025)}{serial:06d}",
        party_class="sole_trader" if is_sole else "organisation",
        fields=(field, second) if chance(rng, SECOND_FIELD_PER_MILLE) else (field,),
        role=role,
        region=region,
        place=place,
        address=f"示例省{place}{rng.choice(vocabulary.ROADS)}{rng.randrange(1, 400)}号",
        established_on=end_on - timedelta(days=rng.randrange(700, 7000)),
        deregistered_on=end_on - timedelta(days=rng.randrange(5, 300)) if chance(rng, DEREGISTERED_PER_MILLE) else None,
        habit=weighted(rng, HABITS),
    )


def _form(rng: Random) -> str:
    return vocabulary.BRACKETED_FORM if chance(rng, 60) else rng.choice(vocabulary.COMPANY_FORMS)


def decision_no(enterprise: Enterprise, decided_on: date) -> str:
    """The number of the penalty decided that day."""
    return f"示药监罚〔{decided_on.year}〕{enterprise.serial:05d}{decided_on:%m%d}号"
