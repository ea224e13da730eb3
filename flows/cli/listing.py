"""`yaoxin list`: the serious-violation list, its candidates, bans, and refused steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click
import polars as pl

from flows.cli.options import DateParam, common_options, json_option, open_store, print_json, settings_from_flags
from flows.cli.terminal import table_lines
from flows.law import law_state_of_run
from flows.policy_folder import read_measure_law
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.queries import current_records
from flows.store.store import Store
from reports.grid import GridField, grid_fields, grid_from_frame
from transforms.law.law_state import LawState
from transforms.law.listing.listings import listings_of_persons
from transforms.law.matters.decision_log import needs_attention
from transforms.law.policy_gaps import absent_file_messages
from transforms.schemas.base import Table
from transforms.schemas.law import (
    BAN,
    CANDIDATE,
    CHECKLIST,
    LISTING,
    MATTER_TABLE,
    MEASURE,
    PERSON_LISTING_NOTE,
    STEP_TABLE,
    TERM_TABLE,
)

if TYPE_CHECKING:
    pass
    from flows.settings import Settings


@click.command("list", short_help="Who is on the serious-violation list, and who may be.")
@click.argument("who", metavar="[ID]", required=False)
@click.option("--state", metavar="STATE", help="Listings in that state: a code or its Chinese word.")
@click.option("--candidates", "asked", flag_value="candidates", help="Penalties that may lead to a listing.")
@click.option("--bans", "asked", flag_value="bans", help="Persons and firms barred from the trade.")
@click.option("--refused", "asked", flag_value="refused", help="Steps of the register that were impossible.")
@click.option("--as-of", type=DateParam(), metavar="DATE", help="As of that day, by what was known on its night.")
@json_option
@common_options
def list_(
    who: str | None, state: str | None, asked: ListingTopic | None, as_of: date | None, is_json: bool, **flags: object
) -> None:
    """The serious-violation list (严重违法失信名单).

    Without a flag: the entries that stand, until when, by which article; with ID (as for explain): every listing of
    that enterprise, with the measures in force and every step taken. --state also takes the states of a matter that
    is no entry yet, or under way: 已告知, 已受理提前移出申请. --candidates says for each penalty what is to be weighed,
    with the evidence of the records and blanks for a person: it lists nobody. Letters other than C, and notes, are
    for a person to settle.

    \b
    Examples:
      yaoxin list
      yaoxin list --state 已告知
      yaoxin list 91420100MA4KL00X1A --candidates
      yaoxin list --bans --json | jq '.bans[] | select(.is_in_force) | .name'
    """
    from flows.cli.enterprises import find_enterprises, single_enterprise
    from flows.cli.options import run_as_of

    pass
    pass
    from reports import formatting

    settings = settings_from_flags(**flags)
    opened = open_store(settings)
    night = run_as_of(opened, as_of)
    enterprise = single_enterprise(who, find_enterprises(opened, night, who)) if who else {}
    question = ListingQuery(as_of or night.as_of, *_meant(settings, state, asked), enterprise.get("enterprise_id"))
    found = find_listings(settings, opened, night, question)
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join(listing_text(found, formatting.clean(enterprise.get("name") or ""))))


def _meant(settings: Settings, state: str | None, asked: ListingTopic | None) -> tuple[ListingTopic, str | None]:
    """What is asked for, and the code of the state, given as code or word: of entries first, then of their matters."""
    pass
    from transforms.schemas.vocabularies import LISTING_STATES

    if state is None:
        return asked or "listings", None
    if asked is not None:
        raise click.UsageError(f"--state is of listings; leave it out with --{asked}")
    known: dict[ListingTopic, dict[str, str]] = {"listings": LISTING_STATES, "matters": matter_states(settings)}
    for meant, words in known.items():
        code = {word: code for code, word in words.items()}.get(state, state)
        if code in words:
            return meant, code
    told = ", ".join(f"{code} ({word})" for words in known.values() for code, word in words.items())
    raise click.UsageError(f"there is no state '{state}'; expected one of {told}")


ListingTopic = Literal["listings", "matters", "candidates", "bans", "refused"]

_DETAILS_OF_ROW = {"listings": ("measures", "record_id"), "matters": ("terms", "matter_id")}

_DETAILS_OF_ROW |= {"candidates": ("checklist", "record_id")}

_SUPERVISION = ("sampling", "signal", "inspection")


class ListingQuery(NamedTuple):
    """What is asked, of which day. state: of listings one of LISTING_STATES, of matters one of procedure.yaml; None:
    who stands, or with an enterprise every listing of it. enterprise_id: None for every enterprise.
    """

    as_of: date
    asked: ListingTopic = "listings"
    state: str | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class ListingAnswer:
    """rows: of LISTING, MATTER_TABLE with the name, CANDIDATE, BAN or STEP_TABLE by what was asked. below: what belongs
    to each row, of MEASURE, TERM_TABLE or CHECKLIST. history: the steps of an enterprise's listings, of STEP_TABLE.
    persons: listings of natural persons (MATTER_TABLE), on no published list, where all entries are asked for.
    absent: what the policy leaves out, and what is therefore not answered.
    """

    question: ListingQuery
    rows: pl.DataFrame
    below: pl.DataFrame | None = None
    history: pl.DataFrame | None = None
    persons: pl.DataFrame | None = None
    absent: tuple[str, ...] = ()

    def part(self, row: Mapping[str, Any]) -> pl.DataFrame:
        """What belongs to that row."""
        assert self.below is not None
        key = _DETAILS_OF_ROW[self.question.asked][1]
        return self.below.filter(pl.col(key) == row[key]).drop(key)

    def document(self) -> dict[str, Any]:
        """For --json."""
        asked, rows = self.question.asked, self.rows.to_dicts()
        if self.below is not None:
            rows = [row | {_DETAILS_OF_ROW[asked][0]: self.part(row).to_dicts()} for row in rows]
        made: dict[str, Any] = {"as_of": self.question.as_of, "asked": asked, "count": self.rows.height, asked: rows}
        made |= {"absent": list(self.absent)} if self.absent else {}
        more = {"history": self.history, "persons": self.persons}
        return made | {name: rows.to_dicts() for name, rows in more.items() if rows is not None}


def find_listings(settings: Settings, store: Store, night: Run, question: ListingQuery) -> ListingAnswer:
    """What was asked, of what was known on `night`. Raises PolicyProblems."""
    legal = law_state_of_run(settings, store, night, question.as_of, question.enterprise_id)
    if question.asked == "candidates":
        return _candidates(legal, store, night, question)
    if question.asked == "bans":
        return ListingAnswer(question, legal.bans, absent=_absent(legal, "bans"))
    if question.asked == "refused":
        return ListingAnswer(question, _refused(legal))
    if question.asked == "matters":
        return _matters(legal, question)
    return _listings(settings, legal, question)


def _listings(settings: Settings, legal: LawState, question: ListingQuery) -> ListingAnswer:
    from transforms.law.listing.restrictions import measures

    rows, firm = legal.decision_log.listings, question.enterprise_id
    if question.state is not None or firm is None:
        rows = rows.filter(pl.col("state") == (question.state or "standing"))
    law = read_measure_law(settings.policy_dir)
    in_force = measures(rows, law, question.as_of) if law else MEASURE.empty()
    history = _history(legal, rows) if firm else None
    is_whole = firm is None and question.state is None
    persons = listings_of_persons(legal.decision_log.matters) if is_whole else None
    return ListingAnswer(question, rows, in_force, history, persons, _absent(legal, "measures"))


def _history(legal: LawState, listings: pl.DataFrame) -> pl.DataFrame:
    """The steps of an enterprise's listings, and the stays of their execution (停止执行) with the ends of these."""
    from transforms.records.text import document_key

    steps = legal.decision_log.steps
    numbers = listings.select(key=document_key(pl.col("decision_no")))["key"]
    is_of_listing = document_key(pl.col("target")).is_in(numbers.implode())
    own = steps.filter((pl.col("matter") == "listing") | ((pl.col("matter") == "stay") & is_of_listing))
    return own.sort("on", "record_id", "matter_id")


