"""The mess real exports carry: each gives a clear error and its exit code, and nothing is written.

Exit codes: 4 a source cannot be read or lacks what the period needs, 5 a quality gate refused the data.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import pytest

from reportgen.cli import main

OPEN, CLOSE = "2010-12-31", "2011-05-31"
HEAD = "customer_id,snapshot_date,tier,branch_id,age,aum\n"
GOOD_OPEN = HEAD + f"A,{OPEN},private,B1,30,6000000\nB,{OPEN},private,B1,50,7000000\n"
GOOD_CLOSE = HEAD + f"A,{CLOSE},private,B1,30,6000000\nC,{CLOSE},private,B1,45,8000000\n"


@dataclass
class Bank:
    """A project with two good files, and the command line."""

    project: object
    capsys: pytest.CaptureFixture

    def __getattr__(self, name):
        return getattr(self.project, name)

    def run(self, command="facts", period="2011-05"):
        output = str(self.root / "output")
        code = main([command, str(self.root / "job.yaml"), "--period", period, "--output", output])
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err

    def closing(self, content):
        (self.root / "closing.csv").write_bytes(content if isinstance(content, bytes) else content.encode())

    def refused(self, code, *words, period="2011-05"):
        """Both `facts` and `run` refuse with this code and these words, and leave nothing but the run's record."""
        for command in ("facts", "run"):
            got, _, err = self.run(command, period)
            assert got == code, (command, err)
            for word in words:
                assert word in err, (word, err)
            assert "Traceback" not in err
        output = self.root / "output"
        left = {path.relative_to(output).parts[0] for path in output.rglob("*") if path.is_file()}
        assert left == {"reportgen.db", "locks", "runs", "metrics"}


@pytest.fixture
def bank(project, capsys):
    (project.root / "opening.csv").write_text(GOOD_OPEN, encoding="utf-8")
    (project.root / "closing.csv").write_text(GOOD_CLOSE, encoding="utf-8")
    return Bank(project, capsys)


def test_the_good_files_give_facts(bank):
    code, out, err = bank.run()
    assert code == 0, err
    assert "customers_total" in out


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("", 4, ["empty"]),
        (HEAD, 4, ["2011-05-31"]),
        (HEAD + "<<<<<<< HEAD\n" + GOOD_CLOSE[len(HEAD) :], 4, ["line 2", "merge-conflict"]),
        (HEAD.replace("age", "aum") + GOOD_CLOSE[len(HEAD) :], 4, ["'aum' stands 2 times"]),
        (GOOD_CLOSE.replace("branch_id", "brnch_id"), 4, ["no column 'branch_id'", "Did you mean 'brnch_id'?"]),
        (GOOD_CLOSE.replace("8000000", "8.00E+06"), 5, ["unparsable", "aum", "rows 3", "8.00E+06"]),
        (GOOD_CLOSE.replace(",45,", ",-9,"), 5, ["out_of_range", "age", "-9"]),
        (GOOD_CLOSE.rstrip("\n")[: -len(",45,8000000")], 4, ["line 3", "fewer cells"]),
        (GOOD_CLOSE + f"D,{CLOSE},private,B1,30,6000000,7\n", 4, ["line 4", "more cells"]),
        (GOOD_CLOSE + f"A,{CLOSE},private,B1,30,6000000\n", 5, ["duplicate_key", "rows 2, 4"]),
        (GOOD_CLOSE.replace(CLOSE, OPEN), 5, ["swapped"]),
        (GOOD_CLOSE.replace("8000000", "-5"), 5, ["negative_aum"]),
        (GOOD_CLOSE.replace("8000000", "NaN"), 5, ["unparsable", "NaN"]),
        (GOOD_CLOSE.replace("8000000", "1e308"), 5, ["unparsable"]),
        (GOOD_CLOSE.replace("8000000", "80.001"), 5, ["unparsable", "80.001"]),
        (GOOD_CLOSE.replace("C,", ","), 5, ["missing_key"]),
        (HEAD + "number,date,tier,branch,years,yuan\n" + GOOD_CLOSE[len(HEAD) :], 5, ["unparsable", "yuan"]),
        ("\ufeff" + GOOD_CLOSE.replace(",", ";"), 4, ["delimiter"]),
        (GOOD_CLOSE.replace("C,", "锟斤拷,"), 4, ["destroyed"]),
        (GOOD_CLOSE.replace("C,", "\0,"), 4, ["NUL"]),
    ],
    ids=[
        "empty file",
        "head only",
        "merge conflict",
        "duplicate head",
        "renamed head",
        "scientific notation",
        "missing-value code",
        "truncated line",
        "foreign column",
        "repeated key",
        "snapshots swapped",
        "negative amount",
        "not a number",
        "overflow",
        "finer than a cent",
        "no key",
        "description row",
        "wrong delimiter",
        "destroyed text",
        "NUL",
    ],
)
def test_mess_is_refused(bank, content, code, words):
    bank.closing(content)
    bank.refused(code, *words)


