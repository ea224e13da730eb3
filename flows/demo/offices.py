"""The offices that send files: who sends what, in which format, under which headings, how often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from flows.demo.facts import Fact, Span
from transforms.policy.document import load_document
from transforms.policy.source import Cell, Source

SOURCES = Path(__file__).parents[2] / "policy" / "sources"
WEEKLY_BEFORE_END = (28, 21, 14)  # the history at once, then two weekly deliveries,
DAILY_FROM = 7  # then one a day
STAMP = "sent_on"  # when an office last changed what it reports: without it nobody could order reports of one night
UNUSED = ("score_centipoints", "publicity_until_on", "remark", "ungraded_count", "registration_no")


@dataclass(frozen=True)
class Office:
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
class Column:
    """A column of an office's file: the field it holds, its heading, and how the source reads it."""

    name: str
    heading: str
    cell: Cell


_SLASHED = ("%Y/%m/%d", "%Y-%m-%d")
_CHINESE = ("%Y年%m月%d日", "%Y.%m.%d")
OFFICES = (
    Office("enterprise", "省局许可处", "csv"),
    Office("enterprise", "各市登记汇总", "xlsx", variant=1, dates=_SLASHED),
    Office("penalty", "省局稽查处", "csv", "utf-8-sig"),
    Office("penalty", "岩溪市局", "csv", "gb18030", variant=1, dates=_CHINESE, nothing=("", "/", "无")),
    Office("penalty", "县级执法单位汇总", "xlsx", variant=2, has_typed_cells=True),
    Office("inspection", "省局检查中心", "csv", "utf-8-sig", dates=_SLASHED, nothing=("", "—")),
    Office("inspection", "云岭市局", "xlsx", variant=1, has_typed_cells=True),
    Office("sampling", "省药检院", "xlsx", has_typed_cells=True),
    Office("sampling", "器械检测中心", "csv", "gb18030", variant=1, dates=_CHINESE),
    Office("signal", "投诉举报中心", "csv", dates=("%Y-%m-%d %H:%M:%S",)),
    Office("signal", "不良反应监测中心", "xlsx", variant=1),
    Office("rectification", "省局检查中心", "csv", "utf-8-sig", dates=_SLASHED),
    Office("rectification", "岩溪市局", "csv", "gb18030", variant=1, dates=("%Y%m%d",)),
    Office("commitment", "政务服务窗口", "csv", "utf-8-sig"),
    Office("commitment", "市级窗口汇总", "xlsx", variant=1, dates=_CHINESE),
    Office("honour", "各市上报", "xlsx", dates=_CHINESE),
    Office("honour", "省局办公室", "csv", "gb18030", variant=1),
    Office("decision", "信用办台账", "xlsx"),
    Office("person_ban", "省局稽查处", "csv", "gb18030"),
)


def office_of(fact: Fact) -> Office:
    """The office that reports a fact: always the same one for an enterprise and a kind."""
    able = [office for office in OFFICES if office.kind == fact.kind]
    return able[fact.serial % len(able)]


def deliveries(span: Span) -> tuple[date, ...]:
    """The days on which files come: the history at once, then weekly, then daily to the end."""
    agos = (*(ago for ago in WEEKLY_BEFORE_END if ago < span.days), *range(min(DAILY_FROM, span.days - 1), -1, -1))
    return tuple(span.ago(ago) for ago in agos)


def delivered_on(sent_on: date, days: tuple[date, ...]) -> date | None:
    """The delivery that carries what is sent on a day; None where it comes after the end."""
    return next((day for day in days if day >= sent_on), None)


def read_source(kind: str) -> Source:
    """The standard source of a kind, whose headings the offices use."""
    path = SOURCES / f"{kind}.yaml"
    return load_document(path.read_text(encoding="utf-8"), path.name, Source)


def columns_of(office: Office, source: Source) -> tuple[Column, ...]:
    """The columns of an office's files, in the order of the source file; each heading once."""
    return tuple({column.heading: column for column in reversed(tuple(_columns(office, source)))}.values())[::-1]


def _columns(office: Office, source: Source) -> Iterator[Column]:
    for name, cell in source.records[0].columns.items():
        if name not in UNUSED and cell.from_:
            yield Column(name, cell.from_[min(office.variant, len(cell.from_) - 1)], cell)
    stamp = source.inputs.get(source.records[0].version_by or "")
    if stamp is not None:
        yield Column(STAMP, stamp.from_[0], stamp)


def next_delivery(day: date, days: tuple[date, ...]) -> date | None:
    """The delivery after `day`."""
    return delivered_on(day + timedelta(days=1), days)