def _absent(legal: LawState, name: str) -> tuple[str, ...]:
    return tuple(absent_file_messages(one for one in legal.law.absent if one == name))


def _matters(legal: LawState, question: ListingQuery) -> ListingAnswer:
    """Matters of the list in that state, also those that are no listing yet, with what is awaited."""
    log, names = legal.decision_log, legal.records["enterprise"].select("enterprise_id", "name").collect()
    matters = log.matters.filter(pl.col("matter") == "listing", pl.col("state") == question.state)
    named = matters.join(names, on="enterprise_id", how="left").with_columns(name=pl.coalesce("name", "party_name"))
    return ListingAnswer(question, named.sort("since_on", "matter_id"), log.terms)


def _candidates(legal: LawState, store: Store, night: Run, question: ListingQuery) -> ListingAnswer:
    from transforms.law.listing.candidates import EvidenceRecords, checklist

    serious, found = legal.law.listing.serious, legal.candidates
    supervision = (current_records(store, kind, night, question.enterprise_id) for kind in _SUPERVISION)
    records = EvidenceRecords(legal.records["penalty"], *supervision)
    return ListingAnswer(question, found, checklist(found, records, serious, question.as_of))


def _refused(legal: LawState) -> pl.DataFrame:
    refused = legal.steps.filter(needs_attention())
    return refused.sort("on", "decision_no", "record_id", "matter_id", descending=[True, False, False, False])


