"""The Merkle tree of RFC 6962 over SHA-256: one hash that stands for a list, and proofs about it.

`leaves` are leaf hashes (32 bytes each), in order. The left subtree of n leaves holds the largest power of two below
n; so pairing neighbours level by level, with a lone last node carried up, gives the same tree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree; that of an empty list is the hash of nothing."""
    row = list(leaves)
    if not row:
        return EMPTY
    while len(row) > 1:
        row = _parents(row)
    return row[0]


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root, lowest first. Raises IndexError outside the list."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}")
    proof, row = [], list(leaves)
    while len(row) > 1:
        if index ^ 1 < len(row):
            proof.append(row[index ^ 1])
        row, index = _parents(row), index // 2
    return proof


def consistency_proof(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes that show that the tree of the first `first` leaves is a beginning of this one.

    Empty for `first` 0 or all. Raises IndexError outside the list.
    """
    if not 0 <= first <= len(leaves):
        raise IndexError(f"{first} of {len(leaves)} leaves")
    if first in (0, len(leaves)):
        return []
    # Walk up from the last leaf of the old tree; its complete subtree is known to the holder of a power of two.
    node, row = first - 1, list(leaves)
    while node & 1:
        row, node = _parents(row), node // 2
    proof = [row[node]] if node else []
    return proof + inclusion_proof(node, row)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether `leaf` is number `index` of the `size` leaves under the root `expected`."""
    if not 0 <= index < size:
        return False
    steps, found = _steps(index, size - 1, proof), leaf
    for on_left, other in steps or ():
        found = node_hash(other, found) if on_left else node_hash(found, other)
    return steps is not None and found == expected


def verify_consistency(first: int, old: bytes, second: int, new: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree `old` of `first` leaves is the beginning of the tree `new` of `second`."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and old == new
    if first == 0:
        return not proof and old == EMPTY
    # A power of two is one complete subtree, which the holder of the old root knows.
    path = [old, *proof] if first & (first - 1) == 0 else list(proof)
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    steps = _steps(node, last, path[1:])
    if not path or steps is None:
        return False
    of_old = of_new = path[0]
    for on_left, other in steps:
        if on_left:
            of_old, of_new = node_hash(other, of_old), node_hash(other, of_new)
        else:
            of_new = node_hash(of_new, other)
    return of_old == old and of_new == new


def _steps(node: int, last: int, proof: Sequence[bytes]) -> list[tuple[bool, bytes]] | None:
    """Each hash of a proof with whether it stands on the left, from `node` upwards in a row that ends at `last`.

    None for a proof that is too short or too long.
    """
    steps = []
    for other in proof:
        if last == 0:
            return None
        on_left = bool(node & 1) or node == last
        steps.append((on_left, other))
        while on_left and node and not node & 1:  # a last node without neighbour is carried up
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    return steps if last == 0 else None


def _parents(row: list[bytes]) -> list[bytes]:
    above = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
    if len(row) % 2:
        above.append(row[-1])
    return above
