"""A PDF that opens with a password: AES-256 (PDF 2.0, revision 6), and passwords that are worth one.

The archived PDF/A stays as it is; only the copy in the mail is encrypted. Each encryption draws fresh random keys, so
two copies are never equal bytes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from io import BytesIO
from itertools import pairwise

from reportgen.errors import JobError, Problem

SHORTEST, LONGEST, LEAST_SIGNS = 12, 127, 6
"""Characters of a password, the most that PDF takes, and how many different ones there must be."""
_HINT = "Give the recipient another password: 12 ASCII characters and more that name neither them nor their unit."
_WORD = re.compile(r"[^\W_]+")


def encrypted(pdf: bytes, password: str) -> bytes:
    """The PDF, opened by `password` alone."""
    import pikepdf

    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        lock = pikepdf.Encryption(owner=secrets.token_urlsafe(32), user=password, R=6, aes=True, metadata=True)
        opened.save(out, encryption=lock)
    return out.getvalue()


def refuse_weak(password: str, recipient: str, known: Iterable[str]) -> None:
    """Raise JobError (exit 2) for a password that can be guessed; the message never holds it.

    `known` are words that somebody who knows the recipient would try: their names, their address, their unit.
    """
    why = _weakness(password, known)
    if why:
        raise JobError(Problem(f"recipient {recipient}", f"the password for the PDF is refused: {why}."),
                       state="This mail was not made.", hint=_HINT)


def _weakness(password: str, known: Iterable[str]) -> str:
    lowered = password.lower()
    faults = {
        f"it is shorter than {SHORTEST} characters": len(password) < SHORTEST,
        f"it is longer than {LONGEST} characters": len(password) > LONGEST,
        "it has characters that not every PDF reader can be given":
            not (password.isascii() and password.isprintable()),
        f"it has fewer than {LEAST_SIGNS} different characters": len(set(lowered)) < LEAST_SIGNS,
        "it is a run of neighbouring characters": _is_a_run(password),
        "it holds the recipient's name or address, or their unit": any(one in lowered for one in _guesses(known)),
    }
    return next((why for why, found in faults.items() if found), "")


def _guesses(known: Iterable[str]) -> set[str]:
    """Each text itself and its words; what is shorter than three signs would stand in a good password by chance."""
    texts = [text.lower() for text in known]
    words = {word for text in texts for word in (text.strip(), *_WORD.findall(text))}
    return {word for word in words if len(word) >= 3}


def _is_a_run(password: str) -> bool:
    """abcdefghijkl, 123456789012, 210987654321."""
    steps = {(ord(after) - ord(before)) % 10 if before.isdigit() and after.isdigit() else ord(after) - ord(before)
             for before, after in pairwise(password)}
    return len(steps) == 1
