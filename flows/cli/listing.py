"""`yaoxin list`: the serious-violation list, its candidates, bans, and refused steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import click
import polars as pl

from flows.cli.find_enterprise import find_enterprises, single_enterprise
from flows.cli.options import (
    as_of_option,
    chosen_flag,
    code_of,
    common_options,
    completing,
    json_option,
    open_store,
    print_json,
    run_as_of,
    settings_from_flags,
    unknown_code,
)
from flows.cli.terminal import table_lines
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store, current_records
from reports import formatting
from reports.grid import GridField, grid_fields, grid_from_frame
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
from transforms.schemas.vocabularies import LISTING_STATES

if TYPE_CHECKING:
    from transforms.law.law_state import LawState

ListingTopic = Literal["listings", "matters", "candidates", "bans", "refused"]
_SUPERVISION = ("sampling", "signal", "inspection", "case")
_TO_CONFIRM = "提示和可信度不是“已核对”的，须由人工确认。"


def _complete_states(settings: Settings) -> list[str]:
    return [word for codes in (LISTING_STATES, matter_states(settings)) for pair in codes.items() for word in pair]


@click.command("list")
@click.argument("query", metavar="[ID]", required=False)
@click.option(
    "--state",
    metavar="STATE",
    shell_complete=completing(_complete_states),
    help="Listings in that state: a code or its Chinese label.",
)
@click.option("--candidates", is_flag=True, help="Penalties that may lead to a listing.")
@click.option("--bans", is_flag=True, help="Persons and firms barred from the trade.")
@click.option("--refused", is_flag=True, help="Steps of the decision log that were impossible.")
@as_of_option
@json_option
@common_options
def list_(  # noqa: PLR0913, PLR0917 (one per flag)
    query: str | None,
    state: str | None,
    candidates: bool,
    bans: bool,
    refused: bool,
    as_of: date | None,
    is_json: bool,
    **flags: object,
) -> None:
    """The serious-violation list (严重违法失信名单).

    Without a flag: the current entries, until when, by which article; with ID (as for explain): every listing of
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
    topic = cast("ListingTopic | None", chosen_flag({"candidates": candidates, "bans": bans, "refused": refused}))
    if topic is not None and state is not None:
        raise click.UsageError(f"--state is of listings; leave it out with --{topic}")
    settings = settings_from_flags(**flags)
    if state is not None:
        topic, state = _topic_of_state(settings, state)
    store = open_store(settings)
    run = run_as_of(store, as_of)
    enterprise = single_enterprise(query, find_enterprises(store, run, query)) if query else {}
    wanted = ListingQuery(as_of or run.as_of, topic or "listings", state, enterprise.get("enterprise_id"))
    found = find_listings(settings, store, run, wanted)
    if is_json:
        print_json(found.document())
    else:
        click.echo("\n".join(listing_text(found, formatting.clean(enterprise.get("name") or ""))))


def _topic_of_state(settings: Settings, state: str) -> tuple[ListingTopic, str]:
    """Whose state is meant, given as a code or a label, and its code: of entries first, then of their matters."""
    vocabularies: dict[ListingTopic, dict[str, str]] = {"listings": LISTING_STATES, "matters": matter_states(settings)}
    for topic, labels in vocabularies.items():
        code = code_of(state, labels)
        if code is not None:
            return topic, code
    raise click.UsageError(unknown_code("state", state, *vocabularies.values()))


def matter_states(settings: Settings) -> dict[str, str]:
    """The states of procedure.yaml that a matter of the list may be in: code to Chinese label."""
    from flows.policy_folder import read_procedure_law

    return {one.state: one.title for one in read_procedure_law(settings.policy_dir).of("listing").states}


class ListingQuery(NamedTuple):
    """What is asked, of which day.

    state: of listings one of LISTING_STATES, of matters one of procedure.yaml; None: the current entries, or with an
    enterprise every listing of it. enterprise_id: None for every enterprise.
    """

    as_of: date
    topic: ListingTopic = "listings"
    state: str | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class ListingAnswer:
    """rows: of LISTING, MATTER_TABLE with the name, CANDIDATE, BAN or STEP_TABLE by the topic.

    details: what belongs to each row, of MEASURE, TERM_TABLE or CHECKLIST. history: the steps of an enterprise's
    listings, of STEP_TABLE. persons: listings of natural persons (MATTER_TABLE), on no published list, where all
    entries are asked for. absent: what the policy leaves out, and what is therefore not answered.
    """

    query: ListingQuery
    rows: pl.DataFrame
    details: pl.DataFrame | None = None
    history: pl.DataFrame | None = None
    persons: pl.DataFrame | None = None
    absent: tuple[str, ...] = ()

    def details_of(self, row: Mapping[str, Any]) -> pl.DataFrame:
        """The details that belong to that row."""
        assert self.details is not None
        key = _DETAILS[self.query.topic].key
        return self.details.filter(pl.col(key) == row[key]).drop(key)

    def document(self) -> dict[str, Any]:
        """For --json."""
        topic, rows = self.query.topic, self.rows.to_dicts()
        if self.details is not None:
            rows = [row | {_DETAILS[topic].name: self.details_of(row).to_dicts()} for row in rows]
        document: dict[str, Any] = {
            "as_of": self.query.as_of,
            "asked": topic,
            "count": self.rows.height,
            topic: rows,
        }
        if self.absent:
            document["absent"] = list(self.absent)
        more = {"history": self.history, "persons": self.persons}
        return document | {name: rows.to_dicts() for name, rows in more.items() if rows is not None}


