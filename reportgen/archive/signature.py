"""What the signature of a PDF proves, judged by the file and the roots one trusts; extra `reportgen[sign]`.

The signature is that of `sign.py`: PAdES B-LTA, certifying, no change permitted. Anything else in a file is a problem.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reportgen.errors import DependencyMissing

if TYPE_CHECKING:
    from asn1crypto import x509
    from pyhanko.sign.validation.ades import AdESLTAValidationResult


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What a signed PDF proves."""

    signer: str = ""
    """Subject of the certificate."""
    signed_at: datetime | None = None
    """The authority's time of the signature, UTC."""
    sealed_at: datetime | None = None
    """The authority's time of the first stamp over signature and evidence, UTC."""
    problems: tuple[str, ...] = ()
    """What does not hold, one sentence each; empty: PAdES B-LTA, intact, trusted, nothing added after."""

    @property
    def holds(self) -> bool:
        return not self.problems


def validate(
    pdf: bytes, roots: bytes, *, now: datetime, unsigned: bytes | None = None, crls: Sequence[bytes] = ()
) -> SignatureCheck:
    """What the signature of `pdf` proves at `now` to one who trusts `roots` (PEM bytes). No network.

    With `unsigned`, also that the signed file is it and an increment. The file's revocation lists are those of the day
    it was sealed; once they are out of date, give the present one of the time-stamping authority in `crls` (DER).
    Never raises for a bad file: whatever goes wrong is a problem of the file. Raises DependencyMissing (exit 3) without
    the extra.
    """
    pyhanko()
    problems = []
    if unsigned is not None and not (pdf.startswith(unsigned) and len(pdf) > len(unsigned)):
        problems.append("it does not begin with the unsigned PDF")
    try:
        found = asyncio.run(_examined(pdf, _rules(roots, crls), now))
    except DependencyMissing:
        raise
    except Exception as error:  # noqa: BLE001 - a file that makes the checker stumble has not been found good
        return SignatureCheck(problems=(*problems, f"it cannot be checked: {causes(error)}"))
    return SignatureCheck(found.signer, found.signed_at, found.sealed_at, (*problems, *found.problems))


async def _examined(pdf: bytes, rules: Any, now: datetime) -> SignatureCheck:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.ades.report import AdESPassed
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.validation.ades import ades_lta_validation
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

    reader = PdfFileReader(io.BytesIO(pdf))
    signatures = list(reader.embedded_regular_signatures)
    if len(signatures) != 1:
        return SignatureCheck(problems=(f"it bears {len(signatures)} signatures instead of one",))
    one = signatures[0]
    one.compute_integrity_info()
    timing = ValidationTimingInfo(validation_time=now, best_signature_time=now, point_in_time_validation=False)
    result: AdESLTAValidationResult = await ades_lta_validation(one, rules, timing_info=timing)
    problems = []
    if result.ades_subindic is not AdESPassed.OK:
        problems.append(f"the signature is not valid: {result.failure_msg or result.ades_subindic}")
    status = result.api_status
    if status is None or not (status.intact and status.valid and status.docmdp_ok):
        problems.append("the signed bytes were changed, or something was added that the signature forbids")
    if one.docmdp_level is not MDPPerm.NO_CHANGES:
        problems.append("the signature does not forbid changes")
    stamp = result.signature_timestamp_status
    if stamp is None or stamp.ades_subindic is not AdESPassed.OK:
        problems.append("the signature bears no time stamp that holds")
    if result.oldest_evidence_record_timestamp is None:
        problems.append("no time stamp over signature and evidence holds")
    last = list(reader.embedded_signatures)[-1]
    last.compute_integrity_info()
    if last.sig_object.get("/Type") != "/DocTimeStamp" or last.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        problems.append("the last time stamp does not cover the whole file: something was added after it")
    return SignatureCheck(
        one.signer_cert.subject.human_friendly,
        _time_of(stamp.api_status.timestamp) if stamp and stamp.api_status else None,
        _time_of(result.oldest_evidence_record_timestamp),
        tuple(problems),
    )


def _rules(roots: bytes, crls: Sequence[bytes]) -> Any:
    """Revocation information is required, and only what the file holds or the caller gives counts."""
    from asn1crypto.crl import CertificateList
    from pyhanko.sign.validation import policy_decl as policy
    from pyhanko_certvalidator.context import CertValidationPolicySpec
    from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
    from pyhanko_certvalidator.registry import SimpleTrustManager
    from pyhanko_certvalidator.revinfo.archival import CRLContainer

    trust = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=certificates(roots)),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    local = policy.RevocationInfoGatheringSpec(
        online_fetching_rule=policy.RevinfoOnlineFetchingRule.LOCAL_ONLY,
        certificate_fetching_rule=policy.CertificateFetchingRule.NEVER_FETCH,
    )
    given = policy.LocalKnowledge(known_crls=[CRLContainer(CertificateList.load(one)) for one in crls])
    return policy.PdfSignatureValidationSpec(
        policy.SignatureValidationSpec(trust, local, local_knowledge=given))


def pyhanko() -> tuple[Any, Any]:
    """A signer class whose claimed time is given, and its settings' class."""
    try:
        from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    except ImportError as error:
        raise DependencyMissing(
            f"signatures need pyHanko, which is not installed ({error.name}).",
            hint='Install it: pip install "reportgen[sign]"',
        ) from error

    for name in ("pyhanko", "pyhanko_certvalidator"):  # what they would say unasked is told as problems
        logging.getLogger(name).addHandler(logging.NullHandler())

    class Dated(PdfSigner):  # type: ignore[misc]
        def __init__(self, *arguments: Any, now: datetime, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._now = now

        def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
            session = super().init_signing_session(*arguments, **options)
            session.system_time = self._now
            return session

    return Dated, PdfSignatureMetadata


def certificates(pems: bytes) -> list[x509.Certificate]:
    from asn1crypto import pem, x509

    if not pems:
        return []
    return [x509.Certificate.load(der) for kind, _, der in pem.unarmor(pems, multiple=True) if kind == "CERTIFICATE"]


def causes(error: BaseException) -> str:
    """pyHanko tells the reason in the cause of the cause."""
    told = [f"{type(error).__name__}: {error}"]
    while (cause := error.__cause__) is not None:
        told.append(str(cause))
        error = cause
    return "; ".join(dict.fromkeys(told))


def _time_of(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
