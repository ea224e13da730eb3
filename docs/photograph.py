"""Takes docs/pictures/tier-changes.png: `python -m docs.photograph var/store/runs/RUN/report/office.html`.

Run by hand when the report looks different; needs Chromium and a Chinese font.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "pictures" / "tier-changes.png"
_WINDOW = {"width": 1280, "height": 1500}
_COLOURS = 128  # a page has few: a quarter of the bytes


def photograph(report: Path, chromium: str = "/usr/bin/chromium") -> None:
    """The top of an office report, the first tier change opened."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=_WINDOW)  # type: ignore[arg-type]
        page.goto(report.absolute().as_uri())
        page.locator("details summary").first.click()
        shot = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    shot.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    photograph(Path(sys.argv[1]))
