"""Small histories of every shape: runs that rate the affected, or split into buckets, leave the same tables."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.run.context import RunContext
from flows.run.ingest import IngestSummary
from flows.run.report import Report
from flows.run.run import RunSteps
from flows.run.snapshot import UNUSED_COLUMNS, Selection, Snapshot
from flows.settings import DEFAULT_POLICY_DIR
from flows.store.store import Store
from flows.store.store import current_records as known_of
from flows.store.tables import BucketFilter, split_by_bucket
from tests.flows.run.run_helpers import content, differing_tables, run_day, setup_at, skip_gate
from tests.flows.run.walk import SCHEME
from transforms.schemas import KINDS
from transforms.schemas.run_tables import OUTLOOK_DAYS

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
BEGIN = date(2026, 1, 21)  # values of the scheme change six days later
FIRMS = ("91110000600037341L", "914403001922038216", "92110108551385082M", "MX-1")
OTHERS = tuple(f"MX-{n}" for n in range(2, 14))  # so many that the four are few among them
IS_CAMPAIGN = os.environ.get("HYPOTHESIS_PROFILE") == "campaign"
EXAMPLES = 400 if IS_CAMPAIGN else 2
DAYS_AHEAD = OUTLOOK_DAYS if IS_CAMPAIGN else 3  # each day of an outlook at which something changes is rated
STEPS = 4

numbers = st.integers(0, 2)
who = st.sampled_from([*FIRMS, FIRMS[0], None])
days = st.integers(-14, 3)


def _fact(kind: str, **columns: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({"kind": st.just(kind), "number": numbers, "enterprise_id": who, "on": days} | columns)


persons = st.sampled_from(["甲某", "乙某", None])
kinds_of_penalty = st.sampled_from([["fine"], ["warning"], ["fine", "warning"], ["stop_order"]])
revoked = st.one_of(st.none(), st.none(), days)
facts = st.one_of(
    _fact("penalty", penalty_kinds=kinds_of_penalty, fine_fen=st.sampled_from([1, 2_000_000]), revoked_on=revoked),
    _fact("inspection", critical_count=st.integers(0, 3)),
    _fact("honour", valid_until_on=st.one_of(st.none(), st.integers(0, 6))),
    _fact(
        "licence",
        licence_type=st.sampled_from(["drug_trade", "device_trade"]),
        valid_until_on=st.one_of(st.none(), st.integers(0, 6), st.integers(40, 70)),
        cancelled_on=revoked,
    ),
    _fact(
        "post",
        person_hash=persons,
        position=st.sampled_from(["manager", "legal_representative"]),
        ends_on=st.one_of(st.none(), st.integers(0, 6)),
    ),
    _fact("person_ban", person_hash=persons, starts_on=st.integers(0, 3), ends_on=st.integers(1, 6)),
    _fact("external_listing", list_type=st.sampled_from(["abnormal", "serious"]), left_on=revoked),
    st.fixed_dictionaries(
        {"kind": st.just("list_delivery"), "number": numbers, "enterprise_id": st.none(), "on": days}
    ),
    _fact("push", push_type=st.sampled_from(["penalty", "other"]), receipt_on=revoked),
    _fact("case", filed_on=st.one_of(st.none(), days), concluded_on=revoked),
    _fact("decision", decision_type=st.sampled_from(["list", "hold_tier"]), ends_on=st.integers(0, 6)),
    st.fixed_dictionaries(
        {"kind": st.just("enterprise"), "number": st.integers(0, 3), "name": st.sampled_from("甲乙")}
    ),
)


def _entry(number: int, name: str) -> dict:
    return {"kind": "enterprise", "number": number, "name": name}


steps = st.fixed_dictionaries(
    {
        "after": st.sampled_from([1, 1, 2, 0, 4]),  # days since the previous run; 0: the same day again
        "lag": st.sampled_from([0, 0, 0, 30, 60]),  # hours by which known_at stays behind
        "news": st.lists(facts, max_size=4),
        "approved": st.booleans(),  # a row that another flow writes after the run, of an instant before its known_at
    }
)
histories = st.lists(steps, min_size=2, max_size=STEPS)


class Register:
    """Facts as they are reported, made records: the same fact again is a version more."""

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}

    def frames(self, news: list[dict], received_at: datetime) -> dict[str, pl.DataFrame]:
        """The records of a run by kind."""
        rows: dict[str, list[dict]] = {}
        for fact in news:
            rows.setdefault(fact["kind"], []).append(self._row(fact, received_at))
        return {kind: self._frame(kind, made) for kind, made in rows.items()}

    def _row(self, fact: dict, received_at: datetime) -> dict:
        kind, number = KINDS[fact["kind"]], fact["number"]
        record = f"{kind.name}:{number}"
        self.versions[record] = self.versions.get(record, 0) + 1
        shared = {"record_id": record, "version_no": self.versions[record], "source": "made", "file_id": "0" * 64}
        shared |= {"row_no": 2, "received_at": received_at, "row_hash": "h"}
        if kind.name == "enterprise":
            return shared | {
                "enterprise_id": (*FIRMS, *OTHERS)[number],
                "uscc": None,
                "name": fact["name"],
                "name_key": "甲",
                "fields": ["drug"],
            }
        day = received_at.date()
        dates = {name: day + timedelta(days=fact[name]) for name in _DAYS if fact.get(name) is not None}
        dates[kind.event_on] = day + timedelta(days=fact["on"])
        return shared | _SOUND[kind.name] | {kind.number: f"号{number}"} | fact | dates

    def _frame(self, kind: str, rows: list[dict]) -> pl.DataFrame:
        schema = KINDS[kind].table.schema
        return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


_DAYS = (
    "revoked_on",
    "cancelled_on",
    "valid_until_on",
    "starts_on",
    "ends_on",
    "left_on",
    "receipt_on",
    "filed_on",
    "concluded_on",
)
_SOUND = {
    "penalty": {"decision_key": "k", "act_no": "一", "party_class": "person", "state": "in_force"},
    "inspection": {},
    "honour": {},
    "licence": {"authority": "某局"},
    "post": {"person_name": "王某"},
    "person_ban": {"person_name": "王某", "basis": "药品管理法第一百四十二条", "field": "drug"},
    "external_listing": {"authority": "某局"},
    "list_delivery": {"authority": "某局", "list_type": "abnormal", "entry_count": 1},
    "push": {"subject_no": "号0", "addressee": "某省某局"},
    "case": {"authority": "某局"},
    "decision": {"tier": "C", "proposed_by": "甲", "decided_by": "乙"},
}


def ingesting(frames: dict[str, pl.DataFrame]):
    """An ingest step that stages these records instead of reading files."""

    def ingest(store, own, context):
        buckets = own.buckets or 1
        context = replace(context, buckets=buckets)
        for kind, frame in frames.items():
            for bucket, part in split_by_bucket(frame, buckets).items():
                context.stage(kind, part, bucket)
        for kind in frames:
            Snapshot.of(context, store).stage_moved_records(kind)
        return IngestSummary((), buckets)

    return ingest


def no_report(_store, _settings, inputs):
    """A report step that writes nothing: the report follows from the tables, and takes longer than they do."""
    return Report(inputs.folder / "office.html", "", {})


def walk(root: Path, history: list[dict], ways: dict[str, dict]) -> dict[str, Store]:
    """The stores after the runs of a history, one for each way to run it."""
    shutil.copytree(DEFAULT_POLICY_DIR, root / "policy")
    shutil.copy(SCHEME, root / "policy" / "schemes")
    for name, (old, new) in _WHOLE_LISTS.items():
        path = root / "policy" / "law" / f"{name}.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    own = {"policy_dir": root / "policy", "scheme": "walk"}
    offices = {name: setup_at(root / name, **(own | more)) for name, more in ways.items()}
    register, day = Register(), BEGIN
    for number, step in enumerate(history):
        previous, day = day, day + timedelta(days=step["after"] if number else 0)
        known_at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC) - timedelta(hours=step["lag"])
        entries = [] if number else [_entry(place, "甲") for place in range(len(FIRMS) + len(OTHERS))]
        frames = register.frames([*entries, *step["news"]], known_at)
        due = [previous + timedelta(days=n + 1) for n in range((day - previous).days)] or [day]
        approval = register.frames([_APPROVED], known_at - timedelta(hours=1)) if step["approved"] else {}
        for office in offices.values():
            for place, one in enumerate(due):
                functions = RunSteps(ingesting(frames if place == 0 else {}), validate=skip_gate, report=no_report)
                assert run_day(office, one, functions, known_at).state == "passed"
            _approve(office.store, approval, day, known_at)
    return {name: office.store for name, office in offices.items()}


# A law by which a list that is handed over whole, and is five days old at most, decides on every repair.
_NOT_BARRED = "basis: 总局令第107号第二十三条第二款, confidence: C}\n\nlisting:"
_OFF = "      - {test: off_abnormal_list, title: 未在经营异常名录中, basis: 试验, confidence: GAP}"
_DAYS_IT_COUNTS = "counts_for_days: {values: {2026-01-24: 5}, basis: 试验, confidence: I}"
_WHOLE = f"whole: [{{list_type: abnormal, authority: 某局, {_DAYS_IT_COUNTS}}}]"
_WHOLE_LISTS = {
    "external_lists": ("whole: []", _WHOLE),
    "repair_gsxt": (_NOT_BARRED, _NOT_BARRED.replace("\n\n", f"\n{_OFF}\n\n")),
}
_APPROVED = {"kind": "decision", "number": 7, "enterprise_id": FIRMS[1], "on": 0, "decision_type": "list", "ends_on": 5}


def _approve(store: Store, frames: dict[str, pl.DataFrame], day: date, known_at: datetime) -> None:
    for kind, frame in frames.items():
        with store.begin("approve", day, known_at) as writing:
            writing.append(kind, frame)
            writing.commit("passed", {})


def _step(*news: dict, after: int = 1, lag: int = 0, approved: bool = False) -> dict:
    return {"after": after, "lag": lag, "news": list(news), "approved": approved}


def _news(kind: str, number: int, firm: int, on: int = 0, **columns: object) -> dict:
    return {"kind": kind, "number": number, "enterprise_id": FIRMS[firm], "on": on} | columns


_FINE = {"penalty_kinds": ["fine"], "fine_fen": 2_000_000, "revoked_on": None}
_OF_ITSELF = [  # halved after six days, a warning over after seven, a tier held from a day ahead
    _step(
        _news("penalty", 0, 0, **_FINE),
        _news("penalty", 1, 1, **_FINE | {"penalty_kinds": ["warning"]}),
        _news("decision", 0, 2, on=3, decision_type="hold_tier", ends_on=6),
        _news("inspection", 2, 3, on=2, critical_count=3),
    ),
    _step(after=4),
    _step(after=4),
]
_MOVED = [  # an inspection entered for the wrong enterprise, twice
    _step(_news("inspection", 0, 0, critical_count=3)),
    _step(_news("inspection", 0, 1, critical_count=3)),
    _step(_news("inspection", 1, 0, critical_count=0)),  # of the first enterprise alone
    _step(_news("inspection", 0, 2, critical_count=3)),
]
_LATE = [  # what another flow wrote meanwhile; a run that knows of less than the previous one, and the next
    _step(approved=True),
    _step(_news("penalty", 0, 0, **_FINE)),
    _step(_news("penalty", 1, 3, **_FINE), lag=30),
    _step(),
]
_BAN = {"person_hash": "甲某", "starts_on": 1, "ends_on": 3}
_POST = {"person_hash": "甲某", "position": "manager", "ends_on": None}
_LEADER = {"person_hash": "丙某", "position": "legal_representative", "ends_on": None}
_FALSE = {"decision_type": "list", "situation": "false_publication", "ends_on": None}
_BARRED = [  # of who has a post elsewhere a ban arrives later, starts, is corrected to another person, ends
    _step(
        _news("post", 0, 1, on=-5, **_POST),
        _news("post", 1, 2, on=-5, **_POST | {"person_hash": "乙某"}),
        _news("post", 3, 0, on=-5, **_LEADER),
        _news("post", 4, 1, on=-5, **_LEADER),
    ),
    _step(_news("person_ban", 0, 0, **_BAN)),
    _step(_news("person_ban", 0, 0, **_BAN | {"person_hash": "乙某"})),
    _step(_news("post", 2, 3, **_POST | {"person_hash": "乙某"}), _news("penalty", 0, 3, **_FINE)),
    _step(_news("decision", 0, 0, **_FALSE)),  # listed: who represents it represents another too
    _step(after=4),
]


_DELIVERED = [  # a list that is handed over whole answers for every firm, for some days
    _step(_news("penalty", 0, 0, published_on=0, **_FINE), _news("penalty", 1, 1, published_on=0, **_FINE)),
    _step(after=4),
    _step(_news("list_delivery", 0, 0, on=-1) | {"enterprise_id": None}),  # on a day on which nobody is due
    _step(_news("external_listing", 0, 1, list_type="abnormal", left_on=None), _news("push", 0, 0, receipt_on=None)),
    _step(after=4),
    _step(after=2),
]


@pytest.fixture(scope="module")
def short_outlook():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.run.snapshot.OUTLOOK_DAYS", DAYS_AHEAD)
        yield


@pytest.mark.usefixtures("short_outlook")
@settings(max_examples=EXAMPLES)
@given(histories, st.integers(1, 3))
@example(_OF_ITSELF, 1)
@example(_MOVED, 3)
@example(_LATE, 2)
@example(_BARRED, 2)
@example(_DELIVERED, 2)
def test_whichever_way_a_history_is_walked_the_tables_are_the_same(history, buckets):
    ways = {"some": {"buckets": buckets}, "all": {"full": True, "buckets": 1}}
    with TemporaryDirectory() as folder:
        stores = walk(Path(folder), history, ways)
        some, every = (content(store) for store in stores.values())
        assert differing_tables(some, every) == []
        if history is _BARRED:
            found = some["law_findings"].sort("valid_from_on").group_by("enterprise_id").agg("state")
            states = {firm: list(dict.fromkeys(told)) for firm, told in found.rows()}
            assert states == {
                FIRMS[1]: ["ahead", "open"],
                FIRMS[2]: ["ahead", "open", "over"],
                FIRMS[3]: ["open", "over"],
            }
            heads = some["law"].filter(enterprise_id=FIRMS[1]).sort("valid_from_on")
            assert heads["record_count"].to_list() == [1, 0, 1, 1]
        for store in stores.values():
            _an_enterprise_is_known_alone_as_among_all(store)


def _an_enterprise_is_known_alone_as_among_all(store: Store) -> None:
    run = store.last("nightly")
    (count,) = set(store.layout(run).values())
    seen = Snapshot(store, RunContext(run.as_of, run.known_at, Path("nowhere"), count), run)
    shared = known_of(store, "list_delivery", run).collect()  # of no enterprise: known whole to each
    assert known_of(store, "list_delivery", run, FIRMS[0]).collect().equals(shared)
    for bucket in range(count):
        part = seen.current_records("list_delivery", Selection(BucketFilter(frozenset([bucket]))))
        assert part.sort("record_id").collect().equals(shared.drop(UNUSED_COLUMNS).sort("record_id"))
    for kind in (
        "penalty",
        "inspection",
        "decision",
        "honour",
        "licence",
        "post",
        "person_ban",
        "external_listing",
        "push",
        "case",
    ):
        everyone = known_of(store, kind, run).collect()
        for firm in FIRMS:
            alone = known_of(store, kind, run, firm).collect()
            assert alone.equals(everyone.filter(enterprise_id=firm)), (kind, firm)
        parts = [
            seen.current_records(kind, Selection(BucketFilter(frozenset([bucket])))).collect()
            for bucket in range(count)
        ]
        assert pl.concat(parts).sort("record_id").equals(everyone.drop(UNUSED_COLUMNS)), kind
