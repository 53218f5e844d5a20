"""PAdES B-LTA over a PDF/A-3u of WeasyPrint, with a certificate authority and a clock of the tests' own."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

from reportgen.archive.sign import Signing, sign_pdf
from reportgen.archive.signature import validate
from reportgen.archive.tsa import TimeStampAuthority
from reportgen.errors import ArchiveError, DependencyMissing

PASSPHRASE = "correct horse"
ENVIRON = {"SIGNER": PASSPHRASE}
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    from weasyprint import HTML

    page = "<html lang=en><title>Report</title><p>Customers: 1,200</p></html>"
    pdf: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/a-3u")
    return pdf


@pytest.fixture
def signing(authority) -> Signing:
    return Signing(
        certificate="signer.p12", passphrase_env="SIGNER", roots=("root.pem",), revocation=("none.crl",),
        tsa=TimeStampAuthority(url=authority.tsa.url, roots=("root.pem",)), reason="Issued",
    )


_made: dict[str, bytes] = {}


@pytest.fixture
def signed(unsigned: bytes, signing: Signing, authority) -> bytes:
    """Made once: asking the clock takes its time."""
    if "signed" not in _made:
        _made["signed"] = sign_pdf(unsigned, signing, authority.folder, NOW, ENVIRON)
    return _made["signed"]


@pytest.fixture
def roots(authority) -> bytes:
    return (authority.folder / "root.pem").read_bytes()


def test_a_signed_pdf_is_the_unsigned_one_and_an_increment_that_holds(signed, unsigned, roots) -> None:
    assert signed.startswith(unsigned)
    check = validate(signed, roots, now=datetime.now(UTC), unsigned=unsigned)
    assert check.problems == ()
    assert check.holds
    assert check.signer == "Common Name: Example Bank"
    assert check.signed_at is not None
    assert check.sealed_at is not None
    assert NOW <= check.signed_at <= check.sealed_at <= datetime.now(UTC)


def test_what_the_increment_holds_is_what_pades_b_lta_and_pdfa_ask(signed, unsigned) -> None:
    with pikepdf.open(io.BytesIO(signed)) as pdf, pikepdf.open(io.BytesIO(unsigned)) as before:
        assert len(pdf.pages) == len(before.pages)
        fields = {str(field["/T"]): field for field in pdf.Root.AcroForm.Fields}
        signature = fields.pop("Signature")
        (stamp,) = fields.values()
        assert signature.V.SubFilter == "/ETSI.CAdES.detached"
        assert str(signature.V.Reason) == "Issued"
        assert signature.V.Reference[0].TransformMethod == "/DocMDP"
        assert int(signature.V.Reference[0].TransformParams.P) == 1
        assert (stamp.V.Type, stamp.V.SubFilter) == ("/DocTimeStamp", "/ETSI.RFC3161")
        assert len(pdf.Root.DSS.Certs) >= 3
        assert len(pdf.Root.DSS.CRLs) >= 1
        # PDF/A-3: no encryption, every widget printed and neither hidden nor without a flag.
        assert not pdf.is_encrypted
        assert {int(field.F) & 0b100110 for field in (signature, stamp)} == {0b100}
        assert pdf.open_metadata()["pdfaid:part"] == "3"
        start, covered, rest, length = (int(number) for number in stamp.V.ByteRange)
        assert (start, rest + length) == (0, len(signed))
        assert covered > len(unsigned)


def test_qpdf_finds_nothing_wrong(signed, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        assert pdf.check_pdf_syntax() == []


def test_flipped_bits_anywhere_are_found(signed, unsigned, roots) -> None:
    """All but the last stamp's own token, whose padding nobody signs: there a change that is believed changes no time.
    In the archive the file's sha256 covers that too."""
    now = datetime.now(UTC)
    good = validate(signed, roots, now=now, unsigned=unsigned)
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        (stamp,) = (field for field in pdf.Root.AcroForm.Fields if str(field["/T"]) != "Signature")
        _, start, end, _ = (int(number) for number in stamp.V.ByteRange)
    believed = {}
    for at in range(11, len(signed), len(signed) // 60):
        flipped = bytearray(signed)
        flipped[at] ^= 1
        check = validate(bytes(flipped), roots, now=now, unsigned=unsigned)
        if check.holds:
            believed[at] = check
    assert [at for at in believed if not start <= at < end] == []
    assert set(believed.values()) <= {good}


def test_a_figure_changed_in_the_unsigned_part_is_found_without_the_unsigned(signed, roots) -> None:
    at = signed.index(b"/MediaBox")
    changed = signed[:at] + b"/MediaFox" + signed[at + 9:]
    check = validate(changed, roots, now=datetime.now(UTC))
    assert "the signed bytes were changed, or something was added that the signature forbids" in check.problems


def test_an_increment_added_after_the_signature_is_found(signed, roots) -> None:
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root[pdf_name("/Lang")] = pdf_string("xx")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(signed)
    check = validate(out.getvalue(), roots, now=datetime.now(UTC))
    assert "the last time stamp does not cover the whole file: something was added after it" in check.problems


def test_a_strange_root_is_not_believed(signed, authority) -> None:
    check = validate(signed, (authority.folder / "strange.pem").read_bytes(), now=datetime.now(UTC))
    assert any("NO_CERTIFICATE_CHAIN_FOUND" in problem for problem in check.problems)


def test_it_holds_after_the_signer_s_certificate_has_expired(signed, unsigned, roots, authority) -> None:
    """What the long-term form is for: 400 days on, the signer's certificate is void, the sealed time is not."""
    later = datetime.now(UTC) + timedelta(days=400)
    key = load_pem_private_key((authority.folder / "root.key").read_bytes(), None)
    conftest = sys.modules[type(authority).__module__]
    present = conftest.revocation_list(key, later)
    assert validate(signed, roots, now=later, unsigned=unsigned, crls=[present]).problems == ()
    assert not validate(signed, roots, now=later, unsigned=unsigned).holds  # the sealed list is out of date by then
    assert not validate(signed, roots, now=later + timedelta(days=4000), crls=[present]).holds


def test_the_unsigned_pdf_and_rubbish_do_not_hold(unsigned, roots) -> None:
    assert validate(unsigned, roots, now=NOW).problems == ("it bears 0 signatures instead of one",)
    assert "cannot be checked" in validate(b"%PDF-1.7\nnothing", roots, now=NOW).problems[0]
    assert "does not begin with the unsigned" in validate(b"", roots, now=NOW, unsigned=unsigned).problems[0]


def test_two_signings_share_the_unsigned_part_only(signed, unsigned, signing, authority) -> None:
    again = sign_pdf(unsigned, signing, authority.folder, NOW, ENVIRON)
    assert again != signed
    assert again[:len(unsigned)] == signed[:len(unsigned)] == unsigned


def test_a_signed_pdf_is_not_signed_again(signed, signing, authority) -> None:
    with pytest.raises(ArchiveError, match="cannot be signed"):
        sign_pdf(signed, signing, authority.folder, NOW, ENVIRON)


@pytest.mark.parametrize(("change", "told"), [
    ({"certificate": "nowhere.p12"}, r"nowhere\.p12: cannot be read"),
    ({"certificate": "root.pem"}, r"root\.pem: others may read the key"),
    ({"passphrase_env": "OTHER"}, "'OTHER' is not set"),
    ({"passphrase_env": "WRONG"}, r"signer\.p12: .*wrong passphrase"),
    ({"revocation": ()}, "cannot be signed: .*revocation"),
    ({"revocation": ("signer.crl",)}, "cannot be signed: .*revoked"),
    ({"revocation": ("root.pem",)}, "no revocation list"),
    ({"roots": ("strange.pem",), "tsa": None}, "cannot be signed: .*no issuer matching"),
])
def test_what_is_wrong_with_the_settings_is_named(change, told: str, unsigned, signing, authority) -> None:
    if "tsa" in change:
        change = {**change, "tsa": signing.tsa.model_copy(update={"roots": ("strange.pem",)})}
    with pytest.raises(ArchiveError, match=told) as refused:
        sign_pdf(unsigned, signing.model_copy(update=change), authority.folder, NOW, {**ENVIRON, "WRONG": "x"})
    assert refused.value.code == 8
    assert refused.value.hint


def test_without_an_authority_there_is_no_signature(unsigned, signing, authority) -> None:
    authority.tsa.says = (503, "text/plain", b"")
    with pytest.raises(ArchiveError, match="503"):
        sign_pdf(unsigned, signing, authority.folder, NOW, ENVIRON)


def test_settings_need_roots_and_an_authority() -> None:
    with pytest.raises(ValidationError) as refused:
        Signing.model_validate({"certificate": "a.p12", "roots": []})
    assert {error["loc"] for error in refused.value.errors()} == {("roots",), ("tsa",)}


def test_the_library_is_loaded_only_when_something_is_signed() -> None:
    code = """
import sys, reportgen.archive.sign, reportgen.archive.anchor, reportgen.archive.encrypt
print([name for name in ('pyhanko', 'asn1crypto', 'cryptography') if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch, roots) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko.sign.signers", None)
    with pytest.raises(DependencyMissing, match=r'pip install "reportgen\[sign\]"'):
        validate(b"", roots, now=NOW)
