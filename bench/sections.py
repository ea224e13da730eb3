"""What is measured, section by section; every section makes its own data below a folder."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

from bench import data, intake, night
from bench.data import DataSize
from bench.measure import (
    Comparison,
    Log,
    PairedTimings,
    ResultRow,
    Timing,
    measure_pairs,
    row_of_pairs,
    row_of_timings,
    run_in_process,
)

_LITTLE = 1000  # records that the warming up is done with
_MOST_SECONDS = 0.5
_MOST_MB = 3000
_MOST_GROWTH = 1.1  # what rises by less is within the spread of the runs
_NONE = (None, None)


def scoring(flags: argparse.Namespace, folder: Path, tell: Log) -> Iterator[ResultRow]:
    """Rating all, beside the same by hand in SQL, beside pandas on a tenth, beside merely reading."""
    sizes = {"all": _size(flags), "tenth": _size(flags, 10)}
    folders = {name: _records(size, folder, tell) for name, size in sizes.items()}
    few = _records(_few(flags), folder, tell)
    sides = [
        ("all", "in_duckdb", "the same policy in DuckDB SQL", 1.0),
        ("all", "plainly_read", "reading the same columns", 6.0),
        ("tenth", "in_pandas", "the same policy on pandas", 1.0),
    ]
    for name, beside, words, goal in sides:
        is_equal = beside != "plainly_read"
        one = _compared("Scoring", ("scoring.rated", f"scoring.{beside}"), (str(sizes[name]), words), folders[name])
        yield row_of_pairs(measure_pairs(replace(one, warm=few, is_equal=is_equal, goal=goal), flags.pairs, tell))


def _few(flags: argparse.Namespace) -> DataSize:
    return DataSize(100, _LITTLE, flags.seed)


def _records(size: DataSize, folder: Path, tell: Log) -> Path:
    """Where the records of this size lie; sections share them."""
    return _kept(folder / f"{size.enterprises}-{size.records}-{size.seed}", partial(data.write_records, size), tell)


def _kept(path: Path, write: Callable[[Path], None], tell: Log) -> Path:
    """Written once; what was broken off is written anew."""
    if not path.exists():
        tell(f"making {path.name}")
        unfinished = path.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        write(unfinished)
        unfinished.replace(path)
    return path


def _size(flags: argparse.Namespace, part: int = 1) -> DataSize:
    return DataSize(-(-flags.enterprises // part), -(-flags.records // part), flags.seed)


def _compared(title: str, sides: tuple[str, str], names: tuple[str, str], folder: Path) -> Comparison:
    return Comparison(title, *sides, *names, folder, folder, is_equal=False)


def gate(flags: argparse.Namespace, folder: Path, tell: Log) -> Iterator[ResultRow]:
    """One suite on the engine for Polars and on the one for pandas, for each of the sizes."""
    few = _penalties(_LITTLE, flags, folder, tell)
    for rows in flags.rows:
        many = _penalties(rows, flags, folder, tell)
        for state, goal in (("clean", 0.1), ("corrupt", None)):
            sides = (f"gate.on_polars_{state}", f"gate.on_pandas_{state}")
            names = (f"{state}, {rows:,} rows", "the library's engine on pandas")
            one = _compared("Gate", sides, names, many)
            yield row_of_pairs(measure_pairs(replace(one, warm=few, is_equal=True, goal=goal), flags.pairs, tell))


def _penalties(rows: int, flags: argparse.Namespace, folder: Path, tell: Log) -> Path:
    frames = partial(data.gate_frames, rows, flags.seed)
    return _kept(folder / f"penalties-{rows}-{flags.seed}", lambda path: data.write_gate_frames(frames(), path), tell)


def nights(flags: argparse.Namespace, folder: Path, tell: Log) -> Iterator[ResultRow]:
    """A night after few changes beside the same night in full; the gate's share; light commands on the store."""
    size = DataSize(-(-flags.night_records // 10), flags.night_records, flags.seed)
    office, few = (_office(one, folder, tell) for one in (size, _few(flags)))
    words = (f"{size}: after {size.records // 500:,} new records", "the same night, rating all")
    one = _compared("Night", ("night.incremental", "night.full"), words, office)
    measured = measure_pairs(replace(one, warm=few, is_equal=True, goal=0.1), flags.pairs, tell)
    yield row_of_pairs(measured)
    yield _share_of_gate(measured)
    yield from _commands(office, max(3, flags.pairs))


def _commands(office: Path, times: int) -> Iterator[ResultRow]:
    """Each command about each of WHO; the first call is not counted."""
    for name, (words, find) in product(night.COMMANDS, night.SUBJECTS.items()):
        who = find(office)
        runs = [night.time_command(name, who, office) for _ in range(times + 1)][1:]
        told = f"`yaoxin {name}` on that store, of {words}"
        row = row_of_timings("Command", told, runs, _MOST_SECONDS, f"under {_MOST_SECONDS} s")
        yield replace(row, peak_mb=_NONE)  # a child's begins with that of the process it was forked from


def _office(size: DataSize, folder: Path, tell: Log) -> Path:
    return _kept(
        folder / f"office-{size.enterprises}-{size.records}-{size.seed}", partial(night.write_office, size), tell
    )


def _share_of_gate(measured: PairedTimings) -> ResultRow:
    whole = [full for _, full in measured.pairs]
    gates = [Timing(one.parts["gate"], 0, 0, {}) for one in whole]
    row = row_of_timings("Gate", "in that night, rating all", gates, 0.2, "at most a fifth")
    ratios = tuple(sorted(one.seconds / all_.seconds for one, all_ in zip(gates, whole, strict=True)))
    seconds = (row.seconds[0], measured.medians("seconds")[1])
    return replace(row, beside="the whole night", seconds=seconds, cpu_seconds=_NONE, peak_mb=_NONE, ratios=ratios)


def intakes(flags: argparse.Namespace, folder: Path, tell: Log) -> Iterator[ResultRow]:
    """A CSV of inspections taken in, beside plain scan and write."""
    size = DataSize(-(-flags.csv_rows // 4), -(-flags.csv_rows * 10 // 4), flags.seed)  # four in ten are inspections
    file, few = (_file(one, folder, tell) for one in (size, _few(flags)))
    names = (f"CSV of {flags.csv_rows:,} inspections", "plain scan and write of the same file")
    one = _compared("Intake", ("intake.taken_in", "intake.plainly_written"), names, file)
    yield row_of_pairs(measure_pairs(replace(one, warm=few, goal=4.0), flags.pairs, tell))


def _file(size: DataSize, folder: Path, tell: Log) -> Path:
    return _kept(
        folder / f"file-{size.enterprises}-{size.records}-{size.seed}", partial(intake.write_inbox, size), tell
    )


def growth(flags: argparse.Namespace, folder: Path, tell: Log) -> Iterator[ResultRow]:
    """Rating from few records to many: seconds for a million records, and memory."""
    few, first = _records(_few(flags), folder, tell), None
    for records in flags.growth:
        size = DataSize(-(-records // 10), records, flags.seed)
        many = _records(size, folder, tell)
        tell(f"Growth: {size}")
        runs = [run_in_process("scoring.rated", many, few) for _ in range(flags.pairs)]
        row = row_of_timings("Growth", str(size), runs, None, "")
        first = first or (row.cpu_seconds[0] or 0) / records
        aim = f"cost per record not rising; peak under {_MOST_MB / 1000:g} GB"
        ratios = tuple(sorted(run.cpu_seconds / records / first for run in runs))
        goal = _MOST_GROWTH if (row.peak_mb[0] or 0) < _MOST_MB else 0.0
        yield replace(row, beside="CPU s per record of the least size", ratios=ratios, goal=goal, aim=aim)


SECTIONS: dict[str, Callable[[argparse.Namespace, Path, Log], Iterator[ResultRow]]] = {
    "scoring": scoring,
    "gate": gate,
    "night": nights,
    "intake": intakes,
    "growth": growth,
}
