"""What holds of every document: exhibits referred to, links that lead somewhere, numbers that are facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from reportgen.document.model import Document, Figure, Issues, Paragraph, Span, Table
from reportgen.facts.table import FactSet
from reportgen.render.numerals import allowed, unknown

if TYPE_CHECKING:
    from types import ModuleType

UNPRINTED = re.compile(r"bank/\S+|[a-z]+[_-][\w-]*|[ #]|<svg.*", re.DOTALL)
"""Fact ids, anchors and markup: strings of the model that no page prints."""


@pytest.fixture(scope="module", params=[(job, locale) for job in ("taihu", "bank_marketing") for locale in ("zh-CN", "en")],
                ids="-".join)
def made(request: pytest.FixtureRequest) -> tuple[FactSet, Document]:
    job, locale = request.param
    case: Any = request.getfixturevalue(job)
    return case.facts, case.document(locale)


@pytest.fixture(scope="session")
def case(load: Any) -> ModuleType:
    module: ModuleType = load("document_case")
    return module


def test_every_exhibit_is_numbered_in_order_and_referred_to(made: tuple[FactSet, Document], case: ModuleType) -> None:
    _, document = made
    parts = list(case.walk(document.sections))
    exhibits = [one for one in parts if isinstance(one, (Table, Figure))]
    for kind, word in ((Table, r"(?:表|Table )(\d+)"), (Figure, r"(?:图|Figure )(\d+)")):
        numbers = [re.fullmatch(word, one.number) for one in exhibits if isinstance(one, kind)]
        printed = [int(match[1]) for match in numbers if match]
        assert printed == list(range(1, len(printed) + 1))
        assert printed
    links = {span.href for part in parts if isinstance(part, Paragraph) for span in part.text}
    links |= {span.href for part in parts if isinstance(part, Issues) for issue in part.issues for span in issue.exhibits}
    assert sorted({one.anchor for one in exhibits} - links) == []


def test_no_link_leads_nowhere(made: tuple[FactSet, Document], case: ModuleType) -> None:
    parts = list(case.walk(made[1].sections))
    anchors = [one.anchor for one in parts if hasattr(one, "anchor")]
    links = {one.href for one in parts if isinstance(one, Span) and one.href}
    assert links
    assert sorted(links - set(anchors)) == []


def test_every_printed_fact_exists_and_is_listed(made: tuple[FactSet, Document], case: ModuleType) -> None:
    facts, document = made
    cited = {one.fact for one in case.walk(document.sections) if getattr(one, "fact", "")}
    assert len(cited) > 100
    assert [one for one in document.cited if facts.get(one) is None] == []
    assert cited <= document.cited


def test_every_numeral_of_the_model_is_a_fact_or_known(made: tuple[FactSet, Document], case: ModuleType) -> None:
    _, document = made
    known = allowed(document)
    # A text alternative is read aloud, not printed.
    aloud = {figure.data.alt for figure in case.walk(document.sections) if isinstance(figure, Figure)}
    for one in case.walk((document.cover, document.sections, document.footer)):
        if isinstance(one, str) and one not in aloud and not UNPRINTED.fullmatch(one):
            assert [numeral.text for numeral in unknown(one, known)] == [], one


def test_charts_take_their_marks_from_facts(made: tuple[FactSet, Document], case: ModuleType) -> None:
    facts, document = made
    for figure in (one for one in case.walk(document.sections) if isinstance(one, Figure)):
        assert figure.data.alt
        for series in figure.data.series:
            assert [mark.label for mark in series.marks if mark.text and facts.get(mark.fact) is None] == []


def test_a_column_never_mixes_units(made: tuple[FactSet, Document], case: ModuleType) -> None:
    for table in (one for one in case.walk(made[1].sections) if isinstance(one, Table) and one.anchor[:2] == "t_"):
        cells = ["".join(span.text for span in cell) for row in table.rows for cell in row.cells[1:]]
        assert [cell for cell in cells if re.search(r"[亿万欧]元|million|EUR|CNY", cell)] == []


def test_every_issue_has_a_sentence(made: tuple[FactSet, Document], case: ModuleType) -> None:
    issues = [issue for one in case.walk(made[1].sections) if isinstance(one, Issues) for issue in one.issues]
    assert issues
    assert [issue.number for issue in issues if not issue.title or not (issue.text or issue.evidence)] == []
    # Only where a rule has many, those after its first few are told by their evidence alone, and name no rule again.
    assert [issue.number for issue in issues if bool(issue.text) != bool(issue.rule)] == []
