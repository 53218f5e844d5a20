"""A short mail to an operator: plain text, no attachment, no customer's data."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from reportgen.config.operations import NoticeMail
from reportgen.delivery.connection import connected, log_in, plain

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
        with connected(mail, _SECONDS) as server:
            log_in(server, mail)
            refused = server.send_message(made, mail.sender, list(mail.to))
    except smtplib.SMTPRecipientsRefused as error:
        return f"{mail.smtp} refused every address ({_first(error.recipients)})"
    except smtplib.SMTPResponseException as error:
        return f"{mail.smtp} answered {error.smtp_code} {plain(error.smtp_error)}"
    except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
        return f"{mail.smtp}: {plain(error) or type(error).__name__}"
    return f"{mail.smtp} refused {len(refused)} of {len(mail.to)} addresses ({_first(refused)})" if refused else ""


def _first(refused: dict[str, tuple[int, bytes]]) -> str:
    code, text = next(iter(refused.values()))
    return f"{code} {plain(text)}"
