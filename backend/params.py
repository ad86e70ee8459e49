"""Query parameters → typed queries. The Spanish names of the public surface end here."""

from collections.abc import Mapping

import config
from db.embeddings import Space
from db.projections import MapQuery
from ML import registry
from ML.errors import UnknownChoiceError
from ML.projections import DIMENSIONS

DEFAULTS = {"red": "musicnn", "metodo": "umap", "dimensions": "2"}


def parse_map_query(args: Mapping[str, str], space: Space) -> MapQuery:
    """red, dataset, metodo, dimensions, in any case. Raises UnknownChoiceError naming the choices."""
    given = {name: args.get(name, "").strip().lower() for name in ("red", "dataset", "metodo", "dimensions")}
    values = {name: value or DEFAULTS.get(name) for name, value in given.items()}
    return MapQuery(
        spec=registry.get(values["red"] or "", values["dataset"]),
        space=space,
        method=one_of("metodo", values["metodo"], config.ON_DEMAND_PROJECTION_METHODS),
        dimensions=int(one_of("dimensions", values["dimensions"], [str(n) for n in DIMENSIONS])),
        seed=config.PROJECTION_SEED,
    )


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
