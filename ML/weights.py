"""Weights on disk: where they lie, whether they are there, and the only `torch.load` of the project."""

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from ML.errors import WeightsError, WeightsMissingError
from ML.spec import ModelSpec

if TYPE_CHECKING:
    from torch import Tensor, nn


def weights_path(spec: ModelSpec, weights_dir: Path, overrides: dict[str, dict[str, Path]]) -> Path | None:
    """Where the weights of a model belong, or None for a model without weights.

    overrides: {model: {variant: path}}, `config.MODEL_WEIGHTS`; it wins over the layout of weights_dir.
    """
    if spec.weights is None:
        return None
    return overrides.get(spec.name, {}).get(spec.variant) or weights_dir / spec.weights.path


def find_weights(spec: ModelSpec, weights_dir: Path, overrides: dict[str, dict[str, Path]]) -> Path | None:
    """Path of weights that are there, None for a model that needs none.

    Raises WeightsMissingError saying what to get and where to put it.
    """
    path = weights_path(spec, weights_dir, overrides)
    if path is not None and not path.exists():
        raise WeightsMissingError(missing_message(spec, path))
    return path


def is_runnable(spec: ModelSpec, weights_dir: Path, overrides: dict[str, dict[str, Path]]) -> bool:
    path = weights_path(spec, weights_dir, overrides)
    return path is None or path.exists()


def missing_message(spec: ModelSpec, path: Path) -> str:
    assert spec.weights is not None
    size = f" ({spec.weights.n_bytes / 1e6:.1f} MB)" if spec.weights.n_bytes else ""
    urls = " and ".join(file.url for file in spec.weights.files)
    place = f"at {path}" if len(spec.weights.files) == 1 else f"into {path}/"
    return f"{spec.key} has no weights: get {urls}{size} and put it {place}."


def load_state_dict(path: Path) -> "dict[str, Tensor]":
    """Tensors of a checkpoint on the CPU, never running code from it. Raises WeightsError."""
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, OSError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise WeightsError(
            f"Cannot load weights {path}: {reason}. Delete the file and get it again."
        ) from error
    if not isinstance(state, dict):
        raise WeightsError(
            f"Cannot load weights {path}: it holds a {type(state).__name__}, not a state dict."
        )
    return state


def load_strictly(network: "nn.Module", state: "dict[str, Tensor]", source: Path) -> None:
    """Load every tensor; a missing, surplus or misshapen one is a WeightsError."""
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise WeightsError(f"{source} does not fit {type(network).__name__}: {error}") from error
