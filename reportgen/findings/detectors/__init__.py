"""The detectors, listed by hand: `detector:` in a rule's YAML names one of these."""

from __future__ import annotations

from collections.abc import Callable

from reportgen.findings.candidate import Judgement
from reportgen.findings.detectors.data_quality import data_quality
from reportgen.findings.detectors.over_index import over_index
from reportgen.findings.detectors.threshold import threshold
from reportgen.findings.detectors.view import View, lacking
from reportgen.findings.rule import Rule

DETECTORS: dict[str, Callable[[Rule, View], Judgement]] = {
    "data_quality": data_quality,
    "over_index": over_index,
    "threshold": threshold,
}

__all__ = ["DETECTORS", "View", "lacking"]
