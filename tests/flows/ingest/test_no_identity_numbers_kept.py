"""No number of a natural person is kept in plain, wherever it is and however its row is broken."""

import csv
import io
import re

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.correction_workbook import correction_workbook
from tests.flows.ingest.inboxes import FIRM, firm, ingested, penalty, put
from transforms.person_numbers import mask_middle, redact_text

PERSON = "11010519491231002X"  # its check character is right
WITHOUT_X = "440524188001010014"
PASSPORT = "E12345678"
SECRET = "证件号码"
NEVER_READ = "法定代表人证件号码"


def assert_hidden(result, *numbers):
    """In no frame, no workbook that goes back; and neither is the number short of its last digits."""
    frames = [*result.records.values(), result.files, result.accounts, result.quarantine]
    book = openpyxl.load_workbook(io.BytesIO(correction_workbook(result.quarantine, "隔离")))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    everything = str([frame.to_dicts() for frame in frames]) + str(cells)
    for number in numbers or (PERSON, WITHOUT_X):
        assert number[:8] not in everything
        assert number[-8:] not in everything


def csv_lines(inbox, *rows, headings=None):
    """A penalty file of raw lines under `headings`."""
    names = headings or [*penalty(), SECRET, NEVER_READ, "备注"]
    put(inbox, "企业登记.csv", [firm()])
    (inbox / "双公示.csv").write_text("\n".join([",".join(names), *rows]) + "\n", encoding="utf-8")


def line(**more):
    row = {**penalty(), SECRET: "", NEVER_READ: "", "备注": "", **more}
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(row.values())
    return buffer.getvalue()


def away(result):
    return set(result.quarantine["code"])


@pytest.mark.parametrize("number", [PERSON, WITHOUT_X, PASSPORT, "A123456(7)", "军字第1234567号"])
@pytest.mark.parametrize("heading", [SECRET, NEVER_READ])
def test_under_a_secret_heading_of_a_ragged_row(tmp_path, number, heading):
    torn = line(**{heading: number}, 备注="甲")
    csv_lines(tmp_path, torn + ",多", torn.rsplit(",", 3)[0], "多," + torn, line())
    result = ingested(tmp_path)
    assert away(result) == {"too_many_cells", "too_few_cells"}
    assert_hidden(result, re.search("[0-9]{6,}", number)[0])
    assert FIRM in result.quarantine["row_text"][0]
    assert result.records["penalty"].height == 1


@pytest.mark.parametrize("number", [PERSON, WITHOUT_X, PASSPORT])
@pytest.mark.parametrize("heading", [SECRET, NEVER_READ])
def test_in_a_row_whose_quote_is_not_closed(tmp_path, number, heading):
    torn = line(**{heading: number}).replace("京城", '"京城', 1)
    csv_lines(tmp_path, torn, line())
    result = ingested(tmp_path)
    assert away(result) == {"unclosed_quote"}
    assert_hidden(result, number)
    assert FIRM in result.quarantine["row_text"][0]
    assert result.records["penalty"].height == 1


def test_in_the_last_row_that_breaks_off(tmp_path):
    csv_lines(tmp_path, line(), line()[:40] + "," + PERSON)
    path = tmp_path / "双公示.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    result = ingested(tmp_path)
    assert away(result) == {"cut_off"}
    assert_hidden(result)


@pytest.mark.parametrize("text", [f"\x07{PERSON}", f"{PERSON}\x00{WITHOUT_X}", f"\x01{PASSPORT}"])
@pytest.mark.parametrize("heading", ["备注", SECRET, NEVER_READ])
def test_beside_a_control_character(tmp_path, text, heading):
    put(tmp_path, "双公示.csv", [penalty(**{heading: text})])
    result = ingested(tmp_path)
    assert away(result) == {"control_character"}
    hidden = () if PASSPORT not in text else (PASSPORT,)
    assert_hidden(result, *(hidden if heading != "备注" else ()))


@pytest.mark.parametrize("digits", range(1, 18))
def test_where_a_long_text_is_cut_within_the_number(tmp_path, digits):
    text = "长" * (200 - digits) + PERSON + "长" * 40_000
    put(tmp_path, "双公示.csv", [penalty(备注=text)])
    result = ingested(tmp_path)
    assert away(result) == {"cell_too_long"}
    assert_hidden(result)


@pytest.mark.parametrize("number", [PERSON, PASSPORT])
def test_in_a_file_without_a_header(tmp_path, number):
    (tmp_path / "双公示.csv").write_text(line(**{SECRET: number}) + "\n", encoding="utf-8")
    result = ingested(tmp_path)
    assert "不是列名行" in result.files["finding"][0]
    assert_hidden(result, number)


