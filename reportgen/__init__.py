"""Periodic PDF reports on a bank's customers, where every printed number is a traceable fact.

The way in, as a program would take it:

    from reportgen import load_job, Period, RunContext, run_job

    job = load_job("config/jobs/taihu.yaml")
    context = RunContext.create(job, Period.parse("2011-05"))
    editions = run_job(job, context)
    print(editions[0].reports)      # one PDF a locale
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Period", "RunContext", "__version__", "load_job", "run_job"]

if TYPE_CHECKING:
    from reportgen.config import load_job
    from reportgen.context import RunContext
    from reportgen.period import Period
    from reportgen.pipeline import run_job

_HOMES = {
    "Period": "reportgen.period",
    "RunContext": "reportgen.context",
    "load_job": "reportgen.config",
    "run_job": "reportgen.pipeline",
}


def __getattr__(name: str) -> Any:
    """Load the public names on first use, so that `reportgen --help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'reportgen' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
