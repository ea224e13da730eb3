"""The reference pages: the data dictionary and the format of publications, from the schemas in the code."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import polars as pl
from pydantic import BaseModel

from docs.markdown import table
from flows.policy_folder import read_withdrawals
from reports.public_lists import LIST_SPECS, ListSpec
from reports.publication.version import OPERATIONS, DeltaCounts, Index, PublishedFile, WithdrawnEntry
from transforms.schemas import KINDS, LAW_TABLES, RECORD_COLUMNS, RUN_TABLES, Column, Table
from transforms.schemas.base import TEXT_LIST, TIMESTAMP
from transforms.schemas.law import CONDITION, CONDITIONS

_DICTIONARY_HEAD = """# Data dictionary 数据字典

Written by `make docs` from `transforms/schemas`; do not edit. Suffixes: `_id` identifiers, `_no` document numbers,
`_on` days, `_at` instants (UTC), `_fen` money in fen, `_centipoints` hundredths of a point, `is_` truths.
`*` marks a column that is never empty. Record tables keep every version of every record; nothing is deleted.
"""

_TYPES = {TIMESTAMP: "Datetime (UTC)", TEXT_LIST: "List of String"}


def dictionary_page() -> str:
    """The page: what every record has, then a section per kind and per output table."""
    parts = [_DICTIONARY_HEAD, "## Columns of every record\n", _table_columns(RECORD_COLUMNS)]
    for kind in KINDS.values():
        parts += [_title(kind.table), _kind_facts(kind.name), _table_columns(kind.columns)]
    for output in (*RUN_TABLES.values(), *LAW_TABLES.values()):
        parts += [
            _title(output),
            f"Key: {', '.join(f'`{name}`' for name in output.key)}.\n",
            _table_columns(output.columns),
        ]
    return "\n".join(parts)


def type_name(dtype: pl.DataType) -> str:
    """A column's type as a person reads it."""
    if dtype == CONDITIONS:
        return "List of " + ", ".join(f"`{name}` {inner}" for name, inner in CONDITION.items())
    return _TYPES.get(dtype, str(dtype))


def _title(shown: Table) -> str:
    return f"## `{shown.name}` {shown.label}\n\n{shown.doc}\n"


def _kind_facts(name: str) -> str:
    kind = KINDS[name]
    facts = [
        f"Identified by {', '.join(f'`{column}`' for column in kind.natural_key)}",
        f"dated by `{kind.event_on}`",
        f"document number `{kind.number}`",
    ]
    if kind.revoked_on:
        facts.append(f"no longer counts from `{kind.revoked_on}` on")
    if kind.expires_on:
        facts.append(f"has a term of its own to `{kind.expires_on}`")
    if kind.act:
        facts.append(f"punishes the act `{kind.act}`")
    return "; ".join(facts) + ".\n"


def _table_columns(columns: tuple[Column, ...]) -> str:
    rows = []
    for column in columns:
        terms = "；".join(f"`{code}` {term}" for code, term in column.codes.items())
        meaning = column.doc + (f". {terms}" if terms else "")
        name = f"`{column.name}`{'*' if column.required else ''}"
        rows.append((name, column.label, type_name(column.dtype), meaning))
    return table(["column", "中文", "type", "meaning"], rows)


_PUBLICATIONS_HEAD = """# Publications 对外发布的名单

Written by `make docs` from `reports/public_lists.py`, `reports/publication/version.py` and `policy/withdrawals.yaml`;
do not edit. For programs that read the published lists.

A list has a folder of its name; `latest` in it leads to the newest version (a link, or `latest.json` with `version`
where the file system has no links). A version never changes. Its folder holds `list.html`, `list.xlsx`, `list.csv`,
`list.json`, `delta.json`, `delta.csv`, `index.json`, and `signatures.json` if two people released it. Dates are ISO
8601, texts UTF-8. CSV begins with a byte order mark; a text that a spreadsheet would read as a formula begins with `'`.
Fields are only ever added. Applying the delta to the entries of `previous` gives the entries.

`list.json`: `title`, `office`, `as_of`, `version`, `notices`, `count`; `entries`, one object per entry with the columns
below; `table`, the same as it is shown (`fields` with `name`, `label`, `form`; `rows`). `list.csv` and the first sheet
of `list.xlsx` have the shown columns under their Chinese headings.
"""

