"""The head of WhisperContrastive, killed while it listens and while it learns: tiny data, random weights."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from ML.weights.store import load_file
from tests.conftest import REPOSITORY
from tests.jamendo import N_OF_SPLIT
from tests.reliability.workspace import Workspace

EPOCHS = 6
N_UNITS = 2 * sum(N_OF_SPLIT.values()) + EPOCHS  # tracks that are heard, epochs that are learnt
OPTIONS = ("--model-name", "tiny", "--num-workers", 0, "--batch-size", 4, "--early-stopping", 0)


def prepare(workspace: Workspace) -> None:
    """Its own cache, so that every round listens anew."""
    places = {
        "WEIGHTS_DIR": jamendo(workspace) / "weights",
        "FEATURE_CACHE_DIR": workspace.folder / "cache",
        "BATCH_SEGMENTS": 1,
        "DEVICE": "cpu",
    }
    workspace.variables = {f"MELODEX_{name}": str(value) for name, value in places.items()}


def jamendo(workspace: Workspace) -> Path:
    return workspace.shelf.parent / "jamendo"


def latest(workspace: Workspace) -> Path:
    return workspace.folder / "runs" / "latest"


def command(workspace: Workspace) -> list[str]:
    """Onwards from the newest checkpoint; before there is one from the beginning, with what was heard."""
    fresh = ("--data-root", jamendo(workspace), "--num-epochs", EPOCHS, *OPTIONS)
    chosen = ("--resume", "latest", "--num-workers", 0) if latest(workspace).exists() else fresh
    places = ("--checkpoint-dir", workspace.folder / "runs", "--log-dir", workspace.folder / "logs")
    program = REPOSITORY / "ML" / "train_contrastive.py"
    return [sys.executable, *map(str, (program, *places, "--no-progress", *chosen))]


def start(workspace: Workspace) -> subprocess.Popen:
    return workspace.start(command(workspace))


def finish(workspace: Workspace) -> None:
    workspace.finish(command(workspace))


def progress(workspace: Workspace) -> int:
    n_heard = sum(1 for _ in (workspace.folder / "cache").rglob("[!.]*.npy"))
    return n_heard + n_learnt(workspace)


def n_learnt(workspace: Workspace) -> int:
    names = (path.stem for path in latest(workspace).glob("checkpoint_epoch_*.pth"))
    return max((int(name.rpartition("_")[2]) for name in names), default=0)


def learnt(workspace: Workspace) -> Any:
    """Curves, weights, evaluation: all of it to the digit, as far as the processor gives it twice."""
    run = latest(workspace)
    names = sorted(path.name for path in run.iterdir())
    last = load_file(run / f"checkpoint_epoch_{EPOCHS}.pth")
    weights = [tensor.numpy() for _, tensor in sorted(last["model_state_dict"].items())]
    return names, last["train_losses"], last["val_losses"], weights, (run / "evaluation.json").read_text()


def check(workspace: Workspace) -> None:
    """What has a name is whole."""
    run = latest(workspace)
    for path in run.glob("*.pth") if run.exists() else ():
        assert len(load_file(path)["train_losses"]) <= EPOCHS
