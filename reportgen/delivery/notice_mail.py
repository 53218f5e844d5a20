"""A short mail to an operator: plain text, no attachment, no customer's data."""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from reportgen.config.operations import NoticeMail
from reportgen.config.secrets import resolve

_SECONDS = 15
"""How long a server may take for one answer: a notice must not hold up a run."""


def message(mail: NoticeMail, subject: str, text: str, key: str, at: datetime) -> EmailMessage:
    """The mail. One `key` gives one Message-ID, so that a copy sent after a crash is known as one."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = mail.sender, ", ".join(mail.to), subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@reportgen.invalid>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def send(mail: NoticeMail, made: EmailMessage) -> str:
    """Hand the mail to the server; what went wrong in words, empty where every address was taken."""
    try:
        with _connected(mail) as server:
            if mail.user is not None and mail.password is not None:
                server.login(mail.user, resolve(mail.password))
            refused = server.send_message(made, mail.sender, list(mail.to))
    except smtplib.SMTPRecipientsRefused as error:
        return f"{mail.smtp} refused every address ({_first(error.recipients)})"
    except smtplib.SMTPResponseException as error:
        return f"{mail.smtp} answered {error.smtp_code} {_plain(error.smtp_error)}"
    except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
        return f"{mail.smtp}: {_plain(error) or type(error).__name__}"
    return f"{mail.smtp} refused {len(refused)} of {len(mail.to)} addresses ({_first(refused)})" if refused else ""


def _connected(mail: NoticeMail) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    name = socket.gethostname() or "localhost"
    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, name, timeout=_SECONDS, context=trusted)
    server = smtplib.SMTP(mail.host, mail.port, name, timeout=_SECONDS)
    if mail.security == "starttls":
        try:
            server.starttls(context=trusted)  # refused or stripped: SMTPNotSupportedError, and nothing is sent
        except BaseException:
            server.close()
            raise
    return server


def _first(refused: dict[str, tuple[int, bytes]]) -> str:
    code, text = next(iter(refused.values()))
    return f"{code} {_plain(text)}"


def _plain(said: object) -> str:
    """A server's words on one line, cut short."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]
