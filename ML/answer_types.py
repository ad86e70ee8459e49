"""Types of what decoders answer: checked against the annotations of the functions they run."""

import types
from collections.abc import Callable, Generator
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

NUMBERS = "biuf"  # kinds of numpy's dtypes: neither objects nor text
INTEGER_LIMIT = 2**63  # what the database can hold


@lru_cache
def answer_type(function: Callable) -> Any:
    """What a function returns, of a generator what its items are; Any where it does not say."""
    returned = get_type_hints(function).get("return", Any)
    return get_args(returned)[0] if get_origin(returned) is Generator else returned


def is_of_type(value: Any, wanted: Any) -> bool:
    """wanted: a type as in an annotation; of containers and dataclasses the content is checked, too."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return True
    if wanted is None or wanted is type(None):
        return value is None
    if origin in (Union, types.UnionType):
        return any(is_of_type(value, each) for each in arguments)
    if origin is dict:
        key, item = arguments
        return isinstance(value, dict) and all(
            is_of_type(each, key) and is_of_type(value[each], item) for each in value
        )
    if origin in (list, tuple):
        return isinstance(value, origin) and are_of_types(value, origin, arguments)
    if is_dataclass(wanted):
        return type(value) is wanted and all(
            is_of_type(getattr(value, name, None), field) for name, field in get_type_hints(wanted).items()
        )
    return is_plain(value, wanted)


def are_of_types(values: list | tuple, origin: type, arguments: tuple) -> bool:
    if origin is tuple and arguments[-1] is not Ellipsis:
        return len(values) == len(arguments) and all(map(is_of_type, values, arguments))
    return all(is_of_type(each, arguments[0]) for each in values)


def is_plain(value: Any, wanted: type) -> bool:
    """Numbers must fit the database, text must be UTF-8, arrays hold numbers; else the class decides."""
    if wanted is float:
        return type(value) in (int, float) and abs(value) < INTEGER_LIMIT
    if wanted is int:
        return type(value) is int and abs(value) < INTEGER_LIMIT
    if wanted is str:
        return type(value) is str and is_utf8(value)
    if wanted is np.ndarray:
        return type(value) is np.ndarray and value.dtype.kind in NUMBERS
    return isinstance(value, wanted)


def is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
