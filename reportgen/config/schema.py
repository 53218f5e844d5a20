"""The JSON Schema of a job, generated from the models: what editors complete and check."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from reportgen.config.contract import DataContract
from reportgen.config.job import Job

_NUMBER = r"^\s*[-+]?[0-9]+(\.[0-9]+)?\s*$"


class _Plain(GenerateJsonSchema):
    """Without the titles pydantic makes from field names, which say nothing more."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False

    def decimal_schema(self, schema: Any) -> Any:
        """A number, or a text of one: pydantic alone would let any text pass."""
        made = super().decimal_schema(schema)
        for one in made.get("anyOf", ()):
            if one.get("type") == "string":
                one["pattern"] = _NUMBER
        return made


def job_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a job file, short forms included."""
    schema = Job.model_json_schema(by_alias=True, schema_generator=_Plain, mode="validation")
    # What the data contract may state need not stand in the job beside it.
    shared = [name for name in schema["required"] if name in DataContract.model_fields]
    schema["required"] = [name for name in schema["required"] if name not in shared]
    schema["anyOf"] = [{"required": ["data"]}, {"required": shared}]
    return _finished(schema, "A reportgen job")


def contract_schema() -> dict[str, Any]:
    """JSON Schema of a data contract, the file that `data:` names."""
    schema = DataContract.model_json_schema(by_alias=True, schema_generator=_Plain, mode="validation")
    return _finished(schema, "A reportgen data contract")


def _finished(schema: dict[str, Any], title: str) -> dict[str, Any]:
    _close(schema)
    _choose(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _close(schema: Any) -> None:
    """Refuse keys that fit no pattern: pydantic states the pattern of keys, not that no others may stand."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema.setdefault("additionalProperties", False)
        schema = list(schema.values())
    for inner in schema if isinstance(schema, list) else ():
        _close(inner)


def _choose(schema: Any) -> None:
    """Say a choice by a key as that key's values first: a slip in it is then named, not "fits none of the forms"."""
    if isinstance(schema, dict):
        choice = schema.pop("discriminator", None)
        if choice:
            forms, key = choice["mapping"], choice["propertyName"]
            del schema["oneOf"]
            schema |= {
                "type": "object", "required": [key], "properties": {key: {"enum": list(forms)}},
                "allOf": [{"if": {"properties": {key: {"const": name}}}, "then": {"$ref": form}}
                          for name, form in forms.items()],
            }
        schema = list(schema.values())
    for inner in schema if isinstance(schema, list) else ():
        _choose(inner)


def schema_text(*, contract: bool = False) -> str:
    """The text of `config/schema/job.schema.json` (`data.schema.json`), which `reportgen schema` prints."""
    return json.dumps(contract_schema() if contract else job_schema(), ensure_ascii=False, indent=2) + "\n"
