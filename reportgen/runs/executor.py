"""A run from claim to rest: claimed, loaded once, every unit rendered and archived, reconciled, released or held.

    claimed → loading → validated → rendering → archived → released → done | done_with_errors
                                                       └→ held | awaiting_approval

Whatever ends the process, the next run of the same period goes on from what stands: the kept facts, the rendered
pages, the issued editions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.archive.archive import Archive
from reportgen.archive.deposit import Deposit, Stored
from reportgen.archive.folder import make_folder
from reportgen.archive.frozen import freeze
from reportgen.archive.state import Issued
from reportgen.config import Job
from reportgen.config.operations import ledger_url
from reportgen.context import RunContext
from reportgen.disclosure.withhold import Disclosure
from reportgen.document.report import load_report
from reportgen.errors import AlreadyIssued, ArchiveError, DataRefused, ExitCode, Fenced, ReportgenError
from reportgen.facts.table import FactSet
from reportgen.issue import Edition, identified, issue_unit, published
from reportgen.operations.log import RunLog, run_log
from reportgen.pipeline import Unit, disclosed, read
from reportgen.protocols import Executor, Progress, Renderer
from reportgen.runs import resume
from reportgen.runs.claim import holding
from reportgen.runs.ledger import Ledger
from reportgen.runs.outcome import Outcome, outcome_of
from reportgen.runs.pool import InProcess, Local
from reportgen.runs.reconcile import check_rule, ledger_totals, reconcile
from reportgen.runs.record import Claim, Seen
from reportgen.runs.shortage import shortage_told
from reportgen.runs.snapshot import Snapshot, assure_unchanged, fingerprints, inputs_stand, terms_of
from reportgen.runs.states import RunState, UnitState
from reportgen.runs.summary import Summary
from reportgen.runs.task import Result, Task
from reportgen.runs.work import Rendering, parcel
from reportgen.scope import check_scopes, chosen_scopes

if TYPE_CHECKING:
    from reportgen.delivery.post import Post

_GOING = frozenset({
    RunState.CLAIMED, RunState.LOADING, RunState.VALIDATED, RunState.RENDERING, RunState.ARCHIVED, RunState.INTERRUPTED,
})
"""States that a process left without an end: the run goes on from its kept facts."""


def execute(
    job: Job, context: RunContext, progress: Progress, render: Renderer, scopes: Sequence[str], restate: str,
    workers: int, seen: Seen | None = None,
) -> tuple[Edition, ...]:
    """One run of a job for the context's period; see `pipeline.run_job`."""
    check_scopes(scopes)
    started = context.clock()
    try:
        context.path("")  # a folder that cannot be written is said before anything is begun
        with Ledger.of(context.output, ledger_url(context.root)) as ledger, ExitStack() as stack:
            claim = ledger.claim(job.job, context.period.label, reason=restate, seen=seen)
            stack.enter_context(holding(ledger, claim))
            told = stack.enter_context(run_log(progress, context, claim.run_id))
            run = _Run(job, context, told, render, tuple(scopes), restate, workers, ledger, claim, stack,
                       Archive.of(context.output, context.clock), Summary(claim, started))
            with _left_in_order(run), shortage_told():
                outcome = run.through()
            return outcome.demand()
    finally:
        context.clean()


