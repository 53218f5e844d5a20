"""`reportgen archive …`: what the commands print and how they end, on a small archive."""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import click
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import build, copy

from reportgen.archive.archive import Archive
from reportgen.archive.bucket import Replica
from reportgen.archive.probe_worm import Probe, Trial
from reportgen.archive.services import PLACE
from reportgen.cli.archive import COMMANDS, ArchiveGroup
from reportgen.cli.archive.replicate import FOREVER, ends, longest

SERVICES = {
    "anchor": "timestamps: {url: https://tsa.example/tsr, roots: [config/certificates/tsa.pem]}",
    "replicate": "replica: {bucket: reports-archive, prefix: reportgen/, region: cn-north-1}",
    "probe-worm": "replica: {bucket: reports-archive, prefix: reportgen/, region: cn-north-1}",
}


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build(tmp_path_factory.mktemp("cli") / "output")


@pytest.fixture
def archive(_built: Archive, desk: Any) -> Archive:
    """The small archive as the desk's own, below `output`."""
    output = desk.root / "output"
    copy(_built.root, output / "archive")
    (output / "keys").mkdir()
    for path in _built.key_path.parent.iterdir():
        (output / "keys" / path.name).write_bytes(path.read_bytes())
        (output / "keys" / path.name).chmod(0o600)
    return Archive.of(output)


def spoil(archive: Archive, what: str = "facts") -> str:
    """Change a byte of an object of the bank's December; its name."""
    known = archive.manifest(archive.find("tiering/2025-12/bank").manifest)
    sha = next(sha for sha, name in known.objects().items() if name == what)
    path = archive.store.path(sha)
    path.chmod(0o644)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    path.chmod(0o444)
    return f"objects/{sha[:2]}/{sha[2:]}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_shows_an_example(desk: Any, name: str) -> None:
    context = click.Context(ArchiveGroup("archive"))
    command = ArchiveGroup("archive").get_command(context, name)
    assert command is not None
    assert command.name == name
    told = desk.call("archive", name, "--help")
    assert (told.code, told.err) == (0, "")
    assert f"reportgen archive {name}" in told.out


def test_verify_of_a_sound_archive(desk: Any, archive: Archive) -> None:
    told = desk.call("archive", "verify")
    assert (told.code, told.lines[-1]) == (0, "OK")
    assert told.lines[0].startswith(f"log: {archive.log.size} entries, 5 editions (1 superseded, 1 deleted), signed by")
    assert "no edition needs it" in told.err  # the object that a killed run left
    quick = desk.call("archive", "verify", "--quick")
    assert (quick.code, quick.lines[-1]) == (0, "OK")
    assert "by presence and size" in quick.out


def test_verify_names_the_object_one_problem_a_line(desk: Any, archive: Archive) -> None:
    name = spoil(archive)
    assert desk.call("archive", "verify", "--quick").code == 0
    told = desk.call("archive", "verify", "--full")
    assert told.code == 12
    assert [line.split(":")[0] for line in told.lines] == [f"BAD {name}"]
    assert "BAD: 1 problem. The archive is not what was issued." in told.err


def test_verify_looks_at_the_index_too(desk: Any, archive: Archive) -> None:
    archive.catalogue.path.write_bytes(b"junk")
    told = desk.call("archive", "verify", "--quick")
    assert told.code == 12
    assert told.out == ("BAD catalogue.sqlite: cannot be read as an index. `reportgen archive recover` makes it again; "
                        "it is no evidence.\n")
    assert desk.call("archive", "recover").code == 0
    assert desk.call("archive", "verify").code == 0


