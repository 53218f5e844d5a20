"""Hands stored mail bytes to a server, one recipient a mail, and says what became of each.

    with Transport(settings) as transport:
        verdict = transport.send(content, "reports@bank.example", "zhao@bank.example", key)

Nothing here tries again or decides: a verdict goes to the outbox. What was handed over whole and not answered is in
doubt; a connection lost before the final dot cannot have delivered anything (RFC 5321 4.1.1.4).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Self

from reportgen.config.delivery import Server
from reportgen.delivery.connection import connected, log_in, plain
from reportgen.delivery.oauth import Tokens, xoauth2
from reportgen.delivery.verdict import Answer, Stage, Verdict, judged
from reportgen.errors import JobError

_FINAL_DOT = 600.0
"""Seconds for the answer to the final dot (RFC 5321 4.5.3.2.6)."""
_DOTS = re.compile(rb"^\.", re.MULTILINE)
_LOST = (smtplib.SMTPServerDisconnected, OSError)


class Transport:
    """One connection, opened for the first mail and again after it was lost."""

    def __init__(self, server: Server, final_dot: float = _FINAL_DOT) -> None:
        self.server = server
        self._final_dot = final_dot
        self._tokens = Tokens(server.oauth) if server.oauth else None
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._open.quit()
            self._drop()

    def trouble(self) -> str:
        """Why nothing could be sent now: connect, encrypt and log in, and send nothing. Empty where all is well."""
        try:
            opened = self._opened()
        except (smtplib.SMTPException, OSError) as error:
            return _words(error)
        return f"{opened.code or ''} {opened.text}".strip() if isinstance(opened, Verdict) else ""

    def send(self, content: bytes, sender: str, recipient: str, key: str) -> Verdict:
        """One mail to one address; `key` is the delivery's name, given back by the server in a bounce."""
        stage = Stage.CONNECT
        try:
            server = self._opened()
            if isinstance(server, Verdict):
                return server
            stage = Stage.MAIL
            if (room := server.esmtp_features.get("size", "")).isdigit() and 0 < int(room) < len(content):
                return Verdict(Answer.TOO_BIG, stage, 552, "5.3.4", f"the server takes {int(room):,} bytes at most")
            notify, envelope = ([], []) if not server.has_extn("dsn") else (
                ["NOTIFY=FAILURE,DELAY"], ["RET=HDRS", f"ENVID={key}"])
            if server.has_extn("size"):
                envelope.append(f"size={len(content)}")
            verdict = judged(stage, *server.mail(sender, envelope))
            if verdict.answer is Answer.ACCEPTED:
                stage = Stage.RCPT
                verdict = judged(stage, *server.rcpt(recipient, notify))
            if verdict.answer is Answer.ACCEPTED:
                stage = Stage.DATA
                verdict = judged(stage, *server.docmd("DATA"))
            if verdict.answer is not Answer.ACCEPTED:
                self._after(server, verdict)
                return verdict
        except smtplib.SMTPResponseException as error:
            self._drop()
            return judged(stage, error.smtp_code, error.smtp_error)
        except _LOST as error:
            self._drop()
            return Verdict(Answer.RETRY, stage, text=_words(error))
        return self._handed_over(server, content)

    def _handed_over(self, server: smtplib.SMTP, content: bytes) -> Verdict:
        body = _DOTS.sub(b"..", content)
        try:
            server.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        except _LOST as error:
            self._drop()
            return Verdict(Answer.RETRY, Stage.DATA, text=_words(error))
        try:
            if server.sock is not None:
                server.sock.settimeout(self._final_dot)
            server.send(b".\r\n")
            verdict = judged(Stage.END, *server.getreply())
            if server.sock is not None:
                server.sock.settimeout(self.server.timeout)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Verdict(Answer.IN_DOUBT, Stage.END, text=_words(error))
        self._after(server, verdict)
        return verdict

    def _opened(self) -> smtplib.SMTP | Verdict:
        """The open connection, or why there is none. Raises what a connection raises."""
        if self._open is not None:
            return self._open
        try:
            server = connected(self.server, self.server.timeout)
        except ssl.SSLCertVerificationError as error:
            refused = f"its certificate is not trusted: {plain(error.verify_message)}"
        except smtplib.SMTPNotSupportedError:
            refused = "the server does not offer STARTTLS; nothing was sent"
        else:
            return self._greeted(server)
        return Verdict(Answer.STOP, Stage.CONNECT, text=refused)

    def _greeted(self, server: smtplib.SMTP) -> smtplib.SMTP | Verdict:
        """Logged in where the settings ask for it; a login that is refused is told at once and not tried again."""
        try:
            server.ehlo_or_helo_if_needed()
            self._log_in(server)
        except (JobError, smtplib.SMTPNotSupportedError) as error:
            server.close()
            return Verdict(Answer.STOP, Stage.LOGIN, text=plain(str(error).splitlines()[0]))
        except smtplib.SMTPResponseException as error:
            server.close()
            return judged(Stage.LOGIN, error.smtp_code, error.smtp_error)
        except BaseException:
            server.close()
            raise
        if server.sock is not None:  # the final dot follows by itself: it must not wait for the body's acknowledgement
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open = server
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._tokens is None:
            log_in(server, self.server)
            return
        try:
            server.auth("XOAUTH2", xoauth2(str(self.server.user), self._tokens.token()))  # type: ignore[arg-type]
        except smtplib.SMTPAuthenticationError:
            self._tokens.forget()
            raise

    def _after(self, server: smtplib.SMTP, verdict: Verdict) -> None:
        """Be ready for the next mail; 421 is the server's goodbye."""
        if verdict.code == 421:
            self._drop()
        elif verdict.answer is not Answer.ACCEPTED:
            try:
                server.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _words(error: Exception) -> str:
    return plain(getattr(error, "strerror", None) or error) or type(error).__name__
