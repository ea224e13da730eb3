"""The offices that send files: kinds, format, headings, how often, and how they write values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Literal

from flows.demo.draws import Streams, chance
from flows.demo.model import DemoPeriod, DemoRecord, FieldValue
from transforms.policy_model.document import load_document
from transforms.policy_model.source import FieldMapping, Source
from transforms.schemas import KINDS
from transforms.schemas.vocabularies import YES_NO

SOURCES = Path(__file__).parents[2] / "policy" / "sources"

WEEKLY_BEFORE_END = (28, 21, 14)  # the history at once, then two weekly deliveries,

DAILY_FROM = 7  # then one a day

SENT_ON = "sent_on"  # when an office last changed what it reports: without it nobody could order reports of one night

UNUSED = ("score_centipoints", "publicity_until_on", "remark", "ungraded_count", "registration_no")


@dataclass(frozen=True)
class Sender:
    """An office: its files, and its habits of writing. `variant` says which of the accepted headings it uses."""

    kind: str
    name: str
    form: Literal["csv", "xlsx"]
    encoding: str = "utf-8"
    variant: int = 0
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    has_typed_cells: bool = False
    nothing: tuple[str, ...] = ("",)

    def file_name(self, title: str, day: date) -> str:
        """Where its file of `day` stands below the inbox: a folder a day."""
        return f"{day.isoformat()}/{self.name}_{title}_{day:%Y%m%d}.{self.form}"


@dataclass(frozen=True)
class FileColumn:
    """A column of an office's file: the field it holds, its heading, and how the source reads it."""

    name: str
    heading: str
    cell: FieldMapping


_SLASHED = ("%Y/%m/%d", "%Y-%m-%d")

_CHINESE = ("%Y年%m月%d日", "%Y.%m.%d")

SENDERS = (
    Sender("enterprise", "省局许可处", "csv"),
    Sender("enterprise", "各市登记汇总", "xlsx", variant=1, dates=_SLASHED),
    Sender("penalty", "省局稽查处", "csv", "utf-8-sig"),
    Sender("penalty", "岩溪市局", "csv", "gb18030", variant=1, dates=_CHINESE, nothing=("", "/", "无")),
    Sender("penalty", "县级执法单位汇总", "xlsx", variant=2, has_typed_cells=True),
    Sender("inspection", "省局检查中心", "csv", "utf-8-sig", dates=_SLASHED, nothing=("", "—")),
    Sender("inspection", "云岭市局", "xlsx", variant=1, has_typed_cells=True),
    Sender("sampling", "省药检院", "xlsx", has_typed_cells=True),
    Sender("sampling", "器械检测中心", "csv", "gb18030", variant=1, dates=_CHINESE),
    Sender("signal", "投诉举报中心", "csv", dates=("%Y-%m-%d %H:%M:%S",)),
    Sender("signal", "不良反应监测中心", "xlsx", variant=1),
    Sender("rectification", "省局检查中心", "csv", "utf-8-sig", dates=_SLASHED),
    Sender("rectification", "岩溪市局", "csv", "gb18030", variant=1, dates=("%Y%m%d",)),
    Sender("commitment", "政务服务窗口", "csv", "utf-8-sig"),
    Sender("commitment", "市级窗口汇总", "xlsx", variant=1, dates=_CHINESE),
    Sender("honour", "各市上报", "xlsx", dates=_CHINESE),
    Sender("honour", "省局办公室", "csv", "gb18030", variant=1),
    Sender("decision", "信用办台账", "xlsx"),
    Sender("person_ban", "省局稽查处", "csv", "gb18030"),
)


def sender_of(fact: DemoRecord) -> Sender:
    """The office that reports a fact: always the same one for an enterprise and a kind."""
    able = [office for office in SENDERS if office.kind == fact.kind]
    return able[fact.serial % len(able)]


def delivery_days(span: DemoPeriod) -> tuple[date, ...]:
    """The days on which files come: the history at once, then weekly, then daily to the end."""
    agos = (*(ago for ago in WEEKLY_BEFORE_END if ago < span.days), *range(min(DAILY_FROM, span.days - 1), -1, -1))
    return tuple(span.ago(ago) for ago in agos)


def delivery_for(sent_on: date, days: tuple[date, ...]) -> date | None:
    """The delivery that carries what is sent on a day; None where it comes after the end."""
    return next((day for day in days if day >= sent_on), None)


def read_source(kind: str) -> Source:
    """The standard source of a kind, whose headings the offices use."""
    path = SOURCES / f"{kind}.yaml"
    return load_document(path.read_text(encoding="utf-8"), path.name, Source)


def file_columns(office: Sender, source: Source) -> tuple[FileColumn, ...]:
    """The columns of an office's files, in the order of the source file; each heading once."""
    return tuple({column.heading: column for column in reversed(tuple(_columns(office, source)))}.values())[::-1]


