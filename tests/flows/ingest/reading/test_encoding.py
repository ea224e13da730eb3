"""Encodings: as the source says, or found from the content; a doubtful reading is a finding and no guess."""

import pytest

from flows.ingest.reading.encoding import GBK_TWINS, replace_gbk_twins
from flows.ingest.reading.raw_file import ExpectedHeadings

SPANISH = "Nombre,Calle,Ciudad\nEL NIÑO,Avenida de la Constitución 5,Málaga\n"
HEADER = "名称,日期,金额\n"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [("latin-1", SPANISH), ("cp1252", SPANISH), ("big5", "名稱,日期\n藥房有限公司,罰款金額與沒收違法所得\n")],
)
def test_a_text_in_another_encoding_is_in_doubt_unless_its_source_names_it(read, encoding, content):
    finding = read(content.encode(encoding)).finding
    assert finding.code in ("encoding_doubt", "undecodable")
    assert "另存为“CSV UTF-8”" in finding.message
    raw = read(content.encode(encoding), encoding=encoding)
    assert raw.encoding == encoding
    assert raw.frame.rows()[0][0] in content


def test_latin_1_is_never_read_as_gb18030(read):
    finding = read("Nombre,Ciudad\nEL NIÑO,Madrid\n".encode("latin-1")).finding
    assert finding.code == "encoding_doubt"
    assert "layout.encoding" in finding.message


def test_a_text_of_rare_characters_is_borne_out_by_its_headings(read):
    content = ("企业名称,决定书文号\n" + "䶮㼆燚堃,1\n" * 50).encode("gb18030")
    assert read(content).finding.code == "encoding_doubt"
    assert read(content, expected=("企业名称", "决定书文号")).frame["企业名称"][0] == "䶮㼆燚堃"


def test_utf_8_is_not_read_in_the_encoding_its_source_names(read):
    for encoding, content in (("latin-1", SPANISH), ("gb18030", HEADER + "某某药业有限公司,1,2\n")):
        finding = read(content, encoding=encoding).finding
        assert finding.code == "encoding_doubt"
        assert f"来源文件写明编码为 {encoding}，文件内容却是有效的 UTF-8" in finding.message


def test_a_mark_outweighs_what_the_source_says(read):
    raw = read(b"\xef\xbb\xbf" + (HEADER + "甲,1,2\n").encode(), encoding="gb18030")
    assert (raw.encoding, raw.frame["名称"].to_list()) == ("utf-8-sig", ["甲"])
    assert raw.notes == ("来源文件写明编码为 gb18030，文件带有 UTF-8-SIG 标记，已按标记读取。",)


def test_what_a_declared_encoding_does_not_hold_is_rejected_with_its_place(read):
    finding = read((HEADER + "甲,1,2\n").encode() + b"\xff,3,4\n", encoding="utf-8").finding
    assert (finding.code, "第 3 行，值为 0xFF" in finding.message) == ("undecodable", True)


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\r\x85"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_line_ends_of_other_systems(read, end, encoding):
    raw = read((HEADER + "某某药业,1,2\n另一家,3,4\n").replace("\n", end).encode(encoding))
    assert raw.frame.rows() == [("某某药业", "1", "2", 2), ("另一家", "3", "4", 3)]


@pytest.mark.parametrize(
    ("code", "today"),
    [(b"\xfe\x59", "龴"), (b"\xfe\x51", "\U00020087"), (b"\xa8\xbc", "ḿ"), (b"\xfe\x9f", "䶮"), (b"\xa6\xd9", "︐")],
)
def test_characters_of_gbk_are_where_gb18030_has_them_today(read, code, today):
    content = HEADER.encode("gb18030") + "示例".encode("gb18030") + code + "堂,1,2\n".encode("gb18030")
    assert read(content).frame["名称"][0] == f"示例{today}堂"


def test_characters_in_the_private_area_of_an_old_system(read, workbook):
    for name in ("示例\ue81e堂", "示例\u9fb4堂"):
        for content in (HEADER + f"{name},1,2\n", workbook(甲=[["名称"], [name]])):
            raw = read(content)
            assert (raw.frame["名称"][0], raw.notes) == ("示例\u9fb4堂", ())


def test_characters_somebody_made_are_noted(read):
    raw = read(HEADER + "示例\ue000堂,1,2\n")
    assert raw.frame["名称"][0] == "示例\ue000堂"
    assert "文件含有自造字（U+E000）" in raw.notes[0]


def test_headings_with_such_characters_are_known(read):
    raw = read("\ue863企业名称,b\n1,2\n", expected=ExpectedHeadings(("䶮企业名称",)))
    assert raw.headings[0] == "䶮企业名称"


def test_the_twins_are_one_for_one():
    assert len(GBK_TWINS) == 10 + 2 + 13 + 80
    assert len(set(GBK_TWINS.values())) == len(GBK_TWINS)
    assert not any("\ue000" <= char <= "\uf8ff" for char in GBK_TWINS.values())
    assert replace_gbk_twins("\ue81e\ue863") == "\u9fb4䶮"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["一心堂药房", "第一一一医药", "甲药房"])
def test_utf_16_without_a_mark_is_known_though_a_character_ends_in_a_zero_byte(read, encoding, name):
    """一 is U+4E00: the byte that is 0 in every separator is not the only one that is."""
    raw = read(f"名称,文号\n{name},一号\n乙药房,二号\n".encode(encoding), expected=("名称", "文号"))
    assert raw.frame.rows() == [(name, "一号", 2), ("乙药房", "二号", 3)]
    assert raw.encoding == encoding


def test_bytes_with_zeros_in_both_places_are_no_text(read):
    assert read(b"a\x00,\x00\x00\x00\n\x00" * 40, expected=("a",)).finding is not None
