"""A package's sample of mutants, each tried with the tests that reach it, in a copy of the checkout."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from bench.mutants.mutations import Mutant, Mutations

_BUDGET = 60.0  # seconds of tests, as first measured, for one mutant
_TRIAL = Path(__file__).with_name("trial.py")
_NOT_COPIED = (".*", "__pycache__", "var", "dist", "build")


@dataclass(frozen=True)
class MutatedPackage:
    """What is mutated, and the quick tests of it: no browser, no month, nothing slow."""

    name: str
    tests: tuple[str, ...]
    ignored: tuple[str, ...] = ()


PACKAGES = {
    each.name: each
    for each in (
        MutatedPackage(
            "transforms/rating",
            ("tests/transforms/rating", "tests/cases/test_policy_cases.py", "tests/oracle"),
        ),
        MutatedPackage(
            "transforms/law",
            ("tests/transforms/law", "tests/cases"),
            ignored=("tests/cases/test_policy_cases.py",),
        ),
        MutatedPackage("flows/store", ("tests/flows/store",)),
        MutatedPackage(
            "flows/publishing",
            ("tests/flows/publishing",),
            ignored=tuple(
                f"tests/flows/publishing/test_{name}.py"
                for name in (
                    "life_of_a_list",
                    "publishing_commands",
                    "region_walk",
                    "signatures_outside",
                    "without_a_signer",
                )
            ),
        ),
    )
}


@dataclass(frozen=True)
class Equivalent:
    """A mutant that behaves as the code does: the line it removes, the line it adds, and the reason."""

    file: str
    removed: str
    added: str
    reason: str

    def matches(self, mutant: Mutant) -> bool:
        """Whether `mutant` is this one."""
        lines = (self.file, [self.removed], [self.added])
        return lines == (mutant.file, list(mutant.removed), list(mutant.added))


@dataclass
class Outcome:
    """The results of a package's mutants."""

    package: str
    possible: int
    killed: list[Mutant] = field(default_factory=list)
    timed_out: list[Mutant] = field(default_factory=list)
    survived: list[Mutant] = field(default_factory=list)
    equivalent: list[tuple[Mutant, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # names of mutants whose code is no longer there

    @property
    def tried(self) -> int:
        """Mutants that count: equivalent ones do not."""
        return len(self.killed) + len(self.timed_out) + len(self.survived)


def run_campaign(  # noqa: PLR0913
    package: MutatedPackage,
    checkout: Path,
    scratch: Path,
    *,
    seed: int,
    wanted: int | None,
    known: Sequence[Equivalent],
    log: Callable[[str], None],
) -> Iterator[Outcome]:
    """Try `wanted` mutants of `package` (all with None), sampled by `seed`, in a copy of `checkout` below `scratch`.

    Yields the same outcome after each of them.
    Raises RuntimeError when the tests fail without any change.
    """
    copy, mutations = _copied(package, checkout, scratch)
    outcome = Outcome(package.name, sum(len(each.names) for each in mutations.values()))
    coverage = _measure(package, package.tests, copy, log)
    for mutant in _in_order_of(mutations, seed):
        if wanted is not None and outcome.tried >= wanted:
            break
        _try(mutant, coverage, copy, outcome, known=known, log=log)
        yield outcome


def try_again(  # noqa: PLR0913
    package: MutatedPackage,
    checkout: Path,
    scratch: Path,
    *,
    names: Sequence[str],
    tests: Sequence[str],
    known: Sequence[Equivalent],
    log: Callable[[str], None],
) -> Iterator[Outcome]:
    """Try the mutants of these names with the tests in these files alone, in a copy of `checkout` below `scratch`.

    Yields the same outcome after each of them.
    Raises RuntimeError when the tests fail without any change.
    """
    copy, mutations = _copied(package, checkout, scratch)
    outcome = Outcome(package.name, sum(len(each.names) for each in mutations.values()))
    by_name = {name: each.mutant(name) for each in mutations.values() for name in set(each.names) & set(names)}
    outcome.gone += [name for name in names if name not in by_name]
    yield outcome
    coverage = _measure(package, tests, copy, log) if by_name else _Coverage({}, {})
    for mutant in filter(None, map(by_name.get, names)):
        _try(mutant, coverage, copy, outcome, known=known, log=log)
        yield outcome


def _copied(package: MutatedPackage, checkout: Path, scratch: Path) -> tuple[Path, dict[str, Mutations]]:
    """A copy of the checkout, and the mutants of each file of the package in it."""
    copy = scratch / package.name.replace("/", "-")
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    files = {path.relative_to(copy).as_posix(): path for path in sorted((copy / package.name).rglob("*.py"))}
    return copy, {file: Mutations(file, path.read_text(encoding="utf-8")) for file, path in files.items()}


def describe(mutant: Mutant) -> str:
    """The mutant in one line: its place, the lines removed and those added."""
    return f"{mutant.file}:{mutant.first_line}  {' ⏎ '.join(mutant.removed)}  →  {' ⏎ '.join(mutant.added)}"


def _in_order_of(mutations: dict[str, Mutations], seed: int) -> Iterator[Mutant]:
    """All mutants in the order of the seed: by a digest of the name, so that a change of one moves no other."""
    names = [(file, name) for file, each in mutations.items() for name in each.names]
    names.sort(key=lambda each: hashlib.sha256(f"{seed} {each[1]}".encode()).digest())
    for file, name in names:
        if mutant := mutations[file].mutant(name):
            yield mutant


@dataclass(frozen=True)
class _Coverage:
    """Which tests run a line, and how long each takes."""

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[str]]]

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that run the mutant's lines: the mirrored folder's files first, of each file the quickest first.

        A line that only an import or a fixture runs is left to all tests of the files concerned.
        """
        contexts: set[str] = set()
        for line in range(mutant.first_line, mutant.last_line + 1):
            contexts.update(self.lines.get(mutant.file, {}).get(str(line), ()))
        by_file: defaultdict[str, list[str]] = defaultdict(list)
        for test in self.seconds:
            file = test.partition("::")[0]
            if test in contexts or file in contexts or contexts == {""}:
                by_file[file].append(test)
        near = PurePath("tests", mutant.file).parent

        def distance(file: str) -> tuple[bool, float]:
            return PurePath(file).parent != near, min(self.seconds[test] for test in by_file[file])

        chosen: list[str] = []
        cost = 0.0
        for file in sorted(by_file, key=distance):
            for test in sorted(by_file[file], key=lambda test: (test not in contexts, self.seconds[test])):
                if not chosen or cost + self.seconds[test] <= _BUDGET:
                    chosen.append(test)
                    cost += self.seconds[test]
        return chosen


def _measure(package: MutatedPackage, tests: Sequence[str], copy: Path, log: Callable[[str], None]) -> _Coverage:
    log(f"{package.name}: measuring the tests ...")
    answer = copy / "measured.json"
    order = {
        "files": [*tests, *(f"--ignore={path}" for path in package.ignored)],
        "sources": [f"{copy}/{package.name}/*"],
        "answer": str(answer),
    }
    if code := _trial(copy, order, timeout=None, write_bytecode=True):
        output = (copy / "output.txt").read_text(encoding="utf-8")
        raise RuntimeError(f"The tests of {package.name} fail without any mutant (pytest ended with {code}):\n{output}")
    measured = json.loads(answer.read_text(encoding="utf-8"))
    coverage = _Coverage(measured["seconds"], measured["lines"])
    log(f"{package.name}: {len(coverage.seconds)} tests in {sum(coverage.seconds.values()):.0f} s")
    return coverage


def _try(  # noqa: PLR0913
    mutant: Mutant,
    coverage: _Coverage,
    copy: Path,
    outcome: Outcome,
    *,
    known: Sequence[Equivalent],
    log: Callable[[str], None],
) -> None:
    """Add the mutant to `outcome`, where it belongs."""
    if reason := next((each.reason for each in known if each.matches(mutant)), None):
        outcome.equivalent.append((mutant, reason))
        return
    result = _result(mutant, coverage, copy)
    getattr(outcome, result).append(mutant)
    log(f"{outcome.tried:4} {result:9} {describe(mutant)}")


def _result(mutant: Mutant, coverage: _Coverage, copy: Path) -> str:
    tests = coverage.tests(mutant)
    if not tests:
        return "survived"
    path = copy / mutant.file
    original = path.read_text(encoding="utf-8")
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()
    path.write_text(mutant.code, encoding="utf-8")
    try:
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        timeout = 120 + 10 * sum(coverage.seconds[test] for test in tests)
        code = _trial(copy, {"files": files, "tests": tests}, timeout=timeout, write_bytecode=False)
    except subprocess.TimeoutExpired:
        return "timed_out"
    finally:
        path.write_text(original, encoding="utf-8")
    return "survived" if code == 0 else "killed"


def _trial(copy: Path, order: Mapping[str, object], *, timeout: float | None, write_bytecode: bool) -> int:
    """Run the tests in a process group of their own, so that a mutant's children end with it."""
    path = copy / "order.json"
    path.write_text(json.dumps(order), encoding="utf-8")
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "" if write_bytecode else "1",
        "HYPOTHESIS_PROFILE": "quick",
        "TMPDIR": str(copy / "tmp"),
    }
    (copy / "tmp").mkdir(exist_ok=True)
    with (copy / "output.txt").open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", str(_TRIAL), str(path)],
            cwd=copy,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(timeout)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            shutil.rmtree(copy / "tmp", ignore_errors=True)
