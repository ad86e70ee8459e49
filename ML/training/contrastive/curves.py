"""TensorBoard: scalars of every batch and epoch, and at the end every track in the projector."""

from pathlib import Path

import numpy as np

from ML.training.contrastive.music import GenreTrack
from ML.training.contrastive.trainer import Epoch

MOST_POINTS = 10_000  # what the projector draws well


class Curves:
    """A context: `with Curves(folder) as curves: curves.write(epoch)`."""

    def __init__(self, folder: Path):
        from torch.utils.tensorboard import SummaryWriter

        self.writer = SummaryWriter(str(folder))

    def __enter__(self) -> "Curves":
        return self

    def __exit__(self, *error: object) -> None:
        self.writer.close()

    def write(self, epoch: Epoch) -> None:
        """Before the epoch's checkpoint: a run killed in between writes the same points again."""
        n_batches = len(epoch.batch_losses)
        for index, loss in enumerate(epoch.batch_losses):
            self.writer.add_scalar("Train/BatchLoss", loss, epoch.number * n_batches + index)
        values = {
            "Train/EpochLoss": epoch.train_loss, "Val/EpochLoss": epoch.val_loss,
            "Val/KnnAccuracy": epoch.val_knn_accuracy, "Train/LearningRate": epoch.learning_rate,
        }  # fmt: skip
        for name, value in values.items():
            self.writer.add_scalar(name, value, epoch.number)
        self.writer.flush()

    def show_tracks(self, tracks: list[GenreTrack], embeddings: np.ndarray, number: int) -> None:
        """Every track as a point with its name, genres, artist and split; of very many, evenly some."""
        step = -(-len(tracks) // MOST_POINTS)
        rows = [
            [track.path.name, ", ".join(track.genres), track.artist or "-", track.split]
            for track in tracks[::step]
        ]
        self.writer.add_embedding(
            embeddings[::step], rows, metadata_header=["track", "genres", "artist", "split"],
            global_step=number, tag="tracks",
        )  # fmt: skip
