"""Names that become paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.config.names import branch_problem, reserved


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/x", "a\x00b", "CON", "NUL", "COM1", "LPT9", "-rf", "A\u202eB", "Ａ／Ｂ", "A" * 300, "A.", "A ",
     "", "a", "A/B", "A\\B", "0571\n", "０５７１", ".", "..", "_A"],
)
def test_refused(name: str) -> None:
    problem = branch_problem(name)
    assert problem
    assert problem.isascii()
    assert "\n" not in problem
    assert "\x00" not in problem
    assert len(problem) < 800


@pytest.mark.parametrize("name", ["0571", "SH-01", "B_2", "A" * 32, "9"])
def test_accepted(name: str) -> None:
    assert branch_problem(name) == ""


@pytest.mark.parametrize("name", ["con", "Con.txt", "nul.tar.gz", "com1", "aux", "lpt9.pdf", "prn "])
def test_devices_of_windows(name: str) -> None:
    assert reserved(name)


@pytest.mark.parametrize("name", ["console", "com", "com10", "taihu", "nullable", "auxiliary"])
def test_not_devices(name: str) -> None:
    assert not reserved(name)


@given(st.text(max_size=40))
def test_what_is_accepted_names_a_file(name: str) -> None:
    if branch_problem(name) == "":
        assert name.isascii()
        assert 1 <= len(name) <= 32
        assert not set(name) & set('/\\.:*?"<>| \n\t\0')
