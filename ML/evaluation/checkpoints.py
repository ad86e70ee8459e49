"""Trained runs as they lie on disk: configuration, size, losses, test metrics."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ML.errors import WeightsError, WeightsMissingError
from ML.evaluation.intervals import Interval
from ML.weights.store import load_file

if TYPE_CHECKING:
    from torch import Tensor

BEST_NAME = "best_model.pth"
EPOCH_NAME = re.compile(r"checkpoint_epoch_(\d+)\.pth")
HEAD_PREFIX = "projection_head."
IMPROVEMENT_SHARE = 0.95
# What a configuration says of this machine and not of the training.
NO_SETTING = {"log_folder", "checkpoint_dir", "log_dir", "data_root", "audio_dir", "splits_dir", "csv"}
JUDGED, RAW, GAIN = "trained_head", "raw_whisper", "head_minus_raw"  # systems in evaluation.json


@dataclass(frozen=True)
class TrainedRun:
    """One run of ML/train_contrastive.py, ours or the original's.

    settings: training_config.json and the checkpoint's model_config.
    n_parameters: of the whole checkpoint, with the frozen encoder where that is in it.
    n_head_parameters: of what was trained.  n_bytes: of the file.  train_losses, val_losses: one an epoch.
    tested: {system: {metric: interval}} of evaluation.json, empty before it.  chance: {metric: level}.
    """

    folder: Path
    settings: dict[str, Any]
    dataset: dict[str, Any]
    n_parameters: int
    n_head_parameters: int
    n_bytes: int
    best_loss: float
    best_epoch: int
    train_losses: list[float]
    val_losses: list[float]
    tested: dict[str, dict[str, Interval]]
    chance: dict[str, float]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def n_epochs(self) -> int:
        return len(self.val_losses)

    @property
    def epochs_to_converge(self) -> int | None:
        """Epochs until IMPROVEMENT_SHARE of the way from the first validation loss to the best was gone."""
        finite = [loss for loss in self.val_losses if math.isfinite(loss)]
        if not finite:
            return None
        goal = finite[0] - IMPROVEMENT_SHARE * (finite[0] - min(finite))
        return next(epoch for epoch, loss in enumerate(self.val_losses, start=1) if loss <= goal)

    def metric(self, name: str, system: str = JUDGED) -> Interval | None:
        return self.tested.get(system, {}).get(name)


def find_runs(places: Iterable[Path]) -> list[Path]:
    """Folders of runs: the places themselves, or the folders in a place that is none; links count once."""
    found = []
    for place in places:
        children = sorted(child for child in place.iterdir() if child.is_dir()) if place.is_dir() else []
        found += children if children and not (place / BEST_NAME).is_file() else [place]
    return sorted({folder.resolve(): folder for folder in found})


def load_run(folder: Path) -> TrainedRun:
    """Raises WeightsMissingError for a folder without a run, WeightsError for one that is damaged."""
    path = folder / BEST_NAME
    if not path.is_file():
        raise WeightsMissingError(f"{folder} holds no {BEST_NAME}: it is no run of ML/train_contrastive.py.")
    best = load_file(path)
    newest = newest_checkpoint(folder)
    history = load_file(newest) if newest else best
    try:
        state, losses = best["model_state_dict"], longest([history, best])
        return TrainedRun(
            folder=folder,
            settings=settings_of(
                {**best.get("model_config", {}), **read_json(folder / "training_config.json")}
            ),
            dataset=read_json(folder / "dataset_info.json"),
            n_parameters=count(state),
            n_head_parameters=count({name: state[name] for name in state if name.startswith(HEAD_PREFIX)}),
            n_bytes=path.stat().st_size,
            best_loss=float(best["best_val_loss"]),
            best_epoch=int(best["epoch"]) + 1,
            train_losses=[float(loss) for loss in losses["train_losses"]],
            val_losses=[float(loss) for loss in losses["val_losses"]],
            **read_evaluation(folder / "evaluation.json"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(f"{folder} is no complete run: {error!r} in its files.") from error


def newest_checkpoint(folder: Path) -> Path | None:
    """checkpoint_epoch_N.pth of the last epoch: the best model's own history ends at its epoch."""
    numbered = [
        (int(match[1]), path) for path in folder.iterdir() if (match := EPOCH_NAME.fullmatch(path.name))
    ]
    return max(numbered)[1] if numbered else None


def longest(checkpoints: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return max(checkpoints, key=lambda checkpoint: len(checkpoint["val_losses"]))


def count(state: "Mapping[str, Tensor]") -> int:
    return sum(tensor.numel() for tensor in state.values())


def settings_of(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in NO_SETTING}


def read_json(path: Path) -> dict[str, Any]:
    """Empty for a file that is not there. Raises WeightsError for one that is damaged."""
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} is damaged: {error}.") from error
    if not isinstance(values, dict):
        raise WeightsError(f"{path} is damaged: it must hold names and values.")
    return values


def read_evaluation(path: Path) -> dict[str, Any]:
    """`tested` and `chance` of a run; both empty before it was evaluated. Raises KeyError for other names."""
    values = read_json(path)
    if values and JUDGED not in values["systems"]:
        raise KeyError(JUDGED)
    tested = {
        system: {name: interval_of(facts) for name, facts in metrics.items() if facts["n"]}
        for system, metrics in values.get("systems", {}).items()
    }
    chance = {name: level for name, level in values.get("chance", {}).items() if level is not None}
    return {"tested": tested, "chance": chance}


def interval_of(facts: dict[str, Any]) -> Interval:
    low, high = facts["interval_95"]
    return Interval(facts["mean"], low, high, facts["n"])
