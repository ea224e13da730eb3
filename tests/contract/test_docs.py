"""The pages that a program writes are those the program writes now."""

from pathlib import Path

import pytest

from docs.build import DOCS, PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_current(name: str):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("page", sorted(DOCS.parent.glob("*.md")) + sorted(DOCS.rglob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path):
    import re

    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), f"{page.name} links to {target}"
