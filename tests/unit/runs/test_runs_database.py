"""What goes wrong with a ledger's database: a clear error with its exit code, no password, and nothing half-written."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from reportgen.errors import DependencyMissing, ExitCode, JobError, LedgerFailed, ReportgenError
from reportgen.runs.database import VARIABLE, Database
from reportgen.runs.ledger import Ledger
from reportgen.runs.states import RunState, UnitState
from reportgen.runs.tables import VERSION, schema
from tests.postgres import Cluster, postgres, running, unavailable  # noqa: F401 - a fixture
from tests.unit.runs.conftest import Place


def failure(ledger: Ledger, words: str) -> ReportgenError:
    """The refusal of a claim: exit 8, one line of trouble, the state, and what to do."""
    with pytest.raises(LedgerFailed, match=words) as caught:
        ledger.claim("taihu", "2011-05")
    assert caught.value.code == ExitCode.ARCHIVE == 8
    assert len(str(caught.value).splitlines()) == 3
    assert caught.value.hint
    return caught.value


@contextmanager
def nobody() -> Iterator[Path]:
    """A folder, and a user whom its mode binds: root may write anywhere."""
    folder = Path(tempfile.mkdtemp(prefix="reportgen-ledger-"))
    was = os.geteuid()
    try:
        folder.chmod(0o755)
        if was == 0:
            uid = pwd.getpwnam("nobody").pw_uid
            os.chown(folder, uid, -1)
            os.seteuid(uid)
        yield folder
    finally:
        os.seteuid(was)
        shutil.rmtree(folder)


def test_the_file_is_its_owners_and_commits_are_synced(tmp_path: Path) -> None:
    ledger = Ledger.of(tmp_path / "output")
    assert not ledger.database.is_there
    assert ledger.runs() == ()
    assert not (tmp_path / "output").exists()  # looking makes nothing
    ledger.claim("taihu", "2011-05")
    assert ledger.database.is_there
    with ledger.database.writing() as connection:
        told = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    files = sorted((tmp_path / "output").glob("reportgen.db*"))
    assert [path.name for path in files] == ["reportgen.db", "reportgen.db-shm", "reportgen.db-wal"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    ledger.close()


def test_the_callers_url_goes_before_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"sqlite:///{tmp_path}/of-the-environment.db")
    assert Database.of(tmp_path).file == tmp_path / "of-the-environment.db"
    assert Database.of(tmp_path, f"sqlite:///{tmp_path}/of-the-caller.db").file == tmp_path / "of-the-caller.db"
    monkeypatch.delenv(VARIABLE)
    assert Database.of(tmp_path).file == tmp_path / "reportgen.db"
    monkeypatch.setenv("TEAM_LEDGER", "postgresql://anna:geheim@db/bank")
    assert Database.of(tmp_path, "env:TEAM_LEDGER").name == "postgresql://anna:***@db/bank"


@pytest.mark.parametrize(("url", "words"), [
    ("not a url with geheim", "is not a URL"),
    ("mysql://anna:geheim@host/db", "names 'mysql'; a ledger stands in SQLite or PostgreSQL"),
    ("sqlite://", "names no file"),
    ("sqlite:///:memory:", "names no file"),
    ("nosuch+driver://anna:geheim@host/db", "'nosuch'|is not a URL"),
    ("postgresql://anna:geheim@host:port/db", "is not a URL"),
])
def test_a_wrong_url_is_the_callers_mistake_and_not_repeated(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(JobError, match=words) as caught:
        Ledger.of(tmp_path, url)
    assert caught.value.code == ExitCode.JOB
    assert "geheim" not in "".join(traceback.format_exception(caught.value)).replace(f"'{url}'", "")
    assert "geheim" not in str(caught.value)


def test_without_the_driver_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DependencyMissing, match="its driver psycopg is not installed") as caught:
        Ledger.of(tmp_path, "postgresql://anna:geheim@db/bank").claim("taihu", "2011-05")
    assert caught.value.code == ExitCode.DEPENDENCY
    assert "reportgen[postgres]" in caught.value.hint
    assert "geheim" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    error = failure(Ledger.of(tmp_path / "output", f"sqlite:///{tmp_path}/no/such/ledger.db"), "No such file")
    assert f"sqlite:///{tmp_path}/no/such/ledger.db" in str(error)


def test_a_folder_that_may_not_be_written() -> None:
    with nobody() as folder:
        folder.chmod(0o555)
        failure(Ledger.of(folder, f"sqlite:///{folder}/ledger.db"), "the run's lock cannot be made: Permission denied")
        failure(Ledger.of(Path(tempfile.gettempdir()) / "reportgen-locks", f"sqlite:///{folder}/ledger.db"),
                "the run ledger cannot be used: Permission denied")
        folder.chmod(0o755)


def test_a_ledger_that_may_not_be_written() -> None:
    with nobody() as folder:
        with Ledger.of(folder) as ledger:
            ledger.finish(ledger.claim("taihu", "2011-05"), RunState.FAILED)
        (folder / "reportgen.db").chmod(0o444)
        folder.chmod(0o555)
        error = failure(Ledger.of(folder), "attempt to write a readonly database|unable to open")
        assert "writable for this user" in error.hint
        folder.chmod(0o755)
        (folder / "reportgen.db").chmod(0o600)
        with Ledger.of(folder) as ledger:
            assert ledger.claim("taihu", "2011-05").epoch == 2


def test_a_full_disk_leaves_the_step_undone_and_the_next_try_does_it(tmp_path: Path) -> None:
    ledger = Ledger.of(tmp_path)
    claim = ledger.claim("taihu", "2011-05")
    ledger.plan_units(claim, [("bank", "en")])
    with ledger.database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    many = [(f"branch:{number:05}", "en") for number in range(2_000)]
    with pytest.raises(LedgerFailed, match="database or disk is full") as caught:
        ledger.plan_units(claim, many)
    assert "it resumes where it stopped" in caught.value.hint
    assert len(ledger.units(claim.run_id)) == 1
    with ledger.database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    ledger.plan_units(claim, many)
    assert len(ledger.units(claim.run_id)) == 2_001
    ledger.close()


def test_a_disk_that_refuses_to_grow(tmp_path: Path) -> None:
    ledger = Ledger.of(tmp_path)
    claim = ledger.claim("taihu", "2011-05")
    ledger.plan_units(claim, [("bank", "en")])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        with pytest.raises(LedgerFailed, match=r"disk I/O error|full"):
            ledger.unit(claim, "bank", "en", UnitState.RENDERED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    ledger.close()
    with Ledger.of(tmp_path) as after:
        assert after.units(claim.run_id)[0].state is UnitState.PENDING
        after.unit(claim, "bank", "en", UnitState.RENDERED)
        with sqlite3.connect(tmp_path / "reportgen.db") as plain:
            assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        plain.close()


def test_no_file_handles_left(tmp_path: Path) -> None:
    with Ledger.of(tmp_path) as first:
        first.finish(first.claim("taihu", "2011-05"), RunState.FAILED)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fresh = Ledger.of(tmp_path)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        failure(fresh, "Too many open files")
        with pytest.raises(LedgerFailed, match="unable to open database file"):
            fresh.runs()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert fresh.claim("taihu", "2011-05").epoch == 2
    fresh.close()


def test_another_programs_lock_is_waited_for_and_named(tmp_path: Path) -> None:
    with Ledger.of(tmp_path) as ledger:
        ledger.finish(ledger.claim("taihu", "2011-05"), RunState.FAILED)
    other = sqlite3.connect(tmp_path / "reportgen.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    database = Database(make_url(f"sqlite:///{tmp_path}/reportgen.db"), busy_seconds=0.3)
    error = failure(Ledger(database, tmp_path), "database is locked")
    assert "`fuser`" in error.hint
    other.execute("ROLLBACK")
    other.close()
    with Ledger(database, tmp_path) as ledger:
        assert ledger.claim("taihu", "2011-05").epoch == 2


@pytest.mark.parametrize("content", [b"a spreadsheet, perhaps" * 100, b"SQLite format 3\0" + bytes(2000)])
def test_what_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "reportgen.db"
    path.write_bytes(content)
    failure(Ledger.of(tmp_path), "not a database|malformed|unsupported file format")
    assert path.read_bytes() == content


def test_a_newer_programs_ledger_is_refused(place: Place) -> None:
    ledger = place.ledger()
    ledger.claim("taihu", "2011-05")
    with ledger.database.writing() as connection:
        connection.execute(insert(schema).values(version=VERSION + 1, made=ledger.database.now(connection)))
    other = place.ledger(output="other")
    error = failure(other, f"is of version {VERSION + 1}; this program knows version {VERSION}")
    assert "Install the version of reportgen" in error.hint
    with pytest.raises(LedgerFailed):
        other.runs()


def test_two_versions_of_one_run_cannot_be(place: Place) -> None:
    ledger = place.ledger()
    ledger.claim("taihu", "2011-05")
    with ledger.database.reading() as connection:
        copied = connection.exec_driver_sql("SELECT * FROM reportgen_runs").mappings().one()
    from sqlalchemy.exc import IntegrityError

    from reportgen.runs.tables import runs, units
    with pytest.raises(IntegrityError), ledger.database.writing() as connection:
        connection.execute(insert(runs).values({**copied, "id": "another", "started": ledger.database.now(connection),
                                                "claimed": ledger.database.now(connection), "until": None}))
    with pytest.raises(IntegrityError), ledger.database.writing() as connection:
        connection.execute(insert(units).values(run="no such run", scope="bank", locale="en", state="pending", epoch=1))
    assert len(ledger.runs()) == 1


def test_units_and_runs_are_found_by_an_index(tmp_path: Path) -> None:
    ledger = Ledger.of(tmp_path)
    run = ledger.claim("taihu", "2011-05").run_id
    with ledger.database.reading() as connection:
        for query in (f"SELECT state, count(*) FROM reportgen_units WHERE run = '{run}' GROUP BY state",
                      f"SELECT * FROM reportgen_units WHERE run = '{run}' AND scope = 'bank' AND locale = 'en'",
                      "SELECT * FROM reportgen_runs WHERE job = 'a' AND period = 'b' ORDER BY version DESC LIMIT 1",
                      "SELECT * FROM reportgen_runs ORDER BY started DESC LIMIT 20"):
            plan = " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
            assert "INDEX" in plan, query
    ledger.close()


# PostgreSQL alone


def test_a_password_is_never_told(postgres: Cluster, tmp_path: Path) -> None:  # noqa: F811
    for url, words in (
        (postgres.url(password="geheim"), "password authentication failed"),
        (postgres.url("nosuch"), 'database "nosuch" does not exist'),
        (f"postgresql://reportgen@127.0.0.1:{postgres.port}/postgres?password=geheim", "password authentication"),
        ("postgresql://reportgen:geheim@127.0.0.1:1/postgres", "refused"),
    ):
        ledger = Ledger.of(tmp_path, url)
        error = failure(ledger, words)
        told = "".join(traceback.format_exception(error)) + repr(ledger) + repr(ledger.database) + ledger.database.name
        assert "geheim" not in told
        assert postgres.password not in told
        assert "127.0.0.1" in str(error)


def test_times_stand_in_the_database_as_instants(postgres: Cluster, tmp_path: Path) -> None:  # noqa: F811
    with Ledger.of(tmp_path, postgres.database()) as ledger:
        ledger.claim("taihu", "2011-05")
        with ledger.database.reading() as connection:
            kinds = connection.exec_driver_sql(
                "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_name = 'reportgen_runs' "
                "AND column_name IN ('started', 'claimed', 'until', 'ended')").scalars().all()
    assert kinds == ["timestamp with time zone"]


def test_a_server_that_crashes_and_comes_back_has_lost_nothing(tmp_path: Path) -> None:
    if reason := unavailable():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with running(durable=True) as cluster:
        ledger = Ledger.of(tmp_path, cluster.database())
        claim = ledger.claim("taihu", "2011-05")
        ledger.plan_units(claim, [("bank", "en"), ("bank", "zh-CN")])
        ledger.unit(claim, "bank", "en", UnitState.RENDERED)
        cluster.stop(signal.SIGQUIT)
        with pytest.raises(LedgerFailed) as caught:
            ledger.unit(claim, "bank", "zh-CN", UnitState.RENDERED)
        assert cluster.password not in str(caught.value)
        cluster.start()
        ledger.check(claim)
        ledger.unit(claim, "bank", "zh-CN", UnitState.RENDERED)
        assert ledger.unit_counts(claim.run_id)[UnitState.RENDERED] == 2
        ledger.close()
