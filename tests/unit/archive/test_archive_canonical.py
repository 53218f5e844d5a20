"""Canonical JSON: one value, one sequence of bytes; anything else is refused, with its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.archive import canonical
from reportgen.errors import ArchiveError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_was_written_is_read_again(value: object) -> None:
    assert canonical.loads(canonical.dumps(value)) == value


def test_keys_are_in_the_order_of_their_utf16() -> None:
    # U+1F600 begins with 0xD83D in UTF-16 and so precedes U+FB33; by code point it would follow. RFC 8785, 3.2.3.
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "ö": 7}
    data = canonical.dumps(keys)
    assert data == '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"\U0001f600":5,"\ufb33":3}'.encode()
    assert canonical.loads(data) == keys


def test_escapes_are_the_shortest() -> None:
    assert canonical.dumps('\x00\x1f\b\t\n\f\r"\\/\x7f中') == b'"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/\x7f\xe4\xb8\xad"'


@pytest.mark.parametrize("data", [
    b'{"a": 1}', b'{"a":1}\n', b' {"a":1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":1,"a":2}', b'[1.0]', b"[1e2]",
    b"[-0]", b"[01]", b"[NaN]", b"[Infinity]", b"[9007199254740992]", b"[-9007199254740992]", b'["\\u0041"]',
    b'["\\/"]', b'["\\u001F"]', b'["\\ud800"]', b'["\xff"]', b"\xef\xbb\xbf[]", b"", b"[", b"[" * 100_000,
    b"[" + b"9" * 5000 + b"]", '{"\ufb33":1,"\U0001f600":2}'.encode(),
])
def test_another_spelling_is_refused_with_its_place(data: bytes) -> None:
    with pytest.raises(ArchiveError, match=r"^log entry 7: is not canonical JSON"):
        canonical.loads(data, "log entry 7")


@given(VALUES, st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_another_value(value: object, at: int, bit: int) -> None:
    data = bytearray(canonical.dumps(value))
    data[at % len(data)] ^= 1 << bit
    try:
        found = canonical.loads(bytes(data))
    except ArchiveError:
        return
    assert canonical.dumps(found) == bytes(data)
    assert json.dumps(found) != json.dumps(value)


@pytest.mark.parametrize("value", [
    1.5, float("nan"), {"a": [0.0]}, 2**53, -(2**53), "\ud800", {"\udc00": 1}, b"bytes", {1: 2}, {"a": {1, 2}},
])
def test_what_has_no_canonical_form_is_not_written(value: object) -> None:
    with pytest.raises(ArchiveError, match="has no place in it"):
        canonical.dumps(value)
