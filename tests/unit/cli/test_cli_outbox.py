"""The outbox as typed: from a run that queues to what an operator does about each mail; exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from reportgen import pipeline
from reportgen.cli import main
from reportgen.delivery.outbox.states import MailState
from tests.delivery_case import MailingBank, Stamped, person
from tests.mail_sink import MailSink, mail_sink
from tests.run_case import PERIOD

__all__ = ["mail_sink"]
RUN = ["run", "job.yaml", "--period", PERIOD, "--workers", "1", "--scope", "branch:B1", "--scope", "branch:B2"]


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MailingBank:
    monkeypatch.setattr(pipeline, "reread", lambda *_: None)
    monkeypatch.setattr(pipeline.run_job, "__defaults__", (None, Stamped(), (), "", 1, None))
    monkeypatch.chdir(tmp_path)
    return MailingBank(tmp_path)


def to_sink(bank: MailingBank, sink: MailSink) -> None:
    bank.delivery({"server": {"smtp": f"127.0.0.1:{sink.port}", "security": "none"}, "domains": ["bank.test"],
                   "rate": {"per_minute": 100_000}})


def listed(capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["outbox", "list", "--json", *more]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_run_sends_what_it_queues(
    bank: MailingBank, mail_sink: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    to_sink(bank, mail_sink)
    assert main(RUN) == 0
    assert "mail: 2 sent" in capsys.readouterr().err
    assert [to for _, to, _ in mail_sink.taken] == [("p1@bank.test",), ("p2@bank.test",)]
    assert main(RUN) == 0
    assert len(mail_sink.taken) == 2
    capsys.readouterr()
    assert main(["archive", "show", f"small/{PERIOD}/branch:B1"]) == 0
    (shown,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("delivered")]
    assert " to p1 by mail  sha256 " in shown
    assert main(["archive", "verify"]) == 0
    capsys.readouterr()
    assert main(["outbox", "list"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["mail", "job", "period", "scope", "edition", "recipient", "state", "tries", "why"]
    assert [line.split()[1:7] for line in out[1:]] == [
        ["small", PERIOD, "branch:B1", "r01", "p1", "sent"], ["small", PERIOD, "branch:B2", "r01", "p2", "sent"]]


def test_without_sending_the_mails_wait(
    bank: MailingBank, mail_sink: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    to_sink(bank, mail_sink)
    assert main([*RUN, "--no-send"]) == 0
    assert mail_sink.taken == []
    assert {one["state"] for one in listed(capsys)} == {"queued"}
    assert main(["outbox", "send"]) == 0
    assert len(mail_sink.taken) == 2
    assert main(["outbox", "send"]) == 0
    assert "mail: nothing was due" in capsys.readouterr().err


def test_a_tick_sends_what_waits(bank: MailingBank, mail_sink: MailSink, capsys: pytest.CaptureFixture[str]) -> None:
    to_sink(bank, mail_sink)
    assert main([*RUN, "--no-send"]) == 0
    assert main(["tick", "--jobs", "job.yaml", "--dry-run"]) == 0
    assert mail_sink.taken == []
    assert main(["tick", "--jobs", "job.yaml"]) == 0
    assert len(mail_sink.taken) == 2
    capsys.readouterr()
    assert main(["tick", "--jobs", "job.yaml"]) == 0
    assert "mail" not in capsys.readouterr().err


def test_what_failed_is_tried_again_or_given_up(
    bank: MailingBank, mail_sink: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    to_sink(bank, mail_sink)
    mail_sink.says["p1@bank.test"] = "550 5.1.1 no such box"
    assert main(RUN) == 10
    told = capsys.readouterr().err
    assert "small 2011-05 branch:B1 r01 to p1: failed: 550 no such box" in told or "5.1.1" in told
    (failed,) = listed(capsys, "--state", "failed")
    key = str(failed["key"])[:12]
    assert main(["outbox", "show", key]) == 0
    shown = capsys.readouterr().out
    assert "next          reportgen outbox retry tries again, reportgen outbox drop gives up" in shown
    assert str(failed["file"]).startswith(str(bank.output / "outbox"))
    mail_sink.says.clear()
    assert main(["outbox", "retry", key]) == 0
    assert main(["outbox", "send"]) == 0
    assert len(mail_sink.taken) == 2
    assert main(["outbox", "drop", key, "--reason", "too late"]) == 2, "what is sent cannot be dropped"
    assert "cannot become dropped" in capsys.readouterr().err


@pytest.mark.parametrize(("recipients", "delivery", "why"), [
    ([person(1, mail="a@b, c@d")], {}, "config/recipients.yaml:"), ([person(1)], {"smtp": "x"}, "config/delivery.yaml:"),
    ([person(1, certificate="config/none.pem")], {}, "p1: there is no certificate config/none.pem"),
    ([], {}, "delivery: nobody may read 'small' by config/recipients.yaml"),
])
def test_wrong_settings_stop_a_run_before_its_first_page(
    bank: MailingBank, capsys: pytest.CaptureFixture[str], recipients: list[dict[str, object]],
    delivery: dict[str, object], why: str,
) -> None:
    bank.recipients(recipients)
    bank.delivery(delivery)
    assert main(RUN) == 2
    assert why in capsys.readouterr().err
    assert not (bank.output / "archive").exists()


def test_a_headline_is_a_metric(bank: MailingBank, capsys: pytest.CaptureFixture[str]) -> None:
    bank.job(delivery={"headline": "aum_pont"})
    assert main(["check", "job.yaml"]) == 2
    assert "delivery.headline: there is no metric 'aum_pont'. Did you mean 'aum_point'?" in capsys.readouterr().err


def test_the_doctor_tries_the_server_and_sends_nothing(
    bank: MailingBank, mail_sink: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    to_sink(bank, mail_sink)
    main(["doctor"])
    assert f"ok       mail        127.0.0.1:{mail_sink.port}, none" in capsys.readouterr().out
    mail_sink.says["EHLO"] = "554 5.7.1 go away"
    mail_sink.says["HELO"] = "554 5.7.1 go away"
    assert main(["doctor"]) == 3
    out = capsys.readouterr().out
    assert f"problem  mail        127.0.0.1:{mail_sink.port}: 554 5.7.1 go away" in out
    assert not mail_sink.taken


def test_the_owner_is_told_of_mails_that_did_not_go_out_and_that_they_did(
    bank: MailingBank, mail_sink: MailSink
) -> None:
    to_sink(bank, mail_sink)
    (bank.root / "config/operations.yaml").write_text(yaml.safe_dump({"notice": {"on": ["failure", "recovery"], "mail": {
        "smtp": f"127.0.0.1:{mail_sink.port}", "security": "none", "sender": "reportgen@bank.test",
        "to": ["owner@bank.test"]}}}), "utf-8")
    mail_sink.says["p1@bank.test"] = "550 5.1.1 no such box"
    assert main(RUN) == 10
    notices = [one for _, to, one in mail_sink.taken if to == ("owner@bank.test",)]
    assert [str(one["subject"]) for one in notices] == [
        "reportgen: small/mail 2011-05 did not all go out · 有邮件未能发出"]
    text = notices[0].get_content()
    assert "邮件：已发 1 封，未发 1 封。" in text
    assert "reportgen outbox list --job small --period 2011-05" in text
    mail_sink.says.clear()
    assert main(["outbox", "retry", "--job", "small"]) == 0
    assert main(["outbox", "send"]) == 0
    assert main(["outbox", "send"]) == 0
    subjects = [str(one["subject"]) for _, to, one in mail_sink.taken if to == ("owner@bank.test",)]
    assert subjects[1:] == ["reportgen: small/mail 2011-05 have all gone out · 邮件已全部发出"]


def test_held_mails_are_let_go_by_an_operator(
    bank: MailingBank, mail_sink: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    to_sink(bank, mail_sink)
    bank.job(delivery={"most": 1})
    assert main(RUN) == 0
    assert "held until `reportgen outbox release`: 2 mails" in capsys.readouterr().err
    assert main(["outbox", "release"]) == 2
    assert main(["outbox", "release", "--job", "small", "--arrived"]) == 2
    assert main(["outbox", "release", "--job", "small", "--period", PERIOD]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["outbox", "send"]) == 0
    assert len(mail_sink.taken) == 2


def test_a_mail_in_doubt_is_held_and_an_operator_says_that_it_arrived(
    bank: MailingBank, mail_sink: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    to_sink(bank, mail_sink)
    assert main([*RUN, "--no-send"]) == 0
    with bank.ledger() as ledger:
        outbox = bank.post(ledger).outbox
        first, second = outbox.mails()
        outbox.take(first)
        taken = outbox.mail(first.key)
        assert taken is not None
        outbox.step(taken, MailState.IN_DOUBT, said="cut off")
        outbox.step(second, MailState.DROPPED)
    path = bank.root / "config/delivery.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | {"doubt": {"settle": 0}}), "utf-8")
    assert main(["outbox", "send"]) == 13
    assert "held: in doubt: nobody knows whether it arrived" in capsys.readouterr().err
    assert main(["outbox", "release", first.key[:8], "--arrived"]) == 0
    assert {one["state"] for one in listed(capsys)} == {"sent", "dropped"}
    assert mail_sink.taken == []
    assert main(["outbox", "send"]) == 0, "what an operator says is noted in the archive's log"


def test_who_gets_what_is_planned_and_explained(bank: MailingBank, capsys: pytest.CaptureFixture[str]) -> None:
    bank.recipients([person(1), person(2, mail="p2@elsewhere.test")])
    bank.delivery({"server": {"smtp": "mail.bank.test:587"}, "domains": ["bank.test"]})
    assert main(["plan", "job.yaml", "--period", PERIOD]) == 0
    out = capsys.readouterr().out
    assert "mail          2 recipients, by the rights of today" in out
    assert ("branch:B1     p1 <p1@bank.test> may read branch:B1 of small from 2020-01-01 "
            "(config/recipients.yaml: p1, right 1)\n") in out
    assert "gets nothing: the domain elsewhere.test is not in `domains:`" in out
    assert "nobody        may read bank, branch:B3, branch:B4" in out
    assert not (bank.output / "outbox").exists(), "a plan leaves nothing"

    assert main(["plan", "job.yaml", "--period", PERIOD, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["recipient"] for one in told["recipients"]] == ["p1", "p2"]
    assert told["unread"] == ["bank", "branch:B3", "branch:B4"]

    assert main([*RUN, "--no-send"]) == 0
    capsys.readouterr()
    assert main(["explain", "--recipient", "p1", "job.yaml"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == "recipient:  p1 <p1@bank.test>, zh-CN"
    assert second.startswith("today:      may read branch:B1 of small")
    assert third.startswith("mail:       small 2011-05 branch:B1 r01: queued ")
    assert main(["explain", "--recipient", "p7"]) == 2
    assert "config/recipients.yaml has no recipient p7." in capsys.readouterr().err


def test_an_approval_lets_the_mails_go(
    bank: MailingBank, mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    to_sink(bank, mail_sink)
    bank.job(release={"approval": True})
    assert main(RUN) == 0
    assert mail_sink.taken == []
    monkeypatch.setattr("reportgen.release.approver.operator", lambda: {"user": "checker", "host": "desk"})
    assert main(["approve", "job.yaml", "--period", PERIOD]) == 0
    assert main(["outbox", "send"]) == 0
    assert len(mail_sink.taken) == 2
    html = mail_sink.taken[0][2].get_body(("html",))
    assert html is not None
    assert "已由checker于" in html.get_content()
    capsys.readouterr()


@pytest.mark.parametrize("arguments", [
    ["outbox", "list"], ["outbox", "show", "3f0c"], ["outbox", "retry", "3f0c"], ["outbox", "drop", "3f0c", "--reason", "x"],
])
def test_without_an_outbox_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert "there is no outbox here" in capsys.readouterr().err
    assert not (tmp_path / "output").exists()
