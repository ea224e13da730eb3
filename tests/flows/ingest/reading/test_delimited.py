"""Text files as they come: good ones in full, hostile ones with a finding; no bad row takes a good one with it."""

import hashlib
import json

import pytest

from flows.ingest.reading import limits
from reports.correction_workbook import RAW_ROW_HEADING

HEADER = "名称,日期,金额\n"


def rows_of(raw):
    return [row[:-1] for row in raw.frame.rows()]


def row_nos(raw):
    return raw.frame["row_no"].to_list()


def faults(raw):
    return dict(raw.broken.select("row_no", "code").rows())


def test_every_row_of_a_good_file_is_read(read):
    content = (HEADER + "甲,2024-01-02,1.5\n乙,,\n").encode()
    raw = read(content, "处罚.csv")
    assert raw.finding is None
    assert (raw.file_name, raw.encoding, raw.size_bytes) == ("处罚.csv", "utf-8", len(content))
    assert raw.file_id == hashlib.sha256(content).hexdigest()
    assert raw.headings == ("名称", "日期", "金额")
    assert raw.frame.rows() == [("甲", "2024-01-02", "1.5", 2), ("乙", None, None, 3)]
    assert raw.read_count == 2


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030")],
)
def test_the_encoding_is_found_from_the_content(read, encoding, name):
    raw = read((HEADER + "某某药业,2024,1\n").encode(encoding))
    assert (raw.encoding, raw.headings, rows_of(raw)) == (name, ("名称", "日期", "金额"), [("某某药业", "2024", "1")])


def test_four_byte_characters_of_gb18030(read):
    name = "㐀㐁𠀀药业·é"  # two planes, and letters that GBK does not have
    raw = read((HEADER + f"{name},2024,1\n").encode("gb18030"))
    assert (raw.encoding, rows_of(raw)[0][0]) == ("gb18030", name)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("has_mark", [True, False])
def test_wide_encodings_are_read(read, encoding, has_mark):
    if not has_mark and encoding.startswith("utf-32"):
        pytest.skip("no sender leaves the mark out there")
    raw = read(("\ufeff" * has_mark + HEADER + "某某药业,2024,1\n").encode(encoding))
    assert (raw.encoding, rows_of(raw)) == (encoding, [("某某药业", "2024", "1")])


def test_half_a_character_of_a_wide_encoding_is_half_a_file(read):
    raw = read(("\ufeff" + HEADER + "甲,1,2\n乙,3,4元").encode("utf-16-le")[:-1])
    assert (faults(raw), row_nos(raw)) == ({3: "cut_off"}, [2])


def test_what_is_in_no_encoding_is_rejected_with_its_place(read):
    content = "名称,日期\n甲,1\n".encode("gb18030") + b"\xff\xff,2\n"
    finding = read(content).finding
    assert finding.code == "undecodable"
    assert f"第 {content.index(0xFF) + 1} 个字节（第 3 行，值为 0xFF）" in finding.message


def test_a_wrong_byte_in_a_long_utf_8_file_does_not_turn_it_into_other_characters(read):
    content = bytearray((HEADER + "某某药业有限公司,2024,1\n").encode())
    content[-11] = 0x80
    finding = read(bytes(content)).finding
    assert finding.code == "undecodable"
    assert "第 2 行" in finding.message


