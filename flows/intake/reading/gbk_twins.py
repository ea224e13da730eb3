"""Characters that GBK had in Unicode's private area, at the places that GB 18030-2022 gives them.

The same two bytes, FE59 of 龴, are U+E81E to a system of 1995 and U+9FB4 to one of today: a firm whose name holds it
is found only where both are read as one. What is in the private area beside these is a character somebody made.
"""

from __future__ import annotations

import polars as pl

_PRIVATE = r"[\x{E000}-\x{F8FF}]"
# Windows' code page 936 numbers these ranges of two-byte codes through in the private area: first code point, lead
# byte, first and last trail byte.
_RANGES = (
    (0xE7C7, 0xA8, 0xBC, 0xBC),
    (0xE7C8, 0xA8, 0xBF, 0xBF),
    (0xE7E7, 0xA9, 0x89, 0x95),
    (0xE815, 0xFE, 0x50, 0xA0),
)
# What the codec leaves in the private area and GB 18030-2022 moved, or Unicode has by now.
_MOVED = {
    **dict(zip(range(0xE78D, 0xE797), "︐︒︑︓︔︕︖︗︘︙", strict=True)),
    **{0xE7C7: "\u1e3f", 0xE816: "\U00020087", 0xE817: "\U00020089", 0xE818: "\U000200cc"},
    **{0xE81E: "\u9fb4", 0xE826: "\u9fb5", 0xE82B: "\u9fb6", 0xE82C: "\u9fb7", 0xE832: "\u9fb8"},
    **{0xE831: "\U000215d7", 0xE83B: "\U0002298f", 0xE855: "\U000241fe"},
    **{0xE843: "\u9fb9", 0xE854: "\u9fba", 0xE864: "\u9fbb"},
}


def _twins() -> dict[str, str]:
    twins = {chr(code): char for code, char in _MOVED.items()}
    for first, lead, low, high in _RANGES:
        trails = [trail for trail in range(low, high + 1) if trail != 0x7F]
        for place, trail in enumerate(trails):
            char = bytes((lead, trail)).decode("gb18030")
            twins.setdefault(chr(first + place), twins.get(char, char))
    return {private: char for private, char in twins.items() if private != char}


TWINS = _twins()
_TABLE = str.maketrans(TWINS)


def with_twins(text: str) -> str:
    """`text` with every private character that has a place of its own at that place."""
    return text.translate(_TABLE)


def frame_with_twins(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """As `with_twins`, of every text of `frame`; and the private characters that are left."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    odd = [name for name in texts if frame[name].str.contains(_PRIVATE).any()]
    if not odd:
        return frame, []
    frame = frame.with_columns(pl.col(odd).str.replace_many(TWINS))
    left = {char for name in odd for found in frame[name].str.extract_all(_PRIVATE).drop_nulls() for char in found}
    return frame, sorted(left)
