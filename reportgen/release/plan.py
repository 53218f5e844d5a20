"""What a run would make, found out without a page and without a trace in the output folder.

The data are read and judged as a run does, for only then it is known which editions are new; the records of earlier
editions are laid out in a folder that is removed again.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from reportgen.archive.archive import Archive
from reportgen.archive.frozen import thaw
from reportgen.archive.state import Issued
from reportgen.config import Job
from reportgen.config.release import share
from reportgen.context import RunContext
from reportgen.disclosure.withhold import Disclosure
from reportgen.document.report import load_report
from reportgen.edition import FIRST
from reportgen.facts.restated import Restatement, next_revision
from reportgen.facts.table import FactSet
from reportgen.facts.units import load_units
from reportgen.issue import remembered_from, what_differs
from reportgen.period import Period
from reportgen.pipeline import disclosed, read, unit_of
from reportgen.protocols import Progress, Silent
from reportgen.release.movement import Movement, headline, movements
from reportgen.scope import check_scopes, chosen_scopes

State = Literal["new", "issued", "differs"]


@dataclass(frozen=True, slots=True)
class PlannedEdition:
    """One scope's edition, as a run would find it."""

    scope: str
    name: dict[str, str]
    """The unit's name by locale; empty where no file names it."""
    state: State
    """`new`: would be made; `issued`: was issued from the same inputs; `differs`: refused without --restate."""
    revision: str
    """The edition's: the issued one, or the one that would be made."""
    edition: str
    """Id of the content in twelve digits."""
    why: str
    """Of one that differs: what is not as it was."""
    files: tuple[Path, ...]
    """Where the copies for people would lie, or lie."""
    compared: str
    """Period of the edition its movements are measured from; empty where there is none."""
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """A recipient of one scope's report."""

    scope: str
    recipient: str
    address: str
    why: str
    """The right they have."""
    refused: str
    """Why their address gets nothing all the same; empty where it does."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run of a job for one period would make and release."""

    job: str
    report: str
    period: str
    locales: tuple[str, ...]
    editions: tuple[PlannedEdition, ...]
    unnamed: tuple[str, ...]
    """Units (`branch:B07`) and managers (`rm:M0101`) in the data that the job's file of names does not name."""
    names: str
    """The job's file of names, empty where it has none."""
    approval: bool
    """Whether another person must approve before anything leaves."""
    readers: tuple[Reader, ...] = ()
    """Who would be sent what, if the job sends its reports."""
    sends: bool = False
    """Whether the job has `delivery:`."""
    unlike_last: str = ""
    """Why the mails would be held for an operator; empty where they would not."""

    @property
    def unread(self) -> tuple[str, ...]:
        """Scopes that nobody may read."""
        read = {one.scope for one in self.readers}
        return tuple(one.scope for one in self.editions if one.scope not in read)

    def of(self, state: State) -> tuple[PlannedEdition, ...]:
        return tuple(one for one in self.editions if one.state == state)


def plan(
    job: Job, context: RunContext, progress: Progress | None = None, scopes: Sequence[str] = ()
) -> Plan:
    """The plan of a run with this context. Raises as a run does (2, 4, 5, 6) for a job or data that stop it."""
    check_scopes(scopes)
    progress, few = progress or Silent(), Disclosure.of(job)
    with tempfile.TemporaryDirectory(prefix="reportgen-plan-") as folder:
        aside = replace(context, output=Path(folder))
        reading = context if _demo(job) else aside
        try:
            facts = read(job, reading, progress)
        finally:
            reading.clean()
        facts = disclosed(few, facts, context, progress)
        archive = Archive.of(context.output, context.clock)
        planner = _Planner(job, context, aside, archive, facts)
        chosen = chosen_scopes(job, facts, scopes)
        editions = tuple(planner.planned(scope, progress) for scope in chosen)
    sends = job.delivery is not None and job.delivery.send
    return Plan(
        job.job, job.report, context.period.label, job.locales, editions, tuple(planner.unnamed(chosen)),
        job.units or "", job.release.approval, *(_readers(job, context, archive, chosen) if sends else ((), False, "")),
    )


