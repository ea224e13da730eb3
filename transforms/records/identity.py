"""Which enterprise a record concerns: by code, by number, or by an exact name that only one enterprise has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from transforms.history import version_instant
from transforms.policy_model.source import IdentityFields, NameSuggestions
from transforms.records.mapping import MappedRows
from transforms.records.problems import Check, find_problems, merge_problems
from transforms.records.text import document_key, normalise_name

# What a change of the register alone can cure: why, and what is expected.
REGISTER_REASONS = {
    "unknown_code": ("代码不在企业登记中", "已登记企业的代码；新企业请先报送登记"),
    "ambiguous_name": ("登记中有多家同名企业，无法判定", "填写统一社会信用代码"),
    "unknown_name": ("名称不在企业登记中", "登记的全称，或统一社会信用代码"),
    "no_identity": ("没有代码也没有名称", "统一社会信用代码，或登记的全称"),
    "name_mismatch": ("名称与代码登记的企业不符", "登记的名称（含曾用名），或正确的代码"),
}

_NOTHING = pl.lit(None, dtype=pl.String())


def identify_register_rows(mapped: MappedRows, given: IdentityFields, headings: Mapping[str, str]) -> MappedRows:
    """Rows of a register: each with `enterprise_id`, its USCC or the source's own number."""
    frame = mapped.frame.with_columns(_code(mapped.frame, given).alias("enterprise_id"))
    heading = headings.get(given.uscc, headings.get(given.number or "", ""))
    missing = pl.col("enterprise_id").is_null()
    check = Check(heading, missing, "no_identity", "缺少统一社会信用代码", "填写18位统一社会信用代码", _NOTHING)
    return MappedRows(frame, merge_problems([mapped.problems, find_problems(frame, [check])]))


def identify(
    mapped: MappedRows,
    given: IdentityFields,
    register: EnterpriseRegister,
    nearest: NameSuggestions,
    headings: Mapping[str, str],
) -> MappedRows:
    """Records with `enterprise_id` from the register; null for natural persons. Rows that tie to none are problems."""
    found = _looked_up(mapped.frame, given, register)
    party = headings.get(given.name, "")
    code = headings.get(given.uscc if given.scheme is None else given.number or "", "")
    problems = find_problems(found, _checks(given, code, party))
    kept = found.with_columns(_chosen()).select(*mapped.frame.columns, "enterprise_id")
    problems = _suggested(problems, found, register, nearest)
    return MappedRows(kept, merge_problems([mapped.problems, problems]))


def _field(frame: pl.DataFrame, name: str | None) -> pl.Expr:
    return pl.col(name) if name is not None and name in frame.columns else _NOTHING


def _code(frame: pl.DataFrame, given: IdentityFields) -> pl.Expr:
    own = pl.format("{}:{}", pl.lit(given.scheme or ""), _field(frame, given.number))
    return pl.coalesce(_field(frame, given.uscc), own if given.number else _NOTHING)


def _looked_up(frame: pl.DataFrame, given: IdentityFields, register: EnterpriseRegister) -> pl.DataFrame:
    """The frame with what each look-up finds: by_code, by_number, by_name, ids_name; by_given by what is no name."""
    asked = frame.with_columns(
        _code=_code(frame, given),
        _licence=licence_key(_field(frame, given.licence_no)),
        _registration=licence_key(_field(frame, given.registration_no)),
        _name=normalise_name(_field(frame, given.name)),
        _is_person=_is_person(frame) | _names_nobody(frame, given),
    )
    codes = register.codes.rename({"enterprise_id": "by_code"})
    found = asked.join(codes, left_on="_code", right_on="code", how="left", maintain_order="left")
    found = _join_key(found, register.numbers, "_licence")
    found = _join_key(found, register.numbers, "_registration")
    found = _join_key(found, register.names, "_name")
    return found.with_columns(pl.coalesce("by_code", "by_licence", "by_registration").alias("by_given"))


def _join_key(frame: pl.DataFrame, keys: pl.DataFrame, name: str) -> pl.DataFrame:
    found = keys.rename({"enterprise_id": f"by{name}", "ids": f"ids{name}"})
    return frame.join(found, left_on=name, right_on="key", how="left", maintain_order="left")


def _is_person(frame: pl.DataFrame) -> pl.Expr:
    """A natural person is tied to no enterprise."""
    if "party_class" in frame.columns:
        return (pl.col("party_class") == "person").fill_null(False)
    return pl.lit(False)


def _names_nobody(frame: pl.DataFrame, given: IdentityFields) -> pl.Expr:
    if given.nobody_when is None:
        return pl.lit(False)
    fields = (given.uscc, given.number, given.licence_no, given.registration_no, given.name)
    is_empty = pl.all_horizontal(_field(frame, field).is_null() for field in fields)
    return is_empty & pl.sql_expr(given.nobody_when).fill_null(False)


def _chosen() -> pl.Expr:
    """With a code only the code speaks; an unknown number leaves the word to an exact name."""
    found = pl.when(pl.col("_code").is_not_null()).then("by_code").otherwise(pl.coalesce("by_given", "by_name"))
    return pl.when(~pl.col("_is_person")).then(found).alias("enterprise_id")


