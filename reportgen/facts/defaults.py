"""Settings a job left to the program, named so that the appendix can say them."""

from __future__ import annotations

from reportgen.config import Job
from reportgen.facts.table import Default

_SHOWN = ("locales", "classification", "period", "gates", "concentration", "rounding")


def stated_defaults(job: Job) -> list[Default]:
    """Each default in force, as `key` and its value in the job's own spelling."""
    found = []
    for key in _SHOWN:
        if key not in job.model_fields_set:
            value = getattr(job, key)
            found.append(Default(key, _spell(value)))
    return found


def _spell(value: object) -> str:
    if hasattr(value, "model_dump"):
        return ", ".join(f"{key} {_spell(one)}" for key, one in value.model_dump().items() if one is not None)
    if isinstance(value, dict):
        return " ".join(f"{key} {_spell(one)}" for key, one in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
