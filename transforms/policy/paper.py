"""The texts of the office's papers: paragraphs by date, each with its ground, and when it belongs in the paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, get_args

import polars as pl
from pydantic import Field, model_validator

from transforms.policy.conditions import check_condition
from transforms.policy.dated import Confidence, PolicyGap, Strict
from transforms.policy.document import parse_document
from transforms.policy.law_repair import Test
from transforms.policy.paper_facts import FACTS, PAPERS
from transforms.policy.yaml_text import Document, Path
from transforms.tables.shape import FLAG

About = Literal["listing", "penalty"]
NAME = re.compile(r"\{([^{}]*)\}")
# Conditions that a line may say to be met: those of a repair, and that the penalty a listing rests on was annulled.
CONDITIONS: tuple[str, ...] = (*get_args(Test), "annulled")
_ASSERTION = re.compile("〔须符合(：?)([^〕]*)〕")
_ID = r"^[a-z][a-z0-9_]*$"


class Wording(Strict):
    """A text from a day on. {name} is a fact, 〔待填：…〕 a blank for a person; a line is a paragraph on paper.

    A line that begins with 〔须符合：performed、harm_removed〕 says that these conditions are met: where the records do
    not bear that out on the paper's day, the line becomes a blank.
    """

    text: str = Field(min_length=1)
    basis: str = Field(min_length=1)
    confidence: Confidence


class Paragraph(Strict):
    """A part of a paper; left out where `when` is not met, or its text ended. `texts`: by first day in force."""

    id: str = Field(pattern=_ID)
    heading: str = ""
    when: str | None = None
    texts: dict[date, Wording | None] = Field(min_length=1)


class Use(Strict):
    """The shared paragraph of that id; `when` is a condition besides its own."""

    use: str = Field(pattern=_ID)
    when: str | None = None


class SharedParagraphs(Strict):
    """Paragraphs that several papers have, and the fonts all are set in, the first that is installed."""

    shared_paragraphs: tuple[Paragraph, ...]
    fonts: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> SharedParagraphs:
        _check_twins([one.id for one in self.shared_paragraphs])
        return self


class PaperText(Strict):
    """A paper. about: what its ID may name. from: first day it can be written for. number: where none is given."""

    paper: str
    title: str = Field(min_length=1)
    about: tuple[About, ...] = Field(min_length=1)
    from_: date = Field(alias="from")
    opening: Literal["salutation", "particulars"]
    number: str = Field(min_length=1)
    foot: str = ""
    paragraphs: tuple[Paragraph | Use, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> PaperText:
        _check_twins([one.id if isinstance(one, Paragraph) else one.use for one in self.paragraphs])
        return self


class Chosen(Strict):
    """A paragraph as it stands on a day."""

    id: str
    heading: str
    wording: Wording


def _check_twins(ids: list[str]) -> None:
    twins = sorted({one for one in ids if ids.count(one) > 1})
    if twins:
        raise ValueError(f"the paragraph '{twins[0]}' stands twice")


def load_shared(text: str, file_name: str) -> SharedParagraphs:
    """The shared paragraphs written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    shared, document = parse_document(text, file_name, SharedParagraphs)
    for at, paragraph in enumerate(shared.shared_paragraphs):
        _check_paragraph(document, ("shared_paragraphs", at), paragraph)
    document.settle()
    return shared


def load_paper(text: str, file_name: str, shared: SharedParagraphs | None = None) -> PaperText:
    """The paper written in `text` (YAML), shared paragraphs in their places (None: those are not looked up).

    Raises PolicyProblems with every mistake found.
    """
    paper, document = parse_document(text, file_name, PaperText)
    if paper.paper not in PAPERS:
        document.add(("paper",), f"there is no paper '{paper.paper}'", value=paper.paper, words=PAPERS)
    known = {one.id: one for one in shared.shared_paragraphs} if shared else None
    placed = tuple(
        _placed(document, ("paragraphs", at), one, known) if isinstance(one, Use) else one
        for at, one in enumerate(paper.paragraphs)
    )
    for at, paragraph in enumerate(placed):
        if isinstance(paragraph, Paragraph):
            _check_start(document, ("paragraphs", at), paragraph, paper.from_)
            _check_paragraph(document, ("paragraphs", at), paragraph)
    for name in ("number", "foot"):
        _check_names(document, (name,), getattr(paper, name))
    document.settle()
    return paper.model_copy(update={"paragraphs": placed})


