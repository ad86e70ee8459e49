"""The loop: epochs over augmented crops, the best epoch by validation loss, a checkpoint after every one."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ML.models.mfcc_cnn import MfccCnn
from ML.training.datasets import LabelledTrack
from ML.training.mfcc_batches import BatchMaker
from ML.training.runs import TrainingRun, point_latest, save_json, save_tensors
from ML.training.settings import TrainSettings
from ML.weights.store import load_file

WARM_UP = 0.05  # of all steps
SMALLEST_PROBABILITY = 1e-7


@dataclass(frozen=True)
class Verdict:
    """probabilities: float64 [n_tracks, n_classes], the answer.  labels: int [n_tracks], the truth."""

    probabilities: np.ndarray
    labels: np.ndarray

    @property
    def loss(self) -> float:
        right = self.probabilities[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(right, SMALLEST_PROBABILITY)).mean())

    @property
    def accuracy(self) -> float:
        return float((self.probabilities.argmax(axis=1) == self.labels).mean())


@dataclass(frozen=True)
class Epoch:
    """One line of the history; number counts from 0."""

    number: int
    train_loss: float
    val_loss: float
    val_accuracy: float
    learning_rate: float


@dataclass
class Progress:
    """What a checkpoint holds beside the tensors."""

    history: list[Epoch] = field(default_factory=list)

    @property
    def best(self) -> Epoch:
        return min(self.history, key=lambda epoch: (epoch.val_loss, epoch.number))

    def is_over(self, settings: TrainSettings) -> bool:
        if not self.history:
            return False
        n_waited = self.history[-1].number - self.best.number
        return len(self.history) >= settings.num_epochs or bool(
            settings.patience and n_waited >= settings.patience
        )


class Trainer:
    """One network in training, on its device."""

    def __init__(self, settings: TrainSettings, batches: BatchMaker, training: list[LabelledTrack]):
        torch.manual_seed(settings.seed)
        self.settings, self.batches, self.training = settings, batches, training
        self.device = torch.device(settings.device)
        network = MfccCnn(len(batches.classes), settings.n_mfcc, settings.fixed_mfcc_length)
        # Twice as fast on a CPU; the types do not know the argument.
        self.network = network.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.mixes_precision = settings.mixed_precision and self.device.type == "cuda"
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.mixes_precision)
        self.class_weights = self.weigh_classes().to(self.device)

    def weigh_classes(self) -> Tensor:
        """Rare genres count more: n / (n_classes · n of the genre), 1 for all where they are balanced."""
        counts = self.batches.targets(self.training).sum(dim=0)
        if not self.settings.class_weights:
            return torch.ones_like(counts)
        return len(self.training) / (len(counts) * counts.clamp(min=1))

    @property
    def n_batches(self) -> int:
        return math.ceil(len(self.training) / self.settings.batch_size)

    def learning_rate_at(self, step: int) -> float:
        """A short rise, then half a cosine down to nothing."""
        n_steps = self.settings.num_epochs * self.n_batches
        n_warm = max(1, round(WARM_UP * n_steps))
        rise = min(1.0, (step + 1) / n_warm)
        fall = 0.5 * (1 + math.cos(math.pi * max(0, step - n_warm) / max(1, n_steps - n_warm)))
        return self.settings.learning_rate * rise * fall

    def train_epoch(self, number: int, on_batch: Callable[[float], None]) -> float:
        """Returns the mean loss of the epoch."""
        torch.manual_seed(self.settings.seed * 1_000_003 + number)  # dropout: the same after a resume
        self.network.train()
        losses, sizes = [], []
        batches = self.batches.training(self.training, self.settings.batch_size, self.settings.seed, number)
        for index, (mfcc, targets) in enumerate(batches):
            self.set_learning_rate(self.learning_rate_at(number * self.n_batches + index))
            losses.append(self.step(mfcc.to(self.device), targets.to(self.device)))
            sizes.append(len(mfcc))
            on_batch(losses[-1])
        return float(np.average(losses, weights=sizes))

    def set_learning_rate(self, rate: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def step(self, mfcc: Tensor, targets: Tensor) -> float:
        with torch.autocast(self.device.type, torch.float16, enabled=self.mixes_precision):
            logits = self.network(to_image(mfcc))[1]
            loss = functional.cross_entropy(
                logits, targets, self.class_weights, label_smoothing=self.settings.label_smoothing
            )
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return loss.item()

    def judge(self, tracks: list[LabelledTrack]) -> Verdict:
        return judge(self.network, self.batches, tracks, self.device)

    def state(self, progress: Progress) -> dict[str, Any]:
        return {
            "epoch": progress.history[-1].number,
            "model_state_dict": plain_state(self.network),
            "optimizer_state_dict": self.optimizer.state_dict(),
            "scaler_state_dict": self.scaler.state_dict(),
            "history": [asdict(epoch) for epoch in progress.history],
        }

    def restore(self, state: dict[str, Any]) -> Progress:
        self.network.load_state_dict(state["model_state_dict"])
        self.optimizer.load_state_dict(state["optimizer_state_dict"])
        self.scaler.load_state_dict(state["scaler_state_dict"])
        return Progress([Epoch(**epoch) for epoch in state["history"]])


def to_image(mfcc: Tensor) -> Tensor:
    return mfcc.unsqueeze(1).contiguous(memory_format=torch.channels_last)


def plain_state(network: nn.Module) -> dict[str, Tensor]:
    """On the CPU and in the usual memory order: readable by anything."""
    return {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}


@torch.inference_mode()
def judge(
    network: nn.Module, batches: BatchMaker, tracks: list[LabelledTrack], device: torch.device
) -> Verdict:
    """Mean probabilities over the windows of each track."""
    network.eval()
    rows = [
        network(to_image(batches.windows(track).to(device)))[1].softmax(dim=1).double().mean(dim=0).cpu()
        for track in tracks
    ]
    labels = [batches.classes.index(track.genre) for track in tracks]
    return Verdict(torch.stack(rows).numpy(), np.array(labels))


def run_epochs(
    trainer: Trainer, run: TrainingRun, validation: list[LabelledTrack], on_batch: Callable[[float], None]
) -> Iterator[Progress]:
    """Train until the last epoch or no better one comes; goes on from the run's last checkpoint.

    Yields after every epoch, its checkpoint on disk: a run that is killed loses the epoch in hand.
    """
    progress = trainer.restore(load_file(run.last_path)) if run.last_path.is_file() else Progress()
    while not progress.is_over(trainer.settings):
        number = len(progress.history)
        train_loss = trainer.train_epoch(number, on_batch)
        verdict = trainer.judge(validation)
        rate = trainer.optimizer.param_groups[0]["lr"]
        progress.history.append(Epoch(number, train_loss, verdict.loss, verdict.accuracy, rate))
        save_epoch(trainer, run, progress)
        yield progress


def save_epoch(trainer: Trainer, run: TrainingRun, progress: Progress) -> None:
    """The best first: a run killed between the two repeats the epoch and writes the same again."""
    state = trainer.state(progress)
    if progress.best.number == state["epoch"]:
        save_tensors(run.best_path, state)
        save_tensors(run.weights_path, state["model_state_dict"])
        point_latest(run.folder)
    save_tensors(run.last_path, state)
    save_json(run.history_path, state["history"])
