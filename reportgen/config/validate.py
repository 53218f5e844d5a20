"""Validates a tree as a model, and says at which line and column each value does not fit.

A number where a model wants text is taken as it was written, so customer codes are never mangled; nothing else
is coerced.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from reportgen.config import voice
from reportgen.config.places import Spot, literals, locate, tags
from reportgen.config.secrets import plaintext_secrets
from reportgen.config.yaml_tree import Mapping, Node, Scalar, Trail, dotted, place, plain
from reportgen.errors import Problem, ReportgenError

T = TypeVar("T")
_ABSENT = ("missing", "extra_forbidden", "union_tag_invalid", "union_tag_not_found")
_SHAPES = ("string_type", "dict_type", "mapping_type", "model_type", "tuple_type", "list_type", "literal_error")


@lru_cache(maxsize=32)
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def validated(path: str, root: Node, model: type[T], error: type[ReportgenError], state: str) -> T:
    """The tree as `model`; raises `error` with one problem for each value that does not fit."""
    secrets = dict(plaintext_secrets(root))
    failure: ValidationError | None = None
    value: T | None = None
    as_text: frozenset[int] = frozenset()
    while True:
        try:
            value, failure = _adapter(cast("Any", model)).validate_python(plain(root, as_text)), None
        except ValidationError as refused:
            failure = refused
            spots = (locate(model, root, one["loc"]) for one in refused.errors(include_url=False))
            unread = {
                id(spot.node) for spot in spots
                if isinstance(spot.node, Scalar) and not isinstance(spot.node.value, str | None)
            }
            if unread - as_text:
                as_text |= unread
                continue
        break
    problems = [] if failure is None else _problems(path, root, model, failure, set(secrets))
    for trail, message in secrets.items():
        line, column = place(root, trail)
        problems.append((line, column, Problem(f"{path}:{line}:{column}", message)))
    if problems or value is None:
        raise error([problem for *_, problem in sorted(problems, key=lambda one: one[:2])], state=state)
    return value


def _problems(
    path: str, root: Node, model: Any, failure: ValidationError, silent: set[Trail]
) -> list[tuple[int, int, Problem]]:
    """One problem for each value: what all members of a union expected stands in one sentence."""
    sentences: list[tuple[Spot, str]] = []
    nouns: defaultdict[Trail, list[str]] = defaultdict(list)
    words: defaultdict[Trail, list[str]] = defaultdict(list)
    at: dict[Trail, Spot] = {}
    raised = failure.errors(include_url=False)
    trails = [locate(model, root, one["loc"]).trail for one in raised]
    for one, trail in zip(raised, trails, strict=True):
        kind, location, context = one["type"], one["loc"], one.get("ctx", {})
        spot = locate(model, root, location)
        if trail in silent:
            continue
        if kind in _SHAPES and any(len(other) > len(trail) and other[: len(trail)] == trail for other in trails):
            continue  # another member of the union fits better: its own faults lie deeper
        if kind == "missing":
            owner = locate(model, root, location[:-1], key=True)
            sentences.append((owner, voice.missing_key(str(location[-1]), spot.annotation)))
        elif kind == "extra_forbidden":
            owner = locate(model, root, location[:-1])
            at_key = _at_colon(locate(model, root, location, key=True), str(location[-1]))
            sentences.append(
                (replace(at_key, trail=owner.trail), voice.unknown_key(str(location[-1]), owner.annotation))
            )
        elif kind in _ABSENT:
            given = str(context.get("tag")) if kind == "union_tag_invalid" else None
            key = str(context.get("discriminator", "")).strip("'")
            at_tag = spot.node.entries.get(key) if isinstance(spot.node, Mapping) else None
            if at_tag:
                spot = replace(spot, line=at_tag.node.line, column=at_tag.node.column)
            sentences.append((spot, voice.unknown_tag(key, given, tags(spot.annotation, key))))
        elif noun := voice.expected(kind, context, spot.annotation):
            nouns[trail].append(noun)
            words[trail] += literals(spot.annotation)
            at[trail] = spot
        else:
            cause = context.get("error")
            inner: Trail = getattr(cause, "trail", ())
            sentences.append((locate(model, root, (*location, *inner)), voice.own_words(one["msg"])))
    for trail, spot in at.items():
        sentences.append((spot, voice.mismatch(nouns[trail], spot.node, words[trail])))
    return [
        (spot.line, spot.column, Problem(f"{path}:{spot.line}:{spot.column}", _said(spot.trail, text)))
        for spot, text in {(spot.trail, text): (spot, text) for spot, text in sentences}.values()
    ]


def _at_colon(spot: Spot, key: str) -> Spot:
    """The place of a full-width colon that made key and value one word; else the spot itself."""
    return replace(spot, column=spot.column + key.index("：")) if "：" in key else spot


def _said(trail: Trail, text: str) -> str:
    return f"{dotted(trail)}: {text}" if trail else text
