"""An edition's life in the archive: issued, left alone, refused, corrected, found again, made again, deleted."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest

from reportgen.archive import retention
from reportgen.archive.archive import Archive
from reportgen.archive.verify import verify
from reportgen.errors import ArchiveError

ROOT = Path(__file__).resolve().parents[2]
JOB = "config/jobs/taihu.yaml"
R01, R02 = "taihu/2011-05/bank/r01", "taihu/2011-05/bank/r02"
REASON = "TH0001的金融资产录入有误"
CLOSING = "config/samples/taihu/期末_全部跟踪客户.csv"
pytestmark = pytest.mark.xdist_group("archive")


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str


def call(root: Path, *words: str) -> Told:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", "reportgen", *words], cwd=root, capture_output=True, text=True,
                          check=False, env=environment)
    return Told(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Life:
    """A project in which Taihu's report was issued, asked for again, refused and corrected; what each step said."""

    root: Path
    first: Told
    again: Told
    refused: Told
    restated: Told
    before: dict[str, tuple[int, int]]
    """Files of the output after the first run: size and time of change in nanoseconds."""
    after: dict[str, tuple[int, int]]
    """After the second."""
    sizes: tuple[int, int, int]
    """Entries of the log after the first run, the second, and the refusal."""

    @property
    def archive(self) -> Archive:
        return Archive.of(self.root / "output")


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    root = tmp_path_factory.mktemp("life")
    (root / "templates").mkdir()
    (root / "config/jobs").mkdir(parents=True)
    shutil.copytree(ROOT / "config/samples/taihu", root / "config/samples/taihu")
    text = (ROOT / JOB).read_text(encoding="utf-8")
    (root / JOB).write_text(text + "\narchive: {retention: customer_reports, years: 1}\n", encoding="utf-8")
    output, sizes = root / "output", []

    def run(*more: str) -> Told:
        told = call(root, "run", JOB, "--period", "2011-05", *more)
        sizes.append(Archive.of(output).log.size)
        return told

    first = run()
    before = dict(files(output))
    again = run()
    after = dict(files(output))
    path = root / CLOSING
    rows = path.read_text(encoding="utf-8-sig")
    assert rows.count(",16959823,") == 1
    path.write_text(rows.replace(",16959823,", ",26959823,"), encoding="utf-8")
    refused = run()
    restated = run("--restate", REASON)
    return Life(root, first, again, refused, restated, before, after, (sizes[0], sizes[1], sizes[2]))


RECORDS = {"reportgen.db", "reportgen.db-wal", "reportgen.db-shm", "locks", "runs", "metrics"}
"""What is kept of every run, also of one that makes nothing."""


