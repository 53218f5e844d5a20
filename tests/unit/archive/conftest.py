"""A certificate authority, a signer and a time-stamping authority of the tests' own: loopback only, new every session."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
PASSPHRASE = "correct horse"
TSA_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.55555.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass
class Tsa:
    """An `openssl ts` behind HTTP; `says` replaces its answer: (status, content type, body)."""

    folder: Path
    url: str = ""
    says: tuple[int, str, bytes] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def reply(self, request: bytes) -> bytes:
        (self.folder / "request").write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request", "-signer", "tsa.pem",
                   "-inkey", "tsa.key", "-chain", "root.pem", "-out", "reply"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return (self.folder / "reply").read_bytes()


@dataclass(frozen=True)
class Authority:
    """Files: root.pem, root.key, signer.p12 (PASSPHRASE), tsa.pem, tsa.key; none.crl and signer.crl revoke nobody and the
    signer; strange.pem is nobody's root. The signer's certificate lasts a year, the others ten."""

    folder: Path
    tsa: Tsa


@pytest.fixture(scope="session")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    assert shutil.which("openssl"), "the tests' time-stamping authority is openssl"
    folder = tmp_path_factory.mktemp("authority")
    make_certificates(folder)
    tsa = Tsa(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            tsa.asked.append({name.lower(): value for name, value in self.headers.items()})
            status, kind, answer = tsa.says or (200, "application/timestamp-reply", tsa.reply(body))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            if 300 <= status < 400:
                self.send_header("Location", tsa.url + "/elsewhere")
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    tsa.url = f"http://127.0.0.1:{server.server_port}"
    yield Authority(folder, tsa)
    server.shutdown()
    server.server_close()


@pytest.fixture
def authority(_authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    _authority.tsa.says = None
    _authority.tsa.asked.clear()
    return _authority


def make_certificates(folder: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)

    def certificate(name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey,
                    *, ca: bool = False, usage: str = "", stamps: bool = False, days: int = 3650) -> x509.Certificate:
        usages = {word: word in usage.split() for word in (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")}
        builder = (
            x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - DAY).not_valid_after(now + days * DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usages), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False))
        if stamps:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return builder.sign(issuer_key, hashes.SHA256())

    root_key, signer_key, tsa_key, strange_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(4))
    root = certificate("Example Root", root_key, "Example Root", root_key, ca=True, usage="key_cert_sign crl_sign")
    strange = certificate("Strange Root", strange_key, "Strange Root", strange_key, ca=True, usage="key_cert_sign")
    signer = certificate("Example Bank", signer_key, "Example Root", root_key,
                         usage="digital_signature content_commitment", days=365)
    tsa = certificate("Example Clock", tsa_key, "Example Root", root_key, usage="digital_signature", stamps=True)
    pem = Encoding.PEM
    for name, content in {
        "root.pem": root.public_bytes(pem), "strange.pem": strange.public_bytes(pem), "tsa.pem": tsa.public_bytes(pem),
        "tsa.key": tsa_key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()), "tsa.cnf": TSA_CONFIG.encode(),
        "serial": b"01\n", "root.key": root_key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()),
        "none.crl": revocation_list(root_key, now), "signer.crl": revocation_list(root_key, now, signer.serial_number),
        "signer.p12": serialize_key_and_certificates(b"signer", signer_key, signer, [root],
                                                     BestAvailableEncryption(PASSPHRASE.encode())),
    }.items():
        (folder / name).write_bytes(content)
    (folder / "signer.p12").chmod(0o600)


def revocation_list(key: ec.EllipticCurvePrivateKey, now: datetime, *revoked: int) -> bytes:
    """The root's list (DER) of a day before `now`, good for 30 days."""
    builder = (x509.CertificateRevocationListBuilder().issuer_name(named("Example Root"))
               .last_update(now - DAY).next_update(now + 30 * DAY))
    for number in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now - DAY).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
