"""`--log-format`: whether a run's progress is for people or, as JSON lines, for a log collector."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
VARIABLE = "REPORTGEN_LOG_FORMAT"


def log_format_option(function: F) -> F:
    """The option. It sets the variable that `wants_json` reads, also for what this process starts."""
    return click.option(
        "--log-format", type=click.Choice(["plain", "json"]), default=None, expose_value=False, callback=_set,
        help=f"Progress as JSON lines on standard error; {VARIABLE} sets it too.",
    )(function)


def wants_json() -> bool:
    """Whether progress is printed as the run's events in JSON."""
    return os.environ.get(VARIABLE, "").lower() == "json"


def _set(_: click.Context, __: click.Parameter, value: str | None) -> None:
    if value is not None:
        os.environ[VARIABLE] = value
