"""What a network hears, moment by moment."""

from typing import Any

import numpy as np
from flask import Blueprint, Response, jsonify, request

from backend.context import database
from backend.params import parse_name, parse_spec
from backend.tracks import find_track
from db.embeddings import load_segments
from ML.spec import ModelSpec

blueprint = Blueprint("segments", __name__)
N_TAGS = 12  # rows of a heat map that can still be read
ACTIVATION_DIGITS = 3  # what the float16 in the database holds


@blueprint.get("/segments")
def segments() -> Response:
    """When each segment of a track starts, and its activations of the track's strongest tags (of models that
    have tags). Parameters: track, red, dataset.
    """
    spec = parse_spec(request.args)
    filename = parse_name(request.args, "track")
    with database().read() as session:
        loaded = load_segments(session, find_track(session, filename).id, (spec.name, spec.variant))
    starts, taggrams = (np.zeros(0), np.zeros((0, 0))) if loaded is None else (loaded[0], loaded[2])
    return jsonify(
        track=filename,
        starts=starts.tolist(),
        seconds=spec.segment_seconds,
        **describe_taggrams(spec, taggrams.astype(np.float64)),
    )


def describe_taggrams(spec: ModelSpec, taggrams: np.ndarray) -> dict[str, Any]:
    """taggrams: [S, T]; what is no activation of named tags has no place in a heat map of them."""
    if spec.taggram_kind != "tags" or taggrams.shape[1] != len(spec.tag_names):
        return {"tags": [], "activations": [], "means": []}
    means = taggrams.mean(axis=0)
    strongest = np.argsort(-means, kind="stable")[:N_TAGS]
    return {
        "tags": [spec.tag_names[at] for at in strongest],
        "activations": taggrams[:, strongest].round(ACTIVATION_DIGITS).tolist(),
        "means": means[strongest].round(ACTIVATION_DIGITS).tolist(),
    }
