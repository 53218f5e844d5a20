"""The mail itself: subject, HTML and text from the archived edition, the PDF beside them, sealed where it must be."""

from reportgen.delivery.message.addressee import Addressee, Enveloped, Sealed
from reportgen.delivery.message.compose import Attached, Composed, compose
from reportgen.delivery.message.issued import MailedEdition, mailed_edition
from reportgen.delivery.message.settings import MailSettings
from reportgen.delivery.message.watermark import content_digest

__all__ = [
    "Addressee", "Attached", "Composed", "Enveloped", "MailSettings", "MailedEdition", "Sealed", "compose",
    "content_digest", "mailed_edition",
]
