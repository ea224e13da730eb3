"""Files that decide something are never seen half written."""

from pathlib import Path

import pytest

from reports.atomic_files import write_atomically
from tests.reports.power import Crash, Fuse


def test_a_file_is_as_before_or_as_meant_wherever_the_power_goes(tmp_path: Path):
    path = tmp_path / "note.json"
    seen = set()
    for after in range(10):
        path.write_text("before", encoding="utf-8")
        try:
            with Fuse(after):
                write_atomically(path, "meant")
        except Crash:
            pass
        seen.add(path.read_text(encoding="utf-8"))
    assert seen == {"before", "meant"}
    write_atomically(path, b"\xff")
    assert path.read_bytes() == b"\xff"
    assert [one.name for one in tmp_path.iterdir()] == ["note.json"]


def test_where_the_folder_is_missing_nothing_is_written(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "note.json", "x")
