"""Branch A never gets branch B: swapped rows, stamps, pages and mails are stopped, with each layer away in turn."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import SMTP
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from reportgen.archive.manifest import Manifest
from reportgen.config.recipients import Recipient, Recipients
from reportgen.delivery.gate import LAYERS, Expected, Gate, judge, looks
from reportgen.delivery.opened import OpenedMail, OpenedPdf
from reportgen.delivery.outbox.row import Mail, Subject
from reportgen.delivery.outbox.states import MailState
from reportgen.delivery.post import Post
from reportgen.delivery.unit_names import UnitNames
from tests.delivery_case import MailingBank, page

DAY = dt.date(2026, 1, 6)
NOON = dt.datetime(2026, 1, 6, 4, tzinfo=dt.UTC)
MANY, SWAPS, REAL = 1000, 100_000, 1000
PDF_FIELDS = ("stamp", "pages", "text", "scopes")
MAIL_FIELDS = ("to", "key", "message_id", "text")
ROW_FIELDS = ("recipient", "address", "scope", "revision", "manifest", "period", "job")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> MailingBank:
    """A run whose mails are queued."""
    root = tmp_path_factory.mktemp("gate") / "project"
    root.mkdir()
    made = MailingBank(root)
    made.run()
    return made


@pytest.fixture
def post(bank: MailingBank) -> Iterator[Post]:
    with bank.ledger() as ledger:
        yield bank.post(ledger)


def mail_of(post: Post, scope: str) -> Mail:
    return next(one for one in post.outbox.mails() if one.subject.scope == scope)


@dataclass(frozen=True)
class Branch:
    """One branch of a thousand: its row, its mail and what the archive says of its edition."""

    mail: Mail
    opened: OpenedMail
    expected: Expected


@pytest.fixture(scope="module")
def thousand(bank: MailingBank) -> tuple[tuple[Branch, ...], Recipients]:
    """A thousand branches with a reader each, made from one real manifest."""
    with bank.ledger() as ledger:
        post = bank.post(ledger)
        pattern = post.archive.manifest(mail_of(post, "branch:B1").subject.manifest)
    codes = [f"B{number:04}" for number in range(1, MANY + 1)]
    names = UnitNames({f"branch:{code}": frozenset({f"{code[1:]}号支行", f"Branch {code[1:]}"}) for code in codes},
                      {f"branch:{code}": f"region:R{number % 12 + 1:02}" for number, code in enumerate(codes)})
    people = tuple(Recipient.model_validate({
        "id": f"p{code}", "name": {"zh-CN": f"经理{code[1:]}"}, "mail": f"p{code}@bank.test",
        "may": [{"jobs": ["small"], "scopes": [f"branch:{code}"], "from": "2020-01-01"}],
    }) for code in codes)
    return (tuple(branch(pattern, code, number, names) for number, code in enumerate(codes)),
            Recipients(people, "config/recipients.yaml", b""))


def branch(pattern: Manifest, code: str, number: int, names: UnitNames) -> Branch:
    scope, pdf = f"branch:{code}", f"{number:064x}"
    artefact = pattern.artefacts[0].model_copy(update={"sha256": pdf, "pages": 3 + number % 5})
    manifest = pattern.model_copy(update={"key": pattern.key.model_copy(update={"scope": scope}),
                                          "artefacts": [artefact]})
    subject = Subject(manifest.key.job, manifest.key.period, scope, "r01", manifest.digest, f"p{code}",
                      f"p{code}@bank.test")
    message_id = f"<{subject.key[:32]}@bank.test>"
    mail = Mail(subject.key, subject, message_id, f"c{code}", pdf, "e" * 64, 9, MailState.QUEUED, 0, NOON, NOON, None,
                None, 0, 0, "", "", "", "", noted=False)
    stamp = {"Job": "small", "Period": subject.period, "Scope": scope, "Edition": "r01", "Report": manifest.report}
    text = f"{code[1:]}号支行 私人银行客户分析\n{code}\n客户 {number + 7} 户"
    opened = OpenedMail(mail.content, subject.address, mail.key, message_id, f"{code[1:]}号支行 报告",
                        OpenedPdf(pdf, artefact.pages, stamp, text, frozenset({scope, "bank"}), lambda: f"d{code}"))
    return Branch(mail, opened, Expected(manifest, "issued", names, frozenset({"太湖银行"}), lambda: {f"d{code}"}))


def swapped(chance: random.Random, one: Branch, other: Branch) -> tuple[Mail, OpenedMail, Expected]:
    """One delivery with some of another branch's values in it; bytes that were changed have another hash."""
    pick: Callable[[tuple[str, ...]], list[str]] = lambda names: [name for name in names if chance.random() < 0.5]  # noqa: E731
    row = {name: getattr(other.mail.subject, name) for name in pick(ROW_FIELDS)}
    mail = replace(one.mail, subject=replace(one.mail.subject, **row))
    if chance.random() < 0.5:
        mail = replace(mail, key=other.mail.key)
    if chance.random() < 0.5:
        mail = replace(mail, message_id=other.mail.message_id)
    if chance.random() < 0.5:
        mail = replace(mail, content=other.mail.content)
    assert one.opened.pdf
    assert other.opened.pdf
    pdf, opened = one.opened.pdf, one.opened
    taken = pick(PDF_FIELDS)
    if taken:
        mixed = {name: getattr(other.opened.pdf, name) for name in taken}
        pdf = replace(pdf, **mixed, sha256="f" * 64, digest=lambda: "another")
    if len(taken) == len(PDF_FIELDS) or chance.random() < 0.1:
        pdf = other.opened.pdf  # the file itself
    fields = {name: getattr(other.opened, name) for name in pick(MAIL_FIELDS)}
    opened = replace(opened, pdf=pdf, **fields)
    if opened == replace(other.opened, sha256=opened.sha256):
        opened = other.opened  # the mail itself
    elif fields or pdf is not one.opened.pdf:
        opened = replace(opened, sha256="changed")
    return mail, opened, other.expected if "manifest" in row else one.expected


