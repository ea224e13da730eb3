"""Names of people as they are compared: two spellings of one name are one."""

from __future__ import annotations

import unicodedata
from functools import cache

# Format characters (zero width, joining, direction, soft hyphen), control characters, halves of pairs.
_UNSEEN = ("Cf", "Cc", "Cs")
# Fillers, and selectors of a glyph, that Unicode counts among letters and marks.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_SELECTORS = (("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef"))
_DOTS = frozenset("·•・‧∙⋅.")


def plain_name(name: str) -> str:
    """The name as it is shown: without characters that nobody sees, outer blanks removed, inner ones single."""
    return " ".join("".join(each for each in name if not _is_unseen(each)).split())


def name_key(name: str) -> str:
    """The name for comparison: no blanks, no dots, nothing unseen, one width, one case, simplified characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = (each for each in folded if not (_is_unseen(each) or each.isspace() or each in _DOTS))
    return "".join(_simplified(each) for each in kept)


def _is_unseen(character: str) -> bool:
    """Whether it leaves no mark on paper. Blanks part words and are no matter of this."""
    is_selector = any(first <= character <= last for first, last in _SELECTORS)
    is_hidden = unicodedata.category(character) in _UNSEEN and not character.isspace()
    return is_selector or is_hidden or character in _FILLERS


@cache
def _simplified(character: str) -> str:
    """張 as 张. One at a time: of whole phrases the converter would choose by their sense."""
    from opencc import OpenCC

    return str(OpenCC("t2s").convert(character)) if character >= "\u2e80" else character
