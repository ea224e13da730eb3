"""The office's papers (告知书, 决定书): view model, HTML that prints well, and PDF. The same view gives the same bytes.

A font of this machine is cut down to the characters of a paper, so that it looks and prints the same everywhere.
"""

from __future__ import annotations

import base64
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from typing import Any

from reports import formatting
from reports.grid import CONFIDENCE_LABELS
from reports.html import render, template_text, trusted_markup

PARTICULARS = ("party", "uscc", "address", "representative")
NUMERALS = "〇一二三四五六七八九"
# Begins a line that asserts conditions, by their names: the line is kept only where the records show it.
_ASSERTION = re.compile("〔须符合：([^〕]*)〕")
_FACT_OR_BLANK = re.compile(r"\{([^{}]*)\}|〔待填：([^〕]*)〕")
_BLANK = re.compile("〔待填：([^〕]*)〕")
_LIST_FACT = re.compile(r"\{([a-z_]+)\}\s*")
_ITEM_NUMBER = re.compile(r"（[一二三四五六七八九十]+）")
_UNKNOWN_IN_BLANK = "……"
_INSTALL_FONT = "On Debian: apt-get install fontconfig fonts-noto-cjk."
_INSTALL_PANGO = "On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
# What the template writes itself; its characters must be in the font too.
_TEMPLATE_TEXT = " 0123456789第页共—〔待填：〕（印　章）工作稿核对空白处未定依据不打印没有可信度："
FactValue = str | date | bool | tuple[str, ...] | None


class PaperToolMissing(RuntimeError):
    """A tool or font for papers is not installed; the message says what to install."""


class NoGlyph(ValueError):
    """No font asked for has a character of the paper; the message names it and says what to do."""


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

    checked: by name the conditions that lines may say to be met; what is not there was not checked. Raises KeyError
    for a name in a text that is no fact: policy files are checked for that when they are read.
    """
    day = PaperLine((PaperPiece(chinese_day(dated)),) if dated else (PaperPiece("文书日期", is_blank=True),))
    particulars: tuple[tuple[str, PaperLine], ...] = ()
    if not form.is_salutation:
        is_person = facts["is_person"].value is True
        names = PARTICULARS[:1] if is_person else PARTICULARS
        rows = [(facts[name].label, _filled(f"{{{name}}}", facts)) for name in names]
        if is_person:
            head = "身份证件（仅存卷，公示时隐去）"
            rows.append((head, PaperLine((PaperPiece(head, is_blank=True),))))
        particulars = tuple(rows)
    salutation = PaperLine((*_filled("{party}", facts).pieces, PaperPiece("："))) if form.is_salutation else None
    sections: list[PaperSection] = []
    for wording in form.wordings:
        number = sum(bool(section.heading) for section in sections) + 1
        heading = f"{chinese_number(number)}、{wording.heading}" if wording.heading else ""
        lines = tuple(_lines(wording.text, facts, checked or {}))
        sections.append(PaperSection(wording.id, heading, lines, _note(wording, facts, checked or {})))
    return PaperView(
        kind=form.kind,
        title=form.title,
        authority=_filled("{authority}", facts),
        number=_filled(form.number, facts),
        salutation=salutation,
        particulars=particulars,
        sections=tuple(sections),
        dated=day,
        foot=_filled(form.foot, facts),
        source=form.source,
        warnings=tuple(map(_clean, warnings)),
    )


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


def _note(
    wording: PaperParagraph, facts: Mapping[str, PaperFact], checked: Mapping[str, ConditionCheck]
) -> SectionNote:
    """The weakest confidence of the text and of what fills it, and the remarks on the latter.

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
    cleaned = tuple(dict.fromkeys(remark for remark in map(_clean, remarks) if remark))
    return SectionNote(weakest, wording.basis, cleaned)


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
            for at, value in enumerate(values, 1):
                # An item may itself ask for what a person is to write.
                parts = [PaperPiece(_clean(part), is_blank=bool(n % 2)) for n, part in enumerate(_BLANK.split(value))]
                stop = PaperPiece("；" if at < len(values) else "。")
                pieces = (PaperPiece(f"（{chinese_number(at)}）"), *(part for part in parts if part.text), stop)
                yield PaperLine(pieces, is_item=True)
            continue
        filled = _filled(line, facts)
        yield PaperLine(filled.pieces, is_item=bool(_ITEM_NUMBER.match(line)))


def _unmet(line: str, open_: Sequence[ConditionCheck], facts: Mapping[str, PaperFact]) -> PaperLine:
    """A line whose conditions are not met: a blank to settle. What is only not on record has its own blank, if any."""
    filled = _filled(line, facts)
    if not any(one.is_stated for one in open_) and any(piece.is_blank for piece in filled.pieces):
        return PaperLine(filled.pieces, is_item=bool(_ITEM_NUMBER.match(line)))
    item = _ITEM_NUMBER.match(line)
    content = "".join(_UNKNOWN_IN_BLANK if piece.is_blank else piece.text for piece in filled.pieces)
    body = content[item.end() if item else 0 :]
    stop = body[-1] if body.endswith(("；", "。")) else ""
    findings = "；".join(dict.fromkeys(_clean(one.finding) for one in open_))
    asked = PaperPiece(f"{body.removesuffix(stop)}——{findings}", is_blank=True)
    pieces = (PaperPiece(item[0] if item else ""), asked, PaperPiece(stop))
    return PaperLine(tuple(piece for piece in pieces if piece.text), is_item=item is not None)


