"""How often the MFCC CNN, the commonest genre and logistic regression on acoustic features name the genre.

    python -m benchmarks.genre_accuracy --data_dir DIR [--folds 7] [--epochs 100]

Cross-validation: every track is judged once, by classifiers that heard neither it nor its artist. No fold
chooses its best epoch: the network of the last one counts.
"""

import argparse
from pathlib import Path

import numpy as np

from ML.training.augmentation import Augmentation
from ML.training.baselines import acoustic_vectors, logistic_regression, majority
from ML.training.datasets import LabelledTrack, read_labelled_music
from ML.training.mfcc_batches import BatchMaker, measure_scale
from ML.training.mfcc_cache import MfccCache
from ML.training.reports import Share
from ML.training.settings import TrainSettings
from ML.training.splits import assign_folds
from ML.training.train_mfcc import cache_of
from ML.training.trainer import Trainer

NAMES = ("majority genre", "logistic regression on acoustic features", "MFCC CNN")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data_dir", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--batch_size", type=int, default=10)
    arguments = parser.parse_args()
    settings = TrainSettings(str(arguments.data_dir), arguments.epochs, arguments.batch_size)
    tracks, cache = hear(settings)
    vectors = acoustic_vectors(tracks)
    right: dict[str, list[np.ndarray]] = {name: [] for name in NAMES}
    folds = np.array(assign_folds(tracks, arguments.folds, settings.seed))
    for fold in range(arguments.folds):
        learnt = [track for track, place in zip(tracks, folds, strict=True) if place != fold]
        judged = [track for track, place in zip(tracks, folds, strict=True) if place == fold]
        right[NAMES[0]].append(majority(learnt, judged))
        right[NAMES[1]].append(logistic_regression(learnt, judged, vectors))
        right[NAMES[2]].append(network(settings, cache, learnt, judged))
        print(f"fold {fold + 1}: {[f'{right[name][-1].mean():.2f}' for name in NAMES]}", flush=True)
    show(tracks, folds, {name: np.concatenate(parts) for name, parts in right.items()})


def hear(settings: TrainSettings) -> tuple[list[LabelledTrack], MfccCache]:
    tracks, cache = read_labelled_music(Path(settings.data_dir)).tracks, cache_of(settings)
    failed = {path for path, reason in cache.fill([track.path for track in tracks], 2) if reason}
    return [track for track in tracks if track.path not in failed], cache


def network(
    settings: TrainSettings, cache: MfccCache, learnt: list[LabelledTrack], judged: list[LabelledTrack]
) -> np.ndarray:
    classes = tuple(sorted({track.genre for track in learnt}))
    scale = measure_scale(learnt, cache)
    batches = BatchMaker(cache, classes, settings.fixed_mfcc_length, scale, Augmentation(), repeats=True)
    trainer = Trainer(settings, batches, learnt)
    for epoch in range(settings.num_epochs):
        trainer.train_epoch(epoch, lambda loss: None)
    verdict = trainer.judge(judged)
    return verdict.probabilities.argmax(axis=1) == verdict.labels


def show(tracks: list[LabelledTrack], folds: np.ndarray, right: dict[str, np.ndarray]) -> None:
    genres = np.array([track.genre for track in tracks])[np.argsort(folds, kind="stable")]
    for name, answers in right.items():
        print(f"{name}: {Share(int(answers.sum()), len(answers))}")
        per_genre = {genre: answers[genres == genre] for genre in sorted(set(genres))}
        print("  " + ", ".join(f"{genre} {part.sum()}/{len(part)}" for genre, part in per_genre.items()))


if __name__ == "__main__":
    main()
