"""Maps: projected embeddings and taggrams."""

import math
import sys
from http import HTTPStatus
from typing import Any

import numpy as np
from flask import Blueprint, Response, jsonify, request

import config
from backend.context import database, map_jobs
from backend.map_jobs import MapJob, get_or_begin
from backend.params import parse_map_query, parse_switch
from db.embeddings import Space
from db.library import UNKNOWN_GENRE, present_tracks
from db.map_cache import MapQuery
from db.projections import LibraryMap
from db.schema import Track

blueprint = Blueprint("maps", __name__)
COORD_DIGITS = 5  # of the longest side of a map: a hundredth of a pixel on any screen


@blueprint.get("/embeddings")
def embeddings() -> Response:
    """What a network hears, as points. Parameters: red, dataset, metodo, dimensions."""
    return answer("embeddings")


@blueprint.get("/taggrams")
def taggrams() -> Response:
    """Tag activations (or what a model has in their place), as points. Parameters as for /embeddings."""
    return answer("taggrams")


def answer(space: Space) -> Response:
    query = parse_map_query(request.args, space)
    n_at_once = sys.maxsize if parse_switch(request.args, "wait") else config.MAPS_AT_ONCE
    found = get_or_begin(database(), map_jobs(), query, n_at_once)
    return tell_progress(found) if isinstance(found, MapJob) else tell_points(query, found)


def tell_progress(job: MapJob) -> Response:
    """202: ask again in a moment."""
    response = jsonify(status="computing", name=job.query.name, progress=round(job.progress, 3))
    response.status_code = HTTPStatus.ACCEPTED
    response.headers.update({"Retry-After": "1", "Cache-Control": "no-store"})
    return response


def tell_points(query: MapQuery, library_map: LibraryMap) -> Response:
    with database().read() as session:
        tracks = {track.id: track for track in present_tracks(session)}
        data = points(library_map, tracks)
    return jsonify(
        name=query.name, data=data, parameters=library_map.parameters, note=library_map.note,
        stale=library_map.is_stale,
    )  # fmt: skip


def points(library_map: LibraryMap, tracks: dict[int, Track]) -> list[dict[str, Any]]:
    coords = library_map.coords.astype(float).round(decimals_for(library_map.coords))
    placed = zip(library_map.track_ids.tolist(), coords.tolist(), strict=True)
    return [point(tracks[track_id], coords) for track_id, coords in placed if track_id in tracks]


def decimals_for(coords: np.ndarray) -> int:
    """Maps of small coordinates need more of them than maps of large ones."""
    size = float(np.ptp(coords, axis=0).max()) if coords.size else 0.0
    return COORD_DIGITS - math.floor(math.log10(size)) if size else 0


def point(track: Track, coords: list[float]) -> dict[str, Any]:
    return {
        "audio": f"../audio/{track.filename}",
        "coords": coords,
        "name": track.filename,
        "tag": track.genre or UNKNOWN_GENRE,
    }
