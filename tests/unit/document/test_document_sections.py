"""A section whose table the job does not have is left out whole, though single facts of it might be there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from reportgen.document.draft import Draft
from reportgen.document.numbering import Numbering
from reportgen.document.report import SectionEntry
from reportgen.document.sections import _inner, _lacks_a_table, _top


def _draft(*roles: str) -> Any:
    left: list[tuple[str, tuple[str, ...]]] = []
    job = SimpleNamespace(frames=dict.fromkeys(roles))
    return SimpleNamespace(job=job, left=left, leave_out=lambda name, needs: left.append((name, needs)))


@pytest.mark.parametrize(("needs", "lacks"), [
    (("contacts.contact_date",), True),
    (("holdings.product_type",), False),
    (("holdings.product_type", "contacts.contact_date"), True),
    (("customers.gender",), False),  # a wide table of snapshots may hold it
    (("snapshots.rm_id", "two dates", "job.tiers"), False),
    ((), False),
])
def test_which_sections_lack_a_table(needs: tuple[str, ...], lacks: bool) -> None:
    draft = cast("Draft", _draft("snapshots", "holdings"))
    assert _lacks_a_table(draft, SectionEntry(id="one", needs=needs)) is lacks


def test_it_is_left_out_and_named_on_both_levels() -> None:
    draft = _draft("snapshots")
    entry = SectionEntry(id="contact", needs=("contacts.contact_date",))
    assert _top(draft, entry, Numbering("en")) == []
    assert _inner(draft, entry) == ()
    assert draft.left == [("contact", ("contacts.contact_date",))] * 2
