"""`yaoxin runs` and `yaoxin rewind`: the runs of the ledger, and going back to an earlier one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

import click

from flows.cli.options import (
    common_options,
    completing,
    json_option,
    open_store,
    print_json,
    run_ids,
    settings_from_flags,
)
from flows.cli.terminal import table_lines
from flows.store import stored_names
from flows.store.ledger import Run
from flows.wording import localise, prefers_chinese
from reports.grid import GridField, grid_from_rows

_FIELDS = (
    GridField("run_id", "RUN", "id"),
    GridField("state", "STATE"),
    GridField("as_of", "AS OF", "day"),
    GridField("started_at", "STARTED (Beijing)", "instant"),
    GridField("seconds", "SECONDS", "count"),
    GridField("scheme", "SCHEME"),
)
_CHINESE_LABELS = ("批次", "状态", "评价日", "开始（北京）", "秒", "评价标准")
_STATES = {"passed": "通过", "refused": "未通过", "failed": "失败"}


@click.command()
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="The last N.")
@json_option
@common_options
def runs(last: int, is_json: bool, **flags: object) -> None:
    """Runs in the ledger, the newest last: passed, refused by the gate, or failed; annulled by `yaoxin rewind`.

    \b
    Examples:
      yaoxin runs
      yaoxin runs --last 1 --json | jq -r '.runs[0].state'
    """
    store = open_store(settings_from_flags(**flags))
    shown = store.every_run()[-last:]
    if lost := store.lost_run():
        message = f"The ledger has lost run {lost}, which this machine committed: the store is damaged."
        click.echo(localise(message), err=True)
    annulled = store.annulled()
    if is_json:
        documents = [
            {**asdict(run), "is_annulled": run.run_no in annulled, "folder": store.run_folder(run.run_id)}
            for run in shown
        ]
        print_json({"runs": documents})
    else:
        click.echo("\n".join(runs_text(shown, annulled)))


def runs_text(shown: Sequence[Run], annulled: Collection[int]) -> list[str]:
    """Runs as a table in the operator's language. annulled: the numbers of those that a rewind annulled."""
    chinese = prefers_chinese()
    labels, suffix = (_STATES, "，已作废") if chinese else ({}, ", annulled")
    rows = [
        (
            run.run_id,
            labels.get(run.state, run.state) + (suffix if run.run_no in annulled else ""),
            run.as_of,
            run.started_at,
            (run.finished_at - run.started_at).seconds,
            run.scheme,
        )
        for run in shown
    ]
    fields: tuple[GridField, ...] = _FIELDS
    empty = "No run yet."
    if chinese:
        fields = tuple(replace(field, label=label) for field, label in zip(_FIELDS, _CHINESE_LABELS, strict=True))
        empty = "还没有运行记录"
    return table_lines(grid_from_rows("runs", "Runs", fields, rows, empty))


@click.command()
@click.argument("run_id", metavar="RUN_ID", shell_complete=completing(run_ids))
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the ledger.")
@json_option
@common_options
def rewind(run_id: str, reason: str, is_json: bool, **flags: object) -> None:
    """Let readers see the store as the run RUN_ID left it, and annul the runs after it.

    For runs that a wrong clock committed, and for a store that lost what its last run wrote. Nothing is erased: the
    annulled runs stay in the ledger, and the next run ingests again what came since. What was published meanwhile
    stays published until the next release.

    \b
    Examples:
      yaoxin runs
      yaoxin rewind nightly-2026-03-01-1 --reason '时钟被调到2027年'
    """
    run = open_store(settings_from_flags(**flags)).rewind(run_id, reason)
    if is_json:
        print_json(asdict(run))
    else:
        annulled = ", ".join(run.facts[stored_names.ANNULLED]) or "none"
        click.echo(localise(f"{run.run_id}: readers see {run_id} again; annulled: {annulled}"))
