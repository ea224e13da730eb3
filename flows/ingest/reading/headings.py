"""The header of a table: which rows hold its headings, and which heading of the source each column has.

Headings are compared without blanks, line breaks, invisible characters, marks of required columns (*) and the word
单位, in one width. From here on they have the source's spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flows.ingest.reading import limits
from flows.ingest.reading.encoding import replace_gbk_twins
from flows.ingest.reading.raw_file import ROW_NO, ExpectedHeadings, FileRejected, printable

# Control characters but tab and line ends, and the two code points that are no characters.
CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}\x{FFFE}\x{FFFF}]"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

DROPPED = "\x00"  # begins the heading of a column that is dropped

_UNNAMED = re.compile(r"（第[0-9]+列无列名）")  # comes back in a corrected workbook
_ROWS_SEARCHED = 12  # from the expected header row: titles, notes and blank rows may be above a table
_MOST_LEVELS = 3
_LEAST_MATCHES = 2  # of a row that is not where the headings should be

_REQUIRED = re.compile(r"\((?:必填|必填项|必须|必录|选填|非必填|可选)\)")
_BRACKETS = str.maketrans("【〔[{】〕]}", "(((())))")
_UNIT_WORDS = r"(?:亿元|千万元|百万元|十万元|万元|千元|百元|元|圆|角|分|万|千|美元|usd)"
_UNIT = re.compile(
    rf"(?:[(,/:·-]+(?:金额|计量)?)?(?:单位)?:?(?:人民币|rmb|cny|¥)?:?(?P<unit>{_UNIT_WORDS})(?:人民币|整)?\)*$"
)
_SAME_UNIT = {"圆": "元", "万": "万元", "千": "千元"}
_TITLE_UNIT = re.compile(rf"单位[:：]?\s*(?:人民币)?\s*(?P<unit>{_UNIT_WORDS})")
_UNIT_TITLE = re.compile(r"\(单位:?\s*")


@dataclass(frozen=True)
class Header:
    """The headings of a table, which end in row `row_no` and take `levels` rows.

    headings: by column, in the source's spelling, or the file's where the source does not know them, "" where there is
    none. cells: the last of the rows as it is. other_units: see `RawSheet`. read: accepted headings found.
    """

    row_no: int
    levels: int
    headings: tuple[str, ...]
    cells: tuple[str, ...]
    other_units: Mapping[int, str]
    read: frozenset[str]


@dataclass(frozen=True)
class HeadingMatch:
    """The heading of the source that a text means; other_unit: its unit, where that is not the source's."""

    heading: str
    other_unit: str | None = None


@dataclass
class HeadingMatcher:
    """Matches texts to the headings of a source."""

    expected: ExpectedHeadings
    _known: dict[str, HeadingMatch | None] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._exact = frozenset((*self.expected.accepted, *self.expected.passed_over))
        self._by_key: dict[str, str] = {}
        for heading in (*self.expected.accepted, *sorted(self.expected.passed_over)):
            self._by_key.setdefault(heading_key(heading), heading)
        self._amounts = {_split_unit(heading_key(heading))[0]: heading for heading in reversed([*self.expected.units])}

    def find(self, text: str) -> HeadingMatch | None:
        """The heading that `text` means; None where the source does not know it."""
        if text not in self._known:
            self._known[text] = self._found(text.strip())
        return self._known[text]

    def _found(self, text: str) -> HeadingMatch | None:
        if text in self._exact:
            return HeadingMatch(text)
        key = heading_key(text)
        if key in self._by_key:
            return HeadingMatch(self._by_key[key])
        base, unit = _split_unit(key)
        if base in self._amounts:
            heading = self._amounts[base]
            return HeadingMatch(heading, None if unit == self.expected.units[heading] else unit)
        return None


def heading_key(heading: str) -> str:
    """A heading as it is compared."""
    plain = unicodedata.normalize("NFKC", replace_gbk_twins(heading)).translate(_BRACKETS).casefold()
    plain = "".join(char for char in plain if not char.isspace() and unicodedata.category(char) not in ("Cf", "Cc"))
    plain = _UNIT_TITLE.sub("(", _REQUIRED.sub("", plain))
    return plain.strip("*★☆:")


def _split_unit(key: str) -> tuple[str, str]:
    """A heading's key without its unit, and the unit, "" where it has none."""
    found = _UNIT.search(key)
    if found is None or not found.start():
        return key, ""
    return key[: found.start()], _unit_of(found)


