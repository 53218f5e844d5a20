"""Mails in a browser, as a phone, a reading pane and a window show them. The pictures stay in the test's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.delivery.message import Addressee
from tests.browser import measured, measured_at, screenshot
from tests.unit.delivery.message.mailed_case import READERS, Mailed, bodies, sealed

WIDTHS = (320, 600, 1000)
KINDS = ("ordinary", "corrected", "sealed", "linked")
LARGEST = 102_000
"""Bytes of HTML that Gmail shows before it cuts a mail off."""


def page(mailed: Mailed, to: Addressee, kind: str, folder: Path) -> Path:
    made = mailed.mail(sealed(to) if kind == "sealed" else to, corrected=kind == "corrected", as_link=kind == "linked")
    found = folder / f"{kind}.{to.locale}.html"
    found.write_text(bodies(made.content)[0], encoding="utf-8")
    return found


@pytest.mark.parametrize("to", READERS, ids=lambda one: one.locale)
@pytest.mark.parametrize("kind", KINDS)
def test_it_fits_is_legible_and_fetches_nothing(mailed: Mailed, tmp_path: Path, to: Addressee, kind: str) -> None:
    mail = page(mailed, to, kind, tmp_path)
    assert mail.stat().st_size < LARGEST
    looks = measured_at(mail, *WIDTHS)
    assert [told["wide"] for told in looks] == list(WIDTHS), "it cannot be scrolled sideways"
    for told in looks:
        assert [told["beyond"], told["small"], told["faint"], told["fetched"]] == [[], [], [], []]
    screenshot(mail, mail.with_suffix(".png"), max(int(str(told["high"])) for told in looks), *WIDTHS)
    assert mail.with_suffix(".png").stat().st_size > 50_000


@pytest.mark.parametrize("to", READERS, ids=lambda one: one.locale)
def test_it_is_legible_in_the_dark(mailed: Mailed, tmp_path: Path, to: Addressee) -> None:
    for kind in ("corrected", "linked"):
        assert measured(page(mailed, to, kind, tmp_path), 320, dark=True)["faint"] == []


def test_it_holds_where_a_program_takes_the_style_sheet_away(mailed: Mailed, tmp_path: Path) -> None:
    mail = page(mailed, READERS[1], "corrected", tmp_path)
    html = mail.read_text("utf-8")
    head, body = html.partition("<style>")[0], html.partition("</style>")[2]
    mail.write_text(head + body, encoding="utf-8")
    for width, told in zip(WIDTHS, measured_at(mail, *WIDTHS), strict=True):
        assert [told["wide"], told["beyond"], told["small"], told["faint"]] == [width, [], [], []]


def test_the_browser_sees_what_is_wrong(mailed: Mailed, tmp_path: Path) -> None:
    mail = page(mailed, READERS[0], "ordinary", tmp_path)
    wrong = ('<p style="color:#aaaaaa">faint</p><p style="font-size:9px">small</p><p style="width:500px">wide</p>'
             '<img src="http://127.0.0.1:9/x.png"></body>')
    mail.write_text(mail.read_text("utf-8").replace("</body>", wrong), encoding="utf-8")
    told = measured(mail, 320)
    assert told["wide"] == 500
    for key in ("beyond", "small", "faint", "fetched"):
        assert len(list(told[key])) == 1  # type: ignore[call-overload]
