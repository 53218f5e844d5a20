"""One key, one mail: kept before it is sent, each step compared before it is set, on SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reportgen.delivery.outbox.outbox import LEASE, Outbox
from reportgen.delivery.outbox.row import Letter, Mail, Subject
from reportgen.delivery.outbox.states import STEPS, MailState
from reportgen.delivery.verdict import Answer, Stage, Verdict
from reportgen.errors import ArchiveError, Fenced, WrongState
from tests.postgres import postgres
from tests.unit.runs.conftest import Clock, Place, clock, place

__all__ = ["clock", "place", "postgres"]
SUBJECT = Subject("small", "2011-05", "branch:B1", "r01", "a" * 64, "p1", "p1@bank.test")
LETTER = Letter("<1@bank.test>", b"Subject: x\r\n\r\ny\r\n", "b" * 64)
S = MailState


@pytest.fixture
def outbox(place: Place, clock: Clock) -> Iterator[Outbox]:
    with place.ledger() as ledger:
        yield Outbox(ledger.database, place.output / "output", clock)


def test_a_mail_is_kept_once(outbox: Outbox) -> None:
    one = outbox.put(SUBJECT, LETTER, "e" * 64)
    again = outbox.put(SUBJECT, Letter("<2@bank.test>", b"another", ""), "f" * 64)
    assert again == one
    assert outbox.content(one) == LETTER.content
    assert outbox.mails() == (one,)
    assert (one.state, one.attempts, one.bytes, one.noted) == (S.QUEUED, 0, len(LETTER.content), False)
    assert one.key == hashlib.sha256(f"{'a' * 64}\0p1".encode()).hexdigest()
    path = outbox.path(one)
    assert path.name == f"small_2011-05_branch-B1_r01_p1_{one.content[:12]}.eml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.glob("*.eml")] == [path.name]


def test_two_that_queue_at_once_keep_one(place: Place) -> None:
    found: list[Mail] = []
    start = threading.Barrier(4)

    def queue(number: int) -> None:
        with place.ledger() as ledger:
            outbox = Outbox(ledger.database, place.output / "output")
            start.wait()
            found.append(outbox.put(SUBJECT, Letter("<1@bank.test>", f"body {number}".encode(), ""), ""))

    threads = [threading.Thread(target=queue, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 4
    assert len({one.content for one in found}) == 1
    with place.ledger() as ledger:
        outbox = Outbox(ledger.database, place.output / "output")
        (kept,) = outbox.mails()
        assert outbox.content(kept).startswith(b"body ")
        assert [path.name for path in outbox.folder.glob("*.eml")] == [kept.file]


def test_one_alone_takes_a_mail(outbox: Outbox) -> None:
    one = outbox.put(SUBJECT, LETTER)
    taken = outbox.take(one, "here")
    assert taken is not None
    assert (taken.state, taken.attempts, taken.sender) == (S.SENDING, 1, "here")
    assert outbox.take(one) is None
    assert outbox.due() == ()


def test_who_was_overtaken_records_nothing(outbox: Outbox, clock: Clock) -> None:
    taken = outbox.take(outbox.put(SUBJECT, LETTER))
    assert taken is not None
    clock.go(minutes=LEASE / timedelta(minutes=1) + 1)
    (doubtful,) = outbox.abandoned()
    assert doubtful.state is S.IN_DOUBT
    with pytest.raises(Fenced):
        outbox.step(taken, S.SENT)
    assert outbox.mails() == (doubtful,)


def test_a_sender_s_mail_is_in_doubt_when_its_lease_ends_or_its_lock_is_had(outbox: Outbox, clock: Clock) -> None:
    outbox.take(outbox.put(SUBJECT, LETTER), "kernel:lock")
    assert outbox.abandoned("another:lock") == ()
    (found,) = outbox.abandoned("kernel:lock")
    assert (found.state, found.said) == (S.IN_DOUBT, "the process that sent it ended")


@pytest.mark.parametrize("state", list(S))
def test_what_is_no_step_is_refused(outbox: Outbox, state: S) -> None:
    one = outbox.put(SUBJECT, LETTER, state=state)
    for to in S:
        if to not in STEPS[state]:
            with pytest.raises(WrongState, match=r"outbox|cannot become"):
                outbox.step(one, to)
    assert outbox.mails() == (one,)


def test_nothing_follows_sent() -> None:
    assert STEPS[S.SENT] == STEPS[S.DROPPED] == frozenset()


def test_a_verdict_is_recorded_in_the_server_s_words(outbox: Outbox, clock: Clock) -> None:
    taken = outbox.take(outbox.put(SUBJECT, LETTER))
    assert taken is not None
    later = clock() + timedelta(minutes=5)
    found = outbox.step(taken, S.QUEUED, verdict=Verdict(Answer.RETRY, Stage.RCPT, 451, "4.7.1", "try later"),
                        next_at=later)
    assert (found.code, found.enhanced, found.said, found.next_at) == (451, "4.7.1", "try later", later)
    assert outbox.due() == ()
    clock.go(minutes=5)
    assert outbox.due() == (found,)


def test_bytes_that_somebody_changed_are_not_sent(outbox: Outbox) -> None:
    one = outbox.put(SUBJECT, LETTER)
    path = outbox.path(one)
    path.write_bytes(LETTER.content + b"more")
    with pytest.raises(ArchiveError, match="is not what was stored"):
        outbox.content(one)
    path.unlink()
    with pytest.raises(ArchiveError, match="cannot be read"):
        outbox.content(one)


def test_a_mail_that_nobody_took_is_made_anew_under_its_key(outbox: Outbox) -> None:
    one = outbox.step(outbox.put(SUBJECT, LETTER, "e" * 64), S.BLOCKED, said="why")
    fresh = outbox.rewrite(one, Subject(*("small", "2011-05", "branch:B1", "r01", "a" * 64, "p1", "new@bank.test")),
                           Letter("<1@bank.test>", b"another", ""), "f" * 64)
    assert (fresh.key, fresh.state, fresh.subject.address, fresh.pdf, fresh.entitlement, fresh.attempts) == (
        one.key, S.QUEUED, "new@bank.test", "", "f" * 64, 0)
    assert outbox.content(fresh) == b"another"
    assert [path.name for path in outbox.folder.glob("*.eml")] == [fresh.file]


def test_what_is_sent_is_noted_once(outbox: Outbox) -> None:
    taken = outbox.take(outbox.put(SUBJECT, LETTER))
    assert taken is not None
    sent = outbox.step(taken, S.SENT)
    assert outbox.unnoted() == (sent,)
    outbox.note([sent])
    assert outbox.unnoted() == ()


def test_the_table_of_recipients_is_kept(outbox: Outbox) -> None:
    sha = outbox.keep_table(b"recipients: []\n")
    assert sha == hashlib.sha256(b"recipients: []\n").hexdigest()
    assert outbox.keep_table(b"recipients: []\n") == sha
    assert outbox.table(sha) == b"recipients: []\n"


def test_a_disk_that_refuses_is_said(outbox: Outbox, tmp_path: Path) -> None:
    outbox.folder.parent.mkdir(parents=True, exist_ok=True)
    outbox.folder.write_text("a file where the folder should be")
    with pytest.raises(ArchiveError):
        outbox.put(SUBJECT, LETTER)
    assert outbox.mails() == ()
    assert tmp_path.exists()
