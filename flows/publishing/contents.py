"""What each published list holds on a day by what a run knew: read from the store as the run left it.

`PUBLISHED_LISTS` has the lists by name: 严重违法失信名单 (`serious_list`), 行政处罚公示 (`penalty_list`), and
监督检查结果公示 and 监督抽检结果公示 (`result_list`); and what is public of each firm, 药品安全信用档案
(`credit_file_list`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial

import polars as pl

from flows.legal_state import LegalStates
from flows.policy_folder import (
    law_hash,
    read_check_result_law,
    read_credit_file_law,
    require_law_file,
    require_publicity_system,
)
from flows.publishing.approval import NotApprovable
from flows.settings import Settings, did_you_mean
from flows.store.ledger import Run
from flows.wording import to_chinese
from reports.public_lists import (
    CREDIT_FILES,
    INSPECTIONS,
    PENALTIES,
    SAMPLINGS,
    SERIOUS_VIOLATIONS,
    EntryKey,
    ListSpec,
    Operation,
)
from reports.publication import Causes
from reports.redaction import concerns_minor
from transforms.law.law_state import LawState
from transforms.law.listing.listings import list_entries, listings_of_persons
from transforms.law.matters.procedure import owner_key, step_order
from transforms.law.publicity.check_results import SHOWN, CheckKind, published_results
from transforms.law.publicity.credit_files import HELD, licences_of_files
from transforms.law.publicity.penalties import NATIONAL_SYSTEM, ON_DISPLAY, published_penalties
from transforms.law.publicity.spot_checks import SpotCheckRecords
from transforms.policy_model.law import CheckResultLaw, CreditFileLaw
from transforms.records.text import document_key
from transforms.schemas import KINDS
from transforms.schemas.law import LISTING_GAPS, PERSON_LISTING_NOTE, PUBLICITY_GAPS, STEP_NOTES

SERIOUS_LIST = SERIOUS_VIOLATIONS.name
_SERIOUS_LIST_POLICY = ("serious_list", "procedure", "calendar")
_SERIOUS_LIST_HELD = {gap: f"在列期限不能确定（{title}）" for gap, title in LISTING_GAPS.items()}
_PENALTY_POLICY = ("publicity_gsxt", "repair_gsxt", "low_fines", "serious_list", "procedure", "calendar")
_PENALTY_HELD = {
    **{gap: f"公示期不能确定（{title}）" for gap, title in PUBLICITY_GAPS.items()},
    "minor": "当事人为未成年人，不予公示",
    "nameless": "没有当事人名称",
}
# The cause of removal by the state of a penalty; where publicity ended by itself, `stop_cause` says what ended it.
_PENALTY_CAUSES = {
    "unpublished": PENALTIES.usual["MOD"],
    "to_withdraw": "annulled",
    "withdrawn": "annulled",
    **{state: state for state in ("annulled", "repaired", "delisted", "deregistered", "taken_off", "hidden", "stayed")},
}
_RESULT_POLICY = ("check_results", "spot_checks", *_PENALTY_POLICY)
_FILE_POLICY = ("credit_files", *_RESULT_POLICY)
_RESULT_HELD = {gap: f"公示期不能确定（{title}）" for gap, title in PUBLICITY_GAPS.items()}
_GRANTS = ("remove", "repair", "temporary_repair")


@dataclass(frozen=True)
class ListContents:
    """What a list holds.

    entries: in the columns of the list. causes: why entries were added or removed. policy_version, policy_hash: the
    policy it rests on. ended_on: by key of a removed entry the first day on which it may not be public, where known.
    issues: for the public index. held: what must not be published yet, each with the reason, for officers only.
    doubtful: by key of an entry removed by a grant that a person must check, what to check, in Chinese; computed only
    when called.
    """

    entries: pl.DataFrame
    causes: Causes
    policy_version: str
    policy_hash: str
    ended_on: Mapping[EntryKey, date] = field(default_factory=dict)
    issues: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    doubtful: Callable[[], Mapping[EntryKey, str]] = dict


@dataclass(frozen=True)
class PublishedList:
    """A list that is published. contents: by what a run knew, on a day (None: the run's own)."""

    spec: ListSpec
    contents: Callable[[Settings, LegalStates, Run, date | None], ListContents]


def published_list(name: str) -> PublishedList:
    """The list of that name. Raises NotApprovable where there is none."""
    if name not in PUBLISHED_LISTS:
        known = "、".join(f"{each}（{one.spec.title}）" for each, one in PUBLISHED_LISTS.items())
        nearest = to_chinese(did_you_mean(name, list(PUBLISHED_LISTS)))
        raise NotApprovable(f"没有名为 {name} 的名单{nearest or '。'}现有：{known}。")
    return PUBLISHED_LISTS[name]


def serious_list(settings: Settings, states: LegalStates, run: Run, as_of: date | None = None) -> ListContents:
    """The serious-violation list by what `run` knew, on `as_of` (None: the run's own day)."""
    legal = states.of_run(run, as_of)
    listings, of_persons = legal.decision_log.listings, listings_of_persons(legal.decision_log.matters)
    made = serious_list_from_rows(listings, law_hash(settings.policy_dir, *_SERIOUS_LIST_POLICY))
    held = (*made.held, *(f"{number}：{PERSON_LISTING_NOTE}" for number in of_persons["listing_no"]))

    @cache
    def doubtful() -> dict[EntryKey, str]:
        rows = listings.select("record_id", *SERIOUS_VIOLATIONS.key)
        noted = rows.join(grants_with_notes(legal), left_on="record_id", right_on="listing_id")
        return {(no, party): why for no, party, why in noted.select(*SERIOUS_VIOLATIONS.key, "why").iter_rows()}

    return replace(made, held=held, doubtful=doubtful)


def serious_list_from_rows(listings: pl.DataFrame, policy_hash: str) -> ListContents:
    """The list of `listings` (LISTING). Held back: listings whose end the policy does not determine."""
    key = SERIOUS_VIOLATIONS.key
    is_on = pl.col("state") == "standing"
    unknown = listings.filter(pl.col("state") == "unknown").select("decision_no", "gap").iter_rows()
    held = [(number, _SERIOUS_LIST_HELD[gap]) for number, gap in unknown]
    removed = listings.filter(~is_on).select(*key, "state").iter_rows()
    restored = listings.filter(is_on, pl.col("restored_on").is_not_null()).select(key).iter_rows()
    left = listings.filter(pl.col("left_on").is_not_null()).select(*key, "left_on").iter_rows()
    causes: Causes = {("DEL", (no, party)): state for no, party, state in removed} | {
        ("ADD", (no, party)): "restored" for no, party in restored
    }
    return ListContents(
        list_entries(listings).select(list(SERIOUS_VIOLATIONS.schema)),
        causes,
        "serious_list",
        policy_hash,
        {(no, party): day for no, party, day in left},
        issues=_held_counts(why for _, why in held),
        held=tuple(f"{number}：{why}" for number, why in held),
    )


def penalty_list(settings: Settings, states: LegalStates, run: Run, as_of: date | None = None) -> ListContents:
    """The penalties in publicity by what `run` knew, on `as_of` (None: the run's own day).

    Raises PolicyProblems where the policy leaves the publicity system of the list out.
    """
    require_publicity_system(settings.policy_dir, NATIONAL_SYSTEM)
    legal = states.of_run(run, as_of)
    rows = published_penalties(legal.publicity, legal.records["penalty"], legal.records["enterprise"])
    made = penalty_list_from_rows(rows.collect(), law_hash(settings.policy_dir, *_PENALTY_POLICY))

    @cache
    def doubtful() -> dict[EntryKey, str]:
        number = document_key(pl.col("decision_no"))
        records = legal.records["penalty"].select("record_id", owner_key(), target_key=number)
        noted = records.join(grants_with_notes(legal).lazy(), on=["owner", "target_key"]).select("record_id", "why")
        return {(record,): why for record, why in noted.collect().iter_rows()}

    return replace(made, doubtful=doubtful)


def penalty_list_from_rows(rows: pl.DataFrame, policy_hash: str) -> ListContents:
    """The list of `rows` (PENALTY_SCHEMA): those on display, less those that must be held back."""
    held: dict[str, str] = {}  # by record the code of the reason
    for row in rows.filter(pl.col("state").is_in([*ON_DISPLAY, "unknown"])).iter_rows(named=True):
        texts = (row["name"], row["violation_type"], row["content"], row["facts"], row["remark"])
        if row["state"] == "unknown":
            held[row["record_id"]] = str(row["gap"])
        elif not row["name"]:
            held[row["record_id"]] = "nameless"
        elif row["party_class"] == "person" and concerns_minor(*texts):
            held[row["record_id"]] = "minor"
    is_on = pl.col("state").is_in(ON_DISPLAY) & ~pl.col("record_id").is_in(list(held))
    shown, removed = rows.filter(is_on), rows.filter(~is_on)
    causes: dict[tuple[Operation, EntryKey], str] = {}
    for record, state, stop_cause in removed.select("record_id", "state", "stop_cause").iter_rows():
        if record in held:
            cause = "held"
        elif state == "ended":
            cause = stop_cause if stop_cause and stop_cause in PENALTIES.causes else "period"
        else:
            cause = _PENALTY_CAUSES.get(state, PENALTIES.usual["DEL"])
        causes["DEL", (record,)] = cause
    for cause, day in (("resumed", "resumed_on"), ("restored", "restored_on")):
        for record in shown.filter(pl.col(day).is_not_null())["record_id"]:
            causes["ADD", (record,)] = cause
    numbers = dict(rows.select("record_id", "decision_no").iter_rows())
    return ListContents(
        shown.select(list(PENALTIES.schema)),
        causes,
        "publicity",
        policy_hash,
        {(record,): day for record, day in removed.select("record_id", "stop_on").drop_nulls().iter_rows()},
        issues=_held_counts(_PENALTY_HELD[why] for why in held.values()),
        held=tuple(f"{numbers[record]}：{_PENALTY_HELD[why]}" for record, why in held.items()),
    )


def result_list(
    kind: CheckKind, settings: Settings, states: LegalStates, run: Run, as_of: date | None = None
) -> ListContents:
    """The results of inspections or of samples that are public, by what `run` knew, on `as_of` (None: the run's own).

    Raises PolicyProblems where the policy does not say which results are public, or how long bad ones are.
    """
    spec, law = _RESULT_SPECS[kind], read_check_result_law(settings.policy_dir)
    legal = states.of_run(run, as_of)
    if legal.law.spot_checks is None:
        require_law_file(settings.policy_dir, "spot_checks")
    found = results_of(kind, legal, law)
    made = result_list_from_rows(spec, found, law_hash(settings.policy_dir, *_RESULT_POLICY))
    unnamed = legal.records[kind].filter(pl.sql_expr(getattr(law, f"{kind}_when")), pl.col("published_on").is_null())
    count = unnamed.select(pl.len()).collect().item()
    held = (*made.held, f"{count} 项没有结果公示日期，未列出") if count else made.held

    @cache
    def doubtful() -> dict[EntryKey, str]:
        # Which grant ended what followed stands in no column: any of the firm's that a person must check is shown.
        noted = found.select("record_id", owner="enterprise_id").join(grants_with_notes(legal), on="owner")
        return {(record,): why for record, why in noted.sort("record_id", "why").select("record_id", "why").iter_rows()}

    return replace(made, held=held, doubtful=doubtful)


def results_of(kind: CheckKind, legal: LawState, law: CheckResultLaw) -> pl.DataFrame:
    """Rows of `published_results` by the legal state, codes in Chinese. `legal` must have a law of spot checks."""
    assert legal.law.spot_checks is not None, "the caller has seen to it"
    records = SpotCheckRecords(
        inspections=legal.records["inspection"],
        samplings=legal.records["sampling"],
        penalties=legal.records["penalty"],
        enterprises=legal.records["enterprise"],
        publicity=legal.publicity,
        listings=legal.decision_log.listings,
    )
    found = published_results(kind, records, (law, legal.law.spot_checks), legal.law.calendar, legal.as_of)
    shown = KINDS[kind].table.schema
    words = [
        pl.col(column.name).replace_strict(column.codes, default=pl.col(column.name), return_dtype=pl.String())
        for column in KINDS[kind].columns
        if column.codes and shown[column.name] == pl.String()
    ]
    joined = [pl.col("failing_items").list.join("；")] if kind == "sampling" else []
    return found.with_columns(*words, *joined).collect(engine="in-memory")


def result_list_from_rows(spec: ListSpec, rows: pl.DataFrame, policy_hash: str) -> ListContents:
    """The list of `rows` (see `results_of`): those on display. Held back: those whose end cannot be determined."""
    is_on, is_held = pl.col("state") == SHOWN, pl.col("state") == "unknown"
    gone = rows.filter(~is_on)
    causes: dict[tuple[Operation, EntryKey], str] = {}
    for record, state, cause in gone.select("record_id", "state", "stop_cause").iter_rows():
        is_over = state in ("ended", "deregistered", "wrong") and cause in spec.causes
        causes["DEL", (record,)] = cause if is_over else "held" if state == "unknown" else spec.usual["DEL"]
    if "corrected_on" in rows.columns:
        for record in rows.filter(is_on, pl.col("corrected_on").is_not_null())["record_id"]:
            causes |= {("ADD", (record,)): "rectified", ("MOD", (record,)): "rectified"}
    held = [(number, _RESULT_HELD[gap]) for number, gap in rows.filter(is_held).select(spec.number, "gap").iter_rows()]
    return ListContents(
        rows.filter(is_on).select(list(spec.schema)),
        causes,
        "check_results",
        policy_hash,
        {(record,): day for record, day in gone.select("record_id", "stop_on").drop_nulls().iter_rows()},
        issues=_held_counts(why for _, why in held),
        held=tuple(f"{number}：{why}" for number, why in held),
    )


def credit_file_list(settings: Settings, states: LegalStates, run: Run, as_of: date | None = None) -> ListContents:
    """The records of the firms' public credit files, by what `run` knew, on `as_of` (None: the run's own day).

    They are the rows of the other lists, less those of natural persons, and the licences that hold. Raises
    PolicyProblems where the policy does not say what a file shows, or when what it shows ends.
    """
    law, results_law = read_credit_file_law(settings.policy_dir), read_check_result_law(settings.policy_dir)
    require_publicity_system(settings.policy_dir, NATIONAL_SYSTEM)
    legal = states.of_run(run, as_of)
    if legal.law.spot_checks is None:
        require_law_file(settings.policy_dir, "spot_checks")
    parts = list(file_parts(legal, law, results_law))
    made = credit_files_from_parts(parts, legal.records["enterprise"], law_hash(settings.policy_dir, *_FILE_POLICY))

    @cache
    def doubtful() -> dict[EntryKey, str]:
        # As in `result_list`: whatever a person must check of the firm's grants.
        noted = pl.concat([part.owners for part in parts]).join(grants_with_notes(legal), on="owner")
        found = noted.select(*CREDIT_FILES.key, "why").sort(*CREDIT_FILES.key, "why")
        return {(section, record): why for section, record, why in found.iter_rows()}

    return replace(made, doubtful=doubtful)


@dataclass(frozen=True)
class FilePart:
    """The records of one section of all files. entries: in the columns of CREDIT_FILES but for those of the firm.

    owners: section, record_id and owner of every record, on display or not. Keys are those of CREDIT_FILES.
    """

    title: str
    entries: pl.DataFrame
    owners: pl.DataFrame
    causes: Causes
    ended_on: Mapping[EntryKey, date]
    issues: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


def credit_files_from_parts(parts: Sequence[FilePart], enterprises: pl.LazyFrame, policy_hash: str) -> ListContents:
    """The files of the enterprises of the register that are no natural persons."""
    register = enterprises.filter((pl.col("party_class") != "person").fill_null(True))
    firms = register.select("enterprise_id", "name", "uscc").collect()
    none = pl.DataFrame(schema={name: CREDIT_FILES.schema[name] for name in _FILE_COLUMNS})
    entries = pl.concat([none, *(part.entries.select(_FILE_COLUMNS) for part in parts)])
    return ListContents(
        entries.join(firms, on="enterprise_id").select(list(CREDIT_FILES.schema)),
        {at: code for part in parts for at, code in part.causes.items()},
        "credit_files",
        policy_hash,
        {key: day for part in parts for key, day in part.ended_on.items()},
        issues=tuple(f"{part.title}：{issue}" for part in parts for issue in part.issues),
        held=tuple(f"{part.title}：{why}" for part in parts for why in part.held),
    )


def file_parts(legal: LawState, law: CreditFileLaw, results_law: CheckResultLaw) -> Iterator[FilePart]:
    """The sections that the files have on the day, each with its records."""
    sections = law.sections_on(legal.as_of)
    if "licence" in sections:
        yield _licence_part(legal, law)
    for kind, spec in _RESULT_SPECS.items():
        if kind in sections:
            found = results_of(kind, legal, results_law)
            firms = found.select("record_id", "enterprise_id")
            yield _part(kind, spec, result_list_from_rows(spec, found, ""), firms, _RESULT_COLUMNS[kind])
    if "penalty" in sections:
        rows = published_penalties(legal.publicity, legal.records["penalty"], legal.records["enterprise"]).collect()
        of_firms = legal.records["penalty"].filter(pl.col("enterprise_id").is_not_null())
        firms = of_firms.select("record_id", "enterprise_id").collect()
        made = penalty_list_from_rows(rows.join(firms, on="record_id", how="semi"), "")
        yield _part("penalty", PENALTIES, made, firms, _PENALTY_COLUMNS)
    if "listing" in sections:
        listings = legal.decision_log.listings
        made = serious_list_from_rows(listings, "")
        # The list knows its entries by number and firm, a file by one value.
        ids = listings.select(*SERIOUS_VIOLATIONS.key, "record_id")
        known: dict[EntryKey, EntryKey] = {(number, firm): (record,) for number, firm, record in ids.iter_rows()}
        by_record = replace(
            made,
            entries=made.entries.join(ids, on=SERIOUS_VIOLATIONS.key),
            causes={(operation, known[key]): code for (operation, key), code in made.causes.items()},
            ended_on={known[key]: day for key, day in made.ended_on.items()},
        )
        firms = listings.select("record_id", "enterprise_id")
        yield _part("listing", SERIOUS_VIOLATIONS, by_record, firms, _LISTING_COLUMNS)


def _part(
    section: str, spec: ListSpec, made: ListContents, firms: pl.DataFrame, columns: Mapping[str, pl.Expr]
) -> FilePart:
    """The part of the files that another list gives. firms: record_id and enterprise_id; columns: of CREDIT_FILES."""

    def code_of(operation: Operation, code: str) -> str:
        own = f"{spec.name}.{code}"
        return own if own in CREDIT_FILES.causes else CREDIT_FILES.usual[operation]

    in_section = pl.lit(section).alias("section")
    none = {"until_on": pl.lit(None, dtype=pl.Date())}
    entries = made.entries.drop("enterprise_id", strict=False).join(firms, on="record_id")
    return FilePart(
        CREDIT_FILES.sections[section].title,
        entries.with_columns(in_section, **columns, **none),
        firms.select(in_section, "record_id", owner="enterprise_id"),
        {(operation, (section, *key)): code_of(operation, code) for (operation, key), code in made.causes.items()},
        {(section, *key): day for key, day in made.ended_on.items()},
        made.issues,
        made.held,
    )


def _licence_part(legal: LawState, law: CreditFileLaw) -> FilePart:
    """The licences that hold, and what ended the others."""
    types = KINDS["licence"].table.column("licence_type").codes
    found = licences_of_files(legal.records["licence"], legal.records["enterprise"], law, legal.as_of).collect()
    in_section = pl.lit("licence").alias("section")
    named = pl.col("licence_type").replace_strict(types, default=pl.col("licence_type"), return_dtype=pl.String())
    entries = found.filter(pl.col("state") == HELD).with_columns(
        in_section,
        occurred_on="issued_on",
        number="licence_no",
        subject=named,
        result=pl.when("is_suspended").then(pl.lit("暂停")).otherwise(pl.lit("有效")),
        detail="scope",
        until_on="valid_until_on",
    )
    gone = found.filter(pl.col("state") != HELD)
    return FilePart(
        CREDIT_FILES.sections["licence"].title,
        entries,
        found.limit(0).select(in_section, "record_id", owner="enterprise_id"),  # no grant ends a licence
        {("DEL", ("licence", record)): state for record, state in gone.select("record_id", "state").iter_rows()},
        {("licence", record): day for record, day in gone.select("record_id", "stop_on").drop_nulls().iter_rows()},
    )


def _joined(*parts: pl.Expr, separator: str) -> pl.Expr:
    """Texts that are there, with a sign between them."""
    return pl.concat_str(*parts, separator=separator, ignore_nulls=True)


def _titled(title: str, name: str) -> pl.Expr:
    """The column with its title before it; null where it is empty."""
    return pl.when(pl.col(name).fill_null("") != "").then(pl.concat_str(pl.lit(f"{title}："), name))


_FILE_COLUMNS = [name for name in CREDIT_FILES.schema if name not in ("name", "uscc")]
_RECTIFIED = pl.format("（{}整改完成）", pl.col("rectified_on").dt.to_string("%Y-%m-%d"))
_RESULT_COLUMNS: Mapping[CheckKind, Mapping[str, pl.Expr]] = {
    "inspection": {
        "occurred_on": pl.col("inspected_on"),
        "number": pl.col("inspection_no"),
        "subject": pl.col("inspection_type"),
        "result": _joined(
            pl.col("conclusion"), pl.when(pl.col("rectified_on").is_not_null()).then(_RECTIFIED), separator=""
        ),
        "detail": pl.col("standard"),
        "authority": pl.col("authority"),
    },
    "sampling": {
        "occurred_on": pl.col("reported_on"),
        "number": pl.col("sample_no"),
        "subject": _joined(pl.col("product"), pl.col("specification"), separator=" "),
        "result": _joined(
            pl.col("result"), pl.when(pl.col("corrected_on").is_not_null()).then(pl.lit("（已更正）")), separator=""
        ),
        "detail": _joined(
            _titled("批号", "batch_no"),
            _titled("标示上市许可持有人", "holder_name"),
            _titled("标示生产企业", "maker_name"),
            _titled("不符合规定项目", "failing_items"),
            separator="；",
        ),
        "authority": pl.col("laboratory"),
    },
}
_PENALTY_COLUMNS = {
    "occurred_on": pl.col("decided_on"),
    "number": pl.col("decision_no"),
    "subject": pl.col("violation_type"),
    "result": pl.col("penalty_kinds"),
    "detail": pl.col("content"),
    "authority": pl.col("authority"),
}
_LISTING_COLUMNS = {
    "occurred_on": pl.col("listed_on"),
    "number": pl.col("decision_no"),
    "subject": pl.lit("列入严重违法失信名单"),
    "result": pl.lit(""),
    "detail": pl.col("reason"),
    "authority": pl.col("listed_by"),
}


def _held_counts(reasons: Iterable[str]) -> tuple[str, ...]:
    """Issues for the public index: how many entries are held back for which reason, without document numbers."""
    return tuple(f"{count} 件未列出：{reason}" for reason, count in sorted(Counter(reasons).items()))


def grants_with_notes(legal: LawState) -> pl.DataFrame:
    """Matters whose last grant of a removal or repair has a note (see `yaoxin list --refused`).

    Columns: matter_id, owner and target_key of what it concerns, listing_id of a listing, why (Chinese).
    """
    log = legal.decision_log
    is_grant = ~pl.col("is_refused") & pl.col("step").is_in(_GRANTS)
    matters = log.matters.select("matter_id", owner_key(), "target_key", "listing_id")
    if log.steps.filter(is_grant).is_empty():  # the notes are costly
        return matters.limit(0).with_columns(why=pl.lit(""))
    last = legal.steps.filter(is_grant).sort(*step_order()).group_by("matter_id", maintain_order=True).last()
    titles = pl.element().replace_strict(STEP_NOTES, default=pl.element())
    noted = last.filter(pl.col("notes").list.len() > 0)
    reasons = noted.select("matter_id", why=pl.col("notes").list.eval(titles).list.join("；"))
    return matters.join(reasons, on="matter_id").sort("matter_id")


_RESULT_SPECS: Mapping[CheckKind, ListSpec] = {"inspection": INSPECTIONS, "sampling": SAMPLINGS}
PUBLISHED_LISTS = {
    each.spec.name: each
    for each in (
        PublishedList(SERIOUS_VIOLATIONS, serious_list),
        PublishedList(PENALTIES, penalty_list),
        PublishedList(INSPECTIONS, partial(result_list, "inspection")),
        PublishedList(SAMPLINGS, partial(result_list, "sampling")),
        PublishedList(CREDIT_FILES, credit_file_list),
    )
}
