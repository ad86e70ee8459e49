"""`params.json` of a trained MFCC CNN: what it hears and what it calls it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ML.errors import WeightsError, WeightsMissingError

PARAMS_NAME = "params.json"
WEIGHTS_NAMES = ("model_weights.pth", "model.safetensors")  # of a run, of what is shipped
OLD_HOP_LENGTH = 512  # of a model whose params.json does not say: librosa's default
SHIPPED = "ML/pesos/mfcc_cnn/genres10"


@dataclass(frozen=True)
class MfccParams:
    """The defaults are those of the original program, whose params.json has no such keys.

    fixed_mfcc_length: frames.  padding: what follows a sound that is too short, "zeros" or "repeat".
    mfcc_mean, mfcc_std: [n_mfcc] of the training set, empty for raw coefficients.
    """

    class_names: tuple[str, ...]
    n_mfcc: int = 20
    fixed_mfcc_length: int = 640
    hop_length: int = OLD_HOP_LENGTH  # samples at 22 050 Hz
    padding: str = "zeros"
    mfcc_mean: tuple[float, ...] = ()
    mfcc_std: tuple[float, ...] = ()

    @property
    def repeats(self) -> bool:
        return self.padding == "repeat"


def find_run(path: Path) -> tuple[Path, Path]:
    """(weights, params.json) of a run directory or of a weights file.

    Raises WeightsMissingError for a path that is neither.
    """
    candidates = [path / name for name in WEIGHTS_NAMES] if path.is_dir() else [path]
    weights = next((each for each in candidates if each.is_file()), None)
    if weights is None:
        raise WeightsMissingError(
            f"No model at {path}: give a run of train.py with {WEIGHTS_NAMES[0]} in it, or {SHIPPED}."
        )
    params = weights.with_name(PARAMS_NAME)
    if not params.is_file():
        raise WeightsMissingError(f"{weights} has no {PARAMS_NAME} beside it, which names its classes.")
    return weights, params


def load_params(path: Path) -> MfccParams:
    """Raises WeightsError for a file that is no params.json."""
    try:
        values = json.loads(path.read_text())
        params = MfccParams(
            **{name: frozen(values[name]) for name in MfccParams.__annotations__ if name in values}
        )
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise WeightsError(f"Cannot read {path}: {error}.") from error
    if values.get("num_classes", len(params.class_names)) != len(params.class_names):
        raise WeightsError(
            f"{path} names {len(params.class_names)} classes and says {values['num_classes']}."
        )
    return params


def frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
