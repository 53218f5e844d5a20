"""The files an edition depends on: gathered whole, laid out again, and enough to make the same identity."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen.archive.canonical import dumps
from reportgen.archive.record import Record, latest_before, record_bytes, restore_record
from reportgen.archive.tree import HOME, files_of, gather_home, open_home, plant, restore
from reportgen.config import load_job
from reportgen.config.answers import answers_path, load_answers
from reportgen.context import RunContext, installed_home
from reportgen.document.comment import load_comment
from reportgen.edition import identify
from reportgen.errors import ArchiveError, JobError
from reportgen.facts.table import FactSet
from reportgen.findings.terms import Terms
from reportgen.period import Period

ROOT = Path(__file__).parents[3]
FACTS = FactSet("2011-05", "", "2011-05-31", "", "CNY", (), {}, {})
JOB = """
data: config/data/bank.yaml
job: small
report: mine
period: {every: month, since: year_open}
"""
DATA = """
currency: CNY
units: config/units.yaml
sources: {closing: {type: csv, path: closing.csv}}
frames: {snapshots: {from: [closing], columns: {customer_id: customer_id, snapshot_date: snapshot_date}}}
"""
WRITTEN = {
    "config/jobs/small.yaml": JOB, "config/data/bank.yaml": DATA, "config/units.yaml": "branch: {}\n",
    "templates/mine/report.yaml": "report: mine\n", "templates/mine/text.en.yaml": "words: {}\n",
    "templates/mine/make.py": "raise SystemExit\n", "config/rules/own.yaml": "{}\n",
    "answers/small.yaml": "- {period: 2011-04, rule: r_churn_high, state: done, note: 甲}\n",
    "comments/2011-05/branch-B01.md": "好。\n\n— 王*，行长，2011-06-01\n", "closing.csv": "customer_id\n1\n",
}


class Shelf(dict[str, bytes]):
    def put(self, data: bytes) -> str:
        sha = hashlib.sha256(data).hexdigest()
        self[sha] = data
        return sha

    def put_file(self, path: Path) -> str:
        return self.put(path.read_bytes())

    def get(self, sha: str, /) -> bytes:  # type: ignore[override]
        return self[sha]


@pytest.fixture
def mine(tmp_path: Path) -> RunContext:
    """A project of its own: a report, rules, words of people, and a record of the month before."""
    for name, text in WRITTEN.items():
        path = tmp_path / "bank" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return context_of(tmp_path / "bank/config/jobs/small.yaml", tmp_path / "out")


def context_of(job: Path, output: Path) -> RunContext:
    context = RunContext.create(load_job(job), Period.parse("2011-05"), output=output)
    earlier = Record(context.job.job, "2011-04", "branch:B01", "abc", (), ("s_winback",), Terms())
    restore_record(context, "2011-04", "branch:B01", record_bytes(earlier))
    return context


def again(context: RunContext, folder: Path, scope: str = "branch:B01") -> tuple[RunContext, str]:
    shelf = Shelf()
    tree = plant(gather_home(context, scope), shelf)
    restore(tree, shelf, folder)
    return open_home(folder, lambda: datetime(2000, 1, 1, tzinfo=UTC))


def test_all_that_a_page_depends_on_is_gathered_and_nothing_else(mine: RunContext) -> None:
    files = gather_home(mine, "branch:B01")
    own = {name for name in files if not name.startswith("program/")}
    assert own == {f"project/{name}" for name in WRITTEN if name not in ("templates/mine/make.py", "closing.csv")} | {
        HOME, "output/editions/small/2011-04/branch-B01.json"}
    home = installed_home()
    program = {name.removeprefix("program/") for name in files if name.startswith("program/")}
    expected = {
        path.relative_to(home).as_posix()
        for part in ("templates/base", "templates/assets", "config/suggestions", "config/metrics", "config/dimensions")
        for path in (home / part).rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert program == expected  # config/rules is the project's own, so the installation's does not count


def test_another_scopes_comment_and_record_are_left_out(mine: RunContext) -> None:
    files = gather_home(mine, "bank")
    assert not [name for name in files if name.startswith(("output/", "project/comments/"))]


def test_the_restored_context_is_the_same_and_looks_nowhere_else(mine: RunContext, tmp_path: Path) -> None:
    before = identify(FACTS, mine, "branch:B01")
    record, comment = latest_before(mine, "branch:B01"), load_comment(mine, "branch:B01")
    made, scope = again(mine, tmp_path / "again")
    for path in sorted((tmp_path / "bank").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert scope == "branch:B01"
    assert (made.root, made.home) == (tmp_path / "again/project", tmp_path / "again/program")
    assert identify(FACTS, made, "branch:B01") == before
    assert latest_before(made, "branch:B01") == record
    assert load_comment(made, "branch:B01") == comment
    assert made.job.model_dump() == mine.job.model_dump()
    assert made.job.digest == mine.job.digest
    assert load_job(made.job.path).digest == mine.job.digest
    path = answers_path(made.root, made.job.answers, made.job.job)
    assert path is not None
    assert load_answers(path)[0].note == "甲"
    assert made.shared("config", "rules") == tmp_path / "again/project/config/rules"
    assert made.shared("config", "metrics") == tmp_path / "again/program/config/metrics"


def test_a_checkout_is_one_layer(tmp_path: Path) -> None:
    context = context_of(ROOT / "config/jobs/taihu.yaml", tmp_path / "out")
    files = gather_home(context)
    assert {name.partition("/")[0] for name in files} == {"project", HOME}
    assert not [name for name in files if name.startswith(("project/config/samples", "project/templates/tiering"))]
    made, _ = again(context, tmp_path / "again")
    assert made.root == made.home
    assert identify(FACTS, made) == identify(FACTS, context)


def test_files_outside_the_project_stand_under_their_role(mine: RunContext, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    for name, text in (("answers.yaml", WRITTEN["answers/small.yaml"]), ("units.yaml", "branch: {}\n"),
                       ("bank.yaml", DATA.replace("config/units.yaml", f"{shared}/units.yaml"))):
        (shared / name).write_text(text, encoding="utf-8")
    job = mine.root / "config/jobs/small.yaml"
    job.write_text(JOB.replace("config/data", str(shared)) + f"answers: {shared}/answers.yaml\n", encoding="utf-8")
    context = context_of(job, tmp_path / "out")
    files = gather_home(context, "branch:B01")
    assert {name for name in files if name.startswith("outside/")} == {
        "outside/answers/answers.yaml", "outside/data/bank.yaml", "outside/units/units.yaml"}
    made, _ = again(context, tmp_path / "again")
    for path in shared.iterdir():
        path.unlink()
    assert made.job.digest == context.job.digest
    path = answers_path(made.root, made.job.answers, made.job.job)
    assert path is not None
    assert load_answers(path)[0].note == "甲"


def test_a_link_is_found_under_its_own_name(mine: RunContext, tmp_path: Path) -> None:
    comment = mine.root / "comments/2011-05/branch-B01.md"
    comment.rename(tmp_path / "comment.md")
    comment.symlink_to(tmp_path / "comment.md")
    made, _ = again(mine, tmp_path / "again")
    assert load_comment(made, "branch:B01") == load_comment(mine, "branch:B01")


def test_the_tree_names_every_file_by_hash_and_size(mine: RunContext) -> None:
    shelf = Shelf()
    files = gather_home(mine, "branch:B01")
    tree = json.loads(shelf[plant(files, shelf)])
    assert tree["schema"] == "reportgen-tree 1"
    assert [one["path"] for one in tree["files"]] == sorted(files)
    for one in tree["files"]:
        content = files[one["path"]]
        data = content if isinstance(content, bytes) else content.read_bytes()
        assert (one["sha256"], one["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))


def test_the_same_files_are_the_same_tree(mine: RunContext) -> None:
    one, other = Shelf(), Shelf()
    assert plant(gather_home(mine, "branch:B01"), one) == plant(gather_home(mine, "branch:B01"), other)


def tree_of(*paths: str, **more: Any) -> bytes:
    return dumps({"schema": "reportgen-tree 1", **more,
                  "files": [{"path": path, "sha256": "0" * 64, "bytes": 0} for path in paths]})


@pytest.mark.parametrize("tree", [
    tree_of("../evil"), tree_of("/etc/passwd"), tree_of("a/../../b"), tree_of("a//b"), tree_of("./a"), tree_of("a\0b"),
    tree_of(""), tree_of("b", "a"), tree_of("a", "a"), tree_of("a", schema="reportgen-tree 2"), tree_of("a", more=1),
    b"{}", b"[]", b"no", dumps({"schema": "reportgen-tree 1", "files": [{"path": "a"}]}), tree_of("a") + b" ",
])
def test_a_tree_that_leads_elsewhere_or_is_none_is_refused(tree: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError):
        files_of(tree)
    shelf = Shelf()
    with pytest.raises(ArchiveError):
        restore(shelf.put(tree), shelf, tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(("spoil", "error"), [
    (lambda folder: (folder / HOME).unlink(), ArchiveError),
    (lambda folder: (folder / HOME).write_text("{}"), ArchiveError),
    (lambda folder: (folder / HOME).write_text('{"schema": "reportgen-home 2"}'), ArchiveError),
    (lambda folder: (folder / "project/config/jobs/small.yaml").write_text("colour: red"), JobError),
    (lambda folder: (folder / "project/config/data/bank.yaml").unlink(), JobError),
])
def test_a_home_that_lacks_its_job_is_refused(
    spoil: Callable[[Path], object], error: type[Exception], mine: RunContext, tmp_path: Path
) -> None:
    again(mine, tmp_path / "again")
    spoil(tmp_path / "again")
    with pytest.raises(error):
        open_home(tmp_path / "again", lambda: datetime(2000, 1, 1, tzinfo=UTC))
