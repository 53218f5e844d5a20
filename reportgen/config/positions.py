"""Places in a file that was read before, for checks that compare it with other things."""

from __future__ import annotations

from pathlib import Path

from reportgen.config.loader import open_tree
from reportgen.config.yaml_tree import dotted, place


class Positions:
    """The lines and columns of one file. Without a path (a job made in a program) places are dotted keys."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._root = open_tree(path)[1] if self._path else None

    def of(self, *trail: str | int, key: bool = False) -> str:
        """`file:line:column` of a value or, with `key`, of its key; of the nearest ancestor where it is not there."""
        if self._root is None:
            return dotted(trail)
        line, column = place(self._root, trail, key=key)
        return f"{self._path}:{line}:{column}"
