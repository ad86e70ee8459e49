"""A training run on disk: `training_outputs/YYYY-MM-DD_HH-MM-SS/` and `training_outputs/latest`."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ML.errors import LibraryError, WeightsError, WeightsMissingError
from ML.mfcc_params import PARAMS_NAME
from ML.training.datasets import LabelledTrack
from ML.training.settings import TrainSettings

LATEST = "latest"
WEIGHTS_NAME = "model_weights.pth"


class TrainingRun:
    """Files of one run; every one of them appears whole or not at all."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.params_path = folder / PARAMS_NAME
        self.weights_path = folder / WEIGHTS_NAME
        self.splits_path = folder / "splits.json"
        self.history_path = folder / "history.json"
        self.last_path = folder / "checkpoints" / "last.pth"
        self.best_path = folder / "checkpoints" / "best.pth"
        self.tensorboard_path = folder / "tensorboard"

    @classmethod
    def create(cls, outputs: Path) -> "TrainingRun":
        """A folder named after the present second, or the next free one."""
        folder = make_folder(outputs, datetime.now().strftime("%Y-%m-%d_%H-%M-%S"))
        (folder / "checkpoints").mkdir()
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> "TrainingRun":
        """Raises WeightsMissingError for a folder without a checkpoint to go on from."""
        run = cls(folder.resolve())
        if not (run.params_path.is_file() and run.splits_path.is_file()):
            raise WeightsMissingError(f"{folder} is no run of train.py: nothing to resume.")
        return run

    def save_params(self, settings: TrainSettings, values: dict[str, Any]) -> None:
        save_json(self.params_path, {**asdict(settings), **values})

    def load_settings(self) -> TrainSettings:
        """Raises WeightsError for a params.json of another program."""
        values = json.loads(self.params_path.read_text())
        try:
            return TrainSettings(**{name: values[name] for name in TrainSettings.__annotations__})
        except KeyError as error:
            raise WeightsError(
                f"{self.params_path} lacks {error}: only runs of this program resume."
            ) from error

    def save_splits(self, tracks: list[LabelledTrack]) -> None:
        save_json(self.splits_path, [{**asdict(track), "path": str(track.path)} for track in tracks])

    def load_splits(self) -> list[LabelledTrack]:
        rows = json.loads(self.splits_path.read_text())
        return [LabelledTrack(**{**row, "path": Path(row["path"])}) for row in rows]


def make_folder(parent: Path, name: str) -> Path:
    """parent/name, or the next free one: name-2, name-3 …"""
    for free in (name, *(f"{name}-{number}" for number in range(2, 100))):
        try:
            (parent / free).mkdir(parents=True)
        except FileExistsError:
            continue
        return parent / free
    raise LibraryError(f"{parent} holds a hundred runs of this second: try again.")


def point_latest(folder: Path) -> None:
    """Point `latest`, beside a run's folder, at it, at once; where links are not allowed, nothing points."""
    link = folder.parent / LATEST
    part = link.with_name(f".{LATEST}.{os.getpid()}")
    try:
        part.symlink_to(folder.name, target_is_directory=True)
    except OSError:
        return
    part.replace(link)


def save_tensors(path: Path, state: dict[str, Any]) -> None:
    import torch

    save_whole(path, lambda part: torch.save(state, part))


def save_json(path: Path, value: Any) -> None:
    save_whole(path, lambda part: part.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n"))


def save_whole(path: Path, write: Callable[[Path], Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    write(part)
    part.replace(path)
