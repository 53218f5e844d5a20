"""Anchors: tokens of an `openssl ts` on loopback over a checkpoint, and every way in which one must not be believed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from reportgen.archive import anchor as anchoring
from reportgen.archive.anchor import anchor, anchor_check, anchors, log_anchor, verify_anchors, verify_token
from reportgen.archive.archive import Archive
from reportgen.archive.tsa import TimeStampAuthority, ask, fresh_nonce, query
from reportgen.archive.verify import verify
from reportgen.errors import ArchiveError, DependencyMissing, VerificationFailed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "security"))

from archive_case import build, findings, issue, standalone
from archive_tampering import Verifiers

CHECKPOINT = b"reportgen/7d0e\n3\nqvfXDsOgqvfXDsOgqvfXDsOgqvfXDsOgqvfXDsOgqvc=\n\n\xe2\x80\x94 reportgen/7d0e AAAA\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "checkpoint").write_bytes(CHECKPOINT)
    return tmp_path


@pytest.fixture
def settings(authority) -> TimeStampAuthority:
    return TimeStampAuthority(url=authority.tsa.url, roots=("root.pem",), timeout=10)


def test_the_request_is_what_openssl_asks(tmp_path: Path) -> None:
    # The oracle is openssl's own request over the same data; only the nonce differs, and is put into its place.
    (tmp_path / "data").write_bytes(CHECKPOINT)
    theirs = subprocess.run(["openssl", "ts", "-query", "-data", "data", "-sha256", "-cert", "-no_nonce"],
                            cwd=tmp_path, capture_output=True, check=True).stdout
    nonce = bytes.fromhex("0102030405060708")
    ours = query(CHECKPOINT, nonce)
    assert ours[2:].replace(b"\x02\x08" + nonce, b"") == theirs[2:]
    assert ours[1] == len(ours) - 2 == theirs[1] + 10


@pytest.mark.parametrize("nonce", [b"", b"\x01" * 7, b"\x80" + bytes(7), bytes(8)])
def test_a_nonce_that_der_would_write_otherwise_is_refused(nonce: bytes) -> None:
    with pytest.raises(ValueError, match="nonce"):
        query(CHECKPOINT, nonce)


def test_an_anchor_is_stored_and_holds_for_any_openssl(archive: Path, settings, authority) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    made = anchor(archive, settings, authority.folder)
    assert made.size == 3
    assert before <= made.time <= datetime.now(UTC) + timedelta(seconds=1)
    folder = archive / "log" / "anchors"
    assert sorted(path.name for path in folder.iterdir()) == ["3.checkpoint", "3.tsr"]
    assert (folder / "3.checkpoint").read_bytes() == CHECKPOINT
    assert authority.tsa.asked[0]["content-type"] == "application/timestamp-query"
    byhand = subprocess.run(["openssl", "ts", "-verify", "-data", "3.checkpoint", "-in", "3.tsr", "-CAfile",
                             str(authority.folder / "root.pem")], cwd=folder, capture_output=True, check=False)
    assert byhand.returncode == 0, byhand.stderr
    assert verify_anchors(archive, (authority.folder / "root.pem").read_bytes()) == (made,)


def test_an_anchor_that_exists_is_not_asked_for_again(archive: Path, settings, authority) -> None:
    first = anchor(archive, settings, authority.folder)
    assert anchor(archive, settings, authority.folder) == first
    assert len(authority.tsa.asked) == 1


@pytest.fixture
def logged(tmp_path: Path, settings, authority) -> Archive:
    """The archive of the tests, stamped at its last entry."""
    made = build(tmp_path / "output")
    log_anchor(made, settings, authority.folder)
    return made


def found(archive: Archive) -> tuple[list[str], list[str]]:
    """What the program and the shipped verifier find wrong."""
    return [str(one) for one in verify(archive.root).problems], findings(standalone(), archive.root)


def test_the_log_names_both_files_of_an_anchor(logged: Archive, authority) -> None:
    size = logged.log.size - 1
    entry = logged.state().anchors[size]
    for name, sha in entry.files.items():
        assert hashlib.sha256((logged.root / name).read_bytes()).hexdigest() == sha
    assert list(entry.files) == [f"log/anchors/{size}.checkpoint", f"log/anchors/{size}.tsr"]
    assert found(logged) == ([], [])
    (logged.root / "log" / "anchors" / "3.tsr").unlink()  # nobody's token, of the tests' archive
    stamped = verify_anchors(logged.root, (authority.folder / "root.pem").read_bytes())
    assert [one.size for one in stamped] == [size]


def test_no_token_is_asked_for_where_nothing_but_anchors_came_since(logged: Archive, settings, authority) -> None:
    size = logged.log.size
    assert log_anchor(logged, settings, authority.folder).size == size - 1
    assert (logged.log.size, len(authority.tsa.asked)) == (size, 1)
    issue(logged, ("tiering", "2026-02", "bank", "r01"))
    assert log_anchor(logged, settings, authority.folder).size == size + 1
    assert sorted(logged.state().anchors) == [3, size - 1, size + 1]
    assert found(logged) == ([], [])


def test_flipped_bytes_anywhere_in_a_token_are_found(logged: Archive) -> None:
    """Also those that the authority's signature does not cover: the log has their hash."""
    name = f"log/anchors/{logged.log.size - 1}.tsr"
    path, verifiers = logged.root / name, Verifiers.ready()
    whole = path.read_bytes()
    path.chmod(0o644)
    missed = []
    for at in range(0, len(whole), 7):
        altered = bytearray(whole)
        altered[at] ^= 1 << at % 8
        path.write_bytes(altered)
        missed += verifiers.misses(logged.root, {name})
    assert len(whole) > 1000
    assert missed == []


