"""A PostgreSQL server of the tests' own, as Debian installs it, run by an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

ADMINISTRATOR = "yaoxin"


@contextmanager
def running_server():
    """The folder of the socket of a server that runs meanwhile. Skips where PostgreSQL is not installed."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        if os.environ.get("REQUIRE_POSTGRESQL"):
            pytest.fail("PostgreSQL is required and not installed")
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path must be short
    user = []
    if os.geteuid() == 0:  # the server refuses to run as root
        user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        shutil.chown(folder, "nobody", "nogroup")

    def run(program, *arguments):
        command = [*user, str(binaries[-1].with_name(program)), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env={"PATH": os.environ["PATH"]})

    try:
        run("initdb", "-A", "trust", "-U", ADMINISTRATOR, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        run("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def address_of(socket_folder: Path, database: str) -> str:
    """The address of a database on the server."""
    return f"postgresql+psycopg://{ADMINISTRATOR}@/{database}?host={socket_folder}"


def create_database(socket_folder: Path, name: str) -> str:
    """The address of a new database."""
    import psycopg

    with psycopg.connect(f"host={socket_folder} user={ADMINISTRATOR} dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return address_of(socket_folder, name)
