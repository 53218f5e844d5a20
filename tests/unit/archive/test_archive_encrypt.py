"""Sealed inputs: they open with the auditors' key only, and any change to the bytes is found."""

from __future__ import annotations

import hashlib
import hmac
import io
import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.archive.encrypt import CHUNK, HEADER, MAGIC, TAG, create_keys, decrypt, encrypt
from reportgen.errors import ArchiveError, VerificationFailed


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    folder = tmp_path_factory.mktemp("keys")
    create_keys(folder / "private.pem", folder / "public.pem")
    return (folder / "private.pem").read_bytes(), (folder / "public.pem").read_bytes()


def seal(content: bytes, pair: tuple[bytes, bytes]) -> bytes:
    return b"".join(encrypt(io.BytesIO(content), pair[1]))


def opened(sealed: bytes, pair: tuple[bytes, bytes]) -> bytes:
    return b"".join(decrypt(io.BytesIO(sealed), pair[0]))


def chunks(sealed: bytes) -> list[bytes]:
    return [sealed[at:at + CHUNK + TAG] for at in range(HEADER, len(sealed), CHUNK + TAG)]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_what_was_sealed_comes_back_and_the_size_is_as_specified(size: int, pair) -> None:
    content = random.Random(size).randbytes(size)
    sealed = seal(content, pair)
    count = max(1, -(-size // CHUNK))
    assert len(sealed) == HEADER + size + count * TAG
    assert opened(sealed, pair) == content


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=300), reads=st.integers(1, 40))
def test_a_stream_that_gives_little_at_a_time_is_sealed_alike(content: bytes, reads: int, pair) -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int = -1, /) -> bytes:
            return super().read(min(size, reads))

    sealed = b"".join(encrypt(Dripping(content), pair[1]))
    assert b"".join(decrypt(Dripping(sealed), pair[0])) == content


def test_sealing_twice_gives_different_bytes_and_hides_the_content(pair) -> None:
    content = b"customer 0001;" * 5000
    first, second = seal(content, pair), seal(content, pair)
    assert first[HEADER:HEADER + 100] != second[HEADER:HEADER + 100]
    assert b"customer" not in first


def test_another_implementation_reads_it_from_the_docstring_alone(pair, tmp_path: Path) -> None:
    """openssl does the key exchange, `hmac` the derivation, and the chunks are numbered by hand."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    content = bytes(range(256)) * 300
    sealed = seal(content, pair)
    (tmp_path / "private.pem").write_bytes(pair[0])
    (tmp_path / "public.pem").write_bytes(pair[1])
    raw = subprocess.run(["openssl", "pkey", "-pubin", "-in", "public.pem", "-outform", "DER"], cwd=tmp_path,
                         capture_output=True, check=True).stdout[-32:]
    magic, named, ephemeral = sealed[:18], sealed[18:26], sealed[26:58]
    assert (magic, named) == (b"reportgen-sealed 1", hashlib.sha256(raw).digest()[:8])
    (tmp_path / "peer.der").write_bytes(bytes.fromhex("302a300506032b656e032100") + ephemeral)
    shared = subprocess.run(["openssl", "pkeyutl", "-derive", "-inkey", "private.pem", "-peerkey", "peer.der",
                             "-peerform", "DER"], cwd=tmp_path, capture_output=True, check=True).stdout
    extracted = hmac.digest(ephemeral + raw, shared, "sha256")
    key = hmac.digest(extracted, magic + b"\x01", "sha256")
    plain = b"".join([
        ChaCha20Poly1305(key).decrypt(bytes(11) + b"\x00", sealed[58:58 + 65552], None),
        ChaCha20Poly1305(key).decrypt(bytes(10) + b"\x01\x01", sealed[58 + 65552:], None),
    ])
    assert plain == content


def test_every_flipped_byte_is_found(pair) -> None:
    sealed = seal(b"0123456789" * 10, pair)
    draw = random.Random(7)
    for at in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[at] ^= 1 << draw.randrange(8)
        with pytest.raises((VerificationFailed, ArchiveError)):
            opened(bytes(flipped), pair)


def test_the_unused_bit_of_the_ephemeral_key_is_bound_too(pair) -> None:
    # X25519 ignores the top bit of a public key; the derivation does not.
    sealed = bytearray(seal(b"x", pair))
    sealed[HEADER - 1] ^= 0x80
    with pytest.raises(VerificationFailed):
        opened(bytes(sealed), pair)


@pytest.mark.parametrize("change", ["drop first", "drop middle", "drop last", "swap", "repeat", "append", "header only"])
def test_chunks_moved_left_out_or_added_are_found(change: str, pair) -> None:
    sealed = seal(random.Random(1).randbytes(3 * CHUNK + 5), pair)
    head, (a, b, c, d) = sealed[:HEADER], chunks(sealed)
    parts = {"drop first": [b, c, d], "drop middle": [a, c, d], "drop last": [a, b, c], "swap": [b, a, c, d],
             "repeat": [a, a, b, c, d], "append": [a, b, c, d, d], "header only": []}[change]
    with pytest.raises(VerificationFailed):
        opened(head + b"".join(parts), pair)


def test_every_truncation_is_found(pair) -> None:
    sealed = seal(random.Random(2).randbytes(CHUNK + 40), pair)
    for length in [*range(HEADER + 20), HEADER + CHUNK, HEADER + CHUNK + TAG, HEADER + CHUNK + TAG + 1, len(sealed) - 1]:
        with pytest.raises(VerificationFailed):
            opened(sealed[:length], pair)


def test_chunks_of_two_files_do_not_mix(pair) -> None:
    one, other = seal(bytes(CHUNK + 1), pair), seal(bytes(CHUNK + 1), pair)
    with pytest.raises(VerificationFailed, match="chunk 1"):
        opened(one[:HEADER + CHUNK + TAG] + chunks(other)[1], pair)


def test_an_ephemeral_key_of_low_order_is_refused(pair) -> None:
    sealed = seal(b"x", pair)
    with pytest.raises(VerificationFailed, match="ephemeral"):
        opened(sealed[:HEADER - 32] + bytes(32) + sealed[HEADER:], pair)


def test_another_key_is_named(pair, tmp_path: Path) -> None:
    other = create_keys(tmp_path / "other.pem", tmp_path / "public.pem")
    sealed = seal(b"x", pair)
    with pytest.raises(ArchiveError, match=rf"sealed to key {sealed[len(MAGIC):len(MAGIC) + 8].hex()}, .* key {other}"):
        opened(sealed, ((tmp_path / "other.pem").read_bytes(), b""))


def test_key_files(tmp_path: Path) -> None:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    create_keys(private, public, b"secret")
    assert private.stat().st_mode & 0o777 == 0o600
    sealed = io.BytesIO(b"".join(encrypt(io.BytesIO(b"rows"), public.read_bytes())))
    assert b"".join(decrypt(sealed, private.read_bytes(), b"secret")) == b"rows"
    sealed.seek(0)
    with pytest.raises(ArchiveError, match="private key"):
        decrypt(sealed, private.read_bytes())
    with pytest.raises(ArchiveError, match="never written over"):
        create_keys(private, tmp_path / "new.pem")


@pytest.mark.parametrize("wrong", [b"", b"hello", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_key_is_refused(wrong: bytes) -> None:
    with pytest.raises(ArchiveError, match="no X25519 public key"):
        encrypt(io.BytesIO(b""), wrong)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", "k.pem"], cwd=tmp_path, check=True)
    with pytest.raises(ArchiveError, match="another kind"):
        decrypt(io.BytesIO(b""), (tmp_path / "k.pem").read_bytes())
