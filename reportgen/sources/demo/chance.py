"""Chance, one generator a table: editing one table leaves the others as they were."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Chance:
    """The seed of one bank."""

    seed: int

    def of(self, name: str) -> np.random.Generator:
        """The generator of a table, or of one step on the way to it."""
        return np.random.default_rng(np.random.SeedSequence([self.seed, zlib.crc32(name.encode("ascii"))]))


def draw(rng: np.random.Generator, size: int, weights: Sequence[float]) -> Ints:
    """`size` indexes into `weights`, each as often as its weight says."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    found = np.searchsorted(edges / edges[-1], rng.random(size), side="right")
    return np.minimum(found, len(weights) - 1).astype(np.int64)


def draw_by(rng: np.random.Generator, group: Ints, weights: Sequence[Sequence[float]]) -> Ints:
    """One index for each element of `group`, by the weights of its group."""
    edges = np.cumsum(np.asarray(weights, dtype=float), axis=1)
    edges /= edges[:, -1:]
    found: Ints = (rng.random(len(group))[:, None] >= edges[group]).sum(axis=1).astype(np.int64)
    capped: Ints = np.minimum(found, edges.shape[1] - 1)
    return capped


def days_between(rng: np.random.Generator, first: Ints, last: Ints) -> Ints:
    """A day in [first, last] for each element; `first` where the span is empty."""
    span = np.maximum(last - first + 1, 1)
    days: Ints = first + (rng.random(len(first)) * span).astype(np.int64)
    return days
