"""The office's papers (告知书, 决定书): view model, HTML that prints well, and PDF. The same view gives the same bytes.

Texts of the policy are filled with facts; every blank and every unsettled ground is marked for a person to settle.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports import formatting
from reports.grid import CONFIDENCE_LABELS
from reports.html import render, template_text, trusted_markup
from reports.paper_fonts import PaperToolMissing, font_subsets, install_extra

PARTICULARS = ("party", "uscc", "address")
NUMERALS = "〇一二三四五六七八九"
# Begins a line that asserts conditions, by their names: the line stands only where the records bear it out.
_ASSERTION = re.compile("〔须符合：([^〕]*)〕")
_FACT_OR_BLANK = re.compile(r"\{([^{}]*)\}|〔待填：([^〕]*)〕")
_BLANK = re.compile("〔待填：([^〕]*)〕")
_LIST_FACT = re.compile(r"\{([a-z_]+)\}\s*")
_ITEM_NUMBER = re.compile(r"（[一二三四五六七八九十]+）")
_UNKNOWN_IN_BLANK = "……"
_INSTALL_PANGO = "On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
# What the template writes itself; its characters must be in the font too.
_TEMPLATE_TEXT = " 0123456789第页共—〔待填：〕（印　章）工作稿核对空白处未定依据不打印没有可信度："
FactValue = str | date | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class PaperFact:
    """A fact of the paper; value None: unknown. remark: what is unsettled about it. confidence: as in policy."""

    value: FactValue
    label: str
    remark: str = ""
    confidence: str = "C"


@dataclass(frozen=True)
class ConditionCheck:
    """Whether a condition is met by the records on the paper's day. finding: what is against it, or not on record.

    is_stated: the records answer it, either way.
    """

    is_met: bool
    is_stated: bool
    finding: str
    confidence: str = "C"


@dataclass(frozen=True)
class PaperParagraph:
    """A paragraph before it is filled: {name} is a fact, 〔待填：…〕 a blank; lines are paragraphs on paper.

    A line that begins with 〔须符合：wait〕 says that this condition is met: where it is not, the line becomes a blank.
    """

    id: str
    heading: str
    text: str
    basis: str
    confidence: str


@dataclass(frozen=True)
class PaperPiece:
    """Text, or a blank with what is to be written there."""

    text: str
    is_blank: bool = False


@dataclass(frozen=True)
class PaperLine:
    """A paragraph on paper; is_item: one of a numbered list."""

    pieces: tuple[PaperPiece, ...]
    is_item: bool = False

    @property
    def text(self) -> str:
        """As plain text, blanks as 〔待填：…〕."""
        return "".join(blank_mark(piece.text) if piece.is_blank else piece.text for piece in self.pieces)


@dataclass(frozen=True)
class SectionNote:
    """What a person must check of a section before service. Shown in the working copy, not printed."""

    confidence: str
    basis: str
    remarks: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nothing about it is open."""
        return self.confidence == "C" and not self.remarks

    @property
    def confidence_label(self) -> str:
        """The confidence in Chinese."""
        return CONFIDENCE_LABELS[self.confidence]


@dataclass(frozen=True)
class PaperSection:
    """A heading (or none), its lines, and the ground of the text."""

    id: str
    heading: str
    lines: tuple[PaperLine, ...]
    note: SectionNote


@dataclass(frozen=True)
class PaperView:
    """A paper. number: with blanks where it is not given. particulars: the party's, where the paper begins with them;
    else it begins with a salutation. dated: the day under the authority's name, a blank for a draft. source, warnings:
    for the working copy.
    """

    kind: str
    title: str
    authority: PaperLine
    number: PaperLine
    salutation: PaperLine | None
    particulars: tuple[tuple[str, PaperLine], ...]
    sections: tuple[PaperSection, ...]
    dated: PaperLine
    foot: PaperLine
    source: str
    warnings: tuple[str, ...] = ()

    @property
    def lines(self) -> Iterator[PaperLine]:
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
    def unsettled(self) -> tuple[PaperSection, ...]:
        """Sections whose ground a person must check."""
        return tuple(section for section in self.sections if not section.note.is_settled)


@dataclass(frozen=True)
class PaperForm:
    """What the policy says of a paper on its day. number: as given for it, else the pattern. source: which texts."""

    kind: str
    title: str
    number: str
    is_salutation: bool
    foot: str
    wordings: tuple[PaperParagraph, ...]
    source: str = ""


_NOT_CHECKED = ConditionCheck(is_met=False, is_stated=False, finding="未经记录核对", confidence="I")


