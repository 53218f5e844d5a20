"""Reads configuration files: YAML into frozen models, with the line and column of everything that is wrong.

All problems of a file come at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from reportgen.config.contract import DataContract
from reportgen.config.job import Job
from reportgen.config.near import near_file
from reportgen.config.validate import validated
from reportgen.config.yaml_parse import MalformedError, parse, read_bytes
from reportgen.config.yaml_tree import Mapping, Node, Scalar
from reportgen.context import project_root
from reportgen.errors import JobError, Problem, ReportgenError

T = TypeVar("T")
_STATE = "Nothing was run."


def load_job(path: str | Path) -> Job:
    """The job of a file. Raises JobError (exit 2) with one problem for each thing to mend."""
    data, root = open_tree(path)
    digest = hashlib.sha256(data)
    shared = contract_path(path, root)
    if shared is not None:
        more, contract = open_tree(shared)
        validated(str(shared), contract, DataContract, JobError, _STATE)
        digest.update(more)
        root = merged(root, contract)
    job = validated(str(path), root, Job, JobError, _STATE)
    job._path = str(path)  # noqa: SLF001 - the file is known here only
    job._digest = digest.hexdigest()  # noqa: SLF001
    return job


def contract_path(path: str | Path, root: Node) -> Path | None:
    """The file that a job's `data:` names, from the project's root on; None where it names none."""
    entry = root.entries.get("data") if isinstance(root, Mapping) else None
    if entry is None or not isinstance(entry.node, Scalar) or not isinstance(entry.node.value, str):
        return None
    return project_root(Path(path)) / entry.node.value


def merged(root: Node, contract: Node) -> Node:
    """A job's tree with the keys it leaves to its data contract."""
    if not isinstance(root, Mapping) or not isinstance(contract, Mapping):
        return root
    return replace(root, entries={**contract.entries, **root.entries})


def read(
    path: str | Path, model: type[T], *, error: type[ReportgenError] = JobError, state: str = _STATE
) -> T:
    """Any other configuration file as `model`: a pydantic model, a RootModel, or a type such as `dict[Id, Entry]`.

    Raises `error` (JobError unless said otherwise) with one problem for each thing to mend, and `state`.
    """
    _, root = open_tree(path, error, state)
    return validated(str(path), root, model, error, state)


def open_tree(
    path: str | Path, error: type[ReportgenError] = JobError, state: str = _STATE
) -> tuple[bytes, Node]:
    """A file's bytes and its tree; raises `error` where it cannot be read or is no YAML."""
    file = Path(path)
    try:
        data = read_bytes(file)
    except FileNotFoundError:
        raise error(Problem(str(path), f"there is no such file.{_near_file(file)}"), state=state) from None
    except IsADirectoryError:
        raise error(Problem(str(path), "this is a folder; a file is needed."), state=state) from None
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else str(failure)
        raise error(Problem(str(path), f"cannot be read: {reason}."), state=state) from None
    try:
        root = parse(data)
    except MalformedError as malformed:
        problems = [Problem(f"{path}:{line}:{column}", f"{text}.") for line, column, text in malformed.faults]
        raise error(problems, state=state) from None
    return data, root


def _near_file(file: Path) -> str:
    try:
        there = [one.name for one in file.parent.iterdir() if one.suffix in (".yaml", ".yml")]
    except OSError:
        return f" The folder {file.parent} cannot be read either."
    near = near_file(file.name, there)
    return near or (f" There are {', '.join(sorted(there))}." if 0 < len(there) <= 12 else "")
