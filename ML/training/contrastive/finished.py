"""Runs that came to their end, as their files tell; no network is needed to read them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ML.errors import WeightsError
from ML.evaluation.checkpoints import read_evaluation, read_json
from ML.evaluation.intervals import Interval
from ML.weights.store import BEST_MODEL


@dataclass(frozen=True)
class FinishedRun:
    """settings: training_config.json.  dataset: dataset_info.json.

    tested: {system: {metric: interval}}, and chance {metric: level}, of evaluation.json.
    best_epoch: the one that was judged, from 1 on.
    """

    folder: Path
    settings: dict[str, Any]
    dataset: dict[str, Any]
    tested: dict[str, dict[str, Interval]]
    chance: dict[str, float]
    best_epoch: int
    ended_at: datetime


def finished_runs(checkpoint_dir: Path) -> list[FinishedRun]:
    """The newest first, without those that are unfinished or damaged: compare_models.py names them."""
    folders = checkpoint_dir.iterdir() if checkpoint_dir.is_dir() else ()
    runs = [read_run(folder) for folder in folders if not folder.is_symlink()]
    return sorted((run for run in runs if run), key=lambda run: run.ended_at, reverse=True)


def read_run(folder: Path) -> FinishedRun | None:
    path = folder / "evaluation.json"
    if not (path.is_file() and (folder / BEST_MODEL).is_file()):
        return None
    try:
        return FinishedRun(
            folder,
            read_json(folder / "training_config.json"),
            read_json(folder / "dataset_info.json"),
            **read_evaluation(path),
            best_epoch=int(read_json(path)["best_epoch"]) + 1,
            ended_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        )
    except (WeightsError, KeyError, TypeError, ValueError):
        return None