@dataclass
class _Run:
    """The state of one run in this process."""

    job: Job
    context: RunContext
    progress: RunLog
    render: Renderer
    scopes: tuple[str, ...]
    restate: str
    workers: int
    ledger: Ledger
    claim: Claim
    stack: ExitStack
    archive: Archive
    summary: Summary
    resumed: bool = False
    rendering: bool = False
    """Whether there is something that the next run can go on from."""
    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)
    """(scope, locale) to what is rendered."""
    issued: dict[str, Issued] = field(default_factory=dict)
    """Scope to its edition."""
    known: set[tuple[str, str]] = field(default_factory=set)
    """Units that the ledger has as archived from an earlier claim."""
    fresh: set[str] = field(default_factory=set)
    """Scopes issued by this very run."""

    @property
    def folder(self) -> Path:
        """`<output>/runs/<run id>`."""
        return self.context.output / "runs" / self.claim.run_id

    def through(self) -> Outcome:
        """All stages; raises what stops the run as a whole."""
        if self.archive.exists:
            self.archive.ready()
        self._post()  # who gets what, and how, is readable before the first page
        few = Disclosure.of(self.job)
        everything = self._facts()
        self.summary.read_from(everything)
        rule, job = self.job.release, self.job
        check_rule(rule, everything, job.path)
        facts = disclosed(few, everything, self.context, self.progress)
        totals = ledger_totals(rule, self.context)
        deposit = Deposit(self.archive, self.context, facts, self.summary.started)
        chosen = chosen_scopes(job, facts, self.scopes)
        # A wrong record or comment, and an edition that may not be issued again, stop the run before the first page.
        found = [identified(job, self.context, self.archive, facts, scope, self.restate, self.progress)
                 for scope in chosen]
        units = {one.scope: one for one in found if isinstance(one, Unit)}
        if units:
            deposit.prepare()
        if self.archive.ready():  # not before there is something to keep: a refused run leaves nothing
            told = f"made, with its signing key in {self.archive.key_path}: keep a copy elsewhere"
            self.progress.stage("archive", told)
        self.summary.scopes, self.summary.units = chosen, len(chosen) * len(job.locales)
        self._plan(chosen, [one for one in found if isinstance(one, Issued)])
        self._make(units, deposit, facts)
        return self._settled(chosen, outcome_of(job, self.summary, reconcile(rule, everything, totals), self.issued))

    # Loading

    def _facts(self) -> FactSet:
        """The run's facts: those an interrupted process kept, or read now. Advances to `validated`, if read now."""
        old = Snapshot.of(self.folder) if self.claim.resumed else None
        restate = self.restate or (str(old.terms.get("restate", "")) if old else "")
        terms = terms_of(self.job, self.context, self.scopes, restate)
        if old and old.terms == terms and self.claim.found in _GOING:
            facts = old.facts()
            if facts is not None and inputs_stand(facts, self.context):
                self.restate, self.resumed = restate, True
                self.progress.stage("resume", f"run {self.claim.run_id} goes on, from the data it had read")
                return facts
        self.ledger.advance(self.claim, RunState.LOADING)
        before = fingerprints(self.job, self.context)
        facts = read(self.job, self.context, self.progress)
        assure_unchanged(before, facts, self.context)
        if old and old.terms == terms and old.same_facts(facts):
            self.restate = restate
        elif old or (self.claim.resumed and self.ledger.units(self.claim.run_id)):
            self._begin_again()
            terms = terms_of(self.job, self.context, self.scopes, self.restate)
        Snapshot.keep(self.folder, terms, facts)
        return facts

    def _begin_again(self) -> None:
        """One run is made from one state of the data: where it is another now, the old run is given up."""
        old = self.claim.run_id
        told = "the job, its templates, the question or the data are others than when it began"
        self.claim = self.summary.claim = self.ledger.restart(self.claim, f"Given up: {told}.")
        self.stack.enter_context(holding(self.ledger, self.claim))
        put_away(self.context.output / "runs" / old)
        self.progress.moved(self.claim.run_id, self.folder)
        self.progress.stage("resume", f"run {old} is given up, for {told}; this is run {self.claim.run_id}")
        self.ledger.advance(self.claim, RunState.LOADING)

    # Rendering

    def _plan(self, chosen: Sequence[str], issued: Sequence[Issued]) -> None:
        """Note the units, and those whose editions stand already as archived."""
        if not self.resumed:
            self.ledger.advance(self.claim, RunState.VALIDATED)
        self.ledger.advance(self.claim, RunState.RENDERING)
        self.rendering = True
        self.ledger.plan_units(self.claim, [(scope, locale) for scope in chosen for locale in self.job.locales])
        known = self.ledger.units(self.claim.run_id, UnitState.ARCHIVED) if self.claim.resumed else ()
        self.known = {(one.scope, one.locale) for one in known}
        for one in issued:
            self._archived(one)

    def _archived(self, issued: Issued, *, fresh: bool = False) -> None:
        """Take an edition in: the log has it, and the ledger follows."""
        scope, sha = issued.entry.scope, issued.manifest
        edition = self.archive.manifest(sha).edition
        for locale in self.job.locales:
            if (scope, locale) not in self.known:
                self.ledger.unit(self.claim, scope, locale, UnitState.ARCHIVED, edition=edition, manifest=sha)
        self.issued[scope] = issued
        self.summary.archived += len(self.job.locales)
        if fresh:
            self.fresh.add(scope)
        self.summary.editions.append({
            "scope": scope, "revision": issued.entry.revision, "edition": edition, "manifest": sha,
            "issued": "now" if fresh else "before",
        })

    def _make(self, units: dict[str, Unit], deposit: Deposit, facts: FactSet) -> None:
        """Render what is missing and issue each scope as soon as all its languages are there."""
        resume.clear(self.folder)
        tasks = [Task(one.scope, locale, one.ids.short, one.ids.edition, one.restated)
                 for one in units.values() for locale in self.job.locales]
        for stored in resume.standing(self.folder, self.archive.store, tasks).values():
            self._rendered(stored, 0.0)
        for unit in units.values():
            self._issue(unit, deposit)
        left = [one for one in tasks if (one.scope, one.locale) not in self.stored]
        if self.resumed:
            self.progress.stage("resume", f"{len(left):,} of {self.summary.units:,} reports are left to render")
        self._count()
        crew = min(self.workers, ceil(len(left) / 2))  # a process is worth its start from two units on
        executor: Executor = Local(crew) if crew > 1 else InProcess()
        parcels = self.context.work / "facts"
        work = Rendering(self.job, self.context, parcels, self.archive.store, self.render, self.progress.stage, facts)
        handed: Iterable[Task] = self._parcelled(left, facts, parcels) if crew > 1 else left
        with closing(executor.run(handed, work)) as results:
            for result in results:
                self._take(result)
                self._issue(units[result.task.scope], deposit)
                self._count()

    def _parcelled(self, tasks: Sequence[Task], facts: FactSet, parcels: Path) -> Iterator[Task]:
        """The tasks as they are handed out, each one's facts written before: a worker is given no other scope's."""
        compared = load_report(self.context, self.job.report).compared()
        make_folder(parcels)
        for task in tasks:
            path = parcel(parcels, task.scope)
            if not path.exists():
                path.write_bytes(freeze(facts.seen_from(task.scope, compared)))
            yield task

    def _take(self, result: Result) -> None:
        """Note what became of a unit. A failure of the archive is the whole run's: raises ArchiveError (exit 8)."""
        task, failure = result.task, result.failure
        if failure is None:
            assert result.stored is not None
            resume.note(self.folder, result.stored)
            self._rendered(result.stored, result.seconds)
            return
        if failure.code == ExitCode.ARCHIVE:
            raise failure.error()
        self.summary.failed.append(result)
        self.ledger.unit(self.claim, task.scope, task.locale, UnitState.FAILED, problem=str(failure),
                         code=failure.code, seconds=result.seconds)
        self.progress.stage("failed", f"{task.scope} {task.locale}: {failure}")

    def _rendered(self, stored: Stored, seconds: float) -> None:
        self.stored[stored.scope, stored.locale] = stored
        self.ledger.unit(self.claim, stored.scope, stored.locale, UnitState.RENDERED, edition=stored.edition,
                         pdf=stored.pdf.sha256, workbook=stored.workbook.sha256, seconds=seconds)

    def _issue(self, unit: Unit, deposit: Deposit) -> None:
        """Issue a scope whose languages are all there, fenced right before the log is written."""
        pages = [self.stored[unit.scope, locale] for locale in self.job.locales if (unit.scope, locale) in self.stored]
        if len(pages) < len(self.job.locales) or unit.scope in self.issued:
            return
        self.progress.stage("archive", unit.scope)
        issued = issue_unit(self.job, self.context, deposit, unit, pages, lambda: self.ledger.check(self.claim))
        self._archived(issued, fresh=True)

    def _count(self) -> None:
        done, failed = len(self.issued) * len(self.job.locales), len(self.summary.failed)
        done += sum(scope not in self.issued for scope, _ in self.stored)
        self.progress.units(done + failed, self.summary.units, failed)

    # The end

    def _settled(self, chosen: Sequence[str], outcome: Outcome) -> Outcome:
        """Lay out the copies for people unless sums differ, write the summary, and let the run go."""
        if outcome.state is not RunState.FAILED:
            self.ledger.advance(self.claim, RunState.ARCHIVED)
        if outcome.is_sound:
            outcome.editions = tuple(
                published(self.context, self.archive, self.issued[scope], fresh=scope in self.fresh)
                for scope in chosen if scope in self.issued
            )
        if outcome.state in (RunState.DONE, RunState.DONE_WITH_ERRORS):
            self.ledger.advance(self.claim, RunState.RELEASED)
            self._queue([self.issued[scope] for scope in chosen if scope in self.issued])
        if outcome.said:
            self.progress.stage("release", outcome.said)
        self.leave(outcome.state, outcome.said)
        return outcome

    def _queue(self, released: Sequence[Issued]) -> None:
        """Keep the mails of what is released; they are sent after the run."""
        post, rule = self._post(), self.job.delivery
        if post is None or rule is None:
            return
        queued = post.queue(rule, released)
        self.summary.delivery = queued.told()
        for line in queued.lines():
            self.progress.stage("delivery", line)

    def _post(self) -> Post | None:
        """What mails the job's reports; None where it sends none. Raises JobError (exit 2) for wrong settings."""
        if self.job.delivery is None or not self.job.delivery.send:
            return None
        from reportgen.delivery.post import Post

        return Post.of(self.context.output, self.context.root, self.ledger.database, self.archive)

    def leave(self, state: RunState, problem: str = "") -> None:
        """Write the summary and let the run go; what only a run in progress needs is removed."""
        if state is not RunState.INTERRUPTED:
            put_away(self.folder, forget=state in (RunState.FAILED, RunState.BLOCKED))
        self.summary.write(self.folder, state, self.context.clock(), problem)
        self.ledger.finish(self.claim, state, problem)


