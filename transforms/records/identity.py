"""Whose record it is: by code, else by number, else by exact name when only one enterprise bears it. Never guessed."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.policy.source import Identify, Nearest
from transforms.records.mapping import Mapped
from transforms.records.problems import Check, failures, merged
from transforms.records.register import Register, number_key
from transforms.records.text import normalise_name

# What a change of the register alone can cure: why, and what is expected.
REASONS = {
    "unknown_code": ("代码不在企业登记中", "已登记企业的代码；新企业请先报送登记"),
    "ambiguous_name": ("登记中有多家同名企业，无法判定", "填写统一社会信用代码"),
    "unknown_name": ("名称不在企业登记中", "登记的全称，或统一社会信用代码"),
    "no_identity": ("没有代码也没有名称", "统一社会信用代码，或登记的全称"),
    "name_mismatch": ("名称与代码登记的企业不符", "登记的名称（含曾用名），或正确的代码"),
}
_NOTHING = pl.lit(None, dtype=pl.String())


def own_identity(mapped: Mapped, given: Identify, headings: Mapping[str, str]) -> Mapped:
    """Rows of a register: each with `enterprise_id`, its USCC or the source's own number."""
    frame = mapped.frame.with_columns(_code(mapped.frame, given).alias("enterprise_id"))
    heading = headings.get(given.uscc, headings.get(given.number or "", ""))
    missing = pl.col("enterprise_id").is_null()
    check = Check(heading, missing, "no_identity", "缺少统一社会信用代码", "填写18位统一社会信用代码", _NOTHING)
    return Mapped(frame, merged([mapped.problems, failures(frame, [check])]))


def identified(
    mapped: Mapped, given: Identify, register: Register, nearest: Nearest, headings: Mapping[str, str]
) -> Mapped:
    """Records with `enterprise_id` from the register; null for natural persons. Rows that tie to none are problems."""
    found = _looked_up(mapped.frame, given, register)
    party = headings.get(given.name, "")
    code = headings.get(given.uscc if given.scheme is None else given.number or "", "")
    problems = failures(found, _checks(given, code, party))
    kept = found.with_columns(_chosen()).select(*mapped.frame.columns, "enterprise_id")
    problems = _suggested(problems, found, register, nearest)
    return Mapped(kept, merged([mapped.problems, problems]))


def _field(frame: pl.DataFrame, name: str | None) -> pl.Expr:
    return pl.col(name) if name is not None and name in frame.columns else _NOTHING


def _code(frame: pl.DataFrame, given: Identify) -> pl.Expr:
    own = pl.format("{}:{}", pl.lit(given.scheme or ""), _field(frame, given.number))
    return pl.coalesce(_field(frame, given.uscc), own if given.number else _NOTHING)


def _looked_up(frame: pl.DataFrame, given: Identify, register: Register) -> pl.DataFrame:
    """The frame with what each look-up finds: by_code, by_number, by_name, ids_name; by_given by what is no name."""
    asked = frame.with_columns(
        _code=_code(frame, given),
        _licence=number_key(_field(frame, given.licence_no)),
        _registration=number_key(_field(frame, given.registration_no)),
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


def _names_nobody(frame: pl.DataFrame, given: Identify) -> pl.Expr:
    if given.nobody_when is None:
        return pl.lit(False)
    fields = (given.uscc, given.number, given.licence_no, given.registration_no, given.name)
    is_empty = pl.all_horizontal(_field(frame, field).is_null() for field in fields)
    return is_empty & pl.sql_expr(given.nobody_when).fill_null(False)


def _chosen() -> pl.Expr:
    """With a code only the code speaks; an unknown number leaves the word to an exact name."""
    found = pl.when(pl.col("_code").is_not_null()).then("by_code").otherwise(pl.coalesce("by_given", "by_name"))
    return pl.when(~pl.col("_is_person")).then(found).alias("enterprise_id")


def _checks(given: Identify, code: str, party: str) -> list[Check]:
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
    return [Check(heading, fails, why, *REASONS[why], value) for heading, fails, why, value in every]


def _is_borne() -> pl.Expr:
    """Whether the enterprise found bears or bore the name."""
    by_given = pl.col("by_given")
    return (by_given == pl.col("by_name")).fill_null(False) | pl.col("ids_name").list.contains(by_given).fill_null(
        False
    )


def _suggested(problems: pl.DataFrame, found: pl.DataFrame, register: Register, terms: Nearest) -> pl.DataFrame:
    """Problems with the enterprises a person may choose from: the namesakes, the registered one, the nearest names."""
    if problems.is_empty():
        return problems
    asked = found.select("row_no", "_name", "ids_name", "by_given").join(problems, on="row_no", how="right")
    keys = asked.filter(pl.col("code").is_in(["unknown_code", "unknown_name"]))["_name"].drop_nulls()
    near = register.nearest(keys.unique().sort().to_list(), terms)
    filled = [_suggestions(row, near, register, terms.count) for row in asked.iter_rows(named=True)]
    return problems.with_columns(pl.Series("suggestions", filled, dtype=pl.List(pl.String())))


def _suggestions(row: Mapping[str, object], near: dict[str, list[str]], register: Register, most: int) -> list[str]:
    match row["code"]:
        case "ambiguous_name":
            ids = row["ids_name"]
            return register.shown(ids[:most]) if isinstance(ids, list) else []
        case "name_mismatch":
            return register.shown([str(row["by_given"])])
        case "unknown_code" | "unknown_name":
            return near.get(str(row["_name"]), [])
    return []
