"""What operators set for all jobs of a project: where the run ledger is, and who is told when a run fails or is late.

    config/runs.yaml         ledger: env:REPORTGEN_LEDGER_URL
    config/operations.yaml   notice: {mail: {smtp: mail.example:25, from: …, to: […]}, webhook: {url: https://…}}
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from reportgen.config.loader import read
from reportgen.config.model import Model
from reportgen.config.smtp import Address, MailServer, Reference, is_loopback

RUNS, OPERATIONS = "config/runs.yaml", "config/operations.yaml"
M = TypeVar("M", bound=Model)
Kind = Literal["failure", "late", "recovery"]


class RunsFile(Model):
    """`config/runs.yaml`."""

    ledger: str = Field(
        "", description="URL of the run ledger, or env:NAME or file:/path with one; output/reportgen.db without it."
    )


class NoticeMail(MailServer):
    """How a notice is mailed."""

    sender: Address = Field(alias="from", description="Address the notice comes from.")
    to: tuple[Address, ...] = Field(min_length=1, description="Addresses of the owners.")


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


def _read(path: Path, model: type[M]) -> M:
    return read(path, model) if path.is_file() else model()
