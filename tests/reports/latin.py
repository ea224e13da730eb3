"""What Latin letters a page that people read in Chinese may have."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Formats and programs by name, letters of tiers, commands to type, identifiers of runs, codes and numbers.
ALLOWED = re.compile(
    r"(?:UTF-8|GB18030|SHA-256|XLSX|CSV|JSON|PDF|HTML|index\.json|delta\.csv|xlsx|csv|utf-8-sig|utf-8|gb18030|"
    r"yaoxin(?: [a-z-]+)+(?: [0-9-]+)?|--[a-z-]+|(?:nightly|publish)-[0-9-]+|[A-Za-z0-9_/.-]+\.(?:csv|xlsx|yaml|html)|"
    r"[0-9A-HJ-NP-RTUW-Y]{18}|[0-9a-f]{16,64}(?:@[0-9-]+)?|policy/[a-z/_.]+|[A-Z]{2}[0-9-]+)"
)
_WORD = re.compile(r"[A-Za-z]{2,}")


class _Text(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.parts.append(data)


def words_of(text: str, *values: str) -> list[str]:
    """Latin words of a text but those allowed and those of the records' own `values`."""
    for value in values:
        text = text.replace(value, " ")
    return _WORD.findall(ALLOWED.sub(" ", text))


def words_of_page(html: str, *values: str) -> list[str]:
    """The same of what a page shows."""
    seen = _Text()
    seen.feed(html)
    return words_of("\n".join(seen.parts), *values)
