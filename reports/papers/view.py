"""A paper as it is set: every text filled in, every blank and every unsettled ground marked for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports import show
from reports.grid import CONFIDENCES
from reports.papers.words import blank, chinese_day, chinese_number

PARTICULARS = ("party", "uscc", "address")
# A line that says a condition is met, by the names of the conditions: it stands only where the records bear it out.
_ASSERTION = re.compile("〔须符合：([^〕]*)〕")
_UNKNOWN_IN_BLANK = "……"
_MARK = re.compile(r"\{([^{}]*)\}|〔待填：([^〕]*)〕")
_BLANK = re.compile("〔待填：([^〕]*)〕")
_LIST = re.compile(r"\{([a-z_]+)\}\s*")
_ITEM = re.compile(r"（[一二三四五六七八九十]+）")

Value = str | date | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class Fact:
    """What is known under a name, None for unknown. remark: what is unsettled about it; confidence as in policy."""

    value: Value
    label: str
    remark: str = ""
    confidence: str = "C"


@dataclass(frozen=True)
class Checked:
    """What the records say of a condition on the paper's day. told: what stands against it, or is not on record.

    is_stated: the records answer it, for or against.
    """

    is_met: bool
    is_stated: bool
    told: str
    confidence: str = "C"


_UNCHECKED = Checked(is_met=False, is_stated=False, told="未经记录核对", confidence="I")


@dataclass(frozen=True)
class Wording:
    """A paragraph before it is filled: {name} is a fact, 〔待填：…〕 a blank; lines are paragraphs on paper.

    A line that begins with 〔须符合：wait〕 says that this condition is met: where it is not, the line becomes a blank.
    """

    id: str
    heading: str
    text: str
    basis: str
    confidence: str


@dataclass(frozen=True)
class Piece:
    """Text, or a blank with what is to be written there."""

    text: str
    is_blank: bool = False


@dataclass(frozen=True)
class Line:
    """A paragraph on paper; is_item: one of a numbered list."""

    pieces: tuple[Piece, ...]
    is_item: bool = False

    @property
    def text(self) -> str:
        """As plain text, blanks as 〔待填：…〕."""
        return "".join(blank(piece.text) if piece.is_blank else piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Note:
    """What a person must check of a section before it is served. Shown in the working copy, not printed."""

    confidence: str
    basis: str
    remarks: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nothing about it is open."""
        return self.confidence == "C" and not self.remarks

    @property
    def word(self) -> str:
        """The confidence as an officer reads it."""
        return CONFIDENCES[self.confidence]


@dataclass(frozen=True)
class Section:
    """A heading (or none), its lines, and the ground of the text."""

    id: str
    heading: str
    lines: tuple[Line, ...]
    note: Note


@dataclass(frozen=True)
class PaperView:
    """A paper. number: with blanks where it is not given. particulars: the party's, where the paper begins with them;
    else it begins with a salutation. dated: the day under the authority's name, a blank for a draft. source, warnings:
    for the working copy.
    """

    kind: str
    title: str
    authority: Line
    number: Line
    salutation: Line | None
    particulars: tuple[tuple[str, Line], ...]
    sections: tuple[Section, ...]
    dated: Line
    foot: Line
    source: str
    warnings: tuple[str, ...] = ()

    @property
    def lines(self) -> Iterator[Line]:
        """Every line, in order."""
        yield from (self.authority, self.number)
        yield from [self.salutation] if self.salutation else []
        yield from (line for _, line in self.particulars)
        yield from (line for section in self.sections for line in section.lines)
        yield from (self.dated, self.foot)

    @property
    def blanks(self) -> tuple[str, ...]:
        """What a person is to write, in order, each once."""
        found = (piece.text for line in self.lines for piece in line.pieces if piece.is_blank)
        return tuple(dict.fromkeys(found))

    @property
    def unsettled(self) -> tuple[Section, ...]:
        """Sections whose ground a person must check."""
        return tuple(section for section in self.sections if not section.note.is_settled)


@dataclass(frozen=True)
class Form:
    """What the policy says of a paper on its day. number: as given for it, else the pattern. source: which texts."""

    kind: str
    title: str
    number: str
    is_salutation: bool
    foot: str
    wordings: tuple[Wording, ...]
    source: str = ""


def paper_view(
    form: Form,
    facts: Mapping[str, Fact],
    dated: date | None,
    warnings: tuple[str, ...] = (),
    checked: Mapping[str, Checked] | None = None,
) -> PaperView:
    """The paper of `form` about `facts`. dated: the day under it; None leaves it a blank. warnings: see PaperView.

    checked: by name the conditions that lines may say to be met; what is not there was not checked.

    Raises KeyError for a name in a text that is no fact: policy files are checked for that when they are read.
    """
    day = Line((Piece(chinese_day(dated)),) if dated else (Piece("文书日期", is_blank=True),))
    salutation = Line((*_filled("{party}", facts).pieces, Piece("："))) if form.is_salutation else None
    return PaperView(
        kind=form.kind,
        title=form.title,
        authority=_filled("{authority}", facts),
        number=_filled(form.number, facts),
        salutation=salutation,
        particulars=() if form.is_salutation else _particulars(facts),
        sections=_sections(form.wordings, facts, checked or {}),
        dated=day,
        foot=_filled(form.foot, facts),
        source=form.source,
        warnings=tuple(map(_clean, warnings)),
    )


