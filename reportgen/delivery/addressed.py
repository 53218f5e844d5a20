"""Recipients as mails need them, with their passwords and certificates resolved; settings in the mail's own terms."""

from __future__ import annotations

from pathlib import Path

from reportgen.config.delivery import DeliveryFile
from reportgen.config.model import Locale
from reportgen.config.recipients import Recipient
from reportgen.config.secrets import resolve
from reportgen.delivery.message import Addressee, Enveloped, MailSettings, Sealed
from reportgen.errors import JobError, Problem


def addressee(one: Recipient, locale: Locale, settings: DeliveryFile, root: Path) -> Addressee:
    """A recipient of a report in `locale`. Raises JobError (exit 2) for a secret or certificate that is not there."""
    names = tuple(one.name.values())
    if one.password:
        sealed = Sealed(resolve(one.password))
        return Addressee(one.id, one.named(locale), one.mail, locale, sealed, names)
    if one.certificate:
        own = _read(root, settings.protect.certificate, "config/delivery.yaml") if settings.protect.certificate else b""
        envelope = Enveloped(_read(root, one.certificate, f"recipient {one.id}"), own)
        return Addressee(one.id, one.named(locale), one.mail, locale, envelope, names)
    if settings.protect.needed:
        raise JobError(Problem(f"recipient {one.id}", "has neither a password nor a certificate, and config/delivery."
                               "yaml has `protect: {needed: true}`."), state="This mail was not made.")
    return Addressee(one.id, one.named(locale), one.mail, locale, None, names)


def mail_settings(settings: DeliveryFile, headline: str) -> MailSettings:
    """What `config/delivery.yaml` says of the mails themselves."""
    return MailSettings(settings.sender, settings.size.limit, settings.size.link, settings.file_names,
                        settings.protect.watermark, settings.protect.summary, headline)


def _read(root: Path, place: str, whose: str) -> bytes:
    try:
        return (root / place).read_bytes()
    except OSError as error:
        raise JobError(Problem(whose, f"the certificate {place} cannot be read: {error.strerror}."),
                       state="This mail was not made.") from None
