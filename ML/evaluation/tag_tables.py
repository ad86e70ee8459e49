"""Instrument and mood tags of tracks: MTG-Jamendo's tables, or a table of one's own."""

import csv
import re
from collections import defaultdict
from pathlib import Path, PurePosixPath

from ML.errors import LibraryError
from ML.training.jamendo import LOW_QUALITY, read_table

# The tables that tag what plays and how it feels, and how their tags begin; genres have their own report.
JAMENDO_TABLES = {
    "autotagging_instrument-*.tsv": "instrument---",
    "autotagging_moodtheme-*.tsv": "mood/theme---",
}
OWN_COLUMNS = {"filename", "tags"}
BETWEEN_TAGS = re.compile(r"[;|,]")

Tags = dict[str, set[str]]


def read_jamendo_tags(folder: Path) -> Tags:
    """{"14/214.mp3": {"instrument---piano", …}}, of all splits; also under the bare name "214.mp3".

    A track's number is its name, so the bare one is no other track's. Raises LibraryError without a table.
    """
    rows = [
        row
        for pattern, prefix in JAMENDO_TABLES.items()
        for table in sorted(folder.glob(pattern))
        for row in read_table(table, prefix)
    ]
    if not rows:
        raise LibraryError(
            f"{folder} holds none of MTG-Jamendo's tables ({', '.join(JAMENDO_TABLES)}): name their folder "
            "with --tags-dir or MELODEX_MTG_JAMENDO_SPLITS_DIR, or give a table of your own with --tags-csv."
        )
    tags: Tags = defaultdict(set)
    for row in rows:
        for name in (row.path, PurePosixPath(row.path).name):
            tags[name] |= set(row.tags)
    return dict(tags)


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
