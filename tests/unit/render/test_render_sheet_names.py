"""Names of worksheets that every spreadsheet program accepts."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reportgen.render.sheet_names import LONGEST, sheet_names


def test_forbidden_signs_go_and_long_names_end_in_an_ellipsis():
    assert sheet_names(["表1 期初/期末：对比", "Table 2 [a]*b?", "'quoted'", ""]) == ["表1 期初 期末：对比", "Table 2 a b", "quoted", "-"]
    (name,) = sheet_names(["表3 " + "各" * 40])
    assert name == "表3 " + "各" * 27 + "…"
    assert len(name) == LONGEST


def test_names_alike_are_told_apart_whatever_their_case():
    assert sheet_names(["Table 1", "table 1", "TABLE 1", "History"]) == ["Table 1", "table 1 (2)", "TABLE 1 (3)", "History (2)"]
    long = "x" * 40
    assert sheet_names([long, long]) == ["x" * 30 + "…", "x" * 26 + "… (2)"]


@given(st.lists(st.text(max_size=60), max_size=30))
def test_every_name_is_valid_and_unique(wanted):
    names = sheet_names(wanted)
    assert len(names) == len(wanted)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
