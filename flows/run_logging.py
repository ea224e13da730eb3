"""The log of a run: JSON lines in the run's folder, lines on the terminal, and Prefect's log where it conducts.

All of it goes through the standard logger `yaoxin.run`. A step logs its name, counts, seconds and the peak memory of
the process; a step that breaks off logs the class of the error, never its message. So the log holds names of steps and
numbers, no text from a file or a record, and no personal data. It is about the run alone: nothing is read from it, and
nothing of it enters tables or published files.

A line of `log.jsonl` has `at` (UTC), `level`, `run`, `step`, `event` (started, ended, failed), and once a step is over
`seconds`, `peak_memory_mib` (of the process so far), and `counts` or `error`.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

LOG_FILE = "log.jsonl"
Verbosity = Literal["quiet", "normal", "verbose"]
Step = Literal["ingest", "rate", "validate", "report", "commit", "publish"]

LOGGER = logging.getLogger("yaoxin.run")
LOGGER.setLevel(logging.DEBUG)
LOGGER.propagate = False  # Prefect gives the root logger a handler on the terminal
LOGGER.addHandler(logging.NullHandler())  # or the last resort of `logging` writes warnings to the terminal

_LEVELS: dict[Verbosity, int] = {"quiet": logging.WARNING, "normal": logging.INFO, "verbose": logging.DEBUG}
_CHINESE = {
    "ingest": "收件",
    "rate": "评级",
    "validate": "质量检查",
    "report": "报告",
    "commit": "提交",
    "publish": "公布",
    "started": "开始",
    "failed": "中断",
    "files": "文件",
    "repeated_files": "重复文件",
    "records": "记录",
    "quarantined_rows": "隔离行",
    "enterprises": "企业",
    "tables": "表",
    "rows": "行",
    "findings": "发现",
    "tier_changes": "等级变化",
    "lists": "名单",
    "peak memory": "内存峰值",
}


class RunLog:
    """The log of the run `run_id`, whose folder gets `log.jsonl` while the log is open. It may be opened repeatedly."""

    def __init__(self, run_id: str, folder: Path) -> None:
        self.run_id = run_id
        self._file = _JsonLines(run_id, folder / LOG_FILE)

    def __enter__(self) -> RunLog:
        LOGGER.addHandler(self._file)
        return self

    def __exit__(self, *_error: type[BaseException] | BaseException | TracebackType | None) -> None:
        LOGGER.removeHandler(self._file)

    @contextmanager
    def step(self, name: Step) -> Iterator[dict[str, int]]:
        """Log a step; what the caller puts into the dictionary is logged as its counts."""
        counts: dict[str, int] = {}
        self._log(logging.DEBUG, name, "started")
        start = time.perf_counter()

        def measured() -> dict[str, Any]:
            return {"seconds": round(time.perf_counter() - start, 3), "peak_memory_mib": peak_memory_mib()}

        try:
            yield counts
        except BaseException as error:
            self._log(logging.WARNING, name, "failed", **measured(), error=type(error).__name__)
            raise
        self._log(logging.INFO, name, "ended", **measured(), counts=counts)

    def _log(self, level: int, step: Step, event: str, **values: object) -> None:
        fields = {"run": self.run_id, "step": step, "event": event, **values}
        LOGGER.log(level, log_line(fields), extra={"fields": fields})


def log_line(fields: dict[str, Any], *, is_verbose: bool = False, translate: Callable[[str], str] = str) -> str:
    """A line for people. translate: a word of the log into the reader's language."""
    parts = [f"{fields['run']}  {translate(fields['step'])}"]
    if fields["event"] != "ended":
        parts.append(" ".join(filter(None, (translate(fields["event"]), fields.get("error")))))
    parts += [f"{translate(name).replace('_', ' ')} {count}" for name, count in fields.get("counts", {}).items()]
    if "seconds" in fields:
        parts.append(f"{fields['seconds']:.1f} s")
    if is_verbose and "peak_memory_mib" in fields:
        parts.append(f"{translate('peak memory')} {fields['peak_memory_mib']} MiB")
    return ", ".join(parts)


def peak_memory_mib() -> int:
    """The most memory that this process has held so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


class _JsonLines(logging.Handler):
    def __init__(self, run_id: str, path: Path) -> None:
        super().__init__()
        self._run_id, self._path = run_id, path

    def emit(self, record: logging.LogRecord) -> None:
        values = getattr(record, "fields", {})
        if values.get("run") != self._run_id:  # another run of this process
            return
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **values,
        }
        # A disk without space must not break a run by its log.
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(fields, ensure_ascii=False) + "\n")


class _Terminal(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        from flows.wording import prefers_chinese

        fields = getattr(record, "fields", None)
        is_verbose = self.level <= logging.DEBUG
        translate = (lambda word: _CHINESE.get(word, word)) if prefers_chinese() else str
        line = log_line(fields, is_verbose=is_verbose, translate=translate) if fields else record.getMessage()
        with suppress(OSError):
            print(line, file=sys.stderr, flush=True)  # noqa: T201


def log_to_terminal(verbosity: Verbosity) -> None:
    """From now on write the log to standard error: warnings alone, steps as they end, or all with memory."""
    for handler in [handler for handler in LOGGER.handlers if isinstance(handler, _Terminal)]:
        LOGGER.removeHandler(handler)
    terminal = _Terminal()
    terminal.setLevel(_LEVELS[verbosity])
    LOGGER.addHandler(terminal)


@contextmanager
def log_to_prefect() -> Iterator[None]:
    """Inside a flow run: write the log to its page too."""
    from prefect.logging.handlers import APILogHandler

    handler = APILogHandler()
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
