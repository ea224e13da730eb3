"""Papers in a browser: nothing sticks out, notes stand beside the page and are not printed, the font is the paper's."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from reports.office_papers import paper_html
from tests.reports.paper_samples import SHARED, paper_of

KINDS = ("listing_decision", "repair_notice")  # one with a table at its head, one with a salutation
LONG = "内蒙古自治区某某某某医疗器械（集团）股份有限公司" * 3


@pytest.fixture(scope="session")
def papers(tmp_path_factory):
    """The pages by kind; `long` has a long name and an unbroken code."""
    folder = tmp_path_factory.mktemp("papers")
    views = {kind: paper_of(kind) for kind in KINDS} | {"long": paper_of("repair_grant", party=LONG, uscc="9" * 60)}
    paths = {}
    for name, view in views.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(paper_html(view, SHARED.fonts), encoding="utf-8")
    return paths


@pytest.mark.parametrize("width", [1600, 390])
@pytest.mark.parametrize("name", [*KINDS, "long"])
def test_nothing_sticks_out_and_nothing_is_asked_for(open_page, papers, name, width):
    opened = open_page(papers[name], width)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    faces = opened.page.evaluate("document.fonts.ready.then(() => Array.from(document.fonts, (each) => each.status))")
    assert set(faces) == {"loaded"}


def test_notes_are_for_the_screen(open_page, papers):
    page = open_page(papers["repair_notice"], 1600).page
    note, sheet = page.locator("#when .note"), page.locator("main")
    assert note.is_visible()
    assert note.bounding_box()["x"] >= sheet.bounding_box()["x"] + sheet.bounding_box()["width"]
    assert page.locator("#how .note.open").count() == 0
    assert page.locator("#when .note.open").count() == 1
    page.emulate_media(media="print")
    assert not note.is_visible()
    assert not page.locator(".working").is_visible()
    assert page.locator(".blank").first.is_visible()


def test_printed_from_the_browser_it_has_the_same_pages_and_feet(open_page, papers):
    printed = PdfReader(BytesIO(open_page(papers["listing_decision"], 1280).page.pdf(prefer_css_page_size=True)))
    texts = ["".join(page.extract_text().split()) for page in printed.pages]
    assert all(f"第{at}页共{len(texts)}页" in text for at, text in enumerate(texts, 1))
    assert "（印章）" in texts[-1]
    assert len(texts[-1]) > 60, "no page with nothing but the seal"
    assert tuple(round(side) for side in printed.pages[0].mediabox[2:]) == (595, 842)
