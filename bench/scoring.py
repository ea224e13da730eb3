"""Rating all enterprises with the reference scheme, and merely reading the columns that takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from bench.made import AS_OF
from bench.side import Answer, Side
from transforms.policy import Scheme, load_scheme
from transforms.rating import rate
from transforms.rating.compile import plan_on
from transforms.rating.plan import ItemRule
from transforms.tables import KINDS

_SCHEME = Path(__file__).parents[1] / "policy" / "schemes" / "reference.yaml"


class LawBroken(AssertionError):
    """A score is not base + sum of its trace, or other enterprises are rated than were to be."""


def reference() -> Scheme:
    """The scheme that every measurement of scoring uses."""
    return load_scheme(_SCHEME.read_text(encoding="utf-8"), _SCHEME.name)


def scans(folder: Path) -> dict[str, pl.LazyFrame]:
    """The records of a folder by kind, nothing read yet."""
    return {path.stem: pl.scan_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def columns_read(scheme: Scheme) -> dict[str, list[str]]:
    """By kind, the columns that a rating on AS_OF reads."""
    plan = plan_on(scheme, AS_OF)
    rules = (*plan.items, *plan.directs, *plan.needs)
    read: dict[str, set[str]] = {}
    for rule in rules:
        kind = KINDS[rule.kind]
        own = {kind.number, kind.event_on, kind.revoked_on, kind.expires_on, kind.act}
        of = rule.award.of if isinstance(rule, ItemRule) else None
        names = {"enterprise_id", "record_id", of, *own, *pl.sql_expr(rule.when).meta.root_names()}
        read.setdefault(rule.kind, set()).update(name for name in names if name)
    return {name: sorted(columns) for name, columns in read.items()}


def rated(folder: Path, scheme: Scheme) -> Side:
    """Rate and collect ratings and trace; the answer raises LawBroken."""
    records = scans(folder)
    enterprises = records.pop("enterprise")

    def work() -> list[pl.DataFrame]:
        rating = rate(records, enterprises, scheme, AS_OF)
        return pl.collect_all([rating.ratings, rating.trace])

    return Side(work, lambda collected: _rating_answer(enterprises, *collected))


def _rating_answer(enterprises: pl.LazyFrame, ratings: pl.DataFrame, trace: pl.DataFrame) -> Answer:
    wanted = enterprises.select("enterprise_id").collect().to_series().sort()
    if not ratings["enterprise_id"].equals(wanted):
        raise LawBroken(f"{len(ratings)} enterprises are rated, not the {len(wanted)} that were to be")
    sums = trace.group_by("enterprise_id").agg(traced=pl.col("points_centipoints").sum())
    joined = ratings.join(sums, on="enterprise_id", how="left").with_columns(pl.col("traced").fill_null(0))
    law = pl.col("score_centipoints") == pl.col("base_centipoints") + pl.col("traced")
    if broken := len(joined.filter(~law)):
        raise LawBroken(f"{broken} scores are not base + sum of their trace")
    return {"ratings": len(ratings), "trace": len(trace), "points": int(joined["traced"].sum())}


def plainly_read(folder: Path) -> Side:
    """Collect the columns that a rating reads, and do nothing with them."""
    columns = columns_read(reference())
    plain = [frame.select(columns.get(name, ["enterprise_id"])) for name, frame in scans(folder).items()]
    return Side(lambda: pl.collect_all(plain), lambda frames: {"rows": sum(map(len, frames))})


SIDES: dict[str, Callable[[Path], Side]] = {
    "rated": lambda folder: rated(folder, reference()),
    "rated_without_movement": lambda folder: rated(folder, reference().model_copy(update={"movement": None})),
    "plainly_read": plainly_read,
}
