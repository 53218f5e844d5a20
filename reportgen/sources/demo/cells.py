"""Numbers to Arrow columns: money exactly, days as dates, codes as text; what is missing is null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from reportgen.sources.demo import months
from reportgen.sources.demo.chance import Flags, Ints

Cells = Any
"""A pyarrow array; pyarrow ships no types that mypy reads."""


def money(fen: Ints, missing: Flags | None = None) -> Cells:
    """分 as decimal(18, 2) 元, without a detour through floats."""
    low = np.ascontiguousarray(fen, dtype="<i8")
    wide = np.stack([low, low >> 63], axis=1)
    cells = pa.Array.from_buffers(pa.decimal128(18, 2), len(low), [None, pa.py_buffer(wide.tobytes())])
    return cells if missing is None else _without(cells, missing)


def hundredths(values: Ints, missing: Flags | None = None) -> Cells:
    """Hundredths as decimal(18, 2): rates in %, hours."""
    return money(values, missing)


def dates(days: Ints, missing: Flags | None = None) -> Cells:
    """Day numbers as dates; `months.NEVER` is null."""
    empty = days == months.NEVER
    if missing is not None:
        empty |= missing
    return pa.array(np.where(empty, 0, days).astype("datetime64[D]"), mask=empty)


def times(minutes: Ints, missing: Flags | None = None) -> Cells:
    """Minutes since 1970-01-01 00:00 local time as text `2025-12-10 09:30`."""
    empty = minutes == months.NEVER
    if missing is not None:
        empty |= missing
    text = np.datetime_as_string(np.where(empty, 0, minutes).astype("datetime64[m]"), unit="m")
    return pa.array([None if gone else str(one).replace("T", " ") for one, gone in zip(text, empty, strict=True)],
                    type=pa.string())


def codes(index: Ints, words: Sequence[str], missing: Flags | None = None) -> Cells:
    """Indexes into `words` as text."""
    taken = pa.array(list(words), type=pa.string()).take(pa.array(np.asarray(index, dtype=np.int64)))
    return taken if missing is None else _without(taken, missing)


def whole(values: npt.NDArray[Any], missing: Flags | None = None) -> Cells:
    return pa.array(np.asarray(values, dtype=np.int64), mask=missing)


def flags(values: Flags, missing: Flags | None = None) -> Cells:
    return pa.array(values, mask=missing)


def texts(values: Sequence[str | None]) -> Cells:
    return pa.array(list(values), type=pa.string())


def numbered(prefix: str, count: int, width: int) -> Cells:
    """`K000001` and on."""
    return texts([f"{prefix}{number:0{width}d}" for number in range(1, count + 1)])


def _without(cells: Cells, missing: Flags) -> Cells:
    import pyarrow.compute as pc

    return pc.if_else(pa.array(missing), pa.scalar(None, type=cells.type), cells)
