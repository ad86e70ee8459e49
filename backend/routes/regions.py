"""What the regions of a map are called."""

from typing import Any

import numpy as np
from flask import Blueprint, Response, current_app, request

from backend.bodies import answer_json
from backend.context import database
from backend.routes.maps import decimals_for, finished_map
from backend.routes.quality import heard_models, parse_drawn
from db.cache import VersionedCache
from db.map_cache import MapQuery
from db.projections import LibraryMap
from db.regions import NamedMap, find_source, name_map
from ML.regions import find_regions
from ML.spec import ModelSpec

blueprint = Blueprint("regions", __name__)
NAMED_BYTES = 2**20  # a map's regions are a few names


@blueprint.get("/regions")
def regions() -> Response:
    """Names for the regions of a map, the plainest first: the genre or tag that is heard there most above its
    due. Parameters: space, and those of the map.
    """
    query = parse_drawn(request.args)
    return answer_json(("regions", query), lambda: describe(query, finished_map(query)))


@blueprint.get("/clusters")
def clusters() -> Response:
    """Which cluster of a map (by k-means) each track lies in, and what each is called: as in `/regions` where
    that names it. Parameters: space, and those of the map.
    """
    query = parse_drawn(request.args)
    return answer_json(("clusters", query), lambda: describe_clusters(query, finished_map(query)))


def describe(query: MapQuery, drawn: LibraryMap) -> dict[str, Any]:
    decimals = decimals_for(drawn.coords)
    data = [
        {"name": region.name, "coords": region.place.round(decimals).tolist(), "n_tracks": region.n_points}
        for region in named_map(query, drawn).regions
    ]
    return {"name": query.name, "data": data}


def describe_clusters(query: MapQuery, drawn: LibraryMap) -> dict[str, Any]:
    owners = find_regions(drawn.coords) if len(drawn.coords) else np.zeros(0, np.int64)
    names = {region.cluster: region.name for region in named_map(query, drawn).regions}
    labels = [names.get(number, f"Cluster {number + 1}") for number in range(owners.max(initial=-1) + 1)]
    return {
        "name": query.name,
        "track_ids": drawn.track_ids.tolist(),
        "values": owners.tolist(),
        "labels": labels,
    }


def named_map(query: MapQuery, drawn: LibraryMap) -> NamedMap:
    """Named anew only when the map, a genre or the tags heard are others than before."""
    known = current_app.extensions.setdefault("regions", VersionedCache(NAMED_BYTES))
    tagger = tagger_for(query.spec)
    with database().read() as session:
        source = find_source(session, drawn, tagger)
        return known.get(query, lambda: source.version, lambda older: name_map(session, source))


def tagger_for(spec: ModelSpec) -> ModelSpec | None:
    """The map's own model, or else the first that has listened and has tags."""
    taggers = [heard for heard in heard_models() if heard.taggram_kind == "tags"]
    return spec if spec in taggers else next(iter(taggers), None)
