"""A mail server as a settings file names it: host, encryption on the way, and who logs in."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from reportgen.config.model import Model

Address = Annotated[str, StringConstraints(pattern=r"^[^@\s,;<>\"\x00-\x1f\x7f]+@[^@\s,;<>\"\x00-\x1f\x7f]+$")]
Reference = Annotated[str, StringConstraints(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$")]
Security = Literal["none", "starttls", "tls"]
_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\s/]+)(:(?P<port>[1-9][0-9]{0,4}))?")
_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}


class MailServer(Model):
    """Where mail is handed over."""

    smtp: str = Field(description="Mail server, host or host:port.")
    security: Security = Field("starttls", description="Encryption on the way to the server.")
    user: str | None = Field(None, description="Name to log in with; none logs in nowhere.")
    password: Reference | None = Field(None, description="env:NAME or file:/path.")
    ca: str | None = Field(None, description="File of certificates to trust in place of the system's.")

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

    @property
    def has_login(self) -> bool:
        """Whether what a login needs stands beside `user`."""
        return self.password is not None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not _HOST.fullmatch(self.smtp):
            raise ValueError("smtp is a host, or host:port such as mail.example:587")
        if (self.user is not None) != self.has_login:
            raise ValueError("user and password go together")
        if self.user and self.security == "none" and not is_loopback(self.host):
            raise ValueError("a password is never sent in the clear; use security starttls or tls")
        return self


def is_loopback(host: str) -> bool:
    """Whether nothing sent there leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
