"""The jobs that have a schedule, found by patterns; a broken one is named and stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reportgen.config import Job, load_job
from reportgen.errors import JobError, Problem, ReportgenError

JOBS = ("config/jobs/*.yaml",)
"""Where jobs are looked for unless something else is said."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search for scheduled jobs met."""

    jobs: tuple[Job, ...] = ()
    """Jobs with `schedule:`, in the order of their names."""
    broken: tuple[tuple[str, ReportgenError], ...] = ()
    """(path, what is wrong) of files that are no valid job, and of names that two files claim."""
    others: int = 0
    """How many jobs have no `schedule:`."""

    @property
    def looked_at(self) -> int:
        return len(self.jobs) + len(self.broken) + self.others


def scheduled_jobs(patterns: Iterable[str], root: Path) -> Found:
    """The jobs of all files that the patterns name below `root`.

    A pattern without a match, a broken job, and a second file of one job's name are in `broken`: two files with one
    name would share runs, folders and periods.
    """
    broken: list[tuple[str, ReportgenError]] = []
    named: dict[str, list[Job]] = {}
    others = 0
    for path in _paths(patterns, root, broken):
        try:
            job = load_job(path)
        except ReportgenError as error:
            broken.append((path, error))
            continue
        if job.schedule is None:
            others += 1
        else:
            named.setdefault(job.job, []).append(job)
    for name, alike in named.items():
        if len(alike) > 1:
            files = " and ".join(job.path for job in alike)
            broken += [(job.path, JobError(Problem(job.path, f"the name '{name}' is that of {files}."),
                                           hint="Give each job a name of its own: job: NAME.")) for job in alike]
    jobs = tuple(alike[0] for _, alike in sorted(named.items()) if len(alike) == 1)
    return Found(jobs, tuple(broken), others)


def _paths(patterns: Iterable[str], root: Path, broken: list[tuple[str, ReportgenError]]) -> list[str]:
    """Each file once, as a person would write it: relative to `root` where it lies below."""
    files: dict[Path, str] = {}
    for pattern in patterns:
        matches = sorted(_matches(pattern, root))
        if not matches:
            broken.append((pattern, JobError(Problem(pattern, "no job file has this name."),
                                             hint="Name files or patterns: --jobs 'config/jobs/*.yaml'.")))
        for match in matches:
            shown = match.relative_to(root) if match.is_relative_to(root) else match
            files.setdefault(match.resolve(), str(shown))
    return list(files.values())


def _matches(pattern: str, root: Path) -> Iterable[Path]:
    """A file of exactly this name, or the files that fit; `Path.glob` takes no absolute patterns."""
    exact = root / pattern
    if exact.is_file():
        return (exact,)
    path = Path(pattern)
    start, rest = (Path(path.anchor), path.relative_to(path.anchor)) if path.is_absolute() else (root, path)
    return (file for file in start.glob(str(rest)) if file.is_file()) if str(rest) != "." else ()
