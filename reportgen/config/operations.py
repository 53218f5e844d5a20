"""What operators set for all jobs of a project: where the run ledger is, and who is told when a run fails or is late.

    config/runs.yaml         ledger: env:REPORTGEN_LEDGER_URL
    config/operations.yaml   notice: {mail: {smtp: mail.example:25, from: …, to: […]}, webhook: {url: https://…}}
"""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from reportgen.config.loader import read
from reportgen.config.model import Model

RUNS, OPERATIONS = "config/runs.yaml", "config/operations.yaml"
M = TypeVar("M", bound=Model)
Kind = Literal["failure", "late", "recovery"]
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s,;<>\"\x00-\x1f\x7f]+@[^@\s,;<>\"\x00-\x1f\x7f]+$")]
Reference = Annotated[str, StringConstraints(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$")]
_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\s/]+)(:(?P<port>[1-9][0-9]{0,4}))?")
_PORTS = {"none": 25, "starttls": 587, "tls": 465}


class RunsFile(Model):
    """`config/runs.yaml`."""

    ledger: str = Field(
        "", description="URL of the run ledger, or env:NAME or file:/path with one; output/reportgen.db without it."
    )


class NoticeMail(Model):
    """How a notice is mailed."""

    smtp: str = Field(description="Mail server, host or host:port.")
    security: Literal["none", "starttls", "tls"] = Field("starttls", description="Encryption on the way to the server.")
    user: str | None = Field(None, description="Name to log in with; none logs in nowhere.")
    password: Reference | None = Field(None, description="env:NAME or file:/path.")
    sender: Address = Field(alias="from", description="Address the notice comes from.")
    to: tuple[Address, ...] = Field(min_length=1, description="Addresses of the owners.")

    @property
    def host(self) -> str:
        return self._parts[0]

    @property
    def port(self) -> int:
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, int]:
        match = _HOST.fullmatch(self.smtp)
        assert match is not None
        return match["host"].strip("[]"), int(match["port"] or _PORTS[self.security])

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not _HOST.fullmatch(self.smtp):
            raise ValueError("smtp is a host, or host:port such as mail.example:587")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        if self.password and self.security == "none" and not is_loopback(self.host):
            raise ValueError("a password is never sent in the clear; use security starttls or tls")
        return self


class NoticeWebhook(Model):
    """Where a notice is posted as JSON."""

    url: str = Field(description="Address that takes a POST, https://…")
    token: Reference | None = Field(None, description="env:NAME or file:/path; sent as a bearer token.")

    @field_validator("url")
    @classmethod
    def _is_web(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or not url.isprintable():
            raise ValueError("url is an address like https://alerts.example/reportgen, without a name or password")
        return url

    @model_validator(mode="after")
    def _not_in_the_clear(self) -> Self:
        parts = urlsplit(self.url)
        if self.token and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("a token is never sent in the clear; use https")
        return self


class Notice(Model):
    """Who is told of what."""

    mail: NoticeMail | None = Field(None, description="Tell by mail.")
    webhook: NoticeWebhook | None = Field(None, description="Tell a web service.")
    on: tuple[Kind, ...] = Field(
        ("failure", "late", "recovery"), min_length=1,
        description="failure: a run failed, in part or as a whole; late: a deadline passed; recovery: it is done now.",
    )


class OperationsFile(Model):
    """`config/operations.yaml`."""

    notice: Notice | None = Field(None, description="Notices to the owners. Without it nobody is told.")


def load_operations(root: Path) -> OperationsFile:
    """The project's settings; defaults where it has no such file. Raises JobError (exit 2), one problem a line."""
    return _read(root / OPERATIONS, OperationsFile)


def ledger_url(root: Path) -> str:
    """What `Ledger.of` takes as `url`: the project's `ledger:`, empty where it names none. Raises JobError (exit 2).

    The environment's REPORTGEN_LEDGER goes before it.
    """
    return os.environ.get("REPORTGEN_LEDGER", "") or _read(root / RUNS, RunsFile).ledger


def is_loopback(host: str) -> bool:
    """Whether nothing sent there leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(path: Path, model: type[M]) -> M:
    return read(path, model) if path.is_file() else model()
