"""What identifies an edition before a page exists: its job, templates, rules, facts and sources, by hash.

`edition.json` is attached to every PDF. It holds no clock and no hash of the PDF: the same inputs give the
same bytes, and nothing depends on itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reportgen import __version__
from reportgen.context import RunContext
from reportgen.facts.publish import to_csv
from reportgen.facts.table import FactSet

FIRST = "r01"
_IGNORED = {".pyc", ".py"}


@dataclass(frozen=True, slots=True)
class EditionIds:
    """The edition's name and the digests that its verification page prints (sha256, hex)."""

    edition: str
    """r01, r02 …"""
    facts: str
    job: str
    templates: str
    """Over the report's folder, the base folder and the fonts: every path and content."""
    rules: str
    """Over the rules, suggestions, metrics and dimensions that judged and named the facts."""
    origin: str = ""
    """Over all else a page may print: period, scope, sources, quality results, program version, memory."""
    memory: Mapping[str, str] = field(default_factory=dict)
    """What the pages remember or quote (previous edition, answers, comment) to its sha256."""

    @property
    def short(self) -> str:
        """Twelve digits that name this edition's content in speech and print."""
        parts = (self.facts, self.job, self.templates, self.rules, self.origin)
        return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


def _digest(folders: Iterable[Path]) -> str:
    """sha256 over the sorted relative paths and contents of all files below some folders."""
    total = hashlib.sha256()
    for folder in folders:
        for path in sorted(one for one in folder.rglob("*") if one.is_file() and one.suffix not in _IGNORED):
            total.update(f"{path.relative_to(folder.parent).as_posix()}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def identify(
    facts: FactSet, context: RunContext, scope: str = "bank", memory: Mapping[str, str] | None = None,
    revision: str = FIRST,
) -> EditionIds:
    """The ids of the edition these facts make with the context's job and templates.

    `memory` names what else the pages print by its digest: the edition before, the owners' answers, a comment.
    """
    job = context.job
    templates = [context.shared("templates", name) for name in ("base", "assets", job.report)]
    rules = [context.shared("config", name) for name in ("rules", "suggestions", "metrics", "dimensions")]
    table = to_csv(facts, facts.told_in(scope)).encode()
    return EditionIds(
        revision,
        hashlib.sha256(table).hexdigest(),
        job.digest,
        _digest(templates),
        _digest(rules),
        hashlib.sha256(_json({**_told(facts, context, scope), "memory": dict(memory or {})})).hexdigest(),
        dict(memory or {}),
    )


def edition_json(ids: EditionIds, facts: FactSet, context: RunContext, scope: str = "bank") -> bytes:
    """The attached `edition.json`: sorted keys, UTF-8, no clock."""
    told = facts.told_in(scope)
    content = {
        **_told(facts, context, scope),
        "format": "reportgen-edition 1",
        "edition": ids.edition,
        "id": ids.short,
        "job": {"name": context.job.job, "sha256": ids.job},
        "facts": {"rows": sum(fact.scope in told for fact in facts.facts), "sha256": ids.facts,
                  **({"withheld": sum(facts.place_of(one)["scope"] in told for one in facts.suppressed)}
                     if facts.suppressed else {})},
        "templates": {"sha256": ids.templates},
        "rules": {"sha256": ids.rules},
        **({"memory": dict(ids.memory)} if ids.memory else {}),
    }
    return _json(content)


def _told(facts: FactSet, context: RunContext, scope: str) -> dict[str, object]:
    """What a page may print beside facts, job, templates and rules."""
    return {
        "program": __version__,
        "report": context.job.report,
        "period": facts.period,
        "since": facts.since,
        "as_of": facts.as_of,
        "scope": scope,
        "currency": facts.currency,
        "sources": [
            {"name": one.name, "location": one.location, "sha256": one.sha256, "rows": one.rows, "as_of": one.as_of}
            for one in facts.origins
        ],
        "quality": [
            {"gate": one.gate, "source": one.source, "column": one.column, "count": one.count, "verdict": one.verdict}
            for one in facts.quality
            if one.count
        ],
    }


def _json(content: dict[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
