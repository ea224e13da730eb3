"""The register of enterprises as identity asks it: by code, by number, by name."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from transforms.policy.source import Nearest
from transforms.records.text import normalise_name, squeezed

NEEDED = ("enterprise_id", "uscc", "name", "name_key", "former_names", "licence_nos", "registration_no")


@dataclass(frozen=True)
class Register:
    """Look-ups of the register, every version of every entry in it: what an enterprise was once called still finds it.

    codes: code, enterprise_id. numbers and names: key, enterprise_id (null where several share the key), ids.
    borne: enterprise_id, key of each name it bears or bore. titles: enterprise_id, name.
    """

    codes: pl.DataFrame
    numbers: pl.DataFrame
    names: pl.DataFrame
    borne: pl.DataFrame
    titles: pl.DataFrame

    @classmethod
    def of(cls, versions: pl.DataFrame) -> Register:
        """From rows of the enterprise table (NEEDED), the present version of each entry last."""
        ids = pl.col("enterprise_id")
        own = versions.select(code=ids, enterprise_id=ids)
        codes = pl.concat([own, versions.select(code="uscc", enterprise_id=ids)])
        former = versions.select("enterprise_id", key="former_names").explode("key", empty_as_null=True)
        borne = pl.concat(
            [versions.select("enterprise_id", key="name_key"), former.with_columns(normalise_name(pl.col("key")))]
        )
        licences = versions.select("enterprise_id", key="licence_nos").explode("key", empty_as_null=True)
        numbers = pl.concat([licences, versions.select("enterprise_id", key="registration_no")])
        borne = borne.drop_nulls().unique().sort("enterprise_id", "key")
        return cls(
            codes.drop_nulls().unique().sort("code"),
            _by_key(numbers.with_columns(number_key(pl.col("key")))),
            _by_key(borne),
            borne,
            versions.select("enterprise_id", "name").unique("enterprise_id", keep="last", maintain_order=True),
        )

    def shown(self, ids: list[str]) -> list[str]:
        """Enterprises as a suggestion shows them: name and identifier."""
        names = dict(self.titles.filter(pl.col("enterprise_id").is_in(ids)).iter_rows())
        return [f"{names[one]}（{one}）" for one in ids]

    def nearest(self, keys: list[str], terms: Nearest) -> dict[str, list[str]]:
        """For each name key the most alike enterprises of the register, for a person to choose from."""
        if len(keys) > terms.most_names:
            return {}
        choices = self.names["key"].to_list()
        ids = self.names["ids"].to_list()
        return {key: self.shown(_nearest(key, choices, ids, terms)) for key in keys}


def number_key(number: pl.Expr) -> pl.Expr:
    """A licence or registration number for comparison."""
    return squeezed(number).str.to_uppercase()


def _by_key(pairs: pl.DataFrame) -> pl.DataFrame:
    ids = pl.col("enterprise_id").unique().sort().alias("ids")
    whole = pairs.drop_nulls().group_by("key").agg(ids).sort("key")
    only = pl.when(pl.col("ids").list.len() == 1).then(pl.col("ids").list.first())
    return whole.with_columns(only.alias("enterprise_id"))


def _nearest(key: str, choices: list[str], ids: list[list[str]], terms: Nearest) -> list[str]:
    found = process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=terms.least_alike, limit=terms.count)
    ranked = sorted(found, key=lambda one: (-one[1], one[0]))
    return [one for _, _, place in ranked for one in ids[place]][: terms.count]
