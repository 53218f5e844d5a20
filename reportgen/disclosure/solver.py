"""Speaks with the process that protects tables."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from reportgen.disclosure.child import FAILED
from reportgen.errors import DependencyMissing, ReportgenError

_TRIES = 2
_NO_CHOICE = "FullJJ failed"
"""Its answer where a table's fixed sums leave too little room."""


def assure_installed() -> None:
    """Raises DependencyMissing (exit 3) without pytauargus."""
    if find_spec("pytauargus") is None:
        raise DependencyMissing(
            "'disclosure' in the job withholds figures with pytauargus, which is not installed.",
            state="Nothing was made.",
            hint="Install it: pip install 'reportgen[disclosure]', or pip install 'pytauargus>=0.6,<0.7'",
        )


class Solver:
    """`with Solver() as solver: solver.solve(folder)`: the process lives as long, and begins with the first table."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            self._child.communicate()
            self._child = None

    def solve(self, folder: Path) -> bool:
        """Protect the table written there; False where no choice of cells does. Raises ReportgenError (exit 1)."""
        said = FAILED
        for _ in range(_TRIES):
            said = self._asked(folder)
            if not said.startswith(FAILED):
                return True
            if _NO_CHOICE in said:
                return False
        raise ReportgenError(
            f"pytauargus could not protect a table: {said}.", state="Nothing was made; no figure was let through.",
            hint="Please report it with the job's dimensions; until then set another min_count.",
        )

    def _asked(self, folder: Path) -> str:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "reportgen.disclosure.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True, encoding="utf-8",
            )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            self._child.stdin.write(f"{folder}\n")
            self._child.stdin.flush()
            return self._child.stdout.readline().rstrip("\n") or f"{FAILED}: it ended"
        except BrokenPipeError:
            return f"{FAILED}: it ended"
