"""S/MIME: a mail that only the holder of a certificate can read (AES-256, key by RSA)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reportgen.errors import JobError, Problem

_STATE = "This mail was not made."
_HINT = "Put the recipient's present RSA certificate into the folder that `protect: {smime: …}` names."


def envelope(content: bytes, certificate: bytes, also: bytes, recipient: str, address: str, at: datetime) -> bytes:
    """`content` as PKCS #7 enveloped data (DER), for the recipient's certificate and, where given, the sender's.

    Raises JobError (exit 2) for a certificate that is unreadable, not valid at `at`, of somebody else's address, not
    for encryption, or not RSA.
    """
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

    made = PKCS7EnvelopeBuilder().set_data(content).set_content_encryption_algorithm(AES256)
    made = made.add_recipient(_usable(_loaded(certificate, recipient), recipient, address, at))
    if also:
        made = made.add_recipient(_usable(_loaded(also, "the sender"), "the sender", "", at))
    return made.encrypt(Encoding.DER, [PKCS7Options.Binary])


def _loaded(data: bytes, whose: str) -> Any:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(data) if data.lstrip().startswith(b"-----") \
            else x509.load_der_x509_certificate(data)
    except ValueError:
        raise _refused(whose, "it cannot be read") from None


def _usable(certificate: Any, whose: str, address: str, at: datetime) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at > last:
        raise _refused(whose, f"it expired on {last.date().isoformat()}")
    if at < first:
        raise _refused(whose, f"it is valid from {first.date().isoformat()} on")
    if not isinstance(certificate.public_key(), RSAPublicKey):
        raise _refused(whose, "its key is not RSA")
    if address and address.lower() not in _addresses(certificate):
        raise _refused(whose, f"it is not of {address}")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return certificate
    if not usage.key_encipherment:
        raise _refused(whose, "it is not for encryption")
    return certificate


def _addresses(certificate: Any) -> set[str]:
    """The mail addresses it is of, in lower case."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    found = [one.value for one in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found += names.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        pass
    return {str(one).lower() for one in found}


def _refused(whose: str, why: str) -> JobError:
    place = whose if whose == "the sender" else f"recipient {whose}"
    return JobError(Problem(place, f"the certificate is refused: {why}."), state=_STATE, hint=_HINT)
