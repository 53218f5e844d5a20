"""A unit head's signed comment on one period: `comments/<period>/<scope>.md`, plain paragraphs and a signature."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from reportgen.context import RunContext
from reportgen.errors import JobError, Problem

_SIGNED = re.compile(r"(?:—|——|–|--)\s*(?P<who>.+?)\s*[,，]\s*(?P<date>\d{4}-\d{2}-\d{2})\s*")
_STATE = "Nothing was run."
_HINT = "The last line of a comment is its signature: — name, role, YYYY-MM-DD."


@dataclass(frozen=True, slots=True)
class Comment:
    """What a unit's head says of the period, as text: markup in it is printed as it stands."""

    text: tuple[str, ...]
    """Paragraphs."""
    signed: str
    """Name and role."""
    date: str
    """ISO day of the signature."""

    @property
    def digest(self) -> str:
        """sha256 over text, signature and date: part of what identifies an edition."""
        return hashlib.sha256("\0".join((*self.text, self.signed, self.date)).encode()).hexdigest()


def comment_path(context: RunContext, scope: str) -> Path:
    """`comments/2025-12/branch-B01.md` below the project's root."""
    return context.root / "comments" / context.period.label / f"{scope.replace(':', '-')}.md"


def load_comment(context: RunContext, scope: str) -> Comment | None:
    """The comment on the context's period and a scope; None where nobody wrote one.

    Raises JobError where the file cannot be read as UTF-8, says nothing, or bears no signature.
    """
    path = comment_path(context, scope)
    if not path.is_file():
        return None
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise _refused(path, 1, f"cannot be read: {reason}.", "Save the comment as UTF-8 text.") from None
    while lines and not lines[-1].strip():
        lines.pop()
    match = _SIGNED.fullmatch(lines[-1].strip()) if lines else None
    if match is None or not _is_day(match["date"]):
        found = f"found '{lines[-1].strip()[:60]}'" if lines else "the file is empty"
        raise _refused(path, max(len(lines), 1), f"the comment bears no signature; {found}.", _HINT)
    text = _paragraphs(lines[:-1])
    if not text:
        raise _refused(path, 1, "the comment says nothing above its signature.", "Write it, or remove the file.")
    return Comment(text, match["who"], match["date"])


def _paragraphs(lines: list[str]) -> tuple[str, ...]:
    """Runs of lines between empty ones; a line that begins with Chinese follows the one before without a space."""
    blocks: list[str] = []
    for line in "\n".join(one.strip() for one in lines).split("\n\n"):
        joined = re.sub(r"(?<=[\u2e80-\uffef])\n(?=[\u2e80-\uffef])", "", line.strip()).replace("\n", " ")
        if joined:
            blocks.append(joined)
    return tuple(blocks)


def _is_day(text: str) -> bool:
    import datetime as dt

    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _refused(path: Path, line: int, message: str, hint: str) -> JobError:
    return JobError(Problem(f"{path}:{line}", message), state=_STATE, hint=hint)
