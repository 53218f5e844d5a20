"""Notices, sent once for each event and channel; `<output>/notices/` remembers which were, until all is well again.

A notice that cannot be sent fails nothing: it is said, and tried again when the same event is told the next time.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reportgen.archive.entry import utc
from reportgen.config.operations import Notice, NoticeWebhook
from reportgen.config.secrets import resolve
from reportgen.delivery.notice_mail import message, send
from reportgen.errors import ReportgenError
from reportgen.operations.happening import Happening

FOLDER = "notices"
_SECONDS = 15


def notify(happening: Happening, notice: Notice, output: Path) -> tuple[str, ...]:
    """Send what was not sent yet of an event; what went wrong, in words.

    A recovery is told only after a notice of the same job and period, and closes it: the next failure is a new event.
    """
    if happening.kind not in notice.on:
        return ()
    try:
        with _remembered(output) as folder:
            return tuple(_sent(happening, notice, folder))
    except OSError as error:
        return (f"notices: {output / FOLDER} cannot be used: {error.strerror}",)


def _sent(happening: Happening, notice: Notice, folder: Path) -> Iterator[str]:
    open_ones = [path for path, one in _told(folder) if _concerns(one, happening)]
    if happening.kind == "recovery" and not open_ones:
        return
    path = folder / f"{hashlib.sha256(happening.key.encode()).hexdigest()[:32]}.json"
    sent: dict[str, str] = dict(_read(path).get("sent", {}))
    troubled = False
    channels = {"mail": notice.mail, "webhook": notice.webhook}
    for name, channel in channels.items():
        if channel is None or name in sent:
            continue
        trouble = _by_mail(happening, notice) if name == "mail" else _by_webhook(happening, channel)
        if trouble:
            troubled = True
            yield f"notice by {name} not sent: {trouble}"
            continue
        sent[name] = utc(happening.at)
        _write(path, {"key": happening.key, "kind": happening.kind, "job": happening.job,
                      "period": happening.period, "sent": sent})
    if happening.kind == "recovery" and not troubled:
        for one in (*open_ones, path):  # its own last: killed in between, the next call finds that it was told
            one.unlink(missing_ok=True)


def _by_mail(happening: Happening, notice: Notice) -> str:
    assert notice.mail is not None
    try:
        made = message(notice.mail, happening.subject, happening.text, happening.key, happening.at)
        return send(notice.mail, made)
    except ReportgenError as error:  # a secret that is not there
        return str(error.problems[0])


def _by_webhook(happening: Happening, webhook: Any) -> str:
    assert isinstance(webhook, NoticeWebhook)
    try:
        token = resolve(webhook.token) if webhook.token else ""
    except ReportgenError as error:
        return str(error.problems[0])
    body = json.dumps(happening.record(), ensure_ascii=False).encode()
    request = urllib.request.Request(webhook.url, body, {  # noqa: S310 - http and https alone, by the model
        "Content-Type": "application/json; charset=utf-8", **({"Authorization": f"Bearer {token}"} if token else {}),
    })
    opener = urllib.request.build_opener(
        _NoRedirect(), urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            status = int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return f"{webhook.url} answered {error.code}"
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return f"{webhook.url}: {' '.join(str(reason).split())[:200] or type(error).__name__}"
    return "" if 200 <= status < 300 else f"{webhook.url} answered {status}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the address that was configured and to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


@contextmanager
def _remembered(output: Path) -> Iterator[Path]:
    """The folder, one process at a time: two that tell of one event send one notice."""
    folder = output / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _told(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob("*.json")):
        yield path, _read(path)


def _concerns(one: dict[str, Any], happening: Happening) -> bool:
    return (one.get("job"), one.get("period")) == (happening.job, happening.period) and (
        one.get("kind") in ("failure", "late"))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(draft, path)  # noqa: PTH105 - the atomic call by its own name
