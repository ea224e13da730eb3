"""Two questions about a whole text, answered at the speed of memory, so that a healthy file is not searched twice."""

from __future__ import annotations

import re

import polars as pl

_QUOTE = ord('"')
_SPACE = ord(" ")
_RARE_CONTROL = re.compile(rb"\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]")  # U+0080 to U+009F, U+FFFE and U+FFFF in UTF-8


def has_odd_quotes(data: bytes, delimiter: str) -> bool:
    """Whether the quotes of the UTF-8 text break the rule of RFC 4180 anywhere.

    Where they keep it, the first, third, fifth … quote opens a cell or ends a doubled quote, so it stands after a
    border or a quote; the second, fourth … closes one or begins a doubled quote, so a border or a quote follows.
    """
    codes = _codes(data)
    quotes = (codes == _QUOTE).arg_true()
    if quotes.len() % 2:
        return True
    before = codes.shift(1, fill_value=ord("\n")).gather(quotes.gather_every(2))
    after = codes.shift(-1, fill_value=ord("\n")).gather(quotes.gather_every(2, offset=1))
    return not all(_are_borders(neighbours, delimiter) for neighbours in (before, after))


def _are_borders(codes: pl.Series, delimiter: str) -> bool:
    marks = [codes == ord(mark) for mark in (delimiter, '"', "\n", "\r")]
    return bool((marks[0] | marks[1] | marks[2] | marks[3]).all())


def has_control(data: bytes) -> bool:
    """Whether the UTF-8 text has a control character other than tab and line ends, or a code that is no character."""
    plain = sum(data.count(mark) for mark in (b"\t", b"\n", b"\r"))
    if int((_codes(data) < _SPACE).sum()) != plain or b"\x7f" in data:
        return True
    return any(lead in data for lead in (b"\xc2", b"\xef\xbf")) and _RARE_CONTROL.search(data) is not None


def _codes(data: bytes) -> pl.Series:
    """The bytes as numbers, without a copy."""
    import pyarrow as pa

    array = pa.Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)])
    codes = pl.from_arrow(array)
    assert isinstance(codes, pl.Series)
    return codes
