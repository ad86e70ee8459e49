"""Every query parameter of the API, one row each: what reads requests, and what /openapi.json tells."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import config
from backend.playlist_files import FORMATS
from db.embeddings import SPACES
from db.evolution import GROUPS
from environment import SWITCH
from ML import registry
from ML.peaks import MAX_POINTS
from ML.projections import DIMENSIONS, PROJECTIONS, SEED, Option
from ML.search import METRICS

Names = Callable[[], Collection[str]]


@dataclass(frozen=True)
class Parameter:
    """What a request may say: a text, unless choices (in any case), a range or an option make it otherwise.

    default: what it says when it says nothing.  smallest, largest: of a whole number.  option: a number that
    a projection takes.  pattern: of the text.  is_many: it may be given often.  is_needed: without it there
    is no answer.
    """

    help: str
    default: str | float | None = None
    choices: Names | None = None
    smallest: int | None = None
    largest: int | None = None
    option: Option | None = None
    pattern: str | None = None
    is_many: bool = False
    is_needed: bool = False


def variants() -> list[str]:
    return list(dict.fromkeys(spec.variant for spec in registry.MODELS))


def switch(help: str) -> Parameter:
    return Parameter(help, "false", lambda: SWITCH)


def filename(help: str, is_many: bool = False, is_needed: bool = True) -> Parameter:
    return Parameter(f"{help}: a file name as GET /audios tells it", is_many=is_many, is_needed=is_needed)


LARGEST_SEED = int(SEED.largest)
MODEL_PARAMETERS = {
    "red": Parameter("The model", "musicnn", registry.model_names),
    "dataset": Parameter(
        "Its variant: what it was trained on, or its size; else its first one", None, variants
    ),
    "space": Parameter("Vectors of sound, or activations of tags", "embeddings", lambda: SPACES),
    "metric": Parameter("How distances are measured", "cosine", lambda: METRICS),
    "tag": Parameter("A tag or a feature of the model, as GET /models names it", is_needed=True),
}
OTHER_PARAMETERS = {f"other_{name}": MODEL_PARAMETERS[name] for name in ("red", "dataset", "space", "metric")}
OPTIONS = {option.name: option for row in PROJECTIONS.values() for option in row.options}
MAP_PARAMETERS = {
    "metodo": Parameter("The projection", "umap", lambda: config.ON_DEMAND_PROJECTION_METHODS),
    "dimensions": Parameter("Of the map", "2", lambda: [str(n) for n in DIMENSIONS]),
    "seed": Parameter("Of all that is drawn by lot", smallest=0, largest=LARGEST_SEED),
    "wait": switch("Answer when the map is drawn, not before"),
    **{
        name: Parameter("How the projection draws: a parameter of its own", option.default, option=option)
        for name, option in OPTIONS.items()
    },
}
SEARCH_PARAMETERS = {
    "track": filename("Whom to look from"),
    "segment": Parameter("A moment of the track, in seconds from its start", pattern=r"\d{1,6}(\.\d{1,9})?"),
    "k": Parameter("How many", 20, smallest=1, largest=1000),
    "scaling": Parameter(
        "local puts tracks that are near to everybody later", "none", lambda: ("none", "local")
    ),
    "exclude_same_artist": switch("Leave out the artist's other tracks"),
    "from": filename("Where the path begins"),
    "to": filename("Where the path ends"),
    "steps": Parameter("Tracks between the two ends", 8, smallest=1, largest=100),
    "plus": filename("Near to this one", is_many=True),
    "minus": filename("Away from this one", is_many=True, is_needed=False),
}
GROUP_PARAMETERS = {
    "by": Parameter("What is followed", "artist", lambda: GROUPS),
    **{name: Parameter(f"The {name} to follow") for name in GROUPS},
    "with": Parameter("A second one beside it"),
    "evaluation": Parameter("An id as GET /evaluations tells it, else the newest of several models"),
}
FILE_PARAMETERS = {
    "size": Parameter("Pixels, of the longer side", 512, smallest=16, largest=512),
    "points": Parameter("Pieces of the outline", 800, smallest=1, largest=MAX_POINTS),
    "format": Parameter("Of the file", "m3u8", lambda: FORMATS),
}
PARAMETERS: dict[str, Parameter] = {
    **MODEL_PARAMETERS, **OTHER_PARAMETERS, **MAP_PARAMETERS, **SEARCH_PARAMETERS, **GROUP_PARAMETERS,
    **FILE_PARAMETERS,
}  # fmt: skip

# Those that go together.
MODEL = ("red", "dataset")
VECTORS = (*MODEL, "space", "metric")
MAP = (*MODEL, "metodo", "dimensions", "seed", "wait", *OPTIONS)
HITS = ("k", "scaling", "exclude_same_artist")