def paper_view(
    form: PaperForm,
    facts: Mapping[str, PaperFact],
    dated: date | None,
    warnings: tuple[str, ...] = (),
    checked: Mapping[str, ConditionCheck] | None = None,
) -> PaperView:
    """The paper of `form` about `facts`. dated: the day under it; None leaves it a blank. warnings: see PaperView.

    checked: by name the conditions that lines may say to be met; what is not there was not checked.

    Raises KeyError for a name in a text that is no fact: policy files are checked for that when they are read.
    """
    day = PaperLine((PaperPiece(chinese_day(dated)),) if dated else (PaperPiece("文书日期", is_blank=True),))
    particulars: tuple[tuple[str, PaperLine], ...] = ()
    if not form.is_salutation:
        is_person = facts["is_person"].value is True
        names = PARTICULARS[:1] if is_person else PARTICULARS
        head = "身份证件（仅存卷，公示时隐去）" if is_person else "法定代表人（负责人、经营者）"
        rows = [(facts[name].label, _filled(f"{{{name}}}", facts)) for name in names]
        particulars = (*rows, (head, PaperLine((PaperPiece(head, is_blank=True),))))
    salutation = PaperLine((*_filled("{party}", facts).pieces, PaperPiece("："))) if form.is_salutation else None
    return PaperView(
        kind=form.kind,
        title=form.title,
        authority=_filled("{authority}", facts),
        number=_filled(form.number, facts),
        salutation=salutation,
        particulars=particulars,
        sections=_sections(form.wordings, facts, checked or {}),
        dated=day,
        foot=_filled(form.foot, facts),
        source=form.source,
        warnings=tuple(map(_clean, warnings)),
    )


def _sections(
    wordings: Sequence[PaperParagraph], facts: Mapping[str, PaperFact], checked: Mapping[str, ConditionCheck]
) -> tuple[PaperSection, ...]:
    made: list[PaperSection] = []
    for wording in wordings:
        number = sum(bool(section.heading) for section in made) + 1
        heading = f"{chinese_number(number)}、{wording.heading}" if wording.heading else ""
        note = SectionNote(*_ground(wording, facts, checked))
        made.append(PaperSection(wording.id, heading, tuple(_lines(wording.text, facts, checked)), note))
    return tuple(made)


def _ground(
    wording: PaperParagraph, facts: Mapping[str, PaperFact], checked: Mapping[str, ConditionCheck]
) -> tuple[str, str, tuple[str, ...]]:
    """The weakest confidence of the text and of what fills it, and what is to be said of the latter.

    A condition that is not met leaves the text unsettled, whatever its ground.
    """
    used = [facts[name] for name in re.findall(r"\{([^{}]*)\}", wording.text)]
    asserted = [one for names in _ASSERTION.findall(wording.text) for one in _asserted(names, checked)]
    order = list(CONFIDENCE_LABELS)
    sure = [*(fact.confidence for fact in used), *(one.confidence for one in asserted)]
    weakest = max([wording.confidence, *sure], key=order.index)
    if not all(one.is_met for one in asserted):
        weakest = max(weakest, "I", key=order.index)
    remarks = [fact.remark for fact in used] + [one.finding for one in asserted if not one.is_met]
    return weakest, wording.basis, tuple(dict.fromkeys(remark for remark in map(_clean, remarks) if remark))


def _asserted(names: str, checked: Mapping[str, ConditionCheck]) -> list[ConditionCheck]:
    return [checked.get(name, _NOT_CHECKED) for name in names.split("、")]


def _lines(text: str, facts: Mapping[str, PaperFact], checked: Mapping[str, ConditionCheck]) -> Iterator[PaperLine]:
    for marked in text.splitlines():
        mark = _ASSERTION.match(marked)
        line = marked[mark.end() :] if mark else marked
        open_ = [one for one in _asserted(mark[1], checked) if not one.is_met] if mark else []
        if open_:
            yield _unmet(line, open_, facts)
            continue
        alone = _LIST_FACT.fullmatch(line)
        values = facts[alone[1]].value if alone else None
        if isinstance(values, tuple):
            yield from _items(values)
            continue
        filled = _filled(line, facts)
        yield PaperLine(filled.pieces, is_item=bool(_ITEM_NUMBER.match(line)))


