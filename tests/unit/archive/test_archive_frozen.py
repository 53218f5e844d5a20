"""Facts, findings and documents as files: the same value comes back, and a reader without the program can read them."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import replace
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reportgen.archive.frozen import freeze, thaw
from reportgen.archive.typed_json import EXACT, decoder, encoder
from reportgen.document.model import Block, Cover, Document, Figure, Section, Tile, Tiles
from reportgen.errors import ArchiveError
from reportgen.facts.fact import Fact, Statistic
from reportgen.facts.metric import Metric
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import Default, FactSet, Omission
from reportgen.findings.finding import Association, Finding, Findings, Prompt, RuleOutcome
from reportgen.findings.follow_up import Answer, FollowUp, Remembered
from reportgen.findings.terms import Change
from reportgen.frames.quality import QualityResult
from reportgen.sources.origin import Origin

QUICK = settings(
    max_examples=20, deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # making such large values smaller takes minutes
)
WORDS = st.dictionaries(st.text(), st.text())
WHOLE = st.integers(-(10**30), 10**30)
FRACTION = st.fractions()
EDITION = FactSet(
    "2011-05", "2010-12", "2011-05-31", "2010-12-31", "CNY",
    (Fact("bank", "aum", "2011-05", 58_500_000_000, unit="money", n=72),
     Fact("branch:0571", "churn_rate", "2011-05", 33, 72, "share", 72, "tier", "甲]|", "age=<30", "2010-12"),
     Fact("bank", "aum", "2010-12", 10**20 + 1, unit="money", n=100)),
    {"tier": DimensionView("tier", "category", "tier", {"zh-CN": "层级"}, (Segment("甲", {"en": "A"}),))},
    {"aum": Metric("aum", "money", "additive", {"zh-CN": "资产", "en": "Assets"}, {"en": "Sum."}, ("snapshots.aum",))},
    {"bank/aum@2011-05": Statistic(0.1, 0.30000000000000004, float("inf"))},
    (Origin("closing", "csv", "a.csv", "ab" * 32, 12, ("客户编号", "aum")),),
    (QualityResult("wrong_date", "closing", "last_contact", 1, 12, "warn", (3,), ("x",)),),
    (Omission("block", ("contacts.date",)),), (Default("history", "24"),), ("2011-04", "2011-05"), "2011-04", "",
    {"2011-04": "2010-12"}, {"branch:0571": {"en": "A"}}, {"branch:0571": "region:R1"}, {"facts": "SELECT 1"},
    {"aum": "facts"},
)


def many(count: int) -> FactSet:
    facts = tuple(
        Fact(f"branch:{index // 500:04d}", "aum_avg", "2025-12", index * 10**12 + 7, index + 1, "money_per_customer",
             index, "age_band", f"{index % 500}", "", "2024-12")
        for index in range(count)
    )
    return replace(EDITION, facts=facts)


def test_a_fact_set_comes_back_the_same_and_gives_the_same_bytes() -> None:
    data = freeze(EDITION)
    assert thaw(data, FactSet) == EDITION
    assert repr(thaw(data, FactSet)) == repr(EDITION)
    assert freeze(thaw(data, FactSet)) == data
    assert thaw(data, FactSet).find("aum", at="since") == EDITION.facts[2]


def test_the_order_of_mappings_is_kept() -> None:
    turned = replace(EDITION, queries={"b": "1", "a": "2"})
    assert list(thaw(freeze(turned), FactSet).queries) == ["b", "a"]


def test_a_reader_without_the_program_reads_facts_one_a_line() -> None:
    text = gzip.decompress(freeze(EDITION)).decode()
    read = json.loads(text)
    rows = [dict(zip(read["columns"], row, strict=True)) for row in read["facts"]]
    assert read["schema"] == "reportgen-facts 1"
    assert "num / den" in read["about"]
    assert [int(row["num"]) for row in rows] == [58_500_000_000, 33, 100_000_000_000_000_000_001]
    assert rows[1]["segment"] == "甲]|"
    assert rows[2]["num"] == "100000000000000000001"
    assert sum(line.startswith('["') for line in text.splitlines()) == 3


@pytest.mark.parametrize("number", [EXACT - 1, EXACT, -EXACT, 1 - EXACT, 0])
def test_an_integer_is_text_where_other_readers_would_round_it(number: int) -> None:
    written = encoder(int)(number)
    assert isinstance(written, str) == (abs(number) >= 2**53)
    assert decoder(int)(written) == number
    assert int(float(written)) == number or isinstance(written, str)


@given(st.lists(st.builds(Fact, scope=st.text(), metric=st.text(), period=st.text(), num=WHOLE,
                          den=st.integers(1, 10**30), n=WHOLE, dimension=st.text(), segment=st.text(),
                          against=st.text(), since=st.text()), unique_by=lambda one: one.id),
       st.dictionaries(st.text(), st.builds(Statistic, low=st.floats(), high=st.floats(), q=st.none())))
@QUICK
def test_any_facts_come_back(facts: list[Fact], statistics: dict[str, Statistic]) -> None:
    made = replace(EDITION, facts=tuple(facts), statistics=statistics)
    assert repr(thaw(freeze(made), FactSet)) == repr(made)


FINDING = st.builds(
    Finding, st.integers(), st.text(), st.just("high"), st.text(), st.text(), FRACTION, st.just("share"), WHOLE,
    st.none() | FRACTION, st.lists(st.text()).map(tuple), low=st.none() | st.floats(),
    parameters=st.dictionaries(st.text(), FRACTION), derived=st.dictionaries(st.text(), FRACTION),
)
REMEMBERED = st.builds(Remembered, value=FRACTION, threshold=st.none() | FRACTION, title=WORDS)


@given(st.builds(
    Findings, st.text(), st.lists(FINDING).map(tuple), st.lists(st.builds(RuleOutcome)).map(tuple), st.integers(),
    st.dictionaries(st.text(), st.builds(Statistic)), st.lists(st.builds(Association)).map(tuple),
    st.lists(st.builds(Prompt)).map(tuple),
    st.lists(st.builds(FollowUp, REMEMBERED, answer=st.none() | st.builds(Answer))).map(tuple), st.text(),
    st.lists(st.builds(Change, before=WORDS, after=WORDS)).map(tuple),
))
@QUICK
def test_any_findings_come_back(findings: Findings) -> None:
    data = freeze(findings)
    assert repr(thaw(data, Findings)) == repr(findings)
    assert freeze(thaw(data, Findings)) == data


@given(st.builds(Document, cover=st.builds(Cover), sections=st.lists(
    st.builds(Section, blocks=st.lists(st.one_of(*map(st.builds, get_args(Block))), max_size=3).map(tuple)),
    max_size=3).map(tuple)))
@QUICK
def test_any_document_comes_back_without_its_drawings(document: Document) -> None:
    back = thaw(freeze(document), Document)
    assert back.numerals == document.numerals
    assert back.cited == document.cited
    plain = {"numerals": frozenset[str](), "cited": frozenset[str]()}
    assert repr(replace(back, **plain)) == repr(replace(undrawn(document), **plain))
    assert freeze(back) == freeze(document)


def undrawn(document: Document) -> Document:
    def bare(block: Any) -> Any:
        if isinstance(block, Figure):
            return replace(block, drawing=None)
        if isinstance(block, Tiles):
            return replace(block, tiles=tuple(map(bare_tile, block.tiles)))
        return block

    def bare_tile(tile: Tile) -> Tile:
        return replace(tile, spark=replace(tile.spark, drawing=None)) if tile.spark else tile

    return replace(document, sections=tuple(
        replace(section, blocks=tuple(map(bare, section.blocks))) for section in document.sections
    ))


def test_a_hundred_thousand_facts_take_seconds() -> None:
    facts = many(100_000)
    start = time.process_time()
    data = freeze(facts)
    written = time.process_time()
    assert thaw(data, FactSet) == facts
    assert written - start < 6
    assert time.process_time() - written < 6


def spoilt(**change: Any) -> bytes:
    content = json.loads(gzip.decompress(freeze(EDITION)))
    return gzip.compress(json.dumps({**content, **change}).encode())


@pytest.mark.parametrize(("data", "said"), [
    (b"", "facts"), (freeze(EDITION)[:-9], "end-of-stream"), (gzip.compress(b"{}", mtime=0), "schema"), (b"\x1f\x8bno", ""),
    (spoilt(schema="reportgen-facts 9"), "it is no reportgen-facts 1"), (spoilt(strange=1), "has no strange"),
    (spoilt(facts=[["bank", "aum"]]), ""), (spoilt(columns=["scope", "colour"]), "has no colour"),
    (spoilt(dimensions={"tier": {"id": 1}}), ""), (spoilt(facts=3), ""), (gzip.compress(b"[]", mtime=0), ""),
    (freeze(Findings("bank", (), (), 0)), "it is no reportgen-facts 1"),
])
def test_what_is_no_fact_set_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        thaw(data, FactSet)
    assert caught.value.code == 8
    assert said in str(caught.value)


def test_a_field_that_came_later_takes_its_default() -> None:
    content = json.loads(gzip.decompress(freeze(EDITION)))
    del content["regions"]
    old = thaw(gzip.compress(json.dumps(content).encode()), FactSet)
    assert old == replace(EDITION, regions={})


def test_columns_in_another_order_are_read_by_name() -> None:
    content = json.loads(gzip.decompress(freeze(EDITION)))
    content["columns"] = content["columns"][::-1]
    content["facts"] = [row[::-1] for row in content["facts"]]
    assert thaw(gzip.compress(json.dumps(content).encode()), FactSet) == EDITION


def test_a_type_without_an_exact_spelling_is_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        encoder(complex)
    assert decoder(Fraction)(encoder(Fraction)(Fraction(33, 72))) == Fraction(11, 24)
