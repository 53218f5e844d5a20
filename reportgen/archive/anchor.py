"""Anchors: RFC 3161 tokens over the log's checkpoint, so that an outsider's clock and key bear witness to its state.

    log/anchors/<size>.checkpoint   the checkpoint's bytes, as they were
    log/anchors/<size>.tsr          the authority's answer (TimeStampResp, DER) over those bytes

An entry of the log names both files by their hashes: a token altered later, or taken away, is found.

By hand: `openssl ts -verify -data 12.checkpoint -in 12.tsr -CAfile ROOTS.pem`.

Tokens are checked by the openssl program, as the shipped verifier does: one opinion, and no library needed. A token is
judged at the time it states, for the authority's certificate expires long before an archive does; whoever fears a key
stolen after that sets anchors of a second authority or renews them in time (docs/archive-signing.md).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reportgen.archive.archive import Archive
from reportgen.archive.durable import exclusive, write_all_new
from reportgen.archive.entry import Anchored
from reportgen.archive.tsa import TimeStampAuthority, ask, fresh_nonce, pem_files, query
from reportgen.errors import ArchiveError, DependencyMissing, Problem, VerificationFailed

_STATED = re.compile(rb"^Time stamp: (\w{3}) +(\d+) (\d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT\s*$", re.MULTILINE)
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint somebody else has seen."""

    size: int
    """Entries of the log at that time."""
    checkpoint: Path
    token: Path
    time: datetime
    """When the authority saw it, by its own clock, UTC; whole seconds."""


def log_anchor(archive: Archive, authority: TimeStampAuthority, home: Path) -> Anchor:
    """Have the log stamped and log that it was; the newest anchor where nothing but anchors was logged since.

    Raises what `anchor` raises, and ArchiveError for a log that does not hold.
    """
    with exclusive(archive.log.lock):
        archive.ready()  # clears away a token whose writer was killed before it was logged
        archive.log.trusted()
        state = archive.state()
        newest = max(state.anchors, default=0)
        if newest and all(isinstance(one, Anchored) for one in state.entries[newest:]):
            return _checked(*_places(archive.root, newest), home, authority)
        made = anchor(archive.root, authority, home)
        checkpoint, token = (hashlib.sha256(path.read_bytes()).hexdigest() for path in (made.checkpoint, made.token))
        archive.append(Anchored.at(archive.clock(), size=made.size, checkpoint=checkpoint, token=token))
        return made


def anchor(archive: Path, authority: TimeStampAuthority, home: Path) -> Anchor:
    """Have the present checkpoint of the archive's log stamped and keep the token; an anchor that exists is returned.

    To be called under the archive's lock. Raises ArchiveError (exit 8) where the authority gives no token that holds;
    the log itself is as it was.
    """
    checkpoint = (archive / "log" / "checkpoint").read_bytes()
    size = _size(checkpoint, archive / "log" / "checkpoint")
    kept, token = _places(archive, size)
    if token.exists():
        return _checked(kept, token, home, authority)
    nonce = fresh_nonce()
    question = query(checkpoint, nonce)
    reply = ask(authority, question)
    try:
        time = verify_token(reply, question=question, roots=pem_files(home, authority.roots),
                            between=pem_files(home, authority.intermediates))
    except VerificationFailed as error:
        raise ArchiveError(
            Problem(authority.url, f"the token does not hold: {error.problems[0].message}"),
            state="No token was stored; the log is as it was.",
            hint="Check `roots` against the authority's certificates.",
        ) from error
    # The checkpoint first: a token alone would be an anchor of nothing.
    write_all_new({kept: checkpoint, token: reply}, archive / "tmp")
    return Anchor(size, kept, token, time)


def anchors(archive: Path) -> Iterator[tuple[int, Path, Path]]:
    """(size, checkpoint file, token file) of every anchor, smallest first.

    Raises VerificationFailed for any file that is neither; a checkpoint whose token was never stored is no anchor.
    """
    folder = archive / "log" / "anchors"
    sizes = set()
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix not in {".checkpoint", ".tsr"} or not re.fullmatch(r"0|[1-9][0-9]*", path.stem):
            raise VerificationFailed(Problem(str(path), "unexpected file among the anchors"))
        sizes.add(int(path.stem))
    for size in sorted(sizes):
        kept, token = _places(archive, size)
        if not token.exists():
            continue
        if not kept.exists():
            raise VerificationFailed(Problem(str(token), "a token without the checkpoint it stamps"))
        yield size, kept, token


def verify_anchors(archive: Path, roots: bytes, between: bytes = b"") -> tuple[Anchor, ...]:
    """Every anchor's token checked against its checkpoint and the roots (PEM bytes); VerificationFailed names the file.

    Whether the stamped checkpoints are the log's own is the verifier's question: it has the tree.
    """
    found = []
    for size, kept, token in anchors(archive):
        checkpoint = kept.read_bytes()
        if _size(checkpoint, kept) != size:
            raise VerificationFailed(Problem(str(kept), "its name is not the size it states"))
        try:
            time = verify_token(token.read_bytes(), data=checkpoint, roots=roots, between=between)
        except VerificationFailed as error:
            raise VerificationFailed(Problem(str(token), error.problems[0].message), hint=error.hint) from error
        found.append(Anchor(size, kept, token, time))
    return tuple(found)


