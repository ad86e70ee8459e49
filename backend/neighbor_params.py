"""Query parameters of /neighbors, /path and /blend → typed queries."""

import re
from dataclasses import dataclass
from typing import cast

from werkzeug.datastructures import MultiDict

from backend.parameters import PARAMETERS
from backend.params import parse_choice, parse_integer, parse_spec, parse_switch
from db.embeddings import Space
from db.spaces import SpaceQuery
from ML.errors import MelodexError, UnknownChoiceError

MAX_NAMES = 100  # tracks to blend
SECONDS = re.compile(PARAMETERS["segment"].pattern or "", re.ASCII)


@dataclass(frozen=True)
class HitsWanted:
    """How many hits, and which."""

    k: int
    is_scaled: bool
    excludes_same_artist: bool


def parse_space_query(args: MultiDict[str, str], of_segments: bool = False) -> SpaceQuery:
    """red, dataset, space, metric. Raises UnknownChoiceError naming the choices."""
    return SpaceQuery(
        spec=parse_spec(args),
        space=cast(Space, parse_choice(args, "space")),
        metric=parse_choice(args, "metric"),
        of_segments=of_segments,
    )


def parse_hits_wanted(args: MultiDict[str, str]) -> HitsWanted:
    """k, scaling, exclude_same_artist. Raises UnknownChoiceError naming the choices."""
    # What local scaling compares, a point's tenth neighbour, would be a segment of the same track.
    scalings = ["none"] if "segment" in args else None
    return HitsWanted(
        k=parse_integer(args, "k"),
        is_scaled=parse_choice(args, "scaling", scalings) == "local",
        excludes_same_artist=parse_switch(args, "exclude_same_artist"),
    )


def parse_n_steps(args: MultiDict[str, str]) -> int:
    return parse_integer(args, "steps")


def parse_seconds(args: MultiDict[str, str]) -> float | None:
    """`segment`: a moment of the track, None for the whole. Raises UnknownChoiceError."""
    text = args.get("segment")
    if text is not None and not SECONDS.fullmatch(text):
        raise UnknownChoiceError("segment", text, ["seconds from the start of the track, like 12.5"])
    return None if text is None else float(text)


def parse_names(args: MultiDict[str, str], name: str) -> list[str]:
    """A parameter that may be given many times, each name once. Raises MelodexError for too many."""
    names = list(dict.fromkeys(filter(None, args.getlist(name))))
    if len(names) > MAX_NAMES:
        raise MelodexError(f"{name} is given {len(names)} times: at most {MAX_NAMES} tracks can be blended.")
    return names
