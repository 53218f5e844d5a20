"""The page on jobs: its example is a job, and its table has every key with the words of the model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reportgen.config import load_job
from reportgen.config.job import Job
from reportgen.frames.roles import REQUIRED

PAGE = Path(__file__).resolve().parents[3] / "docs" / "jobs.md"


def _page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_example_is_a_job_with_every_key(workspace: Any) -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", _page(), re.DOTALL)
    job = load_job(workspace.write(text=example))
    assert set(job.model_fields_set) == set(Job.model_fields)


def test_the_table_says_what_the_model_says() -> None:
    stated = [
        f"| `{name}`{' (needed)' if field.is_required() else ''} | {field.description} |"
        for name, field in Job.model_fields.items()
    ]
    assert [line for line in _page().splitlines() if line in stated] == stated


def test_every_role_stands_with_what_it_needs() -> None:
    rows = [line for line in _page().splitlines() if line.startswith("| `")]
    for role, columns in REQUIRED.items():
        [row] = [line for line in rows if line.startswith(f"| `{role}` |")]
        assert all(f"`{column}`" in row for column in columns)
