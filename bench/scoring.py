"""Rating all enterprises with the reference scheme; the same by hand in SQL and pandas; reading the columns alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl

from bench import by_pandas
from bench.data import AS_OF
from bench.measure import Outcome, Side, summed
from transforms.policy_model import Scheme, load_scheme
from transforms.rating import RELEASES, rate_enterprises
from transforms.rating.compiled_scheme import ItemRule, compile_scheme
from transforms.schemas import KINDS

_SCHEME = Path(__file__).parents[1] / "policy" / "schemes" / "reference.yaml"
_SQL = Path(__file__).with_name("reference.sql")
_HOLD_COLUMNS = ("decision_type", "tier", "ends_on", "reason")  # of decisions that hold a tier
# The columns that are compared.
RATING = ("enterprise_id", "tier", "score_centipoints", "score_tier", "decided_by", "decided_by_id", "locked_until_on")
TRACE = ("enterprise_id", "role", "item_id", "record_id", "event_on", "raw_centipoints", "points_centipoints", "reason")
Frames = list[pl.DataFrame]


class InvariantBroken(AssertionError):
    """A score is not base + sum of its trace, or not exactly the enterprises of the register are rated."""


def reference_scheme() -> Scheme:
    """The scheme that every measurement of scoring uses."""
    return load_scheme(_SCHEME.read_text(encoding="utf-8"), _SCHEME.name)


def scans(folder: Path, bucket: str = "*") -> dict[str, pl.LazyFrame]:
    """The records of a folder by kind, of one bucket or all; nothing is read yet."""
    return {path.name: pl.scan_parquet(path / f"{bucket}.parquet") for path in sorted(folder.iterdir())}


def bucket_names(folder: Path) -> list[str]:
    """Names of the buckets in a folder."""
    return sorted(path.stem for path in (folder / "enterprise").iterdir())


def columns_read(scheme: Scheme) -> dict[str, list[str]]:
    """By kind, the columns that a rating on AS_OF reads."""
    plan = compile_scheme(scheme, AS_OF)
    rules = (*plan.items, *plan.directs, *plan.needs)
    names: dict[str, set[str]] = {}
    for rule in rules:
        kind = KINDS[rule.kind]
        own = {kind.number, kind.event_on, kind.revoked_on, kind.expires_on, kind.act}
        of = rule.award.of if isinstance(rule, ItemRule) else None
        own |= {"state"} if kind.annulled_states else set()
        needed = {"enterprise_id", "record_id", of, *own, *pl.sql_expr(rule.when).meta.root_names()}
        names.setdefault(rule.kind, set()).update(name for name in needed if name)
    names["decision"].update(_HOLD_COLUMNS)
    by_kind = {kind: sorted(columns) for kind, columns in names.items()}
    return {"enterprise": ["enterprise_id"], "releases": RELEASES.names(), **by_kind}


def rated(folder: Path, scheme: Scheme) -> Side:
    """Rate, and collect ratings and trace, bucket by bucket as a nightly run does."""
    steps = [partial(_rate, scans(folder, bucket), scheme) for bucket in bucket_names(folder)]
    return Side(steps, _checked_outcome, summed)


def _rate(records: dict[str, pl.LazyFrame], scheme: Scheme) -> Frames:
    enterprises = records["enterprise"]
    rating = rate_enterprises(records, enterprises, scheme, AS_OF, records["releases"].collect())
    return [rating.ratings, rating.trace, enterprises.select("enterprise_id").collect()]


def _checked_outcome(collected: Frames) -> Outcome:
    """The outcome; raises InvariantBroken."""
    ratings, trace, enterprises = collected
    if not ratings["enterprise_id"].equals(enterprises["enterprise_id"].sort()):
        raise InvariantBroken(f"{len(ratings)} enterprises are rated instead of {len(enterprises)}")
    sums = trace.group_by("enterprise_id").agg(traced=pl.col("points_centipoints").sum())
    joined = ratings.join(sums, on="enterprise_id", how="left").with_columns(pl.col("traced").fill_null(0))
    is_sum = pl.col("score_centipoints") == pl.col("base_centipoints") + pl.col("traced")
    if broken := len(joined.filter(~is_sum)):
        raise InvariantBroken(f"{broken} scores are not base + sum of their trace")
    return _outcome(ratings, trace)


def _outcome(ratings: pl.DataFrame, trace: pl.DataFrame) -> Outcome:
    """Rows, points, and of both tables the sum of the hashes of their rows: equal where all rows are equal."""
    return {
        "ratings": len(ratings),
        "trace": len(trace),
        "points": int(trace["points_centipoints"].sum()),
        "ratings_rows": _hash(ratings.select(RATING)),
        "trace_rows": _hash(trace.select(TRACE)),
    }


def _hash(frame: pl.DataFrame) -> int:
    return int(frame.hash_rows(1).cast(pl.Int128).sum())


def in_duckdb(folder: Path) -> Side:
    """The same policy by hand in SQL, into tables in memory; all buckets at once."""
    database = _open_database(folder)
    step = partial(database.execute, _SQL.read_text(encoding="utf-8"))
    return Side([step], lambda _: _outcome(*sql_tables(database)), summed)


def in_sql(folder: Path) -> duckdb.DuckDBPyConnection:
    """The database after the same statements."""
    return _open_database(folder).execute(_SQL.read_text(encoding="utf-8"))


def _open_database(folder: Path) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(config={"memory_limit": "3GB"})
    database.execute(f"SET VARIABLE as_of = DATE '{AS_OF}'")
    for path in sorted(folder.iterdir()):
        database.execute(f"CREATE VIEW {path.name} AS FROM read_parquet('{path}/*.parquet')")
    return database


def sql_tables(database: duckdb.DuckDBPyConnection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Ratings and trace as the SQL left them, with our columns and types."""
    tables = {}
    for name, columns in (("rating", RATING), ("trace", TRACE)):
        frame = pl.DataFrame(database.sql(f"SELECT {', '.join(columns)} FROM {name}").to_arrow_table())
        tables[name] = frame.with_columns(pl.col("^.*_centipoints$").cast(pl.Int64))
    return tables["rating"], tables["trace"]