_PAGES = """A list of files of enterprises has other files. Readers open `<list>/pages/<page>`, a page per enterprise:
`pages` holds those that `latest` names and no others, and changes with it. A version's folder holds

- `list.html`, `list.csv`: the index of the enterprises; `list.json`: `entries` is missing, and `parties` has per
  enterprise `party` (its `enterprise_id`), `count` of its entries, `page`, `version` that wrote page and entries last,
  `page_sha256`, and `entries_sha256` of the JSON `{"entries": […]}` written as these files are;
- the pages of the enterprises that changed, and in `entries.json` their entries (`parties`, by enterprise); those of
  the others are in the folder of `version`, so keep every version that is named;
- `delta.json`, `delta.csv`: every entry that came, changed or went; an enterprise's file changed where it has a row.
"""

_MEANINGS = {
    "serious-violations": {
        "listed_on": "day of the decision to list",
        "decision_no": "number of the decision to list; with enterprise_id the key",
        "enterprise_id": "identifier of the enterprise",
        "name": "registered name",
        "uscc": "unified social credit code",
        "reason": "reason of the listing as in the decision, persons masked",
        "listed_by": "authority that listed",
        "removal_reason": "a column of the national system's form; empty, since removed entries are not on the list",
        "removed_on": "as removal_reason",
        "removed_by": "as removal_reason",
    },
    "penalties": {
        "decided_on": "day of the decision",
        "decision_no": "number of the decision",
        "record_id": "the penalty's identifier in this system; the key",
        "name": "the party: registered name, else as in the decision",
        "uscc": "unified social credit code; empty for natural persons",
        "party_class": "organisation, sole_trader, person; empty where unknown",
        "violation_type": "type of violation, persons masked",
        "penalty_kinds": "kinds of penalty in Chinese, separated by ；",
        "content": "what was imposed, persons masked; the sums where the record has no text",
        "authority": "authority that decided",
        "published_on": "day of its publication by the record; empty: not published yet, or not recorded",
    },
    "inspections": {
        "inspected_on": "day of the inspection",
        "inspection_no": "number of the inspection",
        "record_id": "the inspection's identifier in this system; the key",
        "enterprise_id": "identifier of the enterprise",
        "name": "registered name of who was inspected; never a natural person",
        "uscc": "unified social credit code",
        "inspection_type": "why it was made, in Chinese",
        "standard": "standard and edition, persons masked",
        "conclusion": "the result in Chinese, good or bad",
        "rectify_by_on": "last day for rectification",
        "rectified_on": "day rectification was accepted; empty: not recorded",
        "authority": "authority that inspected",
        "published_on": "day from which the result is public",
    },
    "samplings": {
        "reported_on": "day of the laboratory's report",
        "sample_no": "number of the sample",
        "record_id": "the sample's identifier in this system; the key",
        "enterprise_id": "identifier of the enterprise of whom it was taken",
        "name": "registered name of whom it was taken; never a natural person",
        "uscc": "unified social credit code of whom it was taken",
        "product": "product",
        "specification": "strength or pack size",
        "batch_no": "batch",
        "holder_name": "marketing authorisation holder on the label",
        "maker_name": "maker on the label, or the medical institution that made it",
        "sampled_on": "day the sample was taken",
        "laboratory": "laboratory",
        "basis": "standard applied",
        "result": "the result in Chinese, good or bad",
        "failing_items": "items that failed, separated by ；",
        "published_on": "day from which the result is public",
        "corrected_on": "day on which a wrong announcement was corrected; empty: none was",
    },
    "credit-files": {
        "enterprise_id": "identifier of the enterprise whose file it is",
        "section": "licence, inspection, sampling, penalty or listing",
        "record_id": "identifier of the record in this system; with section the key",
        "occurred_on": "day it was issued, made, reported or decided",
        "number": "number of the licence, the check or the decision",
        "name": "registered name of the enterprise; never a natural person",
        "uscc": "unified social credit code",
        "subject": "type of the licence, the inspection or the violation; the product",
        "result": "whether the licence is suspended; the conclusion, with the day of rectification; kinds of penalty",
        "detail": "scope; standard; batch, names on the label and failing items; what was imposed; reason of a listing",
        "authority": "office, authority or laboratory",
        "until_on": "last day of a licence; empty: a filing, or another record",
    },
}

