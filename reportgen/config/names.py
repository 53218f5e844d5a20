"""Names that become paths: what the program accepts, and what no system lets it create."""

from __future__ import annotations

import re

_BRANCH = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}")
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{device}{digit}" for device in ("COM", "LPT") for digit in "0123456789¹²³"}
)


def reserved(name: str) -> bool:
    """Whether Windows keeps the name for a device, with or without a suffix: `con`, `NUL.pdf`, `com1`."""
    return name.split(".", maxsplit=1)[0].strip().upper() in _DEVICES


def branch_problem(name: str) -> str:
    """Why a branch or region number cannot name a file, or an empty string.

    A number is 1 to 32 of A-Z, 0-9, `_` and `-`, beginning with a letter or digit: no path, no option, no
    look-alike character. The message quotes the name with everything but ASCII escaped.
    """
    if _BRANCH.fullmatch(name) and not reserved(name):
        return ""
    shown = ascii(name if len(name) <= 60 else f"{name[:60]}…")
    if _BRANCH.fullmatch(name):
        return f"{shown} is a device's name on Windows and cannot name a report"
    return f"{shown} cannot name a report: a branch number has 1 to 32 of A-Z, 0-9, _ and -, and starts with A-Z or 0-9"
