"""Data Docs of a run: every result as JSON and as pages that read on a machine without a network.

The pages Great Expectations draws fetch styles, scripts and icons from public servers, name no row by its
key and carry random ids. These say the same from the same results: one file each, nothing fetched, the same
bytes for the same verdicts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from expectations.verdict import SEVERITIES, Finding, Verdict, explain_gravest


def write_data_docs(verdicts: Iterable[Verdict], folder: Path, *, title: str = "Quality gate") -> Path:
    """Write `<table>.json` and `<table>.html` per verdict and `index.html`; return the index.

    `title` heads the pages: the run they belong to. A table judged twice gets -2 behind its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    named = _named(tuple(verdicts))
    for name, verdict in named.items():
        text = json.dumps(verdict.results, ensure_ascii=False, indent=1, sort_keys=True)
        _write(folder / f"{name}.json", text + "\n")
        _write(folder / f"{name}.html", _page("table", title=title, verdict=verdict, rows=_rows(verdict)))
    index = folder / "index.html"
    _write(
        index,
        _page(
            "index",
            title=title,
            named=named,
            first=explain_gravest(named.values()),
            first_zh=explain_gravest(named.values(), chinese=True),
            counts=_counts,
        ),
    )
    return index


def _named(verdicts: tuple[Verdict, ...]) -> dict[str, Verdict]:
    seen: Counter[str] = Counter()
    named = {}
    for verdict in verdicts:
        seen[verdict.table] += 1
        again = f"-{seen[verdict.table]}" if seen[verdict.table] > 1 else ""
        named[f"{verdict.table}{again}"] = verdict
    return named


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _page(template: str, **facts: object) -> str:
    return _templates().get_template(f"{template}.html.j2").render(facts)


@cache
def _templates() -> Environment:
    """Compiled once in a process: a night writes a page for every table."""
    return Environment(
        loader=PackageLoader("expectations"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _counts(verdict: Verdict) -> dict[str, int]:
    """Findings by severity, gravest first."""
    return {word: sum(finding.severity == word for finding in verdict.findings) for word in SEVERITIES[:2]}


def _rows(verdict: Verdict) -> list[dict[str, Any]]:
    """What the table's page lists: expectations that do not hold first, gravest first, then the others."""
    broken: dict[int, Finding] = {finding.place: finding for finding in verdict.findings}
    results = verdict.results["results"]
    order = sorted(range(len(results)), key=lambda place: (place not in broken, _rank(broken.get(place)), place))
    return [{"result": results[place], "finding": broken.get(place)} for place in order]


def _rank(finding: Finding | None) -> int:
    return SEVERITIES.index(finding.severity) if finding else len(SEVERITIES)
