"""Values of a job's parameters, read from JSON. Equal wishes become equal values, and so equal jobs."""

from collections.abc import Callable, Iterable
from typing import Any

import config
from backend.trainings import default_settings
from ML import registry
from ML.errors import MelodexError, UnknownChoiceError

Parse = Callable[[str, Any], Any]  # (name of the parameter, its value or None) → what the job takes
MAX_MODELS = 100
MAX_EPOCHS = 1000


def models(name: str, value: Any) -> list[str]:
    """Keys, each once and in the registry's order; with a release where one was named."""
    is_list = isinstance(value, list) and 0 < len(value) <= MAX_MODELS
    if not is_list or not all(isinstance(key, str) for key in value):
        raise MelodexError(
            f'"{name}" must be a list of models as GET /models names them, e.g. ["musicnn/mtat"].'
        )
    named = [(spec, "@" in key) for key in value for spec in registry.get_by_key(key)]
    order = [spec.key for spec in registry.MODELS]
    keys = {spec.release_key if is_release else spec.key for spec, is_release in named}
    return sorted(keys, key=lambda key: (order.index(key.split("@")[0]), key))


def wish(name: str, value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise MelodexError(f'"{name}" must be true or false.')
    return bool(value)


def one_of(choices: Iterable[str]) -> Parse:
    """The first where nothing is said."""
    offered = list(choices)

    def parse(name: str, value: Any) -> str:
        if value is not None and value not in offered:
            raise UnknownChoiceError(name, value, offered)
        return offered[0] if value is None else value

    return parse


def epochs(name: str, value: Any) -> int:
    """Those of the settings where nothing is said."""
    if value is None:
        value = default_settings().num_epochs
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_EPOCHS:
        raise MelodexError(f'"{name}" must be a whole number from 1 to {MAX_EPOCHS}.')
    return value


def map_method(name: str, value: Any) -> str:
    """A projection that the app offers."""
    return one_of(config.ON_DEMAND_PROJECTION_METHODS)(name, value)
