"""Which encoding a text file is in, and a clean UTF-8 copy of it.

The order is: byte order mark, strict UTF-8, GB18030 (never GBK, which breaks on rare characters of names).
The whole file decides, since a long ASCII beginning says nothing. Trouble that would come out as wrong text
is refused here: NUL bytes, replacement characters of an earlier wrong conversion, merge-conflict markers,
lines without end.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from reportgen.errors import Problem, SourceError

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZIP = b"PK\x03\x04"
_CONFLICT = re.compile(r"^(<{7} |={7}\r?$|>{7} )", re.MULTILINE)
# U+FFFD, and what GBK makes of its UTF-8 bytes: both mean that an earlier program destroyed the text.
_DESTROYED = ("\ufffd", "锟斤拷")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            yield block


def _decodes(path: Path, encoding: str) -> int | None:
    """None if the whole file decodes; else the offset of the chunk's first bad byte."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    try:
        for block in _chunks(path):
            decoder.decode(block)
            done += len(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return max(0, done + error.start)
    return None


def sniff(path: Path, place: str) -> str:
    """Name of the file's encoding; raises SourceError where it is none of those we read."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head.startswith(_ZIP):
        raise SourceError(
            Problem(place, "the file is an Excel workbook or another ZIP archive; it is not opened."),
            state="No report was made.", hint="Save the sheet that holds the rows as CSV UTF-8, or as Parquet.",
        )
    if any(b"\0" in block for block in _chunks(path)):
        raise SourceError(
            Problem(place, "the file has NUL bytes: it is binary, or UTF-16 without a byte order mark."),
            state="No report was made.",
            hint="Save it as UTF-8 (CSV UTF-8 in Excel); for UTF-16 state `encoding: utf-16`.",
        )
    first_bad: dict[str, int] = {}
    for encoding in ("utf-8", "gb18030"):
        bad = _decodes(path, encoding)
        if bad is None:
            if encoding == "gb18030":
                _refuse_mixed(path, place)
            return encoding
        first_bad[encoding] = bad
    where = ", ".join(f"{encoding} breaks at byte {offset:,}" for encoding, offset in first_bad.items())
    raise SourceError(
        Problem(place, f"the text is neither UTF-8 nor GB18030 ({where}); two encodings may be mixed."),
        state="No report was made; wrong characters are worse than none.",
        hint="Export the file again as UTF-8.",
    )


def _refuse_mixed(path: Path, place: str) -> None:
    """Raise where a file read as GB18030 has lines that are UTF-8: most UTF-8 text is valid GB18030 nonsense.

    Such a line holds a three-byte UTF-8 character and is no GB 2312 text; real GB18030 lines with characters
    beyond GB 2312 are almost never valid UTF-8 from end to end.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                wide = any(ord(char) > 0x7FF for char in line.decode("utf-8"))
            except UnicodeDecodeError:
                continue
            if not wide:
                continue
            try:
                line.decode("gb2312")
            except UnicodeDecodeError:
                raise SourceError(
                    Problem(place, f"line {number} is UTF-8 while others are not: two encodings are mixed."),
                    state="No report was made; wrong characters are worse than none.",
                    hint="Export the file again as UTF-8.",
                ) from None


def transcode(path: Path, target: Path, encoding: str, place: str) -> str:
    """Write a UTF-8 copy without byte order mark to `target`; returns the encoding found.

    Raises SourceError for an empty file and for text that was destroyed, merged or never ends a line.
    """
    if path.stat().st_size == 0:
        raise SourceError(Problem(place, "the file is empty: not even a head line."), state="No report was made.")
    found = sniff(path, place) if encoding == "auto" else encoding
    decoder = codecs.getincrementaldecoder(found)("strict")
    line, tail = 1, ""
    try:
        with target.open("w", encoding="utf-8", newline="") as out:
            for block in _chunks(path):
                text = decoder.decode(block)
                if line == 1 and not tail:
                    text = text.removeprefix("\ufeff")
                line, tail = _inspect(tail + text, line, place)
                out.write(text)
            out.write(decoder.decode(b"", final=True))
            _inspect(tail + "\n", line, place)
    except UnicodeDecodeError as error:
        raise SourceError(
            Problem(place, f"near line {line}: not {found} text (byte {error.object[error.start]:#04x})."),
            state="No report was made.",
            hint="State the right `encoding`, or `auto`.",
        ) from None
    return found


def _inspect(text: str, line: int, place: str) -> tuple[int, str]:
    """Check all complete lines of `text`, which starts at `line`; returns the next line number and the rest."""
    complete, newline, tail = text.rpartition("\n")
    complete += newline
    if "\0" in complete:
        at = line + complete[: complete.index("\0")].count("\n")
        raise SourceError(Problem(place, f"line {at}: a NUL character in the text."), state="No report was made.")
    conflict = _CONFLICT.search(complete)
    if conflict:
        at = line + complete[: conflict.start()].count("\n")
        raise SourceError(
            Problem(place, f"line {at}: a merge-conflict marker ('{conflict.group().strip()}')."),
            state="No report was made.",
            hint="Two versions of this file were merged and never settled; take it from its source again.",
        )
    for sign in _DESTROYED:
        if sign in complete:
            at = line + complete[: complete.index(sign)].count("\n")
            raise SourceError(
                Problem(place, f"line {at}: text destroyed by an earlier wrong conversion ('{sign}')."),
                state="No report was made; the original characters cannot be told any more.",
                hint="Export the file again from its system, as UTF-8 or GB18030.",
            )
    if len(tail) > _LONGEST_LINE:
        raise SourceError(
            Problem(place, f"line {line + complete.count(chr(10))} is longer than {_LONGEST_LINE:,} characters."),
            state="No report was made.",
            hint="A quote may never have been closed, or this is not a table.",
        )
    return line + complete.count("\n"), tail
