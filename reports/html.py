"""Pages from the Jinja templates: everything escaped, nothing loaded from elsewhere, undefined names are errors."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from reports.scheme_facts import SchemeFacts

TEMPLATES = Path(__file__).parent / "templates"
_SHADES = 5  # tier colours in the style sheet, best to worst


def render_page(template: str, notices: tuple[str, ...], *, is_public: bool = False, **content: object) -> str:
    """The page of `template` as self-contained HTML. Notices stand at its head and foot.

    A page that is not public asks search engines to keep away.
    """
    script, style = _text("page.js"), _text("style.css")
    return str(
        _environment()
        .get_template(template)
        .render(
            **content,
            notices=notices,
            style=_markup(style),
            script=_markup(script),
            script_hash=_hash(script),
            robots="index" if is_public else "noindex, nofollow",
        )
    )


def tier_class(scheme: SchemeFacts, tier: str) -> str:
    """The colour class of a tier: the best and the worst have the ends of the range, whatever their number."""
    last = max(len(scheme.tiers) - 1, 1)
    return f"t{min(scheme.index(tier) * (_SHADES - 1) // last, _SHADES - 1)}"


@cache
def _environment() -> Any:  # noqa: ANN401 (Jinja2 is imported only when a page is made)
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["tier_class"] = tier_class
    made.filters["svg"] = _markup
    return made


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _markup(text: str) -> Any:  # noqa: ANN401
    from markupsafe import Markup

    return Markup(text)  # only for our own script, style and pictures, never for what came from outside


def _hash(script: str) -> str:
    """What the page's policy lets run: this script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