def _unmet(line: str, open_: Sequence[ConditionCheck], facts: Mapping[str, PaperFact]) -> PaperLine:
    """A line whose conditions are not met: a blank to settle. What is only not on record has its own blank, if any."""
    filled = _filled(line, facts)
    if not any(one.is_stated for one in open_) and any(piece.is_blank for piece in filled.pieces):
        return PaperLine(filled.pieces, is_item=bool(_ITEM_NUMBER.match(line)))
    item = _ITEM_NUMBER.match(line)
    said = "".join(_UNKNOWN_IN_BLANK if piece.is_blank else piece.text for piece in filled.pieces)
    body = said[item.end() if item else 0 :]
    stop = body[-1] if body.endswith(("；", "。")) else ""
    findings = "；".join(dict.fromkeys(_clean(one.finding) for one in open_))
    asked = PaperPiece(f"{body.removesuffix(stop)}——{findings}", is_blank=True)
    pieces = (PaperPiece(item[0] if item else ""), asked, PaperPiece(stop))
    return PaperLine(tuple(piece for piece in pieces if piece.text), is_item=item is not None)


def _items(values: tuple[str, ...]) -> Iterator[PaperLine]:
    for at, value in enumerate(values, 1):
        stop = "；" if at < len(values) else "。"
        yield PaperLine((PaperPiece(f"（{chinese_number(at)}）"), *_with_blanks(value), PaperPiece(stop)), is_item=True)


def _filled(text: str, facts: Mapping[str, PaperFact]) -> PaperLine:
    pieces: list[PaperPiece] = []
    end = 0
    for found in _FACT_OR_BLANK.finditer(text):
        pieces.append(PaperPiece(text[end : found.start()]))
        pieces.append(_piece(facts[found[1]]) if found[1] is not None else PaperPiece(found[2], is_blank=True))
        end = found.end()
    pieces.append(PaperPiece(text[end:]))
    return PaperLine(tuple(piece for piece in pieces if piece.text))


def _with_blanks(value: str) -> tuple[PaperPiece, ...]:
    """A list's item, which may say itself what a person is to write."""
    parts = _BLANK.split(value)
    pieces = (PaperPiece(_clean(part), is_blank=bool(at % 2)) for at, part in enumerate(parts))
    return tuple(piece for piece in pieces if piece.text)


def _piece(fact: PaperFact) -> PaperPiece:
    if fact.value is None or fact.value in ("", ()):
        return PaperPiece(fact.label, is_blank=True)
    if isinstance(fact.value, date):
        return PaperPiece(chinese_day(fact.value))
    texts = fact.value if isinstance(fact.value, tuple) else (str(fact.value),)
    return PaperPiece("；".join(map(_clean, texts)))


def _clean(text: str) -> str:
    """What came from outside: on one line, without control characters, identity numbers masked, no full stop twice."""
    return formatting.redact(formatting.clean(text)).strip().rstrip("。；")


def chinese_day(day: date) -> str:
    """2026-03-01 as 2026年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_number(number: int) -> str:
    """1 to 99 as 一 to 九十九."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones or not tens else "")


def blank_mark(label: str) -> str:
    """The mark of what a person is to write."""
    return f"〔待填：{label}〕"


def paper_html(view: PaperView, families: Sequence[str]) -> str:
    """The paper as one self-contained page; notes for the person who checks it show on the screen only.

    families: fonts in order of preference. Raises PaperToolMissing, NoGlyph.
    """
    plain = [piece.text for line in view.lines for piece in line.pieces]
    plain += [label for label, _ in view.particulars]
    for section in view.sections:
        plain += [section.note.basis, *section.note.remarks]
    plain += [*CONFIDENCE_LABELS.values(), *CONFIDENCE_LABELS, *view.warnings, view.source, view.title]
    bold = [view.title, view.authority.text, *(section.heading for section in view.sections)]
    subsets = font_subsets("".join(plain) + _TEMPLATE_TEXT, "".join(bold) + _TEMPLATE_TEXT, families)
    faces = [(at, subset, base64.b64encode(subset.data).decode()) for at, subset in enumerate(subsets)]
    return render("paper.html", view=view, faces=faces, style=trusted_markup(template_text("paper.css")))


def paper_pdf(html: str) -> bytes:
    """The page as A4 PDF with its fonts embedded; nothing is fetched from files or the network.

    Raises PaperToolMissing.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except ImportError as fault:
        raise PaperToolMissing(f"PDF needs WeasyPrint, which is not installed. {install_extra()}") from fault
    except OSError as fault:
        raise PaperToolMissing(f"PDF needs Pango, which is not on this machine ({fault}). {_INSTALL_PANGO}") from fault
    only_embedded = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    return bytes(HTML(string=html, url_fetcher=only_embedded).write_pdf())
