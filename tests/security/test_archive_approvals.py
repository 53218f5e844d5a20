"""False approvals, by one who holds the log's key and may write anything: both verifiers find each."""

from __future__ import annotations

import base64
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from archive_case import build
from archive_tampering import Verifiers, bits, entries_of, flip_all, relog

from reportgen.archive.approval import approve
from reportgen.archive.archive import Archive
from reportgen.archive.canonical import dumps, loads
from reportgen.archive.entry import approval_message
from reportgen.archive.export import export
from reportgen.archive.signing_key import SigningKey

CHECKER, OTHER = SigningKey.of(b"checker!" * 4), SigningKey.of(b"another!" * 4)
KEY = {"id": CHECKER.id, "pem": CHECKER.pem}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def verifiers() -> Verifiers:
    return Verifiers.ready()


def said(archive: Archive, **more: Any) -> dict[str, Any]:
    """A good approval of the bank's newest edition, changed by `more`."""
    one = archive.state().latest("tiering", "2025-12", "bank")
    assert one
    return {"type": "approval", "time": "2026-01-06T01:00:00Z", "manifest": one.manifest, "by": "li", "key": None,
            "signature": "", **more}


def word(key: SigningKey, manifest: str) -> str:
    return base64.b64encode(key.sign(approval_message(manifest))).decode()


def forged(archive: Archive, root: Path, *entries: dict[str, Any]) -> int:
    """A copy of the archive with more entries, signed as it must be; the number of the last one."""
    shutil.copytree(archive.root, root)
    all_of_them = [*entries_of(root), *map(dumps, entries)]
    relog(root, all_of_them, SigningKey.load(archive.key_path))
    return len(all_of_them) - 1


def standing(archive: Archive, which: str) -> str:
    return next(sha for sha, one in archive.state().issued.items() if one.standing == which)


def log_key(archive: Archive) -> SigningKey:
    return SigningKey.load(archive.key_path)


FALSE: dict[str, Callable[[Archive], list[dict[str, Any]]]] = {
    "of what was never issued": lambda a: [said(a, manifest="0" * 64)],
    "of a superseded edition": lambda a: [said(a, manifest=standing(a, "superseded"))],
    "of a deleted edition": lambda a: [said(a, manifest=standing(a, "deleted"))],
    "twice": lambda a: [said(a), said(a, by="zhao")],
    "a signature without its key": lambda a: [said(a, signature=word(CHECKER, said(a)["manifest"]))],
    "a key without its signature": lambda a: [said(a, key=KEY)],
    "another key's signature": lambda a: [said(a, key=KEY, signature=word(OTHER, said(a)["manifest"]))],
    "a signature over another edition": lambda a: [said(a, key=KEY, signature=word(CHECKER, "0" * 64))],
    "a key under another id": lambda a: [
        said(a, key={**KEY, "id": OTHER.id}, signature=word(CHECKER, said(a)["manifest"]))],
    "a key that signs the log": lambda a: [
        said(a, key={"id": log_key(a).id, "pem": log_key(a).pem}, signature=word(log_key(a), said(a)["manifest"]))],
    "by nobody": lambda a: [said(a, by="")],
    "with a word more": lambda a: [said(a, reason="because")],
}


@pytest.mark.parametrize("what", FALSE)
def test_a_false_approval_is_found_though_it_is_signed(
    archive: Archive, verifiers: Verifiers, tmp_path: Path, what: str
) -> None:
    last = forged(archive, tmp_path / "archive", *FALSE[what](archive))
    assert verifiers.misses(tmp_path / "archive", {f"log entry {last}"}) == []


def test_good_ones_pass(archive: Archive, verifiers: Verifiers, tmp_path: Path) -> None:
    branch = archive.state().latest("tiering", "2025-12", "branch:B07")
    assert branch
    forged(archive, tmp_path / "archive", said(archive), said(
        archive, manifest=branch.manifest, by="wang", key=KEY, signature=word(CHECKER, branch.manifest)))
    assert verifiers.verdicts(tmp_path / "archive") == {"shipped": [], "program": []}


def test_the_maker_s_own_approval_is_found_by_the_manifest(
    archive: Archive, verifiers: Verifiers, tmp_path: Path
) -> None:
    false = said(archive, by="wang")
    forged(archive, tmp_path / "archive", false)
    sha = false["manifest"]
    for who, found in verifiers.verdicts(tmp_path / "archive").items():
        assert [line for line in found if sha[2:] in line and "approved by" in line], who


def test_every_bit_of_an_approval_counts(tmp_path: Path, verifiers: Verifiers) -> None:
    archive = build(tmp_path / "output")
    one = archive.state().latest("tiering", "2025-12", "bank")
    assert one
    approve(archive, [one], "li", CHECKER)
    bundle = next(path for path in (archive.root / "log" / "tile" / "entries").rglob("*") if path.is_file())
    data, entry = bundle.read_bytes(), entries_of(archive.root)[-1]
    assert loads(entry, "entry")["type"] == "approval"
    start = data.index(entry)
    name = bundle.relative_to(archive.root).as_posix()
    assert flip_all(verifiers, archive.root, bits(archive.root, [name])[8 * start::5]) == []


def test_an_export_takes_the_approval_along(tmp_path: Path, verifiers: Verifiers) -> None:
    import zipfile

    archive = build(tmp_path / "output")
    one = archive.state().latest("tiering", "2025-12", "bank")
    assert one
    approve(archive, [one], "li", CHECKER)
    export(archive, archive.state().issued[one.manifest], tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as held:
        held.extractall(tmp_path / "elsewhere")
    root = next((tmp_path / "elsewhere").rglob("verify.py")).parent
    assert CHECKER.pem.splitlines()[1].encode() in entries_of(root)[-1]
    checked = verifiers.module.Archive(root, one.manifest)
    checked.attempt(checked.run, None, None)
    assert checked.bad == []
