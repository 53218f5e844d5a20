"""Secrets never stand in a job: a key that asks for one takes `env:NAME` or `file:/path`."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from reportgen.config.yaml_tree import Node, Trail, scalars
from reportgen.errors import JobError, Problem

_KEY = re.compile(r"(?:^|[_-])(?:password|passwd|secret|token|passphrase|api[_-]?key|private[_-]?key)$", re.IGNORECASE)
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/.+")
_IN_ADDRESS = re.compile(r"\w://[^/@\s:]*:[^/@\s]+@")
_WORDS = frozenset({"label", "labels", "values"})
_HINT = "Write env:NAME or file:/path, and keep the secret there (the file readable by its owner only)."


def plaintext_secrets(root: Node) -> Iterator[tuple[Trail, str]]:
    """Where a file spells out a secret, with the sentence to say so. The sentence never holds the value."""
    for key, trail, scalar in scalars(root):
        if _WORDS.intersection(trail):
            continue  # words for a page, chosen by the bank: a segment may be called `secret`
        if _KEY.search(key) and scalar.value is not None and not _REFERENCE.fullmatch(scalar.text):
            yield trail, f"'{key}' holds a secret in plain text. {_HINT}"
        elif _IN_ADDRESS.search(scalar.text):
            yield trail, f"the address under '{key}' holds a password in plain text. {_HINT}"


def resolve(reference: str) -> str:
    """The secret behind `env:NAME` or `file:/path`, without the line's end.

    Raises JobError where it is not there, or where others than the file's owner may read it.
    """
    kind, _, rest = reference.partition(":")
    if not _REFERENCE.fullmatch(reference):
        raise JobError("A secret is given as env:NAME or file:/path.", state="Nothing was run.")
    if kind == "env":
        value = os.environ.get(rest, "")
        if not value:
            raise JobError(Problem(reference, "the environment has no such variable, or it is empty."),
                           state="Nothing was run.", hint=f"Set {rest} before the run.")
        return value
    path = Path(rest)
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise JobError(
                    Problem(reference, f"the file's mode is {mode:04o}; others than its owner may use it."),
                    state="Nothing was run.", hint=f"chmod 600 {path}",
                )
            return file.read().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise JobError(Problem(reference, f"cannot be read: {reason}."), state="Nothing was run.") from None