@pytest.mark.parametrize("suffix", ["checkpoint", "tsr"])
def test_an_anchor_that_lacks_or_that_nobody_logged_is_named(logged: Archive, suffix: str) -> None:
    name = f"log/anchors/{logged.log.size - 1}.{suffix}"
    data = (logged.root / name).read_bytes()
    (logged.root / name).unlink()
    assert [[name in line for line in lines] for lines in found(logged)] == [[True], [True]]
    (logged.root / name).write_bytes(data)
    assert found(logged) == ([], [])
    other = f"log/anchors/5.{suffix}"
    (logged.root / other).write_bytes(data)
    assert [[other in line for line in lines] for lines in found(logged)] == [[True], [True]]
    logged.ready()  # what a killed `archive anchor` left
    assert found(logged) == ([], [])


def test_each_size_has_its_own_anchor_in_order_of_size(archive: Path, settings, authority) -> None:
    anchor(archive, settings, authority.folder)
    for size in (10, 9):
        (archive / "log" / "checkpoint").write_bytes(CHECKPOINT.replace(b"\n3\n", b"\n%d\n" % size))
        anchor(archive, settings, authority.folder)
    assert [size for size, _, _ in anchors(archive)] == [3, 9, 10]


def test_another_checkpoint_under_the_token_is_named(archive: Path, settings, authority) -> None:
    anchor(archive, settings, authority.folder)
    kept = archive / "log" / "anchors" / "3.checkpoint"
    kept.chmod(0o644)
    kept.write_bytes(CHECKPOINT.replace(b"qvf", b"qvg"))
    with pytest.raises(VerificationFailed, match=r"3\.tsr: the time-stamp token does not hold: .*imprint"):
        verify_anchors(archive, (authority.folder / "root.pem").read_bytes())


def test_a_token_moved_to_another_size_is_named(archive: Path, settings, authority) -> None:
    anchor(archive, settings, authority.folder)
    for suffix in ("checkpoint", "tsr"):
        path = archive / "log" / "anchors" / f"3.{suffix}"
        path.rename(path.with_name(f"4.{suffix}"))
    with pytest.raises(VerificationFailed, match=r"4\.checkpoint: its name is not the size"):
        verify_anchors(archive, (authority.folder / "root.pem").read_bytes())


def test_a_strange_root_is_not_believed(archive: Path, settings, authority) -> None:
    anchor(archive, settings, authority.folder)
    with pytest.raises(VerificationFailed, match=r"3\.tsr: .*(self-signed certificate|issuer certificate|certificate verify)"):
        verify_anchors(archive, (authority.folder / "strange.pem").read_bytes())


def test_verify_holds_tokens_against_the_roots_where_it_is_told_them(tmp_path: Path, settings, authority) -> None:
    logged = Archive.of(tmp_path / "output")
    logged.ready()
    log_anchor(logged, settings, authority.folder)
    strange = settings.model_copy(update={"roots": ("strange.pem",)})
    assert verify(logged.root, checks=(anchor_check(settings, authority.folder),)).good
    (problem,) = verify(logged.root, checks=(anchor_check(strange, authority.folder),)).problems
    assert problem.place.endswith(".tsr")


