"""The OpenAPI document: a walk over the routes, with what the tables say of each."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from flask import Flask
from pydantic import TypeAdapter
from werkzeug.routing import Rule

from backend.openapi.answers import Computing, Error
from backend.openapi.operations import JSON, OPERATIONS, Operation
from backend.parameters import PARAMETERS, Parameter

Schema = dict[str, Any]
VERSION = "3.1.0"
METHODS = ("GET", "POST", "PUT", "DELETE")
VARIABLE = re.compile(r"<(?:(int|path):)?(\w+)>")
NAME = {"type": "string", "minLength": 1}
PATH_SCHEMAS = {"int": {"type": "integer", "minimum": 0}}
REFERENCE = "#/components/schemas/{model}"


def openapi_document(app: Flask) -> Schema:
    schemas, definitions = type_schemas()
    paths: dict[str, Schema] = {}
    for rule, method in described_routes(app):
        path = paths.setdefault(VARIABLE.sub(r"{\2}", rule.rule), {})
        path[method.lower()] = describe(rule, app.view_functions[rule.endpoint].__doc__ or "", schemas)
    return {
        "openapi": VERSION,
        "info": {"title": "Melodex", "version": "1", "description": "A map of your music that plays."},
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def described_routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        yield from ((rule, method) for method in METHODS if method in (rule.methods or ()))


@cache
def type_schemas() -> tuple[dict[str, Schema], Schema]:
    """The schema of every type by how it is written, and of those that they consist of by name."""
    types = [type_ for row in OPERATIONS.values() for type_ in (row.answer, row.body)]
    by_name = {str(type_): type_ for type_ in [*types, Error, Computing] if is_json(type_)}
    adapters: list[Any] = [(name, "serialization", TypeAdapter(type_)) for name, type_ in by_name.items()]
    found, rest = TypeAdapter.json_schemas(adapters, ref_template=REFERENCE)
    definitions = {name: closed(schema) for name, schema in rest["$defs"].items()}
    return {str(name): schema for (name, _), schema in found.items()}, definitions


def is_json(type_: Any) -> bool:
    return type_ is not None and not isinstance(type_, tuple)


def closed(schema: Schema) -> Schema:
    """No key beyond those it names."""
    return schema | {"additionalProperties": False} if "properties" in schema else schema


def describe(rule: Rule, doc: str, schemas: dict[str, Schema]) -> Schema:
    row, text = OPERATIONS[rule.endpoint], " ".join(doc.split())
    described: Schema = {
        "operationId": rule.endpoint,
        "summary": text.split(". ")[0].rstrip("."),
        "description": text,
        "parameters": [*path_parameters(rule), *map(query_parameter, row.takes)],
        "responses": responses(row, schemas),
    }
    if row.body is not None:
        content = {row.body_type: {"schema": schemas[str(row.body)]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def path_parameters(rule: Rule) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": PATH_SCHEMAS.get(kind, NAME)}
        for kind, name in VARIABLE.findall(rule.rule)
    ]


def query_parameter(name: str) -> Schema:
    row = PARAMETERS[name]
    schema = value_schema(row)
    return {
        "name": name, "in": "query", "required": row.is_needed, "description": f"{row.help}.",
        "schema": {"type": "array", "items": schema, "maxItems": 100} if row.is_many else schema,
    }  # fmt: skip


def value_schema(row: Parameter) -> Schema:
    schema: Schema = {} if row.default is None else {"default": row.default}
    if row.choices:
        return schema | {"type": "string", "enum": [*row.choices()]}
    if row.largest is not None:
        return schema | {"type": "integer", "minimum": row.smallest, "maximum": row.largest}
    if row.option:
        kind = "integer" if isinstance(row.option.default, int) else "number"
        return schema | {"type": kind, "minimum": row.option.smallest, "maximum": row.option.largest}
    return schema | {"type": "string"} | ({"pattern": f"^{row.pattern}$"} if row.pattern else {})


def responses(row: Operation, schemas: dict[str, Schema]) -> Schema:
    """Every error there may be has one shape."""
    content: Schema = (
        {JSON: {"schema": schemas[str(row.answer)]}} if is_json(row.answer) else dict.fromkeys(row.answer, {})
    )
    found: Schema = {
        str(status): {"description": "The answer.", "content": content} for status in row.statuses
    }
    if row.is_slow:
        computing = {JSON: {"schema": schemas[str(Computing)]}}
        found["202"] = {"description": "It is being computed: ask again.", "content": computing}
    error: Schema = {"content": {JSON: {"schema": schemas[str(Error)]}}}
    found["4XX"] = {"description": "What is wrong with the request, and what to do."} | error
    found["503"] = {"description": "Not now: the database is busy or full, or too many ask."} | error
    return found
