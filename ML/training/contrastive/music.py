"""Tracks with one genre or several, by split: from MTG-Jamendo's tables or a `selected_songs.csv`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ML.errors import LibraryError
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.datasets import SPLITS, LabelledMusic, read_selected_songs
from ML.training.jamendo import find_audio, read_table, table_path
from ML.training.splits import split_tracks

GENRE_PREFIX = "genre---"


@dataclass(frozen=True)
class GenreTrack:
    """genres: one or more.  split: one of SPLITS."""

    path: Path
    genres: tuple[str, ...]
    artist: str | None
    split: str


@dataclass
class GenreMusic:
    """left_out: why a track of the table is not trained on, by its path."""

    source: str
    tracks: list[GenreTrack] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def of_split(self, split: str) -> list[GenreTrack]:
        return [track for track in self.tracks if track.split == split]

    def without(self, unheard: dict[Path, str]) -> "GenreMusic":
        """The same less the tracks that cannot be heard; unheard: reason by path."""
        tracks = [track for track in self.tracks if track.path not in unheard]
        reasons = {str(path): reason for path, reason in unheard.items()}
        return GenreMusic(self.source, tracks, self.left_out | reasons)


def read_genre_music(settings: ContrastiveSettings, music: GenreMusic | None = None) -> GenreMusic:
    """music: where it comes from no table.

    Raises LibraryError for missing paths, tables of another kind, and splits without a track.
    """
    music = music or (read_csv(settings) if settings.csv else read_jamendo(settings))
    if settings.first_genre_only:
        music.tracks = [
            GenreTrack(track.path, track.genres[:1], track.artist, track.split) for track in music.tracks
        ]
    check_splits(music)
    return music


def read_csv(settings: ContrastiveSettings) -> GenreMusic:
    table = Path(settings.csv)
    return split_music(str(table), read_selected_songs(table), settings.seed)


def split_music(source: str, found: LabelledMusic, seed: int) -> GenreMusic:
    """Splits are the music's own where it has them, else drawn with the seed, an artist in one only."""
    tracks = [
        GenreTrack(track.path, (track.genre,), track.artist, track.split or "training")
        for track in split_tracks(found.tracks, seed)
    ]
    return GenreMusic(source, tracks, found.reasons)


def read_jamendo(settings: ContrastiveSettings) -> GenreMusic:
    audio_dir, splits_dir = Path(settings.audio_dir), Path(settings.splits_dir)
    for folder, what in ((splits_dir, "tables"), (audio_dir, "audio")):
        if not folder.is_dir():
            raise LibraryError(
                f"There is no folder {folder} with MTG-Jamendo's {what}: see --data-root and --split, or "
                "train on a table of your own with --csv."
            )
    music = GenreMusic(str(splits_dir))
    for split in SPLITS:
        for row in read_table(table_path(splits_dir, split), GENRE_PREFIX):
            path = find_audio(audio_dir, row.path)
            if path is None:
                music.left_out[row.path] = "no audio file"
            else:
                music.tracks.append(GenreTrack(path, row.tags, row.artist_id, split))
    return music


def check_splits(music: GenreMusic) -> None:
    """Raises LibraryError when there is nothing to learn from, to stop by or to judge with."""
    counts = Counter(track.split for track in music.tracks)
    if missing := [split for split in SPLITS if not counts[split]]:
        reasons = Counter(music.left_out.values())
        told = "".join(f" Left out: {n} × {reason}." for reason, n in reasons.most_common(3))
        raise LibraryError(f"{music.source} gives no track for {', '.join(missing)}.{told}")
    learnt = Counter(genre for track in music.of_split("training") for genre in track.genres)
    if len(learnt) < 2 or max(learnt.values()) < 2:
        raise LibraryError(
            f"The training tracks of {music.source} must have two genres or more, and two tracks of one: add "
            "music."
        )
    if not any(learnt.keys() & set(track.genres) for track in music.of_split("validation")):
        raise LibraryError(f"No validation track of {music.source} has a genre of the training tracks.")


def genre_matrix(tracks: Sequence[GenreTrack], genres: Sequence[str]) -> np.ndarray:
    """bool [n_tracks, n_genres]"""
    column = {genre: index for index, genre in enumerate(genres)}
    matrix = np.zeros((len(tracks), len(genres)), bool)
    for row, track in enumerate(tracks):
        matrix[row, [column[genre] for genre in track.genres]] = True
    return matrix


def describe(music: GenreMusic) -> dict[str, object]:
    """What `dataset_info.json` says."""
    genres = Counter(genre for track in music.tracks for genre in track.genres)
    splits = {split: music.of_split(split) for split in SPLITS}
    return {
        "source": music.source,
        "num_tracks": len(music.tracks),
        "num_genres": len(genres),
        "genres": dict(sorted(genres.items())),
        "splits": {
            split: {
                "num_tracks": len(tracks),
                "num_artists": len({track.artist for track in tracks if track.artist}),
                "genres": dict(sorted(Counter(genre for track in tracks for genre in track.genres).items())),
            }
            for split, tracks in splits.items()
        },
        "num_left_out": len(music.left_out),
        "left_out": music.left_out,
    }