def test_in_a_heading_that_nobody_reads(tmp_path):
    csv_lines(tmp_path, line() + ",甲", headings=[*penalty(), SECRET, NEVER_READ, "备注", f"张三{PERSON}"])
    result = ingested(tmp_path)
    assert "未读取" in str(result.files["notes"].to_list())
    assert_hidden(result)


FIELDS = ["备注", "违法事实", "行政处罚决定书文号", "行政相对人名称", "处罚类别", "处罚决定日期", "罚款金额（万元）"]


@pytest.mark.parametrize("heading", [*FIELDS, "统一社会信用代码", "最后修改时间", "工商注册号", SECRET, NEVER_READ])
def test_in_a_cell_of_a_row_that_can_be_read(tmp_path, heading):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "双公示.csv", [penalty(**{heading: PERSON}), penalty(**{heading: f"{PERSON}、{WITHOUT_X}"})])
    assert_hidden(ingested(tmp_path))


@pytest.mark.parametrize("heading", ["曾用名", "许可证号", "注册号", "住所", "企业名称", "统一社会信用代码"])
def test_in_the_register(tmp_path, heading):
    put(tmp_path, "企业登记.csv", [firm(**{heading: PERSON}), firm(**{heading: f"{WITHOUT_X}；{PERSON}"})])
    assert_hidden(ingested(tmp_path))


def test_a_number_of_a_person_is_no_credit_code_though_its_check_characters_are_right(tmp_path):
    put(tmp_path, "企业登记.csv", [firm("110101199003071049")])
    result = ingested(tmp_path)
    assert result.quarantine["code"].to_list() == ["uscc_person"]
    assert_hidden(result, "110101199003071049")


def workbook(inbox, *rows):
    book = openpyxl.Workbook()
    for row in ([*penalty(), SECRET, NEVER_READ, "备注"], *rows):
        book.active.append(row)
    put(inbox, "企业登记.csv", [firm()])
    book.save(inbox / "双公示.xlsx")


@pytest.mark.parametrize("number", [PERSON, WITHOUT_X, PASSPORT])
@pytest.mark.parametrize("fault", ["", "乱"])
def test_in_a_row_of_a_workbook_that_is_longer_than_its_headings(tmp_path, number, fault):
    sound = [*penalty(处罚类别=fault or "罚款").values()]
    workbook(tmp_path, [*sound, number, "", "", "多"], [*sound, "", number, "", "多"])
    assert_hidden(ingested(tmp_path), number)


@pytest.mark.parametrize("number", [PERSON, WITHOUT_X])
def test_in_a_row_of_a_workbook_that_is_under_the_wrong_headings(tmp_path, number):
    workbook(tmp_path, ["多", *penalty().values(), "", number, ""], [number, *penalty().values(), "", "", ""])
    result = ingested(tmp_path)
    assert set(result.quarantine["row_no"]) == {2, 3}
    assert_hidden(result)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_in_a_workbook_where_the_number_lost_its_digits(tmp_path, place):
    cells: list[str | float] = ["", "", ""]
    cells[place] = float(WITHOUT_X)
    workbook(tmp_path, [*penalty().values(), *cells])
    result = ingested(tmp_path)
    assert away(result) == {"lost_digits"}
    assert_hidden(result)


@given(st.text("0123456789Xx,;\"' 号(（)）", max_size=12), st.text(",;\"' 号Xx()（）\x07", max_size=6))
def test_no_neighbour_hides_a_number_from_the_mask_of_torn_rows(before, after):
    for number in (PERSON, WITHOUT_X):
        assert number not in redact_text(before + number + after, is_torn=True)
    assert PASSPORT not in redact_text(before + PASSPORT + after, is_torn=True)


@given(st.text(max_size=30))
def test_both_masks_show_the_same(number):
    from transforms.person_numbers import mask_number

    plain = number.replace("\n", "")
    assert pl.select(mask_number(pl.lit(plain))).item() == mask_middle(plain)


def test_in_the_name_of_a_file_and_of_its_folder(tmp_path):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, f"李某{WITHOUT_X}/双公示-张三{PERSON}.csv", [penalty(罚款金额="-1")])
    put(tmp_path, f"李某{WITHOUT_X}/不知何处{PERSON}.csv", [penalty()])
    (tmp_path / f"双公示-李某{WITHOUT_X}.xlsx").write_bytes(correction_workbook(ingested(tmp_path).quarantine, "隔离"))
    (tmp_path / f"链接{PERSON}.csv").symlink_to(tmp_path / "没有")
    result = ingested(tmp_path)
    assert result.files.height == 5
    assert_hidden(result)
