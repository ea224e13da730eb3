"""Correction workbooks: one for each sending office and source, of the rows that it is to correct."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from reports.correction_workbook import correction_workbook
from transforms.policy_model.source import Source
from transforms.schemas import KINDS
from transforms.schemas.base import BOOLEAN
from transforms.schemas.vocabularies import YES_NO

_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\s.]+')
_NAME_CHARS = 40


def correction_workbooks(rows: pl.DataFrame, sources: Sequence[Source]) -> dict[tuple[str, str], tuple[str, bytes]]:
    """A workbook for each source and sender of the quarantine `rows`: by both its file name and its bytes."""
    from flows.ingest.file_records import sources_of

    by_name = {source.source: source for source in sources}
    made: dict[tuple[str, str], tuple[str, bytes]] = {}
    taken: set[str] = set()
    parts = with_sender(rows, sources).partition_by("source", "sender", as_dict=True)
    for (name, sender), part in sorted(parts.items()):
        source = by_name.get(str(name))
        plain = str(name)
        if source is not None and sender != source.office:
            plain += "-" + (_NO_FILE_NAME.sub("-", str(sender))[:_NAME_CHARS].strip("-") or "未署名")
        # A corrected workbook is assigned to its source by its name; a sender's name may match another source.
        is_clear = len(sources_of(f"{plain}.xlsx", sources)) == 1 and plain.lower() not in taken
        number = sum(one == name for one, _ in made) + 1
        file_name = plain if is_clear or source is None else f"{name}-{number:02}"
        taken.add(file_name.lower())
        title = f"{source.title}（{sender}）" if source else str(name)
        content = correction_workbook(part, title, cell_choices(source) if source else {})
        made[str(name), str(sender)] = f"{file_name}.xlsx", content
    return made


def write_correction_workbooks(
    made: Mapping[tuple[str, str], tuple[str, bytes]], folder: Path
) -> dict[tuple[str, str], Path]:
    """Write what `correction_workbooks` made into `folder`; the paths by source and sender."""
    if made:
        folder.mkdir(parents=True, exist_ok=True)
    paths = {key: folder / name for key, (name, _) in made.items()}
    for key, path in paths.items():
        path.write_bytes(made[key][1])
    return paths


def with_sender(rows: pl.DataFrame, sources: Sequence[Source]) -> pl.DataFrame:
    """Quarantine rows, `sender` filled: in rows of an older store it is the source's office."""
    offices = {source.source: source.office for source in sources}
    office = pl.col("source").replace_strict(offices, default=pl.col("source"), return_dtype=pl.String)
    return rows.with_columns(sender=pl.coalesce("sender", office))


def cell_choices(source: Source) -> dict[str, tuple[str, ...]]:
    """The terms that a cell may hold, by heading; not for cells that may hold several."""
    choices: dict[str, tuple[str, ...]] = {}
    for record in source.records:
        for name, cell in record.columns.items():
            column = KINDS[record.kind].column(name)
            words = tuple(YES_NO.values() if column.dtype == BOOLEAN else column.codes.values())
            if cell.split is None and words:
                choices |= dict.fromkeys(cell.from_, words)
    for cell in source.inputs.values():
        if cell.words and cell.split is None:
            choices |= {heading: tuple(cell.words) for heading in cell.from_}
    return choices
