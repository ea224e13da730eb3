"""Two questions about a whole text, answered at the speed of memory, so that a healthy file is not searched twice."""

from __future__ import annotations

import polars as pl

_QUOTE = ord('"')
_SPACE = ord(" ")
_DELETE = 0x7F
_PLAIN = [ord(mark) for mark in "\t\n\r"]


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
    codes = _codes(data)
    if not codes.filter(codes < _SPACE).is_in(_PLAIN).all() or (codes == _DELETE).any():
        return True
    # U+0080 to U+009F are C2 80 to C2 9F, U+FFFE and U+FFFF are EF BF BE and EF BF BF.
    has_c1 = codes.gather(_after(codes == 0xC2)) < 0xA0
    if has_c1.any():
        return True
    second = _after(codes == 0xEF)
    third = second.filter(codes.gather(second) == 0xBF) + 1
    return bool((codes.gather(third) >= 0xBE).any())


def _after(is_lead: pl.Series) -> pl.Series:
    """The places after those that are true; in UTF-8 a byte always follows one that leads."""
    return is_lead.arg_true() + 1


def _codes(data: bytes) -> pl.Series:
    """The bytes as numbers, without a copy."""
    import pyarrow as pa

    array = pa.Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)])
    codes = pl.from_arrow(array)
    assert isinstance(codes, pl.Series)
    return codes
