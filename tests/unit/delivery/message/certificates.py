"""Certificates as recipients have them, good and bad."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.unit.delivery.message.mailed_case import AT

ADDRESS = "zhao@bank.test"


def certificate(
    address: str = ADDRESS, *, first: int = -60, last: int = 30, bits: int = 2048, signs: bool = False,
    purpose: x509.ObjectIdentifier | None = None, by_subject: bool = False, der: bool = False,
) -> tuple[bytes, bytes]:
    """A self-signed certificate and its private key (PEM); `bits` 0 makes one on an elliptic curve."""
    key = rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.EMAIL_ADDRESS if by_subject else NameOID.COMMON_NAME, address)])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT + timedelta(days=first)).not_valid_after(AT + timedelta(days=last))
    )
    if not by_subject:
        made = made.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
    if signs:
        only = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                              "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
        made = made.add_extension(x509.KeyUsage(digital_signature=True, **only), critical=True)
    if purpose:
        made = made.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    encoding = serialization.Encoding.DER if der else serialization.Encoding.PEM
    return made.sign(key, hashes.SHA256()).public_bytes(encoding), key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
