"""A paper about a subject, and a paper as files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from flows.law import legal_on
from flows.papers.facts import LISTING_PAPERS, checked, facts, known, own_step, remarks, warnings
from flows.papers.legal import law_of
from flows.papers.subjects import Subject, key_of
from flows.policies import read_paper
from flows.settings import Settings
from reports.papers.view import Form, PaperView, Wording, paper_view
from transforms.policy.paper import Chosen, PaperText, chosen, require_text
from transforms.policy.paper_facts import PAPERS

FORMATS = ("html", "pdf")
_YOU_OR_YOUR_UNIT, _YOU = "你（单位）", "你"


def paper_about(settings: Settings, kind: str, subject: Subject, as_of: date, number: str | None = None) -> PaperView:
    """The paper as its day has it: that of the office's own step, else `as_of`, and then a draft.

    number: the paper's, where the register does not have it yet. Raises PolicyGap for a day before the paper's texts.
    """
    text, _ = read_paper(settings.policy_dir, kind)
    step = own_step(kind, subject)
    day = step["on"] if step else as_of
    require_text(text, day)
    listing = subject.stands["listing_id"] if subject.stands and subject.matter == "listing" else None
    penalty = subject.penalty["record_id"] if subject.penalty else None
    law = law_of(settings, legal_on(settings, subject.records, day), penalty, listing, subject.system)
    published = subject.stands["published_on"] if subject.stands and subject.matter == "listing" else None
    if published and published > day and kind in LISTING_PAPERS:
        # Its days count from the publication: once that is registered they are those of the list, not assumed ones.
        later = law_of(settings, legal_on(settings, subject.records, published), penalty, listing, subject.system)
        law = replace(law, listing=later.listing, repair=later.repair)
    values = known(kind, subject, law, day)
    of_day = chosen(text, day, values)
    if values["is_person"]:
        of_day = tuple(map(_to_a_person, of_day))
    form = _form(text, of_day, number or (key_of(step["decision_no"]) if step else text.number))
    dated, told = step["on"] if step else None, warnings(kind, subject, law)
    return paper_view(form, facts(values, remarks(law)), dated, told, checked(law))


def _to_a_person(one: Chosen) -> Chosen:
    wording = one.wording.model_copy(update={"text": one.wording.text.replace(_YOU_OR_YOUR_UNIT, _YOU)})
    return one.model_copy(update={"wording": wording})


def _form(text: PaperText, of_day: Sequence[Chosen], number: str) -> Form:
    wordings = tuple(
        Wording(one.id, one.heading, one.wording.text, one.wording.basis, one.wording.confidence) for one in of_day
    )
    digest = hashlib.sha256(text.model_dump_json().encode()).hexdigest()[:12]
    source = f"文书样式：policy/papers/{text.paper}.yaml（{digest}）"
    return Form(text.paper, text.title, number, text.opening == "salutation", text.foot, wordings, source)


def write_paper(
    view: PaperView, families: Sequence[str], folder: Path, name: str, formats: Sequence[str]
) -> list[Path]:
    """Write the paper into `folder`, which is made; the paths, in the order of FORMATS.

    Raises PaperToolMissing where what sets a paper is not installed, NoGlyph for a character no font has.
    """
    from reports.papers.render import paper_html, paper_pdf

    html = paper_html(view, families)
    made = {"html": html.encode() if "html" in formats else None, "pdf": paper_pdf(html) if "pdf" in formats else None}
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for ending, data in made.items():
        if data is not None:
            path = folder / f"{name}.{ending}"
            path.write_bytes(data)
            paths.append(path)
    return paths


def file_name(view: PaperView, subject: Subject) -> str:
    """Kind and number of what it is about, without what file systems do not take: 列入决定书_鄂药监罚〔2025〕12号."""
    number = re.sub(r"[\\/:*?\"<>|\s\x00-\x1f]+", "_", key_of(subject.number))
    return f"{PAPERS[view.kind]}_{number}".rstrip("._")[:80]
