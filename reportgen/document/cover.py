"""The cover: whose report, what about, which period, which edition, under which classification."""

from __future__ import annotations

from reportgen.config.model import words
from reportgen.document.draft import Draft
from reportgen.document.model import Cover
from reportgen.document.scene import floor_words, tier_words
from reportgen.document.scopes import organisation
from reportgen.edition import EditionIds


def build_cover(draft: Draft, edition: EditionIds) -> Cover:
    job, texts = draft.job, draft.texts
    own = words(job.title, "")[draft.locale] if job.title else ""
    title = draft.known(own or texts.title)
    lines = (title,) if own else tuple(draft.known(line) for line in texts.title_lines)
    return Cover(
        organisation(draft), draft.words_of(job.department), title, lines, draft.period_words(), comparison(draft),
        draft.word(f"classification.{job.classification}"), _facts(draft, edition),
    )


def edition_words(draft: Draft, edition: EditionIds) -> str:
    return draft.phrase("edition", number=edition.edition.removeprefix("r").lstrip("0"))


def comparison(draft: Draft) -> str:
    """`较年初（2010年12月31日）`; empty where nothing is compared."""
    since, day = draft.job.period.since, draft.day_words("since")
    if not since or not day:
        return ""
    return draft.phrase(f"since.{since}", day=day)


def _facts(draft: Draft, edition: EditionIds) -> tuple[tuple[str, str], ...]:
    """Label and value pairs at the foot: as-of date, basis, edition, approving role."""
    floor = floor_words(draft)
    tier = tier_words(draft)
    basis = draft.phrase("basis.floor", tier=tier, floor=floor) if floor and tier else draft.word("basis.point")
    pairs = [
        ("cover.as_of", draft.facts.as_of),
        ("cover.basis", basis),
        ("cover.edition", edition_words(draft, edition)),
        ("cover.approver", draft.words_of(draft.job.approver)),
    ]
    return tuple((draft.word(key), draft.known(value)) for key, value in pairs if value)
