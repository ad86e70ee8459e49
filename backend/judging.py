"""What an evaluation judges: for the command, and for the job of the app."""

from collections.abc import Sequence

import config
from backend.context import audio_dir, database
from db.evaluations import Evaluation, load_common, read_labels
from db.map_cache import MapQuery
from ML.evaluation.judgement import Labelling
from ML.spec import ModelSpec

N_NEIGHBORS, SEED = 10, 42  # where nobody says otherwise
OF_ARTISTS = ("artist", "album")  # labels that tracks of other artists cannot share


def plan_evaluation(
    specs: Sequence[ModelSpec], labels: str, k: int = N_NEIGHBORS, seed: int = SEED
) -> Evaluation:
    """Models and the maps the app offers of them, on the tracks that all of them have heard.

    labels: as `read_labels` takes them.  Raises LibraryError, UnknownChoiceError.
    """
    tracks = load_common(database(), specs, read_labels(database(), labels, audio_dir()))
    groups = tracks.artists if labels not in OF_ARTISTS and any(tracks.artists) else None
    methods = config.ON_DEMAND_PROJECTION_METHODS
    maps = [
        MapQuery(spec, "embeddings", method, 2, config.PROJECTION_SEED)
        for spec in specs
        for method in methods
    ]
    return Evaluation(specs, maps, tracks, Labelling(tracks.labels, groups, k, seed), labels)
