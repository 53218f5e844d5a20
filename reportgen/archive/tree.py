"""What an edition's pages depend on beside its facts, gathered as files and laid out again elsewhere.

    project/…    the project's own job file, data contract, templates, rules, words, answers, comment
    program/…    the installation's templates and rules behind them, where the project is not the checkout itself
    output/…     the record of the edition before
    home.json    which file is which

`gather_home` collects them, `plant` stores them as objects under one tree object, `restore` and `open_home` make a job
and a context of them again that look at no other file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from reportgen.archive.canonical import dumps, loads
from reportgen.archive.record import latest_before, record_path
from reportgen.config.answers import answers_path
from reportgen.config.job import Job
from reportgen.config.loader import contract_path, merged, open_tree
from reportgen.config.validate import validated
from reportgen.context import RunContext
from reportgen.document.comment import comment_path
from reportgen.errors import ArchiveError, JobError, Problem
from reportgen.period import Period

SCHEMA = "reportgen-tree 1"
HOME = "home.json"
HOME_SCHEMA = "reportgen-home 1"
_TEMPLATES = ("base", "assets")
_CONFIG = ("rules", "suggestions", "metrics", "dimensions")
_IGNORED = {".py", ".pyc"}
"""No page depends on them; `edition.identify` leaves them out too."""
_STATE = "The edition was not made again."


class Store(Protocol):
    """Where objects lie by their sha256."""

    def put(self, data: bytes) -> str: ...

    def put_file(self, path: Path) -> str: ...

    def get(self, sha: str, /) -> bytes: ...


class Reader(Protocol):
    """The reading half of a store. `get` raises ArchiveError for an object that is missing or spoilt."""

    def get(self, sha: str, /) -> bytes: ...


def gather_home(context: RunContext, scope: str = "bank") -> dict[str, bytes | Path]:
    """Path in the tree to the file (or its bytes), for one scope's edition of the context's job and period.

    Raises ArchiveError (exit 8) or JobError (exit 2) where a file the pages printed cannot be read any more.
    """
    layers = _Layers(context)
    found: dict[str, bytes | Path] = {}
    for name in (*_TEMPLATES, context.job.report):
        for layer, folder in layers.both("templates", name):
            found |= _files(folder, f"{layer}/templates/{name}")
    for name in _CONFIG:
        folder = context.shared("config", name)
        found |= _files(folder, layers.place(folder))
    named = _named(context, scope, layers)
    found |= dict(named.values())
    places = {role: place for role, (place, _) in named.items()}
    home = {"schema": HOME_SCHEMA, "period": context.period.label, "scope": scope, "layers": layers.names, **places}
    return found | {HOME: dumps(home)}


class _Layers:
    """The project's folder and the installation's: two layers, or one where they are the same."""

    def __init__(self, context: RunContext) -> None:
        self.folders = {"project": context.root.resolve()}
        if context.home.resolve() != self.folders["project"]:
            self.folders["program"] = context.home.resolve()

    @property
    def names(self) -> list[str]:
        return list(self.folders)

    def both(self, *parts: str) -> Iterator[tuple[str, Path]]:
        return ((layer, folder.joinpath(*parts)) for layer, folder in self.folders.items())

    def place(self, path: Path, role: str = "") -> str:
        """The path in the tree of a file or folder; one that lies outside both layers stands under its role."""
        # As it is named first: what a project reaches by a link must be found again under the link's name.
        for candidate in (Path(os.path.abspath(path)), path.resolve()):  # noqa: PTH100 - the one that follows no link
            for layer, folder in self.folders.items():
                if candidate.is_relative_to(folder):
                    return f"{layer}/{candidate.relative_to(folder).as_posix()}"
        return f"outside/{role}/{path.name}"


def _files(folder: Path, place: str) -> dict[str, bytes | Path]:
    """All files below a folder but programs; an absent folder has none."""
    return {
        f"{place}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in _IGNORED
    }


def _named(context: RunContext, scope: str, layers: _Layers) -> dict[str, tuple[str, Path]]:
    """The single files of an edition by their role: place in the tree and path."""
    job = context.job
    files: dict[str, Path] = {"job": Path(job.path)}
    _, root = open_tree(job.path)
    contract = contract_path(job.path, root)
    if contract is not None:
        files["data"] = contract
    if job.units:
        files["units"] = context.root / job.units
    answers = answers_path(context.root, job.answers, job.job)
    if answers is not None and answers.is_file():
        files["answers"] = answers
    if comment_path(context, scope).is_file():
        files["comment"] = comment_path(context, scope)
    named = {role: (layers.place(path, role), path) for role, path in files.items()}
    record = latest_before(context, scope)
    if record is not None:
        path = record_path(context, record)
        named["record"] = (f"output/{path.relative_to(context.output).as_posix()}", path)
    return named


def plant(files: Mapping[str, bytes | Path], store: Store) -> str:
    """Store every file and the tree that names them; the tree object's sha256."""
    entries = []
    for path, content in sorted(files.items()):
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        sha = store.put(content) if isinstance(content, bytes) else store.put_file(content)
        entries.append({"path": path, "sha256": sha, "bytes": size})
    return store.put(dumps({"schema": SCHEMA, "files": entries}))


