"""Reads YAML into a tree, strictly.

Only what a configuration needs is read: one document of mappings, lists and scalars. Anchors, aliases and tags
are refused, so are a key written twice, hidden characters, depth beyond 32 and files beyond 256 KiB.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from reportgen.config.yaml_scalars import plain_value
from reportgen.config.yaml_slips import cause
from reportgen.config.yaml_tree import Entry, Mapping, Node, Scalar, Sequence

LIMIT_BYTES = 256 * 1024
LIMIT_DEPTH = 32
_LIMIT_PROBLEMS = 20
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_HIDDEN = re.compile("[\u200b\u200e\u200f\u2060\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile("\r\n|\r|\n")
_SAID = {
    "mapping values are not allowed": "a second ': ' on one line; put quotes around a text that holds ': '",
    "could not find expected ':'": "a key needs a ':' and a space after it",
    "did not find expected key": "the indentation does not fit the lines above",
    "did not find expected '-' indicator": "the indentation of this list does not fit the lines above",
    "found unexpected end of stream": "a quote, bracket or brace is opened and never closed",
    "did not find expected ',' or": "a list or mapping in brackets needs ',' between its parts and its end",
}


class MalformedError(Exception):
    """The text is no YAML this program reads: `faults` says where and why, as (line, column, message)."""

    def __init__(self, faults: list[tuple[int, int, str]]) -> None:
        self.faults = faults
        super().__init__(str(faults))


def position(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of a character of the text."""
    line, start = 1, 0
    for found in _BREAK.finditer(text, 0, index):
        line, start = line + 1, found.end()
    return line, index - start + 1


def read_bytes(path: Path) -> bytes:
    """At most one byte beyond the limit, so that a huge file costs nothing; raises OSError."""
    with path.open("rb") as file:
        return file.read(LIMIT_BYTES + 1)


@lru_cache(maxsize=64)
def parse(data: bytes) -> Node:
    """The document's root; raises MalformedError with every fault that could be found.

    A check reads some files several times, so trees are kept by content; nobody changes one.
    """
    text = _decode(data)
    if not text.strip():
        raise MalformedError([(1, 1, "the file is empty")])
    return _Composer(text).document()


def _decode(data: bytes) -> str:
    if len(data) > LIMIT_BYTES:
        raise MalformedError([(1, 1, f"the file is larger than {LIMIT_BYTES // 1024} KiB, the most that is read")])
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise MalformedError([(1, 1, "the file is UTF-16; save it as UTF-8")])
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        said = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise MalformedError([(*position(before, len(before)), said)]) from None
    faults = [
        (*position(text, found.start()), f"{kind} U+{ord(found.group()):04X} may not stand here")
        for pattern, kind in ((_CONTROL, "the control character"), (_HIDDEN, "the invisible character"))
        for _, found in zip(range(_LIMIT_PROBLEMS), pattern.finditer(text), strict=False)
    ]
    if faults:
        raise MalformedError(sorted(faults))
    return text


class _Composer:
    """Builds the tree from the parser's events, which need no recursion and no resolver."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._faults: list[tuple[int, int, str]] = []
        self._open: list[tuple[Mapping | Sequence, _Key | None]] = []
        """Collections not yet closed, innermost last, with the key a mapping waits to give a value."""

    def document(self) -> Node:
        # libyaml where PyYAML was built with it: the same events about ten times as fast.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            root = self._compose(yaml.parse(self._text, Loader=loader))
        except yaml.MarkedYAMLError as error:
            self._faults.append(self._syntax(error))
            root = None
        if self._faults:
            raise MalformedError(self._faults)
        if root is None:
            raise MalformedError([(1, 1, "the file holds only comments")])
        return root

    def _syntax(self, error: yaml.MarkedYAMLError) -> tuple[int, int, str]:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = _BREAK.split(self._text)
        here = lines[line - 1][column - 1 : column] if line <= len(lines) else ""
        problem = error.problem or "it cannot be read"
        if here == "\t":
            return line, column, "a tab stands here; YAML indents with spaces"
        slip = cause(lines, line, column)
        if slip:
            return slip
        if here and "cannot start any token" in problem:
            return line, column, f"a text that starts with '{here}' needs quotes"
        said = next((ours for theirs, ours in _SAID.items() if theirs in problem), f"this is not YAML: {problem}")
        return line, column, said

    def _compose(self, events: Iterable[yaml.Event]) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(event, "a second document starts here; one file holds one")
                    break
            elif isinstance(event, yaml.CollectionEndEvent):
                self._open.pop()
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                root = root or node
                self._place(node)
                if isinstance(node, Mapping | Sequence):
                    self._open.append((node, None))
            if len(self._open) > LIMIT_DEPTH:
                self._fault(event, f"nested deeper than {LIMIT_DEPTH} levels")
                break
            if len(self._faults) >= _LIMIT_PROBLEMS:
                break
        return root

    def _place(self, node: Node) -> None:
        """Put a value, or a key that waits for one, into the collection that is open."""
        if not self._open:
            return
        parent, key = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            self._open[-1] = (parent, self._key(parent, node))
        else:
            self._open[-1] = (parent, None)
            if not key.repeated:
                parent.entries[key.text] = Entry(key.line, key.column, node)

    def _node(self, event: yaml.NodeEvent) -> Node:
        line, column = _start(event)
        if isinstance(event, yaml.AliasEvent):
            self._fault(event, f"'*{event.anchor}' is an alias; aliases are not allowed, write the value out")
            return Scalar(line, column, "", None)
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.anchor:
            self._fault(event, f"'&{event.anchor}' is an anchor; anchors are not allowed")
        if event.tag:
            self._fault(event, "a tag ('!') stands here; tags are not allowed, nothing in this file is executed")
        if isinstance(event, yaml.MappingStartEvent):
            return Mapping(line, column)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(line, column)
        assert isinstance(event, yaml.ScalarEvent)
        return Scalar(line, column, event.value, event.value if event.style else plain_value(event.value))

    def _key(self, parent: Mapping, node: Node) -> _Key:
        if not isinstance(node, Scalar):
            self._faults.append((node.line, node.column, "a key must be a text, not a list or mapping"))
            return _Key(node.line, node.column, "", repeated=True)
        earlier = parent.entries.get(node.text)
        if earlier:
            twice = f"the key '{node.text}' is written twice: on line {earlier.line} and again on line {node.line}"
            self._faults.append((node.line, node.column, twice))
        return _Key(node.line, node.column, node.text, repeated=earlier is not None)

    def _fault(self, event: yaml.Event, message: str) -> None:
        self._faults.append((*_start(event), message))


def _start(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


@dataclass(frozen=True, slots=True)
class _Key:
    line: int
    column: int
    text: str
    repeated: bool
