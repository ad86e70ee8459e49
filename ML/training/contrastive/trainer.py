"""The loop: epochs over windows drawn at random, the best by validation loss."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, optim

from ML.errors import WeightsError
from ML.evaluation.ranking import rank_neighbors
from ML.models.whisper_contrastive import HEAD_PREFIX, ContrastiveHead
from ML.training.contrastive.batches import FeatureSet, balanced_batches, shuffled_batches
from ML.training.contrastive.evaluation import K_VOTE, vote_is_right
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.contrastive.team import Team
from ML.training.losses import anchor_losses, share_a_class, supervised_contrastive_loss

LARGEST_CORPUS = 2000  # training tracks that validation compares with
CHUNK_WINDOWS = 4096
MAX_GRADIENT_NORM = 1.0

SCHEDULERS: dict[str, Callable[[optim.Optimizer, ContrastiveSettings], Any]] = {
    "plateau": lambda optimizer, _: optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=5),
    "cosine": lambda optimizer, settings: optim.lr_scheduler.CosineAnnealingLR(
        optimizer, settings.num_epochs
    ),
    "step": lambda optimizer, settings: optim.lr_scheduler.StepLR(
        optimizer, max(1, settings.num_epochs // 3), gamma=0.1
    ),
    "none": lambda optimizer, settings: None,
}


@dataclass
class Progress:
    """What a checkpoint holds beside the tensors: a loss an epoch."""

    train_losses: list[float] = field(default_factory=list)
    val_losses: list[float] = field(default_factory=list)

    @property
    def n_epochs(self) -> int:
        return len(self.val_losses)

    @property
    def best_epoch(self) -> int:
        return int(np.argmin(self.val_losses))

    @property
    def is_best(self) -> bool:
        return self.best_epoch == self.n_epochs - 1

    def is_over(self, settings: ContrastiveSettings) -> bool:
        """The last epoch, or none better for long: told from the losses, so a resumed run waits no longer."""
        if self.n_epochs >= settings.num_epochs:
            return True
        n_waited = self.n_epochs - 1 - self.best_epoch if self.n_epochs else 0
        return 0 < settings.early_stopping <= n_waited


@dataclass(frozen=True)
class Epoch:
    """One epoch as curves and people see it; number counts from 0."""

    number: int
    batch_losses: list[float]
    train_loss: float
    val_loss: float
    val_knn_accuracy: float
    learning_rate: float


class HeadTrainer:
    """The head in training, on its device; the frozen half is in the features."""

    def __init__(
        self,
        settings: ContrastiveSettings,
        training: FeatureSet,
        corpus: FeatureSet,
        validation: FeatureSet,
        team: Team,
    ):
        """training: in windows to learn from.  corpus: the same tracks, to compare validation tracks with."""
        torch.manual_seed(settings.seed)
        self.settings, self.training, self.validation = settings, training, validation
        self.corpus = corpus.every(math.ceil(len(corpus) / LARGEST_CORPUS))
        self.team, self.device = team, team.device
        self.width = training.windows.shape[1]
        self.head = ContrastiveHead(self.width, settings.projection_dim)
        self.optimizer = optim.AdamW(
            self.head.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.scheduler = SCHEDULERS[settings.scheduler](self.optimizer, settings)
        self.network, self.stepper = team.accelerator.prepare(self.head, self.optimizer)

    @property
    def scaler(self) -> torch.amp.GradScaler | None:
        """Of gradients in float16; None in other precisions."""
        return self.team.accelerator.scaler

    def run_epoch(self, progress: Progress, on_batch: Callable[[float], None]) -> Epoch:
        """Learn, judge, step the scheduler; adds the epoch's losses to progress."""
        number, rate = progress.n_epochs, self.optimizer.param_groups[0]["lr"]
        losses = self.train_epoch(number, on_batch)
        val_loss, val_accuracy = self.validate()
        if self.settings.scheduler == "plateau":
            self.scheduler.step(val_loss)
        elif self.scheduler is not None:
            self.scheduler.step()
        progress.train_losses.append(float(np.mean(losses)) if losses else 0.0)
        progress.val_losses.append(val_loss)
        return Epoch(number, losses, progress.train_losses[-1], val_loss, val_accuracy, rate)

    def train_epoch(self, number: int, on_batch: Callable[[float], None]) -> list[float]:
        """Everything random is decided by (seed, epoch): a resumed run draws the same.

        Returns the loss of every batch in which two tracks share a genre; others teach nothing.
        """
        rng = np.random.default_rng([self.settings.seed, number])
        self.head.train()
        losses = []
        for chosen in self.make_batches(rng):
            windows = torch.from_numpy(self.training.draw_windows(chosen, rng))
            labels = torch.from_numpy(self.training.labels[chosen])
            if not (labels.sum(dim=0) > 1).any():
                continue
            losses.append(self.step(windows.to(self.device), labels.to(self.device)))
            on_batch(losses[-1])
        return losses

    def make_batches(self, rng: np.random.Generator) -> list[np.ndarray]:
        size = self.settings.batch_size
        if self.settings.balanced_sampling:
            return balanced_batches(self.training.labels, size, rng)
        return shuffled_batches(len(self.training), size, rng)

    def step(self, windows: Tensor, labels: Tensor) -> float:
        accelerator, n = self.team.accelerator, len(windows)
        embeddings = self.team.join_rows(self.network(windows[self.team.own_rows(n)]).float(), n)
        loss = supervised_contrastive_loss(embeddings, labels, self.settings.temperature)
        self.stepper.zero_grad()
        accelerator.backward(loss * self.team.size)  # DDP takes the mean of what is a sum
        accelerator.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT_NORM)
        self.stepper.step()
        return loss.item()

    def validate(self) -> tuple[float, float]:
        """(loss, kNN accuracy) of the validation tracks among training tracks, whole tracks as extracted.

        A validation set may hold each genre once and have no pairs of its own. The loss is that of a batch:
        the softmax's sum over the corpus is scaled to the size of a batch, so the curves compare.
        """
        queries, corpus = self.embed(self.validation), self.embed(self.corpus)
        positives = share_a_class(
            torch.from_numpy(self.validation.labels), torch.from_numpy(self.corpus.labels)
        )
        similarities = torch.from_numpy(queries @ corpus.T) / self.settings.temperature
        losses = anchor_losses(similarities, positives, torch.ones_like(positives))
        scale = math.log((self.settings.batch_size - 1) / len(corpus))
        neighbors = rank_neighbors(queries, corpus, K_VOTE)
        is_right = vote_is_right(neighbors, self.validation.tracks, self.corpus.tracks)
        return losses.mean().item() + scale, float(is_right.mean())

    @torch.inference_mode()
    def embed(self, features: FeatureSet) -> np.ndarray:
        """Embeddings of whole tracks, as extraction makes them: float32 [n_tracks, projection_dim]."""
        self.head.eval()
        chunks = torch.from_numpy(features.windows).split(CHUNK_WINDOWS)
        vectors = torch.cat([self.head(chunk.to(self.device)).float().cpu() for chunk in chunks])
        return features.pool(vectors.numpy())

    def state(self, progress: Progress) -> dict[str, Any]:
        """A checkpoint, as documented; the frozen half is not in it."""
        head = self.head.state_dict().items()
        return {
            "epoch": progress.n_epochs - 1,
            "model_state_dict": {f"{HEAD_PREFIX}{name}": tensor.detach().cpu() for name, tensor in head},
            "optimizer_state_dict": self.optimizer.state_dict(),
            "scheduler_state_dict": self.scheduler.state_dict() if self.scheduler else None,
            "scaler_state_dict": self.scaler.state_dict() if self.scaler else {},
            "best_val_loss": min(progress.val_losses),
            "train_losses": progress.train_losses,
            "val_losses": progress.val_losses,
            "model_config": {
                "model_name": self.settings.model_name,
                "projection_dim": self.settings.projection_dim,
                "n_audio_state": self.width,
            },
        }

    def restore(self, state: dict[str, Any]) -> Progress:
        """Raises WeightsError for a checkpoint of another program or of other settings."""
        try:
            self.load_head(state)
            self.optimizer.load_state_dict(state["optimizer_state_dict"])
            if self.scheduler and state["scheduler_state_dict"]:
                self.scheduler.load_state_dict(state["scheduler_state_dict"])
            if self.scaler and state["scaler_state_dict"]:
                self.scaler.load_state_dict(state["scaler_state_dict"])
        except (KeyError, ValueError, RuntimeError) as error:
            raise WeightsError(f"The checkpoint is not of this run: {error}") from error
        return Progress(list(state["train_losses"]), list(state["val_losses"]))

    def load_head(self, state: dict[str, Any]) -> None:
        tensors = state["model_state_dict"].items()
        self.head.load_state_dict({name.removeprefix(HEAD_PREFIX): tensor for name, tensor in tensors})


def run_epochs(
    trainer: HeadTrainer, progress: Progress, on_batch: Callable[[float], None]
) -> Iterator[Epoch]:
    """Train until the last epoch or until no better one comes; yields after every epoch."""
    while not progress.is_over(trainer.settings):
        yield trainer.run_epoch(progress, on_batch)
