"""A run ledger with runs in it, and servers on loopback that take notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from reportgen.runs.ledger import Ledger
from reportgen.runs.record import Claim
from reportgen.runs.states import RunState, UnitState
from tests.mail_sink import mail_sink

__all__ = ["mail_sink"]


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
