"""A simulated bank on the third working day of January 2026."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.schedule.simulated import JANUARY, Bank, Clock


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    (tmp_path / "templates").mkdir()
    return Bank(tmp_path, Clock(JANUARY))
