"""The statistics behind a finding, one noun a file. Counts go in, floats come out; money never passes here."""

from reportgen.findings.statistics.benjamini_hochberg import q_values
from reportgen.findings.statistics.chi_square import Independence, independence
from reportgen.findings.statistics.decomposition import MixRate, mix_and_rate
from reportgen.findings.statistics.difference import difference_interval
from reportgen.findings.statistics.poisson import excess_p, poisson_interval
from reportgen.findings.statistics.risk_ratio import ratio_interval
from reportgen.findings.statistics.seasonal import Step, last_step
from reportgen.findings.statistics.two_proportions import two_proportions
from reportgen.findings.statistics.wilson import wilson

__all__ = [
    "Independence",
    "MixRate",
    "Step",
    "difference_interval",
    "excess_p",
    "independence",
    "last_step",
    "mix_and_rate",
    "poisson_interval",
    "q_values",
    "ratio_interval",
    "two_proportions",
    "wilson",
]
