"""The encoding of a text file: declared by its source, or detected; doubt is a finding."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

import polars as pl

from flows.ingest.reading import limits
from flows.ingest.reading.raw_file import FileRejected

# The longer marks first: that of UTF-32 begins with that of UTF-16.
_WIDE_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}

# So many multi-byte characters in a row are valid UTF-8 by chance in no Chinese GB18030 text:
# its commonest lead bytes (B0 to BF) cannot begin a character of UTF-8.
_SURELY_UTF8 = 8

_CUT = "\N{REPLACEMENT CHARACTER}".encode()

_OTHER_LINE_ENDS = re.compile("\r?[\x85\u2028\u2029]")

_CHARS_WEIGHED = 1_000_000

_LEAST_COMMON = 0.5  # of the two-byte characters of a text in Chinese nearly all are common; of another text few

_ADVICE = "请另存为“CSV UTF-8”后重新报送；如果报送系统总是导出这种编码，请信用办在来源文件的 layout.encoding 中写明。"


@dataclass(frozen=True)
class DecodedText:
    """A file's text as UTF-8 without a mark, its lines ended by \\n, \\r or both.

    is_cut: the file ends within a character, which is replaced by U+FFFD. is_doubtful: the bytes are valid in
    `encoding`, but the text does not look like Chinese.
    """

    encoding: str
    data: bytes
    is_cut: bool = False
    is_doubtful: bool = False


def decode_text(data: bytes, declared: str | None = None) -> DecodedText:
    """The text of `data`: by its byte order mark, else as `declared`, else strict UTF-8, else strict GB18030.

    Raises FileRejected where it cannot be read so, or is `declared` and plainly in another encoding.
    """
    for mark, name in _WIDE_MARKS.items():
        if data.startswith(mark):
            return _decoded(data, name, len(mark))
    if data.startswith(codecs.BOM_UTF8):
        return _utf8_or_gb18030(data[len(codecs.BOM_UTF8) :], "utf-8-sig", len(codecs.BOM_UTF8))
    if declared is not None and codecs.lookup(declared).name != "utf-8":
        is_multibyte = len("药".encode(declared, "ignore")) > 1
        if _is_utf8(data) and _multibyte_count(data) >= (_SURELY_UTF8 if is_multibyte else 1):
            raise FileRejected(
                "encoding_doubt",
                f"来源文件写明编码为 {declared}，文件内容却是有效的 UTF-8，照写明的编码读取会成为乱码。"
                f"请按约定的编码重新导出，或请信用办改正来源文件的 layout.encoding。",
            )
        return _decoded(data, declared, 0)
    if declared is None and (wide := _wide_without_mark(data)) is not None:
        return wide
    return _utf8_or_gb18030(data, "utf-8", 0, is_declared=declared is not None)


def encoding_doubt(text: DecodedText) -> FileRejected:
    """For a text that was decoded and does not look like Chinese."""
    return FileRejected(
        "encoding_doubt",
        f"文件不是 UTF-8；按 {text.encoding.upper()} 虽能解读，但得到的多是生僻字，很可能是其他编码"
        f"（如 Latin-1、Big5），照此读取会成为乱码。{_ADVICE}",
    )


def _decoded(data: bytes, encoding: str, skipped: int) -> DecodedText:
    """`data` after its mark, strictly in `encoding`."""
    body = data[skipped:]
    try:
        return DecodedText(encoding, _plain_lines(body.decode(encoding)))
    except UnicodeDecodeError as error:
        is_at_end = error.end >= len(body) and error.start > 0
        if is_at_end and error.reason in ("truncated data", "unexpected end of data", "incomplete multibyte sequence"):
            return DecodedText(encoding, _plain_lines(body[: error.start].decode(encoding)) + _CUT, is_cut=True)
        before = body[: error.start].decode(encoding)
        raise _undecodable(body, error.start, skipped, encoding.upper(), before.count("\n") + 1) from None


def _plain_lines(text: str) -> bytes:
    """`text` as UTF-8. Where no usual line end is in it, NEL, U+2028 and U+2029 end its lines."""
    if "\n" not in text and (found := _OTHER_LINE_ENDS.search(text)) and ("\r" not in text or found[0][0] == "\r"):
        text = _OTHER_LINE_ENDS.sub("\n", text)
    return text.encode()


def _wide_without_mark(data: bytes) -> DecodedText | None:
    """UTF-16 without a mark: in a table of any language one of the two bytes of every separator is 0.

    The other byte is 0 in few characters, of which 一 (4E00) is the commonest; and no text holds U+0000.
    """
    head = data[:4096]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if len(data) % 2 or zeros[0] == zeros[1] or max(zeros) * 20 < len(head):
        return None
    name = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    is_text = "\0" not in text and ("\n" in text or "\r" in text)
    return DecodedText(name, _plain_lines(text)) if is_text else None


def _utf8_or_gb18030(data: bytes, encoding: str, skipped: int, is_declared: bool = False) -> DecodedText:
    """`data` after its mark as UTF-8; as GB18030 where it is not UTF-8, and neither marked nor declared as such."""
    fault = None if _is_utf8(data) else _first_fault(data)
    if fault is None:
        return DecodedText(encoding, data if b"\n" in data else _plain_lines(data.decode()))
    before = data[: fault.start]
    is_surely = is_declared or encoding == "utf-8-sig" or _multibyte_count(before) >= _SURELY_UTF8
    if is_surely and fault.reason == "unexpected end of data":
        return DecodedText(encoding, before + _CUT, is_cut=True)
    if is_surely:
        raise _undecodable(data, fault.start, skipped, "UTF-8")
    try:
        text, is_cut = data.decode("gb18030"), False
    except UnicodeDecodeError as error:
        if not (error.reason == "incomplete multibyte sequence" and error.start >= len(data) - 3 and error.start > 0):
            raise _undecodable(data, error.start, 0, "UTF-8，也不是 GB18030") from None
        text, is_cut = data[: error.start].decode("gb18030"), True
    return DecodedText("gb18030", _plain_lines(text) + _CUT * is_cut, is_cut, _looks_like_no_chinese(text))


def _is_utf8(data: bytes) -> bool:
    """Whether all of `data` is UTF-8; ten times as fast as finding out where it is not."""
    import pyarrow as pa

    offsets = pa.array([0, len(data)], pa.int64()).buffers()[1]
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _first_fault(data: bytes) -> UnicodeDecodeError | None:
    """Where `data` stops being UTF-8; in steps, so that no second copy of all of it is made."""
    at = 0
    while at < len(data):
        piece = data[at : at + limits.CHUNK_BYTES]
        try:
            at += codecs.utf_8_decode(piece, "strict", at + len(piece) == len(data))[1]
        except UnicodeDecodeError as error:
            return UnicodeDecodeError("utf-8", b"", at + error.start, at + error.end, error.reason)
    return None


def _multibyte_count(data: bytes) -> int:
    tail = data[-4096:]  # enough to decide, and no cost on a large file
    return sum(byte >= 0xC0 for byte in tail) or sum(byte >= 0xC0 for byte in data[:1_000_000])


def _looks_like_no_chinese(text: str) -> bool:
    """Whether most of the two-byte characters are rare ones, as where é and the letter after it make one."""
    first = re.search(r"[^\x00-\x7F]", text)
    if first is None:
        return False
    counts = Counter(text[first.start() : first.start() + _CHARS_WEIGHED])
    common = rare = 0
    for char, count in counts.items():
        code = char.encode("gb18030")
        if len(code) == 2:
            # Signs and letters of full width, and the 3,755 characters that make up nearly all of Chinese text.
            is_common = (0xA1 <= code[0] <= 0xA9 or 0xB0 <= code[0] <= 0xD7) and code[1] >= 0xA1
            common, rare = common + count * is_common, rare + count * (not is_common)
    return common < (common + rare) * _LEAST_COMMON


def _undecodable(data: bytes, start: int, skipped: int, name: str, line: int | None = None) -> FileRejected:
    line = line or data.count(b"\n", 0, start) + 1
    return FileRejected(
        "undecodable",
        f"文件不是有效的 {name}：第 {start + skipped + 1} 个字节（第 {line} 行，值为 0x{data[start]:02X}）无法解读。"
        "应为 UTF-8 或 GB18030 文本。请用原系统重新导出，或在表格软件中另存为“CSV UTF-8”。",
    )


# GBK had characters in Unicode's private area that GB 18030-2022 has elsewhere: the same two bytes, FE59 of 龴, are
# U+E81E to a system of 1995 and U+9FB4 to one of today, and both must be read as one. What else is in the private area
# is a character that somebody made.
_PRIVATE = r"[\x{E000}-\x{F8FF}]"
# Windows' code page 936 numbers these ranges of two-byte codes in the private area: first code point, lead byte, first
# and last trail byte.
_RANGES = (
    (0xE7C7, 0xA8, 0xBC, 0xBC),
    (0xE7C8, 0xA8, 0xBF, 0xBF),
    (0xE7E7, 0xA9, 0x89, 0x95),
    (0xE815, 0xFE, 0x50, 0xA0),
)
# What Python's codec leaves in the private area, and GB 18030-2022 or Unicode has elsewhere by now.
_MOVED = {
    **dict(zip(range(0xE78D, 0xE797), "︐︒︑︓︔︕︖︗︘︙", strict=True)),
    **{0xE7C7: "\u1e3f", 0xE816: "\U00020087", 0xE817: "\U00020089", 0xE818: "\U000200cc"},
    **{0xE81E: "\u9fb4", 0xE826: "\u9fb5", 0xE82B: "\u9fb6", 0xE82C: "\u9fb7", 0xE832: "\u9fb8"},
    **{0xE831: "\U000215d7", 0xE83B: "\U0002298f", 0xE855: "\U000241fe"},
    **{0xE843: "\u9fb9", 0xE854: "\u9fba", 0xE864: "\u9fbb"},
}


def _gbk_twins() -> dict[str, str]:
    twins = {chr(code): char for code, char in _MOVED.items()}
    for first, lead, low, high in _RANGES:
        trails = [trail for trail in range(low, high + 1) if trail != 0x7F]
        for place, trail in enumerate(trails):
            char = bytes((lead, trail)).decode("gb18030")
            twins.setdefault(chr(first + place), twins.get(char, char))
    return {private: char for private, char in twins.items() if private != char}


GBK_TWINS = _gbk_twins()
_GBK_TABLE = str.maketrans(GBK_TWINS)


def replace_gbk_twins(text: str) -> str:
    """`text` with private characters of GBK as those of GB 18030-2022."""
    return text.translate(_GBK_TABLE)


def replace_gbk_twins_in_frame(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """As `replace_gbk_twins`, for every text of `frame`; and the private characters that remain."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    affected = [name for name in texts if frame[name].str.contains(_PRIVATE).any()]
    if not affected:
        return frame, []
    frame = frame.with_columns(pl.col(affected).str.replace_many(GBK_TWINS))
    left = {char for name in affected for found in frame[name].str.extract_all(_PRIVATE).drop_nulls() for char in found}
    return frame, sorted(left)
