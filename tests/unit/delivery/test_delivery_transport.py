"""Mail bytes handed to a real Postfix, and to a server that gives the seldom answers."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from reportgen.config.delivery import Journal, OAuth, Server
from reportgen.delivery.probe import Trace, journal, postfix_log
from reportgen.delivery.transport import Transport
from reportgen.delivery.verdict import Answer, Stage
from tests.cutting_proxy import cutting
from tests.mail_server import DOMAIN, JOURNAL, PASSWORD, SIZE, USER, MailServer
from tests.mail_sink import MailSink

SENDER, ZHAO = USER, f"zhao@{DOMAIN}"


def mail(name: str, body: str = ".a line that begins with a dot\r\n..\r\n对公客户\r\n", to: str = ZHAO) -> bytes:
    return (f"From: {SENDER}\r\nTo: {to}\r\nDate: Tue, 24 Nov 2026 08:30:00 +0800\r\nMessage-ID: <{name}@reports>\r\nSubject: {name}\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
            f"\r\n{body}").encode()


@pytest.fixture
def server(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Server]:
    """Settings for one of the server's doors."""
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)

    def settings(door: str, **more: Any) -> Server:
        told: dict[str, Any] = {"smtp": f"localhost:{mail_server.ports[door]}", "ca": str(mail_server.ca),
                                "security": "none" if door == "plain" else door}
        if door != "plain":
            told |= {"user": USER, "password": "env:MAIL_PASSWORD"}
        return Server(**(told | more))

    mail_server.empty()
    return settings


@pytest.mark.parametrize("door", ["plain", "starttls", "tls"])
def test_what_is_sent_is_what_comes(mail_server: MailServer, server: Callable[..., Server], door: str) -> None:
    with Transport(server(door)) as transport:
        taken = transport.send(mail(door), SENDER, ZHAO, "key")
        unknown = transport.send(mail("unknown"), SENDER, f"nobody@{DOMAIN}", "key")
        outside = transport.send(mail("outside"), SENDER, "zhao@elsewhere.test", "key")
        big = transport.send(mail("big", "x" * 70 + "\r\n" * SIZE), SENDER, ZHAO, "key")
        again = transport.send(mail(f"{door}-again"), SENDER, ZHAO, "key")
    assert (taken.answer, taken.code, again.answer) == (Answer.ACCEPTED, 250, Answer.ACCEPTED)
    assert taken.queue_id in mail_server.log.read_text()
    assert (unknown.answer, unknown.code, unknown.enhanced, unknown.stage) == (
        Answer.REFUSED, 550, "5.1.1", Stage.RCPT)
    assert (outside.answer, outside.code) == (Answer.REFUSED, 554)
    assert (big.answer, big.code) == (Answer.TOO_BIG, 552)
    raw = mail_server.raw("zhao", 2)
    assert [one[one.index(b"From: "):] for one in raw] == [mail(door), mail(f"{door}-again")]


def test_a_certificate_that_nobody_vouches_for_stops_everything(
    mail_server: MailServer, server: Callable[..., Server]
) -> None:
    for door in ("starttls", "tls"):
        with Transport(server(door, ca=None)) as transport:
            verdict = transport.send(mail("cert"), SENDER, ZHAO, "key")
        assert (verdict.answer, verdict.stage) == (Answer.STOP, Stage.CONNECT)
        assert "certificate is not trusted" in verdict.text
    assert mail_server.delivered() == []


