"""The figures of a mail are those on the pages of its report, in both bodies alike, and none of them is in a sealed one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reportgen.archive.entry import Tombstone
from reportgen.delivery.message import Addressee, Enveloped, mailed_edition
from reportgen.delivery.message.issued import Approved
from reportgen.errors import ArchiveError
from reportgen.render.reading import texts
from tests.unit.delivery.message.certificates import certificate
from tests.unit.delivery.message.mailed_case import (
    READERS,
    SMITH,
    ZHAO,
    Mailed,
    attached,
    bodies,
    figures,
    parsed,
    sealed,
    shown,
    told,
)

CALENDAR = {"2011", "2010", "5", "05", "12", "31", "01", "1", "2", "02", "30", "0", "3", "4"}
"""Parts of the period, of its dates, of revisions and page counts."""


@pytest.mark.parametrize("to", READERS, ids=lambda one: one.locale)
@pytest.mark.parametrize("corrected", [False, True])
def test_every_figure_is_on_a_page_of_the_attached_report(mailed: Mailed, to: Addressee, corrected: bool) -> None:
    made = mailed.mail(to, corrected=corrected)
    printed = figures("\n".join(texts(attached(made.content))))
    html, plain = (figures(told(text)) for text in (shown(bodies(made.content)[0]), bodies(made.content)[1]))
    assert html == plain
    pages = {str(mailed.edition(to.locale, corrected=corrected).pdf.pages)}
    assert html - printed - pages == set()
    assert figures(made.subject) - printed == set()
    assert figures(made.subject) - CALENDAR <= html, "the subject's figure stands in the body too"
    assert len(html - CALENDAR) >= 5, "it is a summary"


@pytest.mark.parametrize("to", READERS, ids=lambda one: one.locale)
@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("as_link", [False, True])
def test_a_sealed_mail_has_no_figure_outside_the_lock(
    mailed: Mailed, to: Addressee, corrected: bool, as_link: bool
) -> None:
    made = mailed.mail(sealed(to), corrected=corrected, as_link=as_link)
    html, plain = bodies(made.content)
    for text in (told(shown(html)), told(plain), made.subject):
        strange = figures(text) - CALENDAR
        assert strange <= figures(made.link) | {str(mailed.edition(to.locale, corrected=corrected).pdf.pages)}
    assert not made.headline
    whole = "\n".join((made.subject, *bodies(made.content)))
    assert "45 万元" not in whole, "nor in the reason that somebody typed"
    assert ("更正" in whole or "Correct" in whole) is corrected
    assert "B2 sent its list" not in whole


@pytest.mark.parametrize("to", READERS, ids=lambda one: one.locale)
def test_an_encrypted_mail_shows_the_post_no_figure(mailed: Mailed, to: Addressee) -> None:
    made = mailed.mail(replace(to, protection=Enveloped(certificate(to.address)[0])), corrected=True)
    head = "\n".join(f"{name}: {value}" for name, value in _fields(made.content))
    assert figures(made.subject) <= CALENDAR
    assert "金融资产" not in head
    assert "Assets" not in head
    assert [name for name, _ in _fields(made.content)] == [
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "X-Auto-Response-Suppress",
        "X-Report-Key", "X-Classification", "Content-Type", "Content-Disposition", "Content-Transfer-Encoding",
    ]
    assert b"text/html" not in made.content
    assert b"application/pdf" not in made.content
    assert "branch-B2" not in made.content.decode("ascii"), "nor the name of the file"


def _fields(content: bytes) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in parsed(content).items()]


def test_a_correction_names_old_and_new_and_the_reason(mailed: Mailed) -> None:
    html, plain = bodies(mailed.mail(corrected=True).content)
    for text in (shown(html), plain):
        assert "更正说明" in text
        assert "B2 sent its list again, 45 万元 more" in text
        assert {"3,004.50", "3,049.50", "1.5"} <= figures(told(text))
    first = "\n".join(bodies(mailed.mail().content))
    assert "更正" not in first
    assert "3,049.50" not in first
    assert "Correction" in "\n".join(bodies(mailed.mail(SMITH, corrected=True).content))


@pytest.mark.parametrize(("to", "line"), [
    (ZHAO, "已由王*于2011-06-08核准发布"), (SMITH, "Released by 王* on 2011-06-08"),
], ids=["zh-CN", "en"])
def test_who_released_it_is_named(mailed: Mailed, to: Addressee, line: str) -> None:
    edition = replace(mailed.edition(to.locale), approved=Approved("王*", "2011-06-08"))
    html, plain = bodies(mailed.of_edition(edition, to).content)
    assert line in shown(html)
    assert line in plain
    assert line not in "\n".join(bodies(mailed.mail(to).content))


@pytest.mark.parametrize("to", READERS, ids=lambda one: one.locale)
def test_a_mail_carries_the_archive_s_note_and_the_digests(mailed: Mailed, to: Addressee) -> None:
    edition = mailed.edition(to.locale)
    note = edition.checkpoint.rstrip("\n")
    assert note.count("\n") == 4, "the five lines that the mail speaks of"
    plain = bodies(mailed.mail(to).content)[1]
    assert note in plain
    assert plain.count(edition.pdf.sha256) == 1
    closed = mailed.mail(sealed(to))
    for text in bodies(closed.content):
        assert closed.attachments[0].sent in text
        assert closed.attachments[0].plain in text


def test_a_deleted_edition_is_mailed_to_nobody(mailed: Mailed) -> None:
    stone = Tombstone(type="tombstone", time="2026-01-01T00:00:00Z", manifest=mailed.issued[0].manifest,
                      reason="retention", law="law", proposed_by="a", approved_by="b", objects=[])
    with pytest.raises(ArchiveError, match="was deleted"):
        mailed_edition(mailed.archive, replace(mailed.issued[0], deletion=stone), "zh-CN")


def test_a_language_that_was_not_issued_gets_the_first_that_was(mailed: Mailed, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = mailed.edition().manifest
    contents = whole.contents.model_copy(update={"documents": {"zh-CN": whole.contents.documents["zh-CN"]}})
    chinese = whole.model_copy(update={
        "artefacts": tuple(one for one in whole.artefacts if one.locale == "zh-CN"), "contents": contents})
    monkeypatch.setattr(mailed.archive, "manifest", lambda _: chinese)
    edition = mailed_edition(mailed.archive, mailed.issued[0], "en")
    assert (edition.locale, edition.pdf.locale) == ("zh-CN", "zh-CN")
    assert mailed.of_edition(edition, SMITH).subject.startswith("【内部】私人银行客户群体特征及维护方案")
