"""Progress: lines for a log, a bar for a terminal, never on standard output."""

from __future__ import annotations

import io
import sys

import pytest

from reportgen.cli.progress import Estimate, Lines, duration, progress


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


def test_the_end_is_estimated_from_the_pace_since_counting_began() -> None:
    now = [100.0]
    estimate = Estimate(lambda: now[0])
    assert estimate.said(400, 1000, 0) == "400 of 1,000 reports done"  # an earlier run had made them
    now[0] += 60
    assert estimate.said(500, 1000, 1) == "500 of 1,000 reports done, 1 failed; about 5 min left"
    now[0] += 60
    assert estimate.said(1000, 1000, 1) == "1,000 of 1,000 reports done, 1 failed"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (840, "14 min"), (3599, "1 h 0 min"), (11_100, "3 h 5 min")],
)
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_log_is_told_the_count_every_ten_seconds_and_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    lines = Lines(lambda: now[0])
    for done in range(4):
        lines.units(done, 40, 0)
        now[0] += 4
    lines.units(40, 40, 2)
    assert capsys.readouterr().err.splitlines() == [
        "units: 0 of 40 reports done", "units: 3 of 40 reports done; about 2 min left",
        "units: 40 of 40 reports done, 2 failed",
    ]


def test_a_terminal_sees_stage_and_count(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress() as told:
        told.units(1, 3, 0)  # type: ignore[attr-defined]
        told.stage("render", "bank en")
    assert "render  bank en" in terminal.getvalue()
    assert "1 of 3 reports done" in terminal.getvalue()
