"""How a value from outside is quoted in a sentence."""

from __future__ import annotations

import re

from flows.intake.reading import limits

_UNPRINTABLE = re.compile(r"[\x00-\x1F\x7F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]")


def shown(text: str, limit: int = limits.MAX_SHOWN_CHARS) -> str:
    """`text` shortened to `limit` characters, control characters made visible as U+XXXX."""
    return _UNPRINTABLE.sub(_code, shortened(text, limit))


def shortened(text: str, limit: int = limits.MAX_SHOWN_CHARS) -> str:
    """`text` itself, or its beginning with its true length."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}…（共{len(text)}字）"


def _code(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"
