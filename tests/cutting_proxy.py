"""A proxy on loopback that cuts a conversation with a mail server: within the data, or before the last answer comes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_END = b"\r\n.\r\n"
_SECONDS = 10.0


@dataclass
class Proxy:
    """`cut`: "data" after so many bytes of a mail, "answer" when the server has answered the final dot, or nothing."""

    target: int
    cut: str = ""
    after: int = 0
    port: int = 0
    cuts: int = 0
    _threads: list[threading.Thread] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(client,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _talk(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.target), _SECONDS) as server:
            client.settimeout(_SECONDS)
            for line in (client, server):
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            inside, seen = False, b""
            with suppress(OSError):
                client.sendall(server.recv(4096))
                while said := client.recv(65536):
                    if not inside:
                        server.sendall(said)
                        answer = server.recv(4096)
                        inside, seen = answer.startswith(b"354"), b""
                        client.sendall(answer)
                        continue
                    seen += said
                    if self.cut == "data" and len(seen) >= self.after:
                        server.sendall(said[:max(0, self.after - len(seen) + len(said))])
                        self.cuts += 1
                        return
                    server.sendall(said)
                    if seen.endswith(_END):
                        answer = server.recv(4096)
                        if self.cut == "answer":
                            self.cuts += 1
                            return
                        inside = False
                        client.sendall(answer)


@contextmanager
def cutting(target: int, cut: str = "", after: int = 0) -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(target, cut, after, listener.getsockname()[1])
        thread = threading.Thread(target=proxy.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(_SECONDS)
