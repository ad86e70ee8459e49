"""Tracks of a table → features of the frozen encoder: out of the cache, or heard now and kept."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from ML import registry
from ML.errors import LibraryError
from ML.training.contrastive.encoder import CODE_VERSION, Encoder, Heard, Listener, Windowing, load_encoder
from ML.training.contrastive.music import GenreTrack
from ML.training.contrastive.settings import LONGEST_WINDOW, ContrastiveSettings
from ML.training.contrastive.team import Team
from ML.training.feature_cache import HASHES_NAME, FeatureCache, SoundHashes, sweep, trim
from ML.training.reporter import Reporter
from ML.weights.checksums import compute_sha256
from ML.weights.store import checkpoint_file

LOOK_SECONDS = 0.5  # how often who waits asks whether it still wants to


@dataclass(frozen=True)
class Workplace:
    """What may differ from machine to machine and changes no result.

    whisper: weights of the frozen half.  cache_root: None keeps no features.  batch: windows at once, 0: what
    suits the device.  run_name: of the folder that a new run gets; empty: after the present second.
    """

    whisper: Path
    team: Team
    n_workers: int
    checkpoint_dir: Path
    log_dir: Path
    cache_root: Path | None
    cache_bytes: int
    batch: int = 0
    run_name: str = ""


@dataclass(frozen=True)
class HeardMusic:
    """whole: features of every track, in extraction's windows.  drawn: of training tracks, in shorter ones.

    unheard: why the other tracks have none.  n_passes: windows of n_windows that the encoder heard now.
    """

    whole: dict[Path, np.ndarray]
    drawn: dict[Path, np.ndarray]
    unheard: dict[Path, str]
    n_passes: int

    @property
    def n_windows(self) -> int:
        drawn = {} if self.drawn is self.whole else self.drawn
        return sum(len(features) for part in (self.whole, drawn) for features in part.values())


def hear(
    settings: ContrastiveSettings, tracks: list[GenreTrack], place: Workplace, reporter: Reporter
) -> HeardMusic:
    """Features from the cache where it has them; one process at a time fills it."""
    with alone(place, reporter):
        whole = hear_windows(settings, LONGEST_WINDOW, [track.path for track in tracks], place, reporter)
        if settings.duration == LONGEST_WINDOW:
            return HeardMusic(whole.features, whole.features, whole.unheard, whole.n_passes)
        learnt = [
            track.path for track in tracks if track.split == "training" and track.path in whole.features
        ]
        drawn = hear_windows(settings, settings.duration, learnt, place, reporter)
        unheard, n_passes = whole.unheard | drawn.unheard, whole.n_passes + drawn.n_passes
        return HeardMusic(whole.features, drawn.features, unheard, n_passes)


def hear_windows(
    settings: ContrastiveSettings, seconds: float, tracks: list[Path], place: Workplace, reporter: Reporter
) -> Heard:
    def load() -> Encoder:
        return load_encoder(settings.model_name, place.whisper, str(place.team.device), place.batch)

    spec, root = registry.get("whisper", settings.model_name), place.cache_root
    windowing = Windowing(round(seconds * spec.sample_rate), spec.segment_samples, settings.max_windows)
    folder = root and root / folder_name(settings.model_name, place.whisper, windowing)
    listener = Listener(
        load, windowing, FeatureCache(folder), SoundHashes(root and root / HASHES_NAME), place.n_workers
    )
    heard = hear_together(listener, tracks, place.team, reporter)
    if root and place.team.is_first:
        tidy(root, place.cache_bytes, reporter)
    return heard


def tidy(root: Path, max_bytes: int, reporter: Reporter) -> None:
    sweep(root)
    if n_removed := trim(root, max_bytes):
        reporter.say(f"The feature cache is full: {n_removed} files that were used longest ago went.")


def hear_together(listener: Listener, tracks: list[Path], team: Team, reporter: Reporter) -> Heard:
    """Each process hears its share into the cache; then all is there for everyone."""
    if team.size == 1:
        return listener.hear(tracks, reporter)
    own = listener.hear(team.share_of(tracks), reporter)
    unheard: dict[Path, str] = {}
    for others in team.collect(own.unheard):
        unheard |= others
    n_passes = sum(team.collect(own.n_passes))
    heard = listener.hear([track for track in tracks if track not in unheard], reporter)
    return Heard(heard.features, unheard | heard.unheard, n_passes + heard.n_passes)


def folder_name(model_name: str, weights: Path, windowing: Windowing) -> str:
    """All that a feature depends on, beside the sound."""
    digest = compute_sha256(checkpoint_file(weights))[:16]
    return f"whisper-{model_name}-{digest}-{windowing.window_samples}x{windowing.max_windows}-v{CODE_VERSION}"


@contextmanager
def alone(place: Workplace, reporter: Reporter) -> Iterator[None]:
    """Two teams would hear the same windows twice. Raises LibraryError where nothing can be written."""
    root = place.cache_root
    if root is None or not place.team.is_first:
        yield
        return
    lock = FileLock(root / ".lock")
    try:
        root.mkdir(parents=True, exist_ok=True)
        acquire(lock, reporter)
    except OSError as error:
        raise LibraryError(
            f"Cannot write features to {root}: {error.strerror}. Set MELODEX_FEATURE_CACHE_DIR, or give "
            "--no-cache."
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
    while not lock.is_locked:
        reporter.check()
        with suppress(Timeout):
            lock.acquire(timeout=LOOK_SECONDS)