@pytest.mark.parametrize("content", [b"", b"\n\n  \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file(read, content):
    finding = read(content).finding
    assert finding.code == "empty_file"
    assert "文件是空的" in finding.message


def test_only_a_header_is_a_file_without_rows(read):
    for content in (HEADER, HEADER.strip()):
        raw = read(content)
        assert (raw.finding, raw.headings, raw.read_count) == (None, ("名称", "日期", "金额"), 0)


def test_a_missing_header_names_the_headings_expected(read):
    raw = read("甲公司,2024-01-02,3\n", expected=("企业名称", "检查日期"))
    assert raw.finding.code == "no_header"
    assert "第 1 行不是列名行" in raw.finding.message
    assert "甲公司、2024-01-02、3" in raw.finding.message
    assert "企业名称" in raw.finding.message
    assert read("企业名称,别的\n甲,1\n", expected=("企业名称", "检查日期")).finding is None


def test_a_blank_header_row(read):
    assert "第 1 行是空行，应为列名" in read(",,\n甲,1,2\n").finding.message


def test_a_header_further_down(read):
    raw = read("处罚信息表,,\n\n" + HEADER + "甲,1,2\n", header_row=3)
    assert (raw.headings[0], raw.frame.rows()) == ("名称", [("甲", "1", "2", 4)])
    assert "没有可读的第 9 行" in read(HEADER, header_row=9).finding.message


def test_a_repeated_header_is_broken_and_the_rest_is_read(read):
    raw = read(HEADER + "甲,1,2\n" + HEADER + "乙,3,4\n")
    assert faults(raw) == {3: "repeated_header"}
    assert raw.broken["detail"][0] == "该行是重复的列名行"
    assert row_nos(raw) == [2, 4]


def test_two_columns_of_one_name_are_rejected(read):
    finding = read("名称,日期, 名称 \n甲,1,乙\n").finding
    assert finding.code == "duplicate_heading"
    assert "第 1 列和第 3 列的列名都是“名称”" in finding.message


def test_the_column_that_numbers_rows_is_ours(read):
    assert read("row_no,b\n1,2\n").finding.code == "reserved_heading"


@pytest.mark.parametrize("count", [limits.MAX_COLUMNS - 1, limits.MAX_COLUMNS])
def test_columns_up_to_the_limit(read, count):
    raw = read(",".join(f"c{place}" for place in range(count)) + "\n" + "1," * (count - 1) + "1\n")
    assert (raw.finding, raw.frame.shape) == (None, (1, count + 1))


@pytest.mark.parametrize("count", [limits.MAX_COLUMNS + 1, 10_000])
def test_too_many_columns(read, count):
    finding = read(",".join(f"c{place}" for place in range(count)) + "\n1,2\n").finding
    assert finding.code == "too_many_columns"
    assert f"文件有 {count} 列，最多可读 {limits.MAX_COLUMNS} 列" in finding.message


def test_empty_columns_at_the_right_are_nothing(read):
    raw = read("名称,日期,,\n甲,1,,\n乙,2\n丙,3,,,,\n")
    assert (raw.headings, rows_of(raw)) == (("名称", "日期"), [("甲", "1"), ("乙", "2"), ("丙", "3")])
    wide = read("名称,日期" + "," * 16_000 + "\n甲,1" + "," * 16_000 + "\n乙,2\n")
    assert rows_of(wide) == [("甲", "1"), ("乙", "2")]


def test_a_column_without_a_heading_is_kept_where_it_says_something(read):
    raw = read("名称,,日期,\n甲,x,1,\n乙,,2,y\n")
    assert raw.headings == ("名称", "（第2列无列名）", "日期", "（第4列无列名）")
    assert rows_of(raw) == [("甲", "x", "1", None), ("乙", None, "2", "y")]


@pytest.mark.parametrize(("length", "is_good"), [(32_766, True), (32_767, True), (32_768, False)])
def test_a_cell_holds_what_a_spreadsheet_holds(read, length, is_good):
    raw = read(HEADER + f"甲,{'长' * length},1\n乙,2,3\n")
    assert raw.frame.height == 1 + is_good
    assert faults(raw) == ({} if is_good else {2: "cell_too_long"})


def test_a_cell_of_a_hundred_megabytes_takes_its_own_row_only(read):
    raw = read(HEADER + "甲,1,2\n乙," + "x" * 100_000_000 + ",3\n丙,4,5\n")
    assert faults(raw) == {3: "cell_too_long"}
    assert raw.broken["detail"][0] == "“日期”列的单元格有 100000000 个字符"
    assert "最多 32767 个字符" in raw.broken["expected"][0]
    assert len(raw.broken["text"][0]) < 300
    assert len(raw.broken["row_text"][0]) < 40_000
    assert rows_of(raw) == [("甲", "1", "2"), ("丙", "4", "5")]


def test_rows_too_short_and_too_long(read):
    raw = read(HEADER + "甲,1\n乙,2,3\n丙,4,5,6\n丁,7,8\n")
    assert faults(raw) == {2: "too_few_cells", 4: "too_many_cells"}
    assert raw.broken["detail"].to_list() == ["该行有 2 个单元格，列名有 3 个", "该行有 4 个单元格，列名有 3 个"]
    assert json.loads(raw.broken["row_text"][1]) == {"名称": "丙", "日期": "4", "金额": "5", "（第4列无列名）": "6"}
    assert row_nos(raw) == [3, 5]


@pytest.mark.parametrize("ending", ["丙,", "丙"])
def test_half_a_file(read, ending):
    raw = read(HEADER + "甲,1,2\n" + ending)
    assert faults(raw) == {3: "cut_off"}
    assert "文件可能不完整" in raw.broken["detail"][0]
    assert rows_of(raw) == [("甲", "1", "2")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_half_a_character_at_the_end_is_half_a_file(read, encoding):
    raw = read((HEADER + "某某药业有限公司,1,2\n另一家药业").encode(encoding)[:-1])
    assert raw.encoding == encoding
    assert faults(raw) == {3: "cut_off"}
    assert row_nos(raw) == [2]


def test_half_a_character_in_the_last_cell_of_a_full_row_breaks_the_row(read):
    raw = read((HEADER + "某某药业有限公司,1,元\n另一家药业,2,元").encode()[:-1])
    assert (faults(raw), row_nos(raw)) == ({3: "cut_off"}, [2])


def test_a_quote_left_open_at_the_end(read):
    raw = read(HEADER + '甲,1,2\n乙,"3,4\n')
    assert row_nos(raw) == [2]
    assert faults(raw) == {3: "unclosed_quote"}
    cut = read(HEADER + '甲,1,2\n乙,"3')
    assert faults(cut) == {3: "cut_off"}
    assert "引号没有结束" in cut.broken["detail"][0]


def test_an_open_quote_costs_one_row_and_not_all_that_follow(read):
    raw = read(HEADER + '甲,"1,2\n乙,3,4\n丙,"5,6\n丁,7,8\n')
    assert faults(raw) == {2: "unclosed_quote", 4: "unclosed_quote"}
    assert "没有正确结束" in raw.broken["detail"][0]
    assert json.loads(raw.broken["row_text"][0]) == {RAW_ROW_HEADING: '甲,"1,2'}
    assert raw.frame.rows() == [("乙", "3", "4", 3), ("丁", "7", "8", 5)]


def test_an_open_quote_that_a_later_quoted_cell_closes_by_chance(read):
    raw = read(HEADER + '甲,"1,2\n乙,3,4\n丙,"5",6\n丁,7,8\n')
    assert faults(raw) == {2: "unclosed_quote"}
    assert row_nos(raw) == [3, 4, 5]


def test_swallowed_rows_that_happen_to_fill_the_columns(read):
    raw = read('a,b\nx,"1\ny,2\nz,3"\nw,4\n')
    assert raw.frame.rows() == [("x", "1\ny,2\nz,3", 2), ("w", "4", 3)]  # well formed: a cell of several lines
    assert faults(read('a,b,c\nx,"1,2\ny,"3,4\n')) == {2: "unclosed_quote", 3: "unclosed_quote"}


def test_a_quote_inside_a_quoted_cell_that_is_not_doubled(read):
    raw = read(HEADER + '"甲"药房,1,2\n乙"药房",3,4\n"丙""药房",5,6\n')
    assert faults(raw) == {2: "unclosed_quote"}
    assert rows_of(raw) == [('乙"药房"', "3", "4"), ('丙"药房', "5", "6")]


@pytest.mark.parametrize(
    "mark", ["\0", "\x01", "\x08", "\x0b", "\x0c", "\x0e", "\x1b", "\x1f", "\x7f", "\x85", "\ufffe"]
)
def test_control_characters_break_their_row(read, mark):
    raw = read(HEADER + f"甲{mark}乙,1,2\n丙,3,4\n")
    assert faults(raw) == {2: "control_character"}
    assert raw.broken["column"][0] == "名称"
    assert f"甲<U+{ord(mark):04X}>乙" in raw.broken["detail"][0]
    assert json.loads(raw.broken["row_text"][0])["名称"] == f"甲{mark}乙"
    assert row_nos(raw) == [3]


@pytest.mark.parametrize(
    "text", ["甲\t乙", "甲\n乙", "甲\r\n乙", "甲\u00a0乙", "甲\ufffd乙", "甲·乙", "=cmd|'/C calc'!A0"]
)
def test_what_is_no_control_character_stays_as_it_is(read, text):
    assert rows_of(read(HEADER + f'"{text}",1,2\n')) == [(text, "1", "2")]


def test_control_characters_in_the_header_are_no_text_file(read):
    finding = read(b"a\x00b\x00,c\n1,2\n").finding
    assert finding.code == "control_in_header"
    assert "第 1 行第 1 列的列名含有控制字符 U+0000" in finding.message


def test_blank_rows_are_passed_over_and_counted(read):
    raw = read(HEADER + "\n甲,1,2\n,,\n  , ,\n\n乙,3,4\n\n\n")
    assert row_nos(raw) == [3, 7]
    assert raw.broken.is_empty()


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(read):
    raw = read(HEADER + '"甲\n二\n三",1,2\n\n乙,1\n"丙\r\n丁",3,4\n戊,5,6,7\n己,8,9\n')
    assert row_nos(raw) == [2, 5, 7]
    assert faults(raw) == {4: "too_few_cells", 6: "too_many_cells"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("is_ended", [True, False])
def test_every_line_end(read, end, is_ended):
    raw = read(f"a,b{end}1,2{end}{end}3,4" + (end if is_ended else ""))
    assert raw.frame.rows() == [("1", "2", 2), ("3", "4", 4)]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_other_delimiters(read, delimiter):
    raw = read(f'名称{delimiter}值\n甲{delimiter}"1{delimiter}2"\n'.encode("gb18030"), delimiter=delimiter)
    assert rows_of(raw) == [("甲", f"1{delimiter}2")]


def test_one_column(read):
    raw = read('a\n1\n\n""\n2\n')
    assert raw.frame.rows() == [("1", 2), ("2", 5)]


def test_a_file_past_the_limit_is_not_read(read, monkeypatch):
    content = HEADER + "甲,1,2\n"
    size = len(content.encode())
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", size)
    assert read(content).finding is None
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", size - 1)
    raw = read(content)
    assert raw.finding.code == "file_too_large"
    assert f"{size} 字节，最多 {size - 1} 字节" in raw.finding.message
    assert raw.file_id == hashlib.sha256(content.encode()).hexdigest()


def test_a_rejected_file_still_has_its_name_and_hash(read):
    raw = read(b"", "空.csv")
    assert (raw.file_name, raw.file_id, raw.encoding) == ("空.csv", hashlib.sha256(b"").hexdigest(), None)
    assert raw.read_count == 0


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_after_long_runs_of_blank_lines_keep_their_numbers(read, end):
    content = "a,b\n1,2\n" + "\n" * 1000 + '3,"x' + "\n" * 500 + 'y"\n5\n' + "\n" * 300 + "7,8\n9\n" + "\n" * 400
    raw = read(content.replace("\n", end))
    assert raw.frame["row_no"].to_list() == [2, 1003, 1305]
    assert raw.frame["b"][1] == "x" + end * 500 + "y"
    assert faults(raw) == {1004: "too_few_cells", 1306: "too_few_cells"}
    careful = read(content.replace("\n", end) + f'"x"y,1{end}')
    assert careful.frame["row_no"].to_list() == [2, 1003, 1305]
    assert faults(careful) == {1004: "too_few_cells", 1306: "too_few_cells", 1707: "unclosed_quote"}
