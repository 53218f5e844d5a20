"""A configuration file as a tree that knows the line and column of every key and value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reportgen.config.yaml_scalars import Value

Trail = tuple[str | int, ...]
"""Keys and list indexes from the root to a value."""


@dataclass(slots=True)
class Node:
    """Where a value starts, counted from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar(Node):
    text: str
    value: Value
    """The text itself where it was quoted, else what YAML takes it for."""


@dataclass(slots=True)
class Sequence(Node):
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A key's place and the value under it."""

    line: int
    column: int
    node: Node


@dataclass(slots=True)
class Mapping(Node):
    entries: dict[str, Entry] = field(default_factory=dict)


def plain(node: Node, as_text: frozenset[int] = frozenset()) -> object:
    """The tree as dicts, lists and values; scalars whose `id()` is in `as_text` as they were written."""
    if isinstance(node, Mapping):
        return {key: plain(entry.node, as_text) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item, as_text) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text if id(node) in as_text else node.value


def scalars(node: Node, key: str = "", path: Trail = ()) -> Iterator[tuple[str, Trail, Scalar]]:
    """Every scalar with the nearest key above it and its path."""
    if isinstance(node, Mapping):
        for name, entry in node.entries.items():
            yield from scalars(entry.node, name, (*path, name))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from scalars(item, key, (*path, index))
    elif isinstance(node, Scalar):
        yield key, path, node


def place(root: Node, trail: Trail, *, key: bool = False) -> tuple[int, int]:
    """Line and column of a value, or of its key; of the nearest ancestor where it is not there.

    A value that begins on a later line than its key has the key's place. An index into what is no list is passed
    over: a list of one may be written without its brackets.
    """
    node, line, column = root, root.line, root.column
    for step in trail:
        if isinstance(node, Mapping) and str(step) in node.entries:
            entry = node.entries[str(step)]
            node = entry.node
            line, column = (entry.line, entry.column) if key or node.line > entry.line else (node.line, node.column)
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line, column = node.line, node.column
        elif isinstance(step, str) or isinstance(node, Sequence):
            break
    return line, column


def dotted(trail: Trail) -> str:
    """`sections[2].blocks[0].metric`"""
    text = ""
    for step in trail:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
