"""What an owner is told: that a run failed, that a period is late, that it is done after all. In both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reportgen.archive.entry import utc
from reportgen.config.operations import Kind
from reportgen.runs.record import RunRow
from reportgen.runs.states import RunState

FAILURES = frozenset({
    RunState.FAILED, RunState.BLOCKED, RunState.HELD, RunState.DONE_WITH_ERRORS, RunState.INTERRUPTED,
})
_STATES = {
    "failed": ("failed", "失败"), "blocked": ("was blocked by a data quality gate", "被数据质量关口阻断"),
    "held": ("is held: nothing leaves", "被扣留，任何报告均不发出"),
    "done_with_errors": ("is done, but some reports failed", "已完成，但有报告失败"),
    "interrupted": ("was interrupted", "被中断"), "done": ("is done", "已完成"),
    "released": ("is released", "已放行"), "late": ("is late", "已逾期"),
    "not_begun": ("could not begin", "无法开始"), "not_scheduled": ("cannot be scheduled", "无法排期"),
    "scheduled": ("can be scheduled again", "已恢复排期"),
    "undelivered": ("did not all go out", "有邮件未能发出"),
    "mail_refused": ("stopped: the mail server refuses the login or this sender", "已停止：邮件服务器拒绝登录或发件人"),
    "delivered": ("have all gone out", "邮件已全部发出"),
}
MAIL = frozenset({"undelivered", "mail_refused", "delivered"})
"""States of a run's mails; `archived` are those that went, `failed` those that did not."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing worth a notice. It holds numbers and names of jobs; no words that could quote the data."""

    kind: Kind
    job: str
    period: str
    state: str
    """The run's; without a run `late` for a period whose deadline passed, `not_begun`, or the job's `not_scheduled`."""
    at: datetime
    run: str = ""
    """Empty for a period that was never run."""
    archived: int = 0
    failed: int = 0
    due: datetime | None = None

    @property
    def key(self) -> str:
        """The same for the same event: one notice is sent for it. A run that fails again in one way is one event."""
        return f"{self.kind}/{self.job}/{self.period}/{self.run}/{self.state}"

    @property
    def subject(self) -> str:
        english, chinese = _STATES[self.state]
        return f"reportgen: {f'{self.job} {self.period}'.strip()} {english} · {chinese}"

    @property
    def text(self) -> str:
        """The notice's body: Chinese, then English."""
        english, chinese = _STATES[self.state]
        again = "（此前曾有通知）" if self.kind == "recovery" else ""
        told = " after an earlier notice" if self.kind == "recovery" else ""
        lines = [f"任务 {self.job}{f'，报告期 {self.period}' if self.period else ''}：{chinese}{again}。"]
        lines += [f"份数：已归档 {self.archived:,} 份，失败 {self.failed:,} 份。"] if self.run else []
        lines += [f"邮件：已发 {self.archived:,} 封，未发 {self.failed:,} 封。"] if self.state in MAIL else []
        lines += [f"应于 {utc(self.due)}（UTC）完成。"] if self.due else []
        lines += ["", f"Job {self.job}{f', period {self.period},' if self.period else ''} {english}{told}."]
        lines += [f"Reports: {self.archived:,} archived, {self.failed:,} failed."] if self.run else []
        lines += [f"Mails: {self.archived:,} sent, {self.failed:,} not."] if self.state in MAIL else []
        lines += [f"It was due at {utc(self.due)} (UTC)."] if self.due else []
        command = f"reportgen runs show {self.run}" if self.run else "reportgen tick --dry-run"
        if self.state in MAIL:
            command = f"reportgen outbox list --job {self.job.removesuffix('/mail')} --period {self.period}"
        return "\n".join([*lines, "", f"    {command}", ""])

    def record(self) -> dict[str, object]:
        """As a webhook gets it."""
        return {
            "kind": self.kind, "job": self.job, "period": self.period, "state": self.state, "run": self.run,
            "archived": self.archived, "failed": self.failed, "due": utc(self.due) if self.due else "",
            "time": utc(self.at), "key": self.key, "subject": self.subject, "text": self.text,
        }


def failure_of(run: RunRow, archived: int, failed: int, at: datetime) -> Happening | None:
    """The failure that a run at rest is; None for one that went well or still goes on."""
    if run.state not in FAILURES or run.is_held:
        return None
    return Happening("failure", run.job, run.period, run.state.value, at, run.id, archived, failed)


def recovery_of(run: RunRow, archived: int, failed: int, at: datetime) -> Happening | None:
    """The recovery that a run at rest is, if there was a notice before; None while it is not done."""
    if run.state not in (RunState.DONE, RunState.RELEASED):
        return None
    return Happening("recovery", run.job, run.period, run.state.value, at, run.id, archived, failed)