def find_header(rows: Sequence[Sequence[str]], header_row: int, expected: ExpectedHeadings) -> Header | None:
    """The header among `rows`, the first rows of a table; None where there is none.

    Where the source's headings are known, it is the row with most of them, or two or three rows together, as in
    行政相对人 above 名称; else row `header_row`. Raises FileRejected where its cells cannot be headings.
    """
    found: Header | None
    if not expected.accepted:
        if len(rows) < header_row:
            return None
        cells = tuple(_heading_text(cell) for cell in rows[header_row - 1])
        if not any(cells):
            raise FileRejected("no_header", f"第 {header_row} 行是空行，应为列名。请在第 {header_row} 行写明各列列名。")
        found = Header(header_row, 1, cells, cells, {}, frozenset())
    else:
        matcher = HeadingMatcher(expected)
        within = rows[: header_row + _ROWS_SEARCHED]
        candidates = [
            _candidate(within, last, levels, matcher)
            for last in range(len(within))
            for levels in range(1, min(_MOST_LEVELS, last + 1) + 1)
            if any(cell.strip() for cell in within[last])
        ]
        candidates = [one for one in candidates if _is_header(one, header_row)]
        # Most headings first, then fewest levels, then nearest to the expected row.
        found = min(
            candidates,
            key=lambda one: (-len(one.read), one.levels, abs(one.row_no - header_row), one.row_no),
            default=None,
        )
    if found is None:
        return None
    width = named_width(found.headings)
    if width > limits.MAX_COLUMNS:
        message = (
            f"文件有 {width} 列，最多可读 {limits.MAX_COLUMNS} 列。请检查分隔符是否正确，只保留规定的列后重新报送。"
        )
        raise FileRejected("too_many_columns", message)
    for place, heading in enumerate(found.headings, 1):
        if control := _CONTROL.search(heading):
            raise FileRejected(
                "control_in_header",
                f"第 {found.row_no} 行第 {place} 列的列名含有控制字符 U+{ord(control[0]):04X}，这不像文本文件。"
                "请确认文件类型后重新导出。",
            )
    headings = _without_repeats(found.headings, expected)
    headings = headings if len(headings) <= limits.MAX_COLUMNS else headings[:width]
    units = {**_units_around(rows[: found.row_no + 1], found, expected), **found.other_units}
    return Header(found.row_no, found.levels, headings, found.cells[: len(headings)], units, found.read)


def not_a_header(cells: Sequence[str], row_no: int, expected: ExpectedHeadings) -> FileRejected:
    """For a table without the headings of its source; cells: the row where they should be."""
    return FileRejected(
        "no_header",
        f"第 {row_no} 行不是列名行：其内容为“{printable('、'.join(cells))}”，"
        f"应含有的列名如“{'、'.join(sorted(expected.accepted)[:5])}”。请在第 {row_no} 行补上列名后重新报送。",
    )


def title_note(header: Header) -> Iterator[str]:
    """A remark on rows above the headings."""
    if header.row_no > header.levels:
        first = header.row_no - header.levels + 1
        where = f"第 {first} 行" if header.levels == 1 else f"第 {first} 至 {header.row_no} 行（多级表头）"
        yield f"列名在{where}，其上各行是标题或说明，未作为数据读取。"


def named_width(headings: Sequence[str]) -> int:
    """How many columns there are up to the last one with a heading."""
    return max((place for place, heading in enumerate(headings, 1) if heading), default=0)


def unnamed_heading(place: int) -> str:
    """The name of the column at `place` (from 1) where it has no heading."""
    return f"（第{place}列无列名）"


def _candidate(rows: Sequence[Sequence[str]], last: int, levels: int, matcher: HeadingMatcher) -> Header:
    """Rows up to `last` (from 0) read as a header of so many levels."""
    lowest = [_heading_text(cell) for cell in rows[last]]
    above = [_grouped(rows[level]) for level in range(last - levels + 1, last)]
    width = max(len(lowest), *(len(level) for level in above), 0) if above else len(lowest)
    headings, units, read = [], {}, set()
    repeated = {cell for cell, count in Counter(lowest).items() if cell and count > 1} if levels > 1 else set()
    for place in range(width):
        own = lowest[place] if place < len(lowest) else ""
        groups = [level[place] if place < len(level) else ("", "") for level in above]
        names, match = _named(own, groups, matcher)
        if match is not None:
            headings.append(match.heading)
            if match.heading in matcher.expected.accepted:
                read.add(match.heading)
            if match.other_unit is not None:
                units[place] = match.other_unit
        else:
            headings.append(names[-1] if own in repeated and names else own or next(iter(names), ""))
    return Header(last + 1, levels, tuple(headings), tuple(lowest), units, frozenset(read))


