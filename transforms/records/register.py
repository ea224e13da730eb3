"""The register of enterprises as identity asks it: by code, by number, by name."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from transforms.history import age
from transforms.policy.source import Nearest
from transforms.records.text import document_key, normalise_name

_ORDER = ("version_by", "received_at", "version_no", "is_filling")
NEEDED = ("enterprise_id", "uscc", "name", "name_key", "former_names", "licence_nos", "registration_no", *_ORDER)


@dataclass(frozen=True)
class Register:
    """Look-ups of the register, every version of every entry in it: what an enterprise was once called still finds it.

    codes: code, enterprise_id. numbers and names (of each name it bears or bore): key, enterprise_id (null where
    several share the key), ids (null where only one has it). titles: enterprise_id, name, what orders its versions.
    """

    codes: pl.DataFrame
    numbers: pl.DataFrame
    names: pl.DataFrame
    titles: pl.DataFrame

    @classmethod
    def of(cls, versions: pl.DataFrame) -> Register:
        """From rows of the enterprise table (NEEDED): every version of every entry."""
        ids = pl.col("enterprise_id")
        own = versions.select(ids.unique()).select(code=ids, enterprise_id=ids)
        codes = versions.filter(pl.col("uscc") != ids).select(code="uscc", enterprise_id=ids).unique()
        licences = _listed(versions, "licence_nos")
        numbers = pl.concat([licences, versions.select("enterprise_id", key="registration_no")])
        former = _listed(versions, "former_names").with_columns(normalise_name(pl.col("key")))
        return cls(
            pl.concat([own, codes]),
            _by_key(numbers.with_columns(number_key(pl.col("key")))),
            _by_key(pl.concat([versions.select("enterprise_id", key="name_key"), former])),
            versions.select("enterprise_id", "name", *_ORDER),
        )

    def shown(self, ids: list[str]) -> list[str]:
        """Enterprises as a suggestion shows them: name and identifier."""
        versions = self.titles.filter(pl.col("enterprise_id").is_in(ids))
        versions = versions.sort(~pl.col("is_filling").fill_null(False), age(), "version_no")
        names = dict(versions.select("enterprise_id", "name").iter_rows())  # of one enterprise the last remains
        return [f"{names[one]}（{one}）" for one in ids]

    def nearest(self, keys: list[str], terms: Nearest) -> dict[str, list[str]]:
        """For each name key the most alike enterprises of the register, for a person to choose from."""
        if not keys or len(keys) > terms.most_names:
            return {}
        names = self.names.sort("key")
        choices = names["key"].to_list()
        ids = names.select(pl.coalesce("ids", pl.concat_list("enterprise_id"))).to_series().to_list()
        return {key: self.shown(_nearest(key, choices, ids, terms)) for key in keys}


def _listed(versions: pl.DataFrame, name: str) -> pl.DataFrame:
    """enterprise_id, key: one row for each text in the lists of the column `name`."""
    listed = versions.filter(pl.col(name).list.len() > 0)
    return listed.select("enterprise_id", key=name).explode("key")


def number_key(number: pl.Expr) -> pl.Expr:
    """A licence or registration number for comparison: as a document number, in capital letters."""
    return document_key(number).str.to_uppercase()


def _by_key(pairs: pl.DataFrame) -> pl.DataFrame:
    """Most keys are of one enterprise, and only the others are grouped."""
    known = pairs.drop_nulls().unique()
    is_shared = known["key"].is_duplicated()
    shared = known.filter(is_shared).group_by("key").agg(ids=pl.col("enterprise_id").sort())
    return pl.concat([known.filter(~is_shared).select("key", "enterprise_id"), shared], how="diagonal")


def _nearest(key: str, choices: list[str], ids: list[list[str]], terms: Nearest) -> list[str]:
    found = process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=terms.least_alike, limit=terms.count)
    ranked = sorted(found, key=lambda one: (-one[1], one[0]))
    return [one for _, _, place in ranked for one in ids[place]][: terms.count]
