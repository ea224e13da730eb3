"""What the gate answers, and the most severe finding as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")  # most severe first


@dataclass(frozen=True)
class Finding:
    """One expectation that does not hold.

    `place` is its place in the suite, from 0. `column` names the columns concerned, comma-separated; empty for the
    table as a whole; `label` is its Chinese label. `zh` is the message in Chinese. `sample_rows`: up to twenty
    offending rows, each with the columns that name it and the offending values, as text.
    """

    table: str
    place: int
    expectation: str
    column: str
    label: str
    severity: Severity
    unexpected_count: int
    message: str
    zh: str = ""
    sample_rows: tuple[Mapping[str, str], ...] = ()

    def __str__(self) -> str:
        where = f"{self.table}.{self.column} ({self.label})" if self.column else self.table
        return f"{self.severity}: {where}: {self.message}"


@dataclass(frozen=True)
class Verdict:
    """The answer for one table. A critical finding refuses the run, a warning does not; findings most severe first.

    `results` is the validation result as plain data: no ids, no times, the same for the same frame.
    """

    table: str
    label: str
    is_passed: bool
    row_count: int
    findings: tuple[Finding, ...]
    results: Mapping[str, Any] = field(repr=False)


# What a finding likely means, in English and in Chinese: by the columns concerned, else by the expectation.
_CHANGED_SOURCE = (
    "a source has changed its format or its vocabulary: its quarantine workbook says which rows were quarantined and "
    "why",
    "某一来源改变了格式或者用语：其更正表写明隔离了哪些行、为什么",
)
_WRITTEN_TWICE = (
    "the same content was written twice: look for a run that was repeated",
    "同一内容写入了两次：请查看是否有重复的运行",
)
_MEANING_BY_COLUMNS = {
    "finding, read_count": (
        "no source knows a file of that name, or it cannot be read: yaoxin quarantine names it and why",
        "没有来源认识这样的文件名，或者文件读不出来：“隔离”一节和 yaoxin quarantine 列出文件和原因",
    ),
    "quarantined_count, read_count": _CHANGED_SOURCE,
    "quarantined_count, read_count, group_quarantined_count, group_read_count": _CHANGED_SOURCE,
}
_MEANING_BY_EXPECTATION = {
    "expect_table_row_count_to_be_between": (
        "a source sent only part of its data, or the inbox was read before all files had arrived; if the change is "
        "real, say so in the policy of the gate",
        "某一来源只报送了部分数据，或者文件到齐之前就读取了收件夹；如变化属实，请在质量检查的政策文件 gate.yaml 中写明",
    ),
    "expect_column_values_to_not_be_null": (
        "the mapping of the source lost a column, or a computation left a gap",
        "来源的对应关系漏了一列，或者计算留下了空白",
    ),
    "expect_column_values_to_be_in_set": (
        "a value that the mapping does not know came through, or code and vocabulary differ",
        "出现了对应关系中没有的用语，或者程序与词表不一致",
    ),
    "expect_column_values_to_match_regex": (
        "a malformed value passed the mapping, which should have quarantined it",
        "有的值格式不对，本应在收件时隔离",
    ),
    "expect_column_values_to_be_unique": _WRITTEN_TWICE,
    "expect_compound_columns_to_be_unique": _WRITTEN_TWICE,
    "expect_column_values_to_satisfy": (
        "an impossible number or date passed the mapping",
        "有的数值或者日期不可能出现，本应在收件时隔离",
    ),
    "expect_rows_to_satisfy": (
        "columns that belong together contradict each other; look up the record of the row",
        "同一行中相互关联的列自相矛盾：请查看该行的记录",
    ),
}
_ENGLISH: dict[str, str] = {
    "critical": "critical",
    "warning": "warning",
    "info": "info",
    "first": "Look first at {}: {}.",
    "example": "For example: {}",
    "meaning": "It likely means: {}.",
    "besides": "Besides: {}.",
    "count": "{} {}",
    "and": ", ",
    "docs": "All results: {}",
}
_CHINESE: dict[str, str] = {
    "critical": "严重问题",
    "warning": "提示",
    "info": "参考",
    "first": "请先查看{}：应为：{}。",
    "example": "例如：{}",
    "meaning": "可能的原因：{}。",
    "besides": "另有{}。",
    "count": " {} 项{}",
    "and": "、",
    "docs": "全部结果：{}",
}


def explain_gravest(verdicts: Iterable[Verdict], docs: Path | None = None, *, chinese: bool = False) -> str:
    """The most severe finding as text: table, column, count, an example row, its likely meaning, where to read on.

    Most severe: critical before warning, then most rows. Empty when there is no finding. docs: folder of the data
    docs; chinese: in Chinese instead of English.
    """
    verdicts = tuple(verdicts)
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    if not findings:
        return ""
    first = min(findings, key=lambda f: (SEVERITIES.index(f.severity), -f.unexpected_count, f.table, f.column))
    text = _CHINESE if chinese else _ENGLISH
    if chinese:
        label = next(verdict.label for verdict in verdicts if verdict.table == first.table)
        where = f"“{label}”" + (f"的“{first.label}”" if first.label else "")
    else:
        where = f"{first.table}.{first.column} ({first.label})" if first.column else f"table {first.table}"
    lines = [text["first"].format(where, first.zh if chinese else first.message)]
    if first.sample_rows:
        row = ", ".join(f"{name}={value or '(empty)'}" for name, value in first.sample_rows[0].items())
        lines.append(text["example"].format(row))
    if meaning := _MEANING_BY_COLUMNS.get(first.column) or _MEANING_BY_EXPECTATION.get(first.expectation):
        lines.append(text["meaning"].format(meaning[chinese]))
    others = [finding.severity for finding in findings if finding is not first]
    counts = [text["count"].format(others.count(one), text[one]) for one in SEVERITIES if one in others]
    if counts:
        lines.append(text["besides"].format(text["and"].join(counts)))
    if docs is not None:
        lines.append(text["docs"].format(docs / "index.html"))
    return "\n".join(lines)