def _named(
    own: str, groups: Sequence[tuple[str, str]], matcher: HeadingMatcher
) -> tuple[list[str], HeadingMatch | None]:
    """The possible names of a column, by its own cell and the groups above it, and the first that the source knows.

    groups: from above, the text over the column and the group it belongs to.
    """
    over = [text for text, _ in groups if text]
    reaches = list(dict.fromkeys(group for _, group in groups if group))
    names = [own] if own else []
    if own:
        names += ["".join([*reaches[start:], own]) for start in range(len(reaches) - 1, -1, -1) if own not in reaches]
    else:
        names += ["".join(dict.fromkeys(over)), *over[-1:]] if over else []
    for name in names:
        if (match := matcher.find(name)) is not None:
            return names, match
    return names, None


def _grouped(row: Sequence[str]) -> list[tuple[str, str]]:
    """Each cell of a row of groups, and the group it belongs to: blank cells belong to the group at their left."""
    filled, group = [], ""
    for cell in row:
        own = _heading_text(cell)
        group = own or group
        filled.append((own, group))
    return filled


def _heading_text(cell: str) -> str:
    text = cell.strip()
    return "" if _UNNAMED.fullmatch(text) else text


def _is_header(found: Header, header_row: int) -> bool:
    """Whether rows have enough headings of the source: one in the expected row, else several."""
    if found.row_no == header_row:
        return bool(found.read)
    return len(found.read) >= min(_LEAST_MATCHES, sum(map(bool, found.headings)))


def _units_around(rows: Sequence[Sequence[str]], found: Header, expected: ExpectedHeadings) -> dict[int, str]:
    """Columns of amounts without a unit in their heading, where another cell gives a unit that is not the source's.

    That cell is in the row below the headings, in a group above them, or in a title above the table (单位：元).
    rows: down to the one below the headings.
    """
    above = [[_heading_text(cell) for cell in row] for row in rows[: found.row_no - 1]]
    below = rows[found.row_no] if len(rows) > found.row_no else ()
    groups = [_unit_groups(row, [*above[level:], found.cells]) for level, row in enumerate(above, 1)]
    titled = {_unit_of(match) for row in above for cell in row if (match := _TITLE_UNIT.search(cell))}
    units = {}
    for place, heading in enumerate(found.headings):
        stack = [row[place] for row in (found.cells, *above[: -found.levels : -1]) if place < len(row) and row[place]]
        if heading not in expected.units or any(_split_unit(heading_key(text))[1] for text in (heading, *stack[:1])):
            continue
        given = [_unit_alone(below[place])] if place < len(below) else []
        given += [level[place] for level in reversed(groups) if place < len(level)]
        given += titled if len(titled) == 1 else []
        unit = next(filter(None, given), "")
        if unit and unit != expected.units[heading]:
            units[place] = unit
    return units


def _unit_groups(row: Sequence[str], below: Sequence[Sequence[str]]) -> list[str]:
    """By column, the unit of a group over it, as in 金额（元）; "" where there is none.

    A cell with nothing below it is no group.
    """
    units, unit = [], ""
    for place in range(max(len(row), *(len(lower) for lower in below))):
        if place < len(row) and row[place]:
            is_group = any(lower[place] for lower in below if place < len(lower))
            found = _UNIT.search(heading_key(row[place])) if is_group else None
            # 元 and 金额（元） give a unit; 得分 only ends in a character that is one.
            unit = _unit_of(found) if found and (not found.start() or found[0] != found["unit"]) else ""
        units.append(unit)
    return units


def _unit_alone(cell: str) -> str:
    """The unit, where the cell holds nothing else: 元, （单位：元）."""
    found = _UNIT.fullmatch(heading_key(cell))
    return _unit_of(found) if found else ""


def _unit_of(found: re.Match[str]) -> str:
    return _SAME_UNIT.get(found["unit"], found["unit"])


def _without_repeats(headings: Sequence[str], expected: ExpectedHeadings) -> tuple[str, ...]:
    """Each heading once. Raises FileRejected where one that is read occurs twice.

    A repeated heading that the source does not know gets its place added. Further columns of one that is known and
    never read, as of identity numbers, are dropped (DROPPED), so that nothing of them is shown.
    """
    first: dict[str, int] = {}
    once = []
    for place, heading in enumerate(headings, 1):
        if heading == ROW_NO:
            raise FileRejected("reserved_heading", f"第 {place} 列的列名 {ROW_NO} 为系统保留。请改用其他列名。")
        if not heading or heading not in first:
            first.setdefault(heading, place)
            once.append(heading)
        elif heading in expected.accepted or not expected.accepted:
            raise FileRejected(
                "duplicate_heading",
                f"第 {first[heading]} 列和第 {place} 列的列名都是“{printable(heading)}”，无法判断以哪一列为准。"
                "请删去或改名其中一列后重新报送。",
            )
        else:
            once.append(
                f"{DROPPED}{place}" if heading in expected.passed_over else f"{heading}（第{place}列，列名重复）"
            )
    return tuple(once)
