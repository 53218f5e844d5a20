"""S/MIME: a mail that only the holder of a certificate can read (AES-256, key by RSA)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reportgen.errors import JobError, Problem

_STATE = "This mail was not made."
_LEAST_BITS = 2048
_HINT = "Put the recipient's present RSA certificate into the folder that `protect: {smime: …}` names."


def envelope(content: bytes, certificate: bytes, also: bytes, recipient: str, address: str, at: datetime) -> bytes:
    """`content` as PKCS #7 enveloped data (DER), for the recipient's certificate and, where given, the sender's.

    The certificates are the operator's, who trusts those that they put there: no chain is followed. Raises JobError
    (exit 2) for one that is unreadable, not valid at `at`, of somebody else's address, not for the encryption of mail,
    or not RSA of 2,048 bits and more.
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
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        why = _fault(certificate, address, at)
    except (ValueError, UnsupportedAlgorithm):
        # Names, keys and extensions are parsed when they are asked for.
        why = "it cannot be read"
    if why:
        raise _refused(whose, why)
    return certificate


def _fault(certificate: Any, address: str, at: datetime) -> str:
    """Why it cannot be used; empty where it can."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    key = certificate.public_key()
    if at > last:
        return f"it expired on {last.date().isoformat()}"
    if at < first:
        return f"it is valid from {first.date().isoformat()} on"
    if not isinstance(key, RSAPublicKey):
        return "its key is not RSA"
    if key.key_size < _LEAST_BITS:
        return f"its key has {key.key_size} bits, fewer than {_LEAST_BITS}"
    if address and address.lower() not in _addresses(certificate):
        return f"it is not of {address}"
    return "" if _is_for_mail(certificate) else "it is not for the encryption of mail"


def _is_for_mail(certificate: Any) -> bool:
    """By its key usage and its extended key usage, where it has them."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    usages = {one.oid: one.value for one in certificate.extensions}
    use = usages.get(x509.KeyUsage.oid)
    extended = usages.get(x509.ExtendedKeyUsage.oid)
    mail = {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return (use is None or use.key_encipherment) and (extended is None or not mail.isdisjoint(extended))


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
