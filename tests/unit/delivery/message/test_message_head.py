"""Heads and bodies hold what they are given, and nothing that somebody tries to put in between."""

from __future__ import annotations

import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.policy import default
from email.utils import getaddresses
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.delivery.message import Addressee, MailedEdition, MailSettings
from reportgen.delivery.message.addressee import checked
from reportgen.delivery.message.parts import Head, entity, file_name, message
from reportgen.errors import JobError
from tests.unit.delivery.message.mailed_case import (
    AT,
    LONG,
    READERS,
    SETTINGS,
    SMITH,
    ZHAO,
    Mailed,
    bodies,
    parsed,
    shown,
)

FORGED = '湖滨支行\r\nBcc: thief@evil.test\n{"level":"error","event":"sent to nobody"}\u2028\u202e'
SINGLE = {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "X-Auto-Response-Suppress",
          "X-Report-Key", "X-Classification", "Content-Type"}


def named(edition: MailedEdition, unit: str) -> MailedEdition:
    """The edition of a unit of that name."""
    cover = replace(edition.document.cover, organisation=f"江城示范银行 · {unit}")
    foot = (f"{unit} · {cover.period} · {edition.document.footer[0].rpartition(' · ')[2]}", *edition.document.footer[1:])
    return replace(edition, document=replace(edition.document, cover=cover, footer=foot))


def test_a_unit_s_name_with_line_breaks_stays_one_line_everywhere(mailed: Mailed) -> None:
    made = mailed.of_edition(named(mailed.edition(), FORGED))
    mail = parsed(made.content)
    assert {name for name, _ in mail.items()} == SINGLE
    assert mail["bcc"] is None
    assert str(mail["subject"]) == made.subject
    told = '湖滨支行Bcc: thief@evil.test{"level":"error","event":"sent to nobody"}'
    assert told in made.subject
    assert made.subject.isprintable()
    html, plain = bodies(made.content)
    assert told in shown(html)
    assert [line for line in plain.split("\n") if "level" in line] == [f"江城示范银行 · {told}"]
    assert not re.search("[\u2028\u202e\r]", html + plain)


@pytest.mark.parametrize("unit", ["<script>alert(1)</script>", "{{ 7*7 }}", '"><img src=//evil.test/x>', "{words}", "a&amp;b"])
def test_a_unit_s_name_is_never_markup(mailed: Mailed, unit: str) -> None:
    html, plain = bodies(mailed.of_edition(named(mailed.edition(), unit)).content)
    assert unit in shown(html)
    assert unit in plain
    assert not re.search(r"<(script|img)\b", html)


@pytest.mark.parametrize("address", [
    "a@b.test\r\nBcc: x@evil.test", "a@b.test, x@evil.test", "a@b.test;x@evil.test", "<a@b.test>", "a b@b.test", "a@b.test>",
    "", "@b.test", "a@", '"a"@b.test', "a@[127.0.0.1]", "赵@bank.test", "a@b.test\x00",
])
def test_what_is_no_single_address_is_refused(mailed: Mailed, address: str) -> None:
    with pytest.raises(JobError, match="is no mail address") as error:
        mailed.mail(replace(ZHAO, address=address))
    assert "\n" not in str(error.value.problems[0])


@pytest.mark.parametrize("sender", ["客户部\r\nBcc: x@evil.test <r@bank.test>", "客户部", "客户部 <报表@bank.test>"])
def test_a_sender_that_is_none_is_refused(mailed: Mailed, sender: str) -> None:
    with pytest.raises(JobError, match="is no sender"):
        mailed.mail(settings=replace(SETTINGS, sender=sender))


def head(name: str = "赵*", subject: str = "s") -> bytes:
    to = checked(Addressee("zhao", name, "zhao@bank.test", "zh-CN"))
    body = entity("t", "<p>t</p>", None, "both", "key")
    return message(Head("客户部 <reports@bank.test>", to, subject, "key", AT, "internal"), body)


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=60))
def test_any_name_that_can_be_read_comes_back_and_goes_to_one_address(name: str) -> None:
    content = head(name, subject=f"{name}|")
    raw = content.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ")
    (line,) = (one for one in raw.split("\r\n") if one.startswith("To: "))
    assert [address for _, address in getaddresses([line[4:]])] == ["zhao@bank.test"]
    assert all(len(one) <= 78 for one in content.partition(b"\r\n\r\n")[0].split(b"\r\n"))
    # Not by the stdlib's structured parser: it leaves a space between two encoded words of a name (RFC 2047, 6.2).
    if not name.isascii():
        assert str(make_header(decode_header(line[4:]))) == f"{name} <zhao@bank.test>"
    elif re.fullmatch(r'[^\s"\\]+( [^\s"\\]+)*', name):  # quoting and rows of spaces are the reader's own
        assert parsed(content)["to"].addresses[0].display_name == name


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Lo", "Ll"]), max_size=12))
def test_a_name_with_a_control_character_never_reaches_a_head(name: str) -> None:
    if all(sign.isprintable() for sign in name):
        assert head(name)
        return
    with pytest.raises(JobError, match="control character"):
        head(name)