def test_flipped_bits_of_a_token_are_found(authority) -> None:
    """What the authority signed is watched bit by bit; a copy of its root within the token, or a tag that openssl reads
    either way, is not, and may change: then the token still states the same time."""
    from asn1crypto.tsp import TimeStampResp

    reply = authority.tsa.reply(query(CHECKPOINT, fresh_nonce()))
    roots = (authority.folder / "root.pem").read_bytes()
    stated = verify_token(reply, data=CHECKPOINT, roots=roots)
    token = TimeStampResp.load(reply)["time_stamp_token"]["content"]
    said = token["encap_content_info"]["content"].parsed.dump()
    signature = token["signer_infos"][0]["signature"].native
    assert reply.count(said) == reply.count(signature) == 1
    signed = [*range(reply.find(said), reply.find(said) + len(said)),
              *range(reply.find(signature), reply.find(signature) + len(signature))]
    believed = {}
    for at in [*signed[::5], *range(0, len(reply), 41)]:
        flipped = bytearray(reply)
        flipped[at] ^= 1 << at % 8
        try:
            believed[at] = verify_token(bytes(flipped), data=CHECKPOINT, roots=roots)
        except VerificationFailed:
            continue
    assert believed.keys() & set(signed) == set()
    assert set(believed.values()) <= {stated}


def test_an_answer_to_another_question_is_refused(archive: Path, settings, authority) -> None:
    authority.tsa.says = (200, "application/timestamp-reply", authority.tsa.reply(query(CHECKPOINT, b"\x01" * 8)))
    with pytest.raises(ArchiveError, match="nonce"):
        anchor(archive, settings, authority.folder)
    assert not (archive / "log" / "anchors").exists()


@pytest.mark.parametrize(("says", "told"), [
    ((200, "text/html", b"<html>"), "expected a time-stamp reply, got text/html of 6 bytes"),
    ((503, "text/plain", b"later"), "HTTP Error 503"),
    ((302, "text/plain", b""), "HTTP Error 302"),
    ((200, "application/timestamp-reply", b"0\x03nil"), "no time-stamp token"),
    # A refusal in form: PKIStatusInfo with status 2 (rejection).
    ((200, "application/timestamp-reply", bytes.fromhex("30053003020102")), "no time-stamp token: the authority answered: Rejected"),
])
def test_what_is_no_token_is_refused_and_nothing_is_stored(archive: Path, settings, authority, says, told: str) -> None:
    authority.tsa.says = says
    with pytest.raises(ArchiveError, match=told) as refused:
        anchor(archive, settings, authority.folder)
    assert refused.value.code == 8
    assert not (archive / "log" / "anchors").exists()


def test_nobody_there(settings) -> None:
    silent = settings.model_copy(update={"url": "http://127.0.0.1:9/tsa", "timeout": 1})
    with pytest.raises(ArchiveError, match=r"127\.0\.0\.1:9/tsa: .*no answer"):
        ask(silent, query(CHECKPOINT, fresh_nonce()))


def test_a_password_comes_from_the_environment(archive: Path, settings, authority, monkeypatch) -> None:
    named = settings.model_copy(update={"user": "bank", "password_env": "TSA_PASSWORD"})
    monkeypatch.delenv("TSA_PASSWORD", raising=False)
    with pytest.raises(ArchiveError, match="'TSA_PASSWORD' is not set"):
        anchor(archive, named, authority.folder)
    monkeypatch.setenv("TSA_PASSWORD", "s3cret")
    anchor(archive, named, authority.folder)
    assert authority.tsa.asked[-1]["authorization"] == "Basic YmFuazpzM2NyZXQ="


def test_the_authority_is_reached_by_http_only() -> None:
    with pytest.raises(ValidationError, match="url"):
        TimeStampAuthority(url="file:///etc/passwd", roots=("root.pem",))


def test_roots_that_are_none_are_named(archive: Path, settings, authority, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"root\.pem: certificates cannot be read"):
        anchor(archive, settings, tmp_path / "nowhere")
    (tmp_path / "root.pem").write_text("hello")
    with pytest.raises(ArchiveError, match="holds no PEM certificate"):
        anchor(archive, settings, tmp_path)


def test_a_strange_file_among_the_anchors_is_named_and_a_stamp_without_token_is_no_anchor(archive: Path) -> None:
    folder = archive / "log" / "anchors"
    folder.mkdir()
    (folder / "3.checkpoint").write_bytes(CHECKPOINT)
    assert list(anchors(archive)) == []
    (folder / "03.tsr").write_bytes(b"")
    with pytest.raises(VerificationFailed, match=r"03\.tsr: unexpected"):
        list(anchors(archive))
    (folder / "03.tsr").rename(folder / "5.tsr")
    with pytest.raises(VerificationFailed, match=r"5\.tsr: a token without the checkpoint"):
        list(anchors(archive))


def test_without_openssl_the_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchoring.shutil, "which", lambda _: None)
    with pytest.raises(DependencyMissing, match="apt install openssl"):
        verify_token(b"", data=b"", roots=b"")
