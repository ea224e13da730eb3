"""What is measured, section by section; every section makes its own data below a folder."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

from bench import data, ingest, nightly_run
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

_WARM_UP_RECORDS = 1000
_MOST_SECONDS = 0.5
_MOST_MB = 3000
_MOST_GROWTH = 1.1  # a smaller rise is within the spread of the runs
_NONE = (None, None)


def scoring(flags: argparse.Namespace, folder: Path, log: Log) -> Iterator[ResultRow]:
    """Rating all, beside the same by hand in SQL, beside pandas on a tenth, beside reading alone."""
    sizes = {"all": _size(flags), "tenth": _size(flags, 10)}
    folders = {name: _records(size, folder, log) for name, size in sizes.items()}
    warm = _records(_warm_up_size(flags), folder, log)
    sides = [
        ("all", "in_duckdb", "the same policy in DuckDB SQL", 1.0),
        ("all", "only_read", "reading the same columns", 6.0),
        ("tenth", "in_pandas", "the same policy on pandas", 1.0),
    ]
    for name, beside, description, goal in sides:
        is_equal = beside != "only_read"
        names = (str(sizes[name]), description)
        one = Comparison("Scoring", "scoring.rated", f"scoring.{beside}", *names, folders[name], warm, is_equal, goal)
        yield row_of_pairs(measure_pairs(one, flags.pairs, log))


def gate(flags: argparse.Namespace, folder: Path, log: Log) -> Iterator[ResultRow]:
    """One suite on the engine for Polars and on the one for pandas, for each of the sizes."""
    warm = _penalties(_WARM_UP_RECORDS, flags, folder, log)
    for rows in flags.rows:
        many = _penalties(rows, flags, folder, log)
        for state, goal in (("clean", 0.1), ("corrupt", None)):
            sides = (f"gate.on_polars_{state}", f"gate.on_pandas_{state}")
            names = (f"{state}, {rows:,} rows", "the library's engine on pandas")
            one = Comparison("Gate", *sides, *names, many, warm, is_equal=True, goal=goal)
            yield row_of_pairs(measure_pairs(one, flags.pairs, log))


def nightly_runs(flags: argparse.Namespace, folder: Path, log: Log) -> Iterator[ResultRow]:
    """A run after few changes beside the same run in full; the gate's share; light commands on the store."""
    size = DataSize(-(-flags.night_records // 10), flags.night_records, flags.seed)
    office, warm = (_office(one, folder, log) for one in (size, _warm_up_size(flags)))
    sides = ("nightly_run.incremental", "nightly_run.full")
    names = (f"{size}: after {size.records // 500:,} new records", "the same run, rating all")
    one = Comparison("Run", *sides, *names, office, warm, is_equal=True, goal=0.1)
    measured = measure_pairs(one, flags.pairs, log)
    yield row_of_pairs(measured)
    yield _gate_share(measured)
    for name, (description, find) in product(nightly_run.COMMANDS, nightly_run.SUBJECTS.items()):
        enterprise_id = find(office)
        # The first call is not counted.
        timings = [nightly_run.time_command(name, enterprise_id, office) for _ in range(max(3, flags.pairs) + 1)][1:]
        title = f"`yaoxin {name}` on that store, of {description}"
        row = row_of_timings("Command", title, timings, _MOST_SECONDS, f"under {_MOST_SECONDS} s")
        yield replace(row, peak_mb=_NONE)  # a child's starts with that of the process it was forked from


def _gate_share(measured: PairedTimings) -> ResultRow:
    """The seconds of the gate in the run that rates all."""
    full = [timing for _, timing in measured.pairs]
    gates = [Timing(timing.parts["gate"], 0, 0, {}) for timing in full]
    row = row_of_timings("Gate", "in that run, rating all", gates, 0.2, "at most a fifth")
    ratios = tuple(sorted(part.seconds / whole.seconds for part, whole in zip(gates, full, strict=True)))
    seconds = (row.seconds[0], measured.medians("seconds")[1])
    return replace(row, beside="the whole run", seconds=seconds, cpu_seconds=_NONE, peak_mb=_NONE, ratios=ratios)


def ingests(flags: argparse.Namespace, folder: Path, log: Log) -> Iterator[ResultRow]:
    """Ingesting a CSV of inspections, beside plain scan and write."""
    size = DataSize(-(-flags.csv_rows // 4), -(-flags.csv_rows * 10 // 4), flags.seed)  # four in ten are inspections
    file, warm = (_inbox(one, folder, log) for one in (size, _warm_up_size(flags)))
    names = (f"CSV of {flags.csv_rows:,} inspections", "plain scan and write of the same file")
    sides = ("ingest.ingested", "ingest.scanned_and_written")
    one = Comparison("Ingest", *sides, *names, file, warm, is_equal=False, goal=4.0)
    yield row_of_pairs(measure_pairs(one, flags.pairs, log))


def growth(flags: argparse.Namespace, folder: Path, log: Log) -> Iterator[ResultRow]:
    """Rating from few records to many: processor time per record, and memory."""
    warm, first = _records(_warm_up_size(flags), folder, log), None
    for records in flags.growth:
        size = DataSize(-(-records // 10), records, flags.seed)
        many = _records(size, folder, log)
        log(f"Growth: {size}")
        timings = [run_in_process("scoring.rated", many, warm) for _ in range(flags.pairs)]
        row = row_of_timings("Growth", str(size), timings, None, "")
        first = first or (row.cpu_seconds[0] or 0) / records
        aim = f"cost per record not rising; peak under {_MOST_MB / 1000:g} GB"
        ratios = tuple(sorted(timing.cpu_seconds / records / first for timing in timings))
        goal = _MOST_GROWTH if (row.peak_mb[0] or 0) < _MOST_MB else 0.0
        yield replace(row, beside="CPU s per record of the least size", ratios=ratios, goal=goal, aim=aim)


def _size(flags: argparse.Namespace, part: int = 1) -> DataSize:
    return DataSize(-(-flags.enterprises // part), -(-flags.records // part), flags.seed)


def _warm_up_size(flags: argparse.Namespace) -> DataSize:
    return DataSize(100, _WARM_UP_RECORDS, flags.seed)


def _records(size: DataSize, folder: Path, log: Log) -> Path:
    """The folder with the records of this size, which sections share."""
    return _made(folder, f"{size.enterprises}-{size.records}-{size.seed}", partial(data.write_records, size), log)


def _office(size: DataSize, folder: Path, log: Log) -> Path:
    name = f"office-{size.enterprises}-{size.records}-{size.seed}"
    return _made(folder, name, partial(nightly_run.write_office, size), log)


def _inbox(size: DataSize, folder: Path, log: Log) -> Path:
    name = f"file-{size.enterprises}-{size.records}-{size.seed}"
    return _made(folder, name, partial(ingest.write_inbox, size), log)


def _penalties(rows: int, flags: argparse.Namespace, folder: Path, log: Log) -> Path:
    def write(path: Path) -> None:
        data.write_gate_frames(data.gate_frames(rows, flags.seed), path)

    return _made(folder, f"penalties-{rows}-{flags.seed}", write, log)


def _made(folder: Path, name: str, write: Callable[[Path], None], log: Log) -> Path:
    """Data that are made once; what was interrupted is made anew."""
    path, unfinished = folder / name, folder / "unfinished"
    if not path.exists():
        log(f"making {name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        write(unfinished)
        unfinished.replace(path)
    return path


SECTIONS: dict[str, Callable[[argparse.Namespace, Path, Log], Iterator[ResultRow]]] = {
    "scoring": scoring,
    "gate": gate,
    "run": nightly_runs,
    "ingest": ingests,
    "growth": growth,
}