@pytest.mark.parametrize("name", ["张　三", "O'Neil, Ann", "=?utf-8?q?President?=", "司马相如（客户部）", "Zoë", ""])
def test_names_as_they_are_written(name: str) -> None:
    (one,) = parsed(head(name))["to"].addresses
    assert (one.display_name, one.addr_spec) == (name, "zhao@bank.test")


def test_a_subject_that_looks_encoded_is_shown_as_it_is() -> None:
    told = parsed(head(subject="[Internal] =?utf-8?q?Corrected?="))["subject"]
    assert str(told) == "[Internal] =?utf-8?q?Corrected?="


@pytest.mark.parametrize("to", READERS, ids=lambda one: one.locale)
@pytest.mark.parametrize("corrected", [False, True])
def test_the_file_s_name_tells_editions_apart_however_long_the_unit(mailed: Mailed, to: Addressee, corrected: bool) -> None:
    content = mailed.mail(to, corrected=corrected).content.decode("ascii")
    (own,) = re.findall(r"filename\*=utf-8''(\S+)", content)
    name = unquote(own)
    begin = {"zh-CN": "私人银行客户群体特征及维护方案_2011-05_滨海新城", "en": "Private-banking customers- profile and plan 2011-05 Binhai"}
    assert name.startswith(begin[to.locale])
    assert name.endswith(("_" if to.locale == "zh-CN" else " ") + ("r02.pdf" if corrected else "r01.pdf"))
    assert len(name) <= 84
    assert f'filename="small_2011-05_branch-B2_{"r02" if corrected else "r01"}.pdf"' in content


@pytest.mark.parametrize(("parts", "name"), [
    (("a", "", "b"), "a_b.pdf"), (("a/b\\c:d",), "a-b-c-d.pdf"), (("../../etc", "x"), "etc_x.pdf"), (("a\r\nb",), "ab.pdf"),
    (("x" * 200, "r01"), f"{'x' * 76}_r01.pdf"), (("CON", "r01"), "CON_r01.pdf"), (("湖滨支行…", "r02"), "湖滨支行_r02.pdf"),
])
def test_a_file_s_name_fits_every_system(parts: tuple[str, ...], name: str) -> None:
    assert file_name(*parts) == name


def test_the_link_holds_what_the_settings_say_and_nothing_of_the_program(mailed: Mailed) -> None:
    for link in ("https://x.test/{edition.__class__}", "https://x.test/{0}", "https://x.test/{", "http://x.test/{file}"):
        with pytest.raises(JobError, match=r"no placeholder|no https address"):
            mailed.mail(settings=MailSettings(SETTINGS.sender, link=link), as_link=True)


def test_one_key_and_time_are_one_mail(mailed: Mailed) -> None:
    for to in READERS:
        assert mailed.mail(to, corrected=True).content == mailed.mail(to, corrected=True).content
        assert mailed.mail(to, as_link=True).content == mailed.mail(to, as_link=True).content
    other = mailed.mail(key="other")
    assert other.message_id != mailed.mail().message_id
    assert re.fullmatch(r"<[0-9a-f]{32}@bank\.test>", other.message_id)
    assert parsed(other.content)["message-id"] == other.message_id


def test_the_limit_counts_the_whole_mail(mailed: Mailed) -> None:
    size = len(mailed.mail().content)
    assert mailed.mail(settings=replace(SETTINGS, limit=size)).link == ""
    smaller = mailed.mail(settings=replace(SETTINGS, limit=size - 1))
    assert smaller.link == f"https://reports.bank.test/{mailed.edition().manifest.edition}/{mailed.edition().pdf.name}"
    assert smaller.link in bodies(smaller.content)[0]
    assert len(smaller.content) < size / 2
    assert size > 4 / 3 * len(mailed.edition().content)


def test_both_languages_say_the_unit_in_full(mailed: Mailed) -> None:
    for to, locale in ((ZHAO, "zh-CN"), (SMITH, "en")):
        html, plain = bodies(mailed.mail(to).content)
        assert LONG[locale] in shown(html)
        assert LONG[locale] in plain


def test_names_of_people_and_units_are_decoded_by_older_programs_too(mailed: Mailed) -> None:
    raw = mailed.mail().content.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ")
    (line,) = (one for one in raw.split("\r\n") if one.startswith("Subject: "))
    assert str(make_header(decode_header(line[9:]))) == mailed.mail().subject
    assert default.header_factory("Subject", line[9:]) == mailed.mail().subject
