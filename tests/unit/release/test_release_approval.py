"""The second person: another user or a listed key; then, and only then, the run is let go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen import pipeline
from reportgen.archive.archive import Archive
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.verify import verify
from reportgen.errors import ArchiveError, ClaimHeld, JobError, LedgerFailed, PartlyFailed
from reportgen.release.approval import Released, pending, release, settle
from reportgen.release.approver import PASSPHRASE, Approver, approvers, holder_of, present_user
from reportgen.runs import executor
from reportgen.runs.ledger import Ledger
from reportgen.runs.states import RunState
from tests.run_case import PERIOD, SCOPES, Bank, gathered, write_project

CHECKER = Approver("checker")


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setattr(pipeline, "reread", lambda *_: None)
    monkeypatch.setattr(executor, "read", gathered)
    made = Bank(tmp_path)
    write_project(tmp_path, release={"approval": True, "max_failed_units": 5})
    return made


def archive_of(bank: Bank) -> Archive:
    return Archive.of(bank.output)


def released(bank: Bank, who: Approver = CHECKER, scopes: tuple[str, ...] = ()) -> Released:
    with Ledger.of(bank.output) as ledger:
        return release(archive_of(bank), ledger, "small", PERIOD, who, scopes)


def state(bank: Bank) -> str:
    return bank.row.state.value


def test_a_run_waits_until_all_its_editions_are_approved(bank: Bank) -> None:
    bank.run()
    assert state(bank) == RunState.AWAITING_APPROVAL
    some = released(bank, scopes=("bank", "branch:B1"))
    assert [one.entry.scope for one in some.approved] == ["bank", "branch:B1"]
    assert [one.entry.scope for one in some.pending] == ["branch:B2", "branch:B3", "branch:B4"]
    assert state(bank) == RunState.AWAITING_APPROVAL
    rest = released(bank)
    assert [one.entry.scope for one in rest.before] == ["bank", "branch:B1"]
    assert (len(rest.approved), rest.pending) == (3, ())
    assert rest.run
    assert rest.run.state == state(bank) == RunState.DONE
    with Ledger.of(bank.output) as ledger:
        steps = [str(step.after) for step in ledger.history(bank.row.id)]
    assert steps[-2:] == ["released", "done"]
    assert steps.index("archived") < steps.index("awaiting_approval") < len(steps) - 2
    verify(archive_of(bank).root).demand()
    again = released(bank)
    assert (again.approved, len(again.before)) == ((), len(SCOPES))


def test_the_maker_cannot_whatever_the_environment_says(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    bank.run()
    for name in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "checker")
    before = archive_of(bank).log.size
    with pytest.raises(ArchiveError, match="made it and cannot approve it too"):
        released(bank, present_user())
    assert archive_of(bank).log.size == before
    assert state(bank) == RunState.AWAITING_APPROVAL


def test_a_run_with_failures_ends_done_with_errors(bank: Bank) -> None:
    with pytest.raises(PartlyFailed):
        bank.run({"branch:B2": "refuse"})
    assert state(bank) == RunState.AWAITING_APPROVAL
    done = released(bank)
    assert (len(done.approved), bank.row.state) == (4, RunState.DONE_WITH_ERRORS)


def test_the_ledger_follows_where_a_process_died_after_the_log(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.run()

    def killed(*_: Any) -> None:
        raise LedgerFailed("the disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr("reportgen.release.approval.settle", killed)
        done = released(bank)
    assert (done.trouble, len(done.approved), done.run) == ("the disk is full.", 5, None)
    assert state(bank) == RunState.AWAITING_APPROVAL
    again = released(bank, present_user())  # the maker, whose ledger it is, adds no word of his own
    assert (again.approved, len(again.before), again.run and again.run.state.value) == ((), 5, "done")
    with Ledger.of(bank.output) as ledger:
        run = settle(archive_of(bank), ledger, "small", PERIOD)
        assert run
        assert run.state == RunState.DONE
        assert settle(archive_of(bank), ledger, "small", PERIOD) == run


def test_a_death_between_released_and_done_is_mended(bank: Bank) -> None:
    bank.run()
    released(bank, scopes=SCOPES[1:])
    with Ledger.of(bank.output) as ledger:
        claim = ledger.claim("small", PERIOD, waiting=True)
        ledger.advance(claim, RunState.RELEASED)
        with pytest.raises(ClaimHeld):
            release(archive_of(bank), ledger, "small", PERIOD, CHECKER)  # another process is at it
        assert pending(archive_of(bank), "small", PERIOD) == ()  # and yet the log has the word
        ledger.finish(claim, RunState.RELEASED)
        run = settle(archive_of(bank), ledger, "small", PERIOD)
    assert run
    assert run.state == RunState.DONE


def test_the_same_run_again_stays_released(bank: Bank) -> None:
    bank.run()
    released(bank)
    bank.run()
    assert (bank.row.version, bank.row.state) == (2, RunState.DONE)


def test_nothing_issued_nothing_approved(bank: Bank) -> None:
    with pytest.raises(ArchiveError, match="there is no archive here"):
        released(bank)
    bank.run()
    with pytest.raises(ArchiveError, match="small 2011-05 branch:B9: nothing was issued"):
        released(bank, scopes=("branch:B9",))
    with Ledger.of(bank.output) as ledger, pytest.raises(ArchiveError, match="small 2011-06: nothing was issued"):
        release(archive_of(bank), ledger, "small", "2011-06", CHECKER)


# Keys

def keyed(root: Path, name: str = "zhao", seed: bytes = b"checker!" * 4) -> Path:
    """A private key's file, its public half listed under a name."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = SigningKey.of(seed)
    folder = root / "config" / "approvers"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.pem").write_text(key.pem)
    path = root / f"{name}.key"
    path.write_bytes(key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return path


def test_a_listed_key_approves_for_the_same_user(bank: Bank) -> None:
    bank.run()
    who = holder_of(keyed(bank.root), bank.root)
    assert who.name == "zhao"
    done = released(bank, who)
    assert {(one.approval.by, one.approval.key.id) for one in done.approved if one.approval and one.approval.key} == {
        ("zhao", SigningKey.of(b"checker!" * 4).id)}
    assert state(bank) == RunState.DONE
    verify(archive_of(bank).root).demand()


def test_the_log_s_own_key_is_refused_even_when_listed(bank: Bank) -> None:
    bank.run()
    own = archive_of(bank).key()
    (bank.root / "config" / "approvers").mkdir(parents=True)
    (bank.root / "config" / "approvers" / "self.pem").write_text(own.pem)
    with pytest.raises(ArchiveError, match=f"key {own.id} signs the log"):
        released(bank, holder_of(archive_of(bank).key_path, bank.root))


def test_a_key_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    path = keyed(tmp_path)
    (tmp_path / "config" / "approvers" / "zhao.pem").write_text(SigningKey.of(b"another!" * 4).pem)
    with pytest.raises(JobError, match=r"config/approvers/ lists zhao, none of them with it") as caught:
        holder_of(path, tmp_path)
    assert "openssl pkey" in caught.value.hint
    assert list(approvers(tmp_path)) == ["zhao"]
    (tmp_path / "config" / "approvers" / "broken.pem").write_text("?")
    with pytest.raises(JobError, match=r"config/approvers/broken.pem: is no Ed25519 public key"):
        approvers(tmp_path)


def test_a_key_file_that_proves_nothing(tmp_path: Path) -> None:
    path = keyed(tmp_path)
    path.chmod(0o640)
    with pytest.raises(JobError, match="can be read by others \\(mode 0640\\)"):
        holder_of(path, tmp_path)
    path.chmod(0o600)
    with pytest.raises(JobError, match="is not encrypted, but REPORTGEN_APPROVER_KEY_PASSPHRASE is set"):
        holder_of(path, tmp_path, {PASSPHRASE: "word"})
    path.write_text("?")
    with pytest.raises(JobError, match="is no private key in PKCS8 PEM"):
        holder_of(path, tmp_path)
    with pytest.raises(JobError, match="cannot be read: No such file"):
        holder_of(tmp_path / "none.key", tmp_path)


def test_the_commands_of_the_manual_make_a_key_that_approves(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "config" / "approvers").mkdir(parents=True)
    for command in ("openssl genpkey -algorithm ed25519 -aes-256-cbc -pass pass:word -out zhao.key",
                    "openssl pkey -in zhao.key -passin pass:word -pubout -out config/approvers/zhao.pem"):
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "zhao.key").chmod(0o600)
    with pytest.raises(JobError, match="is encrypted"):
        holder_of(tmp_path / "zhao.key", tmp_path, {})
    assert holder_of(tmp_path / "zhao.key", tmp_path, {PASSPHRASE: "word"}).name == "zhao"
    assert (tmp_path / "zhao.key").stat().st_mode & 0o777 == 0o600
