"""From a pydantic error to the value in the file it is about.

Pydantic's location holds field names, list indexes and the labels of union members. Which is which follows from
the types, so both are walked together: a union consumes a label, everything else a key or an index.
"""

from __future__ import annotations

import types
from collections.abc import Sequence as Elements
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, Tag

from reportgen.config.yaml_tree import Mapping, Node, Scalar, Sequence, Trail


@dataclass(frozen=True, slots=True)
class Spot:
    """What an error is about."""

    node: Node
    """The value, or the key itself where a key is wrong."""
    line: int
    column: int
    trail: Trail
    annotation: Any
    """The type expected here, None where the walk lost it."""

    @property
    def order(self) -> tuple[int, int]:
        return self.line, self.column


def locate(model: Any, root: Node, location: Elements[str | int], *, key: bool = False) -> Spot:
    """The value a location points to, or its nearest ancestor that is in the file.

    With `key`, or for a location that ends in pydantic's `[key]`, the place of the key; likewise for a value
    that begins on a later line than its key.
    """
    annotation, node, trail = model, root, ()  # type: tuple[Any, Node, Trail]
    here = there = (root.line, root.column)
    owner: Any = None
    for element in location:
        if element == "[key]":
            return Spot(Scalar(*here, str(trail[-1]), str(trail[-1])), *here, trail, owner)
        owner = _key_type(annotation)
        annotation, consumed = _step(annotation, element, node)
        if not consumed:
            continue
        if isinstance(node, Mapping) and str(element) in node.entries:
            entry = node.entries[str(element)]
            node, trail = entry.node, (*trail, str(element))
            here, there = (entry.line, entry.column), (node.line, node.column)
        elif isinstance(node, Sequence) and isinstance(element, int) and element < len(node.items):
            node, trail = node.items[element], (*trail, element)
            here = there = (node.line, node.column)
    return Spot(node, *(here if key or there[0] > here[0] else there), trail, annotation)


def known_keys(annotation: Any) -> list[str]:
    """The keys a mapping of this type may have, as a file writes them; empty where any key may stand."""
    bare = _bare(annotation)
    if not _is_model(bare):
        return []
    return [field.alias or name for name, field in bare.model_fields.items()]


def literals(annotation: Any) -> list[str]:
    """The words a Literal allows, through unions; empty for other types."""
    bare = _bare(annotation)
    if get_origin(bare) is Literal:
        return [str(word) for word in get_args(bare)]
    return [word for member in _members(bare) for word in literals(member)]


def tags(annotation: Any, key: str) -> list[str]:
    """What the key that chooses among a union's members may say."""
    models = [_bare(member) for member in _members(_bare(annotation))]
    fields = [model.model_fields.get(key) for model in models if _is_model(model)]
    return [word for field in fields if field is not None for word in literals(field.annotation)]


def _is_model(bare: Any) -> bool:
    return isinstance(bare, type) and issubclass(bare, BaseModel)


def _key_type(annotation: Any) -> Any:
    bare = _bare(annotation)
    return get_args(bare)[0] if get_origin(bare) is dict else None


def _bare(annotation: Any) -> Any:
    """The type without Annotated, Optional and RootModel around it, none of which shows in a location."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        elif isinstance(annotation, type) and issubclass(annotation, RootModel):
            annotation = annotation.model_fields["root"].annotation
        else:
            members = _members(annotation)
            if len(members) != 1:
                return annotation
            annotation = members[0]


def _members(annotation: Any) -> list[Any]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return []
    return [member for member in get_args(annotation) if member is not type(None)]


def _step(annotation: Any, element: str | int, node: Node) -> tuple[Any, bool]:
    """The type after one element of a location, and whether the element stands in the file."""
    bare = _bare(annotation)
    members = _members(bare)
    if members:
        return next((member for member in members if _labelled(member, str(element))), None), False
    if _is_model(bare):
        for name, field in bare.model_fields.items():
            if element in (name, field.alias):
                return _field_type(field), True
        return None, True
    origin, arguments = get_origin(bare) or bare, get_args(bare)
    if isinstance(origin, type) and arguments:
        if issubclass(origin, dict):
            return arguments[1], True
        if isinstance(element, int):
            fixed = origin is tuple and Ellipsis not in arguments and element < len(arguments)
            return arguments[element if fixed else 0], True
    there = isinstance(element, int) or (isinstance(node, Mapping) and element in node.entries)
    return None, there


def _field_type(field: Any) -> Any:
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _labelled(member: Any, label: str) -> bool:
    """Whether pydantic would call this member of a union so."""
    tags = [extra.tag for extra in getattr(member, "__metadata__", ()) if isinstance(extra, Tag)]
    if tags:
        return label in tags
    bare = _bare(member)
    if _is_model(bare):
        return label == bare.__name__ or any(label in literals(f.annotation) for f in bare.model_fields.values())
    name = getattr(get_origin(bare) or bare, "__name__", "").lower()
    return bool(name) and (label.startswith((name, f"constrained-{name}")) or f"[{name}" in label)
