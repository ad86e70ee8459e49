"""Tracks near to others in a model's own space: neighbours, paths, blends."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from backend import neighbor_params as params
from backend.context import database, spaces
from backend.params import parse_name
from backend.tracks import find_track
from db.library import UNKNOWN_GENRE
from db.neighbors import Hit, Wish, artist_key, find_similar, walk
from db.reasons import Reasons, Shared
from db.schema import Track
from db.spaces import SpaceQuery
from ML.search import blend

blueprint = Blueprint("neighbors", __name__)


@blueprint.get("/neighbors")
def neighbors() -> Response:
    """The tracks nearest to a track, or to a moment of it. Parameters: track, segment (seconds), k, scaling,
    exclude_same_artist, red, dataset, space, metric.
    """
    seconds = params.parse_seconds(request.args)
    query = params.parse_space_query(request.args, of_segments=seconds is not None)
    wanted = params.parse_hits_wanted(request.args)
    filename = parse_name(request.args, "track")
    space = spaces().get(query)
    with database().read() as session:
        track = find_track(session, filename)
        row = space.row_of(track.id, seconds)
        hits = [] if row is None else find_similar(session, space, space.point(row), wish(wanted, [track]))
        data = describe_near(session, query, hits, [track])
    start = None if row is None else space.start_of(row)
    return jsonify(name=f"neighbors_{query.name}", track=filename, segment=start, data=data)


@blueprint.get("/path")
def path() -> Response:
    """Tracks on the way from one track to another, both ends included. Parameters: from, to, steps, red,
    dataset, space, metric.
    """
    query = params.parse_space_query(request.args)
    n_steps = params.parse_n_steps(request.args)
    ends = [parse_name(request.args, name) for name in ("from", "to")]
    space = spaces().get(query)
    with database().read() as session:
        start, end = (find_track(session, filename) for filename in ends)
        is_possible = space.has(start) and space.has(end)
        hits = walk(session, space, start, end, n_steps) if is_possible else []
        data = describe_path(session, query, hits)
    return jsonify(name=f"path_{query.name}", data=data)


@blueprint.get("/blend")
def blended() -> Response:
    """The tracks nearest to some together, away from others. Parameters: plus, minus (each as often as
    needed), k, scaling, exclude_same_artist, red, dataset, space, metric.
    """
    query = params.parse_space_query(request.args)
    wanted = params.parse_hits_wanted(request.args)
    parse_name(request.args, "plus")
    names = {sign: params.parse_names(request.args, sign) for sign in ("plus", "minus")}
    space = spaces().get(query)
    with database().read() as session:
        plus, minus = ([find_track(session, name) for name in names[sign]] for sign in ("plus", "minus"))
        hits = []
        if all(space.has(track) for track in [*plus, *minus]):
            point = blend(space.vectors, space.rows_of(plus), space.rows_of(minus))
            hits = find_similar(session, space, point, wish(wanted, [*plus, *minus]))
        data = describe_near(session, query, hits, plus)
    return jsonify(name=f"blend_{query.name}", data=data, **names)


def wish(wanted: params.HitsWanted, asked: Sequence[Track]) -> Wish:
    """What is asked about is no answer."""
    artists = {artist_key(track) for track in asked} if wanted.excludes_same_artist else set()
    return Wish(wanted.k, {track.id for track in asked}, artists - {""}, wanted.is_scaled)


def describe_near(
    session: Session, query: SpaceQuery, hits: list[Hit], asked: list[Track]
) -> list[dict[str, Any]]:
    """Each with what it shares with all of those asked about."""
    reasons = Reasons(session, query.spec, [track.id for track in [*asked, *(hit.track for hit in hits)]])
    return describe(query, hits, [reasons.shared([*asked, hit.track]) for hit in hits])


def describe_path(session: Session, query: SpaceQuery, hits: list[Hit]) -> list[dict[str, Any]]:
    """Each with what it shares with the one before, the first with nothing."""
    reasons = Reasons(session, query.spec, [hit.track.id for hit in hits])
    steps = [reasons.shared([a.track, b.track]) for a, b in pairwise(hits)]
    return describe(query, hits, [None, *steps][: len(hits)])


def describe(query: SpaceQuery, hits: list[Hit], shared: list[Shared | None]) -> list[dict[str, Any]]:
    hubness = spaces().hubness(query) if hits else None
    return [
        {
            "audio": f"../audio/{hit.track.filename}",
            "name": hit.track.filename,
            "tag": hit.track.genre or UNKNOWN_GENRE,
            "distance": hit.distance,
            "score": hit.score,
            "segment": hit.segment_start,
            "occurrence": hubness and hubness.occurrence(hit.track.id),
            "hub": hubness and hubness.is_hub(hit.track.id),
            "shared": why and asdict(why),
        }
        for hit, why in zip(hits, shared, strict=True)
    ]
