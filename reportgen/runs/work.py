"""The work on one unit: one scope's report in one language, from the run's facts to objects in the archive's store.

`Rendering` is sent to every worker once and called for each `Task`; what it returns, a `Result`, is small and holds
no page. It raises nothing but interruptions: what goes wrong with a unit is that unit's `Failure`.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from reportgen.archive.deposit import Stored, put_page
from reportgen.archive.frozen import thaw
from reportgen.archive.objects import ObjectStore
from reportgen.config import Job
from reportgen.context import RunContext
from reportgen.errors import Problem, ReportgenError, TemplateError
from reportgen.facts.table import FactSet
from reportgen.pipeline import Unit, attached_to, page_of, unit_of
from reportgen.protocols import Renderer, Silent
from reportgen.runs.task import Failure, Result, Task, unforeseen


@dataclass(frozen=True, slots=True)
class Moment:
    """A clock that stands: the same time in every worker."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


def parcel(folder: Path, scope: str) -> Path:
    """The file of the facts that one scope's report may know, as `archive.frozen.freeze` writes them."""
    return folder / f"{scope.replace(':', '-')}.json.gz"


@dataclass
class Rendering:
    """Renders units of one run. Another process reads the facts of each task's scope, and finds no others."""

    job: Job
    context: RunContext
    parcels: Path
    """Folder of what `parcel` writes: a file of facts a scope."""
    store: ObjectStore
    render: Renderer
    tell: Callable[[str, str], None] | None = None
    """Told each stage, in this process only."""
    everything: FactSet | None = None
    last: tuple[Task, Unit] | None = None
    """The unit judged last: its other languages need no judging again."""

    def __getstate__(self) -> dict[str, Any]:
        context = replace(self.context, clock=Moment(self.context.clock()))
        return {**self.__dict__, "context": context, "tell": None, "everything": None, "last": None}

    def __call__(self, task: Task) -> Result:
        """The unit's files in the store, or its failure. Its intermediate files have a folder of their own."""
        began = time.monotonic()
        # Named for this process, so that the folder is removed after its death.
        context = replace(self.context, run_id=f"{self.context.run_id}.{os.getpid()}")
        kept, tempfile.tempdir = tempfile.tempdir, str(context.work)
        try:
            return Result(task, self._stored(task, context), None, time.monotonic() - began)
        except ReportgenError as error:
            failure = Failure.of(error)
        except Exception as error:  # noqa: BLE001 - a fault of the program on one unit must not stop the others
            failure = unforeseen(error)
        finally:
            tempfile.tempdir = kept
            context.clean()
        return Result(task, None, failure, time.monotonic() - began)

    def _stored(self, task: Task, context: RunContext) -> Stored:
        unit = self._unit(task, context)
        page = page_of(self.job, context, unit, task.locale, self, self.render)
        return put_page(self.store, unit.scope, unit.ids.short, unit.facts, unit.findings,
                        attached_to(context, unit), page.document, task.locale, page.pdf, page.workbook)

    def _unit(self, task: Task, context: RunContext) -> Unit:
        if self.last and replace(self.last[0], locale=task.locale) == task:
            return self.last[1]
        facts = self.everything or thaw(parcel(self.parcels, task.scope).read_bytes(), FactSet)
        unit = unit_of(self.job, context, facts, task.scope, task.revision, task.restated)
        if unit.ids.short != task.edition:
            raise TemplateError(
                Problem(task.scope, "what its pages are made from (templates, texts, rules, comment, answers) changed "
                                    "while the run was made."),
                state="It was not rendered.", hint="Run the command again when nobody edits them.",
            )
        self.last = (task, unit)
        return unit

    def stage(self, name: str, detail: str = "") -> None:
        """As a `Progress`: passed on where somebody listens."""
        (self.tell or Silent().stage)(name, detail)
