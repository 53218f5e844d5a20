"""The doctor finds what is wrong with a machine, says what to do, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from reportgen import doctor
from reportgen.cli.doctor import doctor as command
from reportgen.errors import ExitCode

FONTS = Path(__file__).resolve().parents[2] / "templates" / "assets" / "fonts"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """A copy of one family with its lines of HASHES, to be damaged."""
    place = tmp_path / "fonts"
    shutil.copytree(FONTS / "noto-sans-sc", place / "noto-sans-sc")
    lines = (FONTS / "HASHES").read_text(encoding="utf-8").splitlines()
    (place / "HASHES").write_text("".join(f"{line}\n" for line in lines if "noto-sans-sc/" in line), encoding="utf-8")
    return place


def test_this_machine_is_sound(tmp_path: Path) -> None:
    checks = {check.name: check for check in doctor.examine(tmp_path, NOW)}
    assert [check for check in checks.values() if not check.ok] == []
    assert checks["fonts"].found.startswith("5 faces")


def test_a_changed_a_missing_and_a_foreign_font_are_named(fonts: Path) -> None:
    assert doctor.font_problems(fonts) == []
    regular, bold = fonts / "noto-sans-sc/NotoSansSC-Regular.ttf", fonts / "noto-sans-sc/NotoSansSC-Bold.ttf"
    regular.write_bytes(regular.read_bytes()[:-1])
    bold.rename(bold.with_name("Other.ttf"))
    check = doctor.fonts(fonts)
    assert "noto-sans-sc/NotoSansSC-Regular.ttf is not the file of HASHES" in check.found
    assert "noto-sans-sc/NotoSansSC-Bold.ttf is missing" in check.found
    assert "noto-sans-sc/Other.ttf is not in HASHES" in check.found
    assert "make fonts" in check.todo


def test_a_font_that_no_one_can_read_is_named_although_its_hash_is_right(fonts: Path) -> None:
    face = fonts / "noto-sans-sc/NotoSansSC-Bold.ttf"
    face.write_bytes(b"not a font")
    hashes = fonts / "HASHES"
    hashes.write_text(f"{sha256(b'not a font').hexdigest()}  noto-sans-sc/NotoSansSC-Bold.ttf\n", encoding="utf-8")
    (fonts / "noto-sans-sc/NotoSansSC-Regular.ttf").unlink()
    assert doctor.font_problems(fonts) == ["noto-sans-sc/NotoSansSC-Bold.ttf is no font that can be read"]


def test_no_fonts_at_all(tmp_path: Path) -> None:
    assert doctor.font_problems(tmp_path) == ["there is no file HASHES"]
    (tmp_path / "HASHES").touch()
    assert doctor.font_problems(tmp_path) == ["there is no face"]


def test_a_library_that_cannot_be_loaded_is_named_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(doctor.LIBRARIES, "pangoft2-1.0", "libno-such-thing.so.0")
    monkeypatch.setattr(doctor.ctypes.util, "find_library", lambda name: None)
    check = doctor.libraries()
    assert check.found == "cannot load pangoft2-1.0"
    assert check.todo.startswith("sudo apt-get install")


def test_versions_outside_the_pins_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["click>=99", "no-such-package>=1", "segno; extra == 'x'"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: lines)
    check = doctor.packages()
    assert "click is " in check.found
    assert ">=99 expected" in check.found
    assert "no-such-package is missing, >=1 expected" in check.found
    assert "segno" not in check.found
    assert "runtime.txt" in check.todo


def test_an_installation_that_is_not_one() -> None:
    assert not doctor.packages("no-such-distribution").ok


@pytest.mark.parametrize(("year", "ok"), [(1970, False), (2025, False), (2026, True), (2099, True), (2100, False)])
def test_the_clock_must_say_a_possible_year(year: int, ok: bool) -> None:
    assert doctor.clock(NOW.replace(year=year)).ok is ok


def test_a_full_disk_and_a_folder_yet_to_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: Usage(10**12, 10**12, doctor.SPARE_BYTES))
    assert doctor.folder(tmp_path / "new" / "deep").ok
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: Usage(10**12, 10**12, doctor.SPARE_BYTES - 1))
    assert "--output DIR" in doctor.folder(tmp_path).todo


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:  # root may write anywhere, so a change of mode would show nothing
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(doctor.tempfile, "NamedTemporaryFile", refuse)
    check = doctor.folder(tmp_path)
    assert check.found == f"cannot write in {tmp_path.resolve()}: Permission denied"
    assert not check.ok


def test_missing_time_zone_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ZONES", ("Nowhere/Land",))
    check = doctor.zones()
    assert check.found == "no data for Nowhere/Land"
    assert "tzdata" in check.todo


def test_the_command_prints_a_line_a_check_and_exits_3_on_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = (doctor.Check("fonts", "4 faces"), doctor.Check("clock", "1970", "Set the clock"))
    monkeypatch.setattr(doctor, "examine", lambda output, now: iter(trouble))
    result = CliRunner().invoke(command, ["--output", str(tmp_path)], standalone_mode=False)
    assert result.return_value == ExitCode.DEPENDENCY
    assert result.output.splitlines() == [
        "ok       fonts       4 faces",
        "problem  clock       1970",
        "                     Set the clock",
    ]
    result = CliRunner().invoke(command, ["--json"], standalone_mode=False)
    assert [json.loads(line)["ok"] for line in result.output.splitlines()] == [True, False]


def test_the_command_exits_0_where_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "examine", lambda output, now: iter([doctor.Check("fonts", "4 faces")]))
    assert CliRunner().invoke(command, [], standalone_mode=False).return_value == ExitCode.DONE


def test_the_ledger_and_the_last_tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from reportgen.runs.ledger import Ledger

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REPORTGEN_LEDGER", raising=False)
    assert doctor.ledger(tmp_path).found.endswith("reportgen.db, not there yet: the first run makes it")
    assert doctor.tick(tmp_path, NOW).found.startswith("never called")
    assert list(tmp_path.iterdir()) == []
    with Ledger.of(tmp_path) as ledger:
        ledger.note_tick("host-1", NOW)
    assert doctor.ledger(tmp_path).found.endswith("reportgen.db, no run yet")
    assert doctor.tick(tmp_path, NOW + timedelta(minutes=30)) == doctor.Check(
        "tick", "2026-11-23 09:00 UTC on host-1")
    late = doctor.tick(tmp_path, NOW + timedelta(days=1))
    assert (late.ok, late.found) == (False, "last called 2026-11-23 09:00 UTC on host-1")
    assert "systemctl list-timers" in late.todo


def test_a_ledger_that_cannot_be_read_is_said_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTGEN_LEDGER", "mysql://user:s3cret@host/base")
    check = doctor.ledger(tmp_path)
    assert not check.ok
    assert "s3cret" not in check.found + check.todo
    assert doctor.tick(tmp_path, NOW).found == "unknown: the run ledger cannot be read"
    (tmp_path / "reportgen.db").write_bytes(b"not a database at all" * 100)
    monkeypatch.delenv("REPORTGEN_LEDGER")
    assert not doctor.ledger(tmp_path).ok
