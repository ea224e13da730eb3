"""`python -m bench`: measure, and write docs/performance.md with its picture.

Sections that are not measured this time stay as docs/performance.json has them.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.measure import ResultRow
from bench.report import BenchSection, Circumstances, performance_chart, performance_page, read_notes
from bench.sections import SECTIONS

_DOCS = Path(__file__).parents[1] / "docs"
_NOTES = Path(__file__).with_name("notes")
_FULL = {
    "enterprises": 1_000_000,
    "records": 10_000_000,
    "rows": [1_000_000, 5_000_000],
    "csv_rows": 1_000_000,
    "night_records": 10_000_000,
    "growth": [100_000, 1_000_000, 10_000_000],
}


def read_flags(arguments: Sequence[str]) -> argparse.Namespace:
    """Sizes and places; argparse ends the program with a message about unknown flags."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="sizes up to ten million records; hours, 30 GB of disk")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="these sections (all)")
    parser.add_argument("--enterprises", type=_positive, default=20_000, help="rated (20000)")
    parser.add_argument("--records", type=_positive, default=200_000, help="rated from (200000)")
    parser.add_argument("--rows", type=_positive, nargs="+", default=[100_000], help="validated by the gate (100000)")
    parser.add_argument("--csv-rows", type=_positive, default=100_000, help="of the file that is ingested (100000)")
    parser.add_argument("--night-records", type=_positive, default=200_000, help="in the store of the run (200000)")
    parser.add_argument("--growth", type=_positive, nargs="+", default=[50_000, 500_000], help="records (50000 500000)")
    parser.add_argument("--pairs", type=_positive, default=3, help="runs of each side (3)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented data (1)")
    parser.add_argument("--data", type=Path, help="folder to keep the data in (a temporary one)")
    parser.add_argument("--docs", type=Path, default=_DOCS, help="folder for the page and its chart (docs)")
    parser.add_argument("--remark", default="", help="a sentence for the page, such as what else was running")
    flags = parser.parse_args(arguments)
    if flags.full:
        parser.set_defaults(**_FULL)
        flags = parser.parse_args(arguments)
    return flags


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


def sections(flags: argparse.Namespace, command: str) -> Iterator[BenchSection]:
    """Measure the requested sections, one after the other; data in a temporary folder are removed."""
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = flags.data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in flags.only:
            load_before = os.getloadavg()[0]
            rows = tuple(SECTIONS[name](flags, folder, lambda line: print(line, file=sys.stderr)))  # noqa: T201
            circumstances = Circumstances(command, flags.pairs, load_before, os.getloadavg()[0], flags.remark)
            yield BenchSection(name, circumstances, rows)


def read_results(path: Path) -> dict[str, BenchSection]:
    """Earlier results by name of the section; none where there is no such file."""
    if not path.exists():
        return {}
    results = {}
    for section in json.loads(path.read_text(encoding="utf-8")):
        rows: list[dict[str, Any]] = [
            {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
            for row in section["rows"]
        ]
        circumstances = Circumstances(**section["circumstances"])
        results[section["name"]] = BenchSection(section["name"], circumstances, tuple(ResultRow(**row) for row in rows))
    return results


def main(arguments: Sequence[str]) -> list[BenchSection]:
    """Measure, print the page, and write it with its chart and the figures."""
    flags = read_flags(arguments)
    places = ("--remark", flags.remark, "--data", str(flags.data), "--docs", str(flags.docs))
    shown = [argument for argument in arguments if argument not in places]
    path = flags.docs / "performance.json"
    results = read_results(path)
    for section in sections(flags, shlex.join(["python", "-m", "bench", *shown])):
        results[section.name] = section
        write([results[name] for name in SECTIONS if name in results], flags.docs, path)
    sys.stdout.write((flags.docs / "performance.md").read_text(encoding="utf-8"))
    return [results[name] for name in flags.only]


def write(measured: Sequence[BenchSection], docs: Path, results: Path) -> None:
    """Write the page, its chart and the figures; after every section, so that none is lost."""
    (docs / "pictures").mkdir(parents=True, exist_ok=True)
    (docs / "performance.md").write_text(performance_page(measured, read_notes(_NOTES)), encoding="utf-8")
    rows = [row for section in measured for row in section.rows]
    (docs / "pictures" / "performance.svg").write_text(performance_chart(rows), encoding="utf-8")
    figures = json.dumps([asdict(section) for section in measured], ensure_ascii=False, indent=1)
    results.write_text(figures + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
