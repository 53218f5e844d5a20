"""A connection to a mail server: TLS that is verified or none at all, and a login."""

from __future__ import annotations

import smtplib
import socket
import ssl
from pathlib import Path

from reportgen.config.secrets import resolve
from reportgen.config.smtp import MailServer
from reportgen.errors import JobError, Problem


def connected(server: MailServer, seconds: float) -> smtplib.SMTP:
    """An open connection, encrypted as the settings ask, not logged in yet.

    Raises OSError, ssl.SSLError and smtplib.SMTPException where the server cannot be reached or trusted, or does not
    offer STARTTLS: then nothing is sent.
    """
    name = socket.gethostname() or "localhost"
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, name, timeout=seconds, context=trusted(server.ca))
    opened = smtplib.SMTP(server.host, server.port, name, timeout=seconds)
    if server.security == "starttls":
        try:
            opened.starttls(context=trusted(server.ca))
        except BaseException:
            opened.close()
            raise
    return opened


def log_in(opened: smtplib.SMTP, server: MailServer) -> None:
    """Log in by name and password, where the settings have them. Raises smtplib.SMTPException, and JobError (exit 2)
    for a secret that is not there."""
    if server.user is not None and server.password is not None:
        opened.login(server.user, resolve(server.password))


def trusted(ca: str | None) -> ssl.SSLContext:
    """Certificates are always verified: against the system's roots, or those of one file. Raises JobError (exit 2)."""
    if ca is None:
        context = ssl.create_default_context()
    else:
        try:
            context = ssl.create_default_context(cafile=Path(ca))
        except (OSError, ssl.SSLError) as error:
            raise JobError(Problem(ca, f"no certificates to trust can be read from it: {error.strerror or error}."),
                           state="Nothing was sent.", hint="`ca:` names a PEM file.") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def plain(said: object) -> str:
    """A server's words on one line, cut short."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]