def only_read(folder: Path) -> Side:
    """Collect the columns that a rating reads, bucket by bucket, and nothing more."""
    columns = columns_read(reference_scheme())

    def step(bucket: str) -> Frames:
        return pl.collect_all([frame.select(columns[name]) for name, frame in scans(folder, bucket).items()])

    steps = [partial(step, bucket) for bucket in bucket_names(folder)]
    return Side(steps, lambda frames: {"rows": sum(map(len, frames))}, summed)


def in_pandas(folder: Path) -> Side:
    """The same policy by hand on pandas: ratings alone, all buckets at once."""
    columns = columns_read(reference_scheme())

    def step() -> pd.DataFrame:
        return by_pandas.rated(by_pandas.read(folder, columns), pd.Timestamp(AS_OF))

    def outcome(found: pd.DataFrame) -> Outcome:
        ratings = as_polars(found)
        return {"ratings": len(ratings), "ratings_rows": _hash(ratings)}

    return Side([step], outcome, summed)


def as_polars(ratings: pd.DataFrame) -> pl.DataFrame:
    """Ratings of pandas in our columns and types."""
    days = pl.col("locked_until_on").cast(pl.Date)
    return pl.from_pandas(ratings).with_columns(days, pl.col("score_centipoints").cast(pl.Int64)).select(RATING)


SIDES: dict[str, Callable[[Path], Side]] = {
    "rated": lambda folder: rated(folder, reference_scheme()),
    "rated_without_movement": lambda folder: rated(folder, reference_scheme().model_copy(update={"movement": None})),
    "in_duckdb": in_duckdb,
    "in_pandas": in_pandas,
    "only_read": only_read,
}