def matter_states(settings: Settings) -> dict[str, str]:
    """The states of procedure.yaml a matter of the list may be in: code to Chinese word."""
    from flows.policy_folder import read_procedure_law

    return {one.state: one.title for one in read_procedure_law(settings.policy_dir).of("listing").states}


_TITLES = {
    "listings": "严重违法失信名单",
    "matters": "严重违法失信名单办理事项",
    "candidates": "列入严重违法失信名单候选",
    "bans": "行业禁入",
    "refused": "不予认可、须核对的办理环节",
}

_EMPTY = {
    "listings": "没有符合条件的列入",
    "matters": "没有处于该状态的事项",
    "candidates": "没有候选",
    "bans": "没有行业禁入",
    "refused": "没有不予认可或者须核对的办理环节",
}

_ENDS = {
    "listings": "提示和可信度不是“已核对”的，须由人工确认。",
    "matters": "提示和可信度不是“已核对”的，须由人工确认。",
    "candidates": "候选不是列入：性质、情节和社会危害由人工判断，经告知、听证后作出决定。空白处由人工填写。",
    "bans": "提示所列事项须核对决定书。",
    "refused": "不予认可的环节不改变事项的状态；登记有误的，请更正登记后重新报送。",
}

_NAMED_MATTER = replace(MATTER_TABLE, columns=(*MATTER_TABLE.columns, LISTING.column("name")))

_SHOWN: Mapping[ListingTopic, tuple[Table, tuple[str, ...], tuple[str, ...]]] = {
    "listings": (
        LISTING,
        ("listed_on", "decision_no", "name", "state", "procedure_title", "last_day_on", "stop_on"),
        (
            *("uscc", "situation", "situation_basis", "reason", "target", "listed_by", "push_by_on", "publish_by_on"),
            *("published_on", "counts_from_on", "basis", "confidence", "term_on", "is_lifelong", "stop_earliest_on"),
            *("stop_latest_on", "stop_other_transition_on", "left_on", "annulled_on", "revoke_by_on", "revoke_basis"),
            *("stayed_on", "credit_china_stop_on", "credit_china_basis", "credit_china_confidence"),
            *("restored_on", "barred_until_on", "is_final", "proposed_by", "decided_by", "notes", "gap"),
        ),
    ),
    "matters": (
        _NAMED_MATTER,
        ("since_on", "state_title", "name", "target", "listing_no"),
        ("opened_on", "applied_on", "released_on", "restored_on", "barred_until_on", "notes"),
    ),
    "candidates": (
        CANDIDATE,
        ("decided_on", "decision_no", "name", "situation", "penalty_kinds"),
        (
            *("uscc", "violation_type", "authority", "situation_basis", "situation_confidence", "other_situations"),
            *("heavier_basis", "notes"),
        ),
    ),
    "bans": (
        BAN,
        ("decided_on", "ban_no", "party", "name", "barred", "starts_on", "ends_on", "is_lifelong", "is_in_force"),
        ("masked", "employer", "basis", "article", "article_confidence", "authority", "field", "notes"),
    ),
    "refused": (
        STEP_TABLE,
        ("on", "decision_no", "matter", "step_title", "target"),
        ("system", "refusal", "notes", "basis", "proposed_by", "decided_by"),
    ),
}


