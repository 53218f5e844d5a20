"""How reports go out: `config/delivery.yaml`. Without the file, or without `smtp:`, mails are written as files.

    server: {smtp: "mail.bank.example:587", user: reports, password: env:SMTP_PASSWORD}
    from: "客户部 <reports@bank.example>"
    domains: [bank.example]
"""

from __future__ import annotations

from datetime import time
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from reportgen.config.loader import read
from reportgen.config.model import Model
from reportgen.config.smtp import Address, MailServer, Reference, is_loopback

DELIVERY = "config/delivery.yaml"


class OAuth(Model):
    """A token from a token endpoint, by client credentials (RFC 6749 4.4), for SASL XOAUTH2."""

    token_url: str = Field(pattern=r"^https?://", description="The token endpoint.")
    client_id: str = Field(description="Id of this program at the endpoint.")
    client_secret: Reference = Field(description="env:NAME or file:/path.")
    scope: str = Field("", description="Scope to ask for.")


class Server(MailServer):
    """The server that takes reports."""

    oauth: OAuth | None = Field(None, description="Log in with a token in place of a password.")
    timeout: int = Field(60, ge=5, le=600, description="Seconds for one answer; the last one may take ten minutes.")

    @property
    def has_login(self) -> bool:
        return (self.password is not None) != (self.oauth is not None)

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError("reports are never sent in the clear; use security starttls or tls")
        return self


class Rate(Model):
    """How fast mails go out."""

    per_minute: int = Field(30, ge=1, le=100_000, description="Mails a minute.")


class Quiet(Model):
    """Hours in which nothing is sent."""

    start: time = Field(alias="from", description="From this time on, as in 21:00.")
    end: time = Field(alias="to", description="Until before this time.")
    zone: str = Field("Asia/Shanghai", description="Time zone of both.")

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"no time zone {zone!r}")
        return zone

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Journal(Model):
    """A mailbox that gets a copy of every mail the server takes."""

    imap: str = Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\s/]+)(:[1-9][0-9]{0,4})?$",
                      description="Server, host or host:port; TLS from the first byte on.")
    user: str = Field(description="Name to log in with.")
    password: Reference = Field(description="env:NAME or file:/path.")
    folder: str = Field("INBOX", description="Folder that holds the copies.")
    ca: str | None = Field(None, description="File of certificates to trust in place of the system's.")


class Doubt(Model):
    """What is looked at when the server's word on a mail was not heard."""

    journal: Journal | None = Field(None, description="A journal mailbox.")
    postfix_log: str | None = Field(None, description="Log of a Postfix on this machine that took the mail.")
    otherwise: Literal["hold", "resend"] = Field("hold", description="Where neither says: hold for an operator.")
    settle: int = Field(60, ge=0, le=3600, description="Seconds to wait before looking.")


class Size(Model):
    """How large a mail may be."""

    limit: int = Field(20_000_000, ge=10_000, description="Bytes of the whole mail.")
    link: str = Field("", description="Where a PDF lies that is too large to attach; may hold {edition} and {file}.")


class Protection(Model):
    """How the copy in a mail is closed to others than its recipient, whose password or certificate is theirs."""

    needed: bool = Field(False, description="Nobody without a password or a certificate gets a mail.")
    watermark: bool = Field(False, description="The recipient's name and address at the foot of each page.")
    summary: Literal["sealed", "always"] = Field(
        "sealed", description="sealed: no figures in an open mail whose PDF needs a password."
    )
    certificate: str | None = Field(None, description="This sender's own certificate (PEM), to open S/MIME mails by.")
    key: str | None = Field(
        None, pattern=r"^file:/.+$", description="file:/path of its private key; the gate looks into mails with it."
    )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together")
        return self


class DeliveryFile(Model):
    """`config/delivery.yaml`."""

    server: Server | None = Field(None, description="The mail server; none writes mails to output/outbox/.")
    sender: str = Field("reportgen <reports@localhost>", alias="from", description="Name and address of the sender.")
    domains: tuple[str, ...] = Field((), description="Domains that may get reports; needed with a server.")
    rate: Rate = Field(default_factory=Rate, description="How fast mails go out.")
    quiet: Quiet | None = Field(None, description="Hours in which nothing is sent.")
    deadline_hours: int = Field(48, ge=1, le=240, description="Hours after which a mail is not tried again.")
    size: Size = Field(default_factory=Size, description="How large a mail may be.")
    growth: float = Field(1.2, ge=1, description="More recipients than so many times the last run's are held.")
    protect: Protection = Field(default_factory=Protection, description="Passwords, S/MIME, marks.")
    file_names: Literal["ascii", "rfc2231", "both"] = Field(
        "both", description="How the attachment's name is written; both serves old and new programs."
    )
    ordinary_words: tuple[str, ...] = Field(
        (), description="Names of units that are ordinary words too: the gate lets them stand in others' reports."
    )
    doubt: Doubt = Field(default_factory=Doubt, description="What to do when the server's word was not heard.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.server and not self.domains:
            raise ValueError("domains: names the mail domains that may get reports")
        name, address = parseaddr(self.sender)
        if "@" not in address or not (name + address).isprintable():
            raise ValueError("from is an address like 'Reports <reports@bank.example>'")
        return self


def load_delivery(root: Path) -> DeliveryFile:
    """The project's settings; defaults where it has no such file. Raises JobError (exit 2), one problem a line."""
    path = root / DELIVERY
    return read(path, DeliveryFile) if path.is_file() else DeliveryFile()


__all__ = ["Address", "DeliveryFile", "Doubt", "Journal", "OAuth", "Quiet", "Server", "load_delivery"]
