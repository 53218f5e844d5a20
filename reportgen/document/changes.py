"""What changed since the last edition in how things are measured, as marks and as a table of the appendix."""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.findings.terms import Change

MARK = "†"
"""Stands behind the label of a metric whose definition or threshold is another than in the edition before."""


def touched(changes: Iterable[Change]) -> frozenset[str]:
    """Ids of the metrics that some change touches by name; one that touches all is told, not marked."""
    return frozenset(metric for one in changes for metric in one.metrics)
