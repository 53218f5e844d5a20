"""The Merkle tree against RFC 6962's own recursive definition and the published test vectors."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.archive import merkle

VECTORS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
"""The leaves of the Certificate Transparency test tree, and the roots of its first 1, 2 … 8."""
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(41)]
PAIRS = [(first, second) for second in range(1, 41) for first in range(second + 1)]


def split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return [*path(m, leaves[:k]), root(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), root(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), root(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), root(leaves[:k])]


def test_the_published_roots() -> None:
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in VECTORS]
    assert [merkle.root(leaves[:size]).hex() for size in range(1, 9)] == ROOTS
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(max_size=3), max_size=300))
def test_the_root_is_that_of_the_recursive_definition(entries: list[bytes]) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    assert merkle.root(leaves) == root(leaves)


def test_inclusion_proofs_of_all_leaves_of_all_sizes() -> None:
    for size in range(1, 41):
        leaves, top = LEAVES[:size], merkle.root(LEAVES[:size])
        for index in range(size):
            proof = merkle.inclusion_proof(index, leaves)
            assert proof == path(index, leaves)
            assert merkle.verify_inclusion(leaves[index], index, size, proof, top)


def test_consistency_proofs_of_all_pairs_of_sizes() -> None:
    for first, second in PAIRS:
        leaves = LEAVES[:second]
        proof = merkle.consistency_proof(first, leaves)
        assert proof == (subproof(first, leaves, True) if first else [])
        assert merkle.verify_consistency(first, root(leaves[:first]), second, root(leaves), proof)


@given(st.data())
def test_a_wrong_inclusion_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    index = data.draw(st.integers(0, size - 1))
    proof, top = path(index, LEAVES[:size]), root(LEAVES[:size])
    assert not merkle.verify_inclusion(LEAVES[40], index, size, proof, top)
    assert not merkle.verify_inclusion(LEAVES[index], index, size, [*proof, LEAVES[0]], top)
    assert not merkle.verify_inclusion(LEAVES[index], index, size, proof, LEAVES[40])
    assert not merkle.verify_inclusion(LEAVES[index], size, size, proof, top)
    if proof:
        assert not merkle.verify_inclusion(LEAVES[index], index, size, proof[:-1], top)
        spoilt = data.draw(st.integers(0, len(proof) - 1))
        assert not merkle.verify_inclusion(
            LEAVES[index], index, size, [*proof[:spoilt], LEAVES[40], *proof[spoilt + 1:]], top
        )
        other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index))
        assert not merkle.verify_inclusion(LEAVES[index], other, size, proof, top)


@given(st.sampled_from([pair for pair in PAIRS if 0 < pair[0] < pair[1]]), st.data())
def test_a_wrong_consistency_is_refused(pair: tuple[int, int], data: st.DataObject) -> None:
    first, second = pair
    old, new, proof = root(LEAVES[:first]), root(LEAVES[:second]), subproof(first, LEAVES[:second], True)
    assert not merkle.verify_consistency(first, LEAVES[40], second, new, proof)
    assert not merkle.verify_consistency(first, old, second, LEAVES[40], proof)
    assert not merkle.verify_consistency(second, new, first, old, proof)
    assert not merkle.verify_consistency(first, old, second, new, [])
    assert not merkle.verify_consistency(first, old, second, new, proof[:-1])
    assert not merkle.verify_consistency(first, old, second, new, [*proof, LEAVES[40]])
    spoilt = data.draw(st.integers(0, len(proof) - 1))
    assert not merkle.verify_consistency(first, old, second, new, [*proof[:spoilt], LEAVES[40], *proof[spoilt + 1:]])


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    top = root(LEAVES[:5])
    assert merkle.verify_consistency(5, top, 5, top, [])
    assert not merkle.verify_consistency(5, top, 5, LEAVES[0], [])
    assert not merkle.verify_consistency(5, top, 5, top, [LEAVES[0]])
    assert not merkle.verify_consistency(0, top, 5, top, [])


def test_outside_the_list_there_is_no_proof() -> None:
    for call in (lambda: merkle.inclusion_proof(3, LEAVES[:3]), lambda: merkle.inclusion_proof(-1, LEAVES[:3]),
                 lambda: merkle.consistency_proof(4, LEAVES[:3])):
        with pytest.raises(IndexError):
            call()
