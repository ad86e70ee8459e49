"""Query parameters → typed queries. The Spanish names of the public surface end here."""

import re
from collections.abc import Collection, Mapping

import config
from backend.context import weights_dir
from backend.parameters import OPTIONS, PARAMETERS
from db.embeddings import Space
from db.map_cache import MapQuery
from environment import SWITCH
from ML import registry
from ML.errors import MelodexError, UnknownChoiceError
from ML.projections import SEED, get_projection
from ML.spec import ModelSpec
from ML.weights.store import choose_release

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def parse_map_query(args: Mapping[str, str], space: Space) -> MapQuery:
    """red, dataset, metodo, dimensions, in any case, and the method's own parameters.

    Raises UnknownChoiceError naming the choices.
    """
    method = parse_choice(args, "metodo")
    options = parse_options(args, method)
    seed = int(SEED.check(parse_number("seed", args.get("seed"), config.PROJECTION_SEED)))
    return MapQuery(
        spec=parse_spec(args),
        space=space,
        method=method,
        dimensions=int(parse_choice(args, "dimensions")),
        seed=seed,
        options=options,
        is_usual=not options and seed == config.PROJECTION_SEED,
    )


def parse_options(args: Mapping[str, str], method: str) -> tuple[tuple[str, float], ...]:
    """Parameters of the method that differ from their defaults; those of another method are refused."""
    known = {name: option.default for name, option in OPTIONS.items()}
    given = {name: parse_number(name, args[name], known[name]) for name in known if name in args}
    complete = get_projection(method).complete(given)
    return tuple((name, value) for name, value in complete.items() if value != known[name])


def parse_number(name: str, text: str | None, default: float) -> float:
    """The default where nothing is given. Raises UnknownChoiceError for what is no number."""
    text = (text or "").strip()
    if not text:
        return default
    if not NUMBER.fullmatch(text):
        raise UnknownChoiceError(name, text, ["a number"])
    return float(text)


def parse_switch(args: Mapping[str, str], name: str) -> bool:
    """false without it. Raises UnknownChoiceError for anything but true and false, 1 and 0, yes and no."""
    return SWITCH[parse_choice(args, name)]


def parse_spec(args: Mapping[str, str]) -> ModelSpec:
    """The model that red and dataset name, in any case, in the release in use.

    Raises UnknownChoiceError naming the choices.
    """
    named = registry.get(given(args, "red") or "", given(args, "dataset"))
    return choose_release(named, weights_dir(), config.model_weights())


def parse_choice(args: Mapping[str, str], name: str, choices: Collection[str] | None = None) -> str:
    """One of the choices (else those of its row), in any case; without it the default.

    Raises UnknownChoiceError.
    """
    value = given(args, name) or ""
    choices = choices_of(name) if choices is None else choices
    if value not in choices:
        raise UnknownChoiceError(name, value, list(choices))
    return value


def choices_of(name: str) -> Collection[str]:
    choices = PARAMETERS[name].choices
    return choices() if choices else ()


def given(args: Mapping[str, str], name: str) -> str | None:
    default = PARAMETERS[name].default
    return args.get(name, "").strip().lower() or (None if default is None else str(default))


def parse_name(args: Mapping[str, str], name: str) -> str:
    """A file name as GET /audios tells it. Raises MelodexError where there is none."""
    if not args.get(name):
        raise MelodexError(f"Say {name}=…: a file name that GET /audios lists.")
    return args[name]


def parse_integer(args: Mapping[str, str], name: str, default: int | None = None) -> int:
    """default: where the row of the parameter has none. Raises UnknownChoiceError outside the range."""
    row = PARAMETERS[name]
    smallest, largest = row.smallest or 0, row.largest or 0
    text = args.get(name, str(row.default if default is None else default))
    # The length comes first: Python refuses to convert thousands of digits.
    is_number = len(text) <= len(str(largest)) and text.isascii() and text.isdigit()
    if not (is_number and smallest <= int(text) <= largest):
        raise UnknownChoiceError(name, text, [f"{smallest} to {largest}"])
    return int(text)
