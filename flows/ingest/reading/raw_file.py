"""What reading takes and gives: kinds of file by their first bytes, layouts, expected headings, raw files, broken rows
and findings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import polars as pl

from flows.ingest.reading import limits

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")  # an older office document, or any office document behind a password
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".ods")

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = {
    b"%PDF": "PDF 文件",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf\x27\x1c": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"PAR1": "Parquet 文件",
    b"SQLite format 3\x00": "数据库文件",
}
_MARKUP = ("<html", "<!doctype", "<table", "<?xml", "<meta")
_OTHER_PACKAGES = {
    "word/document.xml": "Word 文档（docx）",
    "ppt/presentation.xml": "PowerPoint 文档（pptx）",
    "xl/workbook.bin": "二进制工作簿（xlsb）",
    "content.xml": "OpenDocument 文件，其中没有表格（odt、odp 等）",
    "OFD.xml": "OFD 文件",
}
_ADVICE = "请在表格软件中打开，另存为 xlsx 或“CSV UTF-8”后重新报送。"


def refuse_other_kinds(data: bytes) -> None:
    """Raises FileRejected where `data` is neither a container of a workbook (ZIP, OLE) nor looks like text."""
    if data.startswith(OLE_MAGIC) and _ENCRYPTED in data:
        raise encrypted_file()
    for magic, kind in _OTHER_KINDS.items():
        if data.startswith(magic):
            raise unsupported_kind(kind)
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().decode("latin-1").startswith(_MARKUP):
        raise unsupported_kind("网页或 XML 文件（有的系统导出时冠以 xls 之名）")


def refuse_other_packages(names: frozenset[str]) -> NoReturn:
    """Raises FileRejected for a ZIP archive with the members `names`, which are not those of a workbook."""
    for member, kind in _OTHER_PACKAGES.items():
        if member in names:
            raise unsupported_kind(kind)
    raise unsupported_kind("ZIP 压缩包，其中没有工作簿；如内含 CSV 或 xlsx，应先解压再逐个报送")


def not_a_workbook(suffix: str, as_text: str = "") -> FileRejected:
    """For a file called a workbook that is none; as_text: why it is no table of text either."""
    also = f"按文本也无法读取：{as_text}" if as_text else ""
    message = f"文件名以 {suffix} 结尾，内容却不是工作簿，可能不完整或改过扩展名。{also}{_ADVICE}"
    return FileRejected("not_a_workbook", message)


def encrypted_file() -> FileRejected:
    """For a file behind a password."""
    return FileRejected("encrypted", "文件已加密，无法读取。请在表格软件中取消密码保护，另存为 xlsx 后重新报送。")


def unsupported_kind(kind: str) -> FileRejected:
    """For a file that is neither text nor a workbook; kind: what it is, in Chinese."""
    message = f"不支持这种文件：{kind}。只能读取 CSV 文本和工作簿（xlsx、xls、ods）。{_ADVICE}"
    return FileRejected("unsupported_kind", message)


ROW_NO = "row_no"
SHEET_STEP = 10_000_000  # more than a sheet has rows
SHEET_HEADING = "工作表"
SEND_WHOLE_FILE = "请重新导出并报送完整文件"  # what is expected for a file that breaks off

BROKEN_SCHEMA = pl.Schema(
    {
        ROW_NO: pl.Int64(),
        "code": pl.String(),
        "column": pl.String(),
        "text": pl.String(),
        "detail": pl.String(),
        "expected": pl.String(),
        "row_text": pl.String(),
    }
)
_UNPRINTABLE = re.compile(r"[\x00-\x1F\x7F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]")


@dataclass(frozen=True)
class FileLayout:
    """Where the rows are in a source's files.

    sheet: of a workbook (None: every visible one that has the source's headings). header_row: the row with the
    headings, as a spreadsheet numbers it. delimiter: between the cells of a text file. encoding: of a text file (None:
    detected). Where the source's headings are known, header_row and delimiter are only tried first.
    """

    sheet: str | None = None
    header_row: int = 1
    delimiter: str = ","
    encoding: str | None = None


@dataclass(frozen=True)
class ExpectedHeadings:
    """The headings of a source. Without accepted ones the header row is taken as it is.

    accepted: headings that are read, in the order of the source. required: for each required field its headings, of
    which one must be present. passed_over: known headings that are never read. units: by heading of an amount, the unit
    (元 or 万元) in which the source reads it.
    """

    accepted: tuple[str, ...] = ()
    required: tuple[frozenset[str], ...] = ()
    passed_over: frozenset[str] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)


NO_EXPECTED_HEADINGS = ExpectedHeadings()


@dataclass(frozen=True)
class FileFinding:
    """Why a file is rejected: a code, and a Chinese sentence for the officer and the sender."""

    code: str
    message: str


@dataclass(frozen=True)
class RawFile:
    """A file as read.

    `frame` holds the good rows: one String column per heading (an empty cell is null) and `row_no` last, as a
    spreadsheet numbers rows. `broken` (BROKEN_SCHEMA) holds the rows that could not be read as rows: `text` is the row
    or cell at fault, shortened; `column` the heading at fault or ""; `detail` what is wrong and `expected` what is
    expected, in Chinese; `row_text` a JSON object of heading to text, or of RAW_ROW_HEADING to the raw line. `notes`
    are Chinese remarks. With a `finding` both frames are empty. Blank rows, titles above the headings, totals and notes
    below the table are not rows.

    Rows of a workbook's second sheet are numbered from SHEET_STEP, of its third from twice that, and so on; where
    several sheets are read, the column SHEET_HEADING names the sheet of each row. Headings have the source's spelling.
    """

    file_id: str
    file_name: str
    encoding: str | None
    size_bytes: int
    headings: tuple[str, ...] = ()
    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={ROW_NO: pl.Int64()}))
    broken: pl.DataFrame = field(default_factory=BROKEN_SCHEMA.to_frame)
    finding: FileFinding | None = None
    notes: tuple[str, ...] = ()

    @property
    def read_count(self) -> int:
        """Data rows read, good and broken."""
        return self.frame.height + self.broken.height


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be read as a row; `cells` are its cells where they could be separated."""

    row_no: int
    code: str
    text: str
    detail: str
    expected: str
    column: str = ""
    cells: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RawSheet:
    """The rows of a table before its cells are checked: columns "0", "1", … of text and `row_no`.

    A heading is "" where a column has none; `header` is the header row as it is in the file. is_clean: it is known that
    no cell has a control character. name: of a workbook's sheet. other_units: by column (from 0) of an amount, its unit
    where that is not the source's, "" where it is unknown.
    """

    encoding: str
    headings: tuple[str, ...]
    frame: pl.DataFrame
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()
    is_clean: bool = False
    name: str = ""
    header: Sequence[str] = ()
    other_units: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RawBook:
    """The tables of a file that are read, at least one, and remarks on the file itself."""

    sheets: tuple[RawSheet, ...]
    notes: tuple[str, ...] = ()


class FileRejected(Exception):
    """Raised within reading where a file cannot be read; `read_file` catches it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.finding = FileFinding(code, message)


def ragged_row(row_no: int, text: str, cells: Sequence[str], width: int, is_last: bool) -> BrokenRow:
    """A row with more or fewer cells than there are headings."""
    expected = f"应有 {width} 个单元格，与列名一致；单元格内有分隔符时，该单元格须用英文双引号括起"
    if len(cells) < width and is_last:
        detail = f"最后一行只有 {len(cells)} 个单元格，列名有 {width} 个，文件可能不完整（传输或导出中断）"
        return BrokenRow(row_no, "cut_off", text, detail, SEND_WHOLE_FILE, cells=tuple(cells))
    detail = f"该行有 {len(cells)} 个单元格，列名有 {width} 个"
    separated = tuple(cells) if len(cells) <= width + limits.MAX_EXTRA_CELLS else None
    code = "too_few_cells" if len(cells) < width else "too_many_cells"
    return BrokenRow(row_no, code, text, detail, expected, cells=separated)


def printable(text: str, limit: int = limits.MAX_SHOWN_CHARS) -> str:
    """`text` for a sentence: shortened to `limit` characters, control characters as <U+XXXX>."""
    return _UNPRINTABLE.sub(lambda found: f"<U+{ord(found[0]):04X}>", shortened(text, limit))


def shortened(text: str, limit: int = limits.MAX_SHOWN_CHARS) -> str:
    """`text` itself, or its beginning with its full length."""
    return text if len(text) <= limit else f"{text[:limit]}…（共{len(text)}字）"
