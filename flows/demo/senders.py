"""The offices that send files: kinds, formats, headings and days of delivery, and how each office writes values.

They write correctly in substance, but each in its own way: its words, dates and brackets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Literal

from flows.demo.model import DemoPeriod, DemoRecord, FieldValue, Streams, chance
from transforms.policy_model.source import FieldMapping, Source, load_source
from transforms.schemas import KINDS
from transforms.schemas.vocabularies import YES_NO

SOURCES = Path(__file__).parents[2] / "policy" / "sources"
WEEKLY_BEFORE_END = (28, 21, 14)  # the history at once, then two weekly deliveries,
DAILY_FROM = 7  # then one a day
SENT_ON = "sent_on"  # when an office last changed what it reports; without it two reports of one day have no order
UNUSED = ("score_centipoints", "publicity_until_on", "remark", "ungraded_count", "registration_no")
FEN = {"元": 2, "万元": 6}
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
BRACKETS = ("〔〕", "【】", "[]", "()", "（）", "［］")
BRACKETED_COLUMNS = ("decision_no", "order_no", "ban_no", "honour_no", "case_no", "transfer_no", "decision_nos")
FULL_WIDTH_PER_MILLE = 12
OWN_WORD_PER_MILLE = 300
HALF_WIDTH_PER_MILLE = 400
LOOSE_CODE_PER_MILLE = 15
BROKEN_OFF_AFTER = 4
CellValue = str | date | Decimal


@dataclass(frozen=True)
class Sender:
    """An office: its files, and its habits of writing. `variant` selects one of the accepted headings."""

    kind: str
    name: str
    form: Literal["csv", "xlsx"]
    encoding: str = "utf-8"
    variant: int = 0
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    has_typed_cells: bool = False
    nothing: tuple[str, ...] = ("",)

    def file_name(self, title: str, day: date) -> str:
        """The path of its file of `day` below the inbox, in a folder per day."""
        return f"{day.isoformat()}/{self.name}_{title}_{day:%Y%m%d}.{self.form}"


@dataclass(frozen=True)
class FileColumn:
    """A column of an office's file: the field it holds, its heading, and how the source reads it."""

    name: str
    heading: str
    mapping: FieldMapping


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
    Sender("licence", "省局许可处", "csv", dates=_SLASHED, nothing=("", "/")),
    Sender("licence", "市级许可汇总", "xlsx", variant=1, has_typed_cells=True),
    Sender("post", "省局许可处", "csv", "utf-8-sig", dates=_SLASHED, nothing=("", "—")),
    Sender("post", "市级许可汇总", "xlsx", variant=1, has_typed_cells=True),
    Sender("external_listing", "省公共信用信息中心", "csv", nothing=("", "—")),
    Sender("external_listing", "市级信息共享平台", "xlsx", variant=1, dates=_CHINESE),
    Sender("list_delivery", "省公共信用信息中心", "csv"),
    Sender("push", "信用办", "xlsx", has_typed_cells=True),
    Sender("inspector", "检查员管理处", "xlsx"),
    Sender("inspector_conflict", "检查员管理处", "csv", "gb18030", dates=_SLASHED),
    Sender("case", "省局稽查处", "csv", "utf-8-sig", dates=_SLASHED),
    Sender("case", "市级执法汇总", "xlsx", variant=1, has_typed_cells=True),
    Sender("case_transfer", "省局稽查处", "xlsx", dates=_CHINESE),
    Sender("complaint", "省局投诉举报中心", "csv", "gb18030", dates=_SLASHED),
    Sender("complaint", "12315平台导出", "xlsx", variant=1),
    Sender("decision", "信用办台账", "xlsx"),
    Sender("person_ban", "省局稽查处", "csv", "gb18030"),
)


def sender_of(record: DemoRecord) -> Sender:
    """The office that reports a record: always the same one for an enterprise and a kind."""
    senders = [sender for sender in SENDERS if sender.kind == record.kind]
    return senders[record.serial % len(senders)]


def delivery_days(period: DemoPeriod) -> tuple[date, ...]:
    """The days on which files come: the history at once, then weekly, then daily to the end."""
    weekly = (ago for ago in WEEKLY_BEFORE_END if ago < period.days)
    return tuple(period.ago(ago) for ago in (*weekly, *range(min(DAILY_FROM, period.days - 1), -1, -1)))