def _placed(document: Document, path: Path, one: Use, known: Mapping[str, Paragraph] | None) -> Paragraph | Use:
    if known is None:
        return one
    if one.use not in known:
        document.add((*path, "use"), f"no shared paragraph '{one.use}'", value=one.use, words=known)
        return one
    both = [f"({when})" for when in (known[one.use].when, one.when) if when is not None]
    return known[one.use].model_copy(update={"when": " AND ".join(both) or None})


def _check_start(document: Document, path: Path, paragraph: Paragraph, first: date) -> None:
    if min(paragraph.texts) > first:
        message = f"'{paragraph.id}' has no text on {first}, the first day of the paper"
        document.add((*path, "texts"), message, expected=f"'{first}:' with a text, or null where it did not exist yet")


def _check_paragraph(document: Document, path: Path, paragraph: Paragraph) -> None:
    if paragraph.when is not None:
        check_condition(document, (*path, "when"), FACTS, paragraph.when)
    for day, wording in paragraph.texts.items():
        if wording is not None:
            place: Path = (*path, "texts", day.isoformat(), "text")
            _check_names(document, place, wording.text)
            _check_assertions(document, place, wording.text)


def _check_names(document: Document, path: Path, text: str) -> None:
    columns = {column.name: column for column in FACTS.columns}
    labels = {name: column.label for name, column in columns.items() if column.dtype != FLAG}
    for name in NAME.findall(text):
        if name not in labels:
            what = "can only stand in a condition" if name in columns else "is no fact of a paper"
            document.add(path, f"'{{{name}}}' {what}", value=name, words=labels)


def _check_assertions(document: Document, path: Path, text: str) -> None:
    for line in text.splitlines():
        for found in _ASSERTION.finditer(line):
            if found.start() or not found[1]:
                document.add(path, f"'{found[0]}' stands at the beginning of its line, as 〔须符合：wait〕")
            for name in found[2].split("、"):
                if name not in CONDITIONS:
                    document.add(path, f"there is no condition '{name}'", value=name, words=CONDITIONS)


def chosen(paper: PaperText, day: date, facts: Mapping[str, object]) -> tuple[Chosen, ...]:
    """The paragraphs of a paper of `day` about these facts (columns of FACTS; missing ones are unknown).

    A condition on what is unknown is not met. Raises PolicyGap for a day before the paper's first.
    """
    require_text(paper, day)
    return tuple(_chosen(paper, day, facts))


def require_text(paper: PaperText, day: date) -> None:
    """Raises PolicyGap for a day before the paper's first."""
    if day < paper.from_:
        raise PolicyGap(f"{PAPERS[paper.paper]} ({paper.paper}) has no text on {day}; its first day is {paper.from_}")


def _chosen(paper: PaperText, day: date, facts: Mapping[str, object]) -> Iterator[Chosen]:
    schema = {column.name: column.dtype for column in FACTS.columns}
    frame = pl.DataFrame({name: [facts.get(name)] for name in schema}, schema=schema)
    for one in paper.paragraphs:
        if not isinstance(one, Paragraph):
            raise TypeError(f"the shared paragraph '{one.use}' was not put in its place")
        wording = one.texts[max(start for start in one.texts if start <= day)]
        is_met = one.when is None or frame.select(pl.sql_expr(one.when).fill_null(False)).item()
        if wording is not None and is_met:
            yield Chosen(id=one.id, heading=one.heading, wording=wording)
