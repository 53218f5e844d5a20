"""Mails of two issued editions, and what a reader's program makes of their bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path

from reportgen.archive.archive import Archive
from reportgen.archive.state import Issued
from reportgen.config.model import Locale
from reportgen.context import Installation, installed_home
from reportgen.delivery.message import (
    Addressee,
    Composed,
    MailedEdition,
    MailSettings,
    Sealed,
    compose,
    mailed_edition,
)

AT = datetime(2026, 1, 6, 1, 30, tzinfo=UTC)
LINK = "https://reports.bank.test/{edition}/{file}"
SETTINGS = MailSettings("客户部 <reports@bank.test>", link=LINK)
ZHAO = Addressee("zhao", "赵*", "zhao@bank.test", "zh-CN")
SMITH = Addressee("smith", "Smith", "smith@bank.test", "en")
READERS = (ZHAO, SMITH)
PASSWORD = "Korrekt-Pferd-88-Batterie"
LONG = {"zh-CN": "滨海新城国际金融商务中心区暨自由贸易试验片区科技创新产业园综合服务支行",
        "en": "Binhai New Town International Finance and Free Trade Pilot Zone Science Park Comprehensive Sub-branch"}
_HIDDEN = re.compile(r"<!--.*?-->|<style.*?</style>|<head>.*?</head>", re.DOTALL)
_END = re.compile(r"\n-- \n|(?:核对|Verification)\s")
_FIGURE = re.compile(r"\d+(?:[,.]\d+)*")


@dataclass(frozen=True)
class Mailed:
    """An archive that holds the two editions, and the project they are of."""

    archive: Archive
    shelf: Installation
    issued: tuple[Issued, Issued]

    @classmethod
    def of(cls, output: Path, root: Path) -> Mailed:
        archive = Archive.of(output)
        first, second = archive.state().issued.values()
        return cls(archive, Installation(root, installed_home()), (first, second))

    def edition(self, locale: Locale = "zh-CN", *, corrected: bool = False) -> MailedEdition:
        return mailed_edition(self.archive, self.issued[corrected], locale)

    def mail(self, to: Addressee = ZHAO, settings: MailSettings = SETTINGS, *, corrected: bool = False,
             key: str = "key", as_link: bool = False) -> Composed:
        edition = self.edition(to.locale, corrected=corrected)
        return compose(edition, to, settings, key, AT, self.shelf, as_link=as_link)

    def of_edition(self, edition: MailedEdition, to: Addressee = ZHAO, settings: MailSettings = SETTINGS) -> Composed:
        return compose(edition, to, settings, "key", AT, self.shelf)


def sealed(to: Addressee) -> Addressee:
    return replace(to, protection=Sealed(PASSWORD))


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    assert not [problem for part in found.walk() for problem in part.defects]
    return found


def bodies(content: bytes) -> tuple[str, str]:
    """HTML and plain text."""
    mail = parsed(content)
    html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    return html.get_content().replace("\r\n", "\n"), plain.get_content().replace("\r\n", "\n")


def shown(html: str) -> str:
    """What a reader sees of an HTML body."""
    return unescape(re.sub(r"<[^>]+>", " ", _HIDDEN.sub(" ", html)))


def attached(content: bytes) -> bytes:
    (file,) = parsed(content).iter_attachments()
    data = file.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data


def told(text: str) -> str:
    """The part that speaks of the report: what follows are digests, addresses and the archive's note."""
    return _END.split(text, maxsplit=1)[0]


def figures(text: str) -> set[str]:
    """All numerals, as they are printed: 3,004.50, 1.5, 2011."""
    return set(_FIGURE.findall(text))
