"""An owner is told once: by mail to a real SMTP server, by a real POST; a failing notice harms nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen.config.operations import Notice, load_operations
from reportgen.errors import JobError
from reportgen.operations.afterwards import afterwards
from reportgen.operations.happening import Happening
from reportgen.operations.notice import notify
from reportgen.runs.states import RunState

NOW = datetime(2026, 1, 6, 1, tzinfo=UTC)
FAILED = Happening("failure", "tiering", "2025-12", "failed", NOW, "3f0c2d5e0a1b", 10, 2)
DONE = replace(FAILED, kind="recovery", state="done", failed=0, archived=12)
LATE = Happening("late", "tiering", "2025-12", "late", NOW, due=datetime(2026, 1, 5, tzinfo=UTC))


def by_mail(port: int, **more: Any) -> dict[str, Any]:
    return {"smtp": f"127.0.0.1:{port}", "security": "none", "from": "reports@bank.example",
            "to": ["owner@bank.example", "desk@bank.example"], **more}


def by_both(mail_sink: Any, hook: Any) -> Notice:
    return Notice.model_validate({"mail": by_mail(mail_sink.port), "webhook": {"url": hook.url}})


def test_a_failure_is_told_once_on_each_channel(mail_sink: Any, hook: Any, tmp_path: Path) -> None:
    notice = by_both(mail_sink, hook)
    assert [notify(FAILED, notice, tmp_path) for _ in range(3)] == [(), (), ()]
    ((sender, to, mail),) = mail_sink.taken
    assert (sender, to) == ("reports@bank.example", ("owner@bank.example", "desk@bank.example"))
    assert mail["Subject"] == "reportgen: tiering 2025-12 failed · 失败"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "任务 tiering，报告期 2025-12：失败。" in text
    assert "份数：已归档 10 份，失败 2 份。" in text
    assert "Reports: 10 archived, 2 failed." in text
    assert "reportgen runs show 3f0c2d5e0a1b" in text
    ((heads, body),) = hook.posted
    assert heads["content-type"] == "application/json; charset=utf-8"
    told = json.loads(body)
    assert (told["kind"], told["state"], told["run"], told["failed"], told["time"]) == (
        "failure", "failed", "3f0c2d5e0a1b", 2, "2026-01-06T01:00:00Z")


def test_a_recovery_is_told_after_a_failure_and_not_otherwise(mail_sink: Any, hook: Any, tmp_path: Path) -> None:
    notice = by_both(mail_sink, hook)
    notify(DONE, notice, tmp_path)
    assert (mail_sink.taken, hook.posted) == ([], [])
    notify(FAILED, notice, tmp_path)
    notify(DONE, notice, tmp_path)
    notify(DONE, notice, tmp_path)
    subjects = [mail["Subject"] for _, _, mail in mail_sink.taken]
    assert subjects == ["reportgen: tiering 2025-12 failed · 失败", "reportgen: tiering 2025-12 is done · 已完成"]
    assert "（此前曾有通知）" in mail_sink.taken[1][2].get_content()
    notify(FAILED, notice, tmp_path)  # it fails anew
    assert len(mail_sink.taken) == 3
    assert [json.loads(body)["kind"] for _, body in hook.posted] == ["failure", "recovery", "failure"]


def test_what_is_late_is_told_once_and_recovers(mail_sink: Any, hook: Any, tmp_path: Path) -> None:
    notice = by_both(mail_sink, hook)
    for _ in range(3):
        notify(LATE, notice, tmp_path)
    assert "应于 2026-01-05T00:00:00Z（UTC）完成。" in mail_sink.taken[0][2].get_content()
    notify(DONE, notice, tmp_path)
    assert [json.loads(body)["kind"] for _, body in hook.posted] == ["late", "recovery"]


def test_only_what_was_asked_for_is_told(hook: Any, tmp_path: Path) -> None:
    notice = Notice.model_validate({"webhook": {"url": hook.url}, "on": ["late"]})
    notify(FAILED, notice, tmp_path)
    notify(LATE, notice, tmp_path)
    assert [json.loads(body)["kind"] for _, body in hook.posted] == ["late"]


def test_a_channel_that_failed_is_tried_again_and_the_other_is_not(mail_sink: Any, hook: Any, tmp_path: Path) -> None:
    notice = by_both(mail_sink, hook)
    hook.status = 503
    assert notify(FAILED, notice, tmp_path) == (f"notice by webhook not sent: {hook.url} answered 503",)
    hook.status = 200
    assert notify(FAILED, notice, tmp_path) == ()
    assert (len(mail_sink.taken), len(hook.posted)) == (1, 2)


def test_a_recovery_is_not_forgotten_by_the_channel_that_failed(mail_sink: Any, hook: Any, tmp_path: Path) -> None:
    notice = by_both(mail_sink, hook)
    notify(FAILED, notice, tmp_path)
    hook.status = 500
    assert len(notify(DONE, notice, tmp_path)) == 1
    hook.status = 204
    assert notify(DONE, notice, tmp_path) == ()
    assert len(mail_sink.taken) == 2
    assert [json.loads(body)["kind"] for _, body in hook.posted] == ["failure", "recovery", "recovery"]


@pytest.mark.parametrize(("command", "answer", "words"), [
    ("MAIL", "451 try later", "answered 451 try later"), ("RCPT", "550 nobody here", "refused every address"),
    (".", "554 no", "answered 554 no"), ("owner@bank.example", "550 gone", "refused 1 of 2 addresses (550 gone)"),
])
def test_what_a_mail_server_refuses_is_said(
    mail_sink: Any, tmp_path: Path, command: str, answer: str, words: str
) -> None:
    mail_sink.says[command] = answer
    (said,) = notify(FAILED, Notice.model_validate({"mail": by_mail(mail_sink.port)}), tmp_path)
    assert words in said


def test_without_encryption_that_was_asked_for_nothing_is_sent(mail_sink: Any, tmp_path: Path) -> None:
    mail = by_mail(mail_sink.port, security="starttls")  # the sink offers none
    (said,) = notify(FAILED, Notice.model_validate({"mail": mail}), tmp_path)
    assert "STARTTLS" in said
    assert mail_sink.taken == []


def test_nobody_there(tmp_path: Path, hook: Any) -> None:
    notice = Notice.model_validate({"mail": by_mail(9), "webhook": {"url": "http://127.0.0.1:9/"}})
    assert [one.split(":")[0] for one in notify(FAILED, notice, tmp_path)] == [
        "notice by mail not sent", "notice by webhook not sent"]


def test_a_redirect_is_not_followed_and_the_token_stays_here(
    hook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_TOKEN", "s3cret")
    notice = Notice.model_validate({"webhook": {"url": hook.url, "token": "env:HOOK_TOKEN"}})
    hook.status = 302
    assert notify(FAILED, notice, tmp_path) == (f"notice by webhook not sent: {hook.url} answered 302",)
    assert [heads.get("authorization") for heads, _ in hook.posted] == ["Bearer s3cret"]
    monkeypatch.delenv("HOOK_TOKEN")
    (said,) = notify(FAILED, notice, tmp_path)
    assert said == "notice by webhook not sent: env:HOOK_TOKEN: the environment has no such variable, or it is empty."
    assert not any("s3cret" in path.read_text() for path in tmp_path.rglob("*.json"))


def test_one_event_has_one_message_id(mail_sink: Any, tmp_path: Path) -> None:
    notice = Notice.model_validate({"mail": by_mail(mail_sink.port)})
    notify(FAILED, notice, tmp_path / "one")
    notify(FAILED, notice, tmp_path / "two")  # as after a crash between the mail and its note
    assert len({mail["Message-ID"] for _, _, mail in mail_sink.taken}) == 1


# Through the ledger

OPERATIONS = """\
notice:
  mail: {smtp: "127.0.0.1:%d", security: none, from: reports@bank.example, to: [owner@bank.example]}
  webhook: {url: "%s"}
  on: [failure, late, recovery]
