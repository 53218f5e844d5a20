"""`reportgen facts` against truths computed independently of this program, leaf by leaf."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TRUTH = ROOT / "tests" / "data" / "truth"
MAP = yaml.safe_load((TRUTH / "map.yaml").read_text(encoding="utf-8"))
JOBS = {"taihu": "taihu", "taihu_rules": "taihu", "bank_marketing": "bank_marketing"}
# The truths were computed in doubles, whose own last two digits are noise.
SIGNIFICANT = 14


@cache
def published(job: str, period: str) -> dict[str, dict[str, str]]:
    """The table as the command prints it, by fact id."""
    command = [sys.executable, "-m", "reportgen", "facts", f"config/jobs/{job}.yaml", "--period", period]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    table = {}
    for row in csv.DictReader(io.StringIO(run.stdout)):
        against = f"|{row['against']}" if row["against"] else ""
        cell = f"[{row['dimension']}={row['segment']}{against}]" if row["dimension"] else ""
        since = f"{row['since']}.." if row["since"] else ""
        table[f"{row['scope']}/{row['metric']}{cell}@{since}{row['period']}"] = row
    return table


def leaves(node: Any, path: str = "", labels: dict[str, str] | None = None) -> list[tuple[str, str, dict[str, str]]]:
    """Path, number as written, and the sibling labels of every leaf."""
    labels = labels or {}
    if isinstance(node, dict):
        own = {
            key: MAP["bands"].get(value, value) if isinstance(value, str) else str(value).lower()
            for key, value in node.items()
            if isinstance(value, (str, bool))
        }
        return [leaf for key, value in node.items() for leaf in leaves(value, f"{path}.{key}", labels | own)]
    if isinstance(node, list):
        return [leaf for at, value in enumerate(node) for leaf in leaves(value, f"{path}.{at}", labels)]
    return [(path[1:], str(node), labels)]


def cases() -> list[Any]:
    found = []
    for truth in JOBS:
        text = (TRUTH / f"{truth}.json").read_text(encoding="utf-8")
        for path, number, labels in leaves(json.loads(text, parse_float=Decimal)):
            found.append(pytest.param(truth, path, number, labels, id=f"{truth}:{path}"))
    return found


def entry_of(truth: str, path: str) -> tuple[str, Any]:
    known = MAP[truth]["leaves"]
    if path in known:
        return path, known[path]
    matches = [pattern for pattern in known if "*" in pattern and fnmatchcase(path, pattern)]
    assert len(matches) == 1, f"{truth}:{path} is covered by {matches or 'no entry'} of map.yaml"
    return matches[0], known[matches[0]]


@pytest.mark.parametrize(("truth", "path", "number", "labels"), cases())
def test_leaf(truth: str, path: str, number: str, labels: dict[str, str]) -> None:
    pattern, entry = entry_of(truth, path)
    entry = entry if isinstance(entry, dict) else {"fact": entry}
    if "left_out" in entry:
        assert entry["left_out"], "a leaf that is no fact says why"
        return
    fact_id = entry["fact"].format(**labels) if "{" in entry["fact"] else entry["fact"]
    if "*" in fact_id:
        fact_id = fact_id.replace("*", path[pattern.index("*") :])
    row = published(JOBS[truth], MAP[truth]["period"])[fact_id]
    with localcontext() as context:
        context.prec = 40
        value = Decimal(row[entry.get("part", "value")]) * entry.get("times", 1) / entry.get("divide", 1)
        expected = Decimal(number)
        digits = max(0, -expected.as_tuple().exponent)
        if expected and len(expected.as_tuple().digits) > SIGNIFICANT:
            digits = SIGNIFICANT - 1 - expected.adjusted()
        step = Decimal(1).scaleb(-digits)
        assert value.quantize(step, ROUND_HALF_UP) == expected.quantize(step, ROUND_HALF_UP)


def test_every_entry_of_the_map_is_used() -> None:
    used = {(case.values[0], entry_of(case.values[0], case.values[1])[0]) for case in cases()}
    stated = {(truth, pattern) for truth, entry in MAP.items() if truth != "bands" for pattern in entry["leaves"]}
    assert stated == used


def test_both_spellings_of_the_taihu_files_give_the_same_facts() -> None:
    assert published("taihu", "2011-05") == published("taihu_english_columns", "2011-05")
