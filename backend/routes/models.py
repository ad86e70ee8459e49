"""The registry as JSON: what exists, what can run, what is extracted."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify

import config
from backend.context import database, weights_dir
from backend.pipelines import Analyses, describe_pipelines, read_analyses
from backend.settings import models_in_use
from db.embeddings import Pair
from db.library import count_playable
from ML import registry
from ML.projections import DIMENSIONS, PROJECTIONS
from ML.spec import ModelSpec
from ML.weights.store import is_present, is_runnable, weights_path

blueprint = Blueprint("models", __name__)


@blueprint.get("/models")
def models() -> Response:
    """Every model, projection and dimension a map can be asked for."""
    specs = models_in_use(weights_dir())
    with database().read() as session:
        analyses, n_tracks = read_analyses(session, specs), count_playable(session)
    return jsonify(
        models=[describe(spec, analyses) for spec in specs],
        projections=[
            {"name": name, "label": PROJECTIONS[name].label} for name in config.ON_DEMAND_PROJECTION_METHODS
        ],
        dimensions=DIMENSIONS,
        default=default_pair(analyses.extracted, n_tracks),
        n_tracks=n_tracks,
    )


def describe(spec: ModelSpec, analyses: Analyses) -> dict[str, Any]:
    pair = (spec.name, spec.variant)
    return {
        "model": spec.name,
        "variant": spec.variant,
        "label": spec.label,
        "variant_label": spec.variant_label,
        "release": spec.release or None,
        "releases": [each.release for each in registry.releases_of(*pair) if each.release],
        "sample_rate": spec.sample_rate,
        "segment_seconds": spec.segment_seconds,
        "embedding_dim": spec.embedding_dim,
        "taggram_dim": spec.taggram_dim,
        "taggram_kind": spec.taggram_kind,
        "taggram_label": spec.taggram_label,
        "tag_names": spec.tag_names,
        "licence": spec.weights.licence if spec.weights else None,
        "paper": spec.paper,
        "weights": describe_weights(spec),
        "requires": spec.requires,
        "runnable": is_runnable(spec, weights_dir(), config.model_weights()),
        "n_extracted": analyses.extracted.get(pair, 0),
        "n_failed": analyses.failed.get(pair, 0),
        "pipelines": describe_pipelines(analyses.groups.get(pair, [])),
        "outdated": [
            {"change": change, "n_tracks": n_tracks}
            for change, n_tracks in analyses.outdated.get(pair, {}).items()
        ],
    }


def describe_weights(spec: ModelSpec) -> dict[str, Any] | None:
    if spec.weights is None:
        return None
    path = weights_path(spec, weights_dir(), config.model_weights())
    sources = [spec.weights.wheel] if spec.weights.wheel else spec.weights.files
    return {
        "path": spec.weights.path,
        "files": [{"url": each.url, "sha256": each.sha256, "n_bytes": each.n_bytes} for each in sources],
        "n_bytes": spec.weights.n_bytes,
        "present": path is not None and is_present(path),
    }


def default_pair(extracted: Mapping[Pair, int], n_tracks: int) -> dict[str, str]:
    """The model of the first map: the first of the registry that has analyzed at least half of the library;
    else the first that has analyzed any track; else the first.
    """
    analyzed = [spec for spec in registry.MODELS if extracted.get((spec.name, spec.variant))]
    most = [spec for spec in analyzed if 2 * extracted[spec.name, spec.variant] >= n_tracks]
    spec = (most or analyzed or registry.MODELS)[0]
    return {"model": spec.name, "variant": spec.variant}
