"""Deletion takes its day, two people and no hold; it takes no more than what nobody else needs."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import Clock, findings, issue, standalone

from reportgen.archive import retention
from reportgen.archive.archive import Archive
from reportgen.archive.catalogue_check import catalogue_check
from reportgen.archive.retention import approve, hold, propose, reached, release, retention_of, sweep
from reportgen.archive.state import Issued
from reportgen.archive.verify import verify
from reportgen.config.archive import ArchiveRule
from reportgen.config.job import Job
from reportgen.errors import ArchiveError

BANK = ("tiering", "2025-12", "bank", "r01")
UNIT = ("tiering", "2025-12", "branch:B07", "r01")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Two editions to be kept until 5 January 2027, seen on 5 January 2026."""
    archive = Archive(tmp_path / "archive", tmp_path / "keys" / "archive.pem", Clock())
    archive.ready()
    issue(archive, BANK, until="2027-01-05")
    issue(archive, UNIT, until="2027-01-05")
    return archive


def bank(archive: Archive) -> Issued:
    return archive.find("tiering/2025-12/bank/r01")


def on(archive: Archive, day: str) -> None:
    archive.clock = Clock(datetime.fromisoformat(f"{day}T08:00:00+00:00"))


def job(**rule: object) -> Job:
    return Job.model_construct(archive=ArchiveRule.model_validate(rule))


@pytest.mark.parametrize(
    ("years", "issued", "until"),
    [(1, "2026-01-05", "2027-01-05"), (10, "2024-02-28", "2034-02-28"), (1, "2024-02-29", "2025-03-01"),
     (4, "2024-02-29", "2028-03-01"), (30, "2025-12-31", "2055-12-31"), (None, "2026-01-05", "")],
)
def test_the_day_follows_from_the_day_of_issue(years: int | None, issued: str, until: str) -> None:
    moment = datetime.fromisoformat(f"{issued}T23:59:59+00:00")
    assert retention_of(job(years=years, retention="report"), moment) == {"kind": "report", "until": until}


@given(st.dates(date(2000, 1, 1), date(2200, 1, 1)), st.integers(1, 100))
def test_an_edition_is_never_kept_shorter_than_its_years(day: date, years: int) -> None:
    until = retention_of(job(years=years), datetime(day.year, day.month, day.day, tzinfo=UTC))["until"]
    first = date.fromisoformat(until)
    assert first.year == day.year + years
    assert (first.month, first.day) in {(day.month, day.day), (3, 1)}
    assert (first.month, first.day) >= (day.month, day.day)


def test_two_people_delete_what_is_over_and_only_that(archive: Archive) -> None:
    on(archive, "2028-01-05")
    mine = reached(archive, archive.manifest(bank(archive).manifest))
    shared = mine.keys() & reached(archive, archive.manifest(archive.find("tiering/2025-12/branch:B07").manifest)).keys()
    assert len(shared) == 3  # the lock file, and two files of the tree
    propose(archive, bank(archive), "two years over", "retention schedule 4.2", "wang")
    assert bank(archive).standing == "issued"
    gone = approve(archive, bank(archive), "li")
    assert set(gone) == mine.keys() - shared
    assert not any(archive.store.has(sha) for sha in gone)
    assert all(archive.store.has(sha) for sha in shared)
    one = bank(archive)
    assert one.standing == "deleted"
    assert one.deletion is not None
    assert (one.deletion.proposed_by, one.deletion.approved_by, one.deletion.law) == (
        "wang", "li", "retention schedule 4.2")
    assert archive.manifest(one.manifest).totals  # the manifest stays
    assert [row.standing for row in archive.catalogue.rows(scope="bank")] == ["deleted"]
    report = verify(archive.root, checks=(catalogue_check,))
    assert (report.problems, report.notices, report.counts["deleted"]) == ([], [], 1)
    assert findings(standalone(), archive.root) == []


def test_nobody_deletes_before_the_day(archive: Archive) -> None:
    for day in ("2026-06-01", "2027-01-04"):
        on(archive, day)
        with pytest.raises(ArchiveError, match="must be kept until 2027-01-05"):
            propose(archive, bank(archive), "over", "4.2", "wang")
    on(archive, "2027-01-05")
    propose(archive, bank(archive), "over", "4.2", "wang")
    on(archive, "2026-01-06")  # a clock put back
    with pytest.raises(ArchiveError, match="must be kept until 2027-01-05"):
        approve(archive, bank(archive), "li")


