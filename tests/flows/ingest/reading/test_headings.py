"""Where the table of a file is: titles, levels of headings, other separators, several sheets, notes below."""

import io
import json

import pytest
import xlsxwriter

from flows.ingest.reading.headings import heading_key
from flows.ingest.reading.raw_file import ExpectedHeadings

HEADINGS = ("企业名称", "决定书文号", "处罚种类", "罚款金额（万元）", "决定日期")
KNOWN = ExpectedHeadings(
    (*HEADINGS, "罚款金额", "处罚决定日期"),
    (frozenset({"企业名称"}), frozenset({"处罚种类"})),
    frozenset({"序号", "法定代表人证件号码"}),
    {"罚款金额（万元）": "万元", "罚款金额": "万元"},
)
ROW = ("甲药房", "1号", "罚款", "0.5", "2026-05-11")
OTHER = ("乙药房", "2号", "警告", "", "2026-05-12")


def rows_of(raw):
    return [tuple(cell or "" for cell in row) for row in raw.frame.select(HEADINGS).rows()]


def text(*rows, delimiter=","):
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.fixture
def book():
    """A workbook of sheets: name to a function that writes it."""

    def making(**sheets):
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer) as made:
            for name, write in sheets.items():
                write(made.add_worksheet(name))
        return buffer.getvalue()

    return making


def table(*rows, at=0):
    def write(sheet):
        for place, row in enumerate(rows, at):
            sheet.write_row(place, 0, [cell or None for cell in row])

    return write


@pytest.mark.parametrize(
    "spelt",
    [
        "*罚款金额（万元）",
        "罚款金额(万元)",
        "罚款 金额\n（万元）",
        "罚款金额（单位：万元）",
        "罚款金额（单位:万元）＊",
        "罚款金额【万元】",
        "罚款金额（人民币万元）",
        "罚款金额\u200b（万元）",
        "★罚款金额（万元）（必填）",
        "罚款金额／万元",
        "罚款金额，单位：万元",
    ],
)
def test_a_heading_is_known_in_any_spelling(read, spelt):
    raw = read(text((HEADINGS[0], HEADINGS[1], HEADINGS[2], f'"{spelt}"', HEADINGS[4]), ROW), expected=KNOWN)
    assert (raw.headings, rows_of(raw), raw.notes) == (HEADINGS, [ROW], ())


def test_headings_of_full_width_or_in_small_letters(read):
    known = ExpectedHeadings(("CF_WSH", "CF_CFLB"))
    raw = read("ＣＦ＿ＷＳＨ,cf_cflb\n1,2\n", expected=known)
    assert (raw.headings, raw.frame.rows()) == (("CF_WSH", "CF_CFLB"), [("1", "2", 2)])


def test_a_repeated_header_row_is_known_by_its_own_spelling(read):
    given = tuple(f"*{heading}" for heading in HEADINGS)
    raw = read(text(given, ROW, given, OTHER), expected=KNOWN)
    assert rows_of(raw) == [ROW, OTHER]
    assert raw.broken["code"].to_list() == ["repeated_header"]


@pytest.mark.parametrize("row", range(2, 8))
def test_a_header_below_titles_in_text_and_workbook(read, book, row):
    titles = [("行政处罚信息表",), ("填报单位：某局", "", "2026年11月"), (), (), (), ()][: row - 1]
    for content in (text(*titles, HEADINGS, ROW, OTHER), book(甲=table(*titles, HEADINGS, ROW, OTHER))):
        raw = read(content, expected=KNOWN)
        assert rows_of(raw) == [ROW, OTHER]
        assert raw.frame["row_no"].to_list() == [row + 1, row + 2]
        assert raw.notes == (f"列名在第 {row} 行，其上各行是标题或说明，未作为数据读取。",)


@pytest.mark.parametrize("cell", ["a,", ",", '"",', "a;"])
def test_a_row_of_very_many_cells_costs_only_that_row(read, cell):
    """Looking for headings among the first rows once took time in proportion to the square of their cells."""
    raw = read(text(HEADINGS, ROW) + cell * 60_000 + "甲\n" + text(OTHER), expected=KNOWN)
    assert rows_of(raw) == [ROW, OTHER]
    assert raw.broken["row_no"].to_list() == [3]


def test_a_file_without_headings_names_the_row_where_they_should_be(read, book):
    for content in (text(ROW, OTHER), book(甲=table(ROW, OTHER))):
        finding = read(content, expected=KNOWN).finding
        assert finding.code == "no_header"
        assert "第 1 行不是列名行" in finding.message
        assert "甲药房" in finding.message


