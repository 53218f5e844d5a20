"""`reportgen archive reproduce`"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.archive.opened import archive_in, edition_argument, output_option
from reportgen.cli.failure import printable
from reportgen.errors import ArchiveError, ExitCode, JobError, Problem

if TYPE_CHECKING:
    from reportgen.archive.manifest import Input, Manifest
    from reportgen.archive.objects import ObjectStore
    from reportgen.archive.reproduce import Grade

WORDS = ("different", "identical numbers", "identical pages", "identical bytes")
"""What a file is called at each level, from unlike to alike."""
_PASSPHRASE = "REPORTGEN_INPUTS_PASSPHRASE"  # noqa: S105 - a variable's name
_FILES = ("csv", "xlsx", "parquet")
"""Types of source that read a file; the demonstration bank's are made by the program."""
_SHOWN = 20


@click.command()
@edition_argument
@click.option("--inputs", "inputs_dir", metavar="DIR",
              help="Compute the facts again too, from these files; each must have the hash in the manifest.")
@click.option("--key", "key_file", metavar="PRIVATE.pem",
              help=f"Compute the facts again from the kept inputs, opened with the auditors' key (passphrase: "
                   f"{_PASSPHRASE}).")
@output_option
def reproduce(edition: str, inputs_dir: str | None, key_file: str | None, output: str) -> int:
    """Make an edition again from what the archive holds, without network, and say how alike each file came out.

    Each file is graded: identical bytes, identical pages, identical numbers or different; what differs is named. Exit
    0 where the numbers are the same at least, 12 where anything is different.

    \b
    reportgen archive reproduce taihu/2011-05
    reportgen archive reproduce taihu/2011-05/bank/r01 --inputs config/samples/taihu
    reportgen archive reproduce tiering/2025-12 --key auditors.pem
    """
    from reportgen.archive.reproduce import Level
    from reportgen.archive.reproduce import reproduce as again

    archive = archive_in(output)
    one = archive.find(edition)
    if one.deletion:
        raise ArchiveError(Problem(str(one), "was deleted; there is nothing left to make it from."),
                           hint=f"reportgen archive show {one.manifest[:12]} says when, why and by whom.")
    known = archive.manifest(one.manifest)
    work = Path(output).resolve() / "work"
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work, prefix="reproduce-") as folder:
        inputs = _inputs(known, archive.store, inputs_dir, key_file, Path(folder))
        grade = again(archive.store, known.model_dump(mode="json"), Path(folder), inputs=inputs)
    for line in _lines(grade):
        click.echo(printable(line))
    return ExitCode.VERIFICATION if grade.level == Level.DIFFERENT or not _same(grade) else ExitCode.DONE


def _inputs(
    known: Manifest, store: ObjectStore, inputs_dir: str | None, key_file: str | None, folder: Path
) -> dict[str, Path] | None:
    """Sources' names to files in the clear; None where the facts are not to be computed again."""
    if inputs_dir is None and key_file is None:
        return None
    if inputs_dir is not None and key_file is not None:
        raise click.UsageError("--inputs names files in the clear, --key opens the kept ones: give one of them.")
    files = [one for one in known.inputs if one.type in _FILES]
    if inputs_dir is not None:
        return {one.name: _found(one, Path(inputs_dir)) for one in files}
    lacking = [one.name for one in files if not one.kept]
    if lacking:
        raise ArchiveError(
            Problem(str(known.key), f"the archive keeps no copy of {', '.join(lacking)}."), state="Nothing was made.",
            hint="A job keeps its inputs with `archive: {keep_inputs: …}`; --inputs DIR takes your own files.",
        )
    assert key_file is not None
    return {one.name: _opened(one, store, Path(key_file), folder) for one in files}


def _found(one: Input, folder: Path) -> Path:
    """The auditors' own copy: at the source's path below the folder, or under its bare name, or any of that content."""
    named = [folder / one.location, folder / Path(one.location).name]
    others = sorted(folder.rglob("*"))
    tried: Path | None = None
    for path in (*named, *others):
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            if _digest(path) == one.sha256:
                return path
            tried = tried or (path if path in named else None)
    what = "is not" if tried else "holds no file that is"
    raise JobError(
        Problem(str(tried or folder),
                f"{what} the input {one.name} as it was read: {one.location}, sha256 {one.sha256}."),
        state="Nothing was made.",
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(one: Input, store: ObjectStore, key_file: Path, folder: Path) -> Path:
    """A kept input in the clear, in the run's own folder."""
    from io import BytesIO

    from reportgen.archive.encrypt import decrypt

    if not key_file.is_file():
        raise click.UsageError(f"{key_file}: there is no such file.")
    given = os.environ.get(_PASSPHRASE)
    passphrase = given.encode() if given else None
    path = folder / f"input-{one.name}"
    with path.open("wb") as target:
        path.chmod(0o600)
        for piece in decrypt(BytesIO(store.get(one.kept)), key_file.read_bytes(), passphrase):
            target.write(piece)
    return path


def _same(grade: Grade) -> bool:
    return grade.findings and not grade.facts


def _lines(grade: Grade) -> Iterator[str]:
    width = max((len(name) for name in (*(one.name for one in grade.artefacts), *grade.signed)), default=0)
    for one in grade.artefacts:
        yield f"{one.name:<{width}}  {WORDS[one.likeness.level]}"
        yield from (f"  {text}" for text in one.likeness.differences)
    for name in grade.signed:
        yield f"{name:<{width}}  signature not made again: no two are alike; the PDF that it signs is graded above"
    yield f"edition id: {'the same' if grade.identity else 'DIFFERENT'}"
    yield f"findings: {'the same' if grade.findings else 'DIFFERENT'}"
    if grade.facts is not None:
        yield f"facts from the inputs: {'the same' if not grade.facts else f'{len(grade.facts)} DIFFERENT'}"
        for fact in grade.facts[:_SHOWN]:
            yield f"  {fact.change}: {(fact.after or fact.before).id}"  # type: ignore[union-attr]
        if len(grade.facts) > _SHOWN:
            yield f"  and {len(grade.facts) - _SHOWN} more"
    if grade.exhibits:
        yield f"exhibits that differ: {', '.join(grade.exhibits)}"
    for text in grade.surroundings:
        yield f"made with another version now: {text}"
    yield ("network: closed by the system" if grade.isolated
           else "network: refused by the program; this system gives no process a network of its own")
