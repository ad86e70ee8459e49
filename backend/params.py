"""Query parameters → typed queries. The Spanish names of the public surface end here."""

import re
from collections.abc import Mapping

import config
from db.embeddings import Space
from db.map_cache import MapQuery
from ML import registry
from ML.errors import UnknownChoiceError
from ML.projections import DIMENSIONS, PROJECTIONS, SEED, get_projection

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
DEFAULTS = {"red": "musicnn", "metodo": "umap", "dimensions": "2"}


def parse_map_query(args: Mapping[str, str], space: Space) -> MapQuery:
    """red, dataset, metodo, dimensions, in any case, and the method's own parameters.

    Raises UnknownChoiceError naming the choices.
    """
    given = {name: args.get(name, "").strip().lower() for name in ("red", "dataset", "metodo", "dimensions")}
    values = {name: value or DEFAULTS.get(name) for name, value in given.items()}
    method = one_of("metodo", values["metodo"], config.ON_DEMAND_PROJECTION_METHODS)
    options = parse_options(args, method)
    seed = int(SEED.check(parse_number("seed", args.get("seed"), config.PROJECTION_SEED)))
    return MapQuery(
        spec=registry.get(values["red"] or "", values["dataset"]),
        space=space,
        method=method,
        dimensions=int(one_of("dimensions", values["dimensions"], [str(n) for n in DIMENSIONS])),
        seed=seed,
        options=options,
        is_usual=not options and seed == config.PROJECTION_SEED,
    )


def parse_options(args: Mapping[str, str], method: str) -> tuple[tuple[str, float], ...]:
    """Parameters of the method that differ from their defaults; those of another method are refused."""
    known = {option.name: option.default for row in PROJECTIONS.values() for option in row.options}
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
    return config.SWITCH[one_of(name, args.get(name, "").strip().lower() or "false", list(config.SWITCH))]


def one_of(name: str, value: str | None, choices: list[str]) -> str:
    if value not in choices:
        raise UnknownChoiceError(name, value, choices)
    return value


def parse_size(args: Mapping[str, str], smallest: int, largest: int) -> int:
    """`size` in pixels; without it the largest. Raises UnknownChoiceError outside the range."""
    text = args.get("size", str(largest))
    # The length comes first: Python refuses to convert thousands of digits.
    is_number = len(text) <= len(str(largest)) and text.isascii() and text.isdigit()
    if not (is_number and smallest <= int(text) <= largest):
        raise UnknownChoiceError("size", text, [f"{smallest} to {largest}"])
    return int(text)