def test_a_hundred_thousand_swaps_are_stopped_by_two_layers_at_least(
    thousand: tuple[tuple[Branch, ...], Recipients]
) -> None:
    branches, people = thousand
    owners = {one.mail.subject.address: one for one in branches}
    chance, leaks, seen = random.Random(20261124), 0, Counter[str]()
    for one in branches[:3]:
        assert judge(one.mail, one.opened, one.expected, people, DAY) == ""
    for _ in range(SWAPS):
        one, other = chance.sample(branches, 2)
        mail, opened, expected = swapped(chance, one, other)
        reader = owners[mail.subject.address]
        assert opened.pdf
        assert reader.opened.pdf
        shown = {opened.pdf.text, opened.text} - {reader.opened.pdf.text, reader.opened.text}
        if not shown:
            continue  # the reader would see nothing of another's
        leaks += 1
        stops = [layer for layer, look in looks(mail, opened, expected, people, DAY).items() if look()]
        assert len(stops) >= 2, (mail, opened, stops)
        seen.update(stops)
    assert leaks > SWAPS * 0.7
    assert set(seen) == set(LAYERS), "every layer stops some"


def attacks(one: bytes, other: bytes) -> Iterator[tuple[str, bytes]]:
    """PDFs that show `other`'s figures to the reader of `one`: as it is, re-stamped, with other facts, mixed."""
    yield "the file of the other", other
    with pikepdf.open(BytesIO(one)) as own, pikepdf.open(BytesIO(other)) as pdf:
        pdf.Root.Metadata = pdf.copy_foreign(own.Root.Metadata)
        yield "its stamp changed", saved(pdf)
        facts = own.attachments["facts.csv"].get_file().read_bytes()
        del pdf.attachments["facts.csv"]
        pdf.attachments["facts.csv"] = pikepdf.AttachedFileSpec(pdf, facts)
        yield "its stamp and facts changed", saved(pdf)
    with pikepdf.open(BytesIO(one)) as pdf, pikepdf.open(BytesIO(other)) as strange:
        pdf.pages.append(strange.pages[0])
        yield "a page of the other behind", saved(pdf)
        del pdf.pages[0]
        yield "a page of the other in its place", saved(pdf)
    with pikepdf.open(BytesIO(one)) as pdf, pikepdf.open(BytesIO(other)) as strange:
        facts = strange.attachments["facts.csv"].get_file().read_bytes()
        del pdf.attachments["facts.csv"]
        pdf.attachments["facts.csv"] = pikepdf.AttachedFileSpec(pdf, facts)
        yield "the facts of the other in it", saved(pdf)