def _columns(office: Sender, source: Source) -> Iterator[FileColumn]:
    for name, cell in source.records[0].columns.items():
        if name not in UNUSED and cell.from_:
            yield FileColumn(name, cell.from_[min(office.variant, len(cell.from_) - 1)], cell)
    stamp = source.inputs.get(source.records[0].version_by or "")
    if stamp is not None:
        yield FileColumn(SENT_ON, stamp.from_[0], stamp)


def next_delivery(day: date, days: tuple[date, ...]) -> date | None:
    """The delivery after `day`."""
    return delivery_for(day + timedelta(days=1), days)


FEN = {"元": 2, "万元": 6}

FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")

BRACKETS = ("〔〕", "【】", "[]", "()", "（）", "［］")

FULL_WIDTH_PER_MILLE = 12

OWN_WORD_PER_MILLE = 300

HALF_WIDTH_PER_MILLE = 400

LOOSE_CODE_PER_MILLE = 15

BROKEN_OFF_AFTER = 4

CellValue = str | date | Decimal


def written_row(fact: DemoRecord, office: Sender, columns: tuple[FileColumn, ...], streams: Streams) -> list[CellValue]:
    """The cells of one row. A fact sent again is written in the same words."""
    role = "first" if fact.role == "duplicate" else fact.role
    rng = streams.of("writing", fact.kind, document_number(fact), role)
    if fact.shape == "header":
        return [column.heading for column in columns]
    kept = columns[:BROKEN_OFF_AFTER] if fact.shape == "short" else columns
    return [_cell(fact, column, office, rng) for column in kept]


def document_number(fact: DemoRecord) -> str:
    """The document number a fact bears."""
    return str(fact.values[KINDS[fact.kind].number])


def _cell(fact: DemoRecord, column: FileColumn, office: Sender, rng: Random) -> CellValue:
    if column.name in fact.cells:
        return fact.cells[column.name]
    value = fact.sent_on if column.name == SENT_ON else fact.values.get(column.name)
    if office.has_typed_cells and isinstance(value, date):
        return value
    if office.has_typed_cells and column.cell.unit and isinstance(value, int):
        return _money(value, column.cell.unit)
    return _text(fact, column, value, office, rng)


def _text(fact: DemoRecord, column: FileColumn, value: FieldValue, office: Sender, rng: Random) -> str:
    match value:
        case None:
            return rng.choice(office.nothing)
        case bool():
            return YES_NO[str(value).lower()]
        case date():
            return value.strftime(rng.choice(office.dates))
        case tuple():
            return _separator(rng, column).join(_word(fact.kind, column, part, rng) for part in value)
        case int():
            return _figures(rng, _number(value, column))
        case str():
            return _TEXTS.get(column.name, _plain)(rng, _word(fact.kind, column, value, rng))


def _separator(rng: Random, column: FileColumn) -> str:
    return rng.choice(column.cell.split or "；")


def _word(kind: str, column: FileColumn, code: str, rng: Random) -> str:
    """The Chinese word of a code: the standard one, or one of the office's own that the source file knows."""
    known = KINDS[kind].column(column.name).codes
    if code not in known:
        return code
    own = [word for word, meaning in column.cell.words.items() if meaning == code and "、" not in word]
    return rng.choice(own) if own and chance(rng, OWN_WORD_PER_MILLE) else known[code]


def _money(fen: int, unit: str) -> Decimal:
    return Decimal(fen).scaleb(-FEN[unit]).quantize(Decimal(1).scaleb(-FEN[unit]))


def _number(value: int, column: FileColumn) -> str:
    return f"{_money(value, column.cell.unit):,}" if column.cell.unit else str(value)


def _figures(rng: Random, text: str) -> str:
    return text.translate(FULL_WIDTH) if chance(rng, FULL_WIDTH_PER_MILLE) else text


def _bracketed(rng: Random, number: str) -> str:
    pair = rng.choice(BRACKETS)
    return number.replace("〔", pair[0]).replace("〕", pair[1])


def _half_width(rng: Random, name: str) -> str:
    return name.replace("（", "(").replace("）", ")") if chance(rng, HALF_WIDTH_PER_MILLE) else name


def _loose_code(rng: Random, code: str) -> str:
    """A code typed by hand: small letters, a blank in the middle."""
    return f"{code[:8]} {code[8:].lower()}" if chance(rng, LOOSE_CODE_PER_MILLE) else code


def _plain(rng: Random, text: str) -> str:
    return text


_TEXTS: dict[str, Callable[[Random, str], str]] = {
    "decision_no": _bracketed,
    "order_no": _bracketed,
    "ban_no": _bracketed,
    "honour_no": _bracketed,
    "party_name": _half_width,
    "uscc": _loose_code,
}
