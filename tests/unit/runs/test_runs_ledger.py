"""What the run ledger promises, held against SQLite and PostgreSQL alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from sqlalchemy import update

from reportgen.errors import ClaimHeld, ExitCode, Fenced, JobError, WrongState
from reportgen.runs.holder import Holder
from reportgen.runs.ledger import Ledger
from reportgen.runs.record import Claim
from reportgen.runs.states import RunState, UnitState
from reportgen.runs.tables import units
from tests.unit.runs.conftest import Clock, Place, everything, put

HOLDER_A = Holder("host-a", 11, "anna")
HOLDER_B = Holder("host-b", 22, "bo")
SHA = 64 * "a"


def to_archived(ledger: Ledger, claim: Claim) -> None:
    for state in (RunState.LOADING, RunState.VALIDATED, RunState.RENDERING, RunState.ARCHIVED):
        ledger.advance(claim, state)


def done(ledger: Ledger, claim: Claim) -> None:
    to_archived(ledger, claim)
    ledger.advance(claim, RunState.RELEASED)
    ledger.finish(claim, RunState.DONE)


def test_a_run_from_claim_to_done(place: Place, clock: Clock) -> None:
    ledger = place.ledger(clock)
    claim = ledger.claim("taihu", "2011-05", holder=HOLDER_A)
    assert (claim.epoch, claim.version, claim.resumed, claim.found) == (1, 1, False, RunState.PLANNED)
    assert claim.until == datetime(2026, 1, 6, 0, 40, tzinfo=UTC)
    ledger.advance(claim, RunState.LOADING, digest="d1")
    ledger.advance(claim, RunState.VALIDATED)
    ledger.plan_units(claim, [("bank", "zh-CN"), ("bank", "en"), ("bank", "en")])
    ledger.advance(claim, RunState.RENDERING)
    ledger.unit(claim, "bank", "en", UnitState.FAILED, problem="glyph", code=7, seconds=0.5)
    ledger.unit(claim, "bank", "en", UnitState.RENDERED, pdf=SHA, workbook=SHA, seconds=1.25)
    ledger.unit(claim, "bank", "en", UnitState.ARCHIVED, edition="e1", manifest=SHA)
    clock.go(minutes=5)
    ledger.advance(claim, RunState.ARCHIVED)
    ledger.advance(claim, RunState.RELEASED)
    ledger.finish(claim, RunState.DONE_WITH_ERRORS, "1 unit failed")
    row = place.ledger().run(claim.run_id[:6])
    assert (row.job, row.period, row.version, row.state, row.epoch) == ("taihu", "2011-05", 1, "done_with_errors", 1)
    assert (row.digest, row.problem, row.made_by, row.holder) == ("d1", "1 unit failed", "anna", HOLDER_A)
    assert (row.started, row.ended) == (datetime(2026, 1, 6, 0, 30, tzinfo=UTC), datetime(2026, 1, 6, 0, 35, tzinfo=UTC))
    assert (row.until, row.is_held) == (None, False)
    english, chinese = ledger.units(claim.run_id)
    assert (english.scope, english.locale, english.state, english.attempts) == ("bank", "en", "archived", 2)
    assert (english.pdf, english.edition, english.manifest, english.seconds) == (SHA, "e1", SHA, 1.25)
    assert (english.problem, english.code) == ("", 0)
    assert (chinese.locale, chinese.state, chinese.attempts) == ("zh-CN", "pending", 0)
    assert [step.after for step in ledger.history(claim.run_id)] == [
        "claimed", "loading", "validated", "rendering", "archived", "released", "done_with_errors"]
    assert ledger.history(claim.run_id)[-1].by == "anna on host-a, process 11"


def test_a_held_claim_names_who_since_when_and_until_when(place: Place, clock: Clock) -> None:
    place.ledger(clock).claim("taihu", "2011-05", holder=HOLDER_A)
    clock.go(minutes=3)
    other = place.ledger(clock)
    with pytest.raises(ClaimHeld) as caught:
        other.claim("taihu", "2011-05", holder=HOLDER_B)
    assert caught.value.code == ExitCode.CLAIM_HELD
    assert "taihu 2011-05 is being run by anna on host-a, process 11 since 2026-01-06 00:30:00 UTC" in str(caught.value)
    assert "until 2026-01-06 00:40:00 UTC" in str(caught.value)
    for job, period in (("taihu", "2011-06"), ("other", "2011-05")):
        assert other.claim(job, period, holder=HOLDER_B).epoch == 1


def writes(ledger: Ledger, claim: Claim) -> dict[str, Callable[[], object]]:
    return {
        "advance": lambda: ledger.advance(claim, RunState.LOADING),
        "finish": lambda: ledger.finish(claim, RunState.FAILED),
        "renew": lambda: ledger.renew(claim),
        "check": lambda: ledger.check(claim),
        "plan_units": lambda: ledger.plan_units(claim, [("branch:1", "en")]),
        "unit": lambda: ledger.unit(claim, "bank", "en", UnitState.RENDERED, pdf=SHA),
        "restart": lambda: ledger.restart(claim, "other inputs"),
    }


def test_a_lease_that_ended_is_taken_over_and_its_holder_is_fenced_from_every_write(place: Place, clock: Clock) -> None:
    ledger = place.ledger(clock)
    old = ledger.claim("taihu", "2011-05", holder=HOLDER_A)
    ledger.plan_units(old, [("bank", "en")])
    ledger.advance(old, RunState.LOADING)
    clock.go(minutes=10, seconds=-1)
    with pytest.raises(ClaimHeld):
        place.ledger(clock).claim("taihu", "2011-05", holder=HOLDER_B)
    clock.go(seconds=1)
    new = place.ledger(clock).claim("taihu", "2011-05", holder=HOLDER_B)
    assert (new.run_id, new.epoch, new.resumed, new.found) == (old.run_id, 2, True, RunState.LOADING)
    kept = everything(ledger)
    for name, write in writes(ledger, old).items():
        with pytest.raises(Fenced, match="taken over by bo on host-b, process 22 at 2026-01-06 00:40:00 UTC") as caught:
            write()
        assert caught.value.code == ExitCode.CLAIM_HELD, name
        assert everything(ledger) == kept, name
    ledger.unit(new, "bank", "en", UnitState.RENDERED, pdf=SHA)
    assert ledger.units(new.run_id)[0].epoch == 2


def test_a_claim_that_was_let_go_is_good_for_nothing(place: Place) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05")
    ledger.finish(claim, RunState.FAILED, "disk full")
    kept = everything(ledger)
    for write in writes(ledger, claim).values():
        with pytest.raises(Fenced, match="was let go"):
            write()
    assert everything(ledger) == kept
    # The same process may come back at once, and goes on with the same run.
    again = ledger.claim("taihu", "2011-05")
    assert (again.run_id, again.epoch, again.found) == (claim.run_id, 2, RunState.FAILED)
    assert (ledger.run(again.run_id).problem, ledger.run(again.run_id).ended) == ("", None)


def test_renewing_moves_the_end_and_checking_assures_half_a_lease(place: Place, clock: Clock) -> None:
    ledger = place.ledger(clock)
    claim = ledger.claim("taihu", "2011-05", lease=timedelta(minutes=8), holder=HOLDER_A)
    clock.go(minutes=3)
    ledger.check(claim)
    assert ledger.run(claim.run_id).until == claim.until
    clock.go(minutes=2)
    ledger.check(claim)
    assert ledger.run(claim.run_id).until == clock.now + timedelta(minutes=8)
    clock.go(minutes=7)
    assert ledger.renew(claim).until == clock.now + timedelta(minutes=8)
    clock.go(minutes=60)  # slept; nobody came
    ledger.check(claim)
    with pytest.raises(ClaimHeld):
        place.ledger(clock).claim("taihu", "2011-05", holder=HOLDER_B)


@pytest.mark.parametrize("state", [state for state in RunState if state is not RunState.PLANNED])
def test_a_claim_continues_what_is_not_done_and_begins_anew_what_is(place: Place, clock: Clock, state: RunState) -> None:
    ledger = place.ledger(clock)
    first = ledger.claim("taihu", "2011-05", holder=HOLDER_A)
    put(ledger, first, state)
    clock.go(minutes=11)
    second = ledger.claim("taihu", "2011-05", holder=HOLDER_B, reason="late bookings")
    row = ledger.run(second.run_id)
    assert (row.state, row.reason, second.epoch) == ("claimed", "late bookings", 2)
    assert (second.version, second.resumed, second.run_id == first.run_id) == (
        (2, False, False) if state is RunState.DONE else (1, True, True))


def test_who_releases_a_waiting_run_finds_it_as_it_was(place: Place) -> None:
    ledger = place.ledger()
    for state in (RunState.CLAIMED, RunState.ARCHIVED):
        with pytest.raises(WrongState, match="it waits for nobody"):
            ledger.claim("taihu", "2011-05", waiting=True)
        claim = ledger.claim("taihu", "2011-05")
        if state is RunState.ARCHIVED:
            to_archived(ledger, claim)
            ledger.finish(claim, RunState.AWAITING_APPROVAL, "approval by another person")
        else:
            ledger.finish(claim, RunState.INTERRUPTED)
    release = ledger.claim("taihu", "2011-05", waiting=True, holder=HOLDER_B)
    row = ledger.run(release.run_id)
    assert (row.state, row.problem, row.made_by == "bo", row.epoch) == (
        "awaiting_approval", "approval by another person", False, 3)
    with pytest.raises(ClaimHeld):
        place.ledger().claim("taihu", "2011-05")
    ledger.advance(release, RunState.RELEASED)
    ledger.finish(release, RunState.DONE)
    assert ledger.issued_periods("taihu") == ("2011-05",)


def test_only_a_state_of_rest_lets_go(place: Place) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05")
    with pytest.raises(WrongState, match="cannot be let go as loading"):
        ledger.finish(claim, RunState.LOADING)
    with pytest.raises(WrongState, match="is claimed; it cannot become done"):
        ledger.finish(claim, RunState.DONE)
    to_archived(ledger, claim)
    ledger.advance(claim, RunState.HELD)
    ledger.finish(claim, RunState.HELD, "60 of 1,000 units failed")
    assert ledger.run(claim.run_id).problem == "60 of 1,000 units failed"


def test_a_run_from_other_inputs_is_another_run(place: Place, clock: Clock) -> None:
    ledger = place.ledger(clock)
    first = ledger.claim("taihu", "2011-05", holder=HOLDER_A, reason="late bookings")
    ledger.plan_units(first, [("bank", "en")])
    clock.go(minutes=1)
    second = ledger.restart(first, "the source closing is another one now")
    assert (second.version, second.epoch, second.until) == (2, 2, clock.now + timedelta(minutes=10))
    old, new = ledger.run(first.run_id), ledger.run(second.run_id)
    assert (old.state, old.problem, old.is_held) == ("failed", "the source closing is another one now", False)
    assert (new.state, new.reason, new.holder, new.made_by) == ("claimed", "late bookings", HOLDER_A, "anna")
    assert ledger.units(second.run_id) == ()
    ledger.advance(second, RunState.LOADING)
    with pytest.raises(Fenced):
        ledger.advance(first, RunState.LOADING)
    with pytest.raises(ClaimHeld):
        place.ledger(clock).claim("taihu", "2011-05", holder=HOLDER_B)
    assert ledger.latest("taihu", "2011-05") == ledger.run(second.run_id)


def test_a_unit_that_was_not_planned_and_a_field_that_is_none(place: Place) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05")
    with pytest.raises(WrongState, match=r"branch:9 en of run .* is not planned"):
        ledger.unit(claim, "branch:9", "en", UnitState.RENDERED)
    with pytest.raises(TypeError, match="no such field: state"):
        ledger.advance(claim, RunState.LOADING, state="done")
    with pytest.raises(TypeError, match="no such field: epoch"):
        ledger.unit(claim, "bank", "en", UnitState.RENDERED, epoch=7)


def test_runs_are_found_by_job_period_state_and_the_beginning_of_an_id(place: Place, clock: Clock) -> None:
    ledger = place.ledger(clock)
    made = {}
    for job, period in product(("a", "b"), ("2026-01", "2026-02")):
        made[job, period] = ledger.claim(job, period, holder=HOLDER_A).run_id
        clock.go(seconds=1)
    done(ledger, Claim(made["a", "2026-01"], "a", "2026-01", 1, clock.now, timedelta(minutes=10)))
    assert [row.id for row in ledger.runs()] == list(made.values())[::-1]
    assert [(row.job, row.period) for row in ledger.runs(limit=2)] == [("b", "2026-02"), ("b", "2026-01")]
    assert [row.period for row in ledger.runs(job="a")] == ["2026-02", "2026-01"]
    assert [row.job for row in ledger.runs(period="2026-01", state=RunState.CLAIMED)] == ["b"]
    assert ledger.issued_periods("a") == ("2026-01",)
    assert ledger.issued_periods("b") == ()
    for wrong in ("zz", "%", "_"):
        with pytest.raises(JobError, match="No run has the id"):
            ledger.run(wrong)
    with pytest.raises(JobError, match="4 runs have an id that begins with ''"):
        ledger.run("")


def test_what_became_of_dates_and_the_last_look(place: Place, clock: Clock) -> None:
    ledger = place.ledger(clock)
    assert (ledger.last_scheduled("a"), ledger.last_tick(), ledger.occurrences("a")) == (None, None, ())
    january, february = datetime(2026, 2, 4, 0, 30, tzinfo=UTC), datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
    ledger.note_occurrence("a", "2026-02", february, "waiting")
    ledger.note_occurrence("a", "2026-01", january, "issued")
    ledger.note_occurrence("b", "2026-03", february, "issued")
    seen = clock.now
    clock.go(hours=2)
    ledger.note_occurrence("a", "2026-02", february, "issued")
    first, second = ledger.occurrences("a")
    assert (first.period, first.due, first.outcome, first.noted) == ("2026-01", january, "issued", seen)
    assert (second.period, second.outcome, second.noted, second.first_noted) == ("2026-02", "issued", clock.now, seen)
    assert ledger.last_scheduled("a") == second
    ledger.note_tick("host-a", seen)
    ledger.note_tick("host-b", clock.now)
    ledger.note_tick("host-a", seen + timedelta(hours=1))
    tick = ledger.last_tick()
    assert tick is not None
    assert (tick.host, tick.at) == ("host-b", clock.now)


def test_times_go_in_with_any_zone_and_come_out_aware_in_utc(place: Place) -> None:
    shanghai = timezone(timedelta(hours=8))
    ledger = place.ledger(Clock(datetime(2026, 1, 6, 8, 30, 0, 123456, tzinfo=shanghai)))
    claim = ledger.claim("taihu", "2011-05")
    row = ledger.run(claim.run_id)
    assert row.started == datetime(2026, 1, 6, 0, 30, 0, 123456, tzinfo=UTC)
    assert row.started.utcoffset() == timedelta()
    ledger.note_tick("host", datetime(2026, 1, 6, 8, 30, tzinfo=shanghai))
    tick = ledger.last_tick()
    assert tick is not None
    assert tick.at.isoformat() == "2026-01-06T00:30:00+00:00"
    with pytest.raises(Exception, match="a time without a zone"):
        ledger.note_tick("host", datetime(2026, 1, 6))  # noqa: DTZ001 - what is refused


def test_without_a_clock_the_time_is_now(place: Place) -> None:
    ledger = place.ledger()
    row = ledger.run(ledger.claim("taihu", "2011-05").run_id)
    assert abs((datetime.now(UTC) - row.started).total_seconds()) < 5


def test_ten_thousand_units_are_listed_and_counted_at_once(place: Place) -> None:
    ledger = place.ledger()
    claim = ledger.claim("taihu", "2011-05")
    wanted = [(f"branch:{number:04}", locale) for number in range(5_000) for locale in ("zh-CN", "en")]
    ledger.plan_units(claim, wanted)
    ledger.plan_units(claim, wanted)
    for number in range(30):
        ledger.unit(claim, f"branch:{number:04}", "en", UnitState.RENDERED)
    started = time.perf_counter()
    for _ in range(10):
        assert ledger.unit_counts(claim.run_id) == {"pending": 9_970, "rendered": 30, "archived": 0, "failed": 0}
        assert len(ledger.units(claim.run_id, UnitState.RENDERED)) == 30
    assert time.perf_counter() - started < 4
    started = time.perf_counter()
    assert len(ledger.units(claim.run_id)) == 10_000
    assert time.perf_counter() - started < 4


def test_two_programs_at_a_new_ledger_make_its_tables_once(place: Place) -> None:
    from threading import Barrier, Thread

    ready, claims, errors = Barrier(6), [], []

    def first(number: int) -> None:
        ledger = place.ledger()
        ready.wait()
        try:
            claims.append(ledger.claim(f"job{number}", "2026-01"))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test fails by it
            errors.append(error)

    threads = [Thread(target=first, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(place.ledger().runs()) == len(claims) == 6


def test_no_takeover_comes_between_a_step_and_its_end(place: Place, clock: Clock) -> None:
    from threading import Event, Thread

    from reportgen.runs.transition import fenced

    ledger, taken = place.ledger(clock), Event()
    claim = ledger.claim("taihu", "2011-05", holder=HOLDER_A)
    ledger.plan_units(claim, [("bank", "en")])
    place.ledger(clock).runs()
    clock.go(minutes=11)
    epochs = []

    def take() -> None:
        epochs.append(place.ledger(clock).claim("taihu", "2011-05", holder=HOLDER_B).epoch)
        taken.set()

    with ledger.database.writing() as connection:
        fenced(connection, claim)
        thread = Thread(target=take)
        thread.start()
        assert not taken.wait(0.5)
        connection.execute(update(units).values(pdf="of epoch 1"))
    assert taken.wait(20)
    thread.join()
    assert epochs == [2]
    assert ledger.units(claim.run_id)[0].pdf == "of epoch 1"


def test_a_holder_of_another_host_is_never_known_dead(place: Place) -> None:
    ledger = place.ledger()
    here = Holder.here()
    ledger.claim("taihu", "2011-05", holder=replace(here, host="far", pid=2**22 + 1, machine="m", boot="b"))
    with pytest.raises(ClaimHeld, match="on far"):
        ledger.claim("taihu", "2011-05")
