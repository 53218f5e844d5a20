"""From a run to the mailbox, through Debian's Postfix and Dovecot: the right report, to the right person, once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen.archive.archive import Archive
from reportgen.archive.verify import verify
from reportgen.delivery.outbox.states import MailState
from reportgen.delivery.post import Post
from reportgen.errors import VerificationFailed
from reportgen.runs.locks import RunLock
from tests.certificates import certificate
from tests.cutting_proxy import cutting
from tests.delivery_case import NAMES, MailingBank, person
from tests.mail_server import PASSWORD, USER, MailServer
from tests.mail_sink import MailSink
from tests.run_case import write_rows

S = MailState


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MailingBank:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    return MailingBank(tmp_path)


@pytest.fixture
def server(mail_server: MailServer) -> MailServer:
    mail_server.empty()
    return mail_server


def settings(server: MailServer, port: int = 0, **more: Any) -> dict[str, Any]:
    """Over STARTTLS with a login, the journal as the probe."""
    journal = {"imap": f"localhost:{server.ports['imaps']}", "user": "journal", "password": "env:MAIL_PASSWORD",
               "ca": str(server.ca)}
    return {
        "server": {"smtp": f"localhost:{port or server.ports['starttls']}", "user": USER,
                   "password": "env:MAIL_PASSWORD", "ca": str(server.ca)},
        "domains": ["bank.test"], "rate": {"per_minute": 100_000}, "doubt": {"journal": journal, "settle": 0}, **more,
    }


@pytest.fixture
def post(bank: MailingBank) -> Iterator[Post]:
    with bank.ledger() as ledger:
        yield bank.post(ledger)


def fresh(bank: MailingBank) -> Post:
    """The post as the next process finds it, with the settings and recipients of now."""
    return bank.post(bank.ledger())


def states(post: Post) -> dict[str, str]:
    return {one.subject.recipient: str(one.state) for one in post.outbox.mails()
            if one.state is not S.DROPPED}


def test_each_manager_gets_their_own_branch_s_report(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server, file_names="rfc2231"))
    bank.run()
    post = fresh(bank)
    told = post.send()
    assert (told.many(S.SENT), len(told.settled)) == (5, 5)
    for number, (zh, _) in enumerate(NAMES.values(), 1):
        (mail,) = server.mails(f"p{number}")
        assert zh in str(mail["subject"])
        assert mail["to"] == f"经理{number} <p{number}@bank.test>"
        (file,) = list(mail.iter_attachments())
        assert file.get_filename() == f"私人银行客户群体特征及维护方案_2011-05_{zh}_r01.pdf"
        issued = post.archive.state().latest("small", "2011-05", f"branch:B{number}")
        assert issued is not None
        pdf = next(one for one in post.archive.manifest(issued.manifest).artefacts if one.role == "pdf")
        assert hashlib.sha256(file.get_payload(decode=True)).hexdigest() == pdf.sha256  # type: ignore[arg-type]
    assert len(server.mails("boss")) == 1
    assert len(server.delivered()) == 5


def test_the_log_of_the_archive_has_each_delivery(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server))
    bank.run(scopes=["branch:B1", "branch:B2"])
    post = fresh(bank)
    post.send()
    state = Archive.of(bank.output).state()
    (entry,) = state.delivered[post.outbox.mails()[0].subject.manifest]
    mail = post.outbox.mails()[0]
    assert (entry.recipient, entry.channel, entry.message, entry.pdf, entry.message_id) == (
        "p1", "mail", mail.content, mail.pdf, mail.message_id)
    assert "p1@" not in entry.to_bytes().decode().replace(mail.message_id, "")
    assert post.archive.store.get(entry.entitlement) == (bank.root / "config/recipients.yaml").read_bytes()
    assert all(one.noted for one in post.outbox.mails())
    report = verify(bank.output / "archive")
    report.demand()
    assert not report.notices
    (alone,) = subprocess.run([sys.executable, bank.output / "archive/verify.py"], capture_output=True, text=True,
                              check=True).stdout.splitlines()[-1:]
    assert alone == "OK"
    post.archive.store.path(entry.entitlement).unlink()
    done = subprocess.run([sys.executable, bank.output / "archive/verify.py"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 12
    assert "is missing; log/checkpoint needs it" in done.stdout
    with pytest.raises(VerificationFailed):
        verify(bank.output / "archive").demand()
    post.archive.store.put((bank.root / "config/recipients.yaml").read_bytes())
    post.send()
    assert sum(map(len, Archive.of(bank.output).state().delivered.values())) == 2


def test_the_same_run_again_sends_nothing_again(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server))
    bank.run()
    fresh(bank).send()
    bank.run()
    assert fresh(bank).send().settled == []
    assert len(server.mails("p1")) == 1


def test_a_correction_goes_to_those_who_had_what_it_corrects(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server))
    bank.run(scopes=["branch:B1", "branch:B2"])
    fresh(bank).send()
    right = {"jobs": ["small"], "scopes": ["branch:B1"], "from": "2020-01-01"}
    bank.recipients([person(1), person(2, may=[]), person(3, may=[right])])
    write_rows(bank.root, "closing", "2011-05-31", more=5)
    bank.run(scopes=["branch:B1", "branch:B2"], restate="branch B1 sent its list again")
    fresh(bank).send()
    first, second = server.mails("p1", 2)
    assert {"更正" in str(one["subject"]) for one in (first, second)} == {True, False}
    assert len(server.mails("p2")) == 1
    assert server.mails("p3", 0, 1) == []
    summary = bank.summary()["delivery"]
    assert summary["mails"] == 1
    assert summary["left_out"] == [
        "branch:B1: p3 did not have the edition that is corrected, and gets none.",
        "branch:B2: p2 had the edition that is corrected and may not read it any more.",
    ]


def test_what_was_not_sent_yet_is_not_sent_once_it_is_corrected(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server))
    bank.run(scopes=["branch:B1"])
    write_rows(bank.root, "closing", "2011-05-31", more=5)
    bank.run(scopes=["branch:B1"], restate="the list came again")
    post = fresh(bank)
    old, new = post.outbox.mails()
    assert (old.subject.revision, old.state, old.said) == ("r01", S.DROPPED, "r02 was issued before it was sent")
    assert (new.subject.revision, new.state) == ("r02", S.QUEUED)
    post.send()
    assert len(server.mails("p1")) == 1


def test_far_more_recipients_than_last_time_are_held(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server))
    bank.run(scopes=["branch:B1"])
    post = fresh(bank)
    (one,) = post.outbox.mails()
    with post.outbox.database.writing() as connection:  # as if it had been the month before
        connection.exec_driver_sql("UPDATE reportgen_mails SET period = '2011-04'")
    bank.run()
    held = [mail for mail in fresh(bank).outbox.mails() if mail.state is S.HELD]
    assert len(held) == 5 - 1 or len(held) == 4
    assert held[0].said.startswith("5 mails; the run before had 1") or "mails" in held[0].said
    assert one.state is S.QUEUED


def test_an_address_of_another_domain_gets_nothing(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server))
    bank.recipients([person(1, mail="p1@elsewhere.test"), person(2)])
    bank.run(scopes=["branch:B1", "branch:B2"])
    post = fresh(bank)
    post.send()
    assert states(post) == {"p1": "blocked", "p2": "sent"}
    assert "elsewhere.test" in next(one.said for one in post.outbox.mails() if one.state is S.BLOCKED)
    bank.recipients([person(1), person(2)])
    bank.run(scopes=["branch:B1", "branch:B2"])  # makes the blocked one anew, by the address of now
    assert fresh(bank).send().many(S.SENT) == 1
    assert len(server.mails("p1")) == 1


def test_a_recipient_whose_right_ends_between_run_and_sending_gets_nothing(
    bank: MailingBank, server: MailServer
) -> None:
    bank.delivery(settings(server))
    bank.run(scopes=["branch:B1"])
    bank.recipients([person(1, may=[])])
    post = fresh(bank)
    (blocked,) = post.send().settled
    assert (blocked.state, blocked.said) == (
        S.BLOCKED, "entitlement: p1 has no right to branch:B1 of small today")
    assert server.mails("p1", 0, 1) == []


def test_a_password_closes_the_file_and_the_figures_stay_out_of_the_mail(
    bank: MailingBank, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P1_PDF", "Korrekt-Pferd-88-Batterie")
    bank.delivery(settings(server))
    bank.recipients([person(1, password="env:P1_PDF"), person(2, password="env:P2_WEAK")])
    monkeypatch.setenv("P2_WEAK", "123456789012")
    bank.run(scopes=["branch:B1", "branch:B2"])
    post = fresh(bank)
    assert post.send().many(S.SENT) == 1
    (mail,) = server.mails("p1")
    (file,) = list(mail.iter_attachments())
    pdf = file.get_payload(decode=True)
    assert isinstance(pdf, bytes)
    assert b"/Encrypt" in pdf
    assert hashlib.sha256(pdf).hexdigest() == post.outbox.mails()[0].pdf
    assert "password for the PDF is refused" in bank.summary()["delivery"]["left_out"][0]
    assert "123456789012" not in str(bank.summary())


def test_a_certificate_s_mail_passes_the_gate_that_can_look_into_it(bank: MailingBank, server: MailServer) -> None:
    now = datetime.now(UTC)
    for name, address in (("p1", "p1@bank.test"), ("own", "reports@bank.test")):
        pem, key = certificate(now, address)
        (bank.root / f"config/{name}.pem").write_bytes(pem)
        (bank.root / f"config/{name}.key").write_bytes(key)
        (bank.root / f"config/{name}.key").chmod(0o600)
    bank.recipients([person(1, certificate="config/p1.pem")])
    bank.delivery(settings(server))
    bank.run(scopes=["branch:B1"])
    (blocked,) = fresh(bank).send().settled
    assert blocked.said == "it is encrypted, and `protect:` in config/delivery.yaml names no key to look into it"
    protect = {"certificate": "config/own.pem", "key": f"file:{bank.root}/config/own.key"}
    bank.delivery(settings(server, protect=protect))
    bank.run(scopes=["branch:B1"])
    post = fresh(bank)
    (sent,) = post.send().settled
    assert sent.state is S.SENT, sent.said
    raw = server.raw("p1")[0]
    (bank.root / "mail.eml").write_bytes(raw)
    clear = subprocess.run(["openssl", "smime", "-decrypt", "-in", bank.root / "mail.eml", "-recip",
                            bank.root / "config/p1.pem", "-inkey", bank.root / "config/p1.key"],
                           capture_output=True, check=True).stdout
    assert b"application/pdf" in clear
    assert b"application/pdf" not in raw
    other = post.outbox.content(sent).replace(b"p1@bank.test", b"p2@bank.test", 1)
    assert post.gate()(sent, other) == "address: it is addressed to somebody else"


def test_a_server_that_thinks_long_after_the_final_dot_is_waited_for(bank: MailingBank, mail_sink: MailSink) -> None:
    mail_sink.slow = 6.0
    bank.delivery({"server": {"smtp": f"127.0.0.1:{mail_sink.port}", "security": "none", "timeout": 5},
                   "domains": ["bank.test"], "rate": {"per_minute": 100_000}})
    bank.run(scopes=["branch:B1"])
    assert fresh(bank).send().many(S.SENT) == 1
    assert len(mail_sink.taken) == 1


def test_the_server_s_own_limit_makes_a_mail_with_a_link(bank: MailingBank, mail_sink: MailSink) -> None:
    mail_sink.says["EHLO"] = "250-sink\r\n250 SIZE 20000"
    mail_sink.says["DATA"] = "552 5.3.4 too big"
    bank.delivery({
        "server": {"smtp": f"127.0.0.1:{mail_sink.port}", "security": "none"}, "domains": ["bank.test"],
        "rate": {"per_minute": 100_000}, "size": {"link": "https://reports.bank.test/{edition}/{file}"},
    })
    bank.run(scopes=["branch:B1"])
    post = fresh(bank)
    (one,) = post.send().settled
    assert (one.pdf, one.attempts) == ("", 1)  # sent a second time with a link, and refused a second time: no loop
    assert one.state is S.FAILED
    assert b"https://reports.bank.test/" in post.outbox.content(one) or one.bytes < 40_000


@pytest.mark.parametrize(("said", "state", "stopped"), [
    ({"AUTH": "535 5.7.8 no"}, "queued", True), ({".": "451 4.3.0 later"}, "queued", False),
    ({".": "554 5.7.1 no"}, "failed", False), ({"p1@bank.test": "550 5.1.1 unknown"}, "failed", False),
    ({"MAIL": "421 4.7.0 closing"}, "queued", False), ({"p1@bank.test": "450 4.2.0 greylisted"}, "queued", False),
])
def test_an_answer_decides_what_becomes_of_a_mail(
    bank: MailingBank, mail_sink: MailSink, said: dict[str, str], state: str, stopped: bool
) -> None:
    mail_sink.says.update(said)
    login = {"user": "reports", "password": "env:MAIL_PASSWORD"} if "AUTH" in said else {}
    if login:
        mail_sink.says["EHLO"] = "250-sink\r\n250 AUTH PLAIN"
    bank.delivery({"server": {"smtp": f"127.0.0.1:{mail_sink.port}", "security": "none", **login},
                   "domains": ["bank.test"], "rate": {"per_minute": 100_000}})
    bank.run(scopes=["branch:B1", "branch:B2"])
    post = fresh(bank)
    told = post.send()
    assert states(post)["p1"] == state
    assert bool(told.stopped) is stopped
    if stopped:
        assert sum("AUTH" in line for line in mail_sink.heard) == 1, "one attempt: a second may lock the account"
        assert states(post)["p2"] == "queued"
        told = fresh(bank).send(asked=False)
        assert told.stopped.startswith("the server refused the login at ")
        assert sum("AUTH" in line for line in mail_sink.heard) == 1, "a timer does not try it again"
        fresh(bank).send()
        assert sum("AUTH" in line for line in mail_sink.heard) == 2, "somebody asks for it"
    mail_sink.says.clear()
    waiting = [one for one in post.outbox.mails() if one.state is S.QUEUED]
    bytes_before = {one.key: post.outbox.content(one) for one in waiting}
    with post.outbox.database.writing() as connection:
        connection.exec_driver_sql("UPDATE reportgen_mails SET next_at = queued")
    if not login:
        fresh(bank).send()
        assert {one.key: post.outbox.content(one) for one in waiting} == bytes_before, "sent again: the same bytes"
        assert states(post)["p2"] == ("failed" if said.get(".", "").startswith("5") else "sent")
        assert len(mail_sink.taken) == sum(one == "sent" for one in states(post).values())


@pytest.mark.parametrize(("cut", "copies_seen"), [("data", 0), ("answer", 1)])
def test_a_lost_connection_makes_no_second_copy(
    bank: MailingBank, server: MailServer, cut: str, copies_seen: int
) -> None:
    with cutting(server.ports["plain"], cut, 1000) as proxy:
        bank.delivery(settings(server) | {"server": {"smtp": f"127.0.0.1:{proxy.port}", "security": "none"}})
        bank.run(scopes=["branch:B1"])
        (one,) = fresh(bank).send().settled
    assert one.state is S.IN_DOUBT, "all was handed to the kernel: only the probe can tell how far it came"
    assert len(server.raw("p1", copies_seen, 5)) == copies_seen
    bank.delivery(settings(server))
    post = fresh(bank)
    with post.outbox.database.writing() as connection:
        connection.exec_driver_sql("UPDATE reportgen_mails SET next_at = queued")
    post.send()
    assert states(post) == {"p1": "sent"}
    assert len(server.raw("p1", 2, 1)) == 1


def test_two_that_send_at_once_send_once(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server))
    bank.run(scopes=["branch:B1"])
    lock = RunLock.attempt(bank.output, "outbox", "send")
    assert lock is not None
    assert fresh(bank).send().stopped == "another process is sending"
    lock.release()
    told = fresh(bank).send()
    assert [one.state for one in told.settled] == [S.SENT], told.settled[0].said


def test_in_quiet_hours_nothing_is_sent(bank: MailingBank, server: MailServer) -> None:
    bank.delivery(settings(server, quiet={"from": "00:00", "to": "23:59:59", "zone": "UTC"}))
    bank.run(scopes=["branch:B1"])
    post = fresh(bank)
    assert "quiet hours" in post.send().stopped
    assert states(post) == {"p1": "queued"}
