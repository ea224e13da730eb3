"""Papers as HTML and PDF: the same bytes twice, own fonts, no box for a character, nothing loaded from elsewhere."""

import os
import re
import shlex
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from reports import office_papers
from reports.office_papers import NoGlyph, PaperToolMissing, font_subsets, paper_html, paper_pdf
from tests.reports.paper_samples import KNOWN, SHARED, paper_of
from transforms.policy_model.paper import PAPERS

ROOT = Path(__file__).parents[2]
A4 = (595, 842)
AGAIN = """
import sys
from hashlib import sha256
from reports.office_papers import paper_html, paper_pdf
from tests.reports.paper_samples import SHARED, paper_of
html = paper_html(paper_of("listing_decision"), SHARED.fonts)
print(sha256(html.encode()).hexdigest(), sha256(paper_pdf(html)).hexdigest())
"""


@pytest.fixture(scope="module")
def pages():
    """kind: (HTML, PDF)."""
    made = {kind: paper_html(paper_of(kind), SHARED.fonts) for kind in PAPERS}
    return {kind: (html, paper_pdf(html)) for kind, html in made.items()}


def squeezed(text):
    return re.sub(r"\s", "", text)


def words_of(pdf):
    """The text of all pages without their feet and blanks."""
    pages = (squeezed(page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages)
    return "".join(re.sub(r"第\d+页共\d+页$", "", page) for page in pages)


@pytest.mark.parametrize("kind", PAPERS)
def test_pages_of_a4_with_every_word_and_their_own_fonts(pages, kind):
    text, reader = words_of(pages[kind][1]), PdfReader(BytesIO(pages[kind][1]))
    for line in paper_of(kind).lines:
        assert squeezed(line.text) in text
    for at, page in enumerate(reader.pages, 1):
        assert squeezed(page.extract_text()).endswith(f"第{at}页共{len(reader.pages)}页")
        assert tuple(round(side) for side in page.mediabox[2:]) == A4
        for font in (font.get_object() for font in page["/Resources"]["/Font"].values()):
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert re.match(r"/[A-Z]{6}\+paper-\d", descriptor["/FontName"]), "a subset of the paper's own font"
            assert "/FontFile3" in descriptor
    assert "/CreationDate" not in (reader.metadata or {})


def test_working_notes_are_on_the_screen_and_not_on_paper(pages):
    html, pdf = pages["repair_notice"]
    text = words_of(pdf)
    for note in ("工作稿核对", "推定", "policy/papers"):
        assert note in html
        assert squeezed(note) not in text


def test_another_process_writes_the_same_bytes(pages):
    from hashlib import sha256

    environment = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT), "TZ": "Asia/Shanghai"}
    command = [sys.executable, "-c", AGAIN]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    html, pdf = pages["listing_decision"]
    assert done.stdout.split() == [sha256(html.encode()).hexdigest(), sha256(pdf).hexdigest()]


def test_what_came_from_outside_is_text(pages):
    html = paper_html(paper_of("repair_grant", party="<script>x</script>&某店"), SHARED.fonts)
    assert "<script" not in html
    assert "&lt;script&gt;x&lt;/script&gt;&amp;某店" in html
    assert not re.findall(r"(?:src|href)\s*[=:]\s*[\"']?(?!data:)(?:https?:|//|file:)", html)


def test_a_rare_character_that_the_font_has_is_set(pages):
    html = paper_html(paper_of("repair_grant", party="㙍𠮷店"), SHARED.fonts)
    assert "㙍𠮷店" in squeezed(PdfReader(BytesIO(paper_pdf(html))).pages[0].extract_text())


def test_a_character_that_no_font_has_is_reported_before_a_box_is_printed():
    with pytest.raises(NoGlyph, match=r"No installed font has .* \(U\+E123\); looked in: .*_common.yaml"):
        paper_html(paper_of("repair_grant", party="某\ue123店"), SHARED.fonts)


def test_the_next_family_lends_what_the_first_does_not_have(monkeypatch):
    faces = [face for face in (office_papers.installed(family, False) for family in SHARED.fonts) if face]
    original = office_papers.covered
    few = frozenset(map(ord, "店"))
    monkeypatch.setattr(office_papers, "covered", lambda face: few if face == faces[0] else original(face))
    made = font_subsets("店药", "", SHARED.fonts)
    assert [cut.family for cut in made] == [face.family for face in faces[:2]]


def test_a_family_that_is_not_installed_is_not_replaced_by_its_nearest():
    assert office_papers.installed("No Such Family", False) is None
    with pytest.raises(
        PaperToolMissing, match=r"asked for: No Such Family\. On Debian: apt-get install .*fonts-noto-cjk"
    ):
        font_subsets("店", "", ["No Such Family"])


def test_without_fontconfig_it_says_what_to_install(monkeypatch):
    office_papers.installed.cache_clear()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PaperToolMissing, match=r"fontconfig.* apt-get install fontconfig"):
        font_subsets("店", "", ["Some Family"])


@pytest.mark.parametrize(("module", "named"), [("uharfbuzz", "uharfbuzz"), ("weasyprint", "WeasyPrint")])
def test_without_the_extra_it_says_what_to_install(pages, monkeypatch, module, named):
    monkeypatch.setitem(sys.modules, module, None)
    office_papers._opened.cache_clear()
    office_papers.covered.cache_clear()
    with pytest.raises(PaperToolMissing, match=rf"{named}, which is not installed\. Install it with: ") as caught:
        paper_pdf(paper_html(paper_of("repair_grant"), SHARED.fonts))
    python, *command, first, second = shlex.split(str(caught.value).split("Install it with: ")[1])
    assert (python, command) == (sys.executable, ["-m", "pip", "install"])
    assert [first.split(">=")[0], second.split(">=")[0]] == ["uharfbuzz", "weasyprint"]


def test_without_pango_it_says_what_to_install(monkeypatch):
    class WithoutPango:
        def __getattr__(self, name):
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setitem(sys.modules, "weasyprint", WithoutPango())
    with pytest.raises(PaperToolMissing, match=r"needs Pango.*libpango-1\.0-0.*apt-get install libpango"):
        paper_pdf("<p>店</p>")


def test_a_long_name_and_many_articles_stay_on_the_page():
    many = "；".join(f"《中华人民共和国药品管理法》第{at}条" for at in range(100))
    html = paper_html(paper_of("listing_decision", party="某" * 120, penalty_basis=many, uscc="9" * 60), SHARED.fonts)
    text = words_of(paper_pdf(html))
    assert "某" * 120 in text
    assert KNOWN["penalty_no"] in text
    assert "9" * 60 in text
