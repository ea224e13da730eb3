"""A source that fills: what others know is never erased, and no order of arrival changes what is known."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.current_versions import current_versions
from transforms.records.versions import VERSION_COLUMNS, with_record_keys, with_version_status
from transforms.schemas import KINDS, TABLES

KIND = KINDS["honour"]
FIRST = datetime(2026, 3, 1, 2, tzinfo=UTC)
FIELDS = ("title", "level", "authority")
FIRM, OTHER = "91110000600037341L", "914403001922038216"
_values = st.fixed_dictionaries({name: st.sampled_from([None, "one", "two"]) for name in FIELDS})
_report = st.tuples(st.sampled_from(["a", "b", "fills1", "fills2"]), _values)
_reports = st.lists(_report, min_size=1, max_size=7)


def _row(source, said, stamp, run_no, firm=FIRM):
    empty = dict.fromkeys(column.name for column in KIND.columns)
    own = {"honour_no": "1号", "awarded_on": FIRST.date(), "party_name": "京城药业有限公司", **said}
    place = {"stage": 0, "row_order": 0, "file_id": f"{source}{stamp}{run_no}", "file_name": source, "row_no": 2}
    kept = {"enterprise_id": firm, "source": source, "is_filling": source.startswith("fills")}
    at = None if stamp is None else (FIRST + timedelta(hours=stamp)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return empty | own | place | kept | {"version_by": at, "received_at": FIRST + timedelta(days=run_no)}


def _after_run(kept, rows):
    """The store's rows after a run in which `rows` came."""
    extra = {"stage": pl.Int64(), "row_order": pl.Int64(), "file_name": pl.String()}
    shape = {**{k: v for k, v in TABLES["honour"].schema.items() if k in rows[0]}, **extra}
    keyed = with_record_keys(pl.DataFrame([{name: row[name] for name in shape} for row in rows], schema=shape), KIND)
    statuses, conflicting = with_version_status(keyed, kept.select(VERSION_COLUMNS), KIND)
    assert conflicting.is_empty()
    made = statuses.filter(pl.col("version_no").is_not_null()).select(kept.columns)
    whole = pl.concat([kept, made.cast(kept.schema)])
    assert not whole.select(pl.struct("record_id", "version_no").is_duplicated().any()).item()
    return whole


def _after_runs(batches, firm=FIRM):
    """What is kept after runs in which these (source, said, stamp) came."""
    kept = TABLES["honour"].empty()
    for number, batch in enumerate(batches):
        if batch:
            kept = _after_run(kept, [_row(source, said, stamp, number, firm) for source, said, stamp in batch])
    return kept


def _known(kept, run_no=99):
    (row,) = current_versions(kept.lazy(), FIRST + timedelta(days=run_no)).select(FIELDS).collect().to_dicts()
    return row


def _expected(stamped):
    """By the rule as it is written: the newest full report, then the newest of each source that fills."""
    newest_first = sorted(stamped, key=lambda report: -report[2])
    full = [said for source, said, _ in newest_first if not source.startswith("fills")][:1]
    newest = {}
    for source, said, _ in newest_first:
        if source.startswith("fills"):
            newest.setdefault(source, said)
    ranked = [*full, *newest.values()]
    return {name: next((said[name] for said in ranked if said[name] is not None), None) for name in FIELDS}


@settings(max_examples=30)
@given(reports=_reports, data=st.data())
def test_any_order_on_any_runs_gives_what_the_stamps_say(reports, data):
    stamped = [(source, said, number) for number, (source, said) in enumerate(reports)]
    shuffled = data.draw(st.permutations(stamped))
    batches = [[] for _ in range(4)]
    for report in shuffled:
        batches[data.draw(st.integers(0, 3))].append(report)
    assert _known(_after_runs(batches)) == _known(_after_runs([stamped])) == _expected(stamped)


@settings(max_examples=30)
@given(reports=_reports, data=st.data())
def test_without_stamps_what_full_reports_say_is_on_every_run(reports, data):
    runs = [[(source, said, None)] for source, said in data.draw(st.permutations(reports))]
    kept = _after_runs(runs)
    for run_no in range(len(runs)):
        told = _known(kept, run_no)
        full = [said for ((source, said, _),) in runs[: run_no + 1] if not source.startswith("fills")]
        assert {name: told[name] for name, value in (full or [{}])[-1].items() if value} == {
            name: value for name, value in (full or [{}])[-1].items() if value
        }


def test_a_report_sent_again_each_run_is_a_repeat_whoever_reported_in_between():
    full = ("a", {"title": "one", "level": None, "authority": None}, None)
    more = ("fills1", {"title": "two", "level": "city", "authority": None}, None)
    kept = _after_runs([[full], [more], [full], [more], [full, more]])
    assert kept.height == 2
    assert _known(kept) == {"title": "one", "level": "city", "authority": None}


def test_a_blank_of_a_full_report_takes_its_own_word_back_and_a_filling_one_fills_it():
    said = {"title": "one", "level": None, "authority": None}
    blank = dict.fromkeys(FIELDS)
    assert _known(_after_runs([[("a", said, None)], [("a", blank, None)]])) == blank
    assert _known(_after_runs([[("fills1", said, None)], [("a", said, None)], [("a", blank, None)]])) == said
    assert _known(_after_runs([[("a", blank, None)], [("fills1", said, None)], [("fills1", blank, None)]])) == blank


def test_a_filled_record_is_as_new_as_the_report_that_filled_it_and_keeps_its_place():
    said = {"title": "one", "level": None, "authority": None}
    kept = _after_runs([[("a", said, None)], [("fills1", said | {"level": "city"}, None)], [("fills2", said, None)]])
    (row,) = current_versions(kept.lazy(), FIRST + timedelta(days=9)).collect().to_dicts()
    assert (row["version_no"], row["received_at"], row["source"]) == (2, FIRST + timedelta(days=1), "a")
    (then,) = current_versions(kept.lazy(), FIRST).collect().to_dicts()
    assert (then["version_no"], then["level"]) == (1, None)


def test_a_report_tied_to_another_enterprise_fills_nothing():
    said = {"title": "one", "level": None, "authority": None}
    kept = _after_runs([[("a", said, None)]])
    other = _after_runs([[("fills1", said | {"level": "city"}, None)]], OTHER)
    both = pl.concat(
        [kept, other.with_columns(record_id=pl.lit(kept["record_id"][0]), version_no=pl.lit(2, dtype=pl.Int64()))]
    )
    assert _known(both) == said


def test_a_store_written_before_the_mark_has_full_reports_alone():
    said = {"title": "one", "level": None, "authority": None}
    kept = _after_runs([[("a", said, None)]]).with_columns(is_filling=pl.lit(None, dtype=pl.Boolean()))
    more = _after_run(kept, [_row("fills1", said | {"title": None, "level": "city"}, None, 1)])
    assert _known(more) == said | {"level": "city"}
