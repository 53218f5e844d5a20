"""The copy in a mail is the archived report, whatever was put on it or around it; any other file is told apart."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from reportgen.delivery.message import Addressee, Sealed, content_digest
from reportgen.errors import JobError, RenderError
from reportgen.render.reading import texts
from tests.unit.delivery.message.mailed_case import PASSWORD, READERS, SETTINGS, ZHAO, Mailed, attached, sealed

MARKED = replace(SETTINGS, watermark=True)
LINES = {"zh-CN": "本件仅供 赵*（zhao@bank.test）使用", "en": "This copy is for Smith (smith@bank.test) only"}


def unlocked(pdf: bytes, password: str = PASSWORD) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf), password=password) as opened:
        opened.save(out, encryption=False)
    return out.getvalue()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_an_ordinary_mail_carries_the_archived_file_itself(mailed: Mailed) -> None:
    made = mailed.mail()
    assert attached(made.content) == mailed.edition().content
    assert made.attachments[0].plain == made.attachments[0].sent == hashlib.sha256(mailed.edition().content).hexdigest()


@pytest.mark.parametrize("to", READERS, ids=lambda one: one.locale)
@pytest.mark.parametrize("locked", [False, True])
def test_each_page_names_its_reader_and_is_as_it_was(mailed: Mailed, to: Addressee, locked: bool) -> None:
    made = mailed.mail(sealed(to) if locked else to, MARKED)
    file, edition = attached(made.content), mailed.edition(to.locale)
    pages = texts(unlocked(file) if locked else file)
    plain = texts(edition.content)
    assert len(pages) == len(plain) == edition.pdf.pages > 1
    line = squeezed(LINES[to.locale])
    for marked, before in zip(pages, plain, strict=True):
        assert squeezed(marked).count(line) == 1
        assert squeezed(marked).replace(line, "") == squeezed(before)
    assert content_digest(file, PASSWORD if locked else "") == content_digest(edition.content)


def test_the_line_lies_on_the_page_and_its_font_is_in_the_file(mailed: Mailed, tmp_path: Path) -> None:
    (tmp_path / "copy.pdf").write_bytes(attached(mailed.mail(settings=MARKED).content))
    fonts = subprocess.run(["pdffonts", tmp_path / "copy.pdf"], capture_output=True, text=True, check=True).stdout
    assert all(row.split()[-5] == "yes" for row in fonts.splitlines()[2:]), fonts
    with pikepdf.open(tmp_path / "copy.pdf") as opened:
        for page in opened.pages:
            left, bottom, right, top = (float(edge) for edge in page.obj.Resources.XObject.ReportgenCopy.BBox)
            assert (left, bottom) == (0, 0)
            assert (right, top) == pytest.approx((float(page.mediabox[2]), float(page.mediabox[3])), abs=0.01)


def test_marked_copies_of_one_reader_are_the_same_bytes_and_of_two_are_not(mailed: Mailed) -> None:
    qian = replace(ZHAO, id="qian", name="钱*", address="qian@bank.test")
    assert attached(mailed.mail(settings=MARKED).content) == attached(mailed.mail(settings=MARKED, key="other").content)
    assert attached(mailed.mail(qian, MARKED).content) != attached(mailed.mail(settings=MARKED).content)
    assert "zhao" not in "".join(texts(attached(mailed.mail(qian, MARKED).content)))


def test_a_name_that_cannot_be_printed_is_refused(mailed: Mailed) -> None:
    with pytest.raises(RenderError, match=r"no font has .* \(U\+1F600\)"):
        mailed.mail(replace(ZHAO, name="赵😀"), MARKED)


def test_a_locked_copy_opens_with_the_password_and_with_nothing_else(mailed: Mailed) -> None:
    file = attached(mailed.mail(sealed(ZHAO)).content)
    for wrong in ("", PASSWORD.lower(), PASSWORD[:-1], f"{PASSWORD} "):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(BytesIO(file), password=wrong)
    with pikepdf.open(BytesIO(file), password=PASSWORD) as opened:
        assert opened.is_encrypted
        assert (opened.encryption.R, opened.encryption.bits) == (6, 256)
        assert opened.encryption.stream_method == opened.encryption.file_method == pikepdf.models.EncryptionMethod.aesv3
        assert not opened.owner_password_matched, "the reader cannot take the lock off by right"
    assert b"ReportgenCopy" not in file
    for word in ("滨海新城", "branch:B2", "branch_id"):
        assert word.encode() not in file
        assert word.encode("utf-16-be") not in file
    assert texts(unlocked(file)) == texts(mailed.edition().content)


def test_two_locked_copies_differ_and_are_the_same_report(mailed: Mailed) -> None:
    one, other = (attached(mailed.mail(sealed(ZHAO)).content) for _ in range(2))
    assert one != other
    assert content_digest(one, PASSWORD) == content_digest(other, PASSWORD) == content_digest(mailed.edition().content)


def _other_words(pdf: pikepdf.Pdf) -> None:
    contents = pdf.pages[0].obj.Contents
    (page,) = [contents] if isinstance(contents, pikepdf.Stream) else list(contents)[1:-1]  # between those of the mark
    page.write(page.read_bytes() + b"\nBT ET\n")


def _more_on_a_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[-1].contents_add(b"q 1 0 0 RG 0 0 9 9 re S Q")


def _fewer_pages(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[-1]


def _pages_changed_about(pdf: pikepdf.Pdf) -> None:
    pdf.pages.reverse()


def _another_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["more.csv"] = pikepdf.AttachedFileSpec(pdf, b"scope\nbranch:B1\n")


def _another_stamp(pdf: pikepdf.Pdf) -> None:
    data = pdf.Root.Metadata.read_bytes()
    assert b"branch:B2" in data
    pdf.Root.Metadata = pdf.make_stream(data.replace(b"branch:B2", b"branch:B3"), Type=pikepdf.Name.Metadata)


def _a_link(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://elsewhere.test"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].obj.Annots = pikepdf.Array([link])


def _another_title(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Title"] = "Another"


@pytest.mark.parametrize("change", [
    _other_words, _more_on_a_page, _fewer_pages, _pages_changed_about, _another_attachment, _another_stamp, _a_link,
    _another_title,
])
@pytest.mark.parametrize("marked", [False, True])
def test_no_other_file_passes_for_it(mailed: Mailed, change: Callable[[pikepdf.Pdf], None], marked: bool) -> None:
    file = attached(mailed.mail(settings=MARKED if marked else SETTINGS).content)
    out = BytesIO()
    with pikepdf.open(BytesIO(file)) as opened:
        change(opened)
        opened.save(out)
    assert content_digest(out.getvalue()) != content_digest(mailed.edition().content)


def test_saving_alone_changes_nothing(mailed: Mailed) -> None:
    file, out = mailed.edition().content, BytesIO()
    with pikepdf.open(BytesIO(file)) as opened:
        opened.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert out.getvalue() != file
    assert content_digest(out.getvalue()) == content_digest(file)
    assert content_digest(file) != content_digest(mailed.edition("en").content)
    assert content_digest(file) != content_digest(mailed.edition(corrected=True).content)


@pytest.mark.parametrize("password", [
    "B2", "branch-B2-2011", "Binhai-2026-xyz!", "Zhao-secret-9917", "987654321098", "abcabcabcabc", "small-report-77",
    "Str0ng-but-zhao!", "pässwörd-strong-1", "reportgen-4711-xx", "tab\tseparated-1234",
])
def test_a_password_that_others_would_try_is_refused(mailed: Mailed, password: str) -> None:
    to = replace(ZHAO, locale="en", name="Zhao", protection=Sealed(password))
    with pytest.raises(JobError, match="the password for the PDF is refused") as error:
        mailed.mail(to)
    assert password not in str(error.value)
    assert password not in repr(to)
