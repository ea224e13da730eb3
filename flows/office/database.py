"""The office database: people's keys and the journal, in a SQLite file or on a PostgreSQL server.

Its tables refuse UPDATE and DELETE: that stops a mistake, not whoever owns the database, so the rows are worth only
what their signatures prove. `migrations` makes and changes the tables.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from flows.office.journal import JournalEntry, OfficeProblem, OfficeRows, chain_faults
from flows.office.keys import KeyRecord
from flows.office.migrations import BEFORE_MIGRATIONS, NEWEST, REVISIONS, migrate, revision_of
from flows.settings import Secret
from reports.atomic_files import fsync_file, fsync_folder

_WAIT_SECONDS = 30.0  # for another writer
_CONNECT_SECONDS = 10  # for a server
_LOCK = 0x59616F78  # of the advisory lock on a server; only has to be the same everywhere
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


class OfficeDatabase:
    """The database at a place, opened for each call. Only `append` makes its tables, and the file where it is one.

    place: the path of a file, or the address of a database on a PostgreSQL server (postgresql+psycopg://…).
    """

    def __init__(self, place: Path | Secret) -> None:
        self._place: _File | _Server = _File(place) if isinstance(place, Path) else _Server(place.get_secret_value())

    @property
    def name(self) -> str:
        """The place as messages name it, without a password."""
        return self._place.name

    def rows(self) -> OfficeRows:
        """Everything in it; empty where there is no file. Raises OfficeProblem where it cannot be read."""
        if not self._place.exists():
            return OfficeRows({}, ())
        with self._connected(is_writing=False) as connection:
            return self._rows(connection)

    def append(self, make: Callable[[OfficeRows], tuple[JournalEntry, KeyRecord | None]]) -> JournalEntry:
        """Append the entry that `make` returns for the present rows, in one transaction. Synced when it returns.

        Raises OfficeProblem where the database cannot be written.
        """
        self._place.create()
        with self._connected(is_writing=True) as connection:
            found = revision_of(connection)
            if found is None:
                migrate(connection)
            elif found != NEWEST:
                raise OfficeProblem(f"办公数据库 {self.name} 是较早版本的，尚不能写入：请先运行 yaoxin store upgrade。")
            entry, record = make(self._rows(connection))
            if record is not None:
                connection.execute(insert(_PEOPLE).values(asdict(record)))
            connection.execute(insert(_JOURNAL).values(asdict(entry)))
            connection.commit()
        return entry

    def revision(self) -> str | None:
        """The revision of the database; None where there is none. Raises OfficeProblem where it cannot be read."""
        if not self._place.exists():
            return None
        with self._connected(is_writing=False) as connection:
            return revision_of(connection)

    def upgrade(self) -> Path | None:
        """Bring the database of an earlier release to the newest revision, in one transaction.

        Returns the copy of a file that was made before; None for a server, and where there is nothing to do. Raises
        OfficeProblem where the database has faults: a damaged journal is restored first, not rewritten.
        """
        if self.revision() in {None, NEWEST}:
            return None
        copy = self._place.copy()
        with self._connected(is_writing=True) as connection:
            rows = self._rows(connection)
            if faults := [*rows.faults, *chain_faults(rows.entries)]:
                raise OfficeProblem(f"办公数据库 {self.name} 没有升级：{'；'.join(faults)}。请先从备份恢复，再升级。")
            migrate(connection)
            connection.commit()
        return copy

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
    def _connected(self, *, is_writing: bool) -> Iterator[Connection]:
        engine = self._place.engine(is_writing=is_writing)
        try:
            with engine.connect() as connection:
                if (found := revision_of(connection)) not in {None, BEFORE_MIGRATIONS, *REVISIONS}:
                    raise OfficeProblem(
                        f"办公数据库 {self.name} 由更新版本的药信写成（版次 {found}），"
                        f"本版本只认得到 {NEWEST} 为止：没有读取或改动任何内容，请重新安装该版本。"
                    )
                yield connection
        except DatabaseError as fault:
            raise OfficeProblem(self._place.fault_message(fault)) from fault
        finally:
            engine.dispose()


class _File:
    """A SQLite file, which only its owner may read: nobody else may try passphrases on the keys, although encrypted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = str(path)

    def exists(self) -> bool:
        return self._path.exists()

    def create(self) -> None:
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))

    def copy(self) -> Path:
        """A copy of the whole database beside it; one that a killed upgrade left unfinished is replaced."""
        path = self._path.with_name(f"{self._path.name}.before-{NEWEST}")
        unfinished = path.with_name(f"{path.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
        fsync_file(unfinished)
        unfinished.replace(path)
        fsync_folder(path.parent)
        return path

    def engine(self, *, is_writing: bool) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=self.name), poolclass=NullPool, connect_args={"timeout": _WAIT_SECONDS}
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
            connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

        return engine

    def fault_message(self, problem: DatabaseError) -> str:
        """The message for a fault of the driver; a file is called damaged only where SQLite says it is no database."""
        fault, code = str(problem.orig), str(getattr(problem.orig, "sqlite_errorname", ""))
        if "locked" in fault:
            return f"办公数据库 {self.name} 正被另一个程序占用，请稍后再试。"
        if "readonly" in fault or "unable to open" in fault:
            return f"办公数据库 {self.name} 不能写入：请检查该文件及其所在文件夹的权限（{fault}）。"
        if "full" in fault:
            return f"磁盘空间不足，办公数据库 {self.name} 没有写入任何内容（{fault}）。"
        if code.startswith("SQLITE_IOERR") or "disk I/O" in fault:
            return (
                f"读写办公数据库 {self.name} 时系统出错，没有写入任何内容（{fault}）：多为磁盘空间或者配额不足，"
                "也可能是存储故障。请先腾出空间、检查磁盘后再试；文件未必损坏，不要用备份覆盖：备份中的日志可能较旧。"
            )
        return f"办公数据库 {self.name} 不能读取，文件可能损坏或不是办公数据库：请从备份恢复（{fault}）。"


