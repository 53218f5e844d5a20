"""Pydantic's findings in this program's words: what was expected, what was found, the nearest word that fits."""

from __future__ import annotations

from collections.abc import Mapping as Keyed
from typing import Any

from reportgen.config.near import colon_hint, meant, number_hint
from reportgen.config.places import known_keys, literals
from reportgen.config.yaml_tree import Mapping, Node, Scalar, Sequence
from reportgen.errors import nearest

_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_type": "a date like 2011-05-31",
    "date_parsing": "a date like 2011-05-31",
    "date_from_datetime_parsing": "a date like 2011-05-31",
    "date_from_datetime_inexact": "a date like 2011-05-31",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "string_pattern_mismatch": "a name of lower-case letters, digits and _ that starts with a letter",
}
_LIMITS = {
    "greater_than": ("a number above {}", "gt"),
    "greater_than_equal": ("a number of at least {}", "ge"),
    "less_than": ("a number below {}", "lt"),
    "less_than_equal": ("a number of at most {}", "le"),
    "string_too_short": ("a text of length {} or more", "min_length"),
    "string_too_long": ("a text of length {} or less", "max_length"),
    "too_short": ("{} or more entries", "min_length"),
    "too_long": ("{} or fewer entries", "max_length"),
}
_ID_PATTERN = "^[a-z][a-z0-9_]"
_SHORT_LIST = 24
_LONGEST_QUOTE = 60


def expected(kind: str, context: Keyed[str, Any], annotation: Any) -> str:
    """What would have been right, as a noun; empty where the error's own sentence says it."""
    if kind in ("literal_error", "enum"):
        return one_of(literals(annotation)) or f"one of {context.get('expected', '')}"
    if kind == "string_pattern_mismatch" and not str(context.get("pattern", "")).startswith(_ID_PATTERN):
        return f"a text of the form {context.get('pattern')}"
    if kind in _LIMITS:
        words, name = _LIMITS[kind]
        return words.format(context.get(name))
    return _EXPECTED.get(kind, "")


def one_of(words: list[str]) -> str:
    """`one of a, b, c`, or empty."""
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


def found(node: Node) -> str:
    """A value as a message quotes it."""
    if isinstance(node, Mapping):
        return "a mapping" if node.entries else "an empty mapping"
    if isinstance(node, Sequence):
        return f"a list of {len(node.items)}" if node.items else "an empty list"
    assert isinstance(node, Scalar)
    if node.value is None:
        return "nothing"
    text = node.text if len(node.text) <= _LONGEST_QUOTE else f"{node.text[:_LONGEST_QUOTE]}…"
    return f"'{text}'"


def mismatch(nouns: list[str], node: Node, words: list[str]) -> str:
    """`expected a date or one of since, period_end, got 'sinse'. Did you mean 'since'?`"""
    near = ""
    if isinstance(node, Scalar):
        near = meant(node.text, words) or colon_hint(node.text)
        if not near and nouns[0] in ("a number", "a whole number"):
            near = number_hint(node.text)
    if "a number" in nouns:
        nouns = [noun for noun in nouns if noun != "a whole number"]
    *first, last = dict.fromkeys(nouns)
    return f"expected {', '.join(first) + ' or ' if first else ''}{last}, got {found(node)}.{near}"


def unknown_key(key: str, annotation: Any) -> str:
    known = known_keys(annotation)
    if wide := colon_hint(key):
        return f"unknown key '{key}'.{wide}"
    listed = f" Known keys: {', '.join(known)}." if 0 < len(known) <= _SHORT_LIST else ""
    return f"unknown key '{key}'.{nearest(key, known)}{listed}"


def missing_key(key: str, annotation: Any) -> str:
    allowed = one_of(literals(annotation))
    return f"the key '{key}' is missing." + (f" Expected {allowed}." if allowed else "")


def unknown_tag(key: str, given: str | None, known: list[str]) -> str:
    """For a `type:` that chooses among several shapes, where it is unknown or not there."""
    if given is None:
        return f"the key '{key}' is missing." + (f" Expected {one_of(known)}." if known else "")
    return f"there is no {key} '{given}'.{nearest(given, known)} Known: {', '.join(known)}."


def own_words(message: str) -> str:
    """The sentence of a validator of ours, or pydantic's where no phrase above fits."""
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    text = text.replace("Input should be", "expected", 1)
    return text if text.endswith((".", "?")) else f"{text}."
