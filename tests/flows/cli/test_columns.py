"""Tables stay aligned when Chinese characters take two columns."""

from hypothesis import given
from hypothesis import strategies as st

from flows.cli.terminal import display_width, pad, pair_lines, table_lines
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
