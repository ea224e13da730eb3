"""`yaoxin inspectors`: which inspectors may be sent, and why the others may not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from flows.cli.errors import UserError
from flows.cli.find_enterprise import find_enterprises, single_enterprise
from flows.cli.options import (
    as_of_option,
    code_of,
    common_options,
    json_option,
    open_store,
    print_json,
    run_as_of,
    settings_from_flags,
    unknown_code,
)
from flows.cli.terminal import table_lines
from reports import formatting
from transforms.schemas.vocabularies import FIELDS

if TYPE_CHECKING:
    from flows.store.ledger import Run
    from flows.store.store import Store

_CAVEAT = "没有申报利益冲突的，不等于没有利益冲突。"


@click.command()
@click.argument("query", metavar="[ID]", required=False)
@click.option("--field", required=True, metavar="FIELD", help=f"The field of the inspection: {', '.join(FIELDS)}.")
@as_of_option
@json_option
@common_options
def inspectors(query: str | None, field: str, as_of: date | None, is_json: bool, **flags: object) -> None:
    """Inspectors qualified for a field on a day, and those left out, each with the reason: no qualification in the
    field, its term, or a conflict of interest declared with the enterprise.

    ID as for explain; without it no conflict counts. FIELD is a code or its Chinese term.

    \b
    Examples:
      yaoxin inspectors --field drug
      yaoxin inspectors 91420100MA4KL00X1A --field 药品
      yaoxin inspectors 某某药房 --field device --json | jq '.inspectors[] | select(.is_eligible)'
    """
    code = code_of(field, FIELDS)
    if code is None:
        raise UserError(f"--field {unknown_code('field', field, FIELDS)}")
    store = open_store(settings_from_flags(**flags))
    run = run_as_of(store, as_of)
    enterprise = single_enterprise(query, find_enterprises(store, run, query)) if query else {}
    day = as_of or run.as_of
    rows = find_inspectors(store, run, code, day, enterprise.get("enterprise_id"))
    if is_json:
        print_json(_document(rows, code, day, enterprise))
    else:
        click.echo("\n".join(_text(rows, code, day, enterprise)))


def find_inspectors(store: Store, run: Run, field: str, day: date, enterprise_id: str | None = None) -> pl.DataFrame:
    """INSPECTOR_CHOICE on `day` by the records of `run`, for a field and an enterprise."""
    from flows.store.store import current_records
    from transforms.inspectors import inspector_choice

    people, conflicts = (current_records(store, kind, run) for kind in ("inspector", "inspector_conflict"))
    return inspector_choice(people, conflicts, field, day, enterprise_id).collect()


def _document(rows: pl.DataFrame, field: str, day: date, enterprise: dict[str, Any]) -> dict[str, Any]:
    return {
        "as_of": day,
        "field": field,
        "enterprise_id": enterprise.get("enterprise_id"),
        "eligible_count": rows["is_eligible"].sum(),
        "inspectors": rows.to_dicts(),
    }


def _text(rows: pl.DataFrame, field: str, day: date, enterprise: dict[str, Any]) -> list[str]:
    from reports.grid import grid_fields, grid_from_frame
    from transforms.inspectors import INSPECTOR_CHOICE

    of_whom = f"，检查对象 {formatting.clean(enterprise['name'])}" if enterprise else ""
    lines = [f"{FIELDS[field]}领域的检查员：{day}{of_whom}"]
    for title, is_eligible in (("可派", True), ("不可派", False)):
        part = rows.filter(pl.col("is_eligible") == is_eligible)
        names = [name for name in INSPECTOR_CHOICE.schema if name not in ("is_eligible", *(["reason"] * is_eligible))]
        grid = grid_from_frame("inspectors", title, part, grid_fields(INSPECTOR_CHOICE, *names), "无")
        lines += ["", f"{title}（{len(grid)} 人）", *table_lines(grid)]
    return [*lines, "", _CAVEAT] if enterprise else lines
