"""A PostgreSQL server of this machine's own package, started for the tests on loopback in a temporary folder.

`with running() as cluster:` starts one; the fixture `postgres` keeps one for a test session: import it into a
`conftest.py` or a test. Where the package is missing, a test fails in continuous integration and is skipped elsewhere,
with the reason.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

DEBIAN = Path("/usr/lib/postgresql")
_DIE_WITH_PARENT = 1
_SECONDS = 60.0


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest there is; None where the package is missing."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def unavailable() -> str:
    """Why there is no server here; empty where there is."""
    if programs() is None:
        return "PostgreSQL is not installed (Debian's package postgresql): the ledger was not tested on it"
    return ""


def owner() -> str | None:
    """The user to run the server as: PostgreSQL refuses root."""
    if os.getuid():
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


@dataclass
class Cluster:
    """A server with the user `reportgen`, who needs a password."""

    folder: Path
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    port: int = 0
    settings: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str = "postgres", password: str = "") -> str:
        return f"postgresql://reportgen:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"ledger_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def make(self) -> None:
        folder = programs()
        assert folder is not None
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        if user := owner():
            shutil.chown(self.folder, user)
            shutil.chown(secret, user)
        subprocess.run(
            [folder / "initdb", "-D", self.folder / "data", "-U", "reportgen", "--pwfile", secret, "-E", "UTF8",
             "--locale=C", "--auth=scram-sha-256", "--no-sync"],
            user=user, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )
        secret.unlink()

    def start(self) -> None:
        """Start the server, on the port it had before."""
        folder = programs()
        assert folder is not None
        for _ in range(5):
            port = self.port or _free_port()
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen(
                    [folder / "postgres", "-D", self.folder / "data", "-p", str(port), "-h", "127.0.0.1",
                     "-k", self.folder, *(part for one in self.settings for part in ("-c", one))],
                    user=owner(), cwd=self.folder, start_new_session=True,
                    preexec_fn=_end_with_parent,  # noqa: PLW1509 - after the user is set, which would undo it
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                )
            if self._answers(port):
                self.port = port
                return
        raise AssertionError(f"PostgreSQL did not start: {(self.folder / 'log').read_text(errors='replace')[-2000:]}")

    def _answers(self, port: int) -> bool:
        until = time.monotonic() + _SECONDS
        address = f"postgresql://reportgen:{self.password}@127.0.0.1:{port}/postgres"
        while time.monotonic() < until and self.process is not None and self.process.poll() is None:
            with suppress(psycopg.OperationalError), psycopg.connect(address, connect_timeout=2):
                return True
            time.sleep(0.05)
        self.stop(signal.SIGQUIT)
        return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends the server in order; SIGQUIT at once, as a crash does."""
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


@contextmanager
def running(*, durable: bool = False) -> Iterator[Cluster]:
    """A started server. Only a `durable` one waits for its disk; a test that cuts no power need not."""
    lax = () if durable else ("fsync=off", "full_page_writes=off")
    folder = Path(tempfile.mkdtemp(prefix="reportgen-pg-"))
    cluster = Cluster(folder, settings=("max_connections=50", "shared_buffers=16MB", *lax))
    try:
        cluster.make()
        cluster.start()
        yield cluster
    finally:
        cluster.stop(signal.SIGQUIT)  # nothing of it is kept: no tidying up
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The session's server. Every test takes a database of its own: `postgres.database()`."""
    if reason := unavailable():
        if os.environ.get("CI"):
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with running() as cluster:
        yield cluster


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGQUIT)
