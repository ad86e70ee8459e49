"""FMA's `tracks.csv` (Defferrard et al. 2017): three header rows, of which two name a column."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ML.errors import LibraryError

COLUMNS = {
    "genre": ("track", "genre_top"),
    "subset": ("set", "subset"),
    "split": ("set", "split"),
    "artist": ("artist", "name"),
}
# A folder by one of these names holds these subsets: each contains the one before.
SUBSETS = {
    "fma_small": {"small"},
    "fma_medium": {"small", "medium"},
    "fma_large": {"small", "medium", "large"},
}
N_HEADER_ROWS = 3
LONGEST_CELL = 10**7  # characters; artists tell their lives


@dataclass(frozen=True)
class FmaRow:
    track_id: int
    genre: str
    subset: str
    split: str
    artist: str


def find_fma_table(data_dir: Path) -> Path | None:
    """`fma_metadata/tracks.csv` in the folder of audio or beside it."""
    places = [data_dir / "fma_metadata" / "tracks.csv", data_dir.parent / "fma_metadata" / "tracks.csv"]
    return next((place for place in places if place.is_file()), None)


@contextmanager
def long_cells() -> Iterator[None]:
    """The csv module's limit holds for the whole process, and other tables rely on it: it is put back."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def read_fma_rows(table: Path, folder_name: str) -> list[FmaRow]:
    """Rows of the subset that the folder's name stands for; of all subsets for another name.

    Raises LibraryError for a table without FMA's columns, or damaged.
    """
    subsets = SUBSETS.get(folder_name)
    try:
        with table.open(encoding="utf-8", newline="") as file, long_cells():
            found = parse_rows(table, csv.reader(file))
    except (csv.Error, ValueError, IndexError) as error:
        raise LibraryError(f"{table} is damaged ({error}): get fma_metadata.zip of FMA again.") from error
    return [row for row in found if subsets is None or row.subset in subsets]


def parse_rows(table: Path, rows: Iterator[list[str]]) -> list[FmaRow]:
    header = [next(rows, []) for _ in range(N_HEADER_ROWS)]
    names = list(zip(header[0], header[1], strict=False))
    if missing := [name for name in COLUMNS.values() if name not in names]:
        raise LibraryError(f"{table} lacks the columns {missing}: get fma_metadata.zip of FMA.")
    places = {field: names.index(name) for field, name in COLUMNS.items()}
    return [
        FmaRow(int(row[0]), **{field: row[place].strip() for field, place in places.items()}) for row in rows
    ]