def test_what_is_kept_for_ever_is(archive: Archive) -> None:
    issue(archive, ("tiering", "2026-01", "bank", "r01"), until="")
    on(archive, "2999-01-01")
    with pytest.raises(ArchiveError, match="must be kept for ever"):
        propose(archive, archive.find("tiering/2026-01"), "over", "4.2", "wang")


def test_one_person_alone_deletes_nothing(archive: Archive) -> None:
    on(archive, "2028-01-05")
    size = archive.log.size
    with pytest.raises(ArchiveError, match="nobody has proposed"):
        approve(archive, bank(archive), "li")
    propose(archive, bank(archive), "over", "4.2", "wang")
    with pytest.raises(ArchiveError, match="wang proposed its deletion and cannot approve it too"):
        approve(archive, bank(archive), "wang")
    assert archive.log.size == size + 1
    assert bank(archive).standing == "issued"
    assert verify(archive.root).problems == []


def test_a_hold_beats_the_day_and_a_standing_proposal(archive: Archive) -> None:
    on(archive, "2028-01-05")
    propose(archive, bank(archive), "over", "4.2", "wang")
    held = hold(archive, "case-17", {"job": "tiering"}, "a court asks", "zhao")
    assert [str(one) for one in held] == ["tiering 2025-12 bank r01", "tiering 2025-12 branch:B07 r01"]
    for act in (lambda: approve(archive, bank(archive), "li"),
                lambda: propose(archive, bank(archive), "over", "4.2", "li")):
        with pytest.raises(ArchiveError, match=r"is under the hold case-17 \(a court asks\)"):
            act()
    release(archive, "case-17", "settled", "zhao")
    assert approve(archive, bank(archive), "li")


def test_a_hold_reaches_editions_issued_after_it(archive: Archive) -> None:
    hold(archive, "case-17", {"period": "2026-01"}, "a court asks", "zhao")
    issue(archive, ("tiering", "2026-01", "bank", "r01"), until="2027-01-05")
    on(archive, "2028-01-05")
    with pytest.raises(ArchiveError, match="hold case-17"):
        propose(archive, archive.find("tiering/2026-01"), "over", "4.2", "wang")


def test_holds_have_names_that_are_used_once(archive: Archive) -> None:
    hold(archive, "case-17", {}, "a court asks", "zhao")
    size = archive.log.size
    with pytest.raises(ArchiveError, match="uses the hold case-17 again"):
        hold(archive, "case-17", {"job": "tiering"}, "again", "zhao")
    with pytest.raises(ArchiveError, match="releases the hold case-18, which there is not"):
        release(archive, "case-18", "settled", "zhao")
    assert archive.log.size == size


def test_an_interrupted_deletion_is_finished_by_the_next_sweep(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(archive, "2028-01-05")
    propose(archive, bank(archive), "over", "4.2", "wang")

    def killed(_: Archive) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention, "sweep", killed)
        with pytest.raises(KeyboardInterrupt):
            approve(archive, bank(archive), "li")
    one = bank(archive)
    assert one.deletion is not None
    assert all(archive.store.has(sha) for sha in one.deletion.objects)
    assert verify(archive.root).problems == []
    sweep(archive)
    assert not any(archive.store.has(sha) for sha in one.deletion.objects)


def test_what_came_back_with_a_later_edition_is_not_swept_away(archive: Archive) -> None:
    on(archive, "2028-01-05")
    propose(archive, bank(archive), "over", "4.2", "wang")
    gone = approve(archive, bank(archive), "li")
    same = issue(archive, ("tiering", "2025-12", "bank", "r02"),
                 supersedes={"manifest": bank(archive).manifest, "reason": "asked for again", "by": "wang"})
    back = reached(archive, archive.manifest(same.manifest))
    archive.store.put(b"findings of tiering 2025-12 bank r01\n")  # once more, of no edition
    sweep(archive)
    assert all(archive.store.has(sha) for sha in back)
    assert not any(archive.store.has(sha) for sha in gone)


def test_a_deleted_edition_is_not_deleted_again(archive: Archive) -> None:
    on(archive, "2028-01-05")
    propose(archive, bank(archive), "over", "4.2", "wang")
    approve(archive, bank(archive), "li")
    with pytest.raises(ArchiveError, match="is deleted already"):
        propose(archive, bank(archive), "over", "4.2", "wang")
