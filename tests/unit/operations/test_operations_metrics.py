"""The figures as an exporter reads them: the text format by its own rules, the numbers from ledger, log and archive."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen.operations.metrics import archive_size, families, write_metrics
from reportgen.runs.states import RunState

_SAMPLE = re.compile(r'(?P<name>[a-z_:][a-z0-9_:]*)(\{(?P<labels>[^}]*)\})? (?P<value>-?\d+(\.\d+)?)')
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


def parsed(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Name to labels to value; AssertionError where the text is not in the exposition format."""
    assert text.endswith("\n")
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            _, what, name, rest = line.split(" ", 3)
            assert what in ("HELP", "TYPE")
            if what == "TYPE":
                assert name not in kinds
                kinds[name] = rest
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, line
        assert kinds[match["name"]] == "gauge"
        pairs = _LABEL.findall(match["labels"] or "")
        assert ",".join(f'{key}="{value}"' for key, value in pairs) == (match["labels"] or "")
        labels = tuple((key, value) for key, value in pairs)
        assert labels not in found.setdefault(match["name"], {}), line
        found[match["name"]][labels] = float(match["value"])
    return found


def test_what_an_empty_folder_gives(book: Any) -> None:
    text = write_metrics(book.output, book.ledger).read_text()
    assert parsed(text) == {"reportgen_archive_bytes": {(): 0}, "reportgen_archive_files": {(): 0}}


def test_the_figures_of_two_jobs(book: Any) -> None:
    first = book.run(RunState.DONE, period="2025-11")
    book.clock.later(days=30)
    second = book.run(RunState.DONE_WITH_ERRORS, archived=3, failed=1)
    third = book.run(RunState.FAILED, archived=0, job="taihu", period="2011-05")
    log = book.output / "runs" / second.run_id / "log.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text('{"event":"stage","stage":"render","seconds":2.5}\n{"event":"stage","stage":"render","seconds":1.25}\n'
                   '{"event":"stage","stage":"facts","seconds":4.0}\n{"event":"end"}\n{"event":"sta')
    book.ledger.note_tick("host-1", datetime(2026, 2, 5, 8, 15, tzinfo=UTC))
    (book.output / "archive" / "objects" / "ab").mkdir(parents=True)
    (book.output / "archive" / "objects" / "ab" / "cd").write_bytes(b"x" * 1000)
    (book.output / "archive" / "manifests").mkdir()
    os.link(book.output / "archive" / "objects" / "ab" / "cd", book.output / "archive" / "manifests" / "r01.json")
    found = parsed(write_metrics(book.output, book.ledger).read_text())
    ended = book.ledger.run(first.run_id).ended
    assert found["reportgen_last_success_timestamp_seconds"] == {(("job", "tiering"),): ended.timestamp()}
    assert found["reportgen_last_run_state"] == {
        (("job", "taihu"), ("period", "2011-05"), ("state", "failed")): 1,
        (("job", "tiering"), ("period", "2025-12"), ("state", "done_with_errors")): 1,
    }
    units = found["reportgen_units"]
    assert [units[("job", "tiering"), ("state", state)] for state in ("pending", "rendered", "archived", "failed")] == [
        0, 0, 3, 1]
    assert found["reportgen_stage_seconds"] == {
        (("job", "tiering"), ("stage", "render")): 3.75, (("job", "tiering"), ("stage", "facts")): 4}
    assert found["reportgen_last_tick_timestamp_seconds"] == {(("host", "host-1"),): 1770279300}
    assert (found["reportgen_archive_bytes"], found["reportgen_archive_files"]) == ({(): 1000}, {(): 1})
    assert third.job == "taihu"


def test_a_reader_never_meets_half_a_file(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_metrics(book.output, book.ledger)
    before = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o644

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        write_metrics(book.output, book.ledger)
    assert [one.name for one in path.parent.iterdir()] == ["reportgen.prom"]
    assert path.read_bytes() == before


def test_promtool_agrees_where_it_is_installed(book: Any) -> None:
    book.run(RunState.DONE)
    text = write_metrics(book.output, book.ledger).read_bytes()
    assert parsed(text.decode())
    promtool = shutil.which("promtool")
    if promtool:
        assert subprocess.run([promtool, "check", "metrics"], input=text, check=False).returncode == 0


def test_every_metric_says_what_it_is(book: Any) -> None:
    for one in families(book.output, book.ledger):
        assert one.name.startswith("reportgen_")
        assert one.help.endswith(".")


def test_the_size_of_what_is_not_there(tmp_path: Path) -> None:
    assert archive_size(tmp_path / "none") == (0, 0)
