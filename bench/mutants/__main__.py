"""`python -m bench.mutants`: mutate the packages that decide and store, and record in docs/mutants.md what survives.

Packages that are not run this time stay as docs/mutants.json has them.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bench.mutants.campaign import PACKAGES, Equivalent, Outcome, describe, run_campaign
from docs.markdown import table

_ROOT = Path(__file__).parents[2]
_KNOWN = Path(__file__).with_name("equivalent.yaml")
_COLUMNS = {
    "package": "package",
    "possible": "possible",
    "tried": "mutants",
    "killed": "killed",
    "timed_out": "timed out",
    "survived": "survived",
    "survival": "survival rate",
    "equivalent": "equivalent",
    "seed": "seed",
    "date": "date",
}


def main(arguments: Sequence[str]) -> int:
    """Run the campaigns; 1 when one mutant in ten or more survives in a package."""
    parser = argparse.ArgumentParser("python -m bench.mutants", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PACKAGES, default=list(PACKAGES), help="these packages (all)")
    parser.add_argument("--mutants", type=int, default=40, help="of each package (40)")
    parser.add_argument("--all", action="store_true", help="every mutant; days")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("--docs", type=Path, default=_ROOT / "docs", help="folder of the record and its page (docs)")
    parser.add_argument("--remark", default="", help="a sentence for the page, such as why a run was stopped")
    flags = parser.parse_args(arguments)
    known = [Equivalent(**entry) for entry in yaml.safe_load(_KNOWN.read_text(encoding="utf-8"))]
    path = flags.docs / "mutants.json"
    record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    over = False
    with tempfile.TemporaryDirectory(prefix="yaoxin-mutants-") as scratch:
        Path(scratch).chmod(0o755)  # tests of permissions run commands as another account
        for name in flags.only:
            outcome = run_campaign(
                PACKAGES[name],
                _ROOT,
                Path(scratch),
                seed=flags.seed,
                wanted=None if flags.all else flags.mutants,
                known=known,
                log=_log,
            )
            over |= outcome.survival >= 0.1
            row = _row(outcome, flags.seed, shlex.join(["python", "-m", "bench.mutants", *arguments]))
            row["remark"] = flags.remark
            _log("  ".join(f"{title}: {row[column]}" for column, title in _COLUMNS.items()))
            record[name] = row
            path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            (flags.docs / "mutants.md").write_text(mutants_page(record), encoding="utf-8")
    return int(over)


def _row(outcome: Outcome, seed: int, command: str) -> dict[str, Any]:
    return {
        "package": outcome.package,
        "possible": outcome.possible,
        "tried": outcome.tried,
        "killed": len(outcome.killed),
        "timed_out": len(outcome.timed_out),
        "survived": len(outcome.survived),
        "survival": f"{100 * outcome.survival:.1f} %",
        "equivalent": len(outcome.equivalent),
        "seed": seed,
        "date": datetime.now(UTC).date().isoformat(),
        "command": command,
        "survivors": [describe(mutant) for mutant in outcome.survived],
    }


def mutants_page(record: Mapping[str, Mapping[str, Any]]) -> str:
    """The page of the record: a row for each package, and what survived."""
    rows = [record[name] for name in PACKAGES if name in record]
    lines = [
        "# Mutants",
        "",
        "Written by `make mutants`. A mutant is the code with one small change, such as `>=` to `>`; it survives when",
        "no test fails. Each is tried with the quick tests of its package that run its line, up to a minute of them.",
        "Literal text, annotations and decorators are not changed. Equivalent mutants behave as the code does and do",
        "not count; their reasons are in `bench/mutants/equivalent.yaml`.",
        "",
        table(list(_COLUMNS.values()), [[str(row[column]) for column in _COLUMNS] for row in rows]).rstrip(),
    ]
    if missing := [name for name in PACKAGES if name not in record]:
        lines += ["", "Not measured yet: " + ", ".join(f"`{name}`" for name in missing) + "."]
    if commands := sorted({f"`{row['command']}`" for row in rows}):
        lines += ["", "Commands: " + "; ".join(commands) + "."]
    lines += [line for row in rows if row["remark"] for line in ("", f"`{row['package']}`: {row['remark']}")]
    if survivors := [survivor for row in rows for survivor in row["survivors"]]:
        lines += ["", "Survivors:", "", "```", *survivors, "```"]
    return "\n".join(lines) + "\n"


def _log(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
