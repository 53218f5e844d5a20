"""A small archive is falsified in every way; both verifiers must find it and name the file. `fuzz_archive.py` does all."""

from __future__ import annotations

import base64
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from archive_case import build, evidence, issue, manifest
from archive_tampering import Verifiers, bits, entries_of, flip_all, precious, relog, structural, written

from reportgen.archive.archive import Archive
from reportgen.archive.canonical import dumps
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.verify import verify

SEED = 20260105


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def verifiers() -> Verifiers:
    return Verifiers.ready()


def test_the_untouched_archive_is_good(archive: Archive, verifiers: Verifiers) -> None:
    assert verifiers.verdicts(archive.root) == {"shipped": [], "program": []}


def test_sampled_bits_of_log_manifests_keys_and_shipped_files(archive: Archive, verifiers: Verifiers) -> None:
    cases = bits(archive.root, precious(archive.root))
    assert len(cases) > 100_000
    assert flip_all(verifiers, archive.root, random.Random(SEED).sample(cases, 300)) == []


def test_sampled_bits_of_the_checkpoint_the_format_and_a_key(archive: Archive, verifiers: Verifiers) -> None:
    names = ["log/checkpoint", "FORMAT", next(one for one in precious(archive.root) if one.startswith("keys/"))]
    assert flip_all(verifiers, archive.root, bits(archive.root, names)[::13]) == []


def test_every_bit_of_a_time_stamp(archive: Archive, verifiers: Verifiers) -> None:
    """Nobody's signature need cover it: the log has its hash."""
    cases = bits(archive.root, ["log/anchors/3.tsr"])
    assert len(cases) == 8 * len(b"a token")
    assert flip_all(verifiers, archive.root, cases) == []


def test_sampled_bits_of_every_object(archive: Archive, verifiers: Verifiers) -> None:
    dice = random.Random(SEED)
    objects = [name for name in evidence(archive.root) if name.startswith("objects/")]
    cases = [(name, dice.randrange((archive.root / name).stat().st_size * 8)) for name in objects for _ in range(2)]
    assert len(objects) > 50
    assert flip_all(verifiers, archive.root, cases) == []


def test_sampled_structural_edits(archive: Archive, verifiers: Verifiers, tmp_path: Path) -> None:
    assert structural(verifiers, archive.root, tmp_path, 60, SEED) == []


def test_a_log_put_back_is_found_only_by_a_checkpoint_kept_elsewhere(tmp_path: Path, verifiers: Verifiers) -> None:
    archive = build(tmp_path / "output")
    yesterday = tmp_path / "yesterday"
    shutil.copytree(archive.root, yesterday)
    issue(archive, ("tiering", "2026-01", "bank", "r01"))
    kept = tmp_path / "kept"
    kept.write_bytes((archive.root / "log" / "checkpoint").read_bytes())
    assert verifiers.verdicts(archive.root, kept) == {"shipped": [], "program": []}
    assert verifiers.verdicts(yesterday) == {"shipped": [], "program": []}
    for who, found in verifiers.verdicts(yesterday, kept).items():
        assert [line for line in found if "ROLLED BACK" in line and str(kept) in line], who


def test_a_log_rewritten_by_the_key_s_owner_is_a_fork(tmp_path: Path, verifiers: Verifiers) -> None:
    archive = build(tmp_path / "output")
    kept = tmp_path / "kept"
    shutil.copytree(tmp_path / "output", tmp_path / "other")
    issue(archive, ("tiering", "2026-01", "bank", "r01"))
    kept.write_bytes((archive.root / "log" / "checkpoint").read_bytes())
    other = Archive(tmp_path / "other" / "archive", tmp_path / "other" / "keys" / "archive.pem", archive.clock)
    issue(other, ("tiering", "2026-01", "branch:B01", "r01"))
    issue(other, ("tiering", "2026-01", "branch:B02", "r01"))
    assert verifiers.verdicts(other.root) == {"shipped": [], "program": []}
    for who, found in verifiers.verdicts(other.root, kept).items():
        assert [line for line in found if "FORKED" in line and str(kept) in line], who


