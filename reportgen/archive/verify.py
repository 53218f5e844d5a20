"""Is this archive what was issued? Everything is read anew; what cannot be read or is not known is a problem.

    report = verify(root)                                 every byte
    report = verify(root, "quick")                        log, manifests, trees; objects by presence and size
    report = verify(root, budget_seconds=600, position=work / "verify.json")    as many bytes as ten minutes allow

Writers need not stop: where something is wrong and one was at work, it is looked at again while they wait. Objects,
which take long to read and never change, are read without holding anybody up.

`shipped/verify.py` asks the same by other code, without this program.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from reportgen.archive.edition_check import EditionCheck
from reportgen.archive.entry import FilesChanged, Genesis
from reportgen.archive.inventory import Inventory, object_name
from reportgen.archive.lock import quiet, writing
from reportgen.archive.log_check import CHECKPOINT, CheckedLog, Difference, check_log
from reportgen.archive.object_check import ObjectCheck, Progress
from reportgen.errors import Problem, ReportgenError, VerificationFailed

Mode = Literal["quick", "full"]
Check = Callable[[Path, CheckedLog], Iterable[Problem]]
"""A further opinion: the catalogue against the log, the time stamps against their authority."""


@dataclass
class Report:
    """What a verification found. `problems` empty and `complete` true: the archive is what was issued."""

    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """`entries`, `editions`, `superseded`, `deleted`, `files`, `objects`; of this pass `objects_read` and `bytes_read`,
    and `objects_before`, those that earlier passes of the round have read."""
    checkpoint: bytes = b""
    """The signed checkpoint, to be kept elsewhere for `against`."""
    key: str = ""
    """Id of the key that signed it."""
    complete: bool = False
    """Whether all that the mode asks for was looked at; false where the budget ran out."""

    @property
    def good(self) -> bool:
        """Whether nothing was found; `complete` says whether everything was looked at."""
        return not self.problems

    def demand(self) -> None:
        """Raises VerificationFailed (exit 12) with all problems, if there are any."""
        if self.problems:
            raise VerificationFailed(
                self.problems, state="The archive is not what was issued; nothing in it was changed.",
                hint="Keep it as it is, compare it with the replica, and see FORMAT.md in the archive.",
            )


def verify(
    root: Path,
    mode: Mode = "full",
    *,
    against: Path | None = None,
    key: str = "",
    budget_seconds: float | None = None,
    position: Path | None = None,
    progress: Progress | None = None,
    checks: Sequence[Check] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Verify the archive in folder `root`. Never raises for what it finds.

    `against`: a checkpoint kept elsewhere, which finds a log that was cut back or rewritten. `key`: the public key
    (PEM) that the reader was given another way. `budget_seconds`: stop reading objects then, and let the next call
    with the same `position` (a file outside the archive) go on from there; only in mode `full`.
    """
    return _Verification(Path(root), clock, mode, against, key, checks).run(budget_seconds, position, progress)


