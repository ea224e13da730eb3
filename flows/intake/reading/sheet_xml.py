"""What a workbook's own XML says and its reader does not: where the sheets lie, cells in error, formulas not computed.

A cell that could not be computed is no empty cell: it gets a text that no column of numbers, days or codes accepts.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from flows.intake.reading.shapes import TurnedAway

NOT_COMPUTED = "#公式无结果"
_ERROR = "#公式出错"  # where the cell is in error and does not say which
_REFERENCE = re.compile(r"([A-Za-z]{1,8})([0-9]{1,10})")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


@dataclass
class Marks:
    """Texts for cells of a sheet that have no value, by row and column from 1; and how many formulas there are."""

    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    formulas: int = 0
    errors: int = 0
    not_computed: int = 0

    def put(self, row: int, column: int, text: str) -> None:
        """The cell's text is `text`."""
        self.texts.setdefault(row, {})[column] = text


def sheet_parts(workbook: Iterator[bytes], relations: Iterator[bytes]) -> Mapping[str, str]:
    """The archive's member of each sheet, by the sheet's name. Raises ExpatError where the XML is damaged."""
    targets = {found["Id"]: found["Target"] for name, found in _elements(relations) if name == "Relationship"}
    parts = {}
    for name, found in _elements(workbook):
        if name == "sheet":
            relation = next((value for key, value in found.items() if key.rpartition(":")[2] == "id"), "")
            target = targets.get(relation, "")
            parts[found.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def marks_of(sheet: Iterator[bytes]) -> Marks:
    """The cells of a sheet without a value of their own. Raises ExpatError where the XML is damaged, TurnedAway where a
    cell stands where no sheet has one.
    """
    reader = _CellReader()
    for piece in sheet:
        reader.parser.Parse(piece, False)
    reader.parser.Parse(b"", True)
    return reader.marks


def _elements(pieces: Iterator[bytes]) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    for piece in pieces:
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise TurnedAway("damaged_workbook", "工作簿内含有文档类型声明（DOCTYPE），不是表格软件保存的文件，不予读取。")

    parser.StartDoctypeDeclHandler = refuse
    return parser


class _CellReader:
    """Follows the cells of a sheet as its XML is parsed."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.parser = _parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._row = self._column = 0
        self._type = ""
        self._is_formula = self._is_value = False
        self._value: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                given = attributes.get("r", "")
                self._row = int(given) if given.isdecimal() else self._row + 1
                self._column = 0
            case "c":
                self._place(attributes.get("r"))
                self._type = attributes.get("t", "n")
                self._is_formula, self._value = False, []
            case "f":
                self._is_formula = True
            case "v":
                self._is_value = True

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        found = _REFERENCE.fullmatch(reference)
        row, column = (int(found[2]), _number_of(found[1])) if found else (0, 0)
        if not (1 <= row <= _LAST_ROW and 1 <= column <= _LAST_COLUMN):
            raise TurnedAway(
                "bad_reference", f"工作表中有位置不存在的单元格（{reference[:20]}），文件不是表格软件正常保存的。"
            )
        self._row, self._column = row, column

    def _text(self, text: str) -> None:
        if self._is_value:
            self._value.append(text)

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v":
                self._is_value = False
            case "c":
                self._close("".join(self._value))

    def _close(self, value: str) -> None:
        marks = self.marks
        marks.formulas += self._is_formula
        if self._type == "e":
            marks.errors += 1
            marks.put(self._row, self._column, value.strip() or _ERROR)
        elif self._is_formula and not value and self._type != "str":  # an empty text is a result
            marks.not_computed += 1
            marks.put(self._row, self._column, NOT_COMPUTED)


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
