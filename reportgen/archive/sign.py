"""A PAdES B-LTA signature as an increment over the reproducible PDF; extra `reportgen[sign]`.

The signed file begins with the unsigned one, byte for byte, so `reproduce` compares the unsigned and the manifest keeps
both hashes; the increment holds a certifying signature that permits no change, the authority's time stamp of it, the
certificates and revocation lists a later reader needs, and a time stamp over all of that.
"""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from reportgen.archive.signature import causes, certificates, pyhanko, validate
from reportgen.archive.tsa import TimeStampAuthority, ask, pem_files
from reportgen.config.model import Model
from reportgen.errors import ArchiveError, Problem

if TYPE_CHECKING:
    from asn1crypto import tsp
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator import ValidationContext

FIELD = "Signature"


class Signing(Model):
    """Who signs and who stamps the time. Paths start at the project's home."""

    certificate: str = Field(min_length=1, description="PKCS#12 file with certificate, chain and key, mode 0600.")
    passphrase_env: str = Field(default="", description="Environment variable that holds the file's passphrase.")
    roots: tuple[str, ...] = Field(min_length=1, description="PEM files of the roots the certificate must lead to.")
    tsa: TimeStampAuthority
    revocation: tuple[str, ...] = Field(default=(), description="Revocation lists (PEM or DER) that go into the file.")
    fetch_revocation: bool = Field(default=False, description="Fetch lists and OCSP answers the certificates name.")
    reason: str = Field(default="", description="Reason the signature states.")


def sign_pdf(
    pdf: bytes, signing: Signing, home: Path, now: datetime, environ: Mapping[str, str] = os.environ
) -> bytes:
    """`pdf` and an increment that signs it; checked by `validate` before it is returned.

    `now` (aware) is the time the signature claims; the authority states its own. Raises DependencyMissing (exit 3)
    without the extra and ArchiveError (exit 8) where the key, the authority or the revocation lists are not right.
    """
    signer_class, meta = pyhanko()
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    roots = pem_files(home, signing.roots + signing.tsa.roots)
    context = _context(signing, home, roots)
    signer = _signer(signing, home, environ)
    details = meta(
        field_name=FIELD, reason=signing.reason or None, validation_context=context, **_b_lta(),
    )
    pen = signer_class(details, signer, timestamper=_stamper(signing.tsa), now=now)
    signed = io.BytesIO()
    try:
        pen.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=signed)
    except ArchiveError:
        raise
    except Exception as error:  # pyHanko's and asn1crypto's many; each means that there is no signature
        raise _unsigned(f"the PDF cannot be signed: {causes(error)}") from error
    check = validate(signed.getvalue(), roots, now=now, unsigned=pdf)
    if not check.holds:
        raise _unsigned("the signature made does not hold: " + "; ".join(check.problems))
    return signed.getvalue()


def ready_to_sign(signing: Signing, home: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Raise what `sign_pdf` would for a missing extra, key or certificate, before there is a PDF."""
    pyhanko()
    pem_files(home, signing.roots + signing.tsa.roots)
    _context(signing, home, pem_files(home, signing.roots))
    _signer(signing, home, environ)


def _b_lta() -> dict[str, Any]:
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers.pdf_signer import DSSContentSettings

    return {
        "subfilter": SigSeedSubFilter.PADES, "md_algorithm": "sha256", "embed_validation_info": True,
        "use_pades_lta": True, "certify": True, "docmdp_permissions": MDPPerm.NO_CHANGES,
        "dss_settings": DSSContentSettings(include_vri=False),  # else its index follows the last stamp, uncovered
    }


def _context(signing: Signing, home: Path, roots: bytes) -> ValidationContext:
    from pyhanko_certvalidator import ValidationContext

    between = pem_files(home, signing.tsa.intermediates)
    return ValidationContext(
        trust_roots=certificates(roots), other_certs=certificates(between), revocation_mode="require",
        crls=[_revocation(home / name) for name in signing.revocation], allow_fetching=signing.fetch_revocation,
    )


def _signer(signing: Signing, home: Path, environ: Mapping[str, str]) -> SimpleSigner:
    from pyhanko.sign.signers import SimpleSigner

    path = home / signing.certificate
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise _unsigned(f"{signing.certificate}: cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise _unsigned(f"{signing.certificate}: others may read the key", f"chmod 600 {signing.certificate}")
    if signing.passphrase_env and signing.passphrase_env not in environ:
        raise _unsigned(f"the passphrase's variable {signing.passphrase_env!r} is not set",
                        "Set the environment variable that `passphrase_env` names.")
    secret = environ[signing.passphrase_env].encode() if signing.passphrase_env else None
    try:
        return SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=secret)
    except (ValueError, AttributeError) as error:  # AttributeError: a file without a key
        raise _unsigned(f"{signing.certificate}: no certificate with its key, or a wrong passphrase",
                        "Check with: openssl pkcs12 -info -noout -in FILE") from error


def _stamper(authority: TimeStampAuthority) -> Any:
    from asn1crypto import tsp
    from pyhanko.sign.timestamps import TimeStamper

    class Stamper(TimeStamper):  # type: ignore[misc]
        """pyHanko's questions put by our own client, so that anchors and signatures ask alike."""

        async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
            return tsp.TimeStampResp.load(await asyncio.to_thread(ask, authority, req.dump()))

    return Stamper()


def _revocation(path: Path) -> bytes:
    from asn1crypto import crl, pem

    try:
        content = path.read_bytes()
        der: bytes = pem.unarmor(content)[2] if pem.detect(content) else content
        crl.CertificateList.load(der).native  # noqa: B018 - parsed to the last field, or refused here
    except (OSError, ValueError) as error:
        raise _unsigned(f"{path.name}: no revocation list: {error}", "Set `revocation` to CRL files.") from error
    return der


def _unsigned(why: str, hint: str = "Check `signing` with the certificates and the authority.") -> ArchiveError:
    state = "No signed PDF was made; the unsigned one is as it was."
    return ArchiveError(Problem("signing", why), state=state, hint=hint)
