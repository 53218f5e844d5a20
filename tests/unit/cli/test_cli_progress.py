"""Progress: lines for a log, a bar for a terminal, never on standard output."""

from __future__ import annotations

import io
import sys

import pytest

from reportgen.cli.progress import progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as told:
        told.stage("sources", "opening: 期初.csv")
        told.stage("facts")
    captured = capsys.readouterr()
    assert captured.err == "sources: opening: 期初.csv\nfacts\n"
    assert captured.out == ""


def test_a_terminal_gets_a_bar_with_the_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as told:
        told.stage("facts", "[bold]stock[/bold]")
    assert "facts  [bold]stock[/bold]" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_a_failing_stage_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _Terminal())
    broken: dict[str, str] = {}
    with pytest.raises(KeyError), progress() as told:
        told.stage("facts", broken["x"])
