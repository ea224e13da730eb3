"""A town with lists: the register, decisions and penalties, in a store as the nightly flow writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from flows.settings import Settings, load_settings
from flows.store.store import Store
from tests.flows.office.staff import office_in, staffed
from transforms.schemas import TABLES

AS_OF = date(2026, 3, 1)
HOSTILE = "=HYPERLINK(\"http://x\")<script>alert('名')</script>"
NAMES = {"MX-1": "示例甲药业有限公司", "MX-2": HOSTILE, "MX-3": "示例丙药房"}


def settings_at(root: Path) -> Settings:
    """Settings for a store below `root`; those of the machine do not count."""
    return load_settings({"store": str(root / "store")}, environ={})


def store_at(root: Path) -> Store:
    """The store of these settings."""
    return Store(settings_at(root).store)


def rows(table: str, *values: dict[str, object]) -> pl.DataFrame:
    """Records with what the ingest adds; columns that are not given are null."""
    arrived = datetime(2026, 2, 1, tzinfo=UTC)
    given = {"version_no": 1, "source": "test", "file_id": "f", "row_no": 2, "row_hash": "h", "received_at": arrived}
    filled = [{"record_id": f"{table}:{n}:{value}"} | given | value for n, value in enumerate(values)]
    schema = TABLES[table].schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in filled], schema=schema)


def decision(kind: str, number: str, enterprise: str, **more: object) -> dict[str, object]:
    """A decision by two people."""
    people = {"proposed_by": "甲", "decided_by": "乙", "authority": "示例省药监局", "reason": "生产假药"}
    return {"decision_type": kind, "decision_no": number, "enterprise_id": enterprise} | people | more


def listing(number: str, enterprise: str) -> dict[str, object]:
    """A listing that lasts for years."""
    return decision("list", number, enterprise, decided_on=date(2026, 1, 5))


def removal(number: str, enterprise: str, target: str, on: date) -> dict[str, object]:
    """The removal of a listing."""
    return decision("remove", number, enterprise, target=target, decided_on=on)


def penalty(number: str, enterprise: str | None, **more: object) -> dict[str, object]:
    """A fine for a drug matter by the bureau of Hubei, whose low fines are set; high enough to stay three years."""
    known = {
        "decision_no": number,
        "decision_key": number,
        "enterprise_id": enterprise,
        "record_id": f"penalty:{number}",
        "violation_type": "销售劣药",
        "penalty_kinds": ["fine"],
        "content": "罚款200,000.00元",
        "fine_fen": 20_000_000,
        "decided_on": date(2026, 1, 5),
        "published_on": date(2026, 1, 12),
        "authority": "示例省药监局",
        "authority_code": "114200000000000000",
        "procedure": "ordinary",
        "discretion": "ordinary",
        "field": "drug",
        "state": "in_force",
    }
    return known | more


def person(number: str, **more: object) -> dict[str, object]:
    """A fine on a natural person."""
    known = {"party_name": "赵甲乙", "party_class": "person", "fine_fen": 2_000_000, "content": "罚款20,000.00元"}
    return penalty(number, None, **(known | more))


def inspection(number: str, enterprise: str, **more: object) -> dict[str, object]:
    """A random inspection with a bad result that was published."""
    known = {
        "record_id": f"inspection:{number}",
        "inspection_no": number,
        "enterprise_id": enterprise,
        "inspected_on": date(2026, 1, 5),
        "inspection_type": "random",
        "conclusion": "non_compliant",
        "authority": "示例省药监局",
        "field": "drug",
        "published_on": date(2026, 1, 30),
    }
    return known | more


def sampling(number: str, enterprise: str, **more: object) -> dict[str, object]:
    """A sample with a bad result that was announced."""
    known = {
        "record_id": f"sampling:{number}",
        "sample_no": number,
        "enterprise_id": enterprise,
        "product": "阿莫西林胶囊",
        "specification": "0.25g",
        "batch_no": "20251201",
        "holder_name": "示例制药有限公司",
        "maker_name": "示例制药有限公司",
        "sampled_on": date(2026, 1, 5),
        "reported_on": date(2026, 1, 20),
        "result": "unqualified",
        "failing_items": ["含量测定"],
        "laboratory": "示例省药检院",
        "basis": "《中华人民共和国药典》2025年版",
        "field": "drug",
        "published_on": date(2026, 1, 30),
    }
    return known | more


def commit_run(
    root: Path,
    day: date,
    *decisions: dict[str, object],
    penalties: Sequence[dict[str, object]] = (),
    **others: Sequence[dict[str, object]],
) -> None:
    """A run that passed and ingested these records; the first one also the register. others: by kind."""
    store = store_at(root)
    known_at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    is_first = store.last() is None
    with store.begin("nightly", day, known_at) as writing:
        if is_first:
            lists = {"former_names": [], "licence_nos": [], "fields": ["drug"], "state": "active"}
            entries = ({"enterprise_id": key, "name": name, "name_key": name} | lists for key, name in NAMES.items())
            writing.append("enterprise", rows("enterprise", *entries))
        if penalties:
            writing.append("penalty", rows("penalty", *penalties))
        for kind, values in others.items():
            writing.append(kind, rows(kind, *values))
        if decisions:
            writing.append("decision", rows("decision", *decisions))
        writing.commit("passed", {})


def commit_run_noting(settings: Settings, facts: dict[str, object]) -> None:
    """A run without news, with these facts."""
    day = after(1)
    known_at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    with Store(settings.store).begin("nightly", day, known_at) as writing:
        writing.commit("passed", facts)


def staffed_at(root: Path) -> Settings:
    """The settings of an office in which wang is administrator, zhang and li sign; made where there is none yet."""
    settings = settings_at(root)
    return office_in(settings) if settings.office_database.is_file() else staffed(settings)


def town(root: Path) -> Settings:
    """Two enterprises listed in the first run, and people who may sign."""
    commit_run(root, AS_OF, listing("示药监列〔2026〕1号", "MX-1"), listing("示药监列〔2026〕2号", "MX-2"))
    return staffed_at(root)


def after(days: int) -> date:
    """So many days after AS_OF."""
    return AS_OF + timedelta(days=days)
