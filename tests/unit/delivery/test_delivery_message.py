"""The mail itself: exact names, the report's own figures, closed where it must be, the same bytes for the same key."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pikepdf
import pytest

from reportgen.archive.archive import Archive
from reportgen.context import Installation, installed_home
from reportgen.delivery.message import (
    Addressee,
    Composed,
    Enveloped,
    MailedEdition,
    MailSettings,
    Sealed,
    compose,
    content_digest,
    mailed_edition,
)
from reportgen.errors import JobError
from reportgen.render.reading import texts
from tests.certificates import certificate
from tests.delivery_case import MailingBank
from tests.run_case import write_rows

AT = datetime(2026, 1, 6, 1, 30, tzinfo=UTC)
SETTINGS = MailSettings("客户部 <reports@bank.test>")
ZHAO = Addressee("zhao", "赵*", "zhao@bank.test", "zh-CN")
SMITH = Addressee("smith", "Smith", "smith@bank.test", "en")
PASSWORD = "Korrekt-Pferd-88-Batterie"


class Mails:
    """Two editions of one branch, the second a correction of the first, in both languages."""

    def __init__(self, root: Path) -> None:
        self.bank = MailingBank(root)
        self.bank.job(locales=["zh-CN", "en"], delivery={"send": False})
        self.bank.run(scopes=["branch:B2"])
        write_rows(root, "closing", "2011-05-31", more=90_000)
        self.bank.run(scopes=["branch:B2"], restate="B2 sent its list again")
        self.archive = Archive.of(self.bank.output)
        self.shelf = Installation(root, installed_home())
        self.old, self.new = self.archive.state().issued.values()

    def edition(self, locale: str = "zh-CN", *, corrected: bool = False) -> MailedEdition:
        return mailed_edition(self.archive, self.new if corrected else self.old, "en" if locale == "en" else "zh-CN")

    def made(self, to: Addressee = ZHAO, settings: MailSettings = SETTINGS, *, corrected: bool = False, key: str = "k",
             as_link: bool = False) -> Composed:
        return compose(self.edition(to.locale, corrected=corrected), to, settings, key, AT, self.shelf, as_link=as_link)


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Mails:
    root = tmp_path_factory.mktemp("message") / "project"
    root.mkdir()
    return Mails(root)


def opened(made: Composed) -> EmailMessage:
    found = message_from_bytes(made.content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def bodies(made: Composed) -> tuple[str, str]:
    mail = opened(made)
    html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    return html.get_content(), plain.get_content()


def shown(html: str) -> str:
    """What a reader sees of an HTML body."""
    return unescape(re.sub(r"<!--.*?-->|<style.*?</style>|<head>.*?</head>|<[^>]+>", " ", html, flags=re.DOTALL))


def pdf_of(made: Composed) -> bytes:
    (file,) = opened(made).iter_attachments()
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize(("to", "subject", "sender"), [
    (ZHAO, "【内部】私人银行客户群体特征及维护方案 2011年5月 · 湖滨支行 · 金融资产3,004.50万元", "赵* <zhao@bank.test>"),
    (SMITH, "[Internal] Private-banking customers: profile and plan, May 2011 · Hubin · Assets CNY 30.05 million",
     "Smith <smith@bank.test>"),
])
def test_names_in_the_head_come_back_exactly(mails: Mails, to: Addressee, subject: str, sender: str) -> None:
    mail = opened(mails.made(to))
    assert str(mail["subject"]) == subject
    assert str(mail["to"]) == sender
    assert str(mail["from"]) == "客户部 <reports@bank.test>"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["x-auto-response-suppress"] == "All"
    assert mail["x-report-key"] == "k"
    assert mail["x-classification"] == "internal"
    assert mail["date"].datetime == AT
    assert all(len(line) <= 998 for line in mails.made(to).content.split(b"\r\n"))
    assert mails.made(to).content.isascii(), "every server takes it, also without 8BITMIME and SMTPUTF8"


def test_the_head_names_the_figure_of_the_page(mails: Mails) -> None:
    subject = str(opened(mails.made(settings=replace(SETTINGS, headline="customers_total")))["subject"])
    assert subject == "【内部】私人银行客户群体特征及维护方案 2011年5月 · 湖滨支行 · 客户数5户"


@pytest.mark.parametrize(("naming", "ascii_name", "own_name"), [
    ("ascii", True, False), ("rfc2231", False, True), ("both", True, True),
])
def test_the_file_s_name_is_written_as_asked(mails: Mails, naming: str, ascii_name: bool, own_name: bool) -> None:
    settings = replace(SETTINGS, attachment_name=naming)  # type: ignore[arg-type]
    head = mails.made(settings=settings).content.decode("ascii")
    told = re.search(r"Content-Disposition: (attachment;.*?)\r\n(?! )", head, re.DOTALL)
    assert told
    line = told[1].replace("\r\n", "")
    assert ('filename="small_2011-05_branch-B2_r01.pdf"' in line) is ascii_name
    own = re.search(r"filename\*=utf-8''(\S+)", line)
    assert bool(own) is own_name
    if own:
        assert unquote(own[1]) == "私人银行客户群体特征及维护方案_2011-05_湖滨支行_r01.pdf"


def test_one_key_and_time_make_the_same_bytes(mails: Mails) -> None:
    assert mails.made().content == mails.made().content
    assert mails.made(key="another").message_id != mails.made().message_id
    assert mails.made(ZHAO).message_id == mails.made(SMITH).message_id


@pytest.mark.parametrize("to", [ZHAO, SMITH])
@pytest.mark.parametrize("corrected", [False, True])
def test_both_bodies_say_the_same_and_only_what_the_report_says(mails: Mails, to: Addressee, corrected: bool) -> None:
    made = mails.made(to, corrected=corrected)
    html, plain = bodies(made)
    figures = [set(re.findall(r"\d[\d,.]*\d", text.partition("sha256")[0])) for text in (shown(html), plain)]
    assert figures[0] ^ figures[1] <= {"01", "02"}, "editions are told in two ways"
    document = str(mails.edition(to.locale, corrected=corrected).document)
    strange = {one for one in figures[1] if one not in document}
    assert strange == set()


@pytest.mark.parametrize("to", [ZHAO, SMITH])
def test_nothing_is_fetched_and_nothing_runs(mails: Mails, to: Addressee) -> None:
    html, _ = bodies(mails.made(to))
    assert not re.search(r"<(script|img|link|iframe|object|form|input|base)\b|url\(|@import|javascript:", html, re.IGNORECASE)
    assert re.findall(r"https?://[^\"' <]+", html) == ["http://www.w3.org/1999/xhtml"]


def test_a_correction_says_what_changed(mails: Mails) -> None:
    made = mails.made(corrected=True)
    assert made.subject == ("【内部】【更正】私人银行客户群体特征及维护方案 2011年5月 · 湖滨支行 · "
                            "金融资产3,049.50万元 净增45.00万元")
    for body in bodies(made):
        assert "B2 sent its list again" in body
        assert "3,004.50" in body
        assert "+1.5%" in body
    assert "金融资产（万元）：第1版 3,004.50；本版 3,049.50；变动 +1.5%" in bodies(made)[1]
    english = mails.made(SMITH, corrected=True)
    assert english.subject.startswith("[Internal] [Corrected] Private-banking customers")
    assert "Assets (CNY million): Edition 1 30.05; This edition 30.50; Change +1.5%" in bodies(english)[1]


@pytest.mark.parametrize("person", [
    Addressee("x", "赵\r\nBcc: b@x.test", "zhao@bank.test", "zh-CN"), Addressee("x", "赵", "zhao@bank.test\r\nBcc: b@x", "zh-CN"),
    Addressee("x", "赵\u202e", "zhao@bank.test", "zh-CN"), Addressee("x", "赵", "a@b,c@d", "zh-CN"),
])
def test_no_header_can_be_added(mails: Mails, person: Addressee) -> None:
    with pytest.raises(JobError, match=r"no mail address|control character"):
        mails.made(person)


def test_a_mail_too_large_has_a_link(mails: Mails) -> None:
    settings = replace(SETTINGS, limit=15_000, link="https://reports.bank.test/{edition}/{file}")
    made = mails.made(settings=settings)
    assert made.attachments == ()
    assert made.link.startswith(f"https://reports.bank.test/{mails.edition().manifest.edition}/")
    assert all(made.link in body for body in bodies(made))
    assert mails.made(settings=replace(settings, limit=20_000_000), as_link=True).attachments == ()
    with pytest.raises(JobError, match="names no https address"):
        mails.made(settings=replace(settings, link=""))
    with pytest.raises(JobError, match="no placeholder"):
        mails.made(settings=replace(settings, link="https://x/{password}"))


def test_a_password_opens_the_copy_and_its_figures_stay_out_of_the_mail(mails: Mails) -> None:
    made = mails.made(replace(ZHAO, protection=Sealed(PASSWORD)))
    copy = pdf_of(made)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(BytesIO(copy))
    with pikepdf.open(BytesIO(copy), password=PASSWORD) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
    edition = mails.edition()
    assert content_digest(copy, PASSWORD) == content_digest(edition.content)
    assert made.attachments[0].plain == edition.plain.sha256 != made.attachments[0].sent
    assert PASSWORD not in repr(ZHAO) + repr(replace(ZHAO, protection=Sealed(PASSWORD)))
    told, open_told = (
        {figure for text in (one.subject, shown(bodies(one)[0]), bodies(one)[1])
         for figure in re.findall(r"\d[\d,.]*", text.partition("sha256")[0])}
        for one in (mails.made(), made)
    )
    assert len(told) > 12
    # Period, dates, pages, revision and the edition's id are no figures of customers.
    assert {one for one in open_told & told if len(one.strip("0.,")) > 1} <= {"2011", "2010", "05", "12", "31", "01"} | set(
        re.findall(r"\d+", mails.edition().manifest.edition))
    assert PASSWORD.encode() not in made.content
    always = mails.made(replace(ZHAO, protection=Sealed(PASSWORD)), replace(SETTINGS, summary="always"))
    assert always.headline


@pytest.mark.parametrize("password", [
    "short1!", "123456789012", "abcdefghijklmn", "aaaaaaaaaaaaaaaa", "hubin-hubin-2026", "zhao-bank-secret-9", "密码密码密码密码密码密码",
    "x" * 128, "small-report-7777",
])
def test_a_password_that_can_be_guessed_is_refused_and_not_repeated(mails: Mails, password: str) -> None:
    person = replace(ZHAO, protection=Sealed(password), known=("Zhao", "Hubin"))
    with pytest.raises(JobError, match="password for the PDF is refused") as error:
        mails.made(person)
    assert password not in str(error.value)


def test_each_page_of_a_marked_copy_names_its_reader_and_is_the_report_all_the_same(mails: Mails) -> None:
    made = mails.made(settings=replace(SETTINGS, watermark=True))
    copy = pdf_of(made)
    assert all("赵*" in page and "zhao@bank.test" in page for page in texts(copy))
    assert content_digest(copy) == content_digest(mails.edition().content)
    assert content_digest(copy) != content_digest(mails.edition(corrected=True).content)
    assert pdf_of(mails.made(settings=replace(SETTINGS, watermark=True))) == copy


@pytest.fixture
def smime(tmp_path: Path) -> tuple[Addressee, Path, Path]:
    pem, key = certificate(AT)
    for name, data in (("zhao.pem", pem), ("zhao.key", key)):
        (tmp_path / name).write_bytes(data)
    return replace(ZHAO, protection=Enveloped(pem)), tmp_path / "zhao.pem", tmp_path / "zhao.key"


def test_a_certificate_s_holder_alone_reads_the_mail(
    mails: Mails, smime: tuple[Addressee, Path, Path], tmp_path: Path
) -> None:
    to, pem, key = smime
    made = mails.made(to)
    (tmp_path / "mail.eml").write_bytes(made.content)
    done = subprocess.run(["openssl", "smime", "-decrypt", "-in", tmp_path / "mail.eml", "-recip", pem, "-inkey", key],
                          capture_output=True, check=True)
    assert done.stdout.replace(b"\r\n", b"\n") == made.inner.replace(b"\r\n", b"\n")
    assert "application/pkcs7-mime" in opened(made)["content-type"]
    assert not re.search(r"亿元|\d户|%", made.subject), "no figure outside the envelope"
