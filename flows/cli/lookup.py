"""`yaoxin lookup`: the short answer for an approval desk (信用必查)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click
import polars as pl

from flows.cli.find_enterprise import (
    EnterpriseMatches,
    current_rating,
    enterprise_outlook,
    find_enterprises,
    identifier_entry,
    identity_fields,
    licences_of,
    no_match_lines,
    outlook_document,
    ratings_of,
    scheme_facts_of,
    trade_ratings_of,
)
from flows.cli.options import common_options, json_option, open_store, print_json, run_as_of, settings_from_flags
from flows.cli.terminal import pair_lines
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store, current_records, has_legal_state, stored_legal_state
from reports import formatting
from reports.incentives import granted_text, incentives_of
from reports.scheme_facts import ILLUSTRATIVE, SchemeFacts
from transforms.schemas import KINDS, TABLES
from transforms.schemas.law import FINDINGS, LAW_DETAILS, LICENCE_STATES
from transforms.schemas.vocabularies import EXTERNAL_LISTS, LICENCE_TYPES, POSITIONS

_RATING_FIELDS = ("valid_from_on", "decided_by", "locked_until_on", "next_change_on", "next_change_why")
_RATINGS, _STATES = TABLES["ratings"], KINDS["enterprise"].column("state").codes


@click.command()
@click.argument("query", metavar="ID|NAME")
@json_option
@common_options
def lookup(query: str, is_json: bool, **flags: object) -> None:
    """Tier, serious-violation list, lists of others, lock and next change of an enterprise, in a few lines (信用必查).

    ID as for explain. Several enterprises of one name are all listed. None is an answer too: exit code 0, with the
    nearest names.

    \b
    Examples:
      yaoxin lookup 91420100MA4KL00X1A
      yaoxin lookup 武汉某某药房有限公司
      yaoxin lookup 某某药房 --json | jq '.found'
    """
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, None)
    found = find_enterprises(store, run, query)
    answer = lookup_document(settings, store, run, found)
    if is_json:
        print_json({"query": query, **answer})
    else:
        click.echo("\n".join(lookup_text(query, answer) if answer["found"] else no_match_lines(query, found)))


def lookup_document(settings: Settings, store: Store, run: Run, found: EnterpriseMatches) -> dict[str, Any]:
    """found: whether anyone is meant. enterprises: one short answer each.

    nearest: names, where no one is meant; then also nearest_codes and code_fault, as in `EnterpriseMatches`.
    """
    if found.rows.is_empty():
        codes = [{"uscc": code, "name": name} for code, name in found.nearest_codes]
        nearest = {"nearest": list(found.nearest), "nearest_codes": codes, "code_fault": found.code_fault}
        return {"as_of": run.as_of, "found": False, "enterprises": [], **nearest}
    scheme = scheme_facts_of(settings, store, run)
    answers = []
    for enterprise in found.rows.iter_rows(named=True):
        key = enterprise["enterprise_id"]
        rating, outlook = current_rating(ratings_of(store, run, key)), enterprise_outlook(store, run, key)
        legal = law_tables_of(settings, store, run, key)
        answers.append(
            {
                **identity_fields(enterprise),
                "tier": rating["tier"] if rating else None,
                "tier_title": dict(scheme.tiers).get(rating["tier"], "") if rating else None,
                "trades": trade_answers(trade_ratings_of(store, run, rating), scheme),
                "scheme": scheme.name,
                "is_illustrative": scheme.is_illustrative,
                **{name: rating[name] if rating else None for name in _RATING_FIELDS},
                "unknown_amount_count": _count_unknown_amounts(store, run, rating) if rating else None,
                "outlook": outlook_document(outlook) if rating else None,
                "outlook_text": outlook.text(scheme) if rating else None,
                "serious_list": (listing := current_listing(legal["law_listings"])),
                "incentives": asdict(
                    incentives_of(scheme.incentives, rating, run.as_of, is_listed=listing is not None)
                ),
                "licences": licences_of(store, run, key).to_dicts(),
                "findings": legal["law_findings"].filter(pl.col("state") == "open").to_dicts(),
                "external_lists": current_external_entries(store, run, key),
            }
        )
    return {"as_of": run.as_of, "found": True, "enterprises": answers, "nearest": []}


def trade_answers(rows: pl.DataFrame, scheme: SchemeFacts) -> list[dict[str, Any]]:
    """One short answer for each trade (rows of `trade_ratings`): its tier or why it has none, as values and as text."""
    if rows.is_empty():
        return []
    from reports.trade_tables import trade_name, trade_text

    shown = ("field", "role", "tier", "whole_tier", "scheme", "is_decisive", "locked_until_on", "unrated")
    return [
        {**{name: row[name] for name in shown}, "name": trade_name(row), "text": trade_text(row, scheme)}
        for row in rows.iter_rows(named=True)
    ]


def _count_unknown_amounts(store: Store, run: Run, rating: Mapping[str, Any]) -> int:
    """How many records the rating leaves out because their amount is not known."""
    trace = store.scan("trace", run, rating["enterprise_id"])
    rows = trace.filter(valid_from_on=rating["valid_from_on"], reason="unknown_amount")
    return int(rows.select(pl.len()).collect().item())


def law_tables_of(settings: Settings, store: Store, run: Run, enterprise_id: str) -> dict[str, pl.DataFrame]:
    """law_listings and law_findings of an enterprise, as the run left them; else derived from the records."""
    names = ("law_listings", "law_findings")
    if has_legal_state(run):
        stored = stored_legal_state(store, run, enterprise_id, names)
        return stored or {name: LAW_DETAILS[name].empty() for name in names}
    from flows.legal_state import law_state_of_run

    state = law_state_of_run(settings, store, run, enterprise_id=enterprise_id)
    return dict(zip(names, (state.decision_log.listings, state.findings), strict=True))


def current_listing(listings: pl.DataFrame) -> dict[str, Any] | None:
    """listed_on, decision_no, reason, listed_by, ends_on of the oldest entry of the serious-violation list, or None."""
    entries = listings.filter(pl.col("state") == "standing")
    shown = entries.select("listed_on", "decision_no", "reason", "listed_by", ends_on="last_day_on")
    return shown.row(0, named=True) if shown.height else None


def current_external_entries(store: Store, run: Run, enterprise_id: str) -> list[dict[str, Any]]:
    """list_type, authority, listed_on, entry_no, reason of the entries on others' lists that stand on the run's day.

    None is no proof that the enterprise is on no list: see policy/law/external_lists.yaml.
    """
    day = run.as_of
    is_on = (pl.col("listed_on") <= day) & (pl.col("left_on") > day).fill_null(True)
    entries = current_records(store, "external_listing", run, enterprise_id).filter(is_on)
    ordered = entries.sort("listed_on", "list_type", "entry_no", "record_id")
    return ordered.select("list_type", "authority", "listed_on", "entry_no", "reason").collect().to_dicts()


def lookup_text(query: str, answer: Mapping[str, Any]) -> list[str]:
    """Lines in Chinese for every enterprise that is meant."""
    enterprises = answer["enterprises"]
    lines = [f"“{formatting.clean(query)}”对应 {len(enterprises)} 户企业："] if len(enterprises) > 1 else []
    for one in enterprises:
        lines += [formatting.clean(one["name"]), *pair_lines(_entries(one, answer["as_of"]))]
    if any(one["is_illustrative"] for one in enterprises):
        lines.append(ILLUSTRATIVE)
    return lines


def _entries(one: Mapping[str, Any], as_of: object) -> list[tuple[str, str]]:
    listing = one["serious_list"]
    listed = f"已列入（{listing['listed_on']}，{formatting.clean(listing['decision_no'])}）" if listing else "未列入"
    entries = [identifier_entry(one), ("登记状态", _STATES.get(one["state"] or "", one["state"] or ""))]
    checked = [*map(_licence_entry, one["licences"]), *map(_finding_entry, one["findings"])]
    if one["tier"] is None:
        unrated = [("信用等级", "尚未评价"), ("严重违法失信名单", listed)]
        return [*entries, *unrated, *_external_entries(one), *checked]
    unstated = "决定没有写明终止日期" if one["decided_by"] == "decision" else ""
    return [
        *entries,
        ("信用等级", f"{one['tier']} {one['tier_title']}（自 {one['valid_from_on']} 起）"),
        *((trade["name"], trade["text"]) for trade in one["trades"]),
        ("严重违法失信名单", listed),
        *_external_entries(one),
        ("判定依据", _RATINGS.column("decided_by").codes.get(one["decided_by"], one["decided_by"])),
        ("金额不明", f"{count} 项，未计分" if (count := one["unknown_amount_count"]) else ""),
        ("锁定至", str(one["locked_until_on"] or unstated)),
        ("今后等级", one["outlook_text"]),
        *(("激励措施", granted_text(incentive)) for incentive in one["incentives"]["granted"]),
        ("评价日", str(as_of)),
        *checked,
    ]


def _licence_entry(licence: Mapping[str, Any]) -> tuple[str, str]:
    until = f"至 {licence['valid_until_on']}" if licence["valid_until_on"] else "没有有效期"
    others = "、".join(map(formatting.clean, licence["other_authorities"] or ()))
    parts = [
        formatting.clean(licence["licence_no"]),
        LICENCE_STATES[licence["state"]],
        f"{licence['issued_on']} 发证，{until}",
        formatting.clean(licence["authority"]) + (f"（另见于：{others}）" if others else ""),
        "" if licence["has_lookup"] else "没有登记批准前的信用查询",
    ]
    return LICENCE_TYPES[licence["licence_type"]], "，".join(part for part in parts if part)


def _finding_entry(finding: Mapping[str, Any]) -> tuple[str, str]:
    person = " ".join(filter(None, (POSITIONS.get(finding["post"] or ""), finding["person_masked"])))
    about = "，".join(filter(None, (FINDINGS[finding["finding"]], person, finding["record_no"])))
    basis = f"{formatting.clean(finding['bar_no'])}，自 {finding['since_on']} 起；{finding['basis']}"
    return "须核查", f"{about}（{basis}）"


def _external_entries(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A line for each list of others that the enterprise is on, with who listed it and when."""
    entries = one["external_lists"]
    if not entries:
        return [("外部名单", "本库没有在列的记录（不等于不在名单）")]
    texts = (f"{EXTERNAL_LISTS[row['list_type']]}（{row['authority']}，{row['listed_on']}列入）" for row in entries)
    return [("外部名单", formatting.clean("；".join(texts)))]
