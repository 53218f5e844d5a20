"""The detectors, listed by hand: `detector:` in a rule's YAML names one of these."""

from __future__ import annotations

from reportgen.findings.detectors.data_quality import data_quality
from reportgen.findings.detectors.over_index import over_index
from reportgen.findings.detectors.threshold import threshold
from reportgen.findings.detectors.view import View, lacking
from reportgen.protocols import Detector

DETECTORS: dict[str, Detector] = {
    "data_quality": data_quality,
    "over_index": over_index,
    "threshold": threshold,
}

__all__ = ["DETECTORS", "View", "lacking"]
