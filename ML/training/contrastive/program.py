"""`ML/train_contrastive.py` without its command line: from tables to a head, its curves and its evaluation."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from ML import registry
from ML.devices import batch_segments
from ML.errors import LibraryError
from ML.pins import compute_sha256
from ML.training.contrastive.batches import FeatureSet
from ML.training.contrastive.curves import Curves
from ML.training.contrastive.encoder import CODE_VERSION, Encoder, Framing, Heard, Listener, load_encoder
from ML.training.contrastive.evaluation import Evaluation, evaluate
from ML.training.contrastive.music import GenreMusic, GenreTrack, check_splits, describe, read_genre_music
from ML.training.contrastive.runs import ContrastiveRun
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.contrastive.trainer import Epoch, HeadTrainer, Progress, run_epochs
from ML.training.datasets import SPLITS
from ML.training.feature_cache import HASHES_NAME, FeatureCache, SoundHashes, trim
from ML.training.reporter import Reporter
from ML.training.runs import save_json
from ML.weights import checkpoint_file, load_file

N_NAMED = 10  # files left out that are told one by one; all are in dataset_info.json


@dataclass(frozen=True)
class Workplace:
    """What may differ from machine to machine and changes no result.

    whisper: weights of the frozen half.  cache_root: None keeps no features.  batch: windows at once, 0: what
    suits the device.
    """

    whisper: Path
    device: str
    n_workers: int
    checkpoint_dir: Path
    log_dir: Path
    cache_root: Path | None
    cache_bytes: int
    batch: int = 0


@dataclass(frozen=True)
class Prepared:
    """A run with its music heard.  sets: by split.  checkpoint: where to go on; None: at the beginning."""

    run: ContrastiveRun
    settings: ContrastiveSettings
    sets: dict[str, FeatureSet]
    checkpoint: Path | None = None


def start_run(settings: ContrastiveSettings, place: Workplace, reporter: Reporter) -> Prepared:
    """Read the tables, hear the music; all that a run needs on disk before its first epoch.

    Raises LibraryError for music that cannot be trained on, ConfigError for settings without sense.
    """
    settings.check()
    music = read_genre_music(settings)
    heard = hear(settings, [track.path for track in music.tracks], place, reporter)
    music = music.without(heard.unheard)
    tell_left_out(music, reporter)
    check_splits(music)
    sets = make_sets(music.tracks, heard)
    run = ContrastiveRun.create(place.checkpoint_dir, place.log_dir, settings, music.tracks)
    n_windows = sum(len(part.windows) for part in sets.values())
    save_json(
        run.dataset_path, {**describe(music), "num_windows": n_windows, "encoder_passes": heard.n_passes}
    )
    reporter.say(line_of_music(music))
    reporter.say(f"{n_windows} windows, {heard.n_passes} of them heard by the encoder now.")
    return Prepared(run, settings, sets)


def resume_run(path: Path, num_epochs: int | None, place: Workplace, reporter: Reporter) -> Prepared:
    """The tracks and settings of a run that was stopped; num_epochs: another end.

    Raises WeightsMissingError where there is no run, LibraryError when its music has gone.
    """
    run, checkpoint = ContrastiveRun.open(path)
    settings = run.load_settings()
    settings = replace(settings, num_epochs=num_epochs or settings.num_epochs)
    settings.check()
    tracks = run.load_tracks()
    heard = hear(settings, [track.path for track in tracks], place, reporter)
    if heard.unheard:
        track, reason = next(iter(heard.unheard.items()))
        raise LibraryError(
            f"{len(heard.unheard)} tracks of {run.folder} have gone, {track} ({reason}): put them back."
        )
    return Prepared(run, settings, make_sets(tracks, heard), checkpoint)


def make_sets(tracks: list[GenreTrack], heard: Heard) -> dict[str, FeatureSet]:
    genres = sorted({genre for track in tracks for genre in track.genres})
    by_split = {split: [track for track in tracks if track.split == split] for split in SPLITS}
    return {
        split: FeatureSet.join(own, [heard.features[track.path] for track in own], genres)
        for split, own in by_split.items()
    }


def train(prepared: Prepared, device: str, reporter: Reporter) -> Evaluation:
    """Train on from where the run stands; judge the test tracks by the best epoch; write what is found."""
    run, settings, sets = prepared.run, prepared.settings, prepared.sets
    trainer = HeadTrainer(settings, sets["training"], sets["validation"], device)
    progress = trainer.restore(load_file(prepared.checkpoint)) if prepared.checkpoint else Progress()
    with Curves(run.log_folder) as curves:
        for epoch in run_epochs(trainer, progress, reporter.on_batch):
            curves.write(epoch)
            run.save_epoch(trainer.state(progress), progress.is_best)
            reporter.say(line_of_epoch(epoch, settings, progress.is_best))
        best = load_file(run.best_path)
        trainer.load_head(best)
        tracks = [track for part in sets.values() for track in part.tracks]
        embeddings = np.concatenate([trainer.embed(part) for part in sets.values()])
        curves.show_tracks(tracks, embeddings, best["epoch"])
    evaluation = evaluate(sets["training"], sets["test"], trainer.embed, settings.seed)
    save_json(run.evaluation_path, {"best_epoch": best["epoch"], **evaluation.as_json()})
    return evaluation


def line_of_epoch(epoch: Epoch, settings: ContrastiveSettings, is_best: bool) -> str:
    return (
        f"epoch {epoch.number + 1}/{settings.num_epochs}: train loss {epoch.train_loss:.4f}, validation loss "
        f"{epoch.val_loss:.4f}, kNN accuracy {epoch.val_knn_accuracy:.3f}{' *' if is_best else ''}"
    )


def hear(settings: ContrastiveSettings, tracks: list[Path], place: Workplace, reporter: Reporter) -> Heard:
    """Features of every track, from the cache where it has them; one process at a time fills it."""

    def load() -> Encoder:
        return load_encoder(settings.model_name, place.whisper, place.device)

    spec = registry.get("whisper", settings.model_name)
    framing = Framing(round(settings.duration * spec.sample_rate), spec.segment_samples, settings.max_windows)
    root = place.cache_root
    listener = Listener(
        load, framing, FeatureCache(root and root / folder_name(settings.model_name, place.whisper, framing)),
        SoundHashes(root and root / HASHES_NAME), place.n_workers, batch_segments(place.device, place.batch),
    )  # fmt: skip
    with alone(root, reporter):
        heard = listener.hear(tracks, reporter)
        if root and (n_removed := trim(root, place.cache_bytes)):
            reporter.say(f"The feature cache is full: {n_removed} files that were used longest ago went.")
    return heard


def folder_name(model_name: str, weights: Path, framing: Framing) -> str:
    """All that a feature depends on, beside the sound."""
    digest = compute_sha256(checkpoint_file(weights))[:16]
    return f"whisper-{model_name}-{digest}-{framing.window_samples}x{framing.max_windows}-v{CODE_VERSION}"


@contextmanager
def alone(root: Path | None, reporter: Reporter) -> Iterator[None]:
    """Two processes would hear the same windows twice. Raises LibraryError where nothing can be written."""
    if root is None:
        yield
        return
    lock = FileLock(root / ".lock")
    try:
        root.mkdir(parents=True, exist_ok=True)
        acquire(lock, reporter)
    except OSError as error:
        raise LibraryError(
            f"Cannot write features to {root}: {error.strerror}. Set MELODEX_FEATURE_CACHE_DIR, or --no-cache."
        ) from error
    try:
        yield
    finally:
        lock.release()


def acquire(lock: FileLock, reporter: Reporter) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        reporter.say("Another training is listening; this one goes on when that has finished.")
        lock.acquire()


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