def test_a_mail_s_line_ends_do_no_harm_and_its_numbers_do(archive: Archive, verifiers: Verifiers, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    data = (archive.root / "log" / "anchors" / "3.checkpoint").read_bytes()
    kept.write_bytes(b"\r\n" + data.replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert verifiers.verdicts(archive.root, kept) == {"shipped": [], "program": []}
    with written(archive.root / "log" / "anchors" / "3.checkpoint", data + b"\n"):
        assert verifiers.misses(archive.root, {"log/anchors/3.checkpoint"}) == []
    kept.write_bytes(data.replace(b"\n3\n", b"\n4\n"))
    assert verifiers.misses(archive.root, {str(kept)}, kept) == []


@pytest.mark.parametrize("make", ["file", "folder", "link", "pipe"])
@pytest.mark.parametrize("name", ["notes.txt", "log/notes", "manifests/2026-01", "objects/ab/notes", "keys/a.pem", "tmp2"])
def test_nothing_else_may_lie_there(archive: Archive, verifiers: Verifiers, name: str, make: str) -> None:
    import os

    path = archive.root / name
    fresh = [one for one in path.parents if not one.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    if make == "file":
        path.write_bytes(b"?")
    elif make == "folder":
        path.mkdir()
    elif make == "link":
        path.symlink_to("/etc/hostname")
    else:
        os.mkfifo(path)
    try:
        found = verifiers.misses(archive.root, {name})
        empty_folder = make == "folder" and name.split("/", 1)[0] in {"log", "manifests", "objects"}
        assert found == (["shipped: undetected", "program: undetected"] if empty_folder else [])
    finally:
        path.rmdir() if make == "folder" else path.unlink()
        for one in fresh:
            one.rmdir()


def test_what_the_key_s_owner_signs_must_still_be_true(tmp_path: Path, verifiers: Verifiers) -> None:
    """A manifest that is not the edition's, written, logged and signed by the rules otherwise."""
    from reportgen.archive.entry import Edition

    archive = build(tmp_path / "output")
    sha = archive.store.put(manifest(archive, ("tiering", "2026-01", "bank", "r01")).to_bytes())
    entry = Edition.at(archive.clock(), manifest=sha, job="tiering", period="2026-02", scope="bank", revision="r01",
                       supersedes="")
    archive.log.append([entry.to_bytes()], SigningKey.load(archive.key_path))
    link = archive.root / "manifests" / "2026-02" / "tiering" / "bank" / "r01.json"
    link.parent.mkdir(parents=True)
    link.write_bytes(archive.store.get(sha))
    assert verifiers.misses(archive.root, {f"objects/{sha[:2]}/{sha[2:]}"}) == []


TIME = "2026-01-06T00:00:00Z"
WHO = {"time": TIME, "reason": "r", "by": "b"}
FORBIDDEN: dict[str, dict[str, object]] = {
    "unknown type": {"type": "approval", "time": TIME, "manifest": "0" * 64, "by": "li"},
    "type that is a kind of text": {"type": "{text}", "time": TIME},
    "type that is a record": {"type": "operator", "user": "u", "host": "h"},
    "no type": {"time": TIME},
    "time that is none": {**WHO, "type": "hold", "id": "x", "match": {}, "time": "2026-13-06T00:00:00Z"},
    "further name": {**WHO, "type": "hold", "id": "x", "match": {}, "more": "1"},
    "lacking name": {"type": "hold", "time": TIME, "id": "x", "match": {}, "by": "b"},
    "hold on something else": {**WHO, "type": "hold", "id": "x", "match": {"branch": "B07"}},
    "release of nothing": {**WHO, "type": "hold-released", "id": "x"},
    "second release": {**WHO, "type": "hold-released", "id": "case-7"},
    "proposal for nothing": {**WHO, "type": "deletion-proposed", "manifest": "0" * 64, "law": "l"},
    "revocation of a strange key": {**WHO, "type": "key", "action": "revoke", "id": "0" * 16},
    "revision out of turn": {
        "type": "edition", "time": TIME, "manifest": "0" * 64, "job": "tiering", "period": "2026-01", "scope": "bank",
        "revision": "r02", "supersedes": "",
    },
    "edition that leads out": {
        "type": "edition", "time": TIME, "manifest": "0" * 64, "job": "..", "period": "2026-01", "scope": "bank",
        "revision": "r01", "supersedes": "",
    },
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_an_entry_against_the_rules_is_refused_though_it_is_signed(archive: Archive, verifiers: Verifiers, tmp_path: Path, what: str) -> None:
    root = tmp_path / "archive"
    shutil.copytree(archive.root, root)
    entries = [*entries_of(root), dumps(FORBIDDEN[what])]
    relog(root, entries, SigningKey.load(archive.key_path))
    assert verifiers.misses(root, {f"log entry {len(entries) - 1}"}) == []


def test_deletions_need_two_people_no_hold_and_a_proposal(archive: Archive, verifiers: Verifiers, tmp_path: Path) -> None:
    one = archive.state().latest("tiering", "2025-12", "bank")
    assert one
    said = {"time": TIME, "manifest": one.manifest, "reason": "r", "law": "l"}
    proposal = {**said, "type": "deletion-proposed", "by": "wang"}
    stone = {**said, "type": "tombstone", "proposed_by": "wang", "approved_by": "li", "objects": []}
    hold = {**WHO, "type": "hold", "id": "x", "match": {}}
    for number, more in enumerate((
        [stone], [proposal, {**stone, "approved_by": "wang"}], [proposal, {**stone, "proposed_by": "zhao"}],
        [proposal, hold, stone], [{**proposal, "by": "zhao"}, stone],
    )):
        root = tmp_path / f"archive{number}"
        shutil.copytree(archive.root, root)
        entries = [*entries_of(root), *map(dumps, more)]
        relog(root, entries, SigningKey.load(archive.key_path))
        assert verifiers.misses(root, {f"log entry {len(entries) - 1}"}) == []


def test_whose_turn_it_is_decides_which_signature_counts(tmp_path: Path, verifiers: Verifiers) -> None:
    from reportgen.archive import rotation

    archive = build(tmp_path / "output")
    first, second = archive.log.history().known
    entries = entries_of(archive.root)
    whole = (archive.root / "log" / "checkpoint").read_bytes()
    relog(archive.root, entries, SigningKey.load(archive.key_path, first))
    assert verifiers.misses(archive.root, {"log/checkpoint"}) == []
    relog(archive.root, entries, SigningKey.of(b"7" * 32))
    assert verifiers.misses(archive.root, {"log/checkpoint"}) == []
    relog(archive.root, entries, SigningKey.load(archive.key_path, second))
    assert (archive.root / "log" / "checkpoint").read_bytes() == whole  # Ed25519 signs one text in one way
    rotation.rotate(archive, "stolen", "wang")
    rotation.revoke(archive, second, "stolen", "wang")
    kept = tmp_path / "kept"
    kept.write_bytes(whole)
    assert verifiers.verdicts(archive.root, kept) == {"shipped": [], "program": []}
    thief = SigningKey.load(archive.key_path, second)
    relog(archive.root, entries_of(archive.root), thief)
    assert verifiers.misses(archive.root, {"log/checkpoint"}) == []


def test_nobody_can_slip_in_a_key_of_their_own(tmp_path: Path, verifiers: Verifiers) -> None:
    """Whoever may write here but holds no key adds one, signs with it, and issues what he likes."""
    from reportgen.archive.entry import KeyAdded

    archive = build(tmp_path / "output")
    own = SigningKey.of(b"7" * 32)
    said = {"action": "add", "key": {"id": own.id, "pem": own.pem}, "reason": "yearly", "by": "wang"}
    bare = KeyAdded.at(archive.clock(), vouched="", **said)
    for word in ("", base64.b64encode(own.sign(bare.message)).decode(), base64.b64encode(bytes(64)).decode()):
        forged = tmp_path / f"forged{len(word)}{word[:1] or 'x'}"
        shutil.copytree(archive.root, forged)
        relog(forged, [*entries_of(archive.root), bare.model_copy(update={"vouched": word}).to_bytes()], own)
        (forged / "keys" / f"{own.id}.pem").write_text(own.pem)
        found = verifiers.verdicts(forged)
        assert found["shipped"], word
        assert found["program"], word
    assert verifiers.verdicts(archive.root) == {"shipped": [], "program": []}


def test_an_early_deletion_is_found(tmp_path: Path, verifiers: Verifiers) -> None:
    from reportgen.archive.entry import DeletionProposed, Tombstone

    archive = build(tmp_path / "output")
    one = archive.state().latest("tiering", "2025-12", "bank")
    assert one
    said = {"manifest": one.manifest, "reason": "A mistake.", "law": "none"}
    archive.append(DeletionProposed.at(archive.clock(), by="wang", **said))
    archive.append(Tombstone.at(archive.clock(), proposed_by="wang", approved_by="li", objects=[], **said))
    assert verifiers.misses(archive.root, {f"objects/{one.manifest[:2]}/{one.manifest[2:]}"}) == []


def test_an_object_that_anybody_may_write_is_named(archive: Archive, verifiers: Verifiers) -> None:
    name = next(one for one in evidence(archive.root) if one.startswith("objects/"))
    (archive.root / name).chmod(0o644)
    try:
        assert verifiers.misses(archive.root, {name}) == []
    finally:
        (archive.root / name).chmod(0o444)


def test_the_shipped_verifier_as_a_program_says_which_file_and_exits_12(archive: Archive) -> None:
    command = [sys.executable, str(archive.root / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "OK", "")
    with written(archive.root / "README.txt", b"trust me\n"):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 12
    assert [line for line in done.stdout.splitlines() if line.startswith("BAD README.txt")]
    done = subprocess.run([*command, "/nowhere"], capture_output=True, text=True, check=False)
    assert done.returncode == 12
    key = archive.root.parent / "keys" / "archive.pem"
    done = subprocess.run([*command, "--key", str(key)], capture_output=True, text=True, check=False)
    assert (done.returncode, "is not the key that signs" in done.stdout) == (12, True)


def test_the_shipped_verifier_is_one_short_file_for_old_pythons() -> None:
    import ast

    path = Path(__file__).resolve().parents[2] / "reportgen" / "archive" / "shipped" / "verify.py"
    text = path.read_text("utf-8")
    assert len(text.splitlines()) < 300
    tree = ast.parse(text, feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= set(sys.stdlib_module_names)


def test_the_program_s_report_counts_what_it_read(archive: Archive) -> None:
    report = verify(archive.root)
    assert report.good
    assert report.complete
    assert report.counts["entries"] == 12
    assert (report.counts["editions"], report.counts["superseded"], report.counts["deleted"]) == (5, 1, 1)
    assert report.counts["objects_read"] == report.counts["objects"] == 61
