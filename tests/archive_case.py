"""A small archive for tests, made by the program's own modules: restated, rotated, held, deleted; tiny objects.

    2025-11 tiering bank       r01, r02    r02 corrects r01
    2025-12 tiering bank       r01
    2025-12 tiering branch:B07 r01         on hold, the hold released
    2015-12 tiering bank       r01         past its day: deleted by two people
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from reportgen.archive import retention, rotation
from reportgen.archive.archive import Archive
from reportgen.archive.entry import Anchored
from reportgen.archive.manifest import Manifest
from reportgen.archive.state import Issued
from reportgen.archive.tree import plant

SHIPPED = Path(__file__).resolve().parents[1] / "reportgen" / "archive" / "shipped"
EMPTY = "0" * 64


@dataclass
class Clock:
    """A second passes at every look."""

    now: datetime = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def manifest(archive: Archive, key: tuple[str, str, str, str], **more: Any) -> Manifest:
    """A manifest with its objects put into the store; `until` and `supersedes` among `more`."""
    job, period, scope, revision = key
    name = " ".join(key)

    def put(what: str) -> str:
        return archive.store.put(f"{what} of {name}\n".encode())

    pdf = f"%PDF-1.7 {name}\n".encode() * 3
    home = plant({"home.json": b"{}", f"project/{scope}.txt": name.encode(), "project/base.css": b"p{}"}, archive.store)
    return Manifest.model_validate({
        "key": {"job": job, "period": period, "scope": scope, "revision": revision},
        "edition": hashlib.sha256(name.encode()).hexdigest()[:12],
        "report": "tiering", "title": {"zh-CN": "客户分层报告", "en": "Client tiers"},
        "supersedes": more.get("supersedes"),
        "artefacts": [
            {"role": "pdf", "locale": "zh-CN", "name": f"{scope.replace(':', '-')}.zh-CN.pdf",
             "sha256": archive.store.put(pdf), "bytes": len(pdf), "pages": 1, "sm3": ""},
        ],
        "contents": {
            "facts": put("facts"), "facts_csv": put("csv"), "findings": put("findings"),
            "documents": {"zh-CN": put("document")}, "edition_json": put("edition"), "record": put("record"),
            "queries": put("queries"), "job": put("job"), "home": home, "lock": archive.store.put(b"lock\n"),
        },
        "inputs": [
            {"name": "opening", "type": "csv", "location": "opening.csv", "sha256": EMPTY, "rows": 12,
             "columns": ["customer_id", "资产"], "as_of": "2025-11-30", "kept": put("input")},
        ],
        "quality": [{"gate": "missing", "source": "opening", "column": "tier", "count": 1, "total": 12, "verdict": "warn"}],
        "totals": {"bank/customers@2025-12": "12"},
        "currency": "CNY",
        "period": {"start": "2025-12-01", "end": "2026-01-01", "zone": "Asia/Shanghai"},
        "as_of": "2025-12-31", "classification": "internal",
        "retention": {"kind": "report", "until": more.get("until", "2036-01-01")},
        "code": {"version": "1", "python": "3.11.7", "platform": "linux", "packages": {"a": "1"}, "native": {},
                 "environment": {"TZ": "Asia/Shanghai"}},
        "operator": {"user": "wang", "host": "host-1"},
        "started": "2026-01-05T01:00:00Z", "finished": "2026-01-05T01:01:00Z",
    })


def issue(archive: Archive, key: tuple[str, str, str, str], **more: Any) -> Issued:
    return archive.issue(manifest(archive, key, **more))


def build(output: Path) -> Archive:
    """The archive described above, in `output/archive`; its key beside it."""
    archive = Archive(output / "archive", output / "keys" / "archive.pem", Clock())
    archive.ready()
    first = issue(archive, ("tiering", "2025-11", "bank", "r01"))
    old = issue(archive, ("tiering", "2015-12", "bank", "r01"), until="2026-01-01")
    anchor(archive)
    issue(archive, ("tiering", "2025-12", "branch:B07", "r01"))
    retention.hold(archive, "case-7", {"scope": "branch:B07"}, "A lawsuit.", "li")
    rotation.rotate(archive, "yearly", "wang")
    issue(archive, ("tiering", "2025-11", "bank", "r02"),
          supersedes={"manifest": first.manifest, "reason": "A late file.", "by": "wang"})
    retention.propose(archive, old, "Past its day.", "PIPL 47", "wang")
    retention.approve(archive, archive.state().issued[old.manifest], "li")
    retention.release(archive, "case-7", "Settled.", "li")
    issue(archive, ("tiering", "2025-12", "bank", "r01"))
    archive.store.put(b"left by a run that was killed\n")
    return archive


def anchor(archive: Archive) -> None:
    """Keep the checkpoint of now as anchors are kept; the token is nobody's."""
    size, checkpoint = archive.log.size, (archive.root / "log" / "checkpoint").read_bytes()
    entry = Anchored.at(archive.clock(), size=size, checkpoint=digest(checkpoint), token=digest(b"a token"))
    for name, data in zip(entry.files, (checkpoint, b"a token"), strict=True):
        path = archive.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    archive.append(entry)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def copy(archive: Path, folder: Path) -> Path:
    """A copy in which a manifest and its object are still one file."""
    return shutil.copytree(archive, folder, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> str:
    shutil.copy2(source, target)
    return target


def standalone() -> ModuleType:
    """The shipped verifier as a module; openssl answers once for one question."""
    spec = importlib.util.spec_from_file_location("standalone_verifier", SHIPPED / "verify.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Remembering:
    """Stands in for `subprocess` in the shipped verifier: the same key, text and signature get the same answer."""

    real: ModuleType
    answers: dict[str, Any] = field(default_factory=dict)

    def run(self, command: list[str], *, cwd: str, **more: Any) -> Any:
        question = json.dumps({path.name: path.read_bytes().hex() for path in sorted(Path(cwd).iterdir())})
        if question not in self.answers:
            self.answers[question] = self.real.run(command, cwd=cwd, **more)
        return self.answers[question]


def findings(module: ModuleType, root: Path, against: Path | None = None, key: Path | None = None) -> list[str]:
    """What the shipped verifier calls BAD."""
    checked = module.Archive(root)
    checked.attempt(checked.run, against and str(against), key and str(key))
    return list(checked.bad)


def evidence(root: Path) -> Iterator[str]:
    """All files below an archive but the catalogue and the working ones, by their paths."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith(("catalogue", "lock", "tmp/", "quarantine/")):
            yield name
