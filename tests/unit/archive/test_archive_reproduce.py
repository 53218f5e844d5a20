"""The closed process, and what stops an edition from being made again. Whole editions are made in tests/e2e."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reportgen.archive import perform, surroundings
from reportgen.archive.canonical import dumps
from reportgen.archive.frozen import freeze
from reportgen.archive.likeness import Level, Likeness
from reportgen.archive.reproduce import ArtefactGrade, Grade, diff_runs, reproduce
from reportgen.errors import ArchiveError
from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Findings

ROOT = Path(__file__).parents[3]
JOB = (ROOT / "config/jobs/smallest.yaml").read_bytes()
FACTS = FactSet("2026-09", "", "2026-09-30", "", "CNY", (), {}, {})


class Shelf(dict[str, bytes]):
    """Objects by made-up names."""

    def get(self, sha: str, /) -> bytes:  # type: ignore[override]
        if sha not in self:
            raise ArchiveError(f"object {sha} is missing")
        return self[sha]


def shelf_and_manifest(**files: bytes) -> tuple[Shelf, dict[str, Any]]:
    """A home with a job and nothing else, which cannot be made again."""
    home = {"schema": "reportgen-home 1", "period": "2026-09", "scope": "bank", "layers": ["project"],
            "job": "project/job.yaml"}
    shelf = Shelf({"facts": freeze(FACTS), "findings": freeze(Findings("bank", (), (), 0)), "job": JOB,
                   "home": dumps(home), **files})
    paths = {"home.json": "home", "project/job.yaml": "job"}
    shelf["tree"] = dumps({"schema": "reportgen-tree 1", "files": [
        {"path": path, "sha256": sha, "bytes": len(shelf[sha])} for path, sha in sorted(paths.items())]})
    manifest = {
        "key": {"job": "smallest", "period": "2026-09", "scope": "bank", "revision": "r01"}, "edition": "0" * 12,
        "supersedes": None, "artefacts": [], "code": {**surroundings.code(), "environment": {"TZ": "Asia/Shanghai"}},
        "contents": {"facts": "facts", "findings": "findings", "home": "tree", "documents": {}},
    }
    return shelf, manifest


CLOSED = """
import socket, subprocess, sys, os, urllib.request
from pathlib import Path
from reportgen.archive.perform import close
close((sys.argv[1] + os.sep,))
tries = {
    "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "lookup": lambda: socket.getaddrinfo("localhost", 80),
    "name": lambda: socket.gethostbyname("localhost"),
    "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    "listen": lambda: socket.socket().bind(("127.0.0.1", 0)),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
    "fork": os.fork,
    "secret": lambda: open(sys.argv[1] + "/secret.yaml"),
    "roundabout": lambda: Path(sys.argv[1] + "/x/../secret.yaml").read_bytes(),
    "bytes": lambda: os.open(os.fsencode(sys.argv[1]) + b"/secret.yaml", os.O_RDONLY),
}
for name, one in tries.items():
    try:
        one()
        print(name, "went through")
    except PermissionError as error:
        print(name, "again" in str(error))