def test_a_wrong_password_stops_everything(
    mail_server: MailServer, server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    with Transport(server("starttls")) as transport:
        verdict = transport.send(mail("login"), SENDER, ZHAO, "key")
    assert (verdict.answer, verdict.stage, verdict.code) == (Answer.STOP, Stage.LOGIN, 535)
    assert "wrong" not in verdict.text
    monkeypatch.delenv("MAIL_PASSWORD")
    with Transport(server("starttls")) as transport:
        assert transport.send(mail("login"), SENDER, ZHAO, "key").answer is Answer.STOP


def test_a_server_without_starttls_gets_nothing(mail_sink: MailSink) -> None:
    with Transport(Server(smtp=f"localhost:{mail_sink.port}")) as transport:
        verdict = transport.send(mail("clear"), SENDER, ZHAO, "key")
    assert (verdict.answer, verdict.text) == (Answer.STOP, "the server does not offer STARTTLS; nothing was sent")
    assert mail_sink.raw == []


def test_nobody_listens() -> None:
    with Transport(Server(smtp="127.0.0.1:9", security="none")) as transport:
        verdict = transport.send(mail("nobody"), SENDER, ZHAO, "key")
    assert (verdict.answer, verdict.stage) == (Answer.RETRY, Stage.CONNECT)


@pytest.mark.parametrize(
    ("command", "said", "answer"),
    [
        ("MAIL", "421 4.7.0 too many mails", Answer.RETRY),
        ("MAIL", "451 4.3.0 later", Answer.RETRY),
        ("MAIL", "530 5.7.0 log in first", Answer.STOP),
        ("MAIL", "550 5.7.60 not allowed to send as this", Answer.STOP),
        ("RCPT", "450 4.2.0 greylisted", Answer.RETRY),
        ("RCPT", "452 4.2.2 mailbox full", Answer.RETRY),
        ("RCPT", "550 5.1.1 no such user", Answer.REFUSED),
        ("RCPT", "552 5.2.2 mailbox full", Answer.REFUSED),
        ("DATA", "554 5.5.1 no valid recipients", Answer.REFUSED),
        (".", "421 4.3.2 going down", Answer.RETRY),
        (".", "451 4.3.0 queue file write error", Answer.RETRY),
        (".", "550 5.7.1 content refused", Answer.REFUSED),
        (".", "552 5.3.4 too big", Answer.TOO_BIG),
        (".", "what?", Answer.IN_DOUBT),
    ],
)
def test_what_an_answer_means(mail_sink: MailSink, command: str, said: str, answer: Answer) -> None:
    mail_sink.says[command] = said
    with Transport(Server(smtp=f"127.0.0.1:{mail_sink.port}", security="none")) as transport:
        verdict = transport.send(mail("one"), SENDER, ZHAO, "key")
        assert verdict.answer is answer, verdict
        assert mail_sink.raw == []
        mail_sink.says.clear()
        assert transport.send(mail("two"), SENDER, ZHAO, "key").answer is Answer.ACCEPTED
    assert mail_sink.raw == [mail("two")]


def test_a_connection_cut_within_the_data_delivers_nothing(
    mail_server: MailServer, server: Callable[..., Server]
) -> None:
    body = "a line of the report\r\n" * 4000
    with cutting(mail_server.ports["plain"], "data", 30_000) as proxy, \
            Transport(server("plain", smtp=f"localhost:{proxy.port}")) as transport:
        verdict = transport.send(mail("cut", body), SENDER, ZHAO, "key")
        assert proxy.cuts == 1
        # The kernel may have taken the rest: then the loss shows when the answer is waited for.
        assert verdict.answer in (Answer.RETRY, Answer.IN_DOUBT)
        proxy.cut = ""
        assert transport.send(mail("whole", body), SENDER, ZHAO, "key").answer is Answer.ACCEPTED
    assert [one["Subject"] for one in mail_server.mails("zhao")] == ["whole"]


def test_an_answer_that_never_came_leaves_a_doubt_that_both_probes_clear(
    mail_server: MailServer, server: Callable[..., Server]
) -> None:
    began = datetime.now(UTC)
    with cutting(mail_server.ports["plain"], "answer") as proxy, \
            Transport(server("plain", smtp=f"localhost:{proxy.port}")) as transport:
        verdict = transport.send(mail("doubt"), SENDER, ZHAO, "key")
    assert (verdict.answer, verdict.stage, proxy.cuts) == (Answer.IN_DOUBT, Stage.END, 1)
    assert len(mail_server.raw("journal")) == 1
    settings = Journal(imap=f"localhost:{mail_server.ports['imaps']}", user=JOURNAL, password="env:MAIL_PASSWORD",
                       ca=str(mail_server.ca))
    for probe in (journal(settings), postfix_log(mail_server.log)):
        assert probe("<doubt@reports>", began) is Trace.FOUND
        assert probe("<never@reports>", began) is Trace.ABSENT
    assert postfix_log(mail_server.log)("<never@reports>", began - timedelta(days=1)) is Trace.UNKNOWN
    assert postfix_log(Path("/nowhere"))("<doubt@reports>", began) is Trace.UNKNOWN
    assert journal(settings.model_copy(update={"folder": "Missing"}))("<doubt@reports>", began) is Trace.UNKNOWN
    assert journal(settings.model_copy(update={"imap": "127.0.0.1:9"}))("<doubt@reports>", began) is Trace.UNKNOWN


def test_a_mail_that_broke_off_is_in_the_log_and_not_taken_for_sent(
    mail_server: MailServer, server: Callable[..., Server]
) -> None:
    began = datetime.now(UTC)
    with cutting(mail_server.ports["plain"], "data", 400_000) as proxy, \
            Transport(server("plain", smtp=f"localhost:{proxy.port}")) as transport:
        transport.send(mail("broken", "a line of the report\r\n" * 40_000), SENDER, ZHAO, "key")
    until = time.monotonic() + 20
    while "message-id=<broken@reports>" not in mail_server.log.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    assert "message-id=<broken@reports>" in mail_server.log.read_text()
    assert postfix_log(mail_server.log)("<broken@reports>", began) is Trace.ABSENT


def test_a_token_in_place_of_a_password(mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("CLIENT_SECRET", "s3cret")
    asked: list[bytes] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            body = b'{"access_token": "token-1", "expires_in": 3600}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    mail_sink.says["EHLO"] = "250-sink\r\n250 AUTH XOAUTH2"
    mail_sink.says["AUTH"] = "235 2.7.0 welcome"
    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as endpoint:
        threading.Thread(target=endpoint.serve_forever, args=(0.02,), daemon=True).start()
        oauth = OAuth(token_url=f"http://127.0.0.1:{endpoint.server_port}/token", client_id="reportgen",
                      client_secret="env:CLIENT_SECRET", scope="smtp")
        settings = Server(smtp=f"127.0.0.1:{mail_sink.port}", security="none", user=USER, oauth=oauth)
        with Transport(settings) as transport:
            assert transport.send(mail("one"), SENDER, ZHAO, "key").answer is Answer.ACCEPTED
            transport.close()
            assert transport.send(mail("two"), SENDER, ZHAO, "key").answer is Answer.ACCEPTED
            transport.close()
            mail_sink.says["AUTH"] = "535 5.7.3 no"
            assert transport.send(mail("three"), SENDER, ZHAO, "key").answer is Answer.STOP
        endpoint.shutdown()
    assert asked == [b"grant_type=client_credentials&client_id=reportgen&client_secret=s3cret&scope=smtp"]
    said = [line.split()[2] for line in mail_sink.heard if line.startswith("AUTH XOAUTH2 ")]
    assert base64.b64decode(said[0]) == f"user={USER}\1auth=Bearer token-1\1\1".encode()
