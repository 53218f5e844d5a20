"""The ledger's database: opening it, one transaction at a time, and its troubles in the program's voice.

SQLite: WAL, every commit synced, one writer at a time from its first statement. PostgreSQL: read committed; what must
not happen twice is guarded by row locks and compare-and-set.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from reportgen.config.secrets import resolve
from reportgen.errors import DependencyMissing, JobError, LedgerFailed, Problem
from reportgen.runs.tables import METADATA, VERSION, schema

VARIABLE = "REPORTGEN_LEDGER"
"""Environment variable that names the ledger where the caller does not."""
FILE = "reportgen.db"
BUSY_SECONDS = 30.0
"""Wait for another writer."""
_UPGRADE = "Install the version of reportgen that wrote it, or a newer one."
_MAKING = 7_286_321_905
"""Key of PostgreSQL's advisory lock while the tables are made."""
# A process that was stopped within a transaction must not stop all others for ever.
_SERVER = {"connect_timeout": 10, "options": "-c lock_timeout=30000 -c idle_in_transaction_session_timeout=60000"}
_HINTS = {
    "locked": "Another process has been writing to it for too long; `fuser` on the file names it.",
    "busy": "Another process has been writing to it for too long; `fuser` on the file names it.",
    "readonly": "Its folder must be writable for this user; a read-only disk cannot hold a ledger.",
    "unable to open": "Its folder must exist and be writable for this user.",
    "full": "Make room on the disk, then run the command again: it resumes where it stopped.",
    "disk i/o": "Check the disk, then run the command again: it resumes where it stopped.",
    "not a database": "Something else stands under this name. Move it away, or name another ledger.",
    "malformed": "The file is damaged. Restore it from a backup; the archive holds all that was issued.",
    "no such table": _UPGRADE,
    "password": f"Check user and password in {VARIABLE}.",
    "does not exist": f"Check the database's name and user in {VARIABLE}.",
    "connection": f"Check that the server runs and accepts this host, and the address in {VARIABLE}.",
}


class Database:
    """One ledger's database, opened at the first statement."""

    def __init__(self, url: URL, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = url
        self.name = url.set(query={}).render_as_string(hide_password=True).replace("+psycopg", "")
        """What a message may say: a query may hold secrets as well."""
        self.file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        self._busy = busy_seconds
        self._engine: Engine | None = None
        self._process = 0
        self._opening = Lock()

    @classmethod
    def of(cls, output: Path, url: str = "") -> Database:
        """The database named by the caller, else by REPORTGEN_LEDGER, else a file in `output`.

        `env:NAME` and `file:/path` name a secret that holds the URL. Raises JobError (exit 2) for a URL that is none,
        DependencyMissing (exit 3) without PostgreSQL's driver.
        """
        given = url or os.environ.get(VARIABLE, "")
        if not given:
            return cls(URL.create("sqlite", database=str(output / FILE)))
        if given.startswith(("env:", "file:")):
            given = resolve(given)
        return cls(_parsed(given))

    @property
    def is_there(self) -> bool:
        """False where reading would find nothing, and make a new file by looking."""
        return self.file is None or self.file.is_file()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end. On SQLite no other writer comes between its first and last word."""
        with self._told(), self._opened().begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Statements that see one state of the ledger and change nothing."""
        with self._told(), self._opened().connect() as connection:
            yield connection.execution_options(reading=True)

    def now(self, connection: Connection) -> datetime:
        """The time all holders agree on: the server's where there is one, for two hosts' clocks differ."""
        if self.file is not None:
            return datetime.now(UTC)
        value = connection.execute(select(func.clock_timestamp())).scalar_one()
        assert isinstance(value, datetime)
        return value.astimezone(UTC)

    def close(self) -> None:
        """Close the connections; the next statement opens one again."""
        engine, self._engine = self._engine, None
        if engine is not None:
            with suppress(SQLAlchemyError):
                engine.dispose()

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is not None and self._process != os.getpid():
                self._engine.dispose(close=False)  # a forked child must not speak on its parent's connections
                self._engine = None
            if self._engine is None:
                engine = self._made()
                try:
                    with engine.begin() as connection:
                        _prepare(connection, self.name)
                except BaseException:
                    engine.dispose()
                    raise
                self._engine, self._process = engine, os.getpid()
            return self._engine

    def _made(self) -> Engine:
        try:
            if self.file is None:
                return create_engine(self.url, pool_pre_ping=True, connect_args=_SERVER)
            _create(self.file)
            engine = create_engine(self.url, connect_args={"timeout": self._busy})
        except ModuleNotFoundError as error:
            raise DependencyMissing(
                f"The run ledger stands in PostgreSQL ({self.name}), and its driver {error.name} is not installed.",
                state="Nothing was run.", hint="python -m pip install 'reportgen[postgres]'",
            ) from None
        event.listen(engine, "connect", lambda connection, _: _settings(connection, self._busy))
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # two at once, or a mistake of ours: the caller knows
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise self._failed(error) from None  # a chained error would show the statement's values

    def _failed(self, error: Exception) -> LedgerFailed:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        said = " ".join(str(getattr(cause, "strerror", None) or cause).split())
        for secret in (self.url.password, self.url.query.get("sslpassword")):
            if secret:
                said = said.replace(str(secret), "***")
        hint = next((hint for words, hint in _HINTS.items() if words in said.lower()),
                    "Check the disk, the folder's permissions and the address, then run the command again.")
        return LedgerFailed(Problem(self.name, f"the run ledger cannot be used: {said.rstrip('.')}."),
                            state="This step was not recorded; what was recorded before it stands.", hint=hint)


def _parsed(given: str) -> URL:
    wrong = "The run ledger's address"
    hint = "Write sqlite:////srv/reportgen/reportgen.db or postgresql://user@host/database."
    try:
        url = make_url(given)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        # What is no URL may still hold a password: it is not repeated.
        raise JobError(f"{wrong} is not a URL.", state="Nothing was run.", hint=hint) from None
    if backend == "postgresql":
        secret = url.query.get("password")
        if isinstance(secret, str):  # kept where it is known to be one
            url = url.set(password=secret).difference_update_query(["password"])
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise JobError(f"{wrong} names {backend!r}; a ledger stands in SQLite or PostgreSQL.",
                       state="Nothing was run.", hint=hint)
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise JobError(f"{wrong} names no file; a ledger must outlive the process.", state="Nothing was run.",
                       hint=hint)
    return url.set(drivername="sqlite")


def _create(path: Path) -> None:
    """An empty file that its owner alone may read: job names and problems are nobody else's business."""
    if path.exists():
        return
    if path.name == FILE:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _settings(connection: Any, busy: float) -> None:
    """What every SQLite connection is set to. The driver's own transactions are off: `_begin` opens them."""
    connection.isolation_level = None
    cursor = connection.cursor()
    until = time.monotonic() + busy
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:  # the switch does not wait for others by itself
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(0.02)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare(connection: Connection, name: str) -> None:
    """Make the tables where there are none; refuse those of a newer program. Two at once wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MAKING})
    if not inspect(connection).has_table(schema.name):
        METADATA.create_all(connection)
        connection.execute(schema.insert().values(version=VERSION, made=datetime.now(UTC)))
        return
    found = connection.execute(select(func.max(schema.c.version))).scalar_one()
    if found != VERSION:
        raise LedgerFailed(
            Problem(name, f"the run ledger is of version {found}; this program knows version {VERSION}."),
            state="Nothing was run.", hint=_UPGRADE,
        )
