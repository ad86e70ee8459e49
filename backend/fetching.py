"""Weights that are there, and those that can be fetched."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import config
from ML.errors import DownloadError, WeightsError, WeightsMissingError
from ML.spec import ModelSpec
from ML.weights.download import download_weights, missing_files
from ML.weights.staging import Progress
from ML.weights.store import find_weights, is_present, required_specs, weights_path

Tell = Callable[[str, str], None]  # (key of a model, what is wrong)


@dataclass
class Fetched:
    """What became of a wish for weights. unpublished: those that nobody offers for download."""

    paths: list[Path] = field(default_factory=list)
    there: list[ModelSpec] = field(default_factory=list)
    unpublished: list[ModelSpec] = field(default_factory=list)
    failed: list[ModelSpec] = field(default_factory=list)


def sort_by_weights(
    specs: list[ModelSpec], weights_dir: Path
) -> tuple[list[ModelSpec], dict[ModelSpec, str]]:
    """Models that can run, and why each of the others cannot."""
    runnable, missing = [], {}
    for spec in specs:
        try:
            find_weights(spec, weights_dir, config.model_weights())
            runnable.append(spec)
        except WeightsMissingError as error:
            missing[spec] = str(error)
    return runnable, missing


def fetch_missing(
    specs: Iterable[ModelSpec], weights_dir: Path, on_progress: Progress, tell: Tell
) -> Fetched:
    """Model after model, with those they listen through; a failure is told and the rest goes on."""
    fetched = Fetched()
    for spec in dict.fromkeys(needed for wanted in specs for needed in required_specs(wanted)):
        try:
            fetch_one(spec, weights_dir, fetched, on_progress)
        except (DownloadError, WeightsError) as error:
            fetched.failed.append(spec)
            tell(spec.key, str(error))
    return fetched


def fetch_one(spec: ModelSpec, weights_dir: Path, fetched: Fetched, on_progress: Progress) -> None:
    """Raises DownloadError, WeightsError."""
    path = weights_path(spec, weights_dir, config.model_weights())
    is_elsewhere = spec.variant in config.model_weights().get(spec.name, {})
    if path is None or (is_present(path) and (is_elsewhere or not missing_files(spec, weights_dir))):
        fetched.there.append(spec)
    elif is_elsewhere:
        raise DownloadError(
            f"MELODEX_MODEL_WEIGHTS says that they lie at {path}: put them there, or take it out of there."
        )
    elif not spec.weights or not spec.weights.files:
        fetched.unpublished.append(spec)
    else:
        fetched.paths += download_weights(spec, weights_dir, on_progress, config.DOWNLOAD_TIMEOUT_SECONDS)