def files_of(tree: bytes) -> dict[str, str]:
    """Path to sha256 of a tree object. Raises ArchiveError for anything but a tree of plain relative paths."""
    try:
        content: Any = loads(tree)
        if set(content) != {"schema", "files"} or content["schema"] != SCHEMA:
            raise ValueError(f"it is no {SCHEMA}")
        found = {str(one["path"]): str(one["sha256"]) for one in content["files"]}
        if [one["path"] for one in content["files"]] != sorted(found):
            raise ValueError("its paths are not in order, or one stands there twice")
        for path in found:
            if not _plain(path):
                raise ValueError(f"the path {path!r} leads elsewhere")
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(Problem("tree", f"cannot be read: {error}."), state=_STATE) from None
    return found


def _plain(path: str) -> bool:
    parts = path.split("/")
    return path == str(PurePosixPath(path)) and ".." not in parts and parts[0] != "" and "\0" not in path


def restore(tree: str, store: Reader, folder: Path) -> None:
    """Write all files of a tree below a folder of its own, each checked against its hash by the store."""
    for path, sha in files_of(store.get(tree)).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(store.get(sha))
    # The job's root is the nearest folder that holds templates/; without one it would be sought further up.
    (folder / "project" / "templates").mkdir(parents=True, exist_ok=True)


def open_home(folder: Path, clock: Callable[[], datetime]) -> tuple[RunContext, str]:
    """The context, with its job, and the scope of a restored tree. All it knows lies below `folder`.

    Raises ArchiveError where the tree lacks what it names, JobError where its job is not this version's.
    """
    try:
        home: dict[str, Any] = json.loads((folder / HOME).read_bytes())
        if home["schema"] != HOME_SCHEMA:
            raise ValueError(f"its schema is {home['schema']!r}, this version reads {HOME_SCHEMA!r}")
        root = folder / "project"
        program = folder / "program" if "program" in home["layers"] else root
        job = _job(folder, home)
        context = RunContext("again", job, Period.parse(home["period"]), root, program, folder / "output", clock)
        return context, str(home["scope"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(Problem(HOME, f"the archived home cannot be read: {error}."), state=_STATE) from None


def _job(folder: Path, home: Mapping[str, Any]) -> Job:
    """The job as `load_job` reads it, with the files that lay outside the project found where the tree put them."""
    path = folder / home["job"]
    data, root = open_tree(path)
    digest = hashlib.sha256(data)
    if "data" in home:
        more, contract = open_tree(folder / home["data"])
        digest.update(more)
        root = merged(root, contract)
    job = validated(str(path), root, Job, JobError, _STATE)
    moved = {
        role: f"../{home[role]}" for role in ("answers", "units") if str(home.get(role, "")).startswith("outside/")
    }
    if moved:
        job = job.model_copy(update=moved)
    job._path = str(path)  # noqa: SLF001 - the file is known here only, as in config.loader
    job._digest = digest.hexdigest()  # noqa: SLF001
    return job
