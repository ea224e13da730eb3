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
    inspect,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import DDL

from flows.office.keys import KeyRecord, SigningKey, canonical_json, is_signed_by, json_digest
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


# Kept as SQLite's user_version. It goes up when a table or a column is added, or when what is stored changes.
OFFICE_FORMAT = 1
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

# INSERT OR REPLACE deletes without asking the trigger on DELETE, so a number that is taken is refused too.
_REFUSED = {
    "update": "BEFORE UPDATE ON {table}",
    "delete": "BEFORE DELETE ON {table}",
    "replace": "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE number = NEW.number)",
}

for _table in (_PEOPLE, _JOURNAL):
    for _verb, _when in _REFUSED.items():
        _refusal = (
            f"CREATE TRIGGER {_table.name}_refuses_{_verb} {_when.format(table=_table.name)} "
            f"BEGIN SELECT RAISE(ABORT, 'the table {_table.name} is only added to'); END"
        )
        event.listen(_table, "after_create", DDL(_refusal).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]


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
            if not inspect(connection).get_table_names():
                _set_format(connection)
            _TABLES.create_all(connection)
            entry, record = make(self._rows(connection))
            if record is not None:
                connection.execute(insert(_PEOPLE).values(asdict(record)))
            connection.execute(insert(_JOURNAL).values(asdict(entry)))
            connection.commit()
        return entry

    def format(self) -> int | None:
        """The format of the database; None where there is no file. Raises OfficeProblem where it cannot be read."""
        if not self.path.exists():
            return None
        with self._connected(immediate=False) as connection:
            return _format_of(connection)

    def upgrade(self) -> Path | None:
        """Bring the database of an earlier release to OFFICE_FORMAT, in one transaction.

        Returns the copy that was made before; None where there is nothing to do. Raises OfficeProblem where the
        database has faults: a damaged journal is restored first, not rewritten.
        """
        if (found := self.format()) in (None, OFFICE_FORMAT):
            return None
        copy = self._copy(self.path.with_name(f"{self.path.name}.format-{found}"))
        with self._connected(immediate=True) as connection:
            rows = self._rows(connection)
            if faults := [*rows.faults, *chain_faults(rows.entries)]:
                raise OfficeProblem(f"办公数据库 {self.path} 没有升级：{'；'.join(faults)}。请先从备份恢复，再升级。")
            _TABLES.create_all(connection)
            _set_format(connection)
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
        names = inspect(connection).get_table_names()
        if not {_PEOPLE.name, _JOURNAL.name} <= set(names):
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
                if (found := _format_of(connection)) > OFFICE_FORMAT:
                    raise OfficeProblem(
                        f"办公数据库 {self.path} 由更新版本的药信写成（格式 {found}），"
                        f"本版本只认得到格式 {OFFICE_FORMAT} 为止：没有读取或改动任何内容，请重新安装该版本。"
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


def _format_of(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _set_format(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA user_version = {OFFICE_FORMAT}")


def _is_well_formed(table: Table, row: Any) -> bool:  # noqa: ANN401 (a mapping of the library's own)
    """Whether every value has the type of its column, which SQLite does not enforce."""
    return all(
        isinstance(row[column.name], int if isinstance(column.type, Integer) else str) for column in table.columns
    )