def delivery_for(sent_on: date, days: tuple[date, ...]) -> date | None:
    """The delivery that carries what is sent on a day; None after the end."""
    return next((day for day in days if day >= sent_on), None)


def next_delivery(day: date, days: tuple[date, ...]) -> date | None:
    """The delivery after `day`; None after the last."""
    return delivery_for(day + timedelta(days=1), days)


def read_source(kind: str) -> Source:
    """The standard source of a kind, whose headings the offices use."""
    path = SOURCES / f"{kind}.yaml"
    return load_source(path.read_text(encoding="utf-8"), path.name)


def file_columns(sender: Sender, source: Source) -> tuple[FileColumn, ...]:
    """The columns of an office's files in the order of the source; of a repeated heading the last column."""
    columns = [
        FileColumn(name, mapping.from_[min(sender.variant, len(mapping.from_) - 1)], mapping)
        for name, mapping in source.records[0].columns.items()
        if name not in UNUSED and mapping.from_
    ]
    sent_on = source.inputs.get(source.records[0].version_by or "")
    if sent_on is not None:
        columns.append(FileColumn(SENT_ON, sent_on.from_[0], sent_on))
    return tuple({column.heading: column for column in reversed(columns)}.values())[::-1]


def written_row(
    record: DemoRecord, sender: Sender, columns: tuple[FileColumn, ...], streams: Streams
) -> list[CellValue]:
    """The cells of one row. A record that is sent again is written in the same way."""
    role = "first" if record.role == "duplicate" else record.role
    rng = streams.of("writing", record.kind, document_number(record), role)
    if record.shape == "header":
        return [column.heading for column in columns]
    kept = columns[:BROKEN_OFF_AFTER] if record.shape == "short" else columns
    return [_cell(record, column, sender, rng) for column in kept]


def document_number(record: DemoRecord) -> str:
    """The document number of a record."""
    return str(record.values[KINDS[record.kind].number])


def _cell(record: DemoRecord, column: FileColumn, sender: Sender, rng: Random) -> CellValue:
    if column.name in record.cells:
        return record.cells[column.name]
    value = record.sent_on if column.name == SENT_ON else record.values.get(column.name)
    if sender.has_typed_cells and isinstance(value, date):
        return value
    if sender.has_typed_cells and column.mapping.unit and isinstance(value, int):
        return _money(value, column.mapping.unit)
    return _as_text(record, column, value, sender, rng)


def _as_text(record: DemoRecord, column: FileColumn, value: FieldValue, sender: Sender, rng: Random) -> str:
    unit = column.mapping.unit
    match value:
        case None:
            return rng.choice(sender.nothing)
        case bool():
            return YES_NO[str(value).lower()]
        case date():
            return value.strftime(rng.choice(sender.dates))
        case tuple():
            separator = rng.choice(column.mapping.split or "；")
            return separator.join(_word(record.kind, column, part, rng) for part in value)
        case int():
            number = f"{_money(value, unit):,}" if unit else str(value)
            return number.translate(FULL_WIDTH) if chance(rng, FULL_WIDTH_PER_MILLE) else number
        case str():
            return _text(column.name, _word(record.kind, column, value, rng), rng)


def _word(kind: str, column: FileColumn, code: str, rng: Random) -> str:
    """The Chinese word of a code: the standard one, or one of the office's own that the source knows."""
    terms = KINDS[kind].column(column.name).codes
    if code not in terms:
        return code
    own = [word for word, meaning in column.mapping.words.items() if meaning == code and "、" not in word]
    return rng.choice(own) if own and chance(rng, OWN_WORD_PER_MILLE) else terms[code]


def _money(fen: int, unit: str) -> Decimal:
    return Decimal(fen).scaleb(-FEN[unit]).quantize(Decimal(1).scaleb(-FEN[unit]))


def _text(column: str, text: str, rng: Random) -> str:
    """A text as typed by hand: any kind of brackets in document numbers, codes in small letters with a space."""
    if column in BRACKETED_COLUMNS:
        pair = rng.choice(BRACKETS)
        return text.replace("〔", pair[0]).replace("〕", pair[1])
    if column == "party_name" and chance(rng, HALF_WIDTH_PER_MILLE):
        return text.replace("（", "(").replace("）", ")")
    if column == "uscc" and chance(rng, LOOSE_CODE_PER_MILLE):
        return f"{text[:8]} {text[8:].lower()}"
    return text
