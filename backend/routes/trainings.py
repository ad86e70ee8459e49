"""Trainings: what can be trained here, and what has been."""

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

import config
from backend.trainings import TRAININGS, Counts, Training, default_settings, whisper_spec, whisper_weights
from ML import registry
from ML.errors import LibraryError, WeightsMissingError
from ML.evaluation.checkpoints import JUDGED, RAW
from ML.spec import ModelSpec
from ML.training.contrastive.finished import FinishedRun, finished_runs

blueprint = Blueprint("trainings", __name__)
MODEL, METRIC = "whisper_contrastive", "knn_accuracy"
NOTHING = Counts(0, 0, 0)
MOST_RUNS = 50


@blueprint.get("/trainings")
def trainings() -> Response:
    """What WhisperContrastive can be trained on here, or why it cannot, and the runs that are finished, the
    newest first.
    """
    settings = default_settings()
    runs = finished_runs(Path(current_app.config["CHECKPOINTS_DIR"]))[:MOST_RUNS]
    return jsonify(
        whisper=whisper_spec().key,
        epochs=settings.num_epochs,
        balanced=settings.balanced_sampling,
        trainings=[describe(name, training) for name, training in TRAININGS.items()],
        runs=[describe_run(run) for run in runs],
    )


def describe(name: str, training: Training) -> dict[str, Any]:
    """missing: weights that can be fetched, in the way."""
    counts, problem, missing = NOTHING, None, None
    settings = default_settings()
    try:
        counts = training.count(training.settings(settings.num_epochs, settings.balanced_sampling))
        whisper_weights()
    except LibraryError as error:
        problem = str(error)
    except WeightsMissingError as error:
        problem, missing = str(error), whisper_spec().key
    return {"name": name, "label": training.label, **asdict(counts), "problem": problem, "missing": missing}


def describe_run(run: FinishedRun) -> dict[str, Any]:
    spec = spec_of(run)
    return {
        "name": run.folder.name,
        "ended_at": run.ended_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "source": run.dataset.get("source"),
        "whisper": run.settings.get("model_name"),
        "n_tracks": run.dataset.get("num_tracks"),
        "n_genres": run.dataset.get("num_genres"),
        "best_epoch": run.best_epoch,
        "head": accuracy(run, JUDGED),
        "raw": accuracy(run, RAW),
        "chance": run.chance.get(METRIC),
        "use": how_to_use(run, spec) if spec else [],
        "used": spec is not None and in_use(run, spec),
    }


def accuracy(run: FinishedRun, system: str) -> dict[str, Any] | None:
    interval = run.tested.get(system, {}).get(METRIC)
    return interval.as_json() if interval else None


def spec_of(run: FinishedRun) -> ModelSpec | None:
    """The model of the app that can have this head: of the same Whisper, as wide."""
    size, width = run.settings.get("model_name"), run.settings.get("projection_dim")
    models = (spec for spec in registry.MODELS if spec.name == MODEL)
    return next((spec for spec in models if (spec.variant, spec.embedding_dim) == (size, width)), None)


def in_use(run: FinishedRun, spec: ModelSpec) -> bool:
    path = config.model_weights().get(spec.name, {}).get(spec.variant)
    return path is not None and run.folder.resolve() in (path.resolve(), path.resolve().parent)


def how_to_use(run: FinishedRun, spec: ModelSpec) -> list[str]:
    """Two commands: the setting, with what it says already, and the extraction."""
    folder = run.folder.absolute()
    place = folder.relative_to(config.ROOT) if folder.is_relative_to(config.ROOT) else folder
    others = config.MODEL_WEIGHTS
    weights = others | {spec.name: others.get(spec.name, {}) | {spec.variant: str(place)}}
    return [
        f"export MELODEX_MODEL_WEIGHTS={shlex.quote(json.dumps(weights))}",
        f"flask --app backend.server preprocess-all --models {spec.key} --force",
    ]
