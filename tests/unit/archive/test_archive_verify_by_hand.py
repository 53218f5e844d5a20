"""The commands of README.txt do what it says, on an archive made here; FORMAT.md's example bytes are real."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import SHIPPED, build

from reportgen.archive.archive import Archive

README = (SHIPPED / "README.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build(tmp_path_factory.mktemp("archive"))


def command(beginning: str, **values: str) -> str:
    """The command line of README.txt that begins so, with its capital words replaced."""
    found = [line.strip() for line in README.splitlines() if line.startswith("    ") and line.strip().startswith(beginning)]
    assert len(found) == 1, f"{beginning}: {found}"
    text = re.split(r" {4,}", found[0])[0]
    for name, value in values.items():
        assert name in text
        text = text.replace(name, value)
    return text


def run(root: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", "\n".join(lines)], cwd=root, capture_output=True, text=True, check=False)


def test_every_object_is_compared_with_its_name(archive: Archive, tmp_path: Path) -> None:
    check = command("find objects")
    done = run(archive.root, check)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 61)
    assert all(line.endswith(": OK") for line in done.stdout.splitlines())
    bad = tmp_path / "objects" / "ab"
    bad.mkdir(parents=True)
    (bad / ("0" * 62)).write_bytes(b"?")
    assert run(tmp_path, check).returncode == 1


def test_a_pdf_leads_to_its_manifest_and_to_its_entry(archive: Archive, tmp_path: Path) -> None:
    one = archive.state().latest("tiering", "2025-11", "bank")
    assert one
    manifest = archive.manifest(one.manifest)
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(archive.store.get(manifest.artefacts[0].sha256))
    sha = run(archive.root, command("sha256sum REPORT.pdf").replace("REPORT.pdf", str(pdf))).stdout.split()[0]
    path = run(archive.root, command("grep -ril", HASH=sha)).stdout.strip()
    assert path == "manifests/2025-11/tiering/bank/r02.json"
    sha = run(archive.root, f"sha256sum {path}").stdout.split()[0]
    entry = run(archive.root, command("LC_ALL=C grep", HASH=sha)).stdout
    assert '"type":"edition"' in entry
    assert '"revision":"r02"' in entry
    assert len(entry.splitlines()) == 1


def test_the_first_entry_has_the_first_hash(archive: Archive) -> None:
    done = run(archive.root, command("f="), command("n="), command("(printf"), command("head -c 32"))
    ours, theirs = done.stdout.split()[0], done.stdout.split()[-1]
    assert ours == theirs
    assert len(ours) == 64


def test_the_signature_is_checked_by_openssl(archive: Archive, tmp_path: Path) -> None:
    key = archive.log.history().at(archive.log.size).id
    lines = [command("head -n 3"), command("tail -n 1"), command("openssl pkeyutl", KEY=key)]
    lines = [line.replace("/tmp/", f"{tmp_path}/") for line in lines]
    done = run(archive.root, *lines)
    assert (done.returncode, "Verified Successfully" in done.stdout) == (0, True)
    done = run(archive.root, *lines[:2], f"echo >> {tmp_path}/text", lines[2])
    assert done.returncode == 1


def test_the_verifier_is_called_as_the_readme_says(archive: Archive, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes((archive.root / "log" / "checkpoint").read_bytes())
    key = archive.root / "keys" / f"{archive.log.history().at(archive.log.size).id}.pem"
    assert run(archive.root, command("python3 verify.py --against", CHECKPOINT=str(kept))).returncode == 0
    again = command("python3 verify.py --key")
    assert run(archive.root, again.replace("PUBLIC.pem", str(key))).returncode == 0
    assert run(archive.root, again.replace("PUBLIC.pem", str(kept))).returncode == 12


def test_the_specification_names_every_field_and_file_of_the_verifier() -> None:
    from archive_case import standalone

    module = standalone()
    text = (SHIPPED / "FORMAT.md").read_text("utf-8")
    fields = {name for record in module.RECORDS.values() for name in record}
    assert [name for name in sorted(fields) if f"`{name}`" not in text and f'"{name}"' not in text
            and not re.search(rf"`[a-z\[\]]*\.?{name}`", text)] == []
    assert [name for name in (*module.SHIPPED, "catalogue.sqlite", "quarantine", "anchors") if name not in text] == []
    assert len(b"reportgen-archive 1\n") == 20


@pytest.mark.parametrize(("answer", "told"), [
    ("echo 'pkeyutl: Unrecognized flag rawin' >&2; exit 1", "BAD openssl: is of no help; 3.0 or newer is needed: pkeyutl:"),
    ("echo 'Signature Verification Failure'; exit 1", "breaks a rule of FORMAT.md for entries of the type key"),
    ("", "No such file or directory: 'openssl'"),
], ids=["an old one", "one that denies", "none"])
def test_an_openssl_that_cannot_answer_accuses_nobody(archive: Archive, tmp_path: Path, answer: str, told: str) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    if answer:
        (folder / "openssl").write_text(f"#!/bin/sh\n{answer}\n")
        (folder / "openssl").chmod(0o755)
    command = [sys.executable, "-I", str(archive.root / "verify.py")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PATH": str(folder)})
    assert done.returncode == 12
    bad = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
    assert told in bad[0]
    assert len(bad) == 1
