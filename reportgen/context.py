"""RunContext: the only place that knows paths and time during a run."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reportgen.errors import JobError
from reportgen.period import Period

if TYPE_CHECKING:
    from reportgen.config import Job


_OWNER = "pid"
"""File in a work folder that names the process it belongs to."""
_NEW, _GONE = "new-", "gone-"
"""A work folder on its way: `new-<process>-<run>` until its owner's name stands in it, `gone-<run>` when it goes."""


def _now() -> datetime:
    return datetime.now(UTC)


def forget(folder: Path) -> None:
    """Remove a work folder. Renamed first: whoever is killed meanwhile leaves what the next run removes."""
    with suppress(OSError):
        gone = folder.rename(folder.with_name(f"{_GONE}{folder.name}"))
        shutil.rmtree(gone, ignore_errors=True)


def _has_ended(pid: str) -> bool:
    """Whether a process is gone, or dead and not yet collected; False where the system does not tell."""
    if not Path("/proc/self/stat").exists():
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] in "ZX"
    except (OSError, IndexError):
        return True


def installed_home() -> Path:
    """The folder that holds `templates/` and `config/` of this installation: the checkout, or the wheel's own copy."""
    package = Path(__file__).resolve().parent
    for home in (package.parent, package / "_home"):
        if (home / "templates" / "base").is_dir():
            return home
    raise JobError(
        f"No templates beside the program: neither {package.parent} nor {package / '_home'} holds templates/base.",
        hint="Install reportgen again from its wheel or run it from its checkout.",
    )


def project_root(start: Path) -> Path:
    """The nearest folder upwards that holds `templates/`; else the folder itself."""
    start = start.resolve()
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if (candidate / "templates").is_dir():
            return candidate
    return folder


class Shelf(Protocol):
    """Where templates, rules, metrics and words are found."""

    @property
    def root(self) -> Path: ...

    @property
    def home(self) -> Path: ...

    def shared(self, *parts: str) -> Path: ...


@dataclass(frozen=True, slots=True)
class Installation:
    """The program's own files and a project's, without a run."""

    root: Path
    home: Path

    def shared(self, *parts: str) -> Path:
        """A file under the project's root where it has one, else the installation's own copy."""
        own = self.root.joinpath(*parts)
        return own if own.exists() else self.home.joinpath(*parts)


def installation(start: Path | None = None) -> Installation:
    """The project a folder lies in (the working folder by default) and the installation behind it."""
    return Installation(project_root(start or Path.cwd()), installed_home())


@dataclass(frozen=True)
class RunContext:
    """One run: who it is, which job and period, where its files go, what time it is."""

    run_id: str
    job: Job
    period: Period
    root: Path
    """The project's root; relative paths in a job start here."""
    home: Path
    """Where this installation's own templates, rules, metrics and fonts stand."""
    output: Path
    clock: Callable[[], datetime] = field(default=_now)

    @classmethod
    def create(
        cls,
        job: Job,
        period: Period,
        *,
        output: Path | str = "output",
        run_id: str | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> RunContext:
        root = project_root(Path(job.path)) if job.path else Path.cwd()
        return cls(run_id or uuid.uuid4().hex[:12], job, period, root, installed_home(), Path(output).resolve(), clock)

    @property
    def work(self) -> Path:
        """This run's own folder for intermediate files, made on first use, readable by its owner only."""
        folder = self.output / "work" / self.run_id
        if not folder.is_dir():
            try:
                self._forget_dead_runs()
                new = folder.with_name(f"{_NEW}{os.getpid()}-{self.run_id}")
                new.mkdir(parents=True, mode=0o700)
                (new / _OWNER).write_text(str(os.getpid()), encoding="ascii")
                new.rename(folder)
            except OSError as error:
                raise JobError(
                    f"{self.output}: cannot be used for output: {error.strerror}.",
                    state="Nothing was run.",
                    hint="Name a folder that can be written: --output DIR.",
                ) from None
        return folder

    def _forget_dead_runs(self) -> None:
        """Remove what a killed run left: its work files hold customer data."""
        work = self.output / "work"
        for folder in work.glob(f"{_NEW}*-*"):
            if _has_ended(folder.name.split("-")[1]):
                shutil.rmtree(folder, ignore_errors=True)
        for folder in work.glob(f"{_GONE}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for owner in work.glob(f"*/{_OWNER}"):
            with suppress(OSError):
                if _has_ended(owner.read_text(encoding="ascii")):
                    forget(owner.parent)

    def path(self, name: str) -> Path:
        """The path of an intermediate file; no other code composes one."""
        return self.work / name

    def report_path(self, scope: str, locale: str, suffix: str = "pdf") -> Path:
        """`output/reports/<job>/<period>/bank.zh-CN.pdf`, `branch-0571.en.pdf`."""
        name = f"{scope.replace(':', '-')}.{locale}.{suffix}"
        return self.output / "reports" / self.job.job / self.period.label / name

    def shared(self, *parts: str) -> Path:
        """A file under the project's root where it has one, else the installation's own copy."""
        return Installation(self.root, self.home).shared(*parts)

    def clean(self) -> None:
        """Forget the intermediate files, also of workers that were killed; what cannot go now, the next run removes."""
        work = self.output / "work"
        forget(work / self.run_id)
        with suppress(OSError):  # no handle left to list the folder with, perhaps
            for folder in work.glob(f"{self.run_id}.*"):
                forget(folder)
