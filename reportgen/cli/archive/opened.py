"""What the archive's commands share: where the archive is, which edition is meant, who asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reportgen.cli.options import output_option

if TYPE_CHECKING:
    from reportgen.archive.archive import Archive

F = TypeVar("F", bound=Callable[..., Any])


def edition_argument(function: F) -> F:
    """EDITION: id, manifest hash, or job/period/scope/revision."""
    return click.argument("edition", metavar="EDITION")(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")(function)


def reason_option(function: F) -> F:
    return click.option("--reason", metavar="WHY", required=True, help="Stands in the log for good.")(function)


def archive_in(output: str) -> Archive:
    """The archive of an output folder; ArchiveError (exit 8) where none is."""
    from reportgen.archive.archive import Archive

    found = Archive.of(Path(output).resolve())
    found.required()
    return found


def user() -> str:
    """The operating-system user, who answers for what is written to the log."""
    from reportgen.archive.surroundings import operator

    return operator()["user"]


__all__ = ["archive_in", "edition_argument", "json_option", "output_option", "reason_option", "user"]
