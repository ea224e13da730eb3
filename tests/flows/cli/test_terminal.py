"""Tables stay aligned when Chinese characters take two columns, and can be read at every width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cli.terminal import display_width, pad, pair_lines, table_lines, terminal_width, wrap
from reports.grid import GridField, grid_from_rows

FIELDS = (GridField("name", "名称"), GridField("score", "得分", "points"), GridField("note", "说明"))


def test_width_of_mixed_text():
    assert display_width("A药·B") == 5
    assert display_width("ﾊﾝ") == 2
    assert display_width("é") == 1


@given(st.text(st.characters(categories=("L", "N", "P", "Mn")), max_size=20), st.integers(0, 10), st.booleans())
def test_padding_reaches_the_width_exactly(text, more, is_right):
    padded = pad(text, display_width(text) + more, is_right)
    assert display_width(padded) == display_width(text) + more
    assert padded.strip(" ") == text.strip(" ")


def test_columns_are_aligned_and_numbers_flush_right():
    grid = grid_from_rows("t", "t", FIELDS, [("药房", 100, "短"), ("ABC", -1250, "")], "无")
    head, first, second = table_lines(grid, ["name", "score"])
    assert display_width(head) == display_width(first) == display_width(second)
    assert first.endswith("1.00")
    assert second.endswith("−12.50")


def test_notes_stand_below_their_row_and_empty_ones_are_left_out():
    grid = grid_from_rows("t", "t", FIELDS, [("药房", 100, "短"), ("ABC", -1250, "")], "无")
    assert [line.strip() for line in table_lines(grid, ["name"], ["note"])] == ["名称", "药房", "说明：短", "ABC"]


def test_notes_share_a_line_up_to_a_hundred_columns():
    fields = tuple(GridField(name, name) for name in ("a", "b", "c"))
    for length, lines in ((19, 1), (20, 1), (21, 2)):
        grid = grid_from_rows("t", "t", fields, [("x", "药" * 22, "药" * length)], "无")
        assert len(table_lines(grid, ["a"], ["b", "c"])) - 2 == lines


def test_an_empty_table_says_so():
    assert table_lines(grid_from_rows("t", "t", FIELDS, [], "没有记录")) == ["  没有记录"]


def test_pairs_are_aligned_and_empty_ones_left_out():
    lines = pair_lines([("等级", "A"), ("下次变化", "无"), ("锁定至", "")])
    assert lines == ["  等级      A", "  下次变化  无"]


WIDE = (
    GridField("no", "文号", "id"),
    GridField("name", "名称"),
    GridField("score", "得分", "points"),
    GridField("b", "依据"),
)
ROWS = [
    ("鄂药监罚〔2025〕1号", "武汉某某医药连锁有限公司", -1250, "药品管理法第一百一十七条"),
    ("", "某药房", 100, ""),
]


@pytest.fixture
def terminal(monkeypatch):
    """Sets the width of the terminal."""
    return lambda columns: monkeypatch.setattr("flows.cli.terminal.terminal_width", lambda: columns)


@pytest.mark.parametrize("columns", [*range(20, 130, 7), 1920])
def test_at_every_width_no_line_is_wider_and_no_value_is_lost(terminal, columns):
    terminal(columns)
    grid = grid_from_rows("t", "t", WIDE, ROWS, "无")
    for indent in (0, 4):
        lines = table_lines(grid, ["no", "name", "score"], ["b"], indent=indent)
        assert max(map(display_width, lines)) <= max(columns, 20 + 8 + indent)
        shown = "".join(line.strip() for line in lines)
        for row in grid.texts():
            assert all(cell.replace(" ", "") in shown.replace(" ", "") for cell in row)
        assert all(field.label in shown for field in WIDE)


def test_a_table_stays_a_table_as_long_as_it_fits(terminal):
    grid = grid_from_rows("t", "t", WIDE[:3], [row[:3] for row in ROWS], "无")
    terminal(None)
    table = table_lines(grid)
    assert len(table) == 3
    terminal(max(map(display_width, table)))
    assert table_lines(grid) == table
    terminal(max(map(display_width, table)) - 1)
    assert table_lines(grid) == [
        "  文号：鄂药监罚〔2025〕1号",
        "    名称：武汉某某医药连锁有限公司  得分：−12.50",
        "  文号：—",
        "    名称：某药房  得分：1.00",
    ]


def test_long_texts_of_pairs_are_wrapped_below_themselves(terminal):
    terminal(30)
    lines = pair_lines([("等级", "A"), ("依据", "药品管理法第一百一十七条第一款")])
    assert lines == ["  等级  A", "  依据  药品管理法第一百一十七", "        条第一款"]


def test_latin_words_are_not_broken_where_they_fit():
    assert wrap("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert wrap("药品管理法", 4) == ["药品", "管理", "法"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_a_file_or_pipe_has_no_width(capsys):
    assert terminal_width() is None