def two_levels(sheet):
    sheet.merge_range("A1:A2", "企业名称")
    sheet.merge_range("B1:E1", "处罚")
    sheet.write_row("B2", ["决定书文号", "种类", "罚款金额（万元）", "决定日期"])
    sheet.write_row("A3", ROW)


def test_headings_of_two_levels(read, book):
    flat = text(("企业名称", "处罚", "", "", ""), ("", "决定书文号", "种类", "罚款金额（万元）", "决定日期"), ROW)
    for content in (book(甲=two_levels), flat):
        raw = read(content, expected=KNOWN)
        assert (raw.headings, rows_of(raw)) == (HEADINGS, [ROW])
        assert raw.notes == ()
    below_title = text(
        ("一览表",), ("企业", "处罚", "", "", ""), ("名称", "决定书文号", "种类", "罚款金额（万元）", "决定日期"), ROW
    )
    raw = read(below_title, expected=KNOWN)
    assert rows_of(raw) == [ROW]
    assert raw.notes == ("列名在第 2 至 3 行（多级表头），其上各行是标题或说明，未作为数据读取。",)


def test_a_row_of_groups_above_headings_that_say_it_all(read):
    raw = read(text(("当事人", "处罚", "", "", ""), HEADINGS, ROW), expected=KNOWN)
    assert (raw.headings, rows_of(raw)) == (HEADINGS, [ROW])


@pytest.mark.parametrize(("delimiter", "word"), [(";", "分号"), ("\t", "制表符"), ("|", "竖线"), ("^", "^ 符号")])
def test_cells_separated_otherwise_than_the_source_says(read, delimiter, word):
    raw = read(text(HEADINGS, ROW, OTHER, delimiter=delimiter), "a.txt", expected=KNOWN)
    assert rows_of(raw) == [ROW, OTHER]
    assert raw.notes == (f"单元格以{word}分隔，已照此读取。",)


def test_the_line_that_tells_a_spreadsheet_the_separator(read):
    raw = read("sep=;\n" + text(HEADINGS, ROW, delimiter=";"), expected=KNOWN)
    assert rows_of(raw) == [ROW]


def test_text_under_the_name_of_a_workbook_is_read_where_its_headings_are_known(read, book):
    raw = read(text(HEADINGS, ROW), "处罚.xlsx", expected=KNOWN)
    assert (raw.encoding, rows_of(raw)) == ("utf-8", [ROW])
    assert raw.notes == ("文件名以 .xlsx 结尾，内容却是文本，已按文本读取。",)
    raw = read(book(甲=table(HEADINGS, ROW)), "处罚.csv", expected=KNOWN)
    assert (raw.encoding, rows_of(raw)) == ("xlsx", [ROW])
    assert read("甲,乙\n1,2\n", "处罚.xlsx", expected=KNOWN).finding.code == "not_a_workbook"


def test_repeated_columns(read):
    twice = ("序号", *HEADINGS, "序号", "部门", "部门")
    raw = read(text(twice, ("1", *ROW, "1", "x", "y")), expected=KNOWN)
    assert rows_of(raw) == [ROW]
    assert raw.headings == ("序号", *HEADINGS, "部门", "部门（第9列，列名重复）")
    assert read(text((*HEADINGS, "*企业名称"), (*ROW, "乙")), expected=KNOWN).finding.code == "duplicate_heading"


def test_nothing_of_a_column_of_identity_numbers_is_kept_where_it_is_repeated(read):
    twice = (*HEADINGS, "法定代表人证件号码", "法定代表人证件号码")
    raw = read(text(twice, (*ROW, "G1", "G2"), (*ROW, "G1\x01", "G2")), expected=KNOWN)
    assert raw.headings == (*HEADINGS, "法定代表人证件号码")
    assert "G2" not in str(raw.frame.to_dicts()) + str(raw.broken.to_dicts())


@pytest.mark.parametrize(
    ("heading", "unit"), [("罚款金额（元）", "元"), ("罚款金额(单位：千元)", "千元"), ("*罚款金额 亿元", "亿元")]
)
def test_an_amount_in_another_unit_is_never_taken_for_the_unit_of_the_source(read, heading, unit):
    raw = read(text((*HEADINGS[:3], heading, HEADINGS[4]), ("甲", "1号", "罚款", "50000", ""), OTHER), expected=KNOWN)
    assert raw.frame["罚款金额（万元）"].to_list() == [f"50000（{unit}）", None]
    (note,) = raw.notes
    assert f"列的单位是{unit}，与来源规定的“罚款金额（万元）”不同；不作换算" in note


