"""S/MIME: who holds a key reads the mail, and a certificate that does not fit is refused before anything is made."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from reportgen.delivery.message import Enveloped
from reportgen.errors import JobError
from tests.unit.delivery.message.certificates import certificate
from tests.unit.delivery.message.mailed_case import ZHAO, Mailed, attached, bodies


def opened(mail: bytes, pem: bytes, key: bytes, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """What openssl makes of the mail with that certificate and key."""
    for name, data in (("mail.eml", mail), ("own.pem", pem), ("own.key", key)):
        (folder / name).write_bytes(data)
    return subprocess.run(
        ["openssl", "smime", "-decrypt", "-in", folder / "mail.eml", "-recip", folder / "own.pem", "-inkey",
         folder / "own.key"], capture_output=True, check=False,
    )


def test_recipient_and_sender_open_it_and_nobody_else(mailed: Mailed, tmp_path: Path) -> None:
    (pem, key), (sender, sender_key), (other, other_key) = certificate(), certificate("reports@bank.test"), certificate()
    made = mailed.mail(replace(ZHAO, protection=Enveloped(pem, also=sender)))
    for holder, own in ((pem, key), (sender, sender_key)):
        done = opened(made.content, holder, own, tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout == made.inner
    assert opened(made.content, other, other_key, tmp_path).returncode != 0
    assert attached(made.inner) == mailed.edition().content
    assert bodies(made.inner)[1].replace(made.subject, "") == bodies(mailed.mail().content)[1]
    alone = mailed.mail(replace(ZHAO, protection=Enveloped(pem)))
    assert opened(alone.content, sender, sender_key, tmp_path).returncode != 0


def test_it_is_marked_as_what_it_is(mailed: Mailed) -> None:
    made = mailed.mail(replace(ZHAO, protection=Enveloped(certificate()[0])))
    mail = message_from_bytes(made.content, policy=default)
    assert mail["content-type"].params["smime-type"] == "enveloped-data"
    assert mail.get_filename() == "smime.p7m"
    assert made.message_id == mailed.mail().message_id
    assert made.attachments[0].plain == made.attachments[0].sent == mailed.edition().pdf.sha256


@pytest.mark.parametrize("kind", [
    {"der": True}, {"by_subject": True}, {"address": "Zhao@Bank.test"}, {"purpose": ExtendedKeyUsageOID.EMAIL_PROTECTION},
], ids=["der", "address in the subject", "capital letters", "for mail"])
def test_a_certificate_that_fits_is_taken(mailed: Mailed, kind: dict[str, Any]) -> None:
    assert mailed.mail(replace(ZHAO, protection=Enveloped(certificate(**kind)[0]))).inner


@pytest.mark.parametrize(("kind", "why"), [
    ({"last": -1}, "it expired on 2026-01-05"), ({"first": 1}, "it is valid from 2026-01-07 on"),
    ({"address": "qian@bank.test"}, "it is not of zhao@bank.test"), ({"bits": 0}, "its key is not RSA"),
    ({"bits": 1024}, "its key has 1024 bits, fewer than 2048"), ({"signs": True}, "not for the encryption of mail"),
    ({"purpose": ExtendedKeyUsageOID.SERVER_AUTH}, "not for the encryption of mail"),
], ids=["expired", "not yet", "foreign", "curve", "short", "signing", "server"])
def test_one_that_does_not_is_refused_with_the_reason(mailed: Mailed, kind: dict[str, Any], why: str) -> None:
    with pytest.raises(JobError, match=why) as error:
        mailed.mail(replace(ZHAO, protection=Enveloped(certificate(**kind)[0])))
    assert "recipient zhao" in str(error.value)


@pytest.mark.parametrize("broken", [
    b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", certificate(der=True)[0][:-40],
], ids=["empty", "damaged", "cut"])
def test_what_is_no_certificate_is_refused(mailed: Mailed, broken: bytes) -> None:
    with pytest.raises(JobError, match="it cannot be read"):
        mailed.mail(replace(ZHAO, protection=Enveloped(broken)))


def test_the_sender_s_own_expired_certificate_is_refused_too(mailed: Mailed) -> None:
    also = certificate("reports@bank.test", last=-1)[0]
    with pytest.raises(JobError, match="the sender: the certificate is refused: it expired"):
        mailed.mail(replace(ZHAO, protection=Enveloped(certificate()[0], also=also)))
