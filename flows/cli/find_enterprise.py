"""Find an enterprise by any identifier (code, name, licence number or document number), its ratings and its outlook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.cli.errors import UserError
from flows.run.context import read_scheme_facts
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store, current_records, has_outlook, outlook_of
from reports import formatting
from reports.scheme_facts import Outlook, SchemeFacts
from transforms.schemas.run_tables import TRADE_RATINGS

_NEAREST_COUNT = 5
_CODE_LENGTH = 18
_LOOKED_FOR = (
    "可查企业名称（含曾用名）、统一社会信用代码或者其他企业标识、许可证号、注册号和文书文号（决定书、检查、抽样等）。"
)
_LEAST_LIKENESS = 55  # below, of a hundred, two Chinese company names share little but their endings


@dataclass(frozen=True)
class EnterpriseMatches:
    """rows: current rows of the enterprise register that are meant, by enterprise_id.

    Where none is: nearest: names like the one asked for; nearest_codes: credit codes that one slip makes the one asked
    for, each with the name; code_fault: what is wrong with that as a code, in Chinese, where one seems to be meant.
    is_by_document: whether they were found by the number of a document that a record of theirs bears.
    """

    rows: pl.DataFrame
    nearest: tuple[str, ...] = ()
    nearest_codes: tuple[tuple[str, str], ...] = ()
    code_fault: str = ""
    is_by_document: bool = False


def find_enterprises(store: Store, run: Run, query: str) -> EnterpriseMatches:
    """The enterprises that `query` means, as `run` knew them.

    The first of these that fits any: enterprise_id, or USCC; registered name; former name; licence or registration
    number; an enterprise_id without its scheme (3002 of fei:3002); number of a document that a record of theirs bears.
    Names and numbers are compared as on ingestion, so that every spelling of a number finds the same.
    """
    from transforms.current_versions import current_versions

    def by_id(code: str) -> pl.DataFrame:
        return current_versions(store.scan("enterprise", run, enterprise_id=code), run.known_at).collect()

    # An identifier as it is stored comes first: the modules that compare numbers take long to import.
    typed = query.strip()
    rows = by_id(typed if ":" in typed else typed.upper())
    if rows.height:
        return EnterpriseMatches(rows)

    from transforms.records.identity import licence_key
    from transforms.records.text import document_key, halfwidth, normalise_name
    from transforms.records.uscc import FAULT_REASONS, fault_of

    text = halfwidth(pl.lit(query))
    name, number, document = pl.select(
        name=normalise_name(text), number=licence_key(text), document=document_key(text)
    ).row(0)
    rows = by_id(number)
    if rows.height:
        return EnterpriseMatches(rows)

    register = current_versions(store.scan("enterprise", run), run.known_at)
    enterprise_id = pl.col("enterprise_id").str.to_uppercase()
    tests = (
        (enterprise_id == number) | (pl.col("uscc") == number.replace("-", "")),
        pl.col("name_key") == name,
        pl.col("former_names").list.eval(normalise_name(pl.element())).list.contains(pl.lit(name)),
        pl.col("licence_nos").list.eval(licence_key(pl.element())).list.contains(pl.lit(number))
        | (licence_key(pl.col("registration_no")) == number),
        enterprise_id.str.ends_with(f":{number}"),
    )
    rank = pl.coalesce(pl.when(test).then(pl.lit(rank)) for rank, test in enumerate(tests))
    ranked = register.with_columns(rank.alias("rank")).filter(pl.col("rank").is_not_null()).collect()
    if ranked.height:
        best = ranked.filter(pl.col("rank") == pl.col("rank").min())
        return EnterpriseMatches(best.drop("rank").sort("enterprise_id"))

    bearers = _bearers_of_document(store, run, document)
    if bearers.is_empty():
        code = number.replace("-", "")
        codes = _nearest_codes(register, code)
        is_code = bool(codes) or (len(code) == _CODE_LENGTH and code.isascii() and code.isalnum())
        fault = FAULT_REASONS.get(fault_of(code), "") if is_code else ""
        return EnterpriseMatches(ranked.drop("rank"), _nearest_names(register, name), codes, fault)
    named = register.filter(pl.col("enterprise_id").is_in(bearers.implode()))
    return EnterpriseMatches(named.sort("enterprise_id").collect(), is_by_document=True)


def single_enterprise(query: str, found: EnterpriseMatches) -> dict[str, Any]:
    """The row of the one enterprise that is meant. Raises UserError, in Chinese, for none or several."""
    if found.rows.height == 1:
        return found.rows.row(0, named=True)
    if found.rows.is_empty():
        raise UserError("\n".join(no_match_lines(query, found)))
    rows = found.rows.select("enterprise_id", "name").iter_rows()
    lines = [f"“{formatting.clean(query)}”对应多户企业，请用以下标识之一指明："]
    raise UserError("\n".join([*lines, *(f"  {key}  {formatting.clean(name)}" for key, name in rows)]))


def no_match_lines(query: str, found: EnterpriseMatches) -> list[str]:
    """What is said, in Chinese, of a query that means nobody."""
    fault = f"{found.code_fault}。" if found.code_fault else ""
    lines = [f"没有查到“{formatting.clean(query)}”：{fault}请核对。{_LOOKED_FOR}"]
    if found.nearest_codes:
        lines += ["是否为：", *(f"  {code}  {formatting.clean(name)}" for code, name in found.nearest_codes)]
    if found.nearest:
        lines += ["名称相近的企业：", *(f"  {formatting.clean(name)}" for name in found.nearest)]
    return lines


def identifier_entry(enterprise: Mapping[str, Any]) -> tuple[str, str]:
    """The identifier of an enterprise with what it is called: not every enterprise has a unified social credit code."""
    if enterprise["uscc"]:
        return "统一社会信用代码", enterprise["uscc"]
    return "企业标识", enterprise["enterprise_id"]


def _bearers_of_document(store: Store, run: Run, number: str) -> pl.Series:
    """enterprise_id of those of whom a current record of `run` bears the document number (a `document_key`)."""
    from transforms.current_versions import current_versions
    from transforms.records.text import document_key
    from transforms.schemas import KINDS

    found = [pl.Series("enterprise_id", dtype=pl.String())]
    if not any(sign.isdigit() for sign in number):
        return found[0]  # a number has digits, and most names have none
    for kind in KINDS.values():
        if kind.name == "enterprise" or not kind.names_party:
            continue
        rows = store.scan(kind.name, run)
        bears_it = document_key(pl.col(kind.number)) == number
        ids = rows.filter(bears_it).select(pl.col("record_id").unique()).collect()["record_id"]
        if not ids.is_empty():
            current = current_versions(rows.filter(pl.col("record_id").is_in(ids.implode())), run.known_at)
            found.append(current.filter(bears_it).select("enterprise_id").drop_nulls().collect()["enterprise_id"])
    return pl.concat(found).unique().sort()


def _nearest_codes(register: pl.LazyFrame, code: str) -> tuple[tuple[str, str], ...]:
    """Codes of the register that differ from `code` by one character, or by two neighbours that changed places."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not _CODE_LENGTH - 1 <= len(code) <= _CODE_LENGTH + 1:
        return ()
    known = register.filter(pl.col("uscc").is_not_null()).select("uscc", "name").unique().sort("uscc").collect()
    names = dict(known.iter_rows())
    alike = process.extract(code, list(names), scorer=OSA.distance, limit=_NEAREST_COUNT, score_cutoff=1)
    return tuple((found, names[found]) for found, _, _ in alike)