def test_a_unit_in_the_title_holds_for_columns_that_give_none(read):
    for title, amount, count in (("（单位：元）", "5000（元）", 2), ("单位：万元", "5000", 1)):
        raw = read(
            text((f"处罚表{title}",), (*HEADINGS[:3], "罚款金额"), ("甲", "1号", "罚款", "5000")), expected=KNOWN
        )
        assert raw.frame["罚款金额"].to_list() == [amount]
        assert len(raw.notes) == count
    raw = read(text(("单位：元",), HEADINGS, ROW), expected=KNOWN)
    assert rows_of(raw) == [ROW]  # the heading itself says 万元


PLAIN = (*HEADINGS[:3], "罚款金额", HEADINGS[4])
BARE = ("甲药房", "1号", "罚款", "5000", "2026-05-11")


@pytest.mark.parametrize(
    ("rows", "amount"),
    [
        ((("", "", "", "金额（元）", ""), PLAIN), "5000（元）"),
        ((("当事人", "", "处罚（单位：千元）", "", ""), PLAIN), "5000（千元）"),
        ((("处罚情况表（元）",), (), PLAIN), "5000（元）"),
        ((("处罚情况表",), ("", "", "", "元", ""), PLAIN), "5000（元）"),
        ((("当事人", "", "处罚", "金额/元", ""), PLAIN), "5000（元）"),
        ((PLAIN, ("", "", "", "（元）", "")), "5000（元）"),
        ((PLAIN, ("文本", "文本", "文本", "单位：元", "年月日")), "5000（元）"),
        ((("单位：元",), ("", "", "", "金额（万元）", ""), PLAIN), "5000"),  # the nearest one
        ((("", "", "", "罚款金额（万元）", ""), (*HEADINGS[:3], "", HEADINGS[4])), "5000"),
        ((("", "", "金额（元）", "", ""), (*HEADINGS[:2], "", *PLAIN[3:])), "5000"),  # a column of its own
        ((("裁量评分", "", "", "", ""), PLAIN), "5000"),
    ],
)
def test_a_unit_in_another_row_of_the_headings_holds(read, book, rows, amount):
    for raw in (read(text(*rows, BARE), expected=KNOWN), read(book(表=table(*rows, BARE)), "a.xlsx", expected=KNOWN)):
        column = next(heading for heading in raw.headings if heading.startswith("罚款金额"))
        assert raw.frame[column].to_list()[-1] == amount
        assert any("不作换算" in note for note in raw.notes) == (amount != "5000")


def test_every_sheet_with_the_same_headings_is_read(read, book):
    content = book(
        填报说明=table(("填报说明",), ("1.金额单位为万元",)),
        一月=table(HEADINGS, ROW),
        二月=table(
            ("二月处罚表",), tuple(f"*{heading}" for heading in HEADINGS), OTHER, ("丙", "3号", "罚款", "x\x01")
        ),
        空表=table(HEADINGS),
        企业=table(("企业名称", "住所", "电话"), ("甲", "x", "y"), ("乙", "x", "y")),
    )
    raw = read(content, expected=KNOWN)
    assert rows_of(raw) == [ROW, OTHER]
    assert raw.frame["工作表"].to_list() == ["一月", "二月"]
    assert raw.frame["row_no"].to_list() == [2, 10_000_003]
    assert json.loads(raw.broken["row_text"][0])["工作表"] == "二月"
    assert raw.notes == (
        "工作簿中 2 张列名相同的工作表已一并读取：一月、二月。",
        "工作表“填报说明”没有来源规定的列名，视为说明，未读取。",
        "工作表“企业”的列名与“一月”不同，缺少 决定书文号、决定日期、处罚种类、罚款金额（万元） 等列，其 2 行未读取。",
        "工作表“二月”：列名在第 2 行，其上各行是标题或说明，未作为数据读取。",
        "工作表“二月”的行号前加 10000000（10000002 即该表第 2 行）。",
    )


def test_a_sheet_that_lacks_a_column_that_may_be_empty_is_of_the_same_table(read, book):
    content = book(一月=table(HEADINGS, ROW), 二月=table(HEADINGS[:4], OTHER[:4]))
    assert rows_of(read(content, expected=KNOWN)) == [ROW, (*OTHER[:4], "")]


