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
    have tags); `typical` is when the segment starts that is most like the whole track. Parameters: track,
    red, dataset.
    """
    spec = parse_spec(request.args)
    filename = parse_name(request.args, "track")
    with database().read() as session:
        loaded = load_segments(session, find_track(session, filename).id, (spec.name, spec.variant))
    nothing = np.zeros(0), np.zeros((0, 0)), np.zeros((0, 0))
    starts, embeddings, taggrams = nothing if loaded is None else loaded
    return jsonify(
        track=filename,
        starts=starts.tolist(),
        seconds=spec.segment_seconds,
        typical=float(starts[most_typical(embeddings.astype(np.float64))]) if len(starts) else None,
        **describe_taggrams(spec, taggrams.astype(np.float64)),
    )


def most_typical(embeddings: np.ndarray) -> int:
    """The row of [S, D] in the direction nearest to that of their mean, the first of several."""
    lengths = np.linalg.norm(embeddings, axis=1)
    likeness = embeddings @ embeddings.mean(axis=0) / np.maximum(lengths, np.finfo(float).tiny)
    return int(likeness.argmax())


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
