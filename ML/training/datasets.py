"""Music with a genre each, in the layouts that people have: FMA, a folder a genre, `selected_songs.csv`."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ML.audio import is_audio_file
from ML.errors import LibraryError
from ML.tags import read_tags
from ML.training.fma import FmaRow, find_fma_table, read_fma_rows

SELECTED_SONGS = "selected_songs.csv"
SPLITS = ("training", "validation", "test")  # as FMA names them


@dataclass(frozen=True)
class LabelledTrack:
    """A file and what is known of it; split: one of SPLITS where the data set gives it."""

    path: Path
    genre: str
    artist: str | None = None
    split: str | None = None


@dataclass
class LabelledMusic:
    """kind: which layout.  reasons: why a file or row was left out, by its name."""

    kind: str
    tracks: list[LabelledTrack] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def left_out(self) -> Counter[str]:
        """How many for which reason."""
        return Counter(self.reasons.values())

    @property
    def genres(self) -> list[str]:
        return sorted({track.genre for track in self.tracks})


def read_labelled_music(data_dir: Path) -> LabelledMusic:
    """Raises LibraryError for a folder in none of the layouts, or with fewer than two genres."""
    if not data_dir.is_dir():
        raise LibraryError(f"There is no folder {data_dir}.")
    if table := find_fma_table(data_dir):
        music = read_fma(data_dir, table)
    elif (data_dir / SELECTED_SONGS).is_file():
        music = read_selected_songs(data_dir / SELECTED_SONGS)
    else:
        music = read_genre_folders(data_dir)
    if len(music.genres) < 2:
        raise LibraryError(
            f"{data_dir} holds {len(music.genres)} genres with music in them; training needs two. Lay it out "
            f"as FMA does, as one folder a genre, or with a {SELECTED_SONGS} (columns filename,genre)."
        )
    return music


def audio_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if is_audio_file(path) and path.is_file())


def read_fma(data_dir: Path, table: Path) -> LabelledMusic:
    music = LabelledMusic("FMA")
    files = {int(path.stem): path for path in audio_files(data_dir) if path.stem.isdecimal()}
    for row in read_fma_rows(table, data_dir.name):
        path = files.get(row.track_id)
        if path is None or not row.genre:
            music.reasons[str(row.track_id)] = "no audio file" if path is None else "no top genre"
        else:
            music.tracks.append(labelled(path, row))
    return music


def labelled(path: Path, row: FmaRow) -> LabelledTrack:
    return LabelledTrack(path, row.genre, row.artist or None, row.split if row.split in SPLITS else None)


def read_selected_songs(table: Path) -> LabelledMusic:
    """Columns filename (below the table's folder) and genre; artist and split are read where they are there.

    Raises LibraryError for a table that cannot be read or lacks a column.
    """
    music = LabelledMusic(table.name)
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LibraryError(f"Cannot read {table}: {getattr(error, 'strerror', None) or error}.") from error
    if rows and not {"filename", "genre"} <= rows[0].keys():
        raise LibraryError(f"{table} must have the columns filename and genre.")
    for row in rows:
        path, genre = table.parent / (row["filename"] or "?"), (row["genre"] or "").strip()
        if not path.is_file() or not genre:
            music.reasons[str(row["filename"])] = "no audio file" if genre else "no genre"
            continue
        split = row.get("split") if row.get("split") in SPLITS else None
        music.tracks.append(LabelledTrack(path, genre, row.get("artist") or read_tags(path).artist, split))
    return music


def read_genre_folders(data_dir: Path) -> LabelledMusic:
    """DIR/<genre>/…, at any depth below the genre; artists as the files' tags say."""
    music = LabelledMusic("folders")
    for path in audio_files(data_dir):
        parts = path.relative_to(data_dir).parts
        if len(parts) == 1:
            music.reasons[parts[0]] = "in no genre folder"
        else:
            music.tracks.append(LabelledTrack(path, parts[0], read_tags(path).artist))
    return music
