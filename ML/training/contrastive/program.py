"""`ML/train_contrastive.py` without its command line: from tables to a head, its curves, its evaluation."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ML.errors import LibraryError
from ML.training.contrastive.batches import FeatureSet
from ML.training.contrastive.curves import Curves
from ML.training.contrastive.evaluation import Evaluation, evaluate
from ML.training.contrastive.hearing import HeardMusic, Workplace, hear
from ML.training.contrastive.music import GenreMusic, GenreTrack, check_splits, describe, read_genre_music
from ML.training.contrastive.runs import ContrastiveRun
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.contrastive.team import Team
from ML.training.contrastive.trainer import Epoch, HeadTrainer, Progress, run_epochs
from ML.training.datasets import SPLITS
from ML.training.reporter import Reporter
from ML.training.runs import save_json
from ML.weights.store import load_file

N_NAMED = 10  # files left out that are told one by one; all are in dataset_info.json


@dataclass(frozen=True)
class Prepared:
    """A run with its music heard.

    drawn: training tracks in windows of settings.duration, to learn from.  judged: all tracks by split, in
    the windows that extraction hears.  checkpoint: where to go on; None: at the beginning.
    """

    run: ContrastiveRun
    settings: ContrastiveSettings
    drawn: FeatureSet
    judged: dict[str, FeatureSet]
    checkpoint: Path | None = None


def start_run(
    settings: ContrastiveSettings, place: Workplace, reporter: Reporter, music: GenreMusic | None = None
) -> Prepared:
    """Read the tables, hear the music; all that a run needs on disk before its first epoch.

    music: in place of tables.
    Raises LibraryError for music that cannot be trained on, ConfigError for settings without sense.
    """
    settings.check()
    music = read_genre_music(settings, music)
    heard = hear(settings, music.tracks, place, reporter)
    music = music.without(heard.unheard)
    tell_left_out(music, reporter)
    check_splits(music)
    run = place.team.tell(write_start(settings, music, heard, place) if place.team.is_first else None)
    reporter.say(line_of_music(music))
    reporter.say(f"{heard.n_windows} windows, {heard.n_passes} of them heard by the encoder now.")
    return Prepared(run, settings, *make_sets(music.tracks, heard))


def write_start(
    settings: ContrastiveSettings, music: GenreMusic, heard: HeardMusic, place: Workplace
) -> ContrastiveRun:
    run = ContrastiveRun.create(place.checkpoint_dir, place.log_dir, settings, music.tracks, place.run_name)
    counts = {"num_windows": heard.n_windows, "encoder_passes": heard.n_passes}
    save_json(run.dataset_path, {**describe(music), **counts})
    return run


def resume_run(path: Path, num_epochs: int | None, place: Workplace, reporter: Reporter) -> Prepared:
    """The tracks and settings of a run that was stopped; num_epochs: another end.

    Raises WeightsMissingError where there is no run, LibraryError when its music has gone.
    """
    run, checkpoint = ContrastiveRun.open(path)
    settings = run.load_settings()
    settings = replace(settings, num_epochs=num_epochs or settings.num_epochs)
    settings.check()
    tracks = run.load_tracks()
    heard = hear(settings, tracks, place, reporter)
    if heard.unheard:
        track, reason = next(iter(heard.unheard.items()))
        raise LibraryError(
            f"{len(heard.unheard)} tracks of {run.folder} have gone, {track} ({reason}): put them back."
        )
    return Prepared(run, settings, *make_sets(tracks, heard), checkpoint)


def make_sets(tracks: list[GenreTrack], heard: HeardMusic) -> tuple[FeatureSet, dict[str, FeatureSet]]:
    """`drawn` and `judged` of Prepared."""
    genres = sorted({genre for track in tracks for genre in track.genres})
    by_split = {split: [track for track in tracks if track.split == split] for split in SPLITS}
    judged = {split: FeatureSet.join(own, heard.whole, genres) for split, own in by_split.items()}
    return FeatureSet.join(by_split["training"], heard.drawn, genres), judged


def train(prepared: Prepared, team: Team, reporter: Reporter) -> Evaluation:
    """Train on from where the run stands; judge the test tracks by the best epoch; write what is found."""
    settings, judged = prepared.settings, prepared.judged
    trainer = HeadTrainer(settings, prepared.drawn, judged["training"], judged["validation"], team)
    progress = trainer.restore(load_file(prepared.checkpoint)) if prepared.checkpoint else Progress()
    if not team.is_first:  # it learns along; what is known, the first writes
        for _ in run_epochs(trainer, progress, reporter.on_batch):
            pass
        return team.tell(None)
    evaluation = learn_and_judge(prepared, trainer, progress, reporter)
    return team.tell(evaluation)


def learn_and_judge(
    prepared: Prepared, trainer: HeadTrainer, progress: Progress, reporter: Reporter
) -> Evaluation:
    run, settings, judged = prepared.run, prepared.settings, prepared.judged
    run.forget_after(progress.n_epochs)
    with Curves(run.log_folder) as curves:
        for epoch in run_epochs(trainer, progress, reporter.on_batch):
            curves.write(epoch)
            run.save_epoch(trainer.state(progress), progress.is_best)
            reporter.say(line_of_epoch(epoch, settings, progress.is_best))
            reporter.on_epoch(progress.n_epochs, settings.num_epochs, losses_of(epoch))
        best = load_file(run.best_path)
        trainer.load_head(best)
        tracks = [track for part in judged.values() for track in part.tracks]
        embeddings = np.concatenate([trainer.embed(part) for part in judged.values()])
        curves.show_tracks(tracks, embeddings, best["epoch"])
    evaluation = evaluate(judged["training"], judged["test"], trainer.embed, settings.seed)
    save_json(run.evaluation_path, {"best_epoch": best["epoch"], **evaluation.as_json()})
    return evaluation


def line_of_epoch(epoch: Epoch, settings: ContrastiveSettings, is_best: bool) -> str:
    return f"epoch {epoch.number + 1}/{settings.num_epochs}: {losses_of(epoch)}{' *' if is_best else ''}"


def losses_of(epoch: Epoch) -> str:
    return (
        f"train loss {epoch.train_loss:.4f}, validation loss {epoch.val_loss:.4f}, kNN accuracy "
        f"{epoch.val_knn_accuracy:.3f}"
    )


def tell_left_out(music: GenreMusic, reporter: Reporter) -> None:
    for path, reason in list(music.left_out.items())[:N_NAMED]:
        reporter.say(f"Left out: {path}: {reason}")
    if len(music.left_out) > N_NAMED:
        reporter.say(f"Left out: {len(music.left_out) - N_NAMED} more, listed in dataset_info.json")


def line_of_music(music: GenreMusic) -> str:
    counts = Counter(track.split for track in music.tracks)
    sizes = ", ".join(f"{counts[split]} {split}" for split in SPLITS)
    genres = {genre for track in music.tracks for genre in track.genres}
    return f"{len(music.tracks)} tracks: {sizes}; {len(genres)} genres; {len(music.left_out)} left out."