class _Server:
    """A database on a PostgreSQL server. It must exist; its back-ups are its administrator's."""

    def __init__(self, address: str) -> None:
        self._address = make_url(address)
        self.name = self._address.render_as_string(hide_password=True)

    def exists(self) -> bool:
        return True

    def create(self) -> None:
        """Nothing: the database exists, and `append` makes its tables."""

    def copy(self) -> None:
        return None

    def engine(self, *, is_writing: bool) -> Engine:
        wait = f"-c lock_timeout={round(_WAIT_SECONDS * 1000)}"
        options = {"connect_timeout": _CONNECT_SECONDS, "options": wait}
        # A reader sees the people and the journal of one moment, as in a file.
        level = "READ COMMITTED" if is_writing else "REPEATABLE READ"
        try:
            engine = create_engine(self._address, poolclass=NullPool, connect_args=options, isolation_level=level)
        except ModuleNotFoundError:
            raise OfficeProblem("连接 PostgreSQL 须先安装驱动：pip install 'yaoxin[postgresql]'。") from None
        if is_writing:

            @event.listens_for(engine, "begin")
            def _lock(connection: Connection) -> None:
                # Everyone who writes waits here, before the tables exist too: an entry follows the one before it.
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

        return engine

    def fault_message(self, problem: DatabaseError) -> str:
        """The message for a fault of the driver, by the class of its SQLSTATE."""
        fault, state = " ".join(str(problem.orig).split()), str(getattr(problem.orig, "sqlstate", None) or "")
        if state == "55P03":
            return f"办公数据库 {self.name} 正被另一个程序占用，请稍后再试。"
        if state == "42501":
            return f"办公数据库 {self.name} 不允许这样做：请检查该数据库用户的权限（{fault}）。"
        if state.startswith("53"):
            return f"数据库服务器的磁盘、内存或连接数不足，办公数据库 {self.name} 没有写入任何内容（{fault}）。"
        if not state or state.startswith(("08", "28", "3D", "57P")):
            return f"连接不上办公数据库 {self.name}：请检查服务器、数据库、用户和口令（{fault}）。"
        return f"办公数据库 {self.name} 不能读写，没有写入任何内容（{fault}）。"


def _is_well_formed(table: Table, row: Any) -> bool:  # noqa: ANN401 (a mapping of the library's own)
    """Whether every value has the type of its column, which SQLite does not enforce."""
    return all(
        isinstance(row[column.name], int if isinstance(column.type, Integer) else str) for column in table.columns
    )
