# ruff: noqa: T201 - a program of the lab
"""Ends the sending of mails inside a system call, under strace, at every call that changes something or speaks to
somebody; then sends again, and counts what arrived. A run that makes the mails is ended at some of its calls likewise.

The server is Debian's Postfix, which copies all it takes to a journal that Dovecot opens: the program looks there for
what is in doubt. One recipient, one copy: none lost, none twice. On both ledgers.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reportgen.archive.archive import Archive
from reportgen.archive.verify import verify
from reportgen.delivery.outbox.states import MailState
from reportgen.errors import ReportgenError
from tests import mail_server, postgres
from tests.crash.interrupting import _LINE, CALLS, LEDGERS, Lab, Point, _changes, laboratory
from tests.crash.issuing import Way
from tests.crash.killing import _child, attached, unavailable
from tests.delivery_case import MailingBank
from tests.mail_server import PASSWORD, MailServer

SCOPES = ("branch:B1", "branch:B2")
READERS = ("p1", "p2")
QUEUEING = 60
"""Points of a run that are tried on each ledger; there are some hundreds."""
_MOST_SENDS = 4


class Mailing:
    """Two queued mails and the server they go to; with `queueing` the run that makes them is what is ended."""

    def __init__(self, server: MailServer, *, queueing: bool = False) -> None:
        self.server = server
        self.queueing = queueing
        self.way = Way("queueing" if queueing else "sending", [], self.prepare, self.go)

    def prepare(self, root: Path) -> None:
        journal = {"imap": f"localhost:{self.server.ports['imaps']}", "user": "journal",
                   "password": "env:MAIL_PASSWORD", "ca": str(self.server.ca)}
        bank = MailingBank(root, settings={
            "server": {"smtp": f"localhost:{self.server.ports['plain']}", "security": "none"},
            "domains": [mail_server.DOMAIN], "rate": {"per_minute": 100_000},
            "doubt": {"journal": journal, "settle": 0},
        })
        if not self.queueing:
            bank.run(scopes=list(SCOPES))

    def go(self, root: Path, hours: int = 0) -> None:
        """What is interrupted."""
        if self.queueing:
            bank_at(root).run(scopes=list(SCOPES))
        else:
            self.send(root, hours)

    def send(self, root: Path, hours: int = 0) -> None:
        """What is due, once."""
        del hours
        bank = bank_at(root)
        with bank.ledger() as ledger:
            bank.post(ledger).send()

    def judged(self, root: Path) -> Iterator[str]:
        """What is wrong with what arrived, after the program has sent until nothing is open any more."""
        self.server.settle()
        for work in (*([self.go] if self.queueing else []), *([self.send] * _MOST_SENDS)):
            status, _, told = _child(lambda _, work=work: work(root))
            if status:
                yield f"the next one ended with {status}: {told}"
            self.server.settle()
        yield from self._wrong(root)

    def _wrong(self, root: Path) -> Iterator[str]:
        bank = bank_at(root)
        with bank.ledger() as ledger:
            post = bank.post(ledger)
            for mail in post.outbox.mails():
                if mail.state is not MailState.SENT or not mail.noted:
                    yield f"{mail.subject.recipient} is {mail.state}, noted: {mail.noted}; {mail.said}"
        for reader in READERS:
            many = len(self.server.delivered(reader))
            if many != 1:
                yield f"{reader} has {many} copies"
        logged = Counter(one.recipient for those in Archive.of(bank.output).state().delivered.values() for one in those)
        if logged != Counter(READERS):
            yield f"the archive's log has {dict(logged)}"
        verify(bank.output / "archive").demand()
        for path in (bank.output / "outbox" / "tmp").glob("*"):
            yield f"{path.name} was left"


def bank_at(root: Path) -> MailingBank:
    """The bank as it stands at a place, nothing written anew."""
    made = MailingBank.__new__(MailingBank)
    made.root, made.notes = root, root / "notes"
    return made


def points(lab: Lab, mailing: Mailing) -> list[Point]:
    """Every call by which the undisturbed sending changes something or speaks to the server."""
    trace = lab.top / "trace"
    with lab.begun(mailing.way):
        mailing.server.empty()
        options = ["-y", "-s", "0", "-o", str(trace), "-e", "trace=" + ",".join(CALLS)]
        status, _, told = lab.traced(mailing.way, options)
        assert status == 0, told
        assert not (found := list(mailing.judged(lab.root))), found
    counts, found = Counter[str](), list[Point]()
    for line in trace.read_text(errors="replace").splitlines():
        if match := _LINE.match(line):
            _, call, rest = match.groups()
            counts[call] += 1
            if _changes(call, rest, lab.root / "output"):
                found.append(Point(mailing.way.name, lab.name, call, counts[call]))
    return found


def tried(lab: Lab, mailing: Mailing, point: Point) -> tuple[bool, list[str]]:
    """Whether the program was ended there, and what is wrong then."""
    with lab.begun(mailing.way):
        mailing.server.empty()
        options = ["-o", os.devnull, "-e", f"trace={point.call}",
                   "--inject", f"{point.call}:signal=KILL:when={point.number}"]
        status, _, told = _child(lambda _: mailing.go(lab.root), attached(options))
        found = [] if status in {0, -signal.SIGKILL} else [f"was not killed but ended with {status}: {told}"]
        try:
            found += mailing.judged(lab.root)
        except (ReportgenError, OSError, AssertionError):
            found.append(traceback.format_exc())
        return status != 0, [f"{point}: {one}" for one in found]


@contextmanager
def server() -> Iterator[MailServer]:
    os.environ["MAIL_PASSWORD"] = PASSWORD
    with mail_server.running() as made:
        yield made


def main(arguments: list[str]) -> int:
    """`sending.py [PART OF]`: all, or a part; `sending.py sample N SEED LEDGER`: a few.

    Prints what was found and the counts; exit code 1 where something was, or too many points were missed.
    """
    if reason := unavailable() or mail_server.unavailable() or postgres.unavailable():
        print(reason)
        return 1
    sample = arguments[:1] == ["sample"]
    chance = random.Random(int(arguments[2]) if sample else 0)
    part, of = (0, 1) if sample or not arguments else (int(one) for one in arguments)
    bad, missed, done, began = 0, 0, Counter[str](), time.monotonic()
    with server() as post:
        for ledger, mailing in ((ledger, Mailing(post, queueing=queueing)) for ledger in
                                (arguments[3:] if sample else LEDGERS) for queueing in (False, True)):
            with laboratory(ledger) as lab:
                known = points(lab, mailing)
                many = int(arguments[1]) // (1 + mailing.queueing) if sample else QUEUEING
                some = sample or mailing.queueing
                wanted = sorted(chance.sample(known, many), key=known.index) if some else known
                for point in wanted[part::of]:
                    killed, found = tried(lab, mailing, point)
                    missed += not killed
                    bad += len(found)
                    done[f"{mailing.way.name} {ledger}"] += 1
                    for line in found:
                        print(line, flush=True)
    print(f"sending {' '.join(arguments)}: {sum(done.values())} points, {bad} findings, {missed} missed:",
          ", ".join(f"{name} {count}" for name, count in done.items()) + ";",
          f"in {time.monotonic() - began:.0f} s", flush=True)
    return bool(bad) or missed > max(1, 0.05 * sum(done.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
