"""The job's JSON Schema: current, and true of the project's jobs and of the short forms."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reportgen.config.schema import job_schema, schema_text
from reportgen.config.yaml_parse import parse, read_bytes
from reportgen.config.yaml_tree import plain

ROOT = Path(__file__).resolve().parents[3]
JOBS = sorted((ROOT / "config" / "jobs").glob("*.yaml"))
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "null": (type(None),),
    "number": (int, Decimal), "integer": (int,),
}


def faults(value: Any, schema: Any, root: Any, at: str = "$") -> list[str]:
    """What in a value breaks a schema: the part of JSON Schema 2020-12 that the job's schema uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")] | {**schema, "$ref": None}
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind in ("number", "integer") and isinstance(value, bool))):
        return [f"{at}: no {kind}"]
    found = _plain_faults(value, schema, at)
    for key, count in (("anyOf", range(1, 99)), ("oneOf", range(1, 2))):
        if key in schema and sum(not faults(value, one, root) for one in schema[key]) not in count:
            found.append(f"{at}: fits no form of {key}")
    for one in schema.get("allOf", ()):
        if not faults(value, one["if"], root, at):
            found += faults(value, one["then"], root, at)
    for index, item in enumerate(value if isinstance(value, list) else ()):
        found += faults(item, schema.get("items", {}), root, f"{at}[{index}]")
    if isinstance(value, dict):
        found += _object_faults(value, schema, root, at)
    return found


def _plain_faults(value: Any, schema: Any, at: str) -> list[str]:
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{at}: not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: not one of {schema['enum']}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{at}: pattern")
    if isinstance(value, list) and len(value) < schema.get("minItems", 0):
        found.append(f"{at}: too few")
    return found


def _object_faults(value: dict[str, Any], schema: Any, root: Any, at: str) -> list[str]:
    found = [f"{at}: lacks {key}" for key in schema.get("required", []) if key not in value]
    if len(value) < schema.get("minProperties", 0):
        found.append(f"{at}: too few")
    patterns = schema.get("patternProperties", {})
    properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key, inner in value.items():
        found += faults(key, schema.get("propertyNames", {}), root, f"{at}/{key}")
        if key in properties:
            found += faults(inner, properties[key], root, f"{at}.{key}")
        elif matched := [one for pattern, one in patterns.items() if re.search(pattern, key)]:
            found += faults(inner, matched[0], root, f"{at}.{key}")
        elif more is False:
            found.append(f"{at}: unknown {key}")
        elif isinstance(more, dict):
            found += faults(inner, more, root, f"{at}.{key}")
    return found


def test_the_file_is_current() -> None:
    stored = (ROOT / "config" / "schema" / "job.schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(), "run: reportgen schema > config/schema/job.schema.json"


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_the_projects_jobs_fit(path: Path) -> None:
    schema = job_schema()
    assert faults(plain(parse(read_bytes(path))), schema, schema) == []


def test_there_are_jobs_to_fit() -> None:
    assert {"taihu", "bank_marketing"} <= {path.stem for path in JOBS}


def _sound(workspace: Any) -> Any:
    return plain(parse(workspace.write().read_bytes()))


def test_short_forms_fit(workspace: Any) -> None:
    schema, job = job_schema(), _sound(workspace)
    assert isinstance(job["frames"]["snapshots"]["from"], str)
    assert isinstance(job["frames"]["snapshots"]["columns"]["age"], str)
    assert faults(job, schema, schema) == []
    job["frames"]["snapshots"]["from"] = ["list"]
    job["population"] = {"tier": ["private", "gold"]}
    assert faults(job, schema, schema) == []


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "CNYY"}, {"recipents": 1}, {"job": "Not An Id"},
        {"sources": {"a": {"type": "cvs", "path": "x"}}}, {"dimensions": {"Age": {"column": "age"}}},
        {"frames": {"snapshots": {"columns": {}}}}, {"frames": {"x": {"from": "a", "columns": {}}}},
        {"dimensions": {"a": {"column": "age", "edges": []}}}, {"locales": ["de"]}, {"sources": {}},
    ],
)
def test_slips_do_not_fit(workspace: Any, change: dict[str, Any]) -> None:
    schema = job_schema()
    assert faults(_sound(workspace) | change, schema, schema)


def test_required_keys_are_required(workspace: Any) -> None:
    schema, job = job_schema(), _sound(workspace)
    del job["currency"]
    assert faults(job, schema, schema) == ["$: fits no form of anyOf"]
    assert faults({**job, "data": "config/data/demo.yaml"}, schema, schema) == []
    del job["report"]
    assert "$: lacks report" in faults(job, schema, schema)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sources": {"a": {"type": "cvs", "path": "x"}}}, "$.sources.a.type: not one of ['csv', 'demo', 'parquet']"),
        ({"tiers": [{"tier": "a", "floor": "500", "valid_from": "2010-01-01"}]}, "$.tiers[0].floor: pattern"),
        ({"tiers": [{"tier": "a", "floor": "500万元", "valid_from": "2010-01-01"}]}, ""),
        ({"dimensions": {"a": {"column": "aum", "edges": ["5万元"]}}}, "$.dimensions.a: fits no form of oneOf"),
        ({"dimensions": {"a": {"column": "aum", "edges": ["5", 6]}}}, ""),
    ],
)
def test_a_slip_is_named_by_what_is_wrong(workspace: Any, change: dict[str, Any], says: str) -> None:
    schema = job_schema()
    assert faults(_sound(workspace) | change, schema, schema) == ([says] if says else [])


def test_every_property_is_described() -> None:
    schema = job_schema()
    owners = {"Job": schema, **schema["$defs"]}
    bare = [f"{owner}.{name}" for owner, one in owners.items() for name, inner in one.get("properties", {}).items()
            if not inner.get("description")]
    assert bare == []


def test_every_top_level_key_with_a_choice_of_meaning_is_described() -> None:
    schema = job_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    described = {key for key, value in schema["properties"].items() if "description" in value}
    assert {"job", "report", "population", "medians", "rules"} <= described