def find_listings(settings: Settings, store: Store, run: Run, query: ListingQuery) -> ListingAnswer:
    """What was asked, of what `run` knew. Raises PolicyProblems."""
    from flows.legal_state import law_state_of_run

    state = law_state_of_run(settings, store, run, query.as_of, query.enterprise_id)
    if query.topic == "candidates":
        return _find_candidates(state, store, run, query)
    if query.topic == "bans":
        return ListingAnswer(query, state.bans, absent=_absent(state, "bans"))
    if query.topic == "refused":
        from transforms.law.matters.decision_log import needs_attention

        order = ["on", "decision_no", "record_id", "matter_id"]
        steps = state.steps.filter(needs_attention())
        return ListingAnswer(query, steps.sort(order, descending=[True, False, False, False]))
    if query.topic == "matters":
        return _find_matters(state, query)
    return _find_entries(settings, state, query)


def _find_entries(settings: Settings, state: LawState, query: ListingQuery) -> ListingAnswer:
    from flows.policy_folder import read_measure_law
    from transforms.law.listing.listings import listings_of_persons
    from transforms.law.listing.restrictions import measures

    rows = state.decision_log.listings
    if query.state is not None or query.enterprise_id is None:
        rows = rows.filter(pl.col("state") == (query.state or "standing"))
    law = read_measure_law(settings.policy_dir)
    in_force = measures(rows, law, query.as_of) if law else MEASURE.empty()
    history = _history(state, rows) if query.enterprise_id else None
    persons = None
    if query.enterprise_id is None and query.state is None:
        persons = listings_of_persons(state.decision_log.matters)
    return ListingAnswer(query, rows, in_force, history, persons, _absent(state, "measures"))


def _history(state: LawState, listings: pl.DataFrame) -> pl.DataFrame:
    """The steps of an enterprise's listings, and the stays of their execution (停止执行) with the ends of these."""
    from transforms.records.text import document_key

    numbers = listings.select(key=document_key(pl.col("decision_no")))["key"]
    is_of_listing = document_key(pl.col("target")).is_in(numbers.implode())
    is_own = (pl.col("matter") == "listing") | ((pl.col("matter") == "stay") & is_of_listing)
    return state.decision_log.steps.filter(is_own).sort("on", "record_id", "matter_id")


def _absent(state: LawState, name: str) -> tuple[str, ...]:
    from transforms.law.policy_gaps import absent_file_messages

    return tuple(absent_file_messages(one for one in state.law.absent if one == name))


def _find_matters(state: LawState, query: ListingQuery) -> ListingAnswer:
    """Matters of the list in that state, also those that are no listing yet, with what is awaited."""
    log, names = state.decision_log, state.records["enterprise"].select("enterprise_id", "name").collect()
    matters = log.matters.filter(pl.col("matter") == "listing", pl.col("state") == query.state)
    named = matters.join(names, on="enterprise_id", how="left").with_columns(name=pl.coalesce("name", "party_name"))
    return ListingAnswer(query, named.sort("since_on", "matter_id"), log.terms)


def _find_candidates(state: LawState, store: Store, run: Run, query: ListingQuery) -> ListingAnswer:
    from transforms.law.listing.candidates import EvidenceRecords, checklist

    supervision = (current_records(store, kind, run, query.enterprise_id) for kind in _SUPERVISION)
    evidence = EvidenceRecords(state.records["penalty"], *supervision)
    details = checklist(state.candidates, evidence, state.law.listing.serious, query.as_of)
    return ListingAnswer(query, state.candidates, details)


@dataclass(frozen=True)
class _Topic:
    """How the rows of a topic are shown: `shown` as columns, `notes` below each row."""

    title: str
    empty: str
    closing: str
    table: Table
    shown: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Details:
    """A table below a row. name: its key in the document; key: the column that ties it to the row."""

    name: str
    key: str
    title: str
    empty: str
    fields: tuple[GridField, ...]


