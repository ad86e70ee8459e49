"""Settings against the registry, at start: whatever they name must exist."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import config
from ML import registry
from ML.errors import ConfigError, UnknownChoiceError
from ML.projections import get_projection
from ML.spec import ModelSpec
from ML.weights.store import choose_release, is_runnable

if TYPE_CHECKING:
    from db.embeddings import Pair  # with SQLAlchemy, which takes longer to import than all the rest


def check_settings() -> None:
    """Raises ConfigError that names the setting and the choices."""
    if len(config.TRANF_MODELS) != len(config.MODEL_SIZES):
        raise ConfigError(
            f"MELODEX_TRANF_MODELS={','.join(config.TRANF_MODELS)} and MELODEX_MODEL_SIZES="
            f"{','.join(config.MODEL_SIZES)} are paired by position: give as many sizes as models."
        )
    with named("CONV_MODELS", "DATASETS"):
        registry.trained_pairs(config.CONV_MODELS, config.DATASETS)
    with named("TRANF_MODELS", "MODEL_SIZES"):
        for model, variant in zip(config.TRANF_MODELS, config.MODEL_SIZES, strict=True):
            registry.get(model, variant)
    with named("ON_DEMAND_PROJECTION_METHODS"):
        for method in config.ON_DEMAND_PROJECTION_METHODS:
            get_projection(method)


def default_specs(weights_dir: Path) -> list[ModelSpec]:
    """The models that `preprocess-all` runs by default, each once, in the release in use."""
    trained = registry.trained_pairs(config.CONV_MODELS, config.DATASETS)
    paired = zip(config.TRANF_MODELS, config.MODEL_SIZES, strict=True)
    specs = dict.fromkeys([*trained, *(registry.get(model, variant) for model, variant in paired)])
    return [choose_release(spec, weights_dir, config.model_weights()) for spec in specs]


def models_in_use(weights_dir: Path) -> list[ModelSpec]:
    """Every pair of the registry, in the release in use."""
    return [choose_release(spec, weights_dir, config.model_weights()) for spec in registry.MODELS]


def joining_specs(extracted: "dict[Pair, int]", weights_dir: Path) -> list[ModelSpec]:
    """The models that have analyzed tracks of the library, so that a new track joins every map there is; in
    an empty library those of the settings. In both cases the ones that can run here.
    """
    used = [spec for spec in models_in_use(weights_dir) if extracted.get((spec.name, spec.variant))]
    overrides = config.model_weights()
    return [spec for spec in used or default_specs(weights_dir) if is_runnable(spec, weights_dir, overrides)]


@contextmanager
def named(*settings: str) -> Iterator[None]:
    """Says which settings an UnknownChoiceError comes from."""
    try:
        yield
    except UnknownChoiceError as error:
        variables = " and ".join(f"MELODEX_{name}" for name in settings)
        raise ConfigError(f"Senseless value in {variables}: {error}") from error
