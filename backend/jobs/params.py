"""The JSON body of a request for a job → its kind and parameters."""

from typing import Any

from flask import request

from backend.jobs.kinds import KINDS
from ML import registry
from ML.errors import MelodexError, UnknownChoiceError

OFFERED: dict[str, dict[str, type]] = {
    name: kind.takes for name, kind in KINDS.items() if kind.takes is not None
}
MAX_MODELS = 100


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
    return kind, {name: PARSERS[type_](name, parameters.get(name)) for name, type_ in takes.items()}


def parse_models(name: str, value: Any) -> list[str]:
    """Keys, each once and in the registry's order, so that equal wishes are equal jobs."""
    is_list = isinstance(value, list) and 0 < len(value) <= MAX_MODELS
    if not is_list or not all(isinstance(key, str) for key in value):
        raise MelodexError(
            f'"{name}" must be a list of models as GET /models names them, e.g. ["musicnn/mtat"].'
        )
    named = {spec for key in value for spec in registry.get_by_key(key)}
    return [spec.key for spec in registry.MODELS if spec in named]


def parse_wish(name: str, value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise MelodexError(f'"{name}" must be true or false.')
    return bool(value)


PARSERS = {list: parse_models, bool: parse_wish}