_SIGNATURES = [
    ("format", "String", "`yaoxin-signatures-1`"),
    (
        "list, version, digest",
        "String",
        "what was signed; digest: SHA-256 of `index.json`, which names every other file",
    ),
    ("administrator_key", "String", "fingerprint of the first administrator's key, from which all rights follow"),
    ("journal", "Object", "`number` and `digest` of the last entry of the office's journal at the time of the release"),
    ("signatures", "List", "entries of the journal, one per person, with `name` and `public_key` (Ed25519)"),
    (
        "number, at, person, fingerprint, role, act, subject, payload, previous, signature",
        "of an entry",
        "`subject` names list, version and digest; `signature` (hexadecimal) covers the other fields",
    ),
    ("grounds", "List", "the entries that made these people signers, and those who did so administrators"),
]

_DELTA = [
    ("previous", "String", "version it starts from; null: from an empty list"),
    ("current", "String", "version it leads to"),
    ("notices", "List of String", "notices shown on every output of the version"),
    ("rows", "List", "`operation`, `cause` (Chinese, see below), `entry`, `changed` (names of columns that differ)"),
]


def publications_page() -> str:
    """The page."""
    parts = [_PUBLICATIONS_HEAD]
    for spec in LIST_SPECS.values():
        parts += [f"## `{spec.name}` {spec.title}\n", f"Key: {', '.join(f'`{name}`' for name in spec.key)}.\n"]
        parts += [
            table(["column", "中文", "type", "meaning"], _list_columns(spec)),
            "Causes in the delta:\n",
            _causes(spec),
        ]
        parts += [_PAGES] if spec.sections else []
    operations = "；".join(f"`{code}` {word}" for code, word in OPERATIONS.items())
    parts += ["## `delta.json`\n", f"Operations: {operations}. DEL shows the entry as it was last, persons masked.\n"]
    parts += [table(["field", "type", "meaning"], _fields(_DELTA))]
    for model, title in (
        (Index, "`index.json`"),
        (WithdrawnEntry, "`withdrawals` of `index.json`"),
        (PublishedFile, "`files` of `index.json`"),
        (DeltaCounts, "`delta` of `index.json`"),
    ):
        parts += [f"## {title}\n", table(["field", "type", "meaning"], _model(model))]
    parts += ["## `signatures.json`\n", table(["field", "type", "meaning"], _fields(_SIGNATURES)), _HOW]
    return "\n".join(parts)


_HOW = """## How to check a version

The SHA-256 of every file is the one in `index.json`.

- If `released_by` is `two_people`, `signatures.json` holds two valid signatures of two people over list, version and
  the digest of `index.json`.
- If it is `machine`, there is no `signatures.json`; every entry is one of `previous`, or the same with parts of a text
  masked; `withdrawals` names each entry of `previous` that is missing or masked; `previous_digest` is the SHA-256 of
  that version's `index.json`, and that version passes this check. With the program, the version can be regenerated from
  `previous` and `withdrawals`, and every byte must match.

`yaoxin publish --verify` does all of this.
"""


def _list_columns(spec: ListSpec) -> Iterable[tuple[str, str, str, str]]:
    for name, dtype in spec.schema.items():
        kind = "Date or null" if dtype == pl.Date() and name not in spec.needed else str(dtype)
        yield f"`{name}`", spec.labels.get(name, "（不显示）"), kind, _MEANINGS[spec.name][name]


def _causes(spec: ListSpec) -> str:
    policy = read_withdrawals(Path(__file__).parents[1] / "policy")
    rows = []
    for code, word in spec.causes.items():
        name, own = spec.policy_cause(code)
        cause = policy.lists[name].get(own or "") if policy else None
        rows.append((f"`{code}`", word, f"{cause.basis}（{cause.confidence}）" if cause else ""))
    return table(["code", "cause", "withdrawn without signatures by"], rows)


def _fields(rows: Iterable[tuple[str, str, str]]) -> Iterable[tuple[str, str, str]]:
    return ((", ".join(f"`{name}`" for name in names.split(", ")), kind, doc) for names, kind, doc in rows)


def _model(model: type[BaseModel]) -> Iterable[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        yield f"`{name}`", _kind(field.annotation), str(field.description)


_KINDS = {"str": "String", "int": "Integer", "bool": "Boolean", "date": "Date", "NoneType": "null"}


def _kind(annotation: object) -> str:
    """A type as it is in JSON."""
    inner = get_args(annotation)
    if not inner:
        name = getattr(annotation, "__name__", str(annotation))
        return _KINDS.get(name, "String" if isinstance(annotation, str) else "Object")
    if str(annotation).startswith("tuple"):
        return f"List of {_kind(inner[0])}"
    if str(annotation).startswith("typing.Literal"):
        return "String: " + ", ".join(f"`{one}`" for one in inner)
    return " or ".join(_kind(one) for one in inner)
