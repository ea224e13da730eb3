"""The one Jinja environment: everything escaped, nothing loaded from elsewhere, undefined names are errors.

Pages of the office (`render_page`) have the style of published lists and `report.css`, by which a table that does not
fit its box shows each row as a card. Papers have a page and a style of their own.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from reports.grid import Grid, GridField
from reports.scheme_facts import SchemeFacts

TEMPLATES = Path(__file__).parent / "templates"
_SHADES = 5  # tier colours in the style sheet, best to worst
TABLE_WIDTHS = (24, 40, 56, 72, 86)
"""Widths in em to which the need of a table is rounded up; `report.css` has a rule for each. The text of a page is
never wider than the last."""


def render_page(template: str, notices: tuple[str, ...], *, is_public: bool = False, **content: object) -> str:
    """The page of `template` as self-contained HTML. Notices are shown at its head and foot.

    is_public: the page of a published list; any other asks search engines to keep away and has `report.css` too.
    """
    script = template_text("page.js")
    # The page's policy lets this script run and no other.
    script_hash = "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = template_text("style.css")
    if not is_public:
        style += render("report.css", widths=TABLE_WIDTHS)
    return render(
        template,
        **content,
        notices=notices,
        style=trusted_markup(style),
        script=trusted_markup(script),
        script_hash=script_hash,
        robots="index" if is_public else "noindex, nofollow",
    )


def render_plain_page(template: str, notices: tuple[str, ...], **content: object) -> str:
    """A public page without script, in a short style of its own: one of very many, each of them small."""
    empty = "sha256-" + base64.b64encode(hashlib.sha256(b"").digest()).decode()
    style = trusted_markup(template_text("page.css"))
    return render(template, **content, notices=notices, style=style, script="", script_hash=empty, robots="index")


def render(template: str, **content: object) -> str:
    """The text of a template."""
    return str(_environment().get_template(template).render(**content))


@cache
def template_text(name: str) -> str:
    """The text of a style sheet or script as it is."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def trusted_markup(text: str) -> Any:  # noqa: ANN401 (markupsafe is imported only when a page is made)
    """Our own script, style or picture, not to be escaped; never for what came from outside."""
    from markupsafe import Markup

    return Markup(text)


@cache
def _environment() -> Any:  # noqa: ANN401 (Jinja2 is imported only when a page is made)
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["tier_class"] = tier_class
    made.filters["width_class"] = width_class
    return made


def tier_class(scheme: SchemeFacts, tier: str) -> str:
    """The colour class of a tier: the best and the worst have the ends of the range, whatever their number."""
    last = max(len(scheme.tiers) - 1, 1)
    return f"t{min(scheme.index(tier) * (_SHADES - 1) // last, _SHADES - 1)}"


def width_class(grid: Grid, is_sortable: bool = False) -> str:
    """The class by which a table becomes cards in a box too narrow for it: `need-56`, or `need-more` for any box.

    The need is estimated from the longest texts that do not wrap, and from the least widths of those that do.
    """
    need = sum(_column_width(shown, position, grid, is_sortable) for position, shown in enumerate(grid.fields))
    return next((f"need-{width}" for width in TABLE_WIDTHS if need <= width), "need-more")


_CELL_PADDING = 1.25  # em, left and right together
_LEAST_WRAPPED = {"words": 4.0, "flag": 4.0, "link": 4.0}  # em of a column whose text wraps; any other: 6


def _column_width(shown: GridField, position: int, grid: Grid, is_sortable: bool) -> float:
    heading = max(_text_width(part) for part in shown.label.replace("（", "\n（").split("\n"))
    heading += 1.3 if is_sortable else 0
    cell = max((_text_width(shown.text(row[position])) for row in grid.rows), default=0)
    if not (shown.is_number or shown.form in ("day", "instant", "id")):
        cell = min(cell, _LEAST_WRAPPED.get(shown.form, 6.0))
    return max(heading, cell) + _CELL_PADDING


def _text_width(text: str) -> float:
    return sum(1 if ord(char) > 0x2E80 else 0.6 for char in text)