def saved(pdf: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def with_pdf(content: bytes, pdf: bytes) -> bytes:
    """The mail with another file in it; all else as it was."""
    mail = message_from_bytes(content, policy=SMTP)
    part = next(one for one in mail.walk() if one.get_content_type() == "application/pdf")
    part.set_content(pdf, maintype="application", subtype="pdf", cte="base64")
    return mail.as_bytes()


def pdf_in(content: bytes) -> bytes:
    mail = message_from_bytes(content, policy=SMTP)
    part = next(one for one in mail.walk() if one.get_content_type() == "application/pdf")
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def test_a_thousand_real_files_in_the_wrong_mail_are_stopped(post: Post) -> None:
    mails = [one for one in post.outbox.mails() if one.subject.scope != "bank"]
    contents = {one.key: post.outbox.content(one) for one in mails}
    gates = {layer: with_layers(post, *(one for one in LAYERS if one != layer)) for layer in ("", *LAYERS)}
    wrong = [
        (mail, name, with_pdf(contents[mail.key], made))
        for mail in mails for other in mails if other is not mail
        for name, made in attacks(pdf_in(contents[mail.key]), pdf_in(contents[other.key]))
    ]
    tried = 0
    while tried < REAL:
        for mail, name, content in wrong:
            away = ("", *LAYERS)[tried % (len(LAYERS) + 1)]
            assert gates[away](mail, content) != "", (mail.subject, name, away)
            tried += 1
        random.Random(tried).shuffle(wrong)
    assert all(gates[""](mail, contents[mail.key]) == "" for mail in mails)


def with_layers(post: Post, *layers: str) -> Gate:
    return replace(post.gate(), layers=layers)


def test_the_mail_of_another_row_is_stopped_by_every_layer_but_entitlement_and_edition(post: Post) -> None:
    mail, other = mail_of(post, "branch:B1"), mail_of(post, "branch:B2")
    content = post.outbox.content(other)
    stopping = [layer for layer in LAYERS if with_layers(post, layer)(mail, content)]
    assert stopping == ["address", "key", "stamp", "content", "facts", "names", "bytes"]


@pytest.mark.parametrize(("change", "why"), [
    ({"may": []}, "entitlement: p1 has no right to branch:B1 of small today"),
    ({"mail": "p1@bank.example"}, "entitlement: the address of p1 is another now"),
    ({"may": [{"jobs": ["small"], "scopes": ["branch:B1"], "from": "2020-01-01", "to": "2021-01-01"}]},
     "entitlement: the right of p1 to branch:B1 of small ended on 2021-01-01"),
    ({"may": [{"jobs": ["other"], "scopes": ["*"], "from": "2020-01-01"}]},
     "entitlement: p1 has no right to branch:B1 of small today"),
    ({"id": "p9"}, "entitlement: p1 is no recipient any more"),
])
def test_who_may_not_read_it_any_more_is_stopped(post: Post, change: dict[str, Any], why: str) -> None:
    mail = mail_of(post, "branch:B1")
    people = tuple(Recipient.model_validate(one.model_dump(by_alias=True) | change) if one.id == "p1" else one
                   for one in post.recipients.people)
    gate = replace(post.gate(), recipients=Recipients(people, "config/recipients.yaml", b""))
    assert gate(mail, post.outbox.content(mail)) == why


def test_a_row_of_an_edition_that_is_not_in_the_log_is_stopped(post: Post) -> None:
    mail = mail_of(post, "branch:B1")
    strange = replace(mail, subject=replace(mail.subject, manifest="0" * 64))
    assert post.gate()(strange, post.outbox.content(mail)) == \
        "000000000000: the row's edition is not in the archive's log."


def test_a_mail_with_two_files_is_stopped(post: Post) -> None:
    mail = mail_of(post, "branch:B1")
    opened = message_from_bytes(post.outbox.content(mail), policy=SMTP)
    opened.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="more.bin")
    assert post.gate()(mail, opened.as_bytes()) == "it has another attachment than one PDF"


def test_a_stranger_s_name_in_the_body_is_stopped(post: Post) -> None:
    mail = mail_of(post, "branch:B1")
    opened = message_from_bytes(post.outbox.content(mail), policy=SMTP)
    text = next(one for one in opened.walk() if one.get_content_type() == "text/plain")
    text.set_content("湖滨\n支行 客户 12 户")
    why = post.gate()(mail, opened.as_bytes())
    assert why.startswith("names: it names 湖滨支行")
    assert "ordinary_words" in why


def test_a_correction_stops_what_it_corrects(tmp_path: Path) -> None:
    bank = MailingBank(tmp_path)
    bank.run(scopes=["branch:B1"])
    with bank.ledger() as ledger:
        post = bank.post(ledger)
        mail = mail_of(post, "branch:B1")
        bank.job(delivery={"send": False}, rounding="half_even")
        bank.run(scopes=["branch:B1"], restate="a rounding rule")
        assert post.gate()(mail, post.outbox.content(mail)) == "edition: small 2011-05 branch:B1 r01 is superseded"


def test_pages_are_counted(post: Post) -> None:
    mail = mail_of(post, "branch:B1")
    content = post.outbox.content(mail)
    with pikepdf.open(BytesIO(pdf_in(content))) as pdf:
        pdf.pages.append(pdf.pages[0])
        longer = saved(pdf)
    assert with_layers(post, "content")(mail, with_pdf(content, longer)) == \
        "content: its PDF has 2 pages, as no PDF of the edition"
    empty = page("B1", {}, b"scope\n")
    assert with_layers(post, "content")(mail, with_pdf(content, empty)) == "content: its PDF is not one of the edition's"
    assert "bears another stamp (Job, Period, Scope, Edition, Report)" in with_layers(post, "stamp")(
        mail, with_pdf(content, empty))
