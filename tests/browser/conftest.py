"""One Chromium for all pages; without it the tests are skipped, or fail where REQUIRE_BROWSER=1.

The pages bring no font: the reader's machine has one. A machine without a Chinese font shows boxes, and these
tests pass there all the same, since they look at structure and not at glyphs.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking")
MORE_FLAGS = ("disable-component-update", "disable-sync")
PLACES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")


def _chromium() -> str | None:
    return next((found for found in map(shutil.which, PLACES) if found), None)


# Not for the session: the driver keeps an event loop running in this thread, and whatever tests come after it in the
# same process would take themselves to be asynchronous.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = _chromium()
    if path is None:
        said = "no Chromium found (tried " + ", ".join(PLACES) + "): install the package chromium"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as driver:
        arguments = [f"--{flag}" for flag in (*FLAGS, *MORE_FLAGS)]
        started = driver.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()


class Opened:
    """A page, with what it complained of and what it asked for beside itself."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dismiss)
        page.goto(path.as_uri())

    def _dismiss(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def column(self, table: str, number: int) -> list[str]:
        """Texts of a column of the visible rows, from 1."""
        cells = self.page.locator(f"{table} tbody tr:visible > :nth-child({number})")
        return [text.strip() for text in cells.all_text_contents()]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[Path, int], Opened]]:
    contexts = []

    def opened(path: Path, width: int = 1280) -> Opened:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        return Opened(contexts[-1].new_page(), path)

    yield opened
    for context in contexts:
        context.close()
