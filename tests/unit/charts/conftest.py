"""Shared pieces of the charts' tests, loaded by path: the test tree is no package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    full = f"charts_tests_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


@pytest.fixture(scope="session")
def gallery() -> ModuleType:
    return _load("gallery")


@pytest.fixture(scope="session")
def awkward() -> ModuleType:
    return _load("awkward")


@pytest.fixture(scope="session")
def geometry() -> ModuleType:
    return _load("geometry")
