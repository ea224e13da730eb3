"""A paper as HTML that prints well, and that HTML as PDF. The same view gives the same bytes."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from reports.grid import CONFIDENCES
from reports.papers.fonts import INSTALL_EXTRA, PaperToolMissing, cuts
from reports.papers.view import PaperView

TEMPLATES = Path(__file__).parent / "templates"
_PANGO = "On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
# What the template writes itself; its characters must be in the font too.
_OWN = " 0123456789第页共—〔待填：〕（印　章）工作稿核对空白处未定依据不打印没有可信度："


def paper_html(view: PaperView, families: Sequence[str]) -> str:
    """The paper as one self-contained page; notes for the person who checks it show on the screen only.

    families: fonts in order of preference. Raises PaperToolMissing, NoGlyph.
    """
    template = _environment().get_template("paper.html")
    plain, bold = "".join(_plain(view)) + _OWN, "".join(_bold(view)) + _OWN
    faces = [(at, cut, base64.b64encode(cut.data).decode()) for at, cut in enumerate(cuts(plain, bold, families))]
    return str(template.render(view=view, faces=faces, style=_style()))


def _plain(view: PaperView) -> Iterator[str]:
    for line in view.lines:
        yield from (piece.text for piece in line.pieces)
    yield from (label for label, _ in view.particulars)
    for section in view.sections:
        yield from (section.note.basis, *section.note.remarks)
    yield from (*CONFIDENCES.values(), *CONFIDENCES, *view.warnings, view.source, view.title)


def _bold(view: PaperView) -> Iterator[str]:
    yield view.title
    yield view.authority.text
    yield from (section.heading for section in view.sections)


def paper_pdf(html: str) -> bytes:
    """The page as A4 PDF with its fonts embedded. Raises PaperToolMissing."""
    try:
        from weasyprint import HTML
    except ImportError as fault:
        raise PaperToolMissing(f"PDF needs WeasyPrint, which is not installed. {INSTALL_EXTRA}") from fault
    except OSError as fault:
        raise PaperToolMissing(f"PDF needs Pango, which is not on this machine ({fault}). {_PANGO}") from fault
    return bytes(HTML(string=html, url_fetcher=_only_embedded()).write_pdf())


def _only_embedded() -> Any:  # noqa: ANN401
    """A paper holds all it shows: nothing is fetched from files or the network."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=["data"], fail_on_errors=True)


@cache
def _environment() -> Any:  # noqa: ANN401 (Jinja2 is imported only when a page is made)
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _style() -> Any:  # noqa: ANN401
    from markupsafe import Markup

    return Markup((TEMPLATES / "paper.css").read_text(encoding="utf-8"))  # our own file
