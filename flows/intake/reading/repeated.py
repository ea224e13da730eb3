"""How much text a workbook's cells hold: a long text kept once and named by a million cells is a bomb too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from flows.intake.reading import limits
from flows.intake.reading.archive import Archive, bomb

_TEXT = re.compile(rb"<(?:\w+:)?si[\s>]")
_USE = re.compile(rb"\st=[\"']s[\"'][^<]*>\s*<(?:\w+:)?v>\s*([0-9]+)")
_TAG_BYTES = 64  # more than a tag that is looked for, which may lie across two pieces
_SHARED = "xl/sharedStrings.xml"


def refuse_repeated_text(data: bytes, archive: Archive) -> None:
    """Raises TurnedAway where the cells would hold more text than the memory is meant for.

    Only where the longest text in every cell would be too much are the cells looked at one by one.
    """
    if _SHARED not in archive.names:
        return
    lengths = _lengths(archive.pieces(data, _SHARED))
    cells = sum(used.cells for used in archive.sheets.values())
    if max(lengths, default=0) * cells <= limits.MAX_UNPACKED_BYTES:
        return
    total = sum(_used(archive.pieces(data, name), lengths) for name in archive.sheets)
    if total > limits.MAX_UNPACKED_BYTES:
        raise bomb(f"单元格内的文字展开后超过 {limits.MAX_UNPACKED_BYTES >> 20} MB")


def _lengths(pieces: Iterator[bytes]) -> list[int]:
    """Bytes of each shared text, markup included."""
    starts, base, rest = [], 0, b""
    for piece in pieces:
        xml = rest + piece
        starts += [base + found.start() for found in _TEXT.finditer(xml) if found.end() > len(rest)]
        rest = xml[-_TAG_BYTES:]
        base += len(xml) - len(rest)
    return [end - start for start, end in pairwise([*starts, base + len(rest)])]


def _used(pieces: Iterator[bytes], lengths: list[int]) -> int:
    total, rest = 0, b""
    for piece in pieces:
        xml = rest + piece
        found = list(_USE.finditer(xml))
        total += sum(lengths[place] for use in found[:-1] if (place := int(use[1])) < len(lengths))
        # The last one may not be whole yet: it is looked at again with what follows.
        rest = xml[found[-1].start() :] if found else xml[-_TAG_BYTES:]
    return total + sum(lengths[place] for use in _USE.finditer(rest) if (place := int(use[1])) < len(lengths))
