"""The sample report, rendered once for all tests that look at it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sample_document import sample, sample_context

from reportgen.context import RunContext
from reportgen.document.model import Document
from reportgen.facts.table import FactSet
from reportgen.render import render_pdf

EDITION = b'{"edition": "r01"}\n'


@dataclass(frozen=True)
class Rendered:
    document: Document
    facts: FactSet
    pdf: bytes


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> RunContext:
    return sample_context(tmp_path_factory.mktemp("render"))


def _rendered(locale: str, context: RunContext) -> Rendered:
    document, facts = sample(locale)
    return Rendered(document, facts, render_pdf(document, facts, EDITION, context))


@pytest.fixture(scope="session")
def chinese(context: RunContext) -> Rendered:
    return _rendered("zh-CN", context)


@pytest.fixture(scope="session")
def english(context: RunContext) -> Rendered:
    return _rendered("en", context)


@pytest.fixture(scope="session", params=["zh-CN", "en"])
def rendered(request: pytest.FixtureRequest) -> Rendered:
    name = "chinese" if request.param == "zh-CN" else "english"
    found: Rendered = request.getfixturevalue(name)
    return found
