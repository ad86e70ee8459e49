"""The JSON body of a request for a job → its kind and parameters."""

from typing import Any

from flask import request

from backend.jobs.kinds import KINDS
from backend.jobs.values import Parse
from ML.errors import MelodexError, UnknownChoiceError

OFFERED: dict[str, dict[str, Parse]] = {
    name: kind.takes for name, kind in KINDS.items() if kind.takes is not None
}


def parse_job() -> tuple[str, dict[str, Any]]:
    """`{"kind": "extract", "parameters": {"models": ["acoustic"]}}`. Raises MelodexError."""
    body = request.get_json()
    if not isinstance(body, dict):
        raise MelodexError('Send a JSON object with "kind" and "parameters".')
    kind, parameters = body.get("kind"), body.get("parameters", {})
    if not isinstance(kind, str) or kind not in OFFERED:
        raise UnknownChoiceError("kind", kind, list(OFFERED))
    takes = OFFERED[kind]
    if not isinstance(parameters, dict) or parameters.keys() - takes.keys():
        raise MelodexError(f'"parameters" of {kind} must be an object with: {", ".join(takes) or "nothing"}.')
    return kind, {name: parse(name, parameters.get(name)) for name, parse in takes.items()}
