"""`train.py` without its command line: from a folder of music to a run with weights and reports."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ML.errors import LibraryError
from ML.mfcc import SAMPLE_RATE
from ML.training.augmentation import NONE, Augmentation
from ML.training.baselines import acoustic_vectors, logistic_regression, majority
from ML.training.datasets import SPLITS, LabelledTrack, read_labelled_music
from ML.training.mfcc_batches import BatchMaker, Scale, measure_scale
from ML.training.mfcc_cache import MfccCache, default_mfcc_dir
from ML.training.reporter import Reporter
from ML.training.reports import Share, write_reports
from ML.training.runs import TrainingRun, save_json
from ML.training.settings import TrainSettings
from ML.training.splits import shared_artists, split_tracks
from ML.training.trainer import Epoch, Trainer, Verdict, run_epochs
from ML.weights.store import load_file

log = logging.getLogger(__name__)


def start_run(settings: TrainSettings, outputs: Path, reporter: Reporter) -> TrainingRun:
    """Read, hear and split the music; everything a run needs, on disk before the first epoch.

    Raises LibraryError for music that cannot be trained on.
    """
    music = read_labelled_music(Path(settings.data_dir))
    for reason, n in music.left_out.items():
        reporter.say(f"Left out: {n} × {reason}.")
    heard, reasons = hear(settings, music.tracks, reporter)
    tracks = split_tracks(heard, settings.seed)
    reporter.say(describe(music.kind, tracks))
    run = TrainingRun.create(outputs)
    run.save_splits(tracks)
    scale = measure_scale(of_split(tracks, "training"), cache_of(settings))
    left_out = {**music.left_out, "cannot be decoded": len(reasons)}
    classes = sorted({track.genre for track in tracks})
    run.save_params(
        settings,
        {
            "num_classes": len(classes), "class_names": classes, "sample_rate": SAMPLE_RATE,
            "left_out": left_out, "unreadable": reasons, **scale.as_params(),
        },
    )  # fmt: skip
    return run


def hear(
    settings: TrainSettings, tracks: list[LabelledTrack], reporter: Reporter
) -> tuple[list[LabelledTrack], dict[str, str]]:
    """(tracks with MFCCs, why the others have none by path): never a zero in place of a song."""
    cache = cache_of(settings)
    results = cache.fill([track.path for track in tracks], settings.num_workers)
    reasons = {
        str(path): reason
        for path, reason in reporter.bar(results, len(tracks), "MFCCs")
        if reason is not None
    }
    for reason in reasons.values():
        reporter.say(f"Left out: {reason}")
    heard = [track for track in tracks if str(track.path) not in reasons]
    if len({track.genre for track in heard}) < 2:
        raise LibraryError(f"{len(heard)} of {len(tracks)} tracks can be decoded: too few for two genres.")
    return heard, reasons


def cache_of(settings: TrainSettings) -> MfccCache:
    data_dir = Path(settings.data_dir)
    folder = Path(settings.mfcc_dir) if settings.mfcc_dir else default_mfcc_dir(data_dir)
    return MfccCache(folder, data_dir, settings.hop_length, settings.n_mfcc)


def of_split(tracks: list[LabelledTrack], split: str) -> list[LabelledTrack]:
    return [track for track in tracks if track.split == split]


def describe(kind: str, tracks: list[LabelledTrack]) -> str:
    counts = Counter(track.split for track in tracks)
    sizes = ", ".join(f"{counts[split]} {split}" for split in SPLITS)
    shared = shared_artists(tracks)
    known = sum(track.artist is not None for track in tracks)
    artists = f"artists known of {known}, {shared} in more than one split" if known else "artists unknown"
    return (
        f"{len(tracks)} tracks ({kind}): {sizes}; {len({track.genre for track in tracks})} genres; {artists}."
    )


def train(run: TrainingRun, settings: TrainSettings, reporter: Reporter, baselines: bool = False) -> Verdict:
    """Train on from where the run stands, judge the test tracks by the best epoch, write reports."""
    tracks = run.load_splits()
    trainer = Trainer(settings, make_batches(run, settings, tracks), of_split(tracks, "training"))
    with ScalarWriter(run) as write:
        for progress in run_epochs(trainer, run, of_split(tracks, "validation"), reporter.on_batch):
            epoch = progress.history[-1]
            write(epoch)
            reporter.say(line_of(epoch, settings, progress.best))
    best = load_file(run.best_path)
    trainer.network.load_state_dict(best["model_state_dict"])
    test = of_split(tracks, "test")
    verdict = trainer.judge(test)
    lines = compare(of_split(tracks, "training"), test) if baselines else []
    classes = list(trainer.batches.classes)
    write_reports(run, verdict, classes, [f"best epoch: {best['epoch'] + 1}", *lines])
    save_results(run, verdict, best["epoch"])
    return verdict


def make_batches(run: TrainingRun, settings: TrainSettings, tracks: list[LabelledTrack]) -> BatchMaker:
    import json

    import torch

    params = json.loads(run.params_path.read_text())
    mean, std = (torch.tensor(params[name])[:, None] for name in ("mfcc_mean", "mfcc_std"))
    augmentation = replace(Augmentation(), mixup=settings.mixup) if settings.augmentation else NONE
    return BatchMaker(
        cache_of(settings), tuple(params["class_names"]), settings.fixed_mfcc_length, Scale(mean, std),
        augmentation, settings.padding == "repeat",
    )  # fmt: skip


def line_of(epoch: Epoch, settings: TrainSettings, best: Epoch) -> str:
    star = " *" if best.number == epoch.number else ""
    return (
        f"epoch {epoch.number + 1}/{settings.num_epochs}: train loss {epoch.train_loss:.4f}, "
        f"validation loss {epoch.val_loss:.4f}, accuracy {epoch.val_accuracy:.3f}{star}"
    )


class ScalarWriter:
    """TensorBoard scalars of every epoch, under the names that the contrastive training uses too."""

    def __init__(self, run: TrainingRun):
        from torch.utils.tensorboard import SummaryWriter

        self.writer = SummaryWriter(str(run.tensorboard_path))

    def __enter__(self) -> Callable[[Epoch], None]:
        return self.write

    def write(self, epoch: Epoch) -> None:
        values: dict[str, Any] = {
            "Train/EpochLoss": epoch.train_loss, "Val/EpochLoss": epoch.val_loss,
            "Val/Accuracy": epoch.val_accuracy, "Train/LearningRate": epoch.learning_rate,
        }  # fmt: skip
        for name, value in values.items():
            self.writer.add_scalar(name, value, epoch.number)
        self.writer.flush()

    def __exit__(self, *error: object) -> None:
        self.writer.close()


def save_results(run: TrainingRun, verdict: Verdict, best_epoch: int) -> None:
    right = verdict.probabilities.argmax(axis=1) == verdict.labels
    share = Share(int(right.sum()), len(right))
    save_json(run.folder / "results.json", {"best_epoch": best_epoch, "test": share.as_json()})


def compare(training: list[LabelledTrack], test: list[LabelledTrack]) -> list[str]:
    """The baselines on the same tracks."""
    vectors = acoustic_vectors([*training, *test])
    answers = {
        "majority genre": majority(training, test),
        "logistic regression on acoustic features": logistic_regression(training, test, vectors),
    }
    return [f"{name}: {Share(int(right.sum()), len(right))}" for name, right in answers.items()]
