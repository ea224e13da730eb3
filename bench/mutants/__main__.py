"""`python -m bench.mutants`: mutate the packages that decide and store, and record in docs/mutants.md what survives.

The record is written after each mutant, so that a run that is stopped leaves what it found. Packages that are not run
this time stay as docs/mutants.json has them.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bench.mutants.campaign import PACKAGES, Equivalent, Outcome, describe, run_campaign, try_again
from docs.markdown import table

_ROOT = Path(__file__).parents[2]
_KNOWN = Path(__file__).with_name("equivalent.yaml")
_COLUMNS = ("package", "possible", "survived at first", "survived now", "equivalent", "gone", "seed", "date")


def main(arguments: Sequence[str]) -> int:
    """Run the campaigns; 1 when one mutant in ten or more survives in a package."""
    parser = argparse.ArgumentParser("python -m bench.mutants", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PACKAGES, default=list(PACKAGES), help="these packages (all)")
    parser.add_argument("--mutants", type=int, default=40, help="of each package (40)")
    parser.add_argument("--all", action="store_true", help="every mutant; days")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument(
        "--again", nargs="+", metavar="TESTS", help="only the mutants that survived, with the tests in these files"
    )
    parser.add_argument("--docs", type=Path, default=_ROOT / "docs", help="folder of the record and its page (docs)")
    parser.add_argument("--remark", help="a sentence for the page, such as why a run was stopped")
    flags = parser.parse_args(arguments)
    known = [Equivalent(**entry) for entry in yaml.safe_load(_KNOWN.read_text(encoding="utf-8"))]
    path = flags.docs / "mutants.json"
    record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    command = shlex.join(["python", "-m", "bench.mutants", *measuring_flags(arguments)])
    over = False
    with tempfile.TemporaryDirectory(prefix="yaoxin-mutants-") as scratch:
        Path(scratch).chmod(0o755)  # tests of permissions run commands as another account
        for name in flags.only:
            before = record.get(name, {})
            if flags.again and not before.get("survivors"):
                parser.error(f"no mutant of {name} is recorded as a survivor")
            for outcome in _outcomes(flags, name, before, Path(scratch), known):
                if flags.again:
                    row = row_again(before, outcome)
                else:
                    row = row_of(outcome, flags.seed)
                    if before.get("seed") == flags.seed:
                        row |= {part: before[part] for part in ("first", "commands", "remark")}
                row["commands"] = [*row["commands"], command]
                row["remark"] = row["remark"] if flags.remark is None else flags.remark
                record[name] = row
                path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
                (flags.docs / "mutants.md").write_text(mutants_page(record), encoding="utf-8")
            _log("  ".join(f"{title}: {cell}" for title, cell in zip(_COLUMNS, _cells(row), strict=True)))
            over |= 10 * row["survived"] >= row["tried"]
    return int(over)


def measuring_flags(arguments: Sequence[str]) -> list[str]:
    """The arguments without those that change the record only."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--docs")
    parser.add_argument("--remark")
    return parser.parse_known_args(arguments)[1]


def _outcomes(
    flags: argparse.Namespace, name: str, before: Mapping[str, Any], scratch: Path, known: Sequence[Equivalent]
) -> Iterator[Outcome]:
    """What is known of the package's mutants after each of them."""
    if flags.again:
        yield from try_again(
            PACKAGES[name], _ROOT, scratch, names=list(before["survivors"]), tests=flags.again, known=known, log=_log
        )
    else:
        wanted = None if flags.all else flags.mutants
        yield from run_campaign(PACKAGES[name], _ROOT, scratch, seed=flags.seed, wanted=wanted, known=known, log=_log)


def row_of(outcome: Outcome, seed: int) -> dict[str, Any]:
    """The row of a first run, as docs/mutants.json has it."""
    return {
        "package": outcome.package,
        "possible": outcome.possible,
        "tried": outcome.tried,
        "killed": len(outcome.killed),
        "timed_out": len(outcome.timed_out),
        "survived": len(outcome.survived),
        "equivalent": len(outcome.equivalent),
        "gone": 0,
        "seed": seed,
        "date": datetime.now(UTC).date().isoformat(),
        "first": {"survived": len(outcome.survived), "tried": outcome.tried},
        "commands": [],
        "remark": "",
        "survivors": {mutant.name: describe(mutant) for mutant in outcome.survived},
    }


def row_again(before: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    """The row where the survivors of `before` have become those of `outcome`, as far as they were tried."""
    found = [*outcome.killed, *outcome.timed_out, *(mutant for mutant, _ in outcome.equivalent)]
    over = {*outcome.gone, *(mutant.name for mutant in found)}
    row = dict(before) | {"possible": outcome.possible, "date": datetime.now(UTC).date().isoformat()}
    row["survivors"] = {name: text for name, text in before["survivors"].items() if name not in over}
    row["survivors"] |= {mutant.name: describe(mutant) for mutant in outcome.survived}
    row["survived"] = len(row["survivors"])
    for part in ("killed", "timed_out", "equivalent", "gone"):
        row[part] += len(getattr(outcome, part))
    row["tried"] = row["killed"] + row["timed_out"] + row["survived"]
    return row


def _cells(row: Mapping[str, Any]) -> list[str]:
    plain = ("package", "possible", "equivalent", "gone", "seed", "date")
    return [
        *(str(row[name]) for name in plain[:2]),
        *(
            f"{one['survived']} of {one['tried']} ({100 * one['survived'] / max(one['tried'], 1):.1f} %)"
            for one in (row["first"], row)
        ),
        *(str(row[name]) for name in plain[2:]),
    ]


def mutants_page(record: Mapping[str, Mapping[str, Any]]) -> str:
    """The page of the record: a row for each package, how it was measured, and what survived."""
    rows = [record[name] for name in PACKAGES if name in record]
    lines = [
        "# Mutants",
        "",
        "Written by `make mutants`. A mutant is the code with one small change, such as `>=` to `>`; it survives when",
        "no test fails. Each is tried with the quick tests of its package that run its line, up to a minute of them.",
        "Literal text, annotations and decorators are not changed.",
        "",
        table(list(_COLUMNS), [_cells(row) for row in rows]).rstrip(),
        "",
        "*Survived at first*: in the first run. Since then survivors got tests, or their code is *gone*,",
        "or they are *equivalent*: they behave as the code does (reasons in `bench/mutants/equivalent.yaml`). What is",
        "gone or equivalent does not count. *Survived now*: in the last run; one with `--again` tried",
        "only the survivors, with the tests it names, and took the others as the run before had left them. Tests are",
        "written for the survivors of a sample: of another seed's sample more survive.",
    ]
    if missing := [name for name in PACKAGES if name not in record]:
        lines += ["", "Not measured yet: " + ", ".join(f"`{name}`" for name in missing) + "."]
    for row in rows:
        lines += ["", f"`{row['package']}`{row['remark'] and ': ' + row['remark']}", ""]
        lines += [f"- `{command}`" for command in row["commands"]]
    if survivors := [survivor for row in rows for survivor in row["survivors"].values()]:
        lines += ["", "Survivors:", "", "```", *survivors, "```"]
    return "\n".join(lines) + "\n"


def _log(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
