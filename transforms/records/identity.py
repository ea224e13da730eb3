"""Which enterprise a record concerns: by code, by number, or by an exact name that only one enterprise has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from transforms.current_versions import version_instant
from transforms.policy_model.source import IdentityFields, NameSuggestions
from transforms.records.mapping import MappedRows
from transforms.records.problems import Check, find_problems, merge_problems
from transforms.records.text import document_key, normalise_name

# Reasons that only a change of the register can remove: why, and what is expected.
REGISTER_REASONS = {
    "unknown_code": ("代码不在企业登记中", "已登记企业的代码；新企业请先报送登记"),
    "ambiguous_name": ("登记中有多家同名企业，无法判定", "填写统一社会信用代码"),
    "unknown_name": ("名称不在企业登记中", "登记的全称，或统一社会信用代码"),
    "no_identity": ("没有代码也没有名称", "统一社会信用代码，或登记的全称"),
    "name_mismatch": ("名称与代码登记的企业不符", "登记的名称（含曾用名），或正确的代码"),
}
_VERSION_ORDER = ("version_by", "received_at", "version_no", "is_filling")
REGISTER_COLUMNS = (
    *("enterprise_id", "uscc", "name", "name_key", "former_names", "licence_nos", "registration_no"),
    *_VERSION_ORDER,
)
_NOTHING = pl.lit(None, dtype=pl.String())


@dataclass(frozen=True)
class EnterpriseRegister:
    """The register of enterprises for look-ups. It has every version of every entry, so that previous names are found.

    codes: code, enterprise_id. numbers: key, enterprise_id (null where several share the key), ids (null where only one
    has it); names: the same, of every name an enterprise has or had. titles: enterprise_id, name, what orders versions.
    """

    codes: pl.DataFrame
    numbers: pl.DataFrame
    names: pl.DataFrame
    titles: pl.DataFrame

    @classmethod
    def from_versions(cls, versions: pl.DataFrame) -> EnterpriseRegister:
        """From every version of every entry of the enterprise table (REGISTER_COLUMNS)."""
        ids = pl.col("enterprise_id")
        own = versions.select(ids.unique()).select(code=ids, enterprise_id=ids)
        codes = versions.filter(pl.col("uscc") != ids).select(code="uscc", enterprise_id=ids).unique()
        licences = _exploded(versions, "licence_nos")
        numbers = pl.concat([licences, versions.select("enterprise_id", key="registration_no")])
        former = _exploded(versions, "former_names").with_columns(normalise_name(pl.col("key")))
        return cls(
            pl.concat([own, codes]),
            _by_key(numbers.with_columns(licence_key(pl.col("key")))),
            _by_key(pl.concat([versions.select("enterprise_id", key="name_key"), former])),
            versions.select("enterprise_id", "name", *_VERSION_ORDER),
        )

    def suggestions(self, ids: list[str]) -> list[str]:
        """Enterprises as a suggestion shows them: current name and identifier."""
        versions = self.titles.filter(pl.col("enterprise_id").is_in(ids))
        versions = versions.sort(~pl.col("is_filling").fill_null(False), version_instant(), "version_no")
        names = dict(versions.select("enterprise_id", "name").iter_rows())  # the last of each enterprise remains
        return [f"{names[one]}（{one}）" for one in ids]

    def similar(self, keys: list[str], terms: NameSuggestions) -> dict[str, list[str]]:
        """By name key, the enterprises with the most similar names, for a person to choose from."""
        if not keys or len(keys) > terms.most_names:
            return {}
        names = self.names.sort("key")
        choices = names["key"].to_list()
        ids = names.select(pl.coalesce("ids", pl.concat_list("enterprise_id"))).to_series().to_list()
        found: dict[str, list[str]] = {}
        for key in keys:
            best = process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=terms.least_alike, limit=terms.count)
            best.sort(key=lambda one: (-one[1], one[0]))
            found[key] = self.suggestions([one for _, _, place in best for one in ids[place]][: terms.count])
        return found


def licence_key(number: pl.Expr) -> pl.Expr:
    """A licence or registration number for comparison: as a document number, in capital letters."""
    return document_key(number).str.to_uppercase()


def identify_register_rows(mapped: MappedRows, fields: IdentityFields, headings: Mapping[str, str]) -> MappedRows:
    """Rows of a register with `enterprise_id`: their USCC, else the source's own number. Rows without are problems.

    headings: field to heading.
    """
    frame = mapped.frame.with_columns(_code(mapped.frame, fields).alias("enterprise_id"))
    heading = headings.get(fields.uscc, headings.get(fields.number or "", ""))
    missing = pl.col("enterprise_id").is_null()
    check = Check(heading, missing, "no_identity", "缺少统一社会信用代码", "填写18位统一社会信用代码", _NOTHING)
    return MappedRows(frame, merge_problems([mapped.problems, find_problems(frame, [check])]))


def identify(
    mapped: MappedRows,
    fields: IdentityFields,
    register: EnterpriseRegister,
    suggestions: NameSuggestions,
    headings: Mapping[str, str],
) -> MappedRows:
    """Records with `enterprise_id` from the register; null for natural persons. Records of no enterprise are problems.

    A record with a code belongs to the enterprise with that code or to none; else a known number decides, else an exact
    name. It is never guessed; problems carry suggestions. headings: field to heading.
    """
    found = _looked_up(mapped.frame, fields, register)
    by_number_or_name = pl.coalesce("by_given", "by_name")
    enterprise_id = pl.when(pl.col("_code").is_not_null()).then("by_code").otherwise(by_number_or_name)
    enterprise_id = pl.when(~pl.col("_is_person")).then(enterprise_id).alias("enterprise_id")
    identified = found.with_columns(enterprise_id).select(*mapped.frame.columns, "enterprise_id")
    name_heading = headings.get(fields.name, "")
    code_heading = headings.get(fields.uscc if fields.scheme is None else fields.number or "", "")
    code, name = pl.col("_code"), pl.col(fields.name) if name_heading else _NOTHING
    by_given, ids = pl.col("by_given"), pl.col("ids_name")
    is_firm, has_code, has_name = ~pl.col("_is_person"), code.is_not_null(), pl.col("_name").is_not_null()
    is_unknown = is_firm & ~has_code & by_given.is_null() & pl.col("by_name").is_null()
    is_ambiguous = ids.list.len().fill_null(0) > 1
    has_had_name = (by_given == pl.col("by_name")).fill_null(False) | ids.list.contains(by_given).fill_null(False)
    is_mismatch = is_firm & by_given.is_not_null() & has_name & ~has_had_name
    checks = [
        (code_heading, is_firm & has_code & pl.col("by_code").is_null(), "unknown_code", code),
        (name_heading, is_unknown & is_ambiguous, "ambiguous_name", name),
        (name_heading, is_unknown & has_name & ~is_ambiguous, "unknown_name", name),
        (code_heading, is_unknown & ~has_name, "no_identity", _NOTHING),
        (name_heading, is_mismatch & fields.name_must_match, "name_mismatch", name),
    ]
    problems = find_problems(
        found, (Check(heading, fails, why, *REGISTER_REASONS[why], value) for heading, fails, why, value in checks)
    )
    if not problems.is_empty():
        problems = _with_suggestions(problems, found, register, suggestions)
    return MappedRows(identified, merge_problems([mapped.problems, problems]))


def _exploded(versions: pl.DataFrame, name: str) -> pl.DataFrame:
    """enterprise_id, key: one row for each text in the list column `name`."""
    listed = versions.filter(pl.col(name).list.len() > 0)
    return listed.select("enterprise_id", key=name).explode("key")


def _by_key(pairs: pl.DataFrame) -> pl.DataFrame:
    """key, enterprise_id, ids. Most keys belong to one enterprise; only the others are grouped."""
    known = pairs.drop_nulls().unique()
    is_shared = known["key"].is_duplicated()
    shared = known.filter(is_shared).group_by("key").agg(ids=pl.col("enterprise_id").sort())
    return pl.concat([known.filter(~is_shared).select("key", "enterprise_id"), shared], how="diagonal")


def _field(frame: pl.DataFrame, name: str | None) -> pl.Expr:
    return pl.col(name) if name is not None and name in frame.columns else _NOTHING


def _code(frame: pl.DataFrame, fields: IdentityFields) -> pl.Expr:
    """The credit code, else the source's own number with its scheme."""
    own = pl.format("{}:{}", pl.lit(fields.scheme or ""), _field(frame, fields.number))
    return pl.coalesce(_field(frame, fields.uscc), own if fields.number else _NOTHING)