print("beside", Path(sys.argv[1] + "-not/open.yaml").read_text())
"""


def test_the_process_is_closed_to_network_programs_and_the_installations_own_files(tmp_path: Path) -> None:
    for folder in ("own", "own-not"):
        (tmp_path / folder).mkdir()
    (tmp_path / "own/secret.yaml").write_text("secret")
    (tmp_path / "own-not/open.yaml").write_text("read")
    done = subprocess.run([sys.executable, "-c", CLOSED, str(tmp_path / "own")], cwd=ROOT, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    *tried, beside = done.stdout.splitlines()
    assert len(tried) == 11
    assert [line for line in tried if not line.endswith(" True")] == []
    assert beside == "beside read"


def test_what_stops_the_process_is_told(tmp_path: Path) -> None:
    shelf, manifest = shelf_and_manifest()
    with pytest.raises(ArchiveError, match="could not be made again") as caught:
        reproduce(shelf, manifest, tmp_path / "work")
    assert "report.yaml" in str(caught.value)  # the tree has no templates, and the installation's are out of reach
    assert caught.value.code == 8
    assert list((tmp_path / "work").iterdir()) == []


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    shelf, manifest = shelf_and_manifest()
    with pytest.raises(ArchiveError, match=r"not done after 0\.05 seconds"):
        reproduce(shelf, manifest, tmp_path, seconds=0.05)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["facts", "tree", "job"])
def test_a_missing_object_stops_it_before_anything_runs(name: str, tmp_path: Path) -> None:
    shelf, manifest = shelf_and_manifest()
    del shelf[name]
    with pytest.raises(ArchiveError, match=f"object {name} is missing"):
        reproduce(shelf, manifest, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_spoilt_facts_are_told(tmp_path: Path) -> None:
    shelf, manifest = shelf_and_manifest(facts=b"no gzip")
    with pytest.raises(ArchiveError, match="FactSet cannot be read"):
        reproduce(shelf, manifest, tmp_path)


@pytest.mark.parametrize(("name", "job"), [("unknown", JOB), ("balances", JOB.replace(b"config/samples", b"../../.."))])
def test_an_input_that_the_job_does_not_read_inside_its_project_is_refused(name: str, job: bytes, tmp_path: Path) -> None:
    shelf, manifest = shelf_and_manifest(job=job)
    (tmp_path / "rows.csv").write_text("x")
    with pytest.raises(ArchiveError, match=f"input {name}") as caught:
        reproduce(shelf, manifest, tmp_path / "work", inputs={name: tmp_path / "rows.csv"})
    assert "balances" in caught.value.hint


def test_a_superseded_edition_is_named_with_its_reason(tmp_path: Path) -> None:
    from reportgen.archive.reproduce import _lay_out

    shelf, manifest = shelf_and_manifest()
    before = {**manifest, "contents": {**manifest["contents"], "facts": "old"}}
    shelf |= {"r01": json.dumps(before).encode(), "old": b"then"}
    manifest |= {"supersedes": {"manifest": "r01", "reason": "late rows", "by": "clerk"}}
    manifest["key"] = {**manifest["key"], "revision": "r02"}
    (tmp_path / "kept").mkdir()
    _lay_out(shelf, manifest, tmp_path / "kept", None)
    assert json.loads((tmp_path / "kept" / perform.TASK).read_text()) == {
        "revision": "r02", "gather": False, "restated": {"of": "r01", "reason": "late rows", "by": "clerk"}}
    assert (tmp_path / "kept" / perform.BEFORE).read_bytes() == b"then"
    del shelf["old"]
    (tmp_path / "deleted").mkdir()
    _lay_out(shelf, manifest, tmp_path / "deleted", None)
    assert not (tmp_path / "deleted" / perform.BEFORE).exists()


def test_runs_are_compared_scope_by_scope() -> None:
    def run(*values: tuple[str, int]) -> bytes:
        facts = tuple(Fact(scope, "aum", "2026-09", value) for scope, value in values)
        return freeze(FactSet("2026-09", "", "", "", "CNY", facts, {}, {}))

    told = diff_runs(run(("bank", 3), ("branch:B01", 1)), run(("bank", 3), ("branch:B01", 2), ("branch:B02", 1)))
    assert [(one.scope, one.change) for one in told] == [("branch:B01", "changed"), ("branch:B02", "added")]
    assert diff_runs(run(("bank", 3)), run(("bank", 3))) == ()


def test_an_edition_is_as_alike_as_its_least_alike_file() -> None:
    def grade(*levels: Level, **more: Any) -> Level:
        files = tuple(ArtefactGrade("a.pdf", "pdf", "en", Likeness(one)) for one in levels)
        return Grade(files, **{"identity": True, "findings": True, "exhibits": (), "surroundings": (), "isolated": True} | more).level

    assert grade(Level.BYTES, Level.NUMBERS, Level.PAGES) is Level.NUMBERS
    assert grade(Level.BYTES, Level.BYTES) is Level.BYTES
    assert grade() is Level.DIFFERENT
    assert grade(Level.BYTES, facts=()) is Level.BYTES
    changed = diff_runs(freeze(FACTS), freeze(FactSet("2026-09", "", "", "", "CNY", (Fact("bank", "a", "2026-09", 1),), {}, {})))
    assert grade(Level.BYTES, facts=changed) is Level.DIFFERENT
