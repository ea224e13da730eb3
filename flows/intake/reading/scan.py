"""Two questions about a whole text, answered at the speed of memory, so that a healthy file is not searched twice."""

from __future__ import annotations

import re

import polars as pl

_QUOTE = ord('"')
_SPACE = ord(" ")
_RARE_CONTROL = re.compile(rb"\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]")  # U+0080 to U+009F, U+FFFE and U+FFFF in UTF-8


def has_odd_quotes(data: bytes, delimiter: str) -> bool:
    """Whether a quote of the UTF-8 text is unpaired, or stands inside a cell without being doubled."""
    if data.count(b'"') % 2:
        return True
    codes = _codes(data)
    is_quote = codes == _QUOTE
    is_border = is_quote | (codes == ord(delimiter)) | (codes == ord("\n")) | (codes == ord("\r"))
    is_inside = ~is_border.shift(1, fill_value=True) & ~is_border.shift(-1, fill_value=True)
    return bool((is_quote & is_inside).any())


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
