"""A worker that makes one branch's report is given that branch's facts, and nothing of another's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest

from reportgen import pipeline
from reportgen.archive.archive import Archive
from reportgen.archive.frozen import freeze, thaw
from reportgen.context import RunContext
from reportgen.facts.table import FactSet
from reportgen.runs.work import Rendering, parcel
from tests.delivery_case import NAMES, MailingBank
from tests.run_case import BRANCHES, Tiny, context


@dataclass(frozen=True)
class Telling:
    """Renders as `Tiny` and notes what facts this process was given, and what files of facts it finds."""

    notes: Path

    def __call__(self, document: Any, facts: FactSet, edition: bytes, made: RunContext) -> bytes:
        parcels = sorted(made.work.parent.glob("*/facts/*.json.gz"))
        given = {name: freeze_free(thaw(path.read_bytes(), FactSet)) for path in parcels
                 if (name := path.name) == f"{document.scope.replace(':', '-')}.json.gz"}
        with self.notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"scope": document.scope, "given": given, "built": freeze_free(facts)}) + "\n")
        return Tiny(self.notes.with_name("tiny"))(document, facts, edition, made)


def freeze_free(facts: FactSet) -> dict[str, Any]:
    """What a fact table tells of units."""
    return {
        "scopes": facts.scopes(), "names": sorted(facts.units), "regions": dict(facts.regions),
        "sums of the bank": [one.id for one in facts.facts if one.scope == "bank"
                             and facts.metrics[one.metric].additivity == "additive"],
    }


def test_each_worker_s_facts_are_its_own_branch_s(tmp_path: Path) -> None:
    bank = MailingBank(tmp_path)
    made = context(bank.root)
    pipeline.run_job(made.job, made, render=Telling(tmp_path / "told"), workers=2)
    told = [json.loads(line) for line in (tmp_path / "told").read_text("utf-8").splitlines()]
    assert {one["scope"] for one in told} == {"bank", *(f"branch:{code}" for code in BRANCHES)}
    for one in told:
        if one["scope"] == "bank":
            continue
        (given,) = one["given"].values()
        for facts in (given, one["built"]):
            assert set(facts["scopes"]) <= {"bank", one["scope"]}
            assert set(facts["names"]) <= {one["scope"]}
            assert set(facts["regions"]) <= {one["scope"]}
            assert facts["sums of the bank"] == []
    assert not list((bank.output / "work").glob("*")), "the parcels are gone with the run"


@pytest.fixture
def everything(tmp_path: Path) -> FactSet:
    bank = MailingBank(tmp_path)
    bank.run()
    archive = Archive.of(bank.output)
    issued = next(iter(archive.state().issued.values()))
    return thaw(archive.store.get(archive.manifest(issued.manifest).contents.facts), FactSet)


def test_what_goes_over_the_line_holds_no_fact(tmp_path: Path, everything: FactSet) -> None:
    made = context(tmp_path)
    archive = Archive.of(made.output)
    work = Rendering(made.job, made, tmp_path / "facts", archive.store, Tiny(tmp_path / "n"), None, everything)
    sent = bytes(ForkingPickler.dumps(work))
    assert len(sent) < 40_000
    words = [name for names in NAMES.values() for name in names]
    assert not [word for word in words if word.encode() in sent]
    assert b"Fact" not in sent.replace(b"FactSet", b"")


def test_a_parcel_names_no_other_branch(tmp_path: Path, everything: FactSet) -> None:
    for code, own in NAMES.items():
        data = freeze(everything.seen_from(f"branch:{code}", everything.metrics))
        path = parcel(tmp_path, f"branch:{code}")
        path.write_bytes(data)
        import gzip

        text = gzip.decompress(path.read_bytes()).decode()
        others = [name for other, names in NAMES.items() if other != code for name in (*names, f"branch:{other}")]
        assert not [name for name in others if name in text]
        assert own[0] in text


def test_to_be_narrowed_twice_is_to_be_narrowed_once(everything: FactSet) -> None:
    for scope in everything.scopes():
        once = everything.seen_from(scope, everything.metrics)
        assert once.seen_from(scope, everything.metrics) == once