_TOPICS: Mapping[ListingTopic, _Topic] = {
    "listings": _Topic(
        "严重违法失信名单",
        "没有符合条件的列入",
        _TO_CONFIRM,
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
    "matters": _Topic(
        "严重违法失信名单办理事项",
        "没有处于该状态的事项",
        _TO_CONFIRM,
        replace(MATTER_TABLE, columns=(*MATTER_TABLE.columns, LISTING.column("name"))),
        ("since_on", "state_title", "name", "target", "listing_no"),
        ("opened_on", "applied_on", "released_on", "restored_on", "barred_until_on", "notes"),
    ),
    "candidates": _Topic(
        "列入严重违法失信名单候选",
        "没有候选",
        "候选不是列入：性质、情节和社会危害由人工判断，经告知、听证后作出决定。空白处由人工填写。",
        CANDIDATE,
        ("decided_on", "decision_no", "name", "situation", "penalty_kinds"),
        (
            *("uscc", "violation_type", "authority", "situation_basis", "situation_confidence", "other_situations"),
            *("heavier_basis", "notes"),
        ),
    ),
    "bans": _Topic(
        "行业禁入",
        "没有行业禁入",
        "提示所列事项须核对决定书。",
        BAN,
        ("decided_on", "ban_no", "party", "name", "barred", "starts_on", "ends_on", "is_lifelong", "is_in_force"),
        ("masked", "employer", "basis", "article", "article_confidence", "authority", "field", "notes"),
    ),
    "refused": _Topic(
        "不予认可、须核对的办理环节",
        "没有不予认可或者须核对的办理环节",
        "不予认可的环节不改变事项的状态；登记有误的，请更正登记后重新报送。",
        STEP_TABLE,
        ("on", "decision_no", "matter", "step_title", "target"),
        ("system", "refusal", "notes", "basis", "proposed_by", "decided_by"),
    ),
}
_DETAILS: Mapping[ListingTopic, _Details] = {
    "listings": _Details(
        "measures",
        "record_id",
        "管理措施",
        "没有在施的管理措施",
        grid_fields(MEASURE, "title", "who", "from_on", "until_on", "basis", "confidence"),
    ),
    "matters": _Details(
        "terms",
        "matter_id",
        "办理期限",
        "没有待办的期限",
        grid_fields(TERM_TABLE, "awaited_title", "who", "from_on", "by_on", "is_extended", "basis", "confidence"),
    ),
    "candidates": _Details(
        "checklist",
        "record_id",
        "核对表",
        "没有需要核对的因素",
        grid_fields(CHECKLIST, "title", "question", "evidence", "basis"),
    ),
}
_HISTORY = _Details(
    "history",
    "matter_id",
    "办理经过",
    "没有登记的环节",
    grid_fields(STEP_TABLE, "on", "step_title", "decision_no", "target", "proposed_by", "decided_by", "refusal"),
)


def listing_text(found: ListingAnswer, name: str) -> list[str]:
    """Lines in Chinese; `name` is that of the enterprise asked for, if one is."""
    topic = _TOPICS[found.query.topic]
    lines = [f"{topic.title}：{found.query.as_of}，共 {found.rows.height} 项{f'（{name}）' if name else ''}"]
    details = _DETAILS.get(found.query.topic) if name or found.query.topic == "matters" else None
    if details is None or found.rows.is_empty():
        lines += _row_lines(found, found.rows)
    else:
        for row in found.rows.iter_slices(1):
            lines += [*_row_lines(found, row), *_detail_lines(details, found.details_of(row.row(0, named=True)))]
    if found.history is not None:
        lines += _detail_lines(_HISTORY, found.history)
    if found.persons is not None:
        persons = found.persons.iter_rows(named=True)
        lines += [f"{row['listing_no']}（{row['party_name']}）：{PERSON_LISTING_NOTE}。" for row in persons]
    return [*lines, *found.absent, topic.closing]


def _row_lines(found: ListingAnswer, rows: pl.DataFrame) -> list[str]:
    topic = _TOPICS[found.query.topic]
    if found.query.topic == "listings":
        # Without what adds nothing: another date that is the same, and what is not the case.
        is_other = pl.col("stop_other_transition_on") != pl.col("stop_on")
        true_only = [pl.when(flag).then(flag).alias(flag) for flag in ("is_lifelong", "is_final")]
        rows = rows.with_columns(*true_only, pl.when(is_other).then("stop_other_transition_on"))
    fields = grid_fields(topic.table, *topic.shown, *topic.notes)
    grid = grid_from_frame(found.query.topic, topic.title, rows, fields, topic.empty)
    return table_lines(grid, topic.shown, topic.notes)


def _detail_lines(details: _Details, rows: pl.DataFrame) -> list[str]:
    if "evidence" in rows.columns:
        rows = rows.with_columns(pl.col("evidence").fill_null("〔待填〕"))
    grid = grid_from_frame(details.name, details.title, rows, details.fields, details.empty)
    return [f"  {details.title}：", *table_lines(grid, indent=4)]
