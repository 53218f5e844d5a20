"""From released editions to mails: who gets one, what is kept of it, when it goes.

    post = Post.of(context.output, context.root, database, archive)
    queued = post.queue(job.delivery, editions)      # durable; the same call again queues nothing twice
    told = post.send()                               # what is due, once
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reportgen.archive import durable
from reportgen.archive.archive import Archive
from reportgen.archive.entry import Delivery
from reportgen.archive.kept import kept_job
from reportgen.archive.state import Issued
from reportgen.config.delivery import DeliveryFile, load_delivery
from reportgen.config.job_delivery import DeliveryRule
from reportgen.config.recipients import Recipient, Recipients, load_recipients
from reportgen.context import Installation, installed_home
from reportgen.delivery.addressed import addressee, mail_settings
from reportgen.delivery.dispatch import Told, dispatch, refused
from reportgen.delivery.entitlement import entitled
from reportgen.delivery.gate import Gate
from reportgen.delivery.message import MailedEdition, compose, mailed_edition
from reportgen.delivery.outbox.outbox import Outbox
from reportgen.delivery.outbox.row import Letter, Mail, Subject
from reportgen.delivery.outbox.states import MailState
from reportgen.delivery.probe import Probe, journal, postfix_log
from reportgen.delivery.transport import Transport
from reportgen.errors import ReportgenError
from reportgen.runs.database import Database
from reportgen.runs.holder import Holder
from reportgen.runs.locks import RunLock

_LOG_AT_ONCE = 200
_REFUSED = "login-refused.json"
_ANEW = (MailState.BLOCKED, MailState.FAILED)
"""Nobody has such a mail: a run makes it again, by the settings and recipients of its day."""
_UNSENT = (MailState.QUEUED, MailState.HELD, MailState.BLOCKED, MailState.FAILED)


@dataclass(frozen=True, slots=True)
class Asked:
    """One mail that is to be made."""

    issued: Issued
    recipient: Recipient


@dataclass
class Queued:
    """What became of a run's editions."""

    mails: list[Mail] = field(default_factory=list)
    """Those of the run, new or kept already."""
    unread: list[str] = field(default_factory=list)
    """Scopes that nobody may read."""
    left_out: list[str] = field(default_factory=list)
    """Who gets nothing and why, a sentence each."""
    held: str = ""
    """Why all new mails wait for `outbox release`."""

    def lines(self) -> Iterator[str]:
        """What a person is told of it."""
        yield f"{len(self.mails):,} mails queued"
        if self.held:
            yield f"held until `reportgen outbox release`: {self.held}"
        if self.unread:
            more = f" and {len(self.unread) - 6:,} more" if len(self.unread) > 6 else ""
            yield f"nobody may read {', '.join(self.unread[:6])}{more}"
        yield from self.left_out

    def told(self) -> dict[str, Any]:
        """For the run's summary."""
        return {"mails": len(self.mails), "held": self.held, "unread": self.unread, "left_out": self.left_out}


