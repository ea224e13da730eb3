"""Values as the text an officer reads. Exact: points and money never become floats on the way."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from transforms.person_numbers import mask_text

BEIJING = timezone(timedelta(hours=8))  # China has one time zone and no summer time
MINUS = "−"

# Control characters, and those that change the reading direction.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def clean(text: str) -> str:
    """`text` on one line, with control and direction characters made visible as U+FFFD."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", re.sub(r"[\r\n\t]+", " ", text))


def redact(text: str) -> str:
    """`text` with the middle of every identity number of a natural person masked."""
    return mask_text(text)


def points(centipoints: int) -> str:
    """Centipoints as points: -1250 is "−12.50"."""
    whole, rest = divmod(abs(centipoints), 100)
    return f"{MINUS if centipoints < 0 else ''}{whole}.{rest:02d}"


def delta(centipoints: int) -> str:
    """Centipoints as signed points: 500 is "+5.00"."""
    return f"+{points(centipoints)}" if centipoints > 0 else points(centipoints)


def yuan(fen: int) -> str:
    """Fen as yuan: 630069 is "6,300.69"."""
    whole, rest = divmod(abs(fen), 100)
    return f"{MINUS if fen < 0 else ''}{whole:,}.{rest:02d}"


def count(number: int) -> str:
    """A whole number with thousands separators."""
    return f"{MINUS if number < 0 else ''}{abs(number):,}"


def share(basis_points: int) -> str:
    """Hundredths of a percent: 1234 is "12.34%"."""
    return f"{points(basis_points)}%"


def day(value: date) -> str:
    """A date as 2026-03-01."""
    return value.isoformat()


def beijing(value: datetime) -> datetime:
    """An instant as the wall clock in Beijing, without zone. A naive instant is taken as UTC."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(BEIJING).replace(tzinfo=None)


def instant(value: datetime) -> str:
    """An instant as Beijing time to the second."""
    return beijing(value).isoformat(sep=" ", timespec="seconds")


def basis_points(part: int, total: int) -> int:
    """`part` of `total` in hundredths of a percent, rounded half up; 0 of nothing is 0."""
    return (part * 20000 + total) // (2 * total) if total else 0
