"""False discovery rate over all tests of a report (Y. Benjamini and Y. Hochberg, 1995)."""

from __future__ import annotations

from collections.abc import Mapping


def q_values(p_values: Mapping[str, float]) -> dict[str, float]:
    """Test name to its corrected p-value; among tests with q < 0.05, at most 5 % are expected to be chance."""
    if not p_values:
        return {}
    from scipy.stats import false_discovery_control

    names = sorted(p_values)
    corrected = false_discovery_control([p_values[name] for name in names], method="bh")
    return {name: float(q) for name, q in zip(names, corrected, strict=True)}
