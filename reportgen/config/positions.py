"""Places in a file that was read before, for checks that compare it with other things."""

from __future__ import annotations

from pathlib import Path

from reportgen.config.loader import contract_path, open_tree
from reportgen.config.yaml_tree import Mapping, dotted, place


class Positions:
    """The lines and columns of one file. Without a path (a job made in a program) places are dotted keys."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._root = open_tree(path)[1] if self._path else None
        contract = contract_path(path, self._root) if self._root is not None else None
        self._contract = (str(contract), open_tree(contract)[1]) if contract is not None else None

    def of(self, *trail: str | int, key: bool = False) -> str:
        """`file:line:column` of a value or, with `key`, of its key; of the nearest ancestor where it is not there."""
        if self._root is None:
            return dotted(trail)
        path, root = self._path, self._root
        if self._contract and isinstance(root, Mapping) and trail and str(trail[0]) not in root.entries:
            path, root = self._contract
        line, column = place(root, trail, key=key)
        return f"{path}:{line}:{column}"