def _filled(text: str, facts: Mapping[str, PaperFact]) -> PaperLine:
    pieces: list[PaperPiece] = []
    end = 0
    for found in _FACT_OR_BLANK.finditer(text):
        pieces.append(PaperPiece(text[end : found.start()]))
        pieces.append(_piece(facts[found[1]]) if found[1] is not None else PaperPiece(found[2], is_blank=True))
        end = found.end()
    pieces.append(PaperPiece(text[end:]))
    return PaperLine(tuple(piece for piece in pieces if piece.text))


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


_INVISIBLE = frozenset(range(0x20))


@dataclass(frozen=True)
class FontFace:
    """A face of a font file, as fontconfig names it."""

    family: str
    path: str
    index: int


@dataclass(frozen=True)
class FontSubset:
    """A face cut down to some characters: a complete OpenType font."""

    family: str
    is_bold: bool
    data: bytes


def font_subsets(plain: str, bold: str, families: Sequence[str]) -> tuple[FontSubset, ...]:
    """Faces for the characters of `plain` and of `bold`, of the first family that is installed and has them.

    Raises PaperToolMissing where none is installed, NoGlyph for a character none has.
    """
    cut = []
    for text, is_bold in ((plain, False), (bold, True)):
        wanted = {ord(character) for character in text} - _INVISIBLE
        faces = [face for face in (installed(family, is_bold) for family in families) if face is not None]
        if not faces:
            asked = ", ".join(families)
            raise PaperToolMissing(f"No font that papers are set in is installed; asked for: {asked}. {_INSTALL_FONT}")
        for face in faces:
            had = wanted & covered(face)
            wanted -= had
            if had:
                cut.append(FontSubset(face.family, is_bold, _subset(face, had)))
        if wanted:
            named = ", ".join(f"{chr(code)} (U+{code:04X})" for code in sorted(wanted))
            have = ", ".join(face.family for face in faces)
            raise NoGlyph(
                f"No installed font has {named}; looked in: {have}. "
                "Install a font that has it, and add its family to 'fonts' in policy/papers/_common.yaml."
            )
    return tuple(cut)


@cache
def installed(family: str, is_bold: bool) -> FontFace | None:
    """The face of that family in that weight; None where fontconfig knows none. Raises PaperToolMissing without it."""
    weight = 200 if is_bold else 80  # bold and regular, in fontconfig's numbers
    command = ["fc-match", "--format", "%{family}\t%{file}\t%{index}", f"{family}:weight={weight}"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as fault:
        raise PaperToolMissing(f"fontconfig, which finds fonts, does not answer: {fault}. {_INSTALL_FONT}") from fault
    names, path, index = answer.split("\t")
    # fontconfig answers with the nearest font: another family will not do. The upper half of the index numbers the
    # instances of a variable font.
    return FontFace(family, path, int(index) & 0xFFFF) if family in names.split(",") else None


@cache
def covered(face: FontFace) -> frozenset[int]:
    """Code points that the face has a glyph for."""
    return frozenset(_opened(face).unicodes)


def _subset(face: FontFace, codes: set[int]) -> bytes:
    harfbuzz = _harfbuzz()
    asked = harfbuzz.SubsetInput()
    asked.sets(harfbuzz.SubsetInputSets.UNICODE).set(codes)
    asked.sets(harfbuzz.SubsetInputSets.LAYOUT_FEATURE_TAG).set(set())  # the default forms are those of the family
    asked.flags = harfbuzz.SubsetFlags.NO_HINTING
    return bytes(harfbuzz.subset(_opened(face), asked).blob.data)


@cache
def _opened(face: FontFace) -> Any:  # noqa: ANN401 (HarfBuzz is imported only when a paper is set)
    harfbuzz = _harfbuzz()
    return harfbuzz.Face(harfbuzz.Blob.from_file_path(face.path), face.index)


def _harfbuzz() -> Any:  # noqa: ANN401
    try:
        import uharfbuzz
    except ImportError as fault:
        raise PaperToolMissing(f"Papers need uharfbuzz, which is not installed. {install_extra()}") from fault
    return uharfbuzz


def install_extra() -> str:
    """What to run to install the Python packages that papers need, into the environment that this program runs in."""
    try:
        declared = requires("yaoxin") or []
    except PackageNotFoundError:  # run from its source
        declared = []
    packages = sorted(one.split(";")[0].strip() for one in declared if re.search(r"extra == .papers.", one))
    command = [sys.executable, "-m", "pip", "install", *(packages or ["uharfbuzz", "weasyprint"])]
    return f"Install it with: {shlex.join(command)}"
