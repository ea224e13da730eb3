"""The journal of signed acts, each bound to the previous one, and the append-only SQLite database that holds it.

`JournalEntry` is one act, `JournalHead` names an entry and by it everything before. What an act means, and whether its
person may do it, is decided in `people`. The tables of the database refuse UPDATE and DELETE: that stops a mistake, not
whoever owns the file, so the rows are worth only what their signatures prove. SQLAlchemy Core, so that another database
can hold the same tables.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from flows.office.keys import KeyRecord, SigningKey, canonical_json, is_signed_by, json_digest
from flows.office.migrations import BEFORE_MIGRATIONS, NEWEST, REVISIONS, migrate, revision_of
from reports.atomic_files import fsync_file, fsync_folder

Act = Literal[
    "found", "add_person", "give_role", "take_role", "disable_person", "change_passphrase", "prepare", "approve"
]
ACTS: Mapping[str, str] = {
    "found": "设立首位管理员",
    "add_person": "增加人员",
    "give_role": "授予角色",
    "take_role": "收回角色",
    "disable_person": "停用人员",
    "change_passphrase": "更换口令",
    "prepare": "拟定",
    "approve": "批准",
}
_PURPOSE = b"yaoxin-journal-1\n"  # a signature given for something else never counts here
_START = "0" * 64


class JournalHead(NamedTuple):
    """An entry by its number and digest. Number 0: before the first."""

    number: int
    digest: str


JOURNAL_START = JournalHead(0, _START)


@dataclass(frozen=True)
class JournalEntry:
    """One act. at: UTC, by the machine's clock. person: the login; fingerprint: of their key.

    role: in which they act. subject: whom or what it is about. payload: canonical JSON. previous: digest of the entry
    before. signature: of every field above, in hexadecimal.
    """

    number: int
    at: str
    person: str
    fingerprint: str
    role: str
    act: str
    subject: str
    payload: str
    previous: str
    signature: str = ""

    @property
    def signed(self) -> bytes:
        """The signed bytes."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return _PURPOSE + canonical_json(fields).encode()

    @property
    def digest(self) -> str:
        """SHA-256 over every field, signature included."""
        return json_digest(asdict(self))

    @property
    def head(self) -> JournalHead:
        """The head of the journal up to this entry."""
        return JournalHead(self.number, self.digest)

    @property
    def content(self) -> dict[str, Any]:
        """The payload as plain values; empty where it is no JSON object."""
        try:
            found = json.loads(self.payload)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def signed_by(self, key: SigningKey) -> JournalEntry:
        """The entry with the signature of that key."""
        return JournalEntry(**asdict(self) | {"signature": key.sign(self.signed)})

    def is_signed_by(self, public_key: str) -> bool:
        """Whether the signature is of that key and over these fields."""
        return is_signed_by(public_key, self.signed, self.signature)


