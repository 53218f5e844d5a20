"""What becomes of a run's mails where no server is needed to see it."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reportgen.archive.archive import Archive
from reportgen.config.delivery import Quiet
from reportgen.delivery.dispatch import is_quiet
from reportgen.delivery.outbox.row import Mail
from reportgen.delivery.outbox.states import MailState
from reportgen.delivery.post import Post
from tests.delivery_case import BOSS, MailingBank

S = MailState


@pytest.fixture
def bank(tmp_path: Path) -> MailingBank:
    return MailingBank(tmp_path)


def fresh(bank: MailingBank) -> Post:
    return bank.post(bank.ledger())


def test_more_mails_than_the_job_allows_are_held(bank: MailingBank) -> None:
    bank.job(delivery={"most": 4})
    bank.run()
    post = fresh(bank)
    assert {one.state for one in post.outbox.mails()} == {S.HELD}
    assert bank.summary()["delivery"]["held"] == "5 mails, and the job's `delivery.most` is 4"
    assert post.send().settled == []


def test_without_a_server_the_mails_lie_in_the_outbox(bank: MailingBank) -> None:
    bank.run()
    post = fresh(bank)
    assert post.send().many(S.WRITTEN) == 5
    files = sorted(path.name for path in (bank.output / "outbox").glob("*.eml"))
    assert len(files) == 5
    assert files[0].startswith("small_2011-05_bank_r01_boss_")
    assert Archive.of(bank.output).state().delivered == {}


def test_nobody_gets_what_no_one_may_read(bank: MailingBank) -> None:
    bank.recipients([BOSS])
    bank.run(scopes=["bank", "branch:B1", "branch:B2"])
    told = bank.summary()["delivery"]
    assert (told["mails"], told["unread"]) == (1, ["branch:B1", "branch:B2"])


def test_a_server_that_is_down_is_not_tried_for_every_mail(bank: MailingBank) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    bank.delivery({"server": {"smtp": f"127.0.0.1:{port}", "security": "none"}, "domains": ["bank.test"],
                   "rate": {"per_minute": 100_000}})
    bank.run()
    post = fresh(bank)
    told = post.send()
    assert told.stopped.startswith("the server cannot be reached: ")
    assert sorted(one.attempts for one in post.outbox.mails()) == [0, 0, 1, 1, 1]
    assert {one.state for one in post.outbox.mails()} == {S.QUEUED}


@pytest.mark.parametrize(("hour", "quiet"), [(20, False), (21, True), (23, True), (3, True), (6, True), (7, False)])
def test_quiet_hours_go_over_midnight(hour: int, quiet: bool) -> None:
    rule = Quiet.model_validate({"from": "21:00", "to": "07:00", "zone": "Asia/Shanghai"})
    local = datetime(2026, 1, 6, hour, 0, tzinfo=rule.tz)
    assert is_quiet(rule, local.astimezone(UTC)) is quiet


def test_what_a_run_queues_waits_for_its_approval(bank: MailingBank) -> None:
    bank.job(release={"approval": True})
    bank.run(scopes=["branch:B1"])
    assert fresh(bank).outbox.mails() == ()


def test_a_mail_is_told_as_it_settles(bank: MailingBank) -> None:
    bank.run(scopes=["branch:B1"])
    heard: list[Mail] = []
    fresh(bank).send(heard.append)
    assert [one.state for one in heard] == [S.WRITTEN]
