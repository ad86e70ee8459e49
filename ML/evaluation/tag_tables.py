"""Instrument and mood tags of tracks: MTG-Jamendo's tables, or a table of one's own."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ML.errors import LibraryError

# The tables that tag what plays and how it feels (Bogdanov et al. 2019); genres have a report of their own.
JAMENDO_TABLES = ("autotagging_instrument-*.tsv", "autotagging_moodtheme-*.tsv")
PATH_COLUMN, FIRST_TAG_COLUMN = 3, 5  # TRACK_ID ARTIST_ID ALBUM_ID PATH DURATION TAGS …
OWN_COLUMNS = {"filename", "tags"}
BETWEEN_TAGS = re.compile(r"[;|,]")
LOW_QUALITY = ".low.mp3"  # how MTG-Jamendo's smaller download of a track ends

Tags = dict[str, set[str]]


def read_jamendo_tags(folder: Path) -> Tags:
    """{"14/214.mp3": {"instrument---piano", …}}, of all splits; also under the bare name "214.mp3".

    A track's number is its name, so the bare one is no other track's. Raises LibraryError without a table.
    """
    tables = [path for pattern in JAMENDO_TABLES for path in sorted(folder.glob(pattern))]
    if not tables:
        raise LibraryError(
            f"{folder} holds none of MTG-Jamendo's tables ({', '.join(JAMENDO_TABLES)}): name their folder "
            "with --tags-dir or MELODEX_MTG_JAMENDO_SPLITS_DIR, or give a table of your own with --tags-csv."
        )
    tags: Tags = defaultdict(set)
    for path, own in (row for table in tables for row in read_jamendo_rows(table)):
        for name in (path, PurePosixPath(path).name):
            tags[name] |= own
    return dict(tags)


def read_jamendo_rows(table: Path) -> Iterator[tuple[str, set[str]]]:
    """(path, tags) of every row; tags fill as many columns as a track has. Raises LibraryError."""
    try:
        lines = table.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LibraryError(f"Cannot read {table}: {error}.") from error
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) <= FIRST_TAG_COLUMN:
            raise LibraryError(f"{table}, line {number}: a path and tags are missing. Get the table again.")
        yield cells[PATH_COLUMN], {cell.strip() for cell in cells[FIRST_TAG_COLUMN:] if cell.strip()}


def read_own_tags(table: Path) -> Tags:
    """A CSV with the columns filename and tags, several tags separated by ; | or comma.

    Raises LibraryError for a table that is not there or has other columns.
    """
    tags: Tags = defaultdict(set)
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not set(rows.fieldnames or []) >= OWN_COLUMNS:
                raise LibraryError(f"{table} needs the columns filename,tags: it has {rows.fieldnames}.")
            for row in rows:
                found = {tag.strip() for tag in BETWEEN_TAGS.split(row["tags"] or "")}
                tags[row["filename"] or ""] |= found - {""}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LibraryError(f"Cannot read {table}: {error}.") from error
    return dict(tags)


def find_tags(tags: Tags, filename: str) -> set[str]:
    """Tags of a track by its file name, with its folders or without, MTG-Jamendo's `.low` set aside."""
    whole = filename.removesuffix(LOW_QUALITY) + ".mp3" if filename.endswith(LOW_QUALITY) else filename
    names = (filename, whole, PurePosixPath(filename).name, PurePosixPath(whole).name)
    return next((tags[name] for name in names if name in tags), set())
