"""Maps: projected embeddings and taggrams."""

import math
import sys
from typing import Any

import numpy as np
from flask import Blueprint, Response, jsonify, request

import config
from backend.bodies import answer_json, answer_kept
from backend.columns import ARROW_MIMETYPE, write_columns
from backend.context import database, map_jobs
from backend.map_jobs import MapJob, get_or_begin
from backend.params import parse_map_query, parse_switch
from backend.responses import tell_progress
from db.embeddings import Space
from db.library import labels_by_id
from db.map_cache import MapQuery
from db.projections import LibraryMap

blueprint = Blueprint("maps", __name__)
COORD_DIGITS = 5  # of the longest side of a map: a hundredth of a pixel on any screen


class UnfinishedError(Exception):
    """A map that will soon be another: it is told, and not kept."""

    def __init__(self, found: LibraryMap | MapJob):
        self.found = found


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
    try:
        return answer_json(query, lambda: describe_map(query, finished_map(query)))
    except UnfinishedError as unfinished:
        if isinstance(unfinished.found, MapJob):
            return tell_unfinished(unfinished)
        return jsonify(describe_map(query, unfinished.found))


def answer_columns(space: Space) -> Response:
    query = parse_map_query(request.args, space)
    try:
        return answer_kept(
            (query, ARROW_MIMETYPE), lambda: write_map(query, finished_map(query)), ARROW_MIMETYPE
        )
    except UnfinishedError as unfinished:
        if isinstance(unfinished.found, MapJob):
            return tell_unfinished(unfinished)
        return Response(write_map(query, unfinished.found), mimetype=ARROW_MIMETYPE)


def finished_map(query: MapQuery) -> LibraryMap:
    """The map as the library stands. Raises UnfinishedError with what there is while it is being drawn."""
    n_at_once = sys.maxsize if parse_switch(request.args, "wait") else config.MAPS_AT_ONCE
    found = get_or_begin(database(), map_jobs(), query, n_at_once)
    if isinstance(found, MapJob) or found.is_stale:
        raise UnfinishedError(found)
    return found


@blueprint.app_errorhandler(UnfinishedError)
def tell_unfinished(unfinished: UnfinishedError) -> Response:
    """Also of what other routes say about a map: an older one would be told of in vain."""
    job = unfinished.found
    return (
        tell_progress(job.progress, name=job.query.name) if isinstance(job, MapJob) else tell_progress(None)
    )


def describe_map(query: MapQuery, library_map: LibraryMap) -> dict[str, Any]:
    return {
        "name": query.name,
        "data": points(library_map, read_labels()),
        "parameters": library_map.parameters,
        "note": library_map.note,
        "stale": library_map.is_stale,
    }


def write_map(query: MapQuery, library_map: LibraryMap) -> bytes:
    return write_columns(query.name, library_map, read_labels())


def read_labels() -> dict[int, tuple[str, str]]:
    with database().read() as session:
        return labels_by_id(session)


def points(library_map: LibraryMap, labels: dict[int, tuple[str, str]]) -> list[dict[str, Any]]:
    coords = library_map.coords.astype(float).round(decimals_for(library_map.coords))
    placed = zip(library_map.track_ids.tolist(), coords.tolist(), strict=True)
    return [point(*labels[track_id], coords) for track_id, coords in placed if track_id in labels]


def decimals_for(coords: np.ndarray) -> int:
    """Maps of small coordinates need more of them than maps of large ones."""
    size = float(np.ptp(coords, axis=0).max()) if coords.size else 0.0
    return COORD_DIGITS - math.floor(math.log10(size)) if size else 0


def point(filename: str, genre: str, coords: list[float]) -> dict[str, Any]:
    return {"audio": f"../audio/{filename}", "coords": coords, "name": filename, "tag": genre}
