"""The outbox: bytes stored before a socket opens, each step one transaction that compares before it sets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, inspect, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from reportgen.archive import durable
from reportgen.delivery.outbox.row import Letter, Mail, Subject
from reportgen.delivery.outbox.states import STEPS, MailState
from reportgen.delivery.outbox.table import mails
from reportgen.delivery.verdict import Verdict
from reportgen.errors import ArchiveError, Fenced, Problem, WrongState
from reportgen.runs.database import Database

LEASE = timedelta(minutes=20)
"""Longer than the longest answer a server may take (ten minutes to the final dot)."""
_MODE = 0o600
_MAKING = 7_286_321_906
_FIELDS = ("job", "period", "scope", "revision", "manifest", "recipient", "address")


class Outbox:
    """The mails of one output folder: rows in its ledger's database, bytes in `<output>/outbox/`, a file each."""

    def __init__(self, database: Database, output: Path, clock: Callable[[], datetime] | None = None) -> None:
        self.database = database
        self.folder = output / "outbox"
        self._clock = clock
        self._ready = False

    # Queueing

    def put(
        self, subject: Subject, letter: Letter, entitlement: str = "", state: MailState = MailState.QUEUED,
        said: str = "",
    ) -> Mail:
        """Keep a mail, durable on return; where one of this key is kept already, that one: it is never made twice.

        Raises ArchiveError (exit 8) where the disk refuses, LedgerFailed (8) where the database does.
        """
        known = self.mail(subject.key)
        if known is not None:
            return known
        sha = hashlib.sha256(letter.content).hexdigest()
        with self.database.reading() as connection:
            now = self._now(connection)
        fresh = Mail(subject.key, subject, letter.message_id, sha, letter.pdf, entitlement, len(letter.content), state,
                     0, now, now, None, None, 0, 0, "", said, "", "", noted=False)
        durable.write_new(self.path(fresh), letter.content, self.folder / "tmp", mode=_MODE)
        row = {name: getattr(fresh, name) for name in (one.name for one in fields(Mail)) if name != "subject"}
        try:
            with self.database.writing() as connection:
                connection.execute(insert(mails).values(
                    **{name: getattr(subject, name) for name in _FIELDS}, **{**row, "state": str(state)}))
        except IntegrityError:  # another process was quicker, and its mail is the one
            durable.remove(self.path(fresh))
        found = self.mail(subject.key)
        assert found is not None
        return found

    def content(self, mail: Mail) -> bytes:
        """The stored bytes. Raises ArchiveError (exit 8) where they are gone or are not what was stored."""
        path = self.path(mail)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ArchiveError(Problem(str(path), f"the mail cannot be read: {error.strerror}."),
                               state="It was not sent.", hint="`reportgen outbox drop` gives it up.") from None
        if hashlib.sha256(data).hexdigest() != mail.content:
            raise ArchiveError(Problem(str(path), "the mail is not what was stored."), state="It was not sent.",
                               hint="Somebody changed the file. `reportgen outbox drop` gives it up.")
        return data

    # Reading

    def mail(self, key: str) -> Mail | None:
        found = self._select(mails.c.key == key)
        return found[0] if found else None

    def mails(self, states: Iterable[MailState] = (), *, job: str = "", period: str = "") -> tuple[Mail, ...]:
        """Rows in the order they were queued in; all states without one named."""
        wanted = [str(one) for one in states]
        return self._select(*([mails.c.state.in_(wanted)] if wanted else []),
                            *([mails.c.job == job] if job else []), *([mails.c.period == period] if period else []))

    def unnoted(self) -> tuple[Mail, ...]:
        """Sent mails that the archive's log does not have yet."""
        return self._select(mails.c.state == str(MailState.SENT), mails.c.noted.is_(False))

    def note(self, sent: Iterable[Mail]) -> None:
        """The archive's log has these deliveries now."""
        with self.database.writing() as connection:
            for one in sent:
                connection.execute(update(mails).where(mails.c.key == one.key).values(noted=True))

    def due(self) -> tuple[Mail, ...]:
        """Queued mails whose time has come."""
        with self.database.reading() as connection:
            now = self._now(connection)
        return self._select(mails.c.state == str(MailState.QUEUED), mails.c.next_at <= now)

    # Steps

    def take(self, mail: Mail, sender: str = "") -> Mail | None:
        """The sole right to send a queued mail until the lease ends; None where another process has it."""
        with self.database.writing() as connection:
            now = self._now(connection)
            done = connection.execute(update(mails).where(
                mails.c.key == mail.key, mails.c.epoch == mail.epoch, mails.c.state == str(MailState.QUEUED),
            ).values(state=str(MailState.SENDING), epoch=mail.epoch + 1, until=now + LEASE, handed=now,
                     attempts=mail.attempts + 1, sender=sender))
            if done.rowcount != 1:
                return None
        return self.mail(mail.key)

    def step(
        self, mail: Mail, state: MailState, *, verdict: Verdict | None = None, said: str = "",
        next_at: datetime | None = None, again: bool = False, **more: str | int,
    ) -> Mail:
        """Move a mail on; `again` makes it due at once, with all its tries before it.

        Raises WrongState for a step there is not, Fenced (exit 11) where the row is another's.
        """
        if state not in STEPS[mail.state]:
            raise WrongState(f"mail {mail.key[:12]} is {mail.state}: it cannot become {state}.",
                             state="Nothing was changed.", hint="`reportgen outbox list` says where each mail stands.")
        told: dict[str, Any] = {"said": said, **more}
        if verdict is not None:
            told |= {"code": verdict.code, "enhanced": verdict.enhanced, "said": verdict.text,
                    "queue_id": verdict.queue_id}
        if next_at is not None:
            told["next_at"] = next_at
        with self.database.writing() as connection:
            if again:
                now = self._now(connection)
                told |= {"next_at": now, "queued": now, "attempts": 0}
            done = connection.execute(update(mails).where(
                mails.c.key == mail.key, mails.c.epoch == mail.epoch, mails.c.state == str(mail.state),
            ).values(state=str(state), epoch=mail.epoch + 1, until=None, **told))
            if done.rowcount != 1:
                raise Fenced(f"mail {mail.key[:12]} was taken over by another process.",
                             state="Nothing was recorded here.", hint="`reportgen outbox list` says what became of it.")
        found = self.mail(mail.key)
        assert found is not None
        return found

    def rewrite(self, mail: Mail, subject: Subject, letter: Letter, entitlement: str, said: str = "") -> Mail:
        """Queue other bytes in the place of a mail that was certainly not taken: failed, blocked, or refused just now.

        Raises as `put` and `step` do.
        """
        sha = hashlib.sha256(letter.content).hexdigest()
        fresh = replace(mail, subject=subject, content=sha)
        durable.write_new(self.path(fresh), letter.content, self.folder / "tmp", mode=_MODE)
        found = self.step(mail, MailState.QUEUED, said=said, again=True, address=subject.address, content=sha,
                          bytes=len(letter.content), pdf=letter.pdf, entitlement=entitlement)
        if mail.file != found.file:
            durable.remove(self.path(mail))
        return found

    def abandoned(self, sender: str = "") -> tuple[Mail, ...]:
        """Put mails whose sender is gone in doubt: nobody knows how far it came. Returns them.

        Gone is whose lease has ended, and who sent under the lock that the caller, `sender`, holds now.
        """
        with self.database.reading() as connection:
            now = self._now(connection)
        gone = [mails.c.until.is_(None), mails.c.until <= now, *([mails.c.sender == sender] if sender else [])]
        late = self._select(mails.c.state == str(MailState.SENDING), or_(*gone))
        return tuple(self.step(one, MailState.IN_DOUBT, said="the process that sent it ended") for one in late)

    def _select(self, *wanted: Any) -> tuple[Mail, ...]:
        self._prepare()
        with self.database.reading() as connection:
            rows = connection.execute(select(mails).where(*wanted).order_by(mails.c.queued, mails.c.key)).all()
        return tuple(_mail(row) for row in rows)

    def _prepare(self) -> None:
        """Make the table where a ledger has none yet. Two at once wait for each other."""
        if self._ready:
            return
        with self.database.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MAKING})
            if not inspect(connection).has_table(mails.name):
                mails.create(connection)
        self._ready = True

    def _now(self, connection: Any) -> datetime:
        return self._clock().astimezone(UTC) if self._clock else self.database.now(connection)

    def keep_table(self, content: bytes) -> str:
        """Keep the table of recipients that mails are queued by; its sha256. Raises ArchiveError (exit 8)."""
        sha = hashlib.sha256(content).hexdigest()
        durable.clear(self.folder / "tmp")  # what a killed process left
        durable.write_new(self.folder / "recipients" / sha, content, self.folder / "tmp", mode=_MODE)
        return sha

    def table(self, sha: str) -> bytes:
        """A table kept before. Raises ArchiveError (exit 8) where it is gone."""
        with durable.told(self.folder, "What was sent is not in the archive's log yet."):
            return (self.folder / "recipients" / sha).read_bytes()

    def path(self, mail: Mail) -> Path:
        """The file of the mail's bytes."""
        return self.folder / mail.file


def _mail(row: Row[Any]) -> Mail:
    told = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
    subject = Subject(**{name: told.pop(name) for name in _FIELDS})
    return Mail(subject=subject, **{**told, "state": MailState(told["state"])})


def waiting(rows: Sequence[Mail]) -> dict[MailState, int]:
    """How many mails stand in each state."""
    return {state: sum(one.state is state for one in rows) for state in MailState}