def files(output: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    for path in sorted(output.rglob("*")):
        name = path.relative_to(output).as_posix()
        if path.is_file() and name != "archive/lock" and name.split("/")[0] not in RECORDS:
            yield name, (path.stat().st_size, path.stat().st_mtime_ns)


def text_of(pdf: bytes) -> str:
    """The text layer without blanks: a sentence breaks where its line ends."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)


def pdf_of(life: Life, revision: str, locale: str) -> bytes:
    archive = life.archive
    known = archive.manifest(archive.find(revision).manifest)
    return next(archive.store.get(one.sha256) for one in known.artefacts if (one.role, one.locale) == ("pdf", locale))


def test_the_first_run_makes_the_archive_and_says_where_the_key_is(life: Life) -> None:
    assert life.first.code == 0, life.first.err
    assert "output/keys/archive.pem: keep a copy elsewhere" in life.first.err
    assert len(life.first.out.splitlines()) == 4
    assert life.sizes[0] == 2  # the beginning, and one edition


def test_the_same_run_again_makes_nothing(life: Life) -> None:
    assert (life.again.code, life.again.out) == (0, life.first.out)
    assert ("taihu 2011-05 bank: r01 was issued from the same inputs already; nothing was made again."
            in life.again.err.splitlines())
    assert "render" not in life.again.err
    assert life.after == life.before
    assert life.sizes[1] == life.sizes[0]


def test_other_inputs_are_refused_by_name(life: Life) -> None:
    assert (life.refused.code, life.refused.out) == (9, "")
    assert "what it is made from has changed since: facts, sources (closing)." in life.refused.err
    assert "--restate" in life.refused.err
    assert life.sizes[2] == life.sizes[0]


def test_a_correction_says_why_and_what_changed(life: Life) -> None:
    assert life.restated.code == 0, life.restated.err
    chinese, english = (text_of(pdf_of(life, R02, locale)) for locale in ("zh-CN", "en"))
    for word in ("更正说明", f"更正原因：{REASON}（", "事实表中有57个数值改变", "金融资产（亿元）15.1215.22+0.7%"):
        assert word in chinese, word
    for word in ("Correction", f"Reason:{REASON}(", "57valuesofthefacttablehavechanged", "1,512.001,522.00+0.7%"):
        assert word in english, word
    for locale, title in (("zh-CN", "更正说明"), ("en", "Correction")):
        assert title not in text_of(pdf_of(life, R01, locale))
    shown = (life.root / "output/reports/taihu/2011-05/bank.zh-CN.pdf").read_bytes()
    assert shown == pdf_of(life, R02, "zh-CN")


def test_the_corrected_edition_stays_and_opens(life: Life) -> None:
    listed = [json.loads(line) for line in call(life.root, "archive", "list", "--json").out.splitlines()]
    assert [(row["revision"], row["standing"]) for row in listed] == [("r02", "issued"), ("r01", "superseded")]
    assert listed[1]["superseded_by"] == listed[0]["manifest"]
    opened = call(life.root, "archive", "open", R01, "--print")
    assert opened.code == 0, opened.err
    path = Path(opened.out.strip())
    assert path.read_bytes() == pdf_of(life, R01, "zh-CN")
    shutil.rmtree(path.parent)
    shown = call(life.root, "archive", "show", "taihu/2011-05")
    assert f"{listed[1]['manifest'][:12]}: {REASON}" in shown.out


def test_both_verifiers_find_it_good(life: Life) -> None:
    told = call(life.root, "archive", "verify")
    assert (told.code, told.out.splitlines()[-1]) == (0, "OK"), told.out
    assert "3 entries, 2 editions (1 superseded, 0 deleted)" in told.out
    alone = subprocess.run([sys.executable, "-I", "output/archive/verify.py"], cwd=life.root, capture_output=True,
                           text=True, check=False)
    assert (alone.returncode, alone.stdout.splitlines()[-1]) == (0, "OK")


@pytest.mark.parametrize(("edition", "more"), [(R01, ()), (R02, ("--inputs", "config/samples/taihu"))])
def test_each_edition_comes_out_to_the_byte_again(life: Life, edition: str, more: tuple[str, ...]) -> None:
    told = call(life.root, "archive", "reproduce", edition, *more)
    assert told.code == 0, told.out + told.err
    lines = told.out.splitlines()
    assert [line.split("  ")[-1].strip() for line in lines[:4]] == ["identical bytes"] * 4
    assert "edition id: the same" in lines
    assert "findings: the same" in lines
    assert ("facts from the inputs: the same" in lines) == bool(more)


def test_an_edition_is_not_computed_again_from_other_inputs(life: Life, tmp_path: Path) -> None:
    other = call(life.root, "archive", "reproduce", R01, "--inputs", "config/samples/taihu")
    assert other.code == 2
    assert "is not the input closing as it was read" in other.err
    kept = call(life.root, "archive", "reproduce", R01, "--key", str(tmp_path / "auditors.pem"))
    assert kept.code == 8
    assert "the archive keeps no copy of opening, closing" in kept.err


def test_the_difference_is_the_customer_s_ten_million(life: Life) -> None:
    told = call(life.root, "archive", "diff", R01, "taihu/2011-05", "--json")
    rows = [json.loads(line) for line in told.out.splitlines()]
    total = next(row for row in rows if row["kind"] == "fact" and row["metric"] == "aum_point" and not row["dimension"])
    assert int(total["b"]) - int(total["a"]) == 10_000_000
    assert not [row for row in rows if row["kind"] == "fact" and row["metric"] == "customers_total"]
    assert not [row for row in rows if row["change"] != "changed"]
    table = call(life.root, "archive", "diff", R01, R02, "--locale", "zh-CN").out
    assert "15.12亿元" in table
    assert "15.22亿元" in table
    assert call(life.root, "archive", "diff", R02, R02).out.splitlines()[2:] == [
        "issues: 0 differ", "facts: 0 differ"]


@pytest.mark.parametrize(("locale", "words"), [
    ("zh-CN", ("版本对比", "整体指标：", "金融资产", "15.12亿元", "+0.7%", "没有差异。")),
    ("en", ("Two editions compared", "Figures of the whole:", "CNY 1,522.00 million", "+0.7%", "Nothing differs.")),
])
def test_the_difference_as_a_page(life: Life, tmp_path: Path, locale: str, words: tuple[str, ...]) -> None:
    told = call(life.root, "archive", "diff", R01, R02, "--locale", locale, "--html", str(tmp_path / "d.html"))
    assert told.code == 0, told.err
    page = (tmp_path / "d.html").read_text(encoding="utf-8")
    assert f'<html lang="{locale}">' in page
    for word in words:
        assert word in page, word
    assert "<script" not in page


def test_a_number_is_explained_by_the_edition_that_printed_it(life: Life) -> None:
    fact = "bank/aum_point@2011-05"
    old, new = (call(life.root, "explain", "--edition", name, fact) for name in (R01, R02))
    today = call(life.root, "explain", JOB, fact)
    assert (old.code, new.code) == (0, 0), old.err + new.err
    assert new.out == today.out
    assert old.out != new.out
    value = [next(line for line in told.out.splitlines() if line.startswith("value:")) for told in (old, new)]
    assert value == ["value:      1512000000 (money)", "value:      1522000000 (money)"]
    assert "query:" in old.out


def test_an_export_is_checked_without_us(life: Life, tmp_path: Path) -> None:
    told = call(life.root, "archive", "export", R01, "--to", str(tmp_path / "r01.zip"))
    assert told.code == 0, told.err
    with zipfile.ZipFile(tmp_path / "r01.zip") as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / "taihu-2011-05-bank-r01"
    done = subprocess.run(
        [sys.executable, "-I", "archive/verify.py", "--edition", life.archive.find(R01).manifest], cwd=folder,
        capture_output=True, text=True, check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "OK"), done.stdout
    assert (folder / "bank.en.pdf").read_bytes() == pdf_of(life, R01, "en")


def test_after_its_year_two_people_delete_the_first_and_the_correction_stands(life: Life, tmp_path: Path) -> None:
    shutil.copytree(life.root / "output", tmp_path / "output")
    archive = Archive.of(tmp_path / "output", lambda: datetime.now(UTC) + timedelta(days=364))
    old = archive.find(R01)
    with pytest.raises(ArchiveError, match="must be kept until"):
        retention.propose(archive, old, "a year over", "schedule 4.2", "wang")
    archive.clock = lambda: datetime.now(UTC) + timedelta(days=368)
    retention.propose(archive, old, "a year over", "schedule 4.2", "wang")
    with pytest.raises(ArchiveError, match="cannot approve it too"):
        retention.approve(archive, old, "wang")
    gone = retention.approve(archive, old, "li")
    pdf = next(one.sha256 for one in archive.manifest(old.manifest).artefacts if one.role == "pdf")
    assert pdf in gone
    assert not archive.store.has(pdf)
    report = verify(archive.root)
    assert (report.problems, report.counts["deleted"], report.counts["superseded"]) == ([], 1, 0)
    again = call(life.root, "archive", "reproduce", R02, "--output", str(tmp_path / "output"))
    assert again.code == 0, again.out + again.err
    assert again.out.count("identical bytes") == 4
    assert call(life.root, "archive", "open", R01, "--print", "--output", str(tmp_path / "output")).code == 8