def _nearest_names(register: pl.LazyFrame, name_key: str) -> tuple[str, ...]:
    """Names that contain the name asked for, then names like it."""
    from rapidfuzz import fuzz, process

    names = register.select("name", "name_key").unique().sort("name_key").collect()
    containing = names.filter(pl.col("name_key").str.contains(name_key, literal=True))["name"].head(_NEAREST_COUNT)
    keys = dict(zip(names["name"], names["name_key"], strict=True))
    alike = process.extract(name_key, keys, scorer=fuzz.ratio, limit=_NEAREST_COUNT, score_cutoff=_LEAST_LIKENESS)
    return tuple(dict.fromkeys([*containing, *(name for _, _, name in alike)]))[:_NEAREST_COUNT]


_CHANGE = (
    "changes_on",
    "tier_before",
    "tier_after",
    "index_before",
    "index_after",
    "score_after_centipoints",
    "cause",
)


def ratings_of(store: Store, run: Run, enterprise_id: str) -> pl.DataFrame:
    """Every rating the enterprise had when `run` had passed, oldest first: the last one is current."""
    return store.scan("ratings", run, enterprise_id).sort("valid_from_on").collect()


def current_rating(ratings: pl.DataFrame) -> dict[str, Any] | None:
    """The last row of `ratings`; None for an enterprise not rated yet."""
    return ratings.row(-1, named=True) if ratings.height else None


def trade_ratings_of(store: Store, run: Run, rating: Mapping[str, Any] | None) -> pl.DataFrame:
    """The rows of `trade_ratings` that belong to a rating; none where one scheme rates all."""
    if rating is None or TRADE_RATINGS.name not in run.versions:
        return TRADE_RATINGS.empty()
    from reports.trade_tables import in_trade_order

    rows = store.scan(TRADE_RATINGS.name, run, rating["enterprise_id"])
    return in_trade_order(rows.filter(valid_from_on=rating["valid_from_on"]))


def enterprise_outlook(store: Store, run: Run, enterprise_id: str) -> Outlook:
    """The next change of the enterprise's tier that the run foresaw."""
    if not has_outlook(run):
        return Outlook(run.as_of, is_known=False)
    rows = outlook_of(store, run, enterprise_id).collect()
    return Outlook(run.as_of, rows.row(0, named=True) if rows.height else None)


def licences_of(store: Store, run: Run, enterprise_id: str) -> pl.DataFrame:
    """LICENCE_ON_DAY of the enterprise on the day of the run."""
    records = current_records(store, "licence", run, enterprise_id).collect()
    if records.is_empty():
        from transforms.schemas.law import LICENCE_ON_DAY

        return LICENCE_ON_DAY.empty()
    from transforms.records.licences import licences_on

    return licences_on(records.lazy(), run.as_of).collect()


def outlook_document(outlook: Outlook) -> dict[str, Any] | None:
    """For --json: the last day that was looked at, and the change foreseen or null; null for a run without outlook."""
    if not outlook.is_known:
        return None
    change = {name: outlook.row[name] for name in _CHANGE} if outlook.row else None
    return {"until": outlook.until, "change": change}


def scheme_facts_of(settings: Settings, store: Store, run: Run) -> SchemeFacts:
    """As the run stored it in its folder; where that is on another machine, as the policy has it for the run's day."""
    stored = read_scheme_facts(store.run_folder(run.run_id))
    if stored is not None:
        return stored
    from flows.policy_folder import read_rating_policy, read_scheme, scheme_facts

    read = read_rating_policy if TRADE_RATINGS.name in run.versions else read_scheme
    return scheme_facts(read(settings.policy_dir, run.scheme or settings.scheme), run.as_of)


def identity_fields(enterprise: Mapping[str, Any]) -> dict[str, Any]:
    """What tells one enterprise from another."""
    return {name: enterprise[name] for name in ("enterprise_id", "name", "uscc", "state")}
