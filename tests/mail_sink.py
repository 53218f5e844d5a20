"""An SMTP server in a thread of the test, for answers that a real one gives seldom."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest


@dataclass
class MailSink:
    """An SMTP server that keeps what it takes; `says` replaces the answer to a command by its name."""

    port: int = 0
    taken: list[tuple[str, tuple[str, ...], EmailMessage]] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    slow: float = 0
    """Seconds before the answer to the final dot."""
    heard: list[str] = field(default_factory=list)
    """Every command line."""


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
            self.sink.heard.append(line.decode().strip())
            word, _, rest = self.sink.heard[-1].partition(" ")
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
        time.sleep(self.sink.slow)
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
