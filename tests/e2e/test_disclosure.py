"""Taihu's report with small figures withheld: the same in pages, workbook, attachment, archive and commands."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from python_calamine import CalamineWorkbook

from reportgen.archive.archive import Archive
from reportgen.archive.frozen import thaw
from reportgen.cli import main
from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.document.model import Document, Row, Table
from reportgen.document.printed import facts_of
from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet
from reportgen.period import Period
from reportgen.pipeline import read

ROOT = Path(__file__).resolve().parents[2]
PERIOD, LEAST = "2011-05", 5
NEW_CUSTOMER = b"TH0100,"


@dataclass(frozen=True)
class Issued:
    root: Path
    full: FactSet
    """The facts before anything is withheld."""
    kept: FactSet
    documents: dict[str, Document]

    @property
    def job(self) -> str:
        return str(self.root / "config/jobs/taihu.yaml")

    @property
    def output(self) -> str:
        return str(self.root / "output")

    def call(self, command: str, *more: str) -> int:
        return main([command, self.job, *more, "--period", PERIOD, "--output", self.output])

    def report(self, suffix: str) -> Path:
        return self.root / "output/reports/taihu" / PERIOD / f"bank.{suffix}"


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    root = tmp_path_factory.mktemp("disclosure")
    (root / "templates").mkdir()
    (root / "config/jobs").mkdir(parents=True)
    shutil.copytree(ROOT / "config/samples/taihu", root / "config/samples/taihu")
    job = root / "config/jobs/taihu.yaml"
    job.write_text((ROOT / "config/jobs/taihu.yaml").read_text("utf-8") + f"\ndisclosure: {{min_count: {LEAST}}}\n", "utf-8")
    assert main(["run", str(job), "--period", PERIOD, "--output", str(root / "output")]) == 0
    context = RunContext.create(load_job(job), Period.parse(PERIOD), output=root / "aside")
    full = read(context.job, context)
    archive = Archive.of(root / "output", context.clock)
    manifest = archive.manifest(archive.state().latest("taihu", PERIOD, "bank").manifest)
    kept = thaw(archive.store.get(manifest.contents.facts), FactSet)
    documents = {locale: thaw(archive.store.get(sha), Document) for locale, sha in manifest.contents.documents.items()}
    return Issued(root, full, kept, documents)


def rows_of(document: Document) -> list[Row]:
    return [row for section in document.sections for block in section.blocks if isinstance(block, Table)
            for row in block.rows]


def people(fact: Fact) -> set[int]:
    """How many customers a count, a share of customers or a base tells of."""
    counts = fact.unit == "customers" or (fact.unit == "share" and fact.den == fact.n)
    if not counts or fact.metric in ("customers_net_new", "customers_growth"):
        return {fact.n}
    return {fact.n, abs(fact.num), fact.n - abs(fact.num)}


def test_no_kept_fact_tells_of_few_and_every_kept_one_is_true(issued: Issued) -> None:
    full = {fact.id: fact for fact in issued.full.facts}
    assert len(issued.kept.suppressed) > 100
    assert {fact.id for fact in issued.kept.facts} | set(issued.kept.suppressed) == full.keys()
    for fact in issued.kept.facts:
        assert full[fact.id] == fact
        assert not any(0 < number < LEAST for number in people(fact)), fact
    assert issued.kept.find("customers_total").num == 150
    assert issued.kept.find("customers_total", at="since").num == 72


def test_pages_print_a_sign_and_cite_nothing_that_is_withheld(issued: Issued) -> None:
    told = {"zh-CN": ("“*”表示该数字涉及的客户不足5户", "未在图中绘出", f"共隐去{len(issued.kept.suppressed)}个数字"),
            "en": ("fewer than 5 customers", "are not drawn", f"(facts.csv) {len(issued.kept.suppressed)} are withheld")}
    for locale, document in issued.documents.items():
        assert not facts_of(document) & set(issued.kept.suppressed)
        with pdfium.PdfDocument(issued.report(f"{locale}.pdf")) as pdf:
            text = "".join("".join(page.get_textpage().get_text_range() for page in pdf).split())
        for words in told[locale]:
            assert "".join(words.split()) in text
        stars = [row for row in rows_of(document) if any(span.text == "*" for cell in row.cells for span in cell)]
        assert len(stars) >= 3
        assert not any(row.role == "total" for row in stars)


def test_the_workbook_has_the_same_signs(issued: Issued) -> None:
    for locale, document in issued.documents.items():
        stars = sum(span.text == "*" for row in rows_of(document) for cell in row.cells for span in cell)
        book = CalamineWorkbook.from_path(issued.report(f"{locale}.xlsx"))
        cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
        assert cells.count("*") == stars > 0


def test_the_attached_table_names_what_is_withheld_without_a_number(issued: Issued) -> None:
    with pikepdf.open(issued.report("en.pdf")) as pdf:
        table = pdf.attachments["facts.csv"].get_file().read_bytes().decode()
        edition = json.loads(pdf.attachments["edition.json"].get_file().read_bytes())
    rows = list(csv.DictReader(io.StringIO(table)))
    gone = [row for row in rows if row["suppressed"]]
    assert len(gone) == edition["facts"]["withheld"] == len(issued.kept.suppressed)
    assert len(rows) - len(gone) == edition["facts"]["rows"]
    assert {row["suppressed"] for row in gone} == {"yes"}
    assert not any(row[name] for row in gone for name in ("value", "num", "den", "n", "low", "high", "q"))


def test_the_commands_tell_no_more_than_the_pages(issued: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    assert issued.call("facts", "--ids") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert sorted(row["id"] for row in rows if row["suppressed"]) == list(issued.kept.suppressed)
    assert main(["explain", issued.job, issued.kept.suppressed[0], "--output", issued.output]) == 2
    assert "is withheld" in capsys.readouterr().err
    assert issued.call("findings", "--json") == 0
    told = capsys.readouterr().out
    assert not any(name in told for name in issued.kept.suppressed)


def test_a_correction_that_would_tell_of_one_customer_is_refused(
    issued: Issued, capsys: pytest.CaptureFixture[str]
) -> None:
    closing = issued.root / "config/samples/taihu/期末_全部跟踪客户.csv"
    before = closing.read_bytes()
    lines = [line for line in before.splitlines(keepends=True) if not line.startswith(NEW_CUSTOMER)]
    try:
        closing.write_bytes(b"".join(lines))
        assert issued.call("run", "--restate", "one row too many") == 5
        said = capsys.readouterr().err
        assert "beside r01, this correction would tell of fewer than 5 customers: bank/" in said
        assert " by 1" in said
        assert "r01 stands" in said
    finally:
        closing.write_bytes(before)
    assert issued.call("run") == 0
    archive = Archive.of(issued.root / "output", lambda: None)  # type: ignore[arg-type, return-value]
    assert len(archive.state().issued) == 1