def test_hidden_sheets_are_noted_and_not_read(read):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as made:
        table(HEADINGS, ROW)(made.add_worksheet("一月"))
        hidden, secret = made.add_worksheet("旧"), made.add_worksheet("极旧")
        for sheet in (hidden, secret):
            table(HEADINGS, OTHER)(sheet)
        hidden.hide()
        secret.very_hidden()
    raw = read(buffer.getvalue(), expected=KNOWN)
    assert rows_of(raw) == [ROW]
    assert raw.notes == tuple(
        f"隐藏的工作表“{name}”有 1 行，未读取；如属报送内容，请取消隐藏后重新报送。" for name in ("旧", "极旧")
    )


def test_totals_and_notes_below_a_table_are_noted_and_not_read(read, book):
    rows = (
        HEADINGS,
        ROW,
        ("小计", "", "", "0.5", ""),
        OTHER,
        ("合 计", "", "", "0.5", "2家"),
        (),
        ("注：金额单位为万元",),
        ("2、本表一式两份",),
        ("填表人：张三", "", "审核人：李四", "", "联系电话：1"),
    )
    for content in (book(甲=table(*rows)), text(*rows), text(*rows).rstrip("\n")):
        raw = read(content, expected=KNOWN)
        assert rows_of(raw) == [ROW, OTHER]
        assert raw.broken.is_empty()
        assert raw.notes == (
            "第 3、5 行是合计行，未作为数据读取。",
            "第 7、8、9 行是表下的说明或签署，未作为数据读取。",
        )


def test_what_only_looks_like_a_note_stays_a_row(read):
    rows = (("注册药房有限公司", "1号", "罚款", "", ""), ("", "", "1、警告", "", ""), ("合计药房", "", "罚款", "", ""))
    raw = read(text(HEADINGS, *rows), expected=KNOWN)
    assert rows_of(raw) == list(rows)


def test_merged_cells_are_spread_over_their_rows(read, book):
    def write(sheet):
        table(HEADINGS, ROW, ("", "2号", "警告", "", "2026-05-12"), ("", "3号", "罚款", "1", ""), ("乙", "4号"))(sheet)
        sheet.merge_range("A2:A4", "甲药房")
        sheet.merge_range("E3:E4", "2026-05-12")

    raw = read(book(甲=write), expected=KNOWN)
    assert raw.frame["企业名称"].to_list() == ["甲药房"] * 3 + ["乙"]
    assert raw.frame["决定日期"].to_list() == ["2026-05-11", "2026-05-12", "2026-05-12", None]
    assert "“企业名称”“决定日期”列有合并单元格" in "".join(raw.notes)
    assert raw.broken.is_empty()


def test_rows_of_which_every_cell_is_merged_are_one_row(read, book):
    def write(sheet):
        sheet.write_row(0, 0, HEADINGS)
        for column, cell in enumerate(ROW):
            sheet.merge_range(1, column, 2, column, cell)

    assert rows_of(read(book(甲=write), expected=KNOWN)) == [ROW]


def test_rows_that_share_an_amount_go_back(read, book):
    def write(sheet):
        table(HEADINGS, ROW, OTHER, ("丙药房", "3号", "罚款", "1", "2026-05-13"))(sheet)
        sheet.merge_range("D2:D3", "50")

    raw = read(book(甲=write), expected=KNOWN)
    assert raw.broken["code"].to_list() == ["merged_cells"] * 2
    assert raw.broken["column"].to_list() == ["罚款金额（万元）"] * 2
    assert "合并单元格" not in "".join(raw.notes), "of what goes back its reason says it"
    assert "第 2 至 3 行是合并单元格" in raw.broken["detail"][0]
    assert json.loads(raw.broken["row_text"][0])["企业名称"] == "甲药房"
    assert raw.frame["决定书文号"].to_list() == ["3号"]


def test_a_cell_over_several_columns_that_are_read_goes_back(read, book):
    def write(sheet):
        table(HEADINGS, ROW, OTHER)(sheet)
        sheet.merge_range("B2:C2", "1号罚款")

    raw = read(book(甲=write), expected=KNOWN)
    assert raw.broken["code"].to_list() == ["merged_cells"]
    assert "“决定书文号”“处罚种类”各列是合并单元格" in raw.broken["detail"][0]
    assert rows_of(raw) == [OTHER]


def test_heading_keys():
    assert heading_key("＊ 罚款金额 （单位：万元）\n") == heading_key("罚款金额(万元)")
    assert heading_key("名称") != heading_key("名称1")
