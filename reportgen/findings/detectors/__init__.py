"""The detectors, listed by hand: `detector:` in a rule's YAML names one of these."""

from __future__ import annotations

from reportgen.findings.detectors.change import change
from reportgen.findings.detectors.data_quality import data_quality
from reportgen.findings.detectors.difference import difference
from reportgen.findings.detectors.over_index import over_index
from reportgen.findings.detectors.poisson import poisson
from reportgen.findings.detectors.series import series
from reportgen.findings.detectors.threshold import threshold
from reportgen.findings.detectors.view import View, lacking, periods_held
from reportgen.protocols import Detector

DETECTORS: dict[str, Detector] = {
    "change": change,
    "data_quality": data_quality,
    "difference": difference,
    "over_index": over_index,
    "poisson": poisson,
    "series": series,
    "threshold": threshold,
}

__all__ = ["DETECTORS", "View", "lacking", "periods_held"]
