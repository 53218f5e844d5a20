"""The manifest: all that makes one issued edition, by hash. Canonical JSON, itself an object of the archive.

Amounts and large numbers are text; times are UTC. `FORMAT.md` beside every archive specifies it field by field.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from reportgen.archive.canonical import dumps, loads
from reportgen.errors import ArchiveError, Problem

SCHEMA: Literal["reportgen-manifest 1"] = "reportgen-manifest 1"

Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Revision = Annotated[str, StringConstraints(pattern=r"^r\d{2,4}$")]
Some = Annotated[str, StringConstraints(min_length=1)]
Day = Annotated[str, StringConstraints(pattern=r"^(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$")]
"""ISO, or empty."""
Time = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]


class _Strict(BaseModel):
    """What comes from a file that somebody may have touched: no unknown key, no coercion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Key(_Strict):
    """What an edition is of. One key is issued once; a correction is the next revision."""

    job: str
    period: str
    scope: str
    revision: Revision

    @property
    def path(self) -> str:
        """Below `manifests/`: `2025-12/tiering/branch-B07/r01.json`."""
        return f"{self.period}/{self.job}/{self.scope.replace(':', '-')}/{self.revision}.json"

    def __str__(self) -> str:
        return f"{self.job} {self.period} {self.scope} {self.revision}"


class Supersedes(_Strict):
    """The edition this one corrects, why, and who said so."""

    manifest: Sha
    reason: Some
    by: Some


class Artefact(_Strict):
    """One issued file."""

    role: Literal["pdf", "pdf-signed", "xlsx"]
    """`pdf-signed` is the `pdf` of its locale with a signature behind it."""
    locale: str
    name: str
    sha256: Sha
    bytes: int
    pages: int = 0
    """Pages of a PDF, 0 of a workbook."""
    sm3: str = ""
    """SM3 digest beside sha256 where the job asks for one, else empty."""


class Contents(_Strict):
    """Objects from which the edition can be read, judged and made again."""

    facts: Sha
    """All facts of the run, gzip of JSON."""
    facts_csv: Sha
    """The facts attached to the PDF."""
    findings: Sha
    documents: dict[str, Sha]
    """Document model by locale."""
    edition_json: Sha
    record: Sha
    """What the next period's edition remembers of this one."""
    queries: Sha
    """The queries that ran, by name."""
    job: Sha
    """The job file."""
    home: Sha
    """Tree of templates, texts, fonts, rules, metrics and what else the pages depend on."""
    lock: str = ""
    """The lock file of the packages; empty where the installation has none."""


class Input(_Strict):
    """One source as it was read; `kept` is the object of its encrypted copy, empty where none is kept."""

    name: Some
    type: Some
    location: str
    sha256: str
    rows: int
    columns: list[str]
    as_of: str
    kept: str = ""


class Quality(_Strict):
    """One gate's count."""

    gate: Some
    source: str
    column: str
    count: int
    total: int
    verdict: Literal["pass", "warn", "block"]


class Code(_Strict):
    """The program and what stood under it."""

    version: Some
    python: Some
    platform: Some
    packages: dict[str, str]
    native: dict[str, str]
    environment: dict[str, str]


class Span(_Strict):
    """The reporting period: days from `start` to before `end` in a time zone."""

    start: Some
    end: Some
    zone: Some


class Retention(_Strict):
    """How long the edition must be kept: a class of the job's and the first day it may go, empty for ever."""

    kind: str
    until: Day


class Operator(_Strict):
    """Who ran it, on which machine."""

    user: str
    host: str


class Manifest(_Strict):
    """Everything about one edition that is known when it is issued."""

    format: Literal["reportgen-manifest 1"] = SCHEMA
    key: Key
    edition: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
    """Twelve digits that name the content in speech and print."""
    report: Some
    title: dict[str, str]
    """Title by locale."""
    supersedes: Supersedes | None
    artefacts: list[Artefact]
    contents: Contents
    inputs: list[Input]
    quality: list[Quality]
    totals: dict[str, Some]
    """Control totals: fact id to exact text, money in the currency's main unit."""
    currency: str
    period: Span
    as_of: str
    classification: str
    retention: Retention
    code: Code
    operator: Operator
    started: Time
    finished: Time

    def to_bytes(self) -> bytes:
        return dumps(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """The manifest's own name in the archive."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def for_readers(self) -> tuple[Artefact, ...]:
        """The files as people get them: of a PDF that was signed the signed one alone."""
        signed = {one.locale for one in self.artefacts if one.role == "pdf-signed"}
        return tuple(one for one in self.artefacts if one.role != "pdf" or one.locale not in signed)

    def objects(self) -> dict[str, str]:
        """Every object it names directly: sha256 to what it is. The tree's files are named by the tree."""
        contents = self.contents
        named = {
            contents.facts: "facts", contents.facts_csv: "facts.csv", contents.findings: "findings",
            contents.edition_json: "edition.json", contents.record: "record", contents.queries: "queries",
            contents.job: "job", contents.home: "tree",
        }
        named |= {sha: f"document {locale}" for locale, sha in contents.documents.items()}
        named |= {one.sha256: one.name for one in self.artefacts}
        named |= {one.kept: f"input {one.name}" for one in self.inputs if one.kept}
        return named | ({contents.lock: "lock"} if contents.lock else {})


def parse_manifest(data: bytes, name: str = "manifest") -> Manifest:
    """The manifest of canonical bytes; ArchiveError naming the key that is wrong, missing or unknown."""
    try:
        found = Manifest.model_validate(loads(data))
    except ValidationError as error:
        raise ArchiveError(
            [Problem(name, f"{'.'.join(map(str, one['loc'])) or 'manifest'}: {one['msg']}.") for one in error.errors()],
            state="The edition cannot be read.",
        ) from None
    except ValueError as error:
        raise ArchiveError(Problem(name, f"{error}."), state="The edition cannot be read.") from None
    return found