class _Verification:
    def __init__(
        self, root: Path, clock: Callable[[], float], mode: Mode, against: Path | None, key: str,
        checks: Sequence[Check],
    ) -> None:
        self.root = root
        self.lock = root / "lock"
        self.mode: Mode = mode
        self.against = against
        self.key = key
        self.checks = checks
        self.clock = clock
        self.began = clock()
        self.report = Report()

    def run(self, budget: float | None, position: Path | None, progress: Progress | None) -> Report:
        report, busy, before = self.report, writing(self.lock), self._checkpoint()
        inventory, log = self._look()
        if report.problems and (busy or writing(self.lock) or self._checkpoint() != before):
            inventory, log = self._look_undisturbed() or (inventory, log)
        if inventory and self.mode == "full":
            origin = log.signed.checkpoint.origin if log else ""
            objects = ObjectCheck(inventory, origin, None if budget is None else position)
            damaged = self._objects(objects, budget, progress)
            if objects.vanished:  # somebody deletes: is one needed?
                self._look_undisturbed()
            report.problems += damaged
            report.complete = objects.finished
        report.complete = log is not None and (self.mode == "quick" or report.complete)
        report.problems[:] = dict.fromkeys(report.problems)
        return report

    def _checkpoint(self) -> tuple[int, int]:
        with suppress(OSError):
            info = (self.root / CHECKPOINT).stat()
            return info.st_ino, info.st_mtime_ns
        return 0, 0

    def _look_undisturbed(self) -> tuple[Inventory | None, CheckedLog | None] | None:
        """A look while no writer is at work, and what it finds instead of what was found; None where one stays."""
        with self._trying("lock"), quiet(self.lock):
            self.report.problems.clear()
            self.report.notices.clear()
            return self._look()
        return None

    def _look(self) -> tuple[Inventory | None, CheckedLog | None]:
        """All but the bytes of the objects."""
        report = self.report
        inventory, log = None, None
        with self._trying(str(self.root)):
            inventory = Inventory.of(self.root)
            report.problems += inventory.problems
            report.counts |= {"files": len(inventory.files), "objects": sum(1 for _ in inventory.objects())}
            with self._trying("log"):
                log = check_log(inventory)
            if log:
                self._content(inventory, log)
                for check in self.checks:
                    with self._trying(getattr(check, "__name__", "check")):
                        report.problems += check(self.root, log)
        return inventory, log

    def _content(self, inventory: Inventory, log: CheckedLog) -> None:
        report, state = self.report, log.state
        report.checkpoint, report.key = log.signed.note, state.history.at(log.size).id
        standing = [one.standing for one in state.issued.values()]
        report.counts |= {
            "entries": log.size, "editions": len(standing), "superseded": standing.count("superseded"),
            "deleted": standing.count("deleted"),
        }
        for entry in state.entries:  # what an earlier version shipped stays, and the log says what it was
            if isinstance(entry, Genesis | FilesChanged):
                inventory.known |= {object_name(sha) for sha in entry.files.values()}
        for sha in {one.entitlement for those in state.delivered.values() for one in those}:
            with self._trying(object_name(sha)):
                _object(inventory, sha, "what deliveries went by")
        for name, sha in state.files.items():
            with self._trying(name):
                _equal(inventory, name, _object(inventory, sha, name))
        for public in state.history.known.values():
            with self._trying(f"keys/{public.id}.pem"):
                _equal(inventory, f"keys/{public.id}.pem", public.pem.encode())
        editions = EditionCheck(inventory, thorough=self.mode == "full")
        for one in state.issued.values():
            with self._trying(object_name(one.manifest)):
                report.problems += editions.check(one)
        self._anchors(inventory, log)
        if self.against:
            with self._trying(str(self.against)):
                # In a mail, line ends and blanks around it may have suffered.
                log.accepts(self.against.read_bytes().replace(b"\r", b"").strip() + b"\n", str(self.against))
        if self.key and self.key.split() != state.history.at(log.size).pem.split():
            report.problems.append(Problem("log/checkpoint", f"is signed by key {report.key}, not by the key given."))
        for name in () if self.key else state.history.unvouched:
            report.problems.append(Problem(
                f"keys/{name}.pem", "was added without the word of the key before it: give the key you trust by --key."
            ))
        report.problems += inventory.leftovers(report.notices.append)

    def _anchors(self, inventory: Inventory, log: CheckedLog) -> None:
        for one in log.state.anchors.values():
            for name, sha in one.files.items():
                with self._trying(name):
                    data = _read(inventory, name)
                    if hashlib.sha256(data).hexdigest() != sha:
                        raise Difference(name, "is not what the log says.")
                    if sha == one.checkpoint and log.accepts(data, name).checkpoint.size != one.size:
                        raise Difference(name, "is of another number of entries than the log says.")

    def _objects(self, objects: ObjectCheck, budget: float | None, progress: Progress | None) -> list[Problem]:
        """Objects whose bytes are not what they should be."""
        found: list[Problem] = []

        def late() -> bool:
            return budget is not None and self.clock() - self.began >= budget

        with self._trying("objects"):
            found.extend(objects.check(late, progress))
        read = {"objects_read": objects.read, "bytes_read": objects.size, "objects_before": objects.before}
        self.report.counts |= read
        return found

    def _trying(self, place: str) -> _Trying:
        return _Trying(self.report, place)


class _Trying:
    """Whatever goes wrong inside becomes a problem at a place: a verifier that fails has not found the archive good."""

    def __init__(self, report: Report, place: str) -> None:
        self.report = report
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        if isinstance(error, Difference):
            self.report.problems.append(error.problem)
        elif isinstance(error, ReportgenError):
            self.report.problems += [Problem(one.place or self.place, one.message) for one in error.problems]
        elif isinstance(error, Exception):
            self.report.problems.append(Problem(self.place, f"cannot be checked: {type(error).__name__}: {error}"))
        return error is None or isinstance(error, Exception)


def _object(inventory: Inventory, sha: str, name: str) -> bytes:
    inventory.known.add(object_name(sha))
    try:
        return inventory.read(object_name(sha), f"; {name} is a copy of it")
    except LookupError as error:
        raise Difference(object_name(sha), str(error.args[0])) from None


def _read(inventory: Inventory, name: str) -> bytes:
    try:
        return inventory.read(name)
    except LookupError as error:
        raise Difference(name, str(error.args[0])) from None


def _equal(inventory: Inventory, name: str, expected: bytes) -> None:
    if _read(inventory, name) != expected:
        raise Difference(name, "is not what the log says.")
