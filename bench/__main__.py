"""`python -m bench`: measure, and write docs/performance.md with its picture."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import made
from bench.page import Sitting, page
from bench.pairs import Comparison, Measured, measure
from bench.picture import picture

_DOCS = Path(__file__).parents[1] / "docs"


def read_flags(arguments: Sequence[str]) -> argparse.Namespace:
    """Sizes and places; argparse ends the program with a word on what it does not understand."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--enterprises", type=_positive, default=20_000, help="rated (20000)")
    parser.add_argument("--records", type=_positive, default=200_000, help="rated from (200000)")
    parser.add_argument("--rows", type=_positive, default=100_000, help="of the frame before the gate (100000)")
    parser.add_argument("--pairs", type=_positive, default=3, help="runs of each side (3)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented data (1)")
    parser.add_argument("--docs", type=Path, default=_DOCS, help="folder for the page and its picture (docs)")
    parser.add_argument("--remark", default="", help="a sentence for the page, such as what else was running")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


def comparisons(flags: argparse.Namespace, folder: Path) -> list[Comparison]:
    """Make the data below `folder` and say what is compared on it."""
    made.write(made.records(flags.enterprises, flags.records, flags.seed), folder / "records")
    made.write(made.records(100, 1000, flags.seed), folder / "few_records")
    made.write(made.penalties(flags.rows, flags.seed), folder / "penalties")
    made.write(made.penalties(1000, flags.seed), folder / "few_penalties")
    sizes = f"{flags.enterprises:,} enterprises, {flags.records:,} records"
    return [
        _scoring(folder, "rated", sizes),
        _scoring(folder, "rated_without_movement", f"{sizes}, without movement"),
        *(_gate(folder, state, flags.rows) for state in ("clean", "corrupt")),
    ]


def _scoring(folder: Path, side: str, words: str) -> Comparison:
    return Comparison(
        title="Scoring",
        ours=f"scoring.{side}",
        beside="scoring.plainly_read",
        ours_name=words,
        beside_name="reading the same columns",
        folder=folder / "records",
        warm=folder / "few_records",
        is_equal=False,
    )


def _gate(folder: Path, state: str, rows: int) -> Comparison:
    return Comparison(
        title="Gate",
        ours=f"gate.on_polars_{state}",
        beside=f"gate.on_pandas_{state}",
        ours_name=f"{state}, {rows:,} rows",
        beside_name="the library's engine on pandas",
        folder=folder / "penalties",
        warm=folder / "few_penalties",
        is_equal=True,
    )


def main(arguments: Sequence[str]) -> list[Measured]:
    """Measure everything, print the page, write it and the picture."""
    flags = read_flags(arguments)
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        measured = [measure(one, flags.pairs, _tell) for one in comparisons(flags, Path(folder))]
    command = shlex.join(
        ["python", "-m", "bench", *(one for one in arguments if one not in ("--remark", flags.remark))]
    )
    text = page(measured, Sitting(command, flags.pairs, before, os.getloadavg()[0], flags.remark))
    (flags.docs / "pictures").mkdir(parents=True, exist_ok=True)
    (flags.docs / "performance.md").write_text(text, encoding="utf-8")
    (flags.docs / "pictures" / "performance.svg").write_text(picture(measured), encoding="utf-8")
    sys.stdout.write(text)
    return measured


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
