"""The pages in a real browser: wide and narrow, searched, sorted, printed, and attacked."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from reports.enterprise_page import enterprise_view, write_enterprise_page
from reports.office_report import office_view, write_office_report
from reports.public_lists import CREDIT_FILES, ListSpec
from reports.publication import Publication, prepare_draft
from reports.publication.pages import page_name
from tests.reports import samples

pytestmark = pytest.mark.long
PAGES = ("office", "enterprise", "hostile", "list", "empty", "penalties", "inspections", "samplings", "files", "file")
WIDTHS = (1280, 390)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    office, _ = write_office_report(office_view(samples.office_frames(), samples.context(), samples.SCHEME), folder)
    views = {
        name: enterprise_view(samples.enterprise_frames(text), samples.AS_OF, samples.SCHEME)
        for name, text in (("enterprise", "天府医药有限公司"), ("hostile", "".join(samples.HOSTILE)))
    }
    made = {name: write_enterprise_page(view, folder / f"{name}.html") for name, view in views.items()}
    serious = samples.LISTS["serious-violations"]
    others = ("penalties", "inspections", "samplings")
    listed = {
        "list": _list(folder / "whole", *serious, 12),
        "empty": _list(folder / "empty", *serious, 0),
        **{name: _list(folder / "whole", *samples.LISTS[name], 12) for name in others},
    }
    index = _list(folder / "whole", CREDIT_FILES, samples.credit_entries, 12)
    of_one = index.with_name(page_name(samples.enterprise_id(0)))
    return {"office": office, **made, **listed, "files": index, "file": of_one}


def _list(folder: Path, spec: ListSpec, make: Callable[[int], pl.DataFrame], count: int) -> Path:
    publication = Publication(spec, "四川省药品监督管理局", samples.AS_OF)
    return prepare_draft(folder, publication, make(count)).folder / "list.html"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_never_scrolls_sideways(open_page, pages, name: str, width: int):
    page = open_page(pages[name], width).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.evaluate("Array.from(document.querySelectorAll('.scroll')).map((each) => each.clientWidth)")
    assert all(box <= width for box in boxes)


# Every cell that says something, but is not wholly within its box, its table's box and the page.
CUT_CELLS = """
() => Array.from(document.querySelectorAll('.scroll')).flatMap((box) => {
  const bounds = box.getBoundingClientRect();
  return Array.from(box.querySelectorAll('tbody td, tbody th')).filter((cell) => {
    const text = cell.querySelector('bdi, a') || cell;
    if (!text.textContent.trim()) return false;
    const range = document.createRange();
    range.selectNodeContents(cell);
    return Array.from(range.getClientRects()).concat(cell.getBoundingClientRect()).some((place) =>
      place.width === 0 || place.left < bounds.left - 1 || place.right > Math.min(bounds.right, innerWidth) + 1);
  }).map((cell) => [box.querySelector('table').id, cell.dataset.l, cell.textContent]);
})
"""


@pytest.mark.parametrize("width", [320, 768, 1100, 1920])
@pytest.mark.parametrize("name", ["office", "enterprise", "hostile"])
def test_every_cell_of_a_report_is_read_without_scrolling_sideways(open_page, pages, name: str, width: int):
    page = open_page(pages[name], width).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.locator(".scroll table").count() > 3
    assert page.evaluate(CUT_CELLS) == []


@pytest.mark.parametrize("width", [703, 1017], ids=["A4 portrait", "A4 landscape"])
@pytest.mark.parametrize("name", ["office", "enterprise", "hostile"])
def test_every_cell_of_a_report_is_on_the_paper(open_page, pages, name: str, width: int):
    page = open_page(pages[name], width).page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(CUT_CELLS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_silent_and_asks_for_nothing(open_page, pages, name: str, width: int):
    opened = open_page(pages[name], width)
    opened.page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    assert opened.dialogs == []
    assert opened.requests == [pages[name].as_uri()]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_its_language_and_its_tables_their_headings(open_page, pages, name: str):
    page = open_page(pages[name]).page
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.locator("main h1, header h1").count() == 1
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("input:not([id])").count() == 0
    ids = page.evaluate("Array.from(document.querySelectorAll('[id]')).map((each) => each.id)")
    assert len(ids) == len(set(ids))


def test_the_skip_link_comes_first_and_leads_to_the_text(open_page, pages):
    page = open_page(pages["list"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("width", WIDTHS)
def test_search_leaves_the_rows_that_match(open_page, pages, width: int):
    opened = open_page(pages["list"], width)
    page = opened.page
    assert page.locator("output").text_content() == "共 12 项"
    page.get_by_label("查找企业、代码或文号").fill("大药房")
    assert opened.column("#t-list", 1) == ["8", "10"]
    assert page.locator("output").text_content() == "找到 2 项，共 12 项"
    page.get_by_label("查找企业、代码或文号").fill("川药监严失 ２０２５〕10号")
    assert opened.column("#t-list", 1) == ["10"]
    page.get_by_label("查找企业、代码或文号").fill("没有这一家")
    assert opened.column("#t-list", 1) == []
    page.get_by_label("查找企业、代码或文号").fill("")
    assert len(opened.column("#t-list", 1)) == 12


@pytest.mark.parametrize("width", WIDTHS)
def test_sorting_by_number_date_and_text_toggles(open_page, pages, width: int):
    opened = open_page(pages["list"], width)
    numbers = [str(n) for n in range(1, 13)]
    days = [(date(2025, 1, 5) + timedelta(days=37 * n)).isoformat() for n in range(12)]
    for heading, column, expected in (("序号", 1, numbers), ("列入日期", 6, days)):
        button = opened.page.get_by_role("button", name=heading)
        button.click()
        assert opened.column("#t-list", column) == expected
        button.click()
        assert opened.column("#t-list", column) == expected[::-1]
        sorted_by = opened.page.locator("th[aria-sort=descending]").all_text_contents()
        assert [text.strip() for text in sorted_by] == [heading]


def test_document_numbers_sort_as_numbers_and_empty_cells_stay_last(open_page, pages):
    opened = open_page(pages["list"])
    opened.page.get_by_role("button", name="决定书文号").click()
    assert opened.column("#t-list", 4) == [f"川药监严失〔2025〕{n}号" for n in range(1, 13)]
    for _ in range(2):
        opened.page.get_by_role("button", name="移出日期").click()
        assert opened.column("#t-list", 9) == ["2026-02-01"] * 3 + [""] * 9


def test_the_office_search_finds_changes_and_opens_them(open_page, pages):
    page = open_page(pages["office"]).page
    assert page.locator("details.change:visible").count() == 14
    page.get_by_label("查找企业或文号").fill("〔2026〕11号")
    assert page.locator("details.change:visible").count() == 1
    page.get_by_role("button", name="全部展开").click()
    assert page.locator("details.change:visible table").is_visible()
    page.get_by_role("button", name="全部收起").click()
    assert not page.locator("details.change:visible table").is_visible()


@pytest.mark.parametrize("name", ["office", "list"])
def test_print_hides_controls_and_shows_every_row(open_page, pages, name: str):
    page = open_page(pages[name]).page
    page.get_by_role("searchbox").first.fill("没有这一家")
    page.emulate_media(media="print")
    assert page.locator(".controls:visible").count() == 0
    for selector in ("#t-list tbody tr", "details.change"):
        assert page.locator(f"{selector}:visible").count() == page.locator(selector).count()
    assert page.pdf()[:4] == b"%PDF"


def test_print_opens_what_is_folded(open_page, pages):
    page = open_page(pages["office"]).page
    folded, open_ = page.locator("details:not([open])"), page.locator("details[open]")
    counts = (folded.count(), open_.count())
    assert counts[0] > 0
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert folded.count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert (folded.count(), open_.count()) == counts, "as it was before"


@pytest.mark.parametrize("name", ["office", "hostile", "list"])
def test_hostile_names_are_text(open_page, pages, name: str):
    opened = open_page(pages[name])
    page = opened.page
    assert page.locator("main script, main img, header img, main iframe").count() == 0
    assert page.locator("script").count() == 1
    assert "<script>alert('一')</script>有限公司" in page.locator("body").inner_text()
    assert "{{ 7*7 }}" in page.locator("body").inner_text()
    assert not set("\u202a\u202b\u202c\u202d\u202e") & set(page.content())
    assert opened.dialogs == []


def test_a_script_that_got_in_would_not_run(open_page, pages):
    opened = open_page(pages["list"])
    opened.page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.broken = 1\">')"
    )
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("window.broken") is None


def test_an_empty_list_says_so_and_offers_no_search(open_page, pages):
    page = open_page(pages["empty"]).page
    assert "名单为空" in page.locator("main").inner_text()
    assert page.locator("input").count() == 0


def test_without_scripts_the_page_is_whole_and_shows_no_dead_controls(browser, pages):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["list"].as_uri())
    assert page.locator("#t-list tbody tr:visible").count() == 12
    assert page.locator(".controls:visible").count() == 0
    context.close()
