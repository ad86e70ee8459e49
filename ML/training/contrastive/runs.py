"""A contrastive run on disk: `whisper_contrastive_YYYYmmdd_HHMMSS`, and its logs under the same name."""

import json
import re
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from ML.errors import WeightsError, WeightsMissingError
from ML.training.contrastive.music import GenreTrack
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.runs import make_folder, point_latest, save_json, save_tensors
from ML.weights.store import BEST_MODEL

CONFIG_NAME = "training_config.json"
PREFIX, STAMP = "whisper_contrastive_", "%Y%m%d_%H%M%S"
N_KEPT = 2  # checkpoints beside the best: the newest, and one more should that be damaged


class ContrastiveRun:
    """Files of one run; every one of them appears whole or not at all."""

    def __init__(self, folder: Path, log_folder: Path):
        self.folder, self.log_folder = folder, log_folder
        self.best_path = folder / BEST_MODEL
        self.config_path = folder / CONFIG_NAME
        self.tracks_path = folder / "tracks.json"
        self.dataset_path = folder / "dataset_info.json"
        self.evaluation_path = folder / "evaluation.json"

    @classmethod
    def create(
        cls,
        checkpoint_dir: Path,
        log_dir: Path,
        settings: ContrastiveSettings,
        tracks: list[GenreTrack],
        name: str = "",
    ) -> "ContrastiveRun":
        """name: of a folder of its own, where a kill may have left the beginnings of this very run; empty:
        after the present second.
        """
        if name:
            folder = checkpoint_dir / name
            folder.mkdir(parents=True, exist_ok=True)
        else:
            folder = make_folder(checkpoint_dir, f"{PREFIX}{datetime.now():{STAMP}}")
        run = cls(folder, log_dir / folder.name)
        save_json(run.tracks_path, [{**asdict(track), "path": str(track.path)} for track in tracks])
        save_json(run.config_path, {**asdict(settings), "log_folder": str(run.log_folder.absolute())})
        return run

    @classmethod
    def open(cls, path: Path) -> tuple["ContrastiveRun", Path | None]:
        """path: a run's folder, `latest`, or one of its checkpoints. Returns the run and where to go on.

        Raises WeightsMissingError where there is no run.
        """
        folder = (path.parent if path.is_file() else path).resolve()
        config = folder / CONFIG_NAME
        if not (path.exists() and config.is_file() and (folder / "tracks.json").is_file()):
            raise WeightsMissingError(f"{path} is no run of ML/train_contrastive.py: nothing to resume.")
        run = cls(folder, Path(json.loads(config.read_text())["log_folder"]))
        return run, path if path.is_file() else next(reversed(run.checkpoints()), None)

    @classmethod
    def has_begun(cls, folder: Path) -> bool:
        """Whether there is a run to go on with: what it begins with is written last."""
        return (folder / CONFIG_NAME).is_file()

    def load_settings(self) -> ContrastiveSettings:
        """Raises WeightsError for a configuration of another version."""
        values = json.loads(self.config_path.read_text())
        try:
            return ContrastiveSettings(
                **{each.name: values[each.name] for each in fields(ContrastiveSettings)}
            )
        except KeyError as error:
            raise WeightsError(
                f"{self.config_path} lacks {error}: only runs of this version resume."
            ) from error

    def load_tracks(self) -> list[GenreTrack]:
        rows = json.loads(self.tracks_path.read_text())
        return [
            GenreTrack(**{**row, "path": Path(row["path"]), "genres": tuple(row["genres"])}) for row in rows
        ]

    def checkpoints(self) -> list[Path]:
        """checkpoint_epoch_N.pth, the newest last."""
        return sorted(filter(epochs_of, self.folder.iterdir()), key=epochs_of)

    def forget_after(self, n_epochs: int) -> None:
        """Drop checkpoints of later epochs: the run goes on from an earlier one, and makes them again."""
        for path in self.checkpoints():
            if epochs_of(path) > n_epochs:
                path.unlink(missing_ok=True)

    def save_epoch(self, state: dict[str, Any], is_best: bool) -> None:
        """The best first: a run killed between the two repeats the epoch and writes the same again.

        N in a checkpoint's name counts epochs from 1, its key `epoch` from 0.
        """
        if is_best:
            save_tensors(self.best_path, state)
            point_latest(self.folder)
        save_tensors(self.folder / f"checkpoint_epoch_{state['epoch'] + 1}.pth", state)
        for old in self.checkpoints()[:-N_KEPT]:
            old.unlink(missing_ok=True)


def epochs_of(path: Path) -> int:
    """N of checkpoint_epoch_N.pth, 0 for any other file."""
    match = re.fullmatch(r"checkpoint_epoch_(\d+)\.pth", path.name)
    return int(match[1]) if match else 0
