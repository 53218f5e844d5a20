"""One edition as one zip: an archive in small, that its own verifier checks, with the files in the clear beside it.

    taihu-2011-05-bank-r02/CHECK.txt        how to check it, in two languages
    taihu-2011-05-bank-r02/bank.en.pdf …    the issued files under their names
    taihu-2011-05-bank-r02/archive/…        log, keys, manifest, objects, verify.py: FORMAT.md, section 10

The same edition of the same log gives the same bytes: nothing is compressed, no file has a date.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from reportgen.archive import checkpoint as notes
from reportgen.archive.archive import Archive
from reportgen.archive.inventory import object_name
from reportgen.archive.manifest import Manifest
from reportgen.archive.retention import reached
from reportgen.archive.state import Issued, State
from reportgen.archive.tiles import places
from reportgen.errors import ArchiveError, Problem

_DAY = (1980, 1, 1, 0, 0, 0)
_SEALED, _PLAIN = 0o100444 << 16, 0o100644 << 16
_TRIES = 5
_CHECK = """\
{subject}

怎样核对这份报告是否为归档的原件（需要 Python 3.9 以上和 openssl）：

    python3 archive/verify.py --edition {manifest}

输出 OK 即完好；BAD 行说明哪里不符。在本文件夹中运行时，每个未被改动的报告文件另有一行
“is the file that was issued”；没有这一行的文件，此命令并未核对，须自行比对其哈希：sha256sum {pdf}
若手中另有公钥或签名检查点，请加 --key 或 --against，否则档案只能自证：能写入它的人，也能换掉其中的 verify.py。
清单：archive/{link}

How to check that this is what was issued (Python 3.9 or newer, and openssl):

    python3 archive/verify.py --edition {manifest}

OK: it is. Lines with BAD say where it is not. Each report beside this text that was not changed has a line "is the
file that was issued"; a file without that line was not looked at: compare its hash with the manifest yourself:
sha256sum {pdf}
Add --key or --against if you were given the public key or a checkpoint by another way. Without one the archive vouches
for itself, and whoever could write to it could put another verify.py there: compare its hash too.
Manifest: archive/{link}
archive/README.txt says how to check by hand, archive/FORMAT.md what each file is.
"""


def export_name(edition: Issued) -> str:
    """`taihu-2011-05-bank-r02`: the name of the zip and of its only folder."""
    one = edition.entry
    return f"{one.job}-{one.period}-{one.scope.replace(':', '-')}-{one.revision}"


def export(archive: Archive, edition: Issued, target: Path) -> int:
    """Write the edition's zip to `target`, whole or not at all; its size in bytes.

    Raises ArchiveError (exit 8) for an edition that was deleted, an object that is damaged, a log that does not hold,
    and a target that cannot be written.
    """
    if edition.deletion is not None:
        raise ArchiveError(Problem(str(edition), "was deleted; there is nothing left to export."),
                           hint=f"reportgen archive show {edition.manifest[:12]} shows what the log keeps of it.")
    archive.log.trusted()
    draft = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as packed:
            for name, data in _files(archive, edition):
                info = zipfile.ZipInfo(f"{export_name(edition)}/{name}", _DAY)
                info.create_system = 3  # the modes below are those of Unix, wherever this runs
                info.external_attr = _SEALED if name.startswith("archive/objects/") else _PLAIN
                packed.writestr(info, data)
        draft.replace(target)
    except OSError as error:
        raise ArchiveError(Problem(str(target), f"cannot be written: {error.strerror or error}."),
                           state="The archive was only read.", hint="Name another file: --to FILE.zip.") from None
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _files(archive: Archive, edition: Issued) -> Iterator[tuple[str, bytes]]:
    manifest = archive.manifest(edition.manifest)
    yield "CHECK.txt", _check(edition, manifest)
    for one in manifest.artefacts:
        yield one.name, archive.store.get(one.sha256)
    log, state = _log(archive)
    inner = {**log, **_anchors(archive, state), **_derived(archive, state, edition)}
    for sha in {*reached(archive, manifest), edition.manifest, *state.files.values()}:
        inner[object_name(sha)] = archive.store.get(sha)
    for name in sorted(inner):
        yield f"archive/{name}", inner[name]


def _check(edition: Issued, manifest: Manifest) -> bytes:
    files = manifest.for_readers()
    pdf = next((one.name for one in files if one.role.startswith("pdf")), files[0].name)
    return _CHECK.format(
        subject=f"{edition} · {manifest.edition} · {' · '.join(manifest.title.values())}", pdf=pdf,
        manifest=edition.manifest, link=f"manifests/{edition.path}",
    ).encode()


def _log(archive: Archive) -> tuple[dict[str, bytes], State]:
    """The log's files and what they say, as of one checkpoint: a writer may add to it meanwhile."""
    for _ in range(_TRIES):
        note = (archive.root / "log" / "checkpoint").read_bytes()
        size = notes.parse(note).checkpoint.size
        try:
            tiles = {f"log/{place.path}": (archive.log.folder / place.path).read_bytes() for place in places(size)}
        except FileNotFoundError:
            continue
        return {"log/checkpoint": note, **tiles}, State.of(archive.log.tiles.entries(size, 0))
    raise ArchiveError(Problem(str(archive.root / "log"), "was written to while it was read, again and again."),
                       state="Nothing was written.", hint="Run the command again when the runs have ended.")


def _anchors(archive: Archive, state: State) -> dict[str, bytes]:
    """The time stamps that the log names."""
    return {name: (archive.root / name).read_bytes() for one in state.anchors.values() for name in one.files}


def _derived(archive: Archive, state: State, edition: Issued) -> dict[str, bytes]:
    keys = {f"keys/{one.id}.pem": one.pem.encode() for one in state.history.known.values()}
    files = {name: archive.store.get(sha) for name, sha in state.files.items()}
    return {**keys, **files, f"manifests/{edition.path}": archive.store.get(edition.manifest)}