def _looked_up(frame: pl.DataFrame, fields: IdentityFields, register: EnterpriseRegister) -> pl.DataFrame:
    """`frame` with the result of each look-up: by_code, by_licence, by_registration, by_name, ids_name; by_given by the
    first three."""
    is_person = pl.lit(False)  # a natural person belongs to no enterprise
    if "party_class" in frame.columns:
        is_person = (pl.col("party_class") == "person").fill_null(False)
    if fields.nobody_when is not None:
        names = (fields.uscc, fields.number, fields.licence_no, fields.registration_no, fields.name)
        is_empty = pl.all_horizontal(_field(frame, name).is_null() for name in names)
        is_person |= is_empty & pl.sql_expr(fields.nobody_when).fill_null(False)
    found = frame.with_columns(
        _code=_code(frame, fields),
        _licence=licence_key(_field(frame, fields.licence_no)),
        _registration=licence_key(_field(frame, fields.registration_no)),
        _name=normalise_name(_field(frame, fields.name)),
        _is_person=is_person,
    )
    codes = register.codes.rename({"enterprise_id": "by_code"})
    found = found.join(codes, left_on="_code", right_on="code", how="left", maintain_order="left")
    lookups = {"_licence": register.numbers, "_registration": register.numbers, "_name": register.names}
    for column, keys in lookups.items():
        renamed = keys.rename({"enterprise_id": f"by{column}", "ids": f"ids{column}"})
        found = found.join(renamed, left_on=column, right_on="key", how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("by_code", "by_licence", "by_registration").alias("by_given"))


def _with_suggestions(
    problems: pl.DataFrame, found: pl.DataFrame, register: EnterpriseRegister, terms: NameSuggestions
) -> pl.DataFrame:
    """Problems with the enterprises a person may choose from: the namesakes, the registered one, the similar names."""
    rows = found.select("row_no", "_name", "ids_name", "by_given").join(problems, on="row_no", how="right")
    unknown = rows.filter(pl.col("code").is_in(["unknown_code", "unknown_name"]))["_name"].drop_nulls()
    similar = register.similar(unknown.unique().sort().to_list(), terms)
    suggestions: list[list[str]] = []
    for row in rows.iter_rows(named=True):
        match row["code"]:
            case "ambiguous_name":
                suggestions.append(register.suggestions(row["ids_name"][: terms.count]))
            case "name_mismatch":
                suggestions.append(register.suggestions([row["by_given"]]))
            case "unknown_code" | "unknown_name":
                suggestions.append(similar.get(row["_name"], []))
            case _:
                suggestions.append([])
    return problems.with_columns(pl.Series("suggestions", suggestions, dtype=pl.List(pl.String())))
