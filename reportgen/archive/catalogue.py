"""The catalogue: an index of the archive in SQLite, for lists and searches. It is derived, and no evidence.

Made again from log and manifests it equals the one that grew with the archive, row for row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reportgen.archive.manifest import Manifest
from reportgen.archive.state import Issued, State
from reportgen.errors import ArchiveError, Problem

_VERSION = 1
_SCHEMA = f"""
CREATE TABLE editions (
    place INTEGER PRIMARY KEY, manifest TEXT UNIQUE NOT NULL, job TEXT NOT NULL, period TEXT NOT NULL,
    scope TEXT NOT NULL, revision TEXT NOT NULL, edition TEXT NOT NULL, report TEXT NOT NULL, titles TEXT NOT NULL,
    issued TEXT NOT NULL, standing TEXT NOT NULL, superseded_by TEXT NOT NULL, classification TEXT NOT NULL,
    keep_until TEXT NOT NULL
);
CREATE INDEX editions_by_subject ON editions (job, period, scope);
CREATE INDEX editions_by_id ON editions (edition);
CREATE TABLE files (
    manifest TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, locale TEXT NOT NULL, sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL, pages INTEGER NOT NULL, PRIMARY KEY (manifest, name)
);
CREATE INDEX files_by_hash ON files (sha256);
CREATE TABLE entries (read INTEGER NOT NULL);
INSERT INTO entries VALUES (0);
PRAGMA user_version = {_VERSION};
"""  # noqa: S608 - nobody's words in it
_COLUMNS = (
    "place", "manifest", "job", "period", "scope", "revision", "edition", "report", "titles", "issued", "standing",
    "superseded_by", "classification", "keep_until",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One edition in a list. Times are UTC, `keep_until` an ISO day or empty for ever."""

    place: int
    """Number of its entry in the log."""
    manifest: str
    job: str
    period: str
    scope: str
    revision: str
    edition: str
    report: str
    titles: str
    """Titles in all languages, for searching."""
    issued: str
    standing: str
    """`issued`, `superseded` or `deleted`."""
    superseded_by: str
    classification: str
    keep_until: str


class Catalogue:
    """The index file. Whatever is wrong with it is mended by making it again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def follow(self, state: State, manifest: Callable[[str], Manifest]) -> None:
        """Bring the index to the state of the log; a damaged one is made again."""
        try:
            self._follow(state, manifest)
        except sqlite3.DatabaseError:
            self.rebuild(state, manifest)

    def rebuild(self, state: State, manifest: Callable[[str], Manifest]) -> None:
        """Make the index again from nothing."""
        for suffix in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._follow(state, manifest)

    def _follow(self, state: State, manifest: Callable[[str], Manifest]) -> None:
        with self._open() as connection:
            (done,) = connection.execute("SELECT read FROM entries").fetchone() or (None,)
            if not isinstance(done, int):  # a power cut can leave a page of zeros
                raise sqlite3.DatabaseError("the index does not say how far it goes")
            if done > state.size:
                raise sqlite3.DatabaseError("the index knows entries that the log does not have")
            if done == state.size:
                return
            for one in state.issued.values():
                if one.index >= done:
                    _insert(connection, one, manifest)
                elif one.standing != "issued":
                    connection.execute("UPDATE editions SET standing = ?, superseded_by = ? WHERE manifest = ?",
                                       (one.standing, one.superseded_by, one.manifest))
            connection.execute("UPDATE entries SET read = ?", (state.size,))

    def rows(
        self, *, job: str = "", period: str = "", scope: str = "", text: str = "", standing: str = "",
        limit: int = -1,
    ) -> list[Row]:
        """Editions, the newest first. `text` is sought in titles, names and ids, and is a file's whole hash."""
        wanted, values = [], []
        for column, value in (("job", job), ("period", period), ("scope", scope), ("standing", standing)):
            if value:
                wanted.append(f"{column} = ?")
                values.append(value)
        if text:
            plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            like = f"%{plain}%"
            wanted.append(
                r"(titles LIKE ? ESCAPE '\' OR job LIKE ? ESCAPE '\' OR scope LIKE ? ESCAPE '\' OR edition LIKE ?"
                r" ESCAPE '\' OR manifest IN (SELECT manifest FROM files WHERE sha256 = ? OR name LIKE ? ESCAPE '\'))"
            )
            values += [like, like, like, like, text.strip().lower(), like]
        where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
        query = f"SELECT {', '.join(_COLUMNS)} FROM editions{where} ORDER BY place DESC LIMIT ?"  # noqa: S608
        with self._open() as connection:
            return [Row(*found) for found in connection.execute(query, (*values, limit))]

    def manifests_of(self, edition: str) -> list[str]:
        """Manifests of the editions whose id begins with that text."""
        with self._open() as connection:
            found = connection.execute("SELECT manifest FROM editions WHERE substr(edition, 1, ?) = ?",
                                       (len(edition), edition))
            return [sha for (sha,) in found]

    def content(self) -> tuple[tuple[object, ...], ...]:
        """Everything the index says, in order: two of the same archive are equal."""
        with self._open() as connection:
            tables = ("SELECT * FROM editions ORDER BY place", "SELECT * FROM files ORDER BY manifest, name",
                      "SELECT * FROM entries")
            return tuple(row for query in tables for row in connection.execute(query))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=60)) as connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version == 0:
                    connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")
                elif version != _VERSION:
                    raise sqlite3.DatabaseError(f"the index is of version {version}")
                with connection:
                    yield connection
        except sqlite3.OperationalError as error:
            raise ArchiveError(Problem(str(self.path), f"the catalogue cannot be used: {error}."),
                               hint="reportgen archive recover makes it again.") from None


def _insert(connection: sqlite3.Connection, one: Issued, manifest: Callable[[str], Manifest]) -> None:
    """The edition and its files. A deleted one keeps its manifest, so that it can still be named."""
    entry, known = one.entry, manifest(one.manifest)
    titles = " · ".join(known.title[locale] for locale in sorted(known.title))
    connection.execute(f"INSERT INTO editions VALUES ({', '.join('?' * len(_COLUMNS))})", (  # noqa: S608
        one.index, one.manifest, entry.job, entry.period, entry.scope, entry.revision, known.edition, known.report,
        titles, entry.time, one.standing, one.superseded_by, known.classification, known.retention.until,
    ))
    for file in known.artefacts:
        connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", (
            one.manifest, file.name, file.role, file.locale, file.sha256, file.bytes, file.pages,
        ))
