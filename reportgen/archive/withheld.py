"""What the issued editions of a period withheld: a later edition may not tell it beside them."""

from __future__ import annotations

from reportgen.archive.archive import Archive
from reportgen.archive.frozen import thaw
from reportgen.context import RunContext
from reportgen.facts.table import FactSet


def withheld_before(context: RunContext) -> frozenset[str]:
    """Ids of the figures that editions of the context's job and period withheld; none where nothing was issued."""
    archive = Archive.of(context.output, context.clock)
    if not archive.exists:
        return frozenset()
    found: set[str] = set()
    seen: set[str] = set()
    for issued in archive.state().issued.values():
        if (issued.entry.job, issued.entry.period) != (context.job.job, context.period.label) or issued.deletion:
            continue
        facts = archive.manifest(issued.manifest).contents.facts
        if facts not in seen:
            seen.add(facts)
            found.update(thaw(archive.store.get(facts), FactSet).suppressed)
    return frozenset(found)
