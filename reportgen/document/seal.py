"""The last page: edition, digests of what it was made from, and a QR code that carries them."""

from __future__ import annotations

from io import BytesIO

from reportgen.document.draft import Draft
from reportgen.document.model import Seal
from reportgen.document.paragraph import paragraph
from reportgen.edition import EditionIds


def build_seal(draft: Draft, edition: EditionIds) -> Seal:
    """The job's digest is empty where the job came from no file; such rows are left out."""
    facts = draft.facts
    rows = [
        ("seal.job", f"{draft.job.job} · {draft.job.report}"),
        ("seal.period", facts.period if not facts.since else f"{facts.since} … {facts.period}"),
        ("seal.scope", draft.scope),
        ("seal.edition", f"{edition.edition} · {edition.short}"),
        ("seal.facts", edition.facts),
        ("seal.job_file", edition.job),
        ("seal.templates", edition.templates),
        ("seal.rules", edition.rules),
    ]
    sources = [(draft.phrase("seal.source", name=one.name), one.sha256) for one in facts.origins]
    shown = [(draft.word(key), value) for key, value in rows if value]
    known = tuple((draft.known(label), draft.known(value)) for label, value in (*shown, *sources) if value)
    return Seal(known, qr_code(_carried(draft, edition)), paragraph(draft, "seal") or ())


def _carried(draft: Draft, edition: EditionIds) -> str:
    """What the code says: enough to look the edition up; its id covers facts, job, templates and rules."""
    parts = {
        "reportgen": draft.job.job, "period": draft.facts.period, "scope": draft.scope, "edition": edition.edition,
        "id": edition.short, "facts": edition.facts,
    }
    return "\n".join(f"{name}={value}" for name, value in parts.items() if value)


def qr_code(text: str) -> str:
    """A QR code as SVG markup: vector, without a size of its own, the same bytes for the same text."""
    import segno

    out = BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True, nl=False, dark="#12355b",
    )
    return out.getvalue().decode()