def test_trailing_blanks_and_crlf_are_read(bank):
    bank.closing(GOOD_CLOSE.replace("8000000", "8000000  ").replace("\n", "\r\n"))
    assert "bank,customers_total,,,,2011-05,,2," in bank.run()[1]


def test_a_trailing_blank_is_counted_in_the_quality_results(bank):
    bank.closing(GOOD_CLOSE.replace("8000000", "8000000  "))
    counted = {one.column: one.count for one in bank.facts().quality if one.gate == "trimmed" and one.count}
    assert counted == {"aum": 1}


def test_a_column_nobody_uses_is_no_error_and_is_named(bank):
    bank.closing("".join(f"{line},x\n" for line in GOOD_CLOSE.splitlines()).replace("aum,x", "aum,remark"))
    facts = bank.facts()
    assert "remark" in next(one for one in facts.origins if one.name == "closing").columns


def test_a_period_nobody_holds(bank):
    bank.refused(4, "2011-04-30", "'closing' holds 2011-05-31", period="2011-04")


def test_a_file_that_is_not_there(bank):
    (bank.root / "closing.csv").unlink()
    bank.refused(4, "closing.csv")


def test_gb18030_and_full_width(bank):
    bank.closing(GOOD_CLOSE.replace("C,", "㐂䶮,").replace("8000000", '"８，０００，０００"').encode("gb18030"))
    facts = bank.facts()
    assert facts.find("aum_point").num == 14_000_000_00


def test_customer_numbers_keep_their_zeros(bank):
    bank.closing(GOOD_CLOSE.replace("A,", "007,").replace("C,", "7,"))
    assert bank.facts().find("customers_total").num == 2


def test_a_personal_value_never_stands_in_a_message(bank):
    bank.job(replace={"branch_id: branch_id": "branch_id: branch_id\n      birth_date: branch_id"})
    bank.closing(GOOD_CLOSE.replace("B1", "1980-02-31x"))
    code, _, err = bank.run()
    assert code == 5
    assert "birth_date" in err
    assert "1980" not in err


def test_unparsable_cells_within_the_jobs_limit_are_reported_and_pass(bank):
    bank.job(replace={"population:": "gates: {unparsable: {block_above: 0.6}}\npopulation:"})
    bank.closing(GOOD_CLOSE.replace("45,8000000", "x,8000000"))
    results = [one for one in bank.facts().quality if one.gate == "unparsable" and one.count]
    assert [(one.column, one.rows, one.samples, one.verdict) for one in results] == [("age", (3,), ("x",), "warn")]


def test_two_currencies_units_are_declared_not_guessed(bank):
    bank.job(replace={"aum: {column: aum, unit: 元}": "aum: aum"})
    code, _, err = bank.run()
    assert code == 2
    assert "unit" in err


def test_a_truncated_parquet_file(bank):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = bank.root / "closing.parquet"
    rows = [line.split(",") for line in GOOD_CLOSE.splitlines()]
    pq.write_table(pa.table({name: [row[at] for row in rows[1:]] for at, name in enumerate(rows[0])}), path)
    bank.job(replace={"{type: csv, path: closing.csv": "{type: parquet, path: closing.parquet"})
    assert "bank,customers_total,,,,2011-05,,2," in bank.run()[1]
    path.write_bytes(path.read_bytes()[:-40])
    bank.refused(4, "Parquet")


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/worksheets/sheet1.xml": b"\0" * 50_000_000},
        {"xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'},
        {"xl/worksheets/sheet1.xml": b"<x/>", "xl/vbaProject.bin": b"\1", "xl/externalLinks/externalLink1.xml": b"<x/>"},
    ],
    ids=["bomb", "entities", "macros"],
)
def test_no_workbook_is_opened(bank, parts, monkeypatch):
    """Neither one that unpacks to a thousand times its size, nor one with a DTD, macros or links."""
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    bank.closing(book.getvalue())
    monkeypatch.setattr(zipfile, "ZipFile", None)
    bank.refused(4, "an Excel workbook or another ZIP archive; it is not opened", "Save the sheet")
