"""Guards around the few places where the program reaches into WeasyPrint's own code.

A patch holds for the source it was written against. Each patched function is named with the digest of that
source; where another WeasyPrint is installed, the program stops instead of setting pages that nobody looked at.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from reportgen.errors import DependencyMissing

TESTED = "70."
"""Versions of WeasyPrint the patches were tested with."""


def source_digest(function: Callable[..., Any]) -> str:
    """First 16 hex digits of the sha256 of a function's source text."""
    return sha256(inspect.getsource(function).encode()).hexdigest()[:16]


def require(function: Callable[..., Any], digest: str) -> None:
    """Raise `DependencyMissing` unless the installed WeasyPrint is the tested one and the function unchanged."""
    import weasyprint

    name = f"{function.__module__}.{function.__qualname__}"
    if weasyprint.VERSION.startswith(TESTED) and source_digest(function) == digest:
        return
    raise DependencyMissing(
        f"WeasyPrint {weasyprint.VERSION} is installed; {name} is not the one that this program was tested with.",
        state="No page was made.",
        hint="Install the version that .ci/lock/runtime.txt names: pip install 'weasyprint==70.0'",
    )
