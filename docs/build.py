"""`make docs`: writes the generated pages, so that they cannot differ from code and policy."""

from __future__ import annotations

from pathlib import Path

from docs.method import method_page
from docs.reference import dictionary_page, publications_page

DOCS = Path(__file__).parent
PAGES = {"data-dictionary.md": dictionary_page, "method.md": method_page, "publications.md": publications_page}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")  # noqa: T201


if __name__ == "__main__":
    main()