def _readers(
    job: Job, context: RunContext, archive: Archive, chosen: Sequence[str]
) -> tuple[tuple[Reader, ...], bool, str]:
    """Who may read the chosen scopes today, by the rights that a run of now would go by."""
    from reportgen.config.operations import ledger_url
    from reportgen.delivery.entitlement import entitled
    from reportgen.delivery.post import Post
    from reportgen.runs.ledger import Ledger

    assert job.delivery is not None
    day = context.clock().astimezone(ZoneInfo(job.period.zone)).date()
    with Ledger.of(context.output, ledger_url(context.root)) as ledger:
        post = Post.of(context.output, context.root, ledger.database, archive)
        found = tuple(
            Reader(scope, one.recipient.id, one.recipient.mail, one.said, post.foreign(one.recipient))
            for scope in chosen for one in entitled(post.recipients, job.job, scope, day)
        )
        there = ledger.database.is_there
        held = post.too_many(job.delivery, job.job, context.period.label, len(found)) if there else ""
    return found, True, held


def _demo(job: Job) -> bool:
    """The demonstration bank is written once and lies in the output folder."""
    return any(source.type == "demo" for source in job.sources.values())


@dataclass
class _Planner:
    job: Job
    context: RunContext
    aside: RunContext
    archive: Archive
    facts: FactSet

    def planned(self, scope: str, progress: Progress) -> PlannedEdition:
        progress.stage("findings", f"{self.job.report} {scope}")
        state, revision, edition, why = self._found(scope)
        last = self._last(scope)
        moved = tuple(movements(
            self.facts, self._then(last), scope, self._headline, share(self.job.release.big_movement)
        )) if last else ()
        files = tuple(self.context.report_path(scope, locale, suffix)
                      for locale in self.job.locales for suffix in ("pdf", "xlsx"))
        return PlannedEdition(scope, dict(self.facts.units.get(scope, {})), state, revision, edition, why, files,
                              last.entry.period if last else "", moved)

    def _found(self, scope: str) -> tuple[State, str, str, str]:
        """State, revision, id of the content, and what differs."""
        remembered_from(self.archive, self.aside, scope)
        before = self.archive.state().latest(self.job.job, self.context.period.label, scope)
        if before is None:
            return "new", FIRST, unit_of(self.job, self.aside, self.facts, scope).ids.short, ""
        known = self.archive.manifest(before.manifest)
        then = known.supersedes
        same = unit_of(self.job, self.aside, self.facts, scope, before.entry.revision,
                       Restatement("", then.reason, then.by, ()) if then else None)
        if same.ids.short == known.edition and before.deletion is None:
            return "issued", before.entry.revision, known.edition, ""
        told = json.loads(self.archive.store.get(known.contents.edition_json)) if before.deletion is None else {}
        return "differs", next_revision(before.entry.revision), "", what_differs(told, same, self.aside)

    def _last(self, scope: str) -> Issued | None:
        """The edition of the nearest earlier period of the same length."""
        found = [
            (period.start, one) for one in self.archive.earlier(self.job.job, scope)
            if (period := Period.parse(one.entry.period)).kind == self.context.period.kind
            and period.end <= self.context.period.start
        ]
        return max(found, key=lambda one: one[0])[1] if found else None

    def _then(self, last: Issued) -> FactSet:
        """The facts of an earlier run; its scopes share one object, which is read once."""
        sha = self.archive.manifest(last.manifest).contents.facts
        if sha not in self._thawed:
            self._thawed.clear()
            self._thawed[sha] = thaw(self.archive.store.get(sha), FactSet)
        return self._thawed[sha]

    @cached_property
    def _thawed(self) -> dict[str, FactSet]:
        return {}

    @cached_property
    def _headline(self) -> tuple[str, ...]:
        report = load_report(self.context, self.job.report)
        tiles = [text for section in report.sections for block in section.blocks for text in block.kpis or ()]
        return headline([*tiles, *self.job.release.reconcile])

    def unnamed(self, chosen: Sequence[str]) -> list[str]:
        """What the data hold and the file of names does not; nothing where the job has no such file."""
        if not self.job.units:
            return []
        units = load_units(self.context)
        managers = {part.id for view in self.facts.dimensions.values() if view.column == "rm_id"
                    for part in view.segments if part.id}
        scopes = [one for one in chosen if one != "bank" and one not in self.facts.units]
        return [*scopes, *(f"rm:{one}" for one in sorted(managers - units.rm.keys()))]