def listing_text(found: ListingAnswer, name: str) -> list[str]:
    """Lines for the answer; `name` is that of the enterprise asked for."""
    asked = found.question.asked
    title = f"{_TITLES[asked]}：{found.question.as_of}，共 {found.rows.height} 项{f'（{name}）' if name else ''}"
    below = _DETAIL_TABLES.get(asked) if name or asked == "matters" else None
    if below is None or found.rows.is_empty():
        lines = [title, *_lines(asked, title, found.rows)]
    else:
        lines = [title]
        for row in found.rows.iter_slices(1):
            lines += [*_lines(asked, title, row), *_part(below, found.part(row.row(0, named=True)))]
    if found.history is not None:
        lines += _part(_HISTORY, found.history)
    if found.persons is not None:
        lines += [
            f"{row['listing_no']}（{row['party_name']}）：{PERSON_LISTING_NOTE}。" for row in found.persons.to_dicts()
        ]
    return [*lines, *found.absent, _ENDS[asked]]


def _lines(asked: ListingTopic, title: str, rows: pl.DataFrame) -> list[str]:
    columns, shown, notes = _SHOWN[asked]
    told = _told(rows) if asked == "listings" else rows
    return table_lines(
        grid_from_frame(asked, title, told, grid_fields(columns, *shown, *notes), _EMPTY[asked]), shown, notes
    )


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Without what adds nothing: another date that is the same, and what is not the case."""
    is_other = pl.col("stop_other_transition_on") != pl.col("stop_on")
    flags = [pl.when(flag).then(flag).alias(flag) for flag in ("is_lifelong", "is_final")]
    return rows.with_columns(*flags, pl.when(is_other).then("stop_other_transition_on"))


@dataclass(frozen=True)
class _Below:
    """A table below a row."""

    title: str
    empty: str
    fields: tuple[GridField, ...]


_CHECKED = grid_fields(CHECKLIST, "title", "question", "evidence", "basis")

_HELD = grid_fields(MEASURE, "title", "who", "from_on", "until_on", "basis", "confidence")

_AWAITED = grid_fields(TERM_TABLE, "awaited_title", "who", "from_on", "by_on", "is_extended", "basis", "confidence")

_STEPS = grid_fields(STEP_TABLE, "on", "step_title", "decision_no", "target", "proposed_by", "decided_by", "refusal")

_HISTORY = _Below("办理经过", "没有登记的环节", _STEPS)

_DETAIL_TABLES: Mapping[str, _Below] = {
    "listings": _Below("管理措施", "没有在施的管理措施", _HELD),
    "matters": _Below("办理期限", "没有待办的期限", _AWAITED),
    "candidates": _Below("核对表", "没有需要核对的因素", _CHECKED),
}


def _part(below: _Below, rows: pl.DataFrame) -> Iterator[str]:
    if "evidence" in rows.columns:
        rows = rows.with_columns(pl.col("evidence").fill_null("〔待填〕"))
    yield f"  {below.title}："
    yield from (
        f"    {line}"
        for line in table_lines(grid_from_frame(below.title, below.title, rows, below.fields, below.empty))
    )
