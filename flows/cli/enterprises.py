"""Find an enterprise by any identifier: code, name, licence number or document number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.cli.errors import UserError
from flows.store.ledger import Run
from flows.store.store import Store
from reports import formatting

_NEAREST = 5
_LIKENESS = 55  # below, of a hundred, two Chinese company names share little but their endings


@dataclass(frozen=True)
class EnterpriseMatches:
    """rows: current versions in the register that are meant, by enterprise_id. nearest: names, where there is none.

    is_by_document: what fitted is the number of a document that a record of theirs bears.
    """

    rows: pl.DataFrame
    nearest: tuple[str, ...] = ()
    is_by_document: bool = False


def find_enterprises(store: Store, run: Run, who: str) -> EnterpriseMatches:
    """The enterprises that `who` means on the night `run`.

    The first of these that fits any: enterprise_id or USCC; registered name; former name; licence or registration
    number; number of a document that a record of theirs bears. Names and numbers are compared as the intake compares
    them, so that every spelling of a number finds the same.
    """
    # A code as it stands comes first: how numbers are compared takes long to load.
    by_id = _by_code(store, run, who.strip().upper())
    if by_id.height:
        return EnterpriseMatches(by_id)
    text = _plain(who)
    by_id = _by_code(store, run, _number_key(text))
    if by_id.height:
        return EnterpriseMatches(by_id)
    register = _current(store.scan("enterprise", run), run)
    ranked = register.with_columns(_rank(text).alias("rank")).filter(pl.col("rank").is_not_null()).collect()
    if ranked.is_empty():
        bearers = _bearers(store, run, text)
        if bearers.is_empty():
            return EnterpriseMatches(ranked.drop("rank"), _nearest(register, text))
        named = register.filter(pl.col("enterprise_id").is_in(bearers.implode()))
        return EnterpriseMatches(named.sort("enterprise_id").collect(), is_by_document=True)
    best = ranked.filter(pl.col("rank") == pl.col("rank").min())
    return EnterpriseMatches(best.drop("rank").sort("enterprise_id"))


def single_enterprise(who: str, found: EnterpriseMatches) -> dict[str, Any]:
    """The row of the one enterprise that is meant. Raises Mistake, in Chinese, for none or several."""
    if found.rows.height == 1:
        return found.rows.row(0, named=True)
    if found.rows.height:
        names = [
            f"  {row['enterprise_id']}  {formatting.clean(row['name'])}" for row in found.rows.iter_rows(named=True)
        ]
        raise UserError("\n".join([f"“{formatting.clean(who)}”对应多户企业，请用统一社会信用代码指明：", *names]))
    nearest = ["名称相近的企业：", *(f"  {formatting.clean(name)}" for name in found.nearest)] if found.nearest else []
    raise UserError(
        "\n".join([f"没有查到“{formatting.clean(who)}”：请核对统一社会信用代码或者企业名称全称。", *nearest])
    )


def _current(frame: pl.LazyFrame, run: Run) -> pl.LazyFrame:
    from transforms.history import current_versions

    return current_versions(frame, run.known_at)


def _bearers(store: Store, run: Run, text: str) -> pl.Series:
    """enterprise_id of those whose records bear the document number `text`, as the night knew them."""
    from transforms.history import current_versions
    from transforms.records.text import document_key
    from transforms.schemas import KINDS

    key = str(pl.select(document_key(pl.lit(text))).item())
    found = [pl.Series("enterprise_id", dtype=pl.String())]
    for kind in KINDS.values():
        if kind.name == "enterprise" or not any(sign.isdigit() for sign in key):
            continue  # a number has digits, and most names have none
        rows = store.scan(kind.name, run)
        is_asked = document_key(pl.col(kind.number)) == key
        ids = rows.filter(is_asked).select(pl.col("record_id").unique()).collect()["record_id"]
        if not ids.is_empty():
            known = current_versions(rows.filter(pl.col("record_id").is_in(ids.implode())), run.known_at)
            found.append(known.filter(is_asked).select("enterprise_id").drop_nulls().collect()["enterprise_id"])
    return pl.concat(found).unique().sort()


def _by_code(store: Store, run: Run, code: str) -> pl.DataFrame:
    return _current(store.scan("enterprise", run, enterprise_id=code), run).collect()


def _plain(who: str) -> str:
    from transforms.records.text import halfwidth

    return str(pl.select(halfwidth(pl.lit(who))).item())


def _rank(text: str) -> pl.Expr:
    from transforms.records.identity import licence_key
    from transforms.records.text import normalise_name

    name = _name_key(text)
    former = pl.col("former_names").list.eval(normalise_name(pl.element()))
    number = _number_key(text)
    licences = pl.col("licence_nos").list.eval(licence_key(pl.element()))
    tests = (
        (pl.col("enterprise_id").str.to_uppercase() == number) | (pl.col("uscc") == number.replace("-", "")),
        pl.col("name_key") == name,
        former.list.contains(pl.lit(name)),
        licences.list.contains(pl.lit(number)) | (licence_key(pl.col("registration_no")) == number),
    )
    return pl.coalesce(pl.when(test).then(pl.lit(rank)) for rank, test in enumerate(tests))


def _number_key(text: str) -> str:
    from transforms.records.identity import licence_key

    return str(pl.select(licence_key(pl.lit(text))).item())


def _name_key(text: str) -> str:
    from transforms.records.text import normalise_name

    return str(pl.select(normalise_name(pl.lit(text))).item())


def _nearest(register: pl.LazyFrame, text: str) -> tuple[str, ...]:
    """Names that hold `text`, then names like it."""
    from rapidfuzz import fuzz, process

    names = register.select("name", "name_key").unique().sort("name_key").collect()
    key = _name_key(text)
    holding = names.filter(pl.col("name_key").str.contains(key, literal=True)).head(_NEAREST)["name"].to_list()
    keys = dict(zip(names["name"], names["name_key"], strict=True))
    alike = process.extract(key, keys, scorer=fuzz.ratio, limit=_NEAREST, score_cutoff=_LIKENESS)
    return tuple(dict.fromkeys([*holding, *(name for _, _, name in alike)]))[:_NEAREST]
