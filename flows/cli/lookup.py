"""`yaoxin lookup`: the short answer for an approval desk (信用必查)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import polars as pl

from flows.cli.enterprises import EnterpriseMatches
from flows.cli.options import common_options, json_option, open_store, print_json, settings_from_flags
from flows.cli.ratings import (
    current_rating,
    enterprise_outlook,
    identity_fields,
    outlook_document,
    ratings_of,
    scheme_facts_of,
)
from flows.cli.terminal import pair_lines
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.queries import has_legal_state, stored_legal_state
from flows.store.store import Store
from reports import formatting
from reports.scheme_facts import ILLUSTRATIVE
from transforms.schemas import KINDS, TABLES
from transforms.schemas.law import LISTING


@click.command(short_help="The short answer for an approval desk.")
@click.argument("who", metavar="ID|NAME")
@json_option
@common_options
def lookup(who: str, is_json: bool, **flags: object) -> None:
    """Tier, serious-violation list, lock and next change of an enterprise, in a few lines (信用必查).

    Several enterprises of one name are all listed. None is an answer too: exit code 0, with the nearest names.

    \b
    Examples:
      yaoxin lookup 91420100MA4KL00X1A
      yaoxin lookup 武汉某某药房有限公司
      yaoxin lookup 某某药房 --json | jq '.found'
    """
    pass
    from flows.cli.enterprises import find_enterprises
    from flows.cli.options import run_as_of

    pass

    settings = settings_from_flags(**flags)
    opened = open_store(settings)
    night = run_as_of(opened, None)
    answer = lookup_document(settings, opened, night, find_enterprises(opened, night, who))
    if is_json:
        print_json({"query": who, **answer})
    else:
        click.echo("\n".join(lookup_text(who, answer)))


_SHORT = ("valid_from_on", "decided_by", "locked_until_on", "next_change_on", "next_change_why")


def lookup_document(settings: Settings, store: Store, run: Run, found: EnterpriseMatches) -> dict[str, Any]:
    """found: whether anyone is meant. enterprises: one short answer each. nearest: names, where no one is meant."""
    rows = found.rows.iter_rows(named=True)
    answers = [_short(settings, store, run, row) for row in rows]
    return {
        "as_of": run.as_of,
        "found": bool(answers),
        "enterprises": answers,
        "nearest": list(found.nearest),
    }


def _unknown_amounts(store: Store, run: Run, rating: Mapping[str, Any]) -> int:
    """How many records the rating leaves out because nobody knows their amount."""
    trace = store.scan("trace", run, rating["enterprise_id"])
    rows = trace.filter(valid_from_on=rating["valid_from_on"], reason="unknown_amount")
    return int(rows.select(pl.len()).collect().item())


def _short(settings: Settings, store: Store, run: Run, enterprise: Mapping[str, Any]) -> dict[str, Any]:
    key = enterprise["enterprise_id"]
    rating, scheme = current_rating(ratings_of(store, run, key)), scheme_facts_of(settings, store, run)
    outlook = enterprise_outlook(store, run, key)
    return {
        **identity_fields(enterprise),
        "tier": rating["tier"] if rating else None,
        "tier_title": dict(scheme.tiers).get(rating["tier"], "") if rating else None,
        "scheme": scheme.name,
        "is_illustrative": scheme.is_illustrative,
        **{name: rating[name] if rating else None for name in _SHORT},
        "unknown_amount_count": _unknown_amounts(store, run, rating) if rating else None,
        "outlook": outlook_document(outlook) if rating else None,
        "outlook_text": outlook.text(scheme) if rating else None,
        "serious_list": current_listing(settings, store, run, key),
    }


_KEPT = "law_listings"

_SHOWN = ("listed_on", "decision_no", "reason", "listed_by")


def current_listing(settings: Settings, store: Store, run: Run, enterprise_id: str) -> dict[str, Any] | None:
    """listed_on, decision_no, reason, listed_by, ends_on of the oldest entry that stands on the night, or None."""
    entries = _listings(settings, store, run, enterprise_id).filter(pl.col("state") == "standing")
    entry = entries.select(*_SHOWN, ends_on="last_day_on").head(1).to_dicts()
    return entry[0] if entry else None


def _listings(settings: Settings, store: Store, run: Run, enterprise_id: str) -> pl.DataFrame:
    if has_legal_state(run):
        found = stored_legal_state(store, run, enterprise_id, [_KEPT])
        return found[_KEPT] if found else LISTING.empty()
    from flows.law import law_state_of_run

    return law_state_of_run(settings, store, run, enterprise_id=enterprise_id).decision_log.listings


_RATINGS, _STATES = TABLES["ratings"], KINDS["enterprise"].column("state").codes


def lookup_text(who: str, answer: Mapping[str, Any]) -> list[str]:
    """Lines for every enterprise that is meant, or the nearest names."""
    if not answer["found"]:
        return _nobody(who, answer["nearest"])
    lines = (
        [f"“{formatting.clean(who)}”对应 {len(answer['enterprises'])} 户企业："]
        if len(answer["enterprises"]) > 1
        else []
    )
    for one in answer["enterprises"]:
        lines += [formatting.clean(one["name"]), *pair_lines(_facts(one, answer))]
    if any(one["is_illustrative"] for one in answer["enterprises"]):
        lines.append(ILLUSTRATIVE)
    return lines


def _nobody(who: str, nearest: list[str]) -> list[str]:
    lines = [f"没有查到“{formatting.clean(who)}”：请核对统一社会信用代码或者企业名称全称。"]
    return [*lines, "名称相近的企业：", *(f"  {formatting.clean(name)}" for name in nearest)] if nearest else lines


def _facts(one: Mapping[str, Any], answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = [
        ("统一社会信用代码", one["uscc"] or one["enterprise_id"]),
        ("登记状态", _STATES.get(one["state"] or "", one["state"] or "")),
    ]
    if one["tier"] is None:
        return [*facts, ("信用等级", "尚未评价"), ("严重违法失信名单", _listed(one["serious_list"]))]
    return [
        *facts,
        ("信用等级", f"{one['tier']} {one['tier_title']}（自 {one['valid_from_on']} 起）"),
        ("严重违法失信名单", _listed(one["serious_list"])),
        ("判定依据", _RATINGS.column("decided_by").codes.get(one["decided_by"], one["decided_by"])),
        ("金额不明", f"{count} 项，未计分" if (count := one["unknown_amount_count"]) else ""),
        ("锁定至", str(one["locked_until_on"] or ("决定没有写明终止日期" if one["decided_by"] == "decision" else ""))),
        ("今后等级", one["outlook_text"]),
        ("评价日", str(answer["as_of"])),
    ]


def _listed(listing: Mapping[str, Any] | None) -> str:
    if listing is None:
        return "未列入"
    return f"已列入（{listing['listed_on']}，{formatting.clean(listing['decision_no'])}）"
