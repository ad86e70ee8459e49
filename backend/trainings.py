"""What can be trained from the app: the music there is for it, and what stands in the way."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from flask import current_app

import config
from backend.context import audio_dir, database, weights_dir
from db.library import labelled_tracks
from ML import registry
from ML.errors import LibraryError
from ML.spec import ModelSpec
from ML.training.contrastive.music import GenreMusic, check_splits, read_genre_music, split_music
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.datasets import SPLITS, LabelledMusic, LabelledTrack
from ML.training.jamendo import table_path
from ML.weights.store import find_weights

SMALLEST_GENRE = 3  # tracks: to learn from, to choose the epoch by, to judge by
SURE_FROM = 2000  # tracks, of which no split stays empty; dividing a hundred thousand takes seconds
LIBRARY, JAMENDO = "library", "jamendo"
ORIGIN = "https://github.com/MTG/mtg-jamendo-dataset"


@dataclass(frozen=True)
class Counts:
    """Of the music that can be trained on."""

    n_tracks: int
    n_genres: int
    n_artists: int


@dataclass(frozen=True)
class Training:
    """A head of WhisperContrastive on some music.

    place: settings that say where the music is.  count, read: of that music; both raise LibraryError with the
    way out.
    """

    label: str
    place: Callable[[ContrastiveSettings], ContrastiveSettings]
    count: Callable[[ContrastiveSettings], Counts]
    read: Callable[[ContrastiveSettings], GenreMusic]

    def settings(self, num_epochs: int, balanced: bool) -> ContrastiveSettings:
        chosen = replace(default_settings(), num_epochs=num_epochs, balanced_sampling=balanced)
        return self.place(chosen)


def default_settings() -> ContrastiveSettings:
    return ContrastiveSettings.from_config(current_app.config["CONTRASTIVE_TRAINING"])


def whisper_spec() -> ModelSpec:
    """What a head is trained over."""
    return registry.get("whisper", default_settings().model_name)


def whisper_weights() -> Path:
    """Raises WeightsMissingError."""
    weights = find_weights(whisper_spec(), weights_dir(), config.model_weights())
    assert weights is not None
    return weights


# --- this library -----------------------------------------------------------------------------------------
def find_library() -> LabelledMusic:
    """Genres as the database has them, of enough tracks each."""
    with database().read() as session:
        rows = labelled_tracks(session)
    sizes = Counter(genre for _, genre, _ in rows)
    kept = [row for row in rows if sizes[row.genre] >= SMALLEST_GENRE]
    if (n_large := len({row.genre for row in kept})) < 2:
        raise LibraryError(
            f"Training needs two genres of {SMALLEST_GENRE} tracks or more each; {n_large} of this library's "
            f"{len(sizes)} genres are as large. Genres come from the files' tags, or from selected_songs.csv "
            "in the music folder."
        )
    folder = audio_dir().absolute()
    tracks = [LabelledTrack(folder / filename, genre, artist) for filename, genre, artist in kept]
    return LabelledMusic("library", tracks)


def read_library(settings: ContrastiveSettings) -> GenreMusic:
    """Divided with the seed, an artist in one split only."""
    return split_music("the library", find_library(), settings.seed)


def count_library(settings: ContrastiveSettings) -> Counts:
    found = find_library()
    if len(found.tracks) < SURE_FROM:
        check_splits(split_music("the library", found, settings.seed))
    return counts_of((track.artist, (track.genre,)) for track in found.tracks)


# --- MTG-Jamendo ------------------------------------------------------------------------------------------
def place_jamendo(settings: ContrastiveSettings) -> ContrastiveSettings:
    audio, splits = (current_app.config[f"MTG_JAMENDO_{name}_DIR"] for name in ("AUDIO", "SPLITS"))
    return replace(settings, audio_dir=str(audio), splits_dir=str(splits))


def count_jamendo(settings: ContrastiveSettings) -> Counts:
    audio, splits = Path(settings.audio_dir), Path(settings.splits_dir)
    if not (audio.is_dir() and splits.is_dir()):
        raise LibraryError(
            f"MTG-Jamendo is not in {current_app.config['MTG_JAMENDO_ROOT']}: get it from {ORIGIN} and name "
            "its folder in MELODEX_MTG_JAMENDO_ROOT."
        )
    places = [*(table_path(splits, split) for split in SPLITS), audio, *filter(Path.is_dir, audio.iterdir())]
    times = tuple(place.stat().st_mtime_ns for place in places if place.exists())
    return count_tables(settings, times)


@lru_cache(maxsize=1)
def count_tables(settings: ContrastiveSettings, times: tuple[int, ...]) -> Counts:
    """times: of tables and folders; 55 000 files are looked for again only when one of these has changed."""
    return counts_of((track.artist, track.genres) for track in read_genre_music(settings).tracks)


def counts_of(tracks: Iterable[tuple[str | None, tuple[str, ...]]]) -> Counts:
    """tracks: (artist, genres)."""
    listed = list(tracks)
    genres = {genre for _, genres in listed for genre in genres}
    return Counts(len(listed), len(genres), len({artist for artist, _ in listed if artist}))


TRAININGS = {
    LIBRARY: Training("This library", lambda settings: settings, count_library, read_library),
    JAMENDO: Training("MTG-Jamendo", place_jamendo, count_jamendo, read_genre_music),
}
