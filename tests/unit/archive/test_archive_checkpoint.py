"""Checkpoints: the exact bytes of a signed note, and nothing that is not."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.archive.checkpoint import Checkpoint, key_hash, parse, sign
from reportgen.archive.keys import PublicKey, SigningKey
from reportgen.errors import ArchiveError

KEY, OTHER = SigningKey.of(b"\x01" * 32), SigningKey.of(b"\x02" * 32)
ORIGIN = "reportgen/3f0c2d5e-0000-4000-8000-000000000001"
CHECKPOINT = Checkpoint(ORIGIN, 1234, bytes(range(32)))
NOTE = sign(CHECKPOINT, KEY)


def test_the_published_note_of_the_specification() -> None:
    # c2sp.org/signed-note: example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
    kind_and_key = base64.b64decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    line = base64.b64decode(
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    )
    assert kind_and_key[0] == 1
    assert key_hash("example.com/foo", kind_and_key[1:]).hex() == "530d903a"
    assert line[:4].hex() == "530d903a"
    assert PublicKey(kind_and_key[1:]).verify(line[4:], b"This is an example message.\n")


def test_the_bytes_of_a_note() -> None:
    text = f"{ORIGIN}\n1234\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert CHECKPOINT.text.decode() == text
    body, _, line = NOTE.decode().partition("\n\n")
    assert body + "\n" == text
    dash, name, signature = line.removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", ORIGIN)
    assert base64.b64decode(signature) == key_hash(ORIGIN, KEY.raw) + KEY.sign(text.encode())


@given(st.integers(0, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_a_note_is_read_back_and_verified(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    signed = parse(sign(checkpoint, KEY))
    assert (signed.checkpoint, signed.verify(KEY.public), signed.note) == (checkpoint, checkpoint, sign(checkpoint, KEY))


def test_another_key_is_refused_by_its_id() -> None:
    with pytest.raises(ArchiveError, match=f"log/checkpoint.* not signed by key {OTHER.id}, whose turn it was") as error:
        parse(NOTE).verify(OTHER.public)
    assert error.value.code == 8


def test_every_flipped_bit_is_found() -> None:
    undetected = []
    for at in range(len(NOTE) * 8):
        data = bytearray(NOTE)
        data[at // 8] ^= 1 << at % 8
        said = refusal(bytes(data))
        if not said.startswith("kept: this checkpoint cannot be trusted"):
            undetected.append((at, said))
    assert undetected == []


def refusal(data: bytes) -> str:
    try:
        parse(data, "kept").verify(KEY.public)
    except ArchiveError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("data", [
    b"", NOTE[:-1], NOTE + b"\n", NOTE + NOTE.splitlines(keepends=True)[-1], NOTE.replace(b"\n", b"\r\n"),
    NOTE.replace(b"\n1234\n", b"\n01234\n"), NOTE.replace(b"\n1234\n", b"\n-1\n"), NOTE.replace(b"\n1234\n", b"\n\n"),
    NOTE.replace(b"Hh8=", b"Hh9="), NOTE.replace(b"\n\n", b"\nextension\n\n"), NOTE.replace("—".encode(), b"-"),
    NOTE.replace(ORIGIN.encode(), b"reportgen/two words"), b"\xff" + NOTE, b" " + NOTE,
])
def test_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(ArchiveError, match="cannot be trusted"):
        parse(data)


def test_an_origin_that_could_forge_a_line_is_not_signed() -> None:
    for origin in ("a\n9\nb", "", "a b", "a+b", "总行"):
        with pytest.raises(ArchiveError, match="cannot be trusted"):
            sign(Checkpoint(origin, 1, bytes(32)), KEY)


def test_openssl_agrees(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl, "the shipped verifier needs the openssl command; install openssl"
    signature = base64.b64decode(NOTE.split()[-1])[4:]
    for name, data in {"key.pem": KEY.pem.encode(), "text": CHECKPOINT.text, "signature": signature}.items():
        (tmp_path / name).write_bytes(data)
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "text", "-sigfile",
               "signature"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "text").write_bytes(CHECKPOINT.text.replace(b"1234", b"1235"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
