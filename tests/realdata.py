"""Where the real data lies: beside the repository, never inside it."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY.parent / "shared" / "data"


def real_data(name: str) -> Path:
    """The folder of one real data set; skips the test where it is absent."""
    folder = FOLDER / name
    if not folder.is_dir():
        pytest.skip(f"real data absent: {folder} (see the data's README for where it comes from)")
    return folder