def test_verify_against_a_checkpoint_finds_a_log_put_back(desk: Any, archive: Archive) -> None:
    early = desk.root / "early"
    copy(archive.root, early)
    kept = desk.root / "kept.txt"
    assert desk.call("archive", "hold", "case-9", "--reason", "a suit").code == 0
    kept.write_bytes((archive.root / "log" / "checkpoint").read_bytes())
    assert desk.call("archive", "verify", "--against", "kept.txt").code == 0
    for path in sorted(archive.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    archive.root.rmdir()
    copy(early, archive.root)
    assert desk.call("archive", "verify").code == 0
    told = desk.call("archive", "verify", "--against", "kept.txt")
    assert told.code == 12
    assert "ROLLED BACK" in told.out


def test_the_checkpoint_that_show_prints_can_be_kept_and_held_against_the_log(desk: Any, archive: Archive) -> None:
    _, note = desk.call("archive", "show", "tiering/2025-12").out.split("for verify --against:\n")
    assert note.strip().encode() + b"\n" == (archive.root / "log" / "checkpoint").read_bytes()
    (desk.root / "mail.txt").write_text(note.replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert desk.call("archive", "hold", "case-9", "--reason", "a suit").code == 0
    assert desk.call("archive", "verify", "--against", "mail.txt").code == 0
    size = archive.log.size - 1
    assert note.count(f"\n{size}\n") == 1
    (desk.root / "mail.txt").write_text(note.replace(f"\n{size}\n", f"\n{size - 1}\n"), encoding="utf-8")
    assert desk.call("archive", "verify", "--against", "mail.txt").code == 12


def test_verify_with_a_budget_goes_on_where_it_stopped(desk: Any, archive: Archive) -> None:
    told = desk.call("archive", "verify", "--budget", "0.000001s")
    assert told.code == 0
    assert told.lines[-1] == "so far OK: the time was over. Run the command again to go on from there."
    assert (desk.root / "output/work/verify.json").is_file()
    told = desk.call("archive", "verify", "--budget", "10m")
    assert told.lines[-1] == "OK"
    assert "1 read earlier" in told.out
    assert not (desk.root / "output/work/verify.json").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [(("--budget", "10"), "write a time as 90s, 10m or 2h"), (("--budget", "0m"), "write a time as"),
     (("--quick", "--budget", "1m"), "which --quick leaves out"), (("--against", "nothing"), "there is no such file"),
     (("--key", "nothing.pem"), "there is no such file")],
)
@pytest.mark.usefixtures("archive")
def test_verify_asked_wrongly_is_no_verdict(desk: Any, words: tuple[str, ...], why: str) -> None:
    told = desk.call("archive", "verify", *words)
    assert told.code == 2
    assert why in told.err


def test_verify_with_another_key_is_a_difference(desk: Any, archive: Archive) -> None:
    history = archive.log.history()
    turn = history.at(archive.log.size).id
    (old,) = history.known.keys() - {turn}
    assert desk.call("archive", "verify", "--key", f"output/archive/keys/{turn}.pem").code == 0
    told = desk.call("archive", "verify", "--key", f"output/archive/keys/{old}.pem")
    assert (told.code, "not by the key given" in told.out) == (12, True)


@pytest.mark.parametrize("command", ["verify", "list", "recover", "export x", "show x", "reproduce x", "diff x y"])
def test_where_no_archive_is_there_is_none_made(desk: Any, command: str) -> None:
    told = desk.call("archive", *command.split())
    assert told.code == 8
    assert "there is no archive here" in told.err
    assert not (desk.root / "output").exists()


def test_list_show_and_names(desk: Any, archive: Archive) -> None:
    rows = [json.loads(line) for line in desk.call("archive", "list", "--json").lines]
    assert [row["standing"] for row in rows] == ["issued", "issued", "issued", "deleted", "superseded"]
    told = desk.call("archive", "list", "--scope", "branch:B07")
    assert len(told.lines) == 2
    one = json.loads(desk.call("archive", "show", rows[0]["edition"], "--json").out)
    assert one["manifest"] == rows[0]["manifest"]
    shown = desk.call("archive", "show", "tiering/2015-12")
    assert "proposed by wang, approved by li" in shown.out
    for name, why in (("tiering/2024-12", "names no edition"), ("deadbeef", "names no edition")):
        told = desk.call("archive", "show", name)
        assert (told.code, why in told.err) == (8, True)


def test_open_copies_what_was_issued(desk: Any, archive: Archive) -> None:
    told = desk.call("archive", "open", "tiering/2025-11/bank/r01", "--print")
    path = Path(told.out.strip())
    known = archive.manifest(archive.find("tiering/2025-11/bank/r01").manifest)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == known.artefacts[0].sha256
    told = desk.call("archive", "open", "tiering/2025-12", "--locale", "en", "--print")
    assert (told.code, "has no PDF in 'en'; it has zh-CN" in told.err) == (8, True)


def test_hold_and_release(desk: Any, archive: Archive) -> None:
    told = desk.call("archive", "hold", "case-9", "--job", "tiering", "--period", "2025-11", "--reason", "a suit")
    assert (told.code, told.out) == (0, "case-9: 2 editions are held.\n")
    assert "case-9: a suit" in desk.call("archive", "show", "tiering/2025-11").out
    assert desk.call("archive", "release", "case-9", "--reason", "settled").code == 0
    assert desk.call("archive", "release", "case-9", "--reason", "settled").code == 8
    assert archive.state().holds == {}


def test_retain_refuses_before_the_day(desk: Any, archive: Archive) -> None:
    size = archive.log.size
    told = desk.call("archive", "retain", "propose", "tiering/2025-12", "--reason", "over", "--law", "4.2")
    assert told.code == 8
    assert "must be kept until 2036-01-01" in told.err
    assert archive.log.size == size


def test_keys_turn(desk: Any, archive: Archive) -> None:
    before = desk.call("archive", "key", "show")
    assert len(before.lines) == 3
    told = desk.call("archive", "key", "rotate", "--reason", "yearly")
    assert told.code == 0
    fresh = told.out.split()[0]
    assert f"{fresh}  signs now" in desk.call("archive", "key", "show").out
    old = next(line.split()[0] for line in before.lines if line.endswith("signs now"))
    assert desk.call("archive", "key", "revoke", old, "--reason", "stolen").code == 0
    assert desk.call("archive", "key", "revoke", fresh, "--reason", "stolen").code == 8
    assert desk.call("archive", "verify").code == 0
    assert (desk.root / "output/keys/archive.pem").stat().st_mode & 0o777 == 0o600


def test_export_names_the_command_that_checks_it(desk: Any, archive: Archive) -> None:
    told = desk.call("archive", "export", "tiering/2025-12/branch:B07")
    assert (told.code, told.out) == (0, "tiering-2025-12-branch-B07-r01.zip\n")
    assert f"--edition {archive.find('tiering/2025-12/branch:B07').manifest}" in told.err
    with zipfile.ZipFile(desk.root / "tiering-2025-12-branch-B07-r01.zip") as packed:
        assert packed.testzip() is None
    name = spoil(archive)
    told = desk.call("archive", "export", "tiering/2025-12/bank", "--to", "x.zip")
    assert told.code == 8
    assert name in told.err
    assert not (desk.root / "x.zip").exists()


@pytest.mark.usefixtures("archive")
def test_diff_of_two_units_is_refused(desk: Any) -> None:
    told = desk.call("archive", "diff", "tiering/2025-12/bank", "tiering/2025-12/branch:B07", "--html", "no/d.html")
    assert (told.code, "there is no such folder" in told.err) == (2, True)


@pytest.mark.parametrize(("command", "words"), [
    (("reproduce", "tiering/2015-12"), "was deleted; there is nothing left to make it from"),
    (("reproduce", "tiering/2025-12", "--inputs", ".", "--key", "x.pem"), "give one of them"),
    (("diff", "tiering/2015-12", "tiering/2025-12"), "was deleted on"),
])
@pytest.mark.usefixtures("archive")
def test_what_cannot_be_made_again_says_why(desk: Any, command: tuple[str, ...], words: str) -> None:
    told = desk.call("archive", *command)
    assert told.code in {2, 8}
    assert words in told.err


@pytest.mark.parametrize("command", SERVICES)
@pytest.mark.usefixtures("archive")
def test_a_service_that_is_not_configured_is_shown_by_example(desk: Any, command: str) -> None:
    told = desk.call("archive", command)
    assert told.code == 2
    assert str(PLACE) in told.err
    assert SERVICES[command] in told.err
    (desk.root / "config").mkdir()
    (desk.root / PLACE).write_text("{}\n")
    assert "does not say" in desk.call("archive", command).err
    (desk.root / PLACE).write_text("replicas: {}\n")
    told = desk.call("archive", command)
    assert (told.code, "replicas" in told.err) == (2, True)


@pytest.mark.usefixtures("archive")
def test_an_authority_that_does_not_answer(desk: Any) -> None:
    (desk.root / "config").mkdir()
    (desk.root / PLACE).write_text("timestamps: {url: http://127.0.0.1:1/tsr, roots: [tsa.pem], timeout: 1}\n")
    told = desk.call("archive", "anchor")
    assert told.code == 8
    assert "http://127.0.0.1:1/tsr: time-stamping authority: no answer" in told.err
    unread = desk.call("archive", "verify")  # the archive holds an anchor, and its authority's roots are not there
    assert unread.code == 12
    assert "tsa.pem" in unread.err + unread.out
    (desk.root / PLACE).unlink()
    assert desk.call("archive", "verify").code == 0


@pytest.mark.parametrize("held", [True, False])
def test_a_probe_s_verdict(desk: Any, monkeypatch: pytest.MonkeyPatch, held: bool) -> None:
    asked = []

    def probe(replica: Replica, client: object, now: object) -> Probe:
        asked.append((replica.bucket, client, now))
        return Probe("probe/x", (), (Trial("delete", held=True, detail="refused (AccessDenied), the canary stands"),
                                     Trial("shorten", held=held, detail="granted")))

    monkeypatch.setattr("reportgen.archive.probe_worm.probe", probe)
    monkeypatch.setattr("reportgen.archive.bucket.connect", lambda _: "client")
    (desk.root / "config").mkdir()
    (desk.root / PLACE).write_text("replica: {bucket: reports-archive}\n")
    told = desk.call("archive", "probe-worm")
    assert told.code == (0 if held else 12)
    assert told.lines[-1] == f"s3://reports-archive/ is {'WORM: every attempt was refused.' if held else 'NOT WORM.'}"
    assert told.lines[1].startswith("held" if held else "BAD")
    assert asked[0][:2] == ("reports-archive", "client")


def test_each_object_is_locked_until_the_last_edition_that_needs_it_may_go(archive: Archive) -> None:
    now = archive.clock()
    found = ends(archive, now)
    bank = archive.manifest(archive.find("tiering/2025-12/bank").manifest)
    pdf = bank.artefacts[0].sha256
    assert f"{found[f'objects/{pdf[:2]}/{pdf[2:]}']:%Y-%m-%d %Z}" == "2036-01-01 UTC"
    assert f"{longest(archive, now):%Y-%m-%d}" == "2036-01-01"
    deleted = archive.manifest(archive.find("tiering/2015-12").manifest).artefacts[0].sha256
    assert f"objects/{deleted[:2]}/{deleted[2:]}" not in found
    assert ends(archive, now, since=archive.log.size) == {}
    assert FOREVER.days == 36_500
