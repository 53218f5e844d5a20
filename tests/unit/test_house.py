"""The rules of the house, held over every file: sizes, names, who may import what, what must lie in the checkout."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.cli.group import COMMANDS
from reportgen.doctor import font_problems

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "reportgen"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400
PROSE, TEXTS = 600, "templates/*/text.*.yaml"
"""A report's sentences stand in one file a language, however long the report is."""
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc", "core"}

ALLOWED = {
    "matplotlib": ("charts",),
    "weasyprint": ("render",),
    "pydyf": ("render",),
    "ibis": ("sources", "frames", "facts"),
    "duckdb": ("sources", "facts/execute.py"),
    "smtplib": ("delivery",),
    "imaplib": ("delivery",),
    "xlsxwriter": ("render",),
    "sqlalchemy": ("runs", "delivery/outbox"),
    "psycopg": ("runs",),
    "chinese_calendar": ("schedule",),
    "holidays": ("schedule",),
    "cronsim": ("schedule",),
    "pytauargus": ("disclosure/child.py",),
}
"""A library that only some rooms, or one file, may import."""

STAGES = ("sources", "frames", "facts", "findings", "charts", "document", "render")
"""The way through. A stage knows nothing of a later one."""
VALUES = {
    "sources.origin", "frames.quality", "charts.chart", "document.model", "document.environment", "document.numbers",
    "facts.fact", "facts.metric", "facts.segment", "facts.table", "facts.publish", "facts.restated",
    "findings.finding", "findings.request", "findings.rule", "findings.rulebook", "findings.suggestion",
    "findings.derived", "findings.follow_up", "findings.terms",
}
"""What a stage on the presenting side of the fact table may import from another: frozen values, no machinery.

`facts.publish` is the fact table in writing, `facts.restated` what a correction changed in it,
`findings.derived` the names of derived metrics,
`document.environment` the document's templates.
"""
PRESENTING = {"findings", "charts", "document", "render"}
REFERS_TO_ALL = PACKAGE / "config" / "check"
"""Checks a job against the roles, metrics and rules of every stage."""


def imports(module: Path) -> Iterator[str]:
    """The dotted names a module imports at run time; what stands under `if TYPE_CHECKING` is left out."""
    pending: list[ast.AST] = [ast.parse(module.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{module}:{node.lineno}: relative import"
            yield node.module
            if node.module.startswith("reportgen"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))


def room(module: Path) -> str:
    """The package's folder a module stands in, or its own name at the top."""
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_the_walk_sees_the_package() -> None:
    assert {"errors", "context", *STAGES} <= {room(module) for module in MODULES}
    assert "reportgen.errors" in set(imports(PACKAGE / "doctor.py"))


@pytest.mark.parametrize("folder", ["reportgen", "templates", "tests", "config"])
def test_no_file_is_longer_than_a_reader_can_hold(folder: str) -> None:
    kinds = ("*.py", "*.j2", "*.css", "*.yaml", "*.js")
    files = [file for kind in kinds for file in (ROOT / folder).rglob(kind)]
    too_long = {
        str(file.relative_to(ROOT)): lines
        for file in files
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > (PROSE if file.match(TEXTS) else LONGEST)
    }
    assert files
    assert too_long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {part.removesuffix(".py") for module in MODULES for part in module.relative_to(PACKAGE).parts}
    assert names & VAGUE == set()


@pytest.mark.parametrize("library", ALLOWED)
def test_a_library_stays_in_its_room(library: str) -> None:
    strangers = [
        str(module.relative_to(PACKAGE)) for module in MODULES
        if any(name.split(".")[0] == library for name in imports(module))
        and not module.relative_to(PACKAGE).as_posix().startswith(ALLOWED[library])
    ]
    assert strangers == []


def test_a_stage_knows_nothing_of_a_later_one() -> None:
    rank = {stage: number for number, stage in enumerate(STAGES)}
    backwards = []
    for module in MODULES:
        own = -1 if room(module) == "config" else rank.get(room(module))
        if own is None or module.is_relative_to(REFERS_TO_ALL):
            continue
        for name in imports(module):
            other = name.split(".")[1] if name.startswith("reportgen.") else ""
            if rank.get(other, -1) > own:
                backwards.append(f"{module.relative_to(PACKAGE)} imports {name}")
    assert backwards == []


def test_presenting_stages_take_values_only_from_earlier_ones() -> None:
    machinery = []
    for module in MODULES:
        if room(module) not in PRESENTING:
            continue
        for name in imports(module):
            parts = name.split(".")
            if parts[0] != "reportgen" or len(parts) < 3 or parts[1] == room(module) or parts[1] not in STAGES:
                continue
            if ".".join(parts[1:3]) not in VALUES:
                machinery.append(f"{module.relative_to(PACKAGE)} imports {name}")
    assert machinery == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    pages = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "docs" / "start.md"]
    silent = [page.name for page in pages if f"reportgen {command}" not in page.read_text(encoding="utf-8")]
    assert silent == []


def test_the_licence_is_there_and_every_third_party_folder_is_in_the_notice() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    beside = [*(ROOT / "templates" / "assets" / "fonts").glob("*/OFL.txt"), *(ROOT / "config").rglob("NOTICE.txt")]
    assert len(beside) >= 3
    for text in beside:
        assert f"{text.parent.relative_to(ROOT).as_posix()}/" in notice


def test_the_fonts_are_the_ones_of_their_hashes() -> None:
    assert font_problems(ROOT / "templates" / "assets" / "fonts") == []


def test_every_pinned_package_has_a_hash_and_no_lock_names_a_registry() -> None:
    locks = sorted((ROOT / ".ci" / "lock").glob("*.txt"))
    assert {lock.name for lock in locks} >= {"runtime.txt", "dev.txt", "build.txt"}
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        assert "index-url" not in text, lock.name
        entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE | re.IGNORECASE)[1:]
        assert entries, lock.name
        for entry in entries:
            assert re.match(r"[\w.-]+==\S+", entry), entry
            assert "--hash=sha256:" in entry, entry


def test_the_runtime_lock_holds_every_requirement() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / ".ci" / "lock" / "runtime.txt").read_text(encoding="utf-8").lower()
    locked = set(re.findall(r"^([a-z0-9.-]+)==", lock, flags=re.MULTILINE))
    required = {re.split(r"[\[<>=~!; ]", item)[0].lower() for item in project["dependencies"]}
    assert required - locked == set()


def test_output_is_there_and_its_content_is_ignored() -> None:
    assert (ROOT / "output" / ".gitkeep").is_file()
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what git ignores cannot be asked")

    def ignored(path: str) -> bool:
        return subprocess.run([git, "check-ignore", "--quiet", path], cwd=ROOT, check=False).returncode == 0

    assert ignored("output/reports/taihu/2011-05/bank.zh-CN.pdf")
    assert ignored("output/work")
    assert not ignored("output/.gitkeep")
