"""YAML as this program reads it: strict, bounded, and every position right."""

from __future__ import annotations

import time
import tracemalloc

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reportgen.config.yaml_parse import LIMIT_BYTES, LIMIT_DEPTH, MalformedError, parse
from reportgen.config.yaml_tree import Mapping, dotted, plain, scalars


def _faults(text: str | bytes) -> list[tuple[int, int, str]]:
    with pytest.raises(MalformedError) as caught:
        parse(text if isinstance(text, bytes) else text.encode())
    return caught.value.faults


def test_a_key_written_twice_names_both_lines() -> None:
    line, column, message = _faults("job: a\nreport: b\njob: c\n")[0]
    assert (line, column) == (3, 1)
    assert "'job'" in message
    assert "line 1" in message
    assert "line 3" in message


def test_an_alias_bomb_is_refused_quickly_and_in_little_memory() -> None:
    levels = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    levels += [f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(9)]
    tracemalloc.start()
    started = time.perf_counter()
    faults = _faults("\n".join(levels))
    took = time.perf_counter() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert any("aliases are not allowed" in message for *_, message in faults)
    assert faults[0][:2] == (1, 4)
    assert took < 0.5
    assert peak < 5_000_000


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [echo x]", "!!int 3", "!own {a: b}", "! x"])
def test_tags_are_refused_and_nothing_is_run(tag: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert _faults(f"a: 1\nb: {tag}\n")[0][:2] == (2, 4)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", (1, 1), "empty"),
        ("  \n\n", (1, 1), "empty"),
        ("# only\n", (1, 1), "comments"),
        ("a:\n\tb: 1\n", (2, 1), "tab"),
        ("a: b: c\n", (1, 5), "quotes"),
        ("a: @x\n", (1, 4), "'@'"),
        ("a: 1\n---\nb: 2\n", (2, 1), "second document"),
        ("a: 1\n? [x]\n: 2\n", (2, 3), "key must be a text"),
        ("a: 'never closed\n", (1, 4), "not closed on its line"),
        ("a: 1\nb: {c: \"x}\nd: \"y\"\n", (2, 8), "not closed on its line"),
        ("a: it's\nb: [x, 'y]\n# don't\n", (2, 8), "not closed on its line"),
        ("job:base\nreport: x\n", (1, 4), "a space is missing"),
        ("a: 1\nb：2\nc: 3\n", (2, 2), "full-width '：'"),
        ("a: 1\nb: {c: x， d: y}\n", (2, 9), "full-width '，'"),
        ("a: [1, 2\nb: 3\n", (2, 2), "','"),
        ("a: x\x00y\n", (1, 5), "U+0000"),
        ("a: x\x1b[31m\n", (1, 5), "U+001B"),
        ("a: 1\nb: user\u202etxt\n", (2, 8), "U+202E"),
        ("a: 1\u2028b: 2\n", (1, 5), "U+2028"),
    ],
)
def test_faults_stand_at_their_place(text: str, place: tuple[int, int], words: str) -> None:
    line, column, message = _faults(text)[0]
    assert (line, column) == place
    assert words in message


def test_bytes_that_are_no_utf8_are_refused_at_their_place() -> None:
    assert _faults("a: 1\nb: 客户".encode("gb18030"))[0][:2] == (2, 4)
    assert "UTF-16" in _faults("a: 1".encode("utf-16"))[0][2]


def test_a_byte_order_mark_moves_nothing() -> None:
    root = parse(b"\xef\xbb\xbfjob: x\n")
    assert (root.line, root.column) == (1, 1)
    assert plain(root) == {"job": "x"}


def test_the_limits_of_size_and_depth() -> None:
    assert "256 KiB" in _faults(b"# " + b"x" * LIMIT_BYTES)[0][2]
    assert plain(parse(b"[" * LIMIT_DEPTH + b"]" * LIMIT_DEPTH)) is not None
    assert "32 levels" in _faults(b"[" * (LIMIT_DEPTH + 1) + b"]" * (LIMIT_DEPTH + 1))[0][2]
    assert "32 levels" in _faults(b"[" * 100_000)[0][2]


def test_all_faults_of_a_file_come_at_once() -> None:
    assert [fault[0] for fault in _faults("a: &x 1\nb: !t 2\na: 3\n")] == [1, 2, 3]


def test_windows_line_ends_do_not_move_positions() -> None:
    root = parse(b"job: x\r\nframes:\r\n  a: b\r\n")
    assert isinstance(root, Mapping)
    inner = root.entries["frames"].node
    assert isinstance(inner, Mapping)
    assert (inner.entries["a"].line, inner.entries["a"].column) == (3, 3)


def test_a_trail_reads_like_a_path() -> None:
    assert dotted(("sections", 2, "blocks", 0, "metric")) == "sections[2].blocks[0].metric"


_MARKS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zl", "Zp", "Co"))
_TEXTS = st.text(_MARKS, max_size=12)
_VALUES = st.recursive(
    _TEXTS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4), max_leaves=20
)


@given(_VALUES.filter(lambda value: value != ""), st.booleans())
def test_quoted_values_come_back_as_they_were(value: object, flow: bool) -> None:
    written = yaml.safe_dump(value, default_style='"', default_flow_style=flow, allow_unicode=True, width=40)
    assert plain(parse(written.encode())) == value


@given(st.dictionaries(_TEXTS, _TEXTS.filter(lambda text: text.isalnum()), min_size=1, max_size=6))
def test_a_position_is_where_the_value_stands(value: dict[str, str]) -> None:
    written = yaml.safe_dump(value, default_style="'", allow_unicode=True, width=10_000)
    lines = written.split("\n")
    for _, trail, scalar in scalars(parse(written.encode())):
        assert lines[scalar.line - 1][scalar.column - 1 :].startswith(f"'{value[str(trail[0])]}'")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        root = parse(data)
        places = [(scalar.line, scalar.column) for *_, scalar in scalars(root)]
    except MalformedError as error:
        places = [(line, column) for line, column, _ in error.faults]
        root = None
    assert root is not None or places
    assert all(line >= 1 and column >= 1 for line, column in places)
