"""What an edition was made with, checked against what the libraries say of themselves by another way."""

from __future__ import annotations

import os
import platform
import pwd
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import reportgen
from reportgen.archive import surroundings

ROOT = Path(__file__).parents[3]


def test_pango_is_the_one_that_weasyprint_set_the_pages_with() -> None:
    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    assert surroundings.native()["pango"] == f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def test_every_native_library_has_a_version() -> None:
    import pikepdf
    import uharfbuzz

    found = surroundings.native()
    assert len(found) == 9
    for name, version in found.items():
        assert re.fullmatch(r"\d+(\.\d+)+(@\S+)?", version), name
    assert found["qpdf (pikepdf)"] == pikepdf.__libqpdf_version__
    assert found["harfbuzz (uharfbuzz)"] == uharfbuzz.version_string()


def test_a_library_that_is_not_there_is_named_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(surroundings.LIBRARIES, "pango-1.0", "libnosuch.so.0")
    assert surroundings.native()["pango"] == "unknown"


def test_packages_are_those_the_program_needs_and_what_these_need() -> None:
    found = surroundings.packages()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.split(r"[\[<>=~!; ]", item)[0].lower() for item in project["dependencies"]}
    assert direct <= found.keys()
    assert "cffi" in found  # WeasyPrint's
    assert not {"pytest", "ruff", "mypy", "reportgen"} & found.keys()
    assert all(found[name] == metadata.version(name) for name in found)
    assert list(found) == sorted(found)


def test_code_says_program_python_and_machine() -> None:
    code = surroundings.code()
    assert code["version"] == reportgen.__version__
    assert code["python"] == f"CPython {platform.python_version()}"
    assert str(code["platform"]).startswith("linux ")
    assert set(code) == {"version", "python", "platform", "packages", "native", "environment"}


def test_settings_that_may_reach_a_page_are_kept_and_no_others() -> None:
    held = {"TZ": "Asia/Shanghai", "LANG": "C.UTF-8", "SECRET": "x", "SOURCE_DATE_EPOCH": "0"}
    assert surroundings.environment(held) == {"TZ": "Asia/Shanghai", "LANG": "C.UTF-8", "SOURCE_DATE_EPOCH": "0"}


def test_the_lock_file_is_the_checkouts(tmp_path: Path) -> None:
    assert surroundings.lock_file(ROOT) == ROOT / ".ci/lock/runtime.txt"
    assert surroundings.lock_file(tmp_path) is None


def test_the_operator_has_a_name_even_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(surroundings.operator()) == {"user", "host"}
    assert all(surroundings.operator().values())

    def nobody(number: int) -> str:
        raise KeyError(number)

    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert surroundings.operator()["user"].isdigit()


def test_the_operator_is_the_process_s_user_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    before = surroundings.operator()
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "mallory")
    assert surroundings.operator() == before
    assert before["user"] == pwd.getpwuid(os.getuid()).pw_name


def test_differences_are_told_one_by_one() -> None:
    then = {"python": "CPython 3.11.7", "native": {"pango": "1.50.12", "zlib": "1.3"}, "lock": "a" * 64}
    now = {"python": "CPython 3.11.7", "native": {"pango": "1.54.0", "qpdf": "12"}, "lock": "b" * 64}
    assert surroundings.differences(then, now) == (
        "lock: aaaaaaaaaaaa… then, bbbbbbbbbbbb… now", "native.pango: 1.50.12 then, 1.54.0 now",
        "native.qpdf: none then, 12 now", "native.zlib: 1.3 then, none now",
    )
    assert surroundings.differences(then, then) == ()
