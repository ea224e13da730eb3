"""Data docs of a run: every result as JSON and as pages that need no network.

Great Expectations' own pages fetch styles, scripts and icons from public servers, name no row by its key and contain
random ids. These show the same results: a file per table, nothing fetched, the same bytes for the same verdicts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from expectations.verdict import SEVERITIES, Verdict, explain_gravest


def write_data_docs(verdicts: Iterable[Verdict], folder: Path, *, title: str = "Quality gate") -> Path:
    """Write `<table>.json` and `<table>.html` per verdict and `index.html` into `folder`; return the index.

    `title` heads the pages: the run they belong to. A second verdict of a table gets -2 behind its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = _environment()
    occurrences: Counter[str] = Counter()
    named: dict[str, Verdict] = {}
    for verdict in verdicts:
        occurrences[verdict.table] += 1
        number = occurrences[verdict.table]
        named[verdict.table if number == 1 else f"{verdict.table}-{number}"] = verdict
    for name, verdict in named.items():
        text = json.dumps(verdict.results, ensure_ascii=False, indent=1, sort_keys=True)
        _write(folder / f"{name}.json", text + "\n")
        findings = {finding.place: finding for finding in verdict.findings}
        rows = [
            {"result": result, "finding": findings.get(place)}
            for place, result in enumerate(verdict.results["results"])
        ]
        rows.sort(key=_severity_order)
        page = pages.get_template("table.html.j2").render(title=title, verdict=verdict, rows=rows)
        _write(folder / f"{name}.html", page)
    counts = {
        name: {severity: sum(f.severity == severity for f in verdict.findings) for severity in SEVERITIES}
        for name, verdict in named.items()
    }
    first, first_zh = (explain_gravest(named.values(), chinese=chinese) for chinese in (False, True))
    index = folder / "index.html"
    _write(
        index,
        pages.get_template("index.html.j2").render(
            title=title, named=named, counts=counts, first=first, first_zh=first_zh
        ),
    )
    return index


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("expectations"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _severity_order(row: dict[str, Any]) -> int:
    """Sort key of a row of the table's page: failed expectations first, most severe first."""
    finding = row["finding"]
    return SEVERITIES.index(finding.severity) if finding else len(SEVERITIES)
