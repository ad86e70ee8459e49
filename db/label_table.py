"""selected_songs.csv: a person's own labels, matched to files however their names are written."""

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ML.errors import LibraryError

SELECTED_SONGS = "selected_songs.csv"
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class LabelTable:
    """labels: of one column, by file name as the table has it, in the order of its rows."""

    labels: dict[str, str] = field(default_factory=dict)

    def match(self, filenames: Iterable[str]) -> "MatchedLabels":
        """Rows and files of one name, exactly or but for the way it is written; see `path_of`.

        A row with a folder also fits the file whose path has the longest common end with it, if that is more
        than the name alone, or if one file only has that name. A row without one fits every file of its name.
        """
        filenames = list(filenames) if self.labels else []
        known, paths = set(filenames), {path_of(name): name for name in filenames}
        named_alike = defaultdict(list)
        for path, name in paths.items():
            named_alike[path[-1]].append((path, name))
        exact: dict[str, str] = {}
        similar: dict[str, str] = {}
        unmatched = []
        for row, label in self.labels.items():  # of two rows that fit a file equally well the last one counts
            path = path_of(row)
            if row in known or path in paths:
                exact[row if row in known else paths[path]] = label
                continue
            fitting = fitting_files(path, named_alike.get(path[-1], [])) if path else []
            similar |= dict.fromkeys(fitting, label)
            unmatched += [] if fitting else [row]
        return MatchedLabels(similar | exact, unmatched)


@dataclass(frozen=True)
class MatchedLabels:
    """labels: by name of the file.  unmatched: rows that fit no file."""

    labels: dict[str, str]
    unmatched: list[str]


FilePath = tuple[str, ...]


def fitting_files(row: FilePath, named_alike: list[tuple[FilePath, str]]) -> list[str]:
    """named_alike: (path, name) of every file with the row's last part as its name."""
    if len(row) == 1 or len(named_alike) == 1:
        return [name for _, name in named_alike]
    ends = [(common_end(row, path), name) for path, name in named_alike]
    longest = max((length for length, _ in ends), default=0)
    best = [name for length, name in ends if length == longest]
    return best if longest > 1 and len(best) == 1 else []


def common_end(first: FilePath, second: FilePath) -> int:
    """How many folders and names two paths have in common, counted from the end."""
    pairs = zip(reversed(first), reversed(second), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def path_of(name: str) -> FilePath:
    """Parts of a path in one spelling: Windows' separators, macOS's decomposed letters, `./`, case."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/").strip()).casefold()
    return tuple(part for part in text.split("/") if part not in ("", "."))


def read_label_table(path: Path, column: str) -> LabelTable:
    """The columns filename and `column` of a table, separated by commas, semicolons or tabs.

    Raises LibraryError for a table that cannot be read or lacks one of them.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise LibraryError(f"{path} cannot be read: {error.strerror}.") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    try:
        if not {"filename", column} <= set(rows.fieldnames or []):
            raise LibraryError(f"{path} needs the columns filename,{column}: it has {rows.fieldnames}.")
        return LabelTable(
            {row["filename"]: row[column].strip() for row in rows if row["filename"] and row[column]}
        )
    except csv.Error as error:
        raise LibraryError(f"{path} needs the columns filename,{column}: {error}.") from error


def read_genres(audio_dir: Path) -> LabelTable:
    """Those of selected_songs.csv; none where there is no such table. Raises LibraryError."""
    path = audio_dir / SELECTED_SONGS
    return read_label_table(path, "genre") if path.exists() else LabelTable()


def delimiter_of(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(DELIMITERS, key=header.count)
