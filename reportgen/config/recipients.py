"""Who may read what: `config/recipients.yaml`, in it a list, or the name of a table.

    recipients:
    - id: zhao
      name: {zh-CN: 赵*, en: Zhao}
      mail: zhao@bank.example
      may: [{jobs: [tiering], scopes: ["branch:B01"], from: "2026-01-01", to: "2027-01-01"}]

A table (`table: data/recipients.csv`) has one row a right: id, name_zh, name_en, mail, locale, jobs, scopes, from, to,
password, certificate; several jobs or scopes are parted by spaces.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from reportgen.config.loader import read
from reportgen.config.model import Locale, Model
from reportgen.config.smtp import Reference
from reportgen.errors import JobError, Problem

RECIPIENTS = "config/recipients.yaml"
_STATE = "Nothing was queued or sent."
_SCOPE = re.compile(r"\*|bank|(region|branch):(\*|[A-Z0-9][A-Z0-9_-]{0,31})")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_COLUMNS = {"id", "name_zh", "name_en", "mail", "locale", "jobs", "scopes", "from", "to", "password", "certificate"}
_NEEDED = {"id", "name_zh", "name_en", "mail", "jobs", "scopes", "from"}

RecipientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Right(Model):
    """Which reports of which units, on which days: from `from` to before `to`."""

    jobs: tuple[str, ...] = Field(min_length=1, description="Names of jobs; \"*\" is every job.")
    scopes: tuple[str, ...] = Field(
        min_length=1, description="bank, region:R1, branch:B01; region:*, branch:* and \"*\" are all of them."
    )
    since: dt.date = Field(alias="from", description="First day of the right, quoted: \"2026-01-01\".")
    until: dt.date | None = Field(None, alias="to", description="Day on which it has ended; none for no end.")

    @field_validator("scopes")
    @classmethod
    def _known(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        for one in scopes:
            if not _SCOPE.fullmatch(one):
                raise ValueError(f"{one!a} is no scope; write bank, region:R1, branch:B01, branch:* or *")
        return scopes

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError("`to` is the day on which the right has ended, and comes after `from`")
        return self

    def covers(self, job: str, scope: str) -> bool:
        """Whether the right is to this report, on the days that it holds."""
        wide = {"*", scope, f"{scope.partition(':')[0]}:*"}
        return bool({job, "*"} & set(self.jobs)) and bool(wide & set(self.scopes))

    def holds_on(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class Recipient(Model):
    """A person, where their mail goes, and what they may read."""

    id: RecipientId = Field(description="Short name; stands in logs in place of the person's.")
    name: dict[Locale, Annotated[str, StringConstraints(min_length=1, max_length=100)]] = Field(
        min_length=1, description="Name by language, as the mail addresses them."
    )
    mail: str = Field(description="Mail address.")
    locale: Locale = Field("zh-CN", description="Language of the report and the mail.")
    may: tuple[Right, ...] = Field((), description="What they may read.")
    password: Reference | None = Field(None, description="env:NAME or file:/path: the PDF opens with it alone.")
    certificate: str | None = Field(None, description="File of their certificate (S/MIME): the mail is encrypted.")

    @field_validator("mail")
    @classmethod
    def _address(cls, mail: str) -> str:
        if not _MAIL.fullmatch(mail):
            raise ValueError(f"{mail!a} is no mail address of ASCII letters")
        return mail

    @field_validator("name")
    @classmethod
    def _one_line(cls, name: dict[Locale, str]) -> dict[Locale, str]:
        if not all(text.isprintable() for text in name.values()):
            raise ValueError("a name holds a control character")
        return name

    @model_validator(mode="after")
    def _one_seal(self) -> Self:
        if self.password and self.certificate:
            raise ValueError("give a password or a certificate; a mail encrypted as a whole needs no second lock")
        return self

    def named(self, locale: Locale) -> str:
        return self.name.get(locale) or next(iter(self.name.values()))


class RecipientsFile(Model):
    """`config/recipients.yaml`."""

    recipients: tuple[Recipient, ...] = Field((), description="Who may read what.")
    table: str | None = Field(None, description="CSV with the same, from the project's root on.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.table and self.recipients:
            raise ValueError("give either recipients or table")
        _once(self.recipients)
        return self


@dataclass(frozen=True, slots=True)
class Recipients:
    """All recipients of a project as they stood at one moment."""

    people: tuple[Recipient, ...]
    place: str
    """The file they came from."""
    content: bytes
    """Its bytes, as they are archived with what is sent."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def of(self, recipient: str) -> Recipient | None:
        return next((one for one in self.people if one.id == recipient), None)


def load_recipients(root: Path) -> Recipients:
    """The project's recipients; nobody where it has no such file. Raises JobError (exit 2), one problem a line."""
    path = root / RECIPIENTS
    if not path.is_file():
        return Recipients((), RECIPIENTS, b"")
    content = path.read_bytes()
    file = read(path, RecipientsFile, state=_STATE)
    if file.table is None:
        return Recipients(file.recipients, RECIPIENTS, content)
    try:
        content = (root / file.table).read_bytes()
    except OSError as error:
        raise JobError(Problem(file.table, f"cannot be read: {error.strerror}."), state=_STATE,
                       hint=f"{RECIPIENTS} names it as its table.") from None
    return Recipients(_rows(content, file.table), file.table, content)


def _rows(content: bytes, place: str) -> tuple[Recipient, ...]:
    """The recipients of a table: rows of one id are one person's rights."""
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), restval=""))
    except (UnicodeDecodeError, csv.Error):
        raise JobError(Problem(place, "is no CSV in UTF-8."), state=_STATE) from None
    heads = {one for one in rows[0] if one} if rows else set()
    if rows and (not heads <= _COLUMNS or not heads >= _NEEDED):
        raise JobError(Problem(f"{place}:1", f"needs the columns {', '.join(sorted(_NEEDED))}; it may have "
                               f"{', '.join(sorted(_COLUMNS - _NEEDED))}, and no other."), state=_STATE)
    found: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for line, row in enumerate(rows, 2):
        if None in row:
            problems.append(Problem(f"{place}:{line}", "has more cells than the table has columns."))
            continue
        own = _person(row)
        person = found.setdefault(row["id"], {**own, "may": []})
        if any(person[key] != value for key, value in own.items()):
            problems.append(Problem(f"{place}:{line}", f"says of {row['id']!a} something else than a row before."))
        person["may"].append(_right(row))
        try:
            Recipient.model_validate({**own, "may": [_right(row)]})
        except ValidationError as error:
            problems += [Problem(f"{place}:{line}", f"{'.'.join(map(str, one['loc'])) or 'row'}: {one['msg']}.")
                         for one in error.errors()]
    if problems:
        raise JobError(problems, state=_STATE)
    return tuple(Recipient.model_validate(one) for one in found.values())


def _person(row: dict[str, Any]) -> dict[str, Any]:
    told = {"id": row["id"], "name": {"zh-CN": row["name_zh"], "en": row["name_en"]}, "mail": row["mail"]}
    return told | {key: row[key] for key in ("locale", "password", "certificate") if row.get(key)}


def _right(row: dict[str, Any]) -> dict[str, Any]:
    told = {"jobs": tuple(row["jobs"].split()), "scopes": tuple(row["scopes"].split()), "from": row["from"]}
    return told | ({"to": row["to"]} if row.get("to") else {})


def _once(people: tuple[Recipient, ...]) -> None:
    ids = [one.id for one in people]
    if twice := next((one for one in ids if ids.count(one) > 1), ""):
        raise ValueError(f"the id {twice} stands twice")