def put_away(folder: Path, *, forget: bool = True) -> None:
    """Remove the kept facts and the notes of a run that is over; with `forget` also what it was asked."""
    resume.put_away(folder)
    snapshot = Snapshot.of(folder)
    if snapshot is not None:
        snapshot.put_away(forget=forget)


class _left_in_order:  # noqa: N801 - read as a word of `with`
    """Whatever stops a run, its state says so, and the next one knows where to begin."""

    def __init__(self, run: _Run) -> None:
        self.run = run

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, Fenced):  # another process has the run: not a word more
            return
        run = self.run
        stopped = not isinstance(error, Exception)
        problem = str(error.problems[0]) if isinstance(error, ReportgenError) else type(error).__name__
        state = RunState.FAILED
        if stopped or (run.rendering and not isinstance(error, AlreadyIssued)):
            state = RunState.INTERRUPTED
        elif isinstance(error, DataRefused):
            state = RunState.BLOCKED
        elif isinstance(error, ArchiveError) and run.claim.resumed and run.claim.found in _GOING:
            state = RunState.INTERRUPTED  # it failed before it came to what stands
        # A full disk may refuse this as well; then the claim is taken over from a dead process.
        with suppress(ReportgenError, OSError):
            run.leave(state, problem)
        if stopped and run.rendering and isinstance(error, KeyboardInterrupt):
            done, total = len(run.issued), len(run.summary.scopes)
            error.args = (f"{done:,} of {total:,} editions are issued. The same command goes on from there.",)