def _particulars(facts: Mapping[str, Fact]) -> tuple[tuple[str, Line], ...]:
    is_person = facts["is_person"].value is True
    head = "法定代表人（负责人、经营者）"
    names = PARTICULARS[:1] if is_person else PARTICULARS
    rows = [(facts[name].label, _filled(f"{{{name}}}", facts)) for name in names]
    asked = "身份证件（仅存卷，公示时隐去）" if is_person else head
    return (*rows, (asked, Line((Piece(asked, is_blank=True),))))


def _sections(
    wordings: Sequence[Wording], facts: Mapping[str, Fact], checked: Mapping[str, Checked]
) -> tuple[Section, ...]:
    made: list[Section] = []
    for wording in wordings:
        number = sum(bool(section.heading) for section in made) + 1
        heading = f"{chinese_number(number)}、{wording.heading}" if wording.heading else ""
        note = Note(*_ground(wording, facts, checked))
        made.append(Section(wording.id, heading, tuple(_lines(wording.text, facts, checked)), note))
    return tuple(made)


def _ground(
    wording: Wording, facts: Mapping[str, Fact], checked: Mapping[str, Checked]
) -> tuple[str, str, tuple[str, ...]]:
    """The weakest confidence of the text and of what fills it, and what is to be said of the latter.

    A condition that is not met leaves the text unsettled, whatever its ground.
    """
    used = [facts[name] for name in re.findall(r"\{([^{}]*)\}", wording.text)]
    asserted = [one for names in _ASSERTION.findall(wording.text) for one in _asserted(names, checked)]
    order = list(CONFIDENCES)
    sure = [*(fact.confidence for fact in used), *(one.confidence for one in asserted)]
    weakest = max([wording.confidence, *sure], key=order.index)
    if not all(one.is_met for one in asserted):
        weakest = max(weakest, "I", key=order.index)
    remarks = [fact.remark for fact in used] + [one.told for one in asserted if not one.is_met]
    return weakest, wording.basis, tuple(dict.fromkeys(remark for remark in map(_clean, remarks) if remark))


def _asserted(names: str, checked: Mapping[str, Checked]) -> list[Checked]:
    return [checked.get(name, _UNCHECKED) for name in names.split("、")]


def _lines(text: str, facts: Mapping[str, Fact], checked: Mapping[str, Checked]) -> Iterator[Line]:
    for marked in text.splitlines():
        mark = _ASSERTION.match(marked)
        line = marked[mark.end() :] if mark else marked
        open_ = [one for one in _asserted(mark[1], checked) if not one.is_met] if mark else []
        if open_:
            yield _unmet(line, open_, facts)
            continue
        alone = _LIST.fullmatch(line)
        values = facts[alone[1]].value if alone else None
        if isinstance(values, tuple):
            yield from _items(values)
            continue
        filled = _filled(line, facts)
        yield Line(filled.pieces, is_item=bool(_ITEM.match(line)))


def _unmet(line: str, open_: Sequence[Checked], facts: Mapping[str, Fact]) -> Line:
    """A line whose conditions are not met: a blank to settle. What is only not on record has its own blank, if any."""
    filled = _filled(line, facts)
    if not any(one.is_stated for one in open_) and any(piece.is_blank for piece in filled.pieces):
        return Line(filled.pieces, is_item=bool(_ITEM.match(line)))
    item = _ITEM.match(line)
    said = "".join(_UNKNOWN_IN_BLANK if piece.is_blank else piece.text for piece in filled.pieces)
    body = said[item.end() if item else 0 :]
    stop = body[-1] if body.endswith(("；", "。")) else ""
    told = "；".join(dict.fromkeys(_clean(one.told) for one in open_))
    asked = Piece(f"{body.removesuffix(stop)}——{told}", is_blank=True)
    pieces = (Piece(item[0] if item else ""), asked, Piece(stop))
    return Line(tuple(piece for piece in pieces if piece.text), is_item=item is not None)


def _items(values: tuple[str, ...]) -> Iterator[Line]:
    for at, value in enumerate(values, 1):
        stop = "；" if at < len(values) else "。"
        yield Line((Piece(f"（{chinese_number(at)}）"), *_with_blanks(value), Piece(stop)), is_item=True)


def _filled(text: str, facts: Mapping[str, Fact]) -> Line:
    pieces: list[Piece] = []
    end = 0
    for found in _MARK.finditer(text):
        pieces.append(Piece(text[end : found.start()]))
        pieces.append(_piece(facts[found[1]]) if found[1] is not None else Piece(found[2], is_blank=True))
        end = found.end()
    pieces.append(Piece(text[end:]))
    return Line(tuple(piece for piece in pieces if piece.text))


def _with_blanks(value: str) -> tuple[Piece, ...]:
    """A list's item, which may say itself what a person is to write."""
    parts = _BLANK.split(value)
    pieces = (Piece(_clean(part), is_blank=bool(at % 2)) for at, part in enumerate(parts))
    return tuple(piece for piece in pieces if piece.text)


def _piece(fact: Fact) -> Piece:
    if fact.value is None or fact.value in ("", ()):
        return Piece(fact.label, is_blank=True)
    if isinstance(fact.value, date):
        return Piece(chinese_day(fact.value))
    texts = fact.value if isinstance(fact.value, tuple) else (str(fact.value),)
    return Piece("；".join(map(_clean, texts)))


def _clean(text: str) -> str:
    """What came from outside: on one line, without control characters, identity numbers masked, no full stop twice."""
    return show.redact(show.clean(text)).strip().rstrip("。；")
