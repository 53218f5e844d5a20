"""To whom one mail goes, and how it is sealed for them. One mail has one addressee."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from reportgen.config.model import Locale
from reportgen.errors import JobError, Problem

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_STATE = "This mail was not made."


@dataclass(frozen=True, slots=True)
class Sealed:
    """The PDF opens with a password, which no log, trace-back or mail may show."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enveloped:
    """The whole mail is encrypted (S/MIME) for the holder of a certificate, PEM or DER."""

    certificate: bytes = field(repr=False)
    also: bytes = field(default=b"", repr=False)
    """The sender's own certificate: its key opens the mail too, for the gate and for auditors. Empty: nobody else."""


Protection = Sealed | Enveloped | None


@dataclass(frozen=True, slots=True)
class Addressee:
    """A recipient as the mail needs them."""

    id: str
    name: str
    """In the mail's language."""
    address: str
    locale: Locale
    protection: Protection = None
    known: tuple[str, ...] = ()
    """Other words a password may not hold, such as the name in the other language."""


def checked(addressee: Addressee) -> Addressee:
    """The addressee; JobError (exit 2) for an address or a name that no header can carry."""
    place = f"recipient {one_line(addressee.id)}"
    if not _ADDRESS.fullmatch(addressee.address):
        raise JobError(
            Problem(place, f"{one_line(addressee.address)!r} is no mail address of ASCII letters."), state=_STATE,
            hint="Correct `mail:` in config/recipients.yaml.",
        )
    if addressee.name != one_line(addressee.name):
        raise JobError(Problem(place, "the name holds a control character."), state=_STATE,
                       hint="Correct `name:` in config/recipients.yaml.")
    return addressee


def one_line(text: str) -> str:
    """The text without control and direction characters: what a header or a message to the operator may show.

    Spaces of any width stay: Chinese names of two characters are set with a wide one.
    """
    return "".join(sign for sign in text if sign.isprintable() or unicodedata.category(sign) == "Zs")