"""


def test_a_run_that_fails_and_then_is_done(book: Any, mail_sink: Any, hook: Any, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "operations.yaml").write_text(OPERATIONS % (mail_sink.port, hook.url), encoding="utf-8")

    def told() -> tuple[str, ...]:
        return afterwards(book.output, tmp_path, book.ledger, job="tiering", period="2025-12", clock=book.clock)

    claim = book.begin()
    assert told() == ()
    assert hook.posted == []  # it is at work
    book.ledger.finish(claim, RunState.FAILED, "source closing: cannot be read")
    for _ in range(2):
        assert told() == ()
    book.run(RunState.DONE)
    for _ in range(2):
        assert told() == ()
    assert [json.loads(body)["kind"] for _, body in hook.posted] == ["failure", "recovery"]
    assert len(mail_sink.taken) == 2
    assert not any(b"cannot be read" in raw for raw in mail_sink.raw)  # a problem's words may quote the data
    assert afterwards(book.output, tmp_path, book.ledger, others=[LATE], clock=book.clock) == ()
    assert json.loads(hook.posted[-1][1])["kind"] == "late"


def test_without_settings_nobody_is_told_and_the_figures_are_written(book: Any, tmp_path: Path) -> None:
    book.run(RunState.FAILED)
    assert afterwards(book.output, tmp_path, book.ledger, job="tiering", period="2025-12") == ()
    assert (book.output / "metrics" / "reportgen.prom").is_file()
    assert not (book.output / "notices").exists()


def test_wrong_settings_are_said_and_stop_nothing(book: Any, tmp_path: Path) -> None:
    book.run(RunState.FAILED)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "operations.yaml").write_text("notice: {mial: {}}\n", encoding="utf-8")
    (said,) = afterwards(book.output, tmp_path, book.ledger, job="tiering", period="2025-12")
    assert "operations.yaml:1:10" in said
    assert "mail" in said


@pytest.mark.parametrize(("text", "why"), [
    ("{mail: {smtp: a.example, from: a@b, to: [c@d], user: u, password: s3cret}}", "in plain text"),
    ("{mail: {smtp: a.example, from: a@b, to: [c@d], user: u}}", "user and password go together"),
    ("{mail: {smtp: a.example, security: none, from: a@b, to: [c@d], user: u, password: \"env:P\"}}", "in the clear"),
    ("{mail: {smtp: \"a.example:x\", from: a@b, to: [c@d]}}", "smtp is a host"),
    ("{mail: {smtp: a.example, from: \"a@b\\nBcc: x@y\", to: [c@d]}}", "from"),
    ("{mail: {smtp: a.example, from: a@b, to: []}}", "to"),
    ("{webhook: {url: \"file:///etc/passwd\"}}", "an address like https"),
    ("{webhook: {url: \"http://alerts.example/\", token: \"env:T\"}}", "in the clear"),
    ("{webhook: {url: \"https://alerts.example/\"}, on: [sometimes]}", "sometimes"),
])
def test_settings_that_cannot_be_meant(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "operations.yaml").write_text(f"notice: {text}\n", encoding="utf-8")
    with pytest.raises(JobError) as caught:
        load_operations(tmp_path)
    assert why in str(caught.value)
    assert "s3cret" not in str(caught.value)
