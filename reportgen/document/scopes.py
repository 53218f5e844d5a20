"""Whose report it is: the bank's, a region's, a branch's, by name; and whom a unit is compared with."""

from __future__ import annotations

from reportgen.document.draft import Draft


def organisation(draft: Draft) -> str:
    """The job's organisation, empty where it names none; a region's or branch's own name behind it."""
    whole = draft.words_of(draft.job.organisation)
    if draft.scope == "bank":
        return whole
    gap = " · " if draft.locale == "en" else "·"
    return draft.known(gap.join(part for part in (whole, scope_name(draft, draft.scope)) if part))


FOOT = 56
"""Room for a unit's name at the foot, in halves of a Chinese character's width."""


def foot_name(draft: Draft) -> str:
    """Whose report it is at the foot of each page: the organisation, or the unit alone, cut where it is too long."""
    if draft.scope == "bank":
        return organisation(draft)
    name = scope_name(draft, draft.scope)
    kept, room = "", FOOT
    for sign in name:
        room -= 1 if ord(sign) < 0x2E80 else 2
        if room < 0:
            return draft.known(kept.rstrip() + "…")
        kept += sign
    return name


def scope_name(draft: Draft, scope: str) -> str:
    """The unit's own name, else its number in words (`0571支行`); for the bank `全行`."""
    if scope == "bank":
        return draft.word("scope.bank")
    named = draft.facts.units.get(scope, {}).get(draft.locale, "")
    kind, _, number = scope.partition(":")
    return draft.known(named) if named else draft.phrase(f"scope.{kind}", name=number)


def above(draft: Draft) -> tuple[str, ...]:
    """The scopes that hold the document's own, nearest first: a branch's region where it is known, the bank."""
    if draft.scope == "bank":
        return ()
    region = draft.facts.regions.get(draft.scope, "")
    return (region, "bank") if region and region != draft.scope else ("bank",)
