"""MTG-Jamendo's tables (Bogdanov et al. 2019): tab-separated; TAGS, the last column, spans as many as needed.

TRACK_ID        ARTIST_ID      ALBUM_ID      PATH        DURATION  TAGS
track_0000241   artist_000005  album_000033  41/241.mp3  340.1     genre---rock   genre---pop
"""

from dataclasses import dataclass
from pathlib import Path

from ML.errors import LibraryError
from ML.training.datasets import SPLITS

HEADER = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS"]
N_FIXED = 5  # columns before the tags
FILE_OF_SPLIT = dict(zip(SPLITS, ("train", "validation", "test"), strict=True))
LOW_QUALITY = ".low.mp3"  # how the smaller download of the same audio ends


@dataclass(frozen=True)
class JamendoRow:
    """path: below the folder of audio.  tags: as written, `genre---rock`."""

    track_id: str
    artist_id: str
    album_id: str
    path: str
    duration_seconds: float
    tags: tuple[str, ...]


def table_path(splits_dir: Path, split: str, kind: str = "genre") -> Path:
    """split: one of SPLITS.  kind: genre, instrument or moodtheme."""
    return splits_dir / f"autotagging_{kind}-{FILE_OF_SPLIT[split]}.tsv"


def read_table(path: Path, prefix: str) -> list[JamendoRow]:
    """Every row; prefix: what each tag must begin with, `genre---`.

    Raises LibraryError for a table that is missing, of another kind or damaged, naming the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LibraryError(
            f"Cannot read MTG-Jamendo's table {path}: {getattr(error, 'strerror', None) or error}."
        ) from error
    if not lines or lines[0].split("\t") != HEADER:
        raise LibraryError(f"{path} is no table of MTG-Jamendo: its first line must be {' '.join(HEADER)}.")
    return [
        parse_row(line, prefix, f"{path}, line {number}") for number, line in enumerate(lines[1:], 2) if line
    ]


def parse_row(line: str, prefix: str, place: str) -> JamendoRow:
    cells = [cell.strip() for cell in line.split("\t")]
    tags = tuple(cell for cell in cells[N_FIXED:] if cell)
    if not tags or not cells[N_FIXED - 2]:
        raise LibraryError(f"{place} lacks a path or tags: get the table again.")
    if strange := [tag for tag in tags if not tag.startswith(prefix) or tag == prefix]:
        raise LibraryError(f"{place} has the tag {strange[0]!r}; tags here begin with {prefix!r}.")
    try:
        return JamendoRow(cells[0], cells[1], cells[2], cells[3], float(cells[4]), tags)
    except ValueError as error:
        raise LibraryError(f"{place} has the duration {cells[4]!r}, which is no number.") from error


def find_audio(audio_dir: Path, path: str) -> Path | None:
    """The file as the table names it, or its smaller download."""
    places = [audio_dir / path, (audio_dir / path).with_suffix(LOW_QUALITY)]
    return next((place for place in places if place.is_file()), None)
