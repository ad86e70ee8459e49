"""Maps: projected embeddings and taggrams."""

from typing import Any

from flask import Blueprint, Response, request

from backend.bodies import answer_json, answer_kept
from backend.columns import ARROW_MIMETYPE, write_columns
from backend.context import database
from backend.params import parse_map_query
from db.embeddings import Space
from db.library import labels_by_id
from db.projections import LibraryMap, MapQuery, get_map

blueprint = Blueprint("maps", __name__)
COORD_DIGITS = 4  # a hundredth of a pixel on any screen


@blueprint.get("/embeddings")
def embeddings() -> Response:
    """What a network hears, as points. Parameters: red, dataset, metodo, dimensions."""
    return answer("embeddings")


@blueprint.get("/taggrams")
def taggrams() -> Response:
    """Tag activations (or what a model has in their place), as points. Parameters as for /embeddings."""
    return answer("taggrams")


@blueprint.get("/embeddings.arrow")
def embeddings_columns() -> Response:
    """The same map as an Arrow IPC stream: columns name, tag, x, y (z). Parameters as for /embeddings."""
    return answer_columns("embeddings")


@blueprint.get("/taggrams.arrow")
def taggrams_columns() -> Response:
    """The same map as an Arrow IPC stream. Parameters as for /embeddings."""
    return answer_columns("taggrams")


def answer(space: Space) -> Response:
    query = parse_map_query(request.args, space)
    return answer_json(query, lambda: describe_map(query))


def answer_columns(space: Space) -> Response:
    query = parse_map_query(request.args, space)
    return answer_kept((query, "arrow"), lambda: write_map(query), ARROW_MIMETYPE)


def describe_map(query: MapQuery) -> dict[str, Any]:
    library_map = get_map(database(), query)
    data = points(library_map, read_labels())
    return {"name": query.name, "data": data, "parameters": library_map.parameters, "note": library_map.note}


def write_map(query: MapQuery) -> bytes:
    library_map = get_map(database(), query)
    return write_columns(query.name, library_map, read_labels())


def read_labels() -> dict[int, tuple[str, str]]:
    with database().read() as session:
        return labels_by_id(session)


def points(library_map: LibraryMap, labels: dict[int, tuple[str, str]]) -> list[dict[str, Any]]:
    coords = library_map.coords.astype(float).round(COORD_DIGITS)
    placed = zip(library_map.track_ids.tolist(), coords.tolist(), strict=True)
    return [point(*labels[track_id], coords) for track_id, coords in placed if track_id in labels]


def point(filename: str, genre: str, coords: list[float]) -> dict[str, Any]:
    return {"audio": f"../audio/{filename}", "coords": coords, "name": filename, "tag": genre}