@dataclass
class Post:
    """The mails of one output folder."""

    outbox: Outbox
    archive: Archive
    root: Path
    settings: DeliveryFile
    recipients: Recipients
    clock: Callable[[], dt.datetime]

    @classmethod
    def of(cls, output: Path, root: Path, database: Database, archive: Archive) -> Post:
        """With the project's settings and recipients as they are now. Raises JobError (exit 2)."""
        return cls(Outbox(database, output), archive, root, load_delivery(root), load_recipients(root), archive.clock)

    # Queueing

    def queue(
        self, rule: DeliveryRule, editions: Sequence[Issued], tell: Callable[[int, int], None] = lambda *_: None
    ) -> Queued:
        """Make and keep the mails of released editions. Raises ArchiveError, LedgerFailed (exit 8).

        A mail that cannot be made, for a weak password or an expired certificate, is left out and said.
        """
        done = Queued()
        asked = list(self._asked(editions, done))
        table = self.outbox.keep_table(self.recipients.content) if asked else ""
        done.held = self.too_many(rule, asked[0].issued.entry.job, asked[0].issued.entry.period, len(asked)) if asked \
            else ""
        state, said = (MailState.HELD, done.held) if done.held else (MailState.QUEUED, "")
        kept: tuple[str, MailedEdition] | None = None
        for number, one in enumerate(asked, 1):
            subject = _subject(one)
            mail = self.outbox.mail(subject.key)
            if mail is None or mail.state in _ANEW:
                known = f"{one.issued.manifest} {one.recipient.locale}"
                try:
                    if kept is None or kept[0] != known:
                        kept = known, mailed_edition(self.archive, one.issued, one.recipient.locale)
                    letter = self._letter(rule, kept[1], one.recipient, subject)
                except ReportgenError as error:
                    done.left_out.append(" ".join(str(problem) for problem in error.problems))
                    continue
                mail = self.outbox.rewrite(mail, subject, letter, table) if mail else \
                    self.outbox.put(subject, letter, table, state, said)
            done.mails.append(mail)
            tell(number, len(asked))
        for issued in editions:  # last: until the correction is kept, its recipients are known by these
            self._superseded(issued)
        return done

    def asked(self, job: str, scope: str, day: dt.date) -> tuple[Recipient, ...]:
        """Who would get a first edition on this day."""
        return tuple(one.recipient for one in entitled(self.recipients, job, scope, day))

    def _asked(self, editions: Sequence[Issued], done: Queued) -> Iterator[Asked]:
        for one in editions:
            zone = ZoneInfo(self.archive.manifest(one.manifest).period.zone)
            people = self.asked(one.entry.job, one.entry.scope, self.clock().astimezone(zone).date())
            if one.entry.supersedes:
                people = self._corrected(one, people, done)
            elif not people:
                done.unread.append(one.entry.scope)
            yield from (Asked(one, person) for person in people)

    def _corrected(self, one: Issued, people: Sequence[Recipient], done: Queued) -> tuple[Recipient, ...]:
        """A correction goes to those who had, or were to have, what it corrects; where nobody was, to all entitled."""
        before, now = self._of(one, one.entry.supersedes), self._of(one, one.manifest)
        had = {mail.subject.recipient for mail in (*before, *now)
               if mail.state is not MailState.DROPPED or mail in now}
        if not before:
            return tuple(people)
        may = {person.id for person in people}
        done.left_out += [f"{one.entry.scope}: {who} had the edition that is corrected and may not read it any more."
                          for who in sorted(had - may)]
        done.left_out += [f"{one.entry.scope}: {who} did not have the edition that is corrected, and gets none."
                          for who in sorted(may - had)]
        return tuple(person for person in people if person.id in had)

    def _of(self, one: Issued, manifest: str) -> list[Mail]:
        """The mails of an edition of the same subject."""
        found = self.outbox.mails(job=one.entry.job, period=one.entry.period)
        return [mail for mail in found if mail.subject.manifest == manifest]

    def _superseded(self, one: Issued) -> None:
        """What was not sent of the edition that this one corrects is not sent any more."""
        for mail in self._of(one, one.entry.supersedes) if one.entry.supersedes else ():
            if mail.state in _UNSENT:
                self.outbox.step(mail, MailState.DROPPED, said=f"{one.entry.revision} was issued before it was sent")

    def too_many(self, rule: DeliveryRule, job: str, period: str, many: int) -> str:
        """Whether so many mails are so many more than the run before sent that somebody should look first."""
        if many > rule.most:
            return f"{many:,} mails, and the job's `delivery.most` is {rule.most:,}"
        earlier: dict[str, int] = {}
        for mail in self.outbox.mails(job=job):
            if mail.subject.period != period and mail.state is not MailState.DROPPED:
                earlier[mail.subject.period] = earlier.get(mail.subject.period, 0) + (mail.subject.revision == "r01")
        last = earlier[max(earlier)] if earlier else 0
        if last and many > self.settings.growth * last:
            return f"{many:,} mails; the run before had {last:,}, and `growth:` is {self.settings.growth:g}"
        return ""

    def _smaller(self, mail: Mail) -> Letter | None:
        """The mail with a link in place of the file; None where the settings have none, or the recipient is gone."""
        one, row = self.recipients.of(mail.subject.recipient), mail.subject
        if one is None or not self.settings.size.link:
            return None
        issued = self.archive.state().issued[row.manifest]
        try:
            rule = kept_job(self.archive, issued).delivery or DeliveryRule()
            edition = mailed_edition(self.archive, issued, one.locale)
            return self._letter(rule, edition, one, row, as_link=True)
        except ReportgenError:  # the mail has failed, and says why
            return None

    def _letter(
        self, rule: DeliveryRule, edition: MailedEdition, to: Recipient, subject: Subject, *, as_link: bool = False
    ) -> Letter:
        shelf = Installation(self.root, installed_home())
        settings = mail_settings(self.settings, rule.headline or "")
        person = addressee(to, edition.locale, self.settings, self.root)
        made = compose(edition, person, settings, subject.key, self.clock(), shelf, as_link=as_link)
        return Letter(made.message_id, made.content, made.attachments[0].sent if made.attachments else "")

    # Sending

    def send(self, tell: Callable[[Mail], None] = lambda _: None, *, asked: bool = True) -> Told:
        """Send what is due and note in the archive what was taken. Raises ArchiveError, LedgerFailed (exit 8).

        Where the server refused the login, only somebody who has `asked` for it has it tried again, or other settings.
        """
        if not asked and (since := self._refused_since()):
            return Told(stopped=f"the server refused the login at {since}; `reportgen outbox send` tries it again")
        lock = RunLock.attempt(self.outbox.folder.parent, "outbox", "send")
        if lock is None:
            return Told(stopped="another process is sending")
        try:
            name = f"{Holder.here().boot}:{lock.identity}"
            with _transport(self.settings) as transport:
                told = dispatch(
                    self.outbox, self.settings, transport, gate=self.gate(), probes=self._probes(), clock=self.clock,
                    pace=_Pace(self.settings.rate.per_minute), name=name, tell=tell, smaller=self._smaller,
                )
        finally:
            self._note()
            lock.release()
        self._remember(told)
        return told

    def _refused_since(self) -> str:
        """When the login was refused by the settings of now; empty where it was not."""
        try:
            said = json.loads((self.outbox.folder / _REFUSED).read_bytes())
            return str(said["time"]) if said["settings"] == self._settings_digest else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _remember(self, told: Told) -> None:
        path = self.outbox.folder / _REFUSED
        if told.login_refused:
            said = {"time": f"{self.clock():%Y-%m-%d %H:%M} UTC", "settings": self._settings_digest}
            durable.replace(path, json.dumps(said).encode(), self.outbox.folder / "tmp", mode=0o600)
        elif told.many(MailState.SENT):
            durable.remove(path)

    @property
    def _settings_digest(self) -> str:
        return hashlib.sha256(self.settings.model_dump_json().encode()).hexdigest()

    def gate(self) -> Gate:
        return Gate(self.archive, self.recipients, self.settings.protect, self.root, self.clock,
                    self.settings.ordinary_words)

    def foreign(self, recipient: Recipient) -> str:
        """Why this recipient's address gets nothing by the domains allowed; empty where it may or nothing is sent."""
        return refused(self.settings, recipient.mail) if self.settings.server else ""

    def _probes(self) -> tuple[Probe, ...]:
        doubt = self.settings.doubt
        found = [journal(doubt.journal)] if doubt.journal else []
        return (*found, postfix_log(Path(doubt.postfix_log))) if doubt.postfix_log else tuple(found)

    def _note(self) -> None:
        """Note what was taken in the archive's log; a process killed before leaves it to the next."""
        waiting = self.outbox.unnoted()
        if waiting:
            self.archive.ready()  # one that was killed as it noted these left what a writer has to clear away
        for at in range(0, len(waiting), _LOG_AT_ONCE):
            some = waiting[at:at + _LOG_AT_ONCE]
            known = {one.message_id for those in self.archive.state().delivered.values() for one in those}
            fresh = [one for one in some if one.message_id not in known]
            if fresh:
                for table in {one.entitlement for one in fresh}:
                    self.archive.store.put(self.outbox.table(table))
                self.archive.delivered(*(_entry(one, self.clock()) for one in fresh))
            self.outbox.note(some)


def _subject(one: Asked) -> Subject:
    entry = one.issued.entry
    return Subject(entry.job, entry.period, entry.scope, entry.revision, one.issued.manifest, one.recipient.id,
                   one.recipient.mail)


def _entry(one: Mail, at: dt.datetime) -> Delivery:
    return Delivery.at(at, manifest=one.subject.manifest, recipient=one.subject.recipient, channel="mail",
                       message=one.content, pdf=one.pdf, message_id=one.message_id, entitlement=one.entitlement)


class _Pace:
    """Waits so that no more than so many mails a minute go out."""

    def __init__(self, per_minute: int) -> None:
        self.seconds = 60 / per_minute
        self.last = 0.0

    def __call__(self) -> None:
        wait = self.last + self.seconds - time.monotonic()
        if self.last and wait > 0:
            time.sleep(wait)
        self.last = time.monotonic()


class _transport:  # noqa: N801 - read as a word of `with`
    """The transport of the settings, or None without a server."""

    def __init__(self, settings: DeliveryFile) -> None:
        self.made = Transport(settings.server) if settings.server else None

    def __enter__(self) -> Transport | None:
        return self.made

    def __exit__(self, *_: object) -> None:
        if self.made is not None:
            self.made.close()