def anchor_check(authority: TimeStampAuthority, home: Path) -> Callable[[Path, object], Sequence[Problem]]:
    """A check for `verify`: every token by the roots that the project trusts, which the log alone cannot know."""

    def time_stamps(archive: Path, _log: object) -> Sequence[Problem]:
        try:
            if not any(anchors(archive)):
                return ()
            verify_anchors(archive, pem_files(home, authority.roots), pem_files(home, authority.intermediates))
        except VerificationFailed as error:
            return error.problems
        return ()

    return time_stamps


def verify_token(
    reply: bytes, *, roots: bytes, between: bytes = b"", data: bytes | None = None, question: bytes | None = None
) -> datetime:
    """The time (UTC) a TimeStampResp states, once it is found to hold for `data` or, nonce and all, for `question`.

    `roots` and `between` are PEM bytes. Raises VerificationFailed (exit 12) where it does not hold.
    """
    if (data is None) == (question is None):
        raise ValueError("give either the data or the question")
    with tempfile.TemporaryDirectory(prefix="reportgen-") as folder:
        place = Path(folder)
        (place / "reply").write_bytes(reply)
        (place / "roots").write_bytes(roots)
        (place / "subject").write_bytes(data if data is not None else question or b"")
        time = _stated(_openssl("-reply", "-in", str(place / "reply"), "-text"))
        command = ["-verify", "-data" if data is not None else "-queryfile", str(place / "subject"),
                   "-in", str(place / "reply"), "-CAfile", str(place / "roots"), "-attime", str(int(time.timestamp()))]
        if between:
            (place / "between").write_bytes(between)
            command += ["-untrusted", str(place / "between")]
        done = _openssl(*command)
    if done.returncode != 0 or b"Verification: OK" not in done.stdout + done.stderr:
        raise VerificationFailed(
            Problem("", f"the time-stamp token does not hold: {_reason(done.stderr)}"),
            hint="Compare the file with a copy, and the roots with the authority's certificates.",
        )
    return time


def _checked(kept: Path, token: Path, home: Path, authority: TimeStampAuthority) -> Anchor:
    time = verify_token(token.read_bytes(), data=kept.read_bytes(), roots=pem_files(home, authority.roots),
                        between=pem_files(home, authority.intermediates))
    return Anchor(int(token.stem), kept, token, time)


def _places(archive: Path, size: int) -> tuple[Path, Path]:
    folder = archive / "log" / "anchors"
    return folder / f"{size}.checkpoint", folder / f"{size}.tsr"


def _size(checkpoint: bytes, place: Path) -> int:
    lines = checkpoint.split(b"\n")
    if len(lines) < 4 or not re.fullmatch(rb"0|[1-9][0-9]*", lines[1]):
        raise VerificationFailed(Problem(str(place), "not a checkpoint: its second line is no size"))
    return int(lines[1])


def _stated(told: subprocess.CompletedProcess[bytes]) -> datetime:
    found = _STATED.search(told.stdout)
    if told.returncode != 0 or not found:
        status = re.search(rb"^Status: (.*)$", told.stdout, re.MULTILINE)
        why = f"the authority answered: {status[1].decode('ascii', 'replace')}" if status else _reason(told.stderr)
        raise VerificationFailed(Problem("", f"no time-stamp token: {why}"), hint="Ask the authority again.")
    month, day, clock, year = found.groups()
    hour, minute, second = (int(part) for part in clock.split(b":"))
    try:
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise VerificationFailed(Problem("", f"the token's time is none: {found[0].decode()}")) from error


def _openssl(*words: str) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("openssl")
    if program is None:
        raise DependencyMissing(
            "the program `openssl` is not there; time-stamp tokens are checked with it.",
            hint="Install openssl 3 (Debian: apt install openssl).",
        )
    environment = {"PATH": str(Path(program).parent), "LC_ALL": "C"}
    return subprocess.run(  # noqa: S603 - a fixed program, files we wrote, no shell
        [program, "ts", *words], capture_output=True, timeout=60, check=False, env=environment)


def _reason(told: bytes) -> str:
    """openssl's most telling line: `…:error:17800067:time stamp routines:…:message imprint mismatch:…` ."""
    lines = [line.decode("utf-8", "replace") for line in told.splitlines() if b":error:" in line]
    if not lines:
        return "openssl cannot read it"
    parts = lines[0].split(":")
    detail = next((line.split("Verify error:", 1)[1] for line in lines if "Verify error:" in line), "")
    return (parts[5] if len(parts) > 5 else lines[0]) + (f" ({detail})" if detail else "")
