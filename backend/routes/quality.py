"""How far models agree and how far a map lies, track by track."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from flask import Blueprint, Response, jsonify, request

from backend.bodies import answer_json
from backend.context import database, spaces, weights_dir
from backend.neighbor_params import parse_space_query
from backend.params import parse_choice, parse_integer, parse_map_query, parse_name
from backend.responses import tell_progress
from backend.routes.maps import finished_map
from backend.settings import models_in_use
from backend.tracks import find_track
from db.embeddings import Space, count_extracted
from db.library import labels_by_id
from db.map_cache import MapQuery
from db.neighbor_graph import GRAPH_K
from db.projections import LibraryMap
from db.quality import Measured, measure_disagreement, measure_library_map, measure_overlap
from db.spaces import SpaceQuery
from ML.spec import ModelSpec

blueprint = Blueprint("quality", __name__)
DIGITS = 4
METRIC = "cosine"  # what /neighbors says without being asked otherwise
OTHER = "other_"


class BeingMeasuredError(Exception):
    """The answer is being computed in the background."""


@blueprint.get("/overlap")
def overlap() -> Response:
    """How many of its ten nearest a track has in common in two spaces, as Jaccard index. Parameters: red,
    dataset, space, metric, and the same of the other space with `other_` in front.
    """
    one, other = parse_space_query(request.args), parse_space_query(own_names(request.args))
    return answer_json(("overlap", one, other), lambda: describe(measure_overlap(spaces(), one, other)))


@blueprint.get("/disagreement")
def disagreement() -> Response:
    """1 - the mean overlap over all pairs of models that have heard a track. Parameter: space."""
    space = parse_space(request.args)
    return answer_json(("disagreement", space), lambda: describe_disagreement(space))


@blueprint.get("/map-quality")
def map_quality() -> Response:
    """Of every track, what a map keeps of its ten true neighbours, and its shares in the trustworthiness and
    continuity of the map. Where that compares too many, both are null but for a sample of as many tracks as
    `sampled` says, and their means estimates. Parameters: space, and those of the map.
    """
    query = parse_drawn(request.args)
    return answer_json(("quality", query), lambda: describe_quality(query, finished_map(query)))


@blueprint.get("/map-neighbors")
def map_neighbors() -> Response:
    """The tracks that a map shows nearest to a track, and which of them are among as many true neighbours.
    Parameters: track, k, space, and those of the map.
    """
    query = parse_drawn(request.args)
    k = parse_integer(request.args, "k")
    filename = parse_name(request.args, "track")
    with database().read() as session:
        track_id, labels = find_track(session, filename).id, labels_by_id(session)
    drawn = finished_map(query)
    near = set(near_in_space(query, track_id, k))
    shown = [int(other) for other in near_on_map(drawn, track_id, k)]
    data = [{"name": labels[other][0], "near": other in near} for other in shown if other in labels]
    return jsonify(name=query.name, track=filename, data=data)


@blueprint.errorhandler(BeingMeasuredError)
def tell_to_wait(_: BeingMeasuredError) -> Response:
    return tell_progress(None)


def own_names(args: Mapping[str, str]) -> Any:
    """The parameters of the other space, under the names that one space's have."""
    return {name.removeprefix(OTHER): value for name, value in args.items() if name.startswith(OTHER)}


def parse_drawn(args: Mapping[str, str]) -> MapQuery:
    return parse_map_query(args, parse_space(args))


def parse_space(args: Mapping[str, str]) -> Space:
    return cast(Space, parse_choice(args, "space"))


def space_of(query: MapQuery) -> SpaceQuery:
    return SpaceQuery(query.spec, query.space, METRIC)


def heard_models() -> list[ModelSpec]:
    with database().read() as session:
        n_extracted = count_extracted(session)
    return [spec for spec in models_in_use(weights_dir()) if n_extracted.get((spec.name, spec.variant))]


def describe(measured: Measured | None) -> dict[str, Any]:
    """Raises BeingMeasuredError while there is nothing to describe."""
    if measured is None:
        raise BeingMeasuredError
    return {
        "k": GRAPH_K,
        "track_ids": measured.track_ids.tolist(),
        "values": measured.values.round(DIGITS).tolist(),
    }


def describe_disagreement(space: Space) -> dict[str, Any]:
    specs = heard_models()
    measured = measure_disagreement(spaces(), [SpaceQuery(spec, space, METRIC) for spec in specs])
    return describe(measured) | {"models": [spec.key for spec in specs]}


def describe_quality(query: MapQuery, drawn: LibraryMap) -> dict[str, Any]:
    measured = measure_library_map(spaces(), space_of(query), drawn, query.name)
    if measured is None:
        raise BeingMeasuredError
    quality = measured.quality
    columns = {name: getattr(quality, name) for name in ("kept", "trustworthiness", "continuity")}
    values = {name: column.astype(float).round(DIGITS).tolist() for name, column in columns.items()}
    means = {name: mean_of(column) for name, column in columns.items()}
    return {
        "name": query.name,
        "k": measured.k,
        "sampled": quality.n_sampled,
        "means": means,
        "track_ids": measured.track_ids.tolist(),
        **values,
    }


def mean_of(column: np.ndarray) -> float | None:
    """Of the tracks that have been measured."""
    known = column[np.isfinite(column)]
    return float(known.mean()) if len(known) else None


def near_in_space(query: MapQuery, track_id: int, k: int) -> list[int]:
    space = spaces().get(space_of(query))
    row = space.row_of(track_id)
    if row is None:
        return []
    owners = space.nearest(space.point(row), k + 1).owners
    return [other for other in space.track_ids[owners].tolist() if other != track_id][:k]


def near_on_map(drawn: LibraryMap, track_id: int, k: int) -> np.ndarray:
    """Ids of the k tracks nearest on the map, nearest first."""
    own = np.flatnonzero(drawn.track_ids == track_id)
    if not len(own):
        return drawn.track_ids[:0]
    squares = np.square(drawn.coords.astype(np.float64) - drawn.coords[own[0]]).sum(axis=1)
    squares[own[0]] = np.inf
    return drawn.track_ids[np.argsort(squares, kind="stable")[: min(k, len(squares) - 1)]]
