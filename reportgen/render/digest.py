"""Digests as a reader compares them: four groups of sixteen digits."""

from __future__ import annotations

import re

_DIGEST = re.compile(r"[0-9a-f]{64}")
_GROUP = 16


def digest_groups(text: str) -> tuple[str, ...]:
    """The groups of a sha256 in hex; nothing where the text is none."""
    return tuple(text[at:at + _GROUP] for at in range(0, len(text), _GROUP)) if _DIGEST.fullmatch(text) else ()
