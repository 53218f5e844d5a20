"""A document of the Taihu sample in both languages, built from facts that pandas computed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reportgen.config import load_job
from reportgen.context import RunContext
from reportgen.document.model import Document
from reportgen.period import Period
from reportgen.pipeline import gather

HERE = Path(__file__).parent


def sibling(name: str) -> ModuleType:
    """A module beside this one, loaded by path: the test tree is no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def load() -> Any:
    return sibling


@pytest.fixture(scope="session")
def taihu(tmp_path_factory: pytest.TempPathFactory) -> Any:
    job = load_job(HERE.parents[2] / "config" / "jobs" / "taihu.yaml")
    facts = sibling("taihu_facts").taihu_facts()
    return sibling("document_case").case_of(job, "2011-05", facts, tmp_path_factory.mktemp("output"))


@pytest.fixture(scope="session")
def bank_marketing(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The real data, by the real engine."""
    job = load_job(HERE.parents[2] / "config" / "jobs" / "bank_marketing.yaml")
    context = RunContext.create(job, Period.parse("2010-11"), output=tmp_path_factory.mktemp("output"))
    return sibling("document_case").case_of(job, "2010-11", gather(job, context), context.output)


@pytest.fixture(scope="session")
def chinese(taihu: Any) -> Document:
    document: Document = taihu.document("zh-CN")
    return document


@pytest.fixture(scope="session")
def english(taihu: Any) -> Document:
    document: Document = taihu.document("en")
    return document
