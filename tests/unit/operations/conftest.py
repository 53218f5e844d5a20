"""A run ledger with runs in it, and servers on loopback that take notices."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from reportgen.runs.ledger import Ledger
from reportgen.runs.record import Claim
from reportgen.runs.states import RunState, UnitState


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 6, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)


@dataclass
class Book:
    """A ledger and short words for a run's way."""

    ledger: Ledger
    output: Path
    clock: Clock

    def begin(self, job: str = "tiering", period: str = "2025-12") -> Claim:
        claim = self.ledger.claim(job, period)
        for state in (RunState.LOADING, RunState.VALIDATED, RunState.RENDERING):
            self.clock.later(seconds=2)
            self.ledger.advance(claim, state)
        return claim

    def run(self, end: RunState, *, archived: int = 2, failed: int = 0, job: str = "tiering",
            period: str = "2025-12", manifest: str = "") -> Claim:
        """A run with units `branch:B01` …, each in zh-CN, that ends in a state."""
        claim = self.begin(job, period)
        scopes = [f"branch:B{number:02d}" for number in range(1, archived + failed + 1)]
        self.ledger.plan_units(claim, [(scope, "zh-CN") for scope in scopes])
        for number, scope in enumerate(scopes):
            if number < archived:
                self.ledger.unit(claim, scope, "zh-CN", UnitState.ARCHIVED, manifest=manifest, seconds=1.5)
            else:
                self.ledger.unit(claim, scope, "zh-CN", UnitState.FAILED, problem="a page is too long", code=7)
        if end not in (RunState.FAILED, RunState.BLOCKED, RunState.INTERRUPTED):
            self.ledger.advance(claim, RunState.ARCHIVED)
        if end in (RunState.DONE, RunState.DONE_WITH_ERRORS):
            self.ledger.advance(claim, RunState.RELEASED)
        self.clock.later(seconds=5)
        self.ledger.finish(claim, end)
        return claim


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    clock = Clock()
    with Ledger.of(tmp_path / "output", clock=clock) as ledger:
        yield Book(ledger, tmp_path / "output", clock)


@dataclass
class MailSink:
    """An SMTP server that keeps what it takes; `says` replaces the answer to a command by its name."""

    port: int = 0
    taken: list[tuple[str, tuple[str, ...], EmailMessage]] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)


class Talk(socketserver.StreamRequestHandler):
    """One conversation with the server of a `MailSink`."""

    sender: str = ""
    to: tuple[str, ...] = ()

    @property
    def sink(self) -> MailSink:
        found: MailSink = self.server.sink  # type: ignore[attr-defined]
        return found

    def handle(self) -> None:
        self.wfile.write(b"220 sink ESMTP\r\n")
        while line := self.rfile.readline():
            word, _, rest = line.decode().strip().partition(" ")
            if word.upper() == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(f"{self.answer(word.upper(), rest)}\r\n".encode())

    def answer(self, word: str, rest: str) -> str:
        address = rest.partition(":")[2].split(" ")[0].strip("<>")
        said = self.sink.says.get(word) or self.sink.says.get(address) or "250 OK"
        if not said.startswith("250"):
            return said
        if word == "MAIL":
            self.sender, self.to = address, ()
        elif word == "RCPT":
            self.to = (*self.to, address)
        elif word == "DATA":
            return self.take()
        return said

    def take(self) -> str:
        self.wfile.write(b"354 go on\r\n")
        lines = []
        while (text := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(text[1:] if text.startswith(b"..") else text)
        said = self.sink.says.get(".", "250 taken")
        if said.startswith("250"):
            self.sink.raw.append(b"".join(lines))
            self.sink.taken.append((self.sender, self.to, message_from_bytes(b"".join(lines), policy=default)))
        return said


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    sink = MailSink()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        server.sink = sink  # type: ignore[attr-defined]
        sink.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield sink
        server.shutdown()


@dataclass
class Hook:
    """A web service that keeps what is posted."""

    url: str = ""
    status: int = 204
    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    kept = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.posted.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            if 300 <= kept.status < 400:
                self.send_header("Location", kept.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}/hook"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield kept
        server.shutdown()
