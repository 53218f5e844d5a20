"""What a segment covers: the codes of a category, the range of a band, and both for groups of them."""

from __future__ import annotations

import re
from decimal import Decimal

from reportgen.config.amount import MULTIPLES
from reportgen.config.dimension import Groups
from reportgen.config.job import Job
from reportgen.facts.segment import DimensionView
from reportgen.findings.rule import SegmentRange

_NUMBER = r"-?\d+(?:\.\d+)?"
_BAND = re.compile(rf"<(?P<top>{_NUMBER})|(?P<floor>{_NUMBER})\+|(?P<low>{_NUMBER})-(?P<high>{_NUMBER})")


def covers(wanted: SegmentRange, view: DimensionView, segment: str, job: Job) -> bool:
    """Whether a dimension's segment lies wholly within the wanted one."""
    if view.column != wanted.column:
        return False
    members = _members(view, segment, job)
    if wanted.among and not set(members) <= set(wanted.among):
        return False
    if wanted.from_ is None and wanted.below is None:
        return True
    ranges = [_range(member, view.unit) for member in members]
    return all(one is not None and _within(one, wanted) for one in ranges)


def _members(view: DimensionView, segment: str, job: Job) -> tuple[str, ...]:
    """Segments of the base dimension a group gathers; the segment itself elsewhere."""
    declared = job.dimensions.get(view.id)
    return declared.groups.get(segment, (segment,)) if isinstance(declared, Groups) else (segment,)


def _range(band: str, unit: str) -> tuple[Decimal | None, Decimal | None] | None:
    """[low, high) of a band's id in main units, None for an open end; None where the id is no band."""
    match = _BAND.fullmatch(band)
    if not match:
        return None
    scale = MULTIPLES.get(unit, Decimal(1))
    low, high = match["floor"] or match["low"], match["top"] or match["high"]
    return (Decimal(low) * scale if low else None, Decimal(high) * scale if high else None)


def _within(band: tuple[Decimal | None, Decimal | None], wanted: SegmentRange) -> bool:
    low, high = band
    above = wanted.from_ is None or (low is not None and low >= wanted.from_)
    return above and (wanted.below is None or (high is not None and high <= wanted.below))