def _checks(given: IdentityFields, code: str, party: str) -> list[Check]:
    firm, has_code, has_name = ~pl.col("_is_person"), pl.col("_code").is_not_null(), pl.col("_name").is_not_null()
    open_ = firm & ~has_code & pl.col("by_given").is_null() & pl.col("by_name").is_null()
    several = pl.col("ids_name").list.len().fill_null(0) > 1
    differs = firm & pl.col("by_given").is_not_null() & has_name & ~_is_borne()
    unknown = firm & has_code & pl.col("by_code").is_null()
    of_code, of_name = pl.col("_code"), pl.col(given.name) if party else _NOTHING
    every = [
        (code, unknown, "unknown_code", of_code),
        (party, open_ & several, "ambiguous_name", of_name),
        (party, open_ & has_name & ~several, "unknown_name", of_name),
        (code, open_ & ~has_name, "no_identity", _NOTHING),
        (party, differs & given.name_must_match, "name_mismatch", of_name),
    ]
    return [Check(heading, fails, why, *REGISTER_REASONS[why], value) for heading, fails, why, value in every]


def _is_borne() -> pl.Expr:
    """Whether the enterprise found bears or bore the name."""
    by_given = pl.col("by_given")
    return (by_given == pl.col("by_name")).fill_null(False) | pl.col("ids_name").list.contains(by_given).fill_null(
        False
    )


def _suggested(
    problems: pl.DataFrame, found: pl.DataFrame, register: EnterpriseRegister, terms: NameSuggestions
) -> pl.DataFrame:
    """Problems with the enterprises a person may choose from: the namesakes, the registered one, the nearest names."""
    if problems.is_empty():
        return problems
    asked = found.select("row_no", "_name", "ids_name", "by_given").join(problems, on="row_no", how="right")
    keys = asked.filter(pl.col("code").is_in(["unknown_code", "unknown_name"]))["_name"].drop_nulls()
    near = register.nearest(keys.unique().sort().to_list(), terms)
    filled = [_suggestions(row, near, register, terms.count) for row in asked.iter_rows(named=True)]
    return problems.with_columns(pl.Series("suggestions", filled, dtype=pl.List(pl.String())))


def _suggestions(
    row: Mapping[str, object], near: dict[str, list[str]], register: EnterpriseRegister, most: int
) -> list[str]:
    match row["code"]:
        case "ambiguous_name":
            ids = row["ids_name"]
            return register.shown(ids[:most]) if isinstance(ids, list) else []
        case "name_mismatch":
            return register.shown([str(row["by_given"])])
        case "unknown_code" | "unknown_name":
            return near.get(str(row["_name"]), [])
    return []


_ORDER = ("version_by", "received_at", "version_no", "is_filling")

REGISTER_COLUMNS = (
    "enterprise_id",
    "uscc",
    "name",
    "name_key",
    "former_names",
    "licence_nos",
    "registration_no",
    *_ORDER,
)


@dataclass(frozen=True)
class EnterpriseRegister:
    """Look-ups of the register, every version of every entry in it: what an enterprise was once called still finds it.

    codes: code, enterprise_id. numbers and names (of each name it bears or bore): key, enterprise_id (null where
    several share the key), ids (null where only one has it). titles: enterprise_id, name, what orders its versions.
    """

    codes: pl.DataFrame
    numbers: pl.DataFrame
    names: pl.DataFrame
    titles: pl.DataFrame

    @classmethod
    def of(cls, versions: pl.DataFrame) -> EnterpriseRegister:
        """From rows of the enterprise table (NEEDED): every version of every entry."""
        ids = pl.col("enterprise_id")
        own = versions.select(ids.unique()).select(code=ids, enterprise_id=ids)
        codes = versions.filter(pl.col("uscc") != ids).select(code="uscc", enterprise_id=ids).unique()
        licences = _listed(versions, "licence_nos")
        numbers = pl.concat([licences, versions.select("enterprise_id", key="registration_no")])
        former = _listed(versions, "former_names").with_columns(normalise_name(pl.col("key")))
        return cls(
            pl.concat([own, codes]),
            _by_key(numbers.with_columns(licence_key(pl.col("key")))),
            _by_key(pl.concat([versions.select("enterprise_id", key="name_key"), former])),
            versions.select("enterprise_id", "name", *_ORDER),
        )

    def shown(self, ids: list[str]) -> list[str]:
        """Enterprises as a suggestion shows them: name and identifier."""
        versions = self.titles.filter(pl.col("enterprise_id").is_in(ids))
        versions = versions.sort(~pl.col("is_filling").fill_null(False), version_instant(), "version_no")
        names = dict(versions.select("enterprise_id", "name").iter_rows())  # of one enterprise the last remains
        return [f"{names[one]}（{one}）" for one in ids]

    def nearest(self, keys: list[str], terms: NameSuggestions) -> dict[str, list[str]]:
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


def licence_key(number: pl.Expr) -> pl.Expr:
    """A licence or registration number for comparison: as a document number, in capital letters."""
    return document_key(number).str.to_uppercase()


def _by_key(pairs: pl.DataFrame) -> pl.DataFrame:
    """Most keys are of one enterprise, and only the others are grouped."""
    known = pairs.drop_nulls().unique()
    is_shared = known["key"].is_duplicated()
    shared = known.filter(is_shared).group_by("key").agg(ids=pl.col("enterprise_id").sort())
    return pl.concat([known.filter(~is_shared).select("key", "enterprise_id"), shared], how="diagonal")


def _nearest(key: str, choices: list[str], ids: list[list[str]], terms: NameSuggestions) -> list[str]:
    found = process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=terms.least_alike, limit=terms.count)
    ranked = sorted(found, key=lambda one: (-one[1], one[0]))
    return [one for _, _, place in ranked for one in ids[place]][: terms.count]