def chain_faults(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """The first break of numbering or chain, in Chinese."""
    before = JOURNAL_START
    for entry in entries:
        if entry.number != before.number + 1:
            yield f"日志第 {before.number + 1} 条缺失（其后是第 {entry.number} 条）"
            return
        if entry.previous != before.digest:
            yield f"日志第 {entry.number} 条与第 {before.number} 条不相接：其中一条被改动、替换或调换"
            return
        before = entry.head


_WAIT_SECONDS = 30
_TABLES = MetaData()
_PEOPLE = Table(
    "people",
    _TABLES,
    Column("number", Integer, primary_key=True),
    Column("login", String, nullable=False),
    Column("public_key", String, nullable=False),
    Column("passes", Integer, nullable=False),
    Column("memory_kib", Integer, nullable=False),
    Column("lanes", Integer, nullable=False),
    Column("salt", String, nullable=False),
    Column("nonce", String, nullable=False),
    Column("sealed", String, nullable=False),
)
_JOURNAL = Table(
    "journal",
    _TABLES,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("person", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("role", String, nullable=False),
    Column("act", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("payload", String, nullable=False),
    Column("previous", String, nullable=False),
    Column("signature", String, nullable=False),
)


class OfficeProblem(ValueError):
    """The office database cannot be used as asked; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class OfficeRows:
    """Everything the database holds. keys: by row number. faults: malformed rows, in Chinese."""

    keys: dict[int, KeyRecord]
    entries: tuple[JournalEntry, ...]
    faults: tuple[str, ...] = ()

    @property
    def head(self) -> JournalHead:
        """The last entry."""
        return self.entries[-1].head if self.entries else JOURNAL_START


class OfficeDatabase:
    """The database at `path`, opened for each call. Only `append` creates the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self) -> OfficeRows:
        """Everything in it; empty where there is no file. Raises OfficeProblem where it cannot be read."""
        if not self.path.exists():
            return OfficeRows({}, ())
        with self._connected(immediate=False) as connection:
            return self._rows(connection)

    def append(self, make: Callable[[OfficeRows], tuple[JournalEntry, KeyRecord | None]]) -> JournalEntry:
        """Append the entry that `make` returns for the present rows, in one transaction. Synced when it returns.

        Raises OfficeProblem where the database cannot be written.
        """
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Only for its owner: nobody else may try passphrases on the keys, although they are encrypted.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        with self._connected(immediate=True) as connection:
            found = revision_of(connection)
            if found is None:
                migrate(connection)
            elif found != NEWEST:
                raise OfficeProblem(f"办公数据库 {self.path} 是较早版本的，尚不能写入：请先运行 yaoxin store upgrade。")
            entry, record = make(self._rows(connection))
            if record is not None:
                connection.execute(insert(_PEOPLE).values(asdict(record)))
            connection.execute(insert(_JOURNAL).values(asdict(entry)))
            connection.commit()
        return entry

    def revision(self) -> str | None:
        """The revision of the database; None where there is none. Raises OfficeProblem where it cannot be read."""
        if not self.path.exists():
            return None
        with self._connected(immediate=False) as connection:
            return revision_of(connection)

    def upgrade(self) -> Path | None:
        """Bring the database of an earlier release to the newest revision, in one transaction.

        Returns the copy that was made before; None where there is nothing to do. Raises OfficeProblem where the
        database has faults: a damaged journal is restored first, not rewritten.
        """
        if self.revision() in {None, NEWEST}:
            return None
        copy = self._copy(self.path.with_name(f"{self.path.name}.before-{NEWEST}"))
        with self._connected(immediate=True) as connection:
            rows = self._rows(connection)
            if faults := [*rows.faults, *chain_faults(rows.entries)]:
                raise OfficeProblem(f"办公数据库 {self.path} 没有升级：{'；'.join(faults)}。请先从备份恢复，再升级。")
            migrate(connection)
            connection.commit()
        return copy

    def _copy(self, path: Path) -> Path:
        """A copy of the whole database at `path`, for its owner alone; one that a killed upgrade left is replaced."""
        unfinished = path.with_name(f"{path.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
        fsync_file(unfinished)
        unfinished.replace(path)
        fsync_folder(path.parent)
        return path

    def _rows(self, connection: Connection) -> OfficeRows:
        if revision_of(connection) is None:
            return OfficeRows({}, ())
        faults: list[str] = []
        keys = {}
        for row in connection.execute(select(_PEOPLE).order_by(_PEOPLE.c.number)).mappings():
            fields = {name: row[name] for name in row if name != "number"}
            if _is_well_formed(_PEOPLE, row):
                keys[int(row["number"])] = KeyRecord(**fields)
            else:
                faults.append(f"人员表第 {row['number']} 行的内容不成形")
        entries = []
        for row in connection.execute(select(_JOURNAL).order_by(_JOURNAL.c.number)).mappings():
            if not _is_well_formed(_JOURNAL, row):
                faults.append(f"日志第 {row['number']} 条的内容不成形")
                break
            entries.append(JournalEntry(**row))
        return OfficeRows(keys, tuple(entries), tuple(faults))

    @contextmanager
    def _connected(self, *, immediate: bool) -> Iterator[Connection]:
        engine = self._engine(immediate=immediate)
        try:
            with engine.connect() as connection:
                if (found := revision_of(connection)) not in {None, BEFORE_MIGRATIONS, *REVISIONS}:
                    raise OfficeProblem(
                        f"办公数据库 {self.path} 由更新版本的药信写成（版次 {found}），"
                        f"本版本只认得到 {NEWEST} 为止：没有读取或改动任何内容，请重新安装该版本。"
                    )
                yield connection
        except DatabaseError as fault:
            raise OfficeProblem(self._fault_message(fault)) from fault
        finally:
            engine.dispose()

    def _engine(self, *, immediate: bool) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)), poolclass=NullPool, connect_args={"timeout": _WAIT_SECONDS}
        )

        @event.listens_for(engine, "connect")
        def _set(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own)
            connection.isolation_level = (
                None  # transactions begin below, not before the first write as the driver would
            )
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

        return engine

    def _fault_message(self, problem: DatabaseError) -> str:
        """The message for a fault of the driver; a file is called damaged only where SQLite says it is no database."""
        fault, code = str(problem.orig), str(getattr(problem.orig, "sqlite_errorname", ""))
        if "locked" in fault:
            return f"办公数据库 {self.path} 正被另一个程序占用，请稍后再试。"
        if "readonly" in fault or "unable to open" in fault:
            return f"办公数据库 {self.path} 不能写入：请检查该文件及其所在文件夹的权限（{fault}）。"
        if "full" in fault:
            return f"磁盘空间不足，办公数据库 {self.path} 没有写入任何内容（{fault}）。"
        if code.startswith("SQLITE_IOERR") or "disk I/O" in fault:
            return (
                f"读写办公数据库 {self.path} 时系统出错，没有写入任何内容（{fault}）：多为磁盘空间或者配额不足，"
                "也可能是存储故障。请先腾出空间、检查磁盘后再试；文件未必损坏，不要用备份覆盖：备份中的日志可能较旧。"
            )
        return f"办公数据库 {self.path} 不能读取，文件可能损坏或不是办公数据库：请从备份恢复（{fault}）。"


def _is_well_formed(table: Table, row: Any) -> bool:  # noqa: ANN401 (a mapping of the library's own)
    """Whether every value has the type of its column, which SQLite does not enforce."""
    return all(
        isinstance(row[column.name], int if isinstance(column.type, Integer) else str) for column in table.columns
    )
