"""`make docs`: writes the pages that a program must write, so that they cannot drift from code and policy."""

from __future__ import annotations

from pathlib import Path

from docs.dictionary import data_dictionary
from docs.method import method
from docs.publications import publications

DOCS = Path(__file__).parent
PAGES = {"data-dictionary.md": data_dictionary, "method.md": method, "publications.md": publications}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")  # noqa: T201


if __name__ == "__main__":
    main()
