"""What the regions of a map are called."""

from typing import Any

from flask import Blueprint, Response, request

from backend.bodies import answer_json
from backend.context import database
from backend.routes.maps import decimals_for, finished_map
from backend.routes.quality import heard_models, parse_drawn
from db.map_cache import MapQuery
from db.projections import LibraryMap
from db.regions import name_map
from ML.spec import ModelSpec

blueprint = Blueprint("regions", __name__)


@blueprint.get("/regions")
def regions() -> Response:
    """Names for the regions of a map, the plainest first: the genre or tag that is heard there most above its
    due. Parameters: space, and those of the map.
    """
    query = parse_drawn(request.args)
    return answer_json(("regions", query), lambda: describe(query, finished_map(query)))


def describe(query: MapQuery, drawn: LibraryMap) -> dict[str, Any]:
    with database().read() as session:
        named = name_map(session, drawn, tagger_for(query.spec))
    decimals = decimals_for(drawn.coords)
    data = [
        {"name": region.name, "coords": region.place.round(decimals).tolist(), "n_tracks": region.n_points}
        for region in named
    ]
    return {"name": query.name, "data": data}


def tagger_for(spec: ModelSpec) -> ModelSpec | None:
    """The map's own model, or else the first that has listened and has tags."""
    taggers = [heard for heard in heard_models() if heard.taggram_kind == "tags"]
    return spec if spec in taggers else next(iter(taggers), None)
