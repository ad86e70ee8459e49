"""The formats of tables by name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ML.export.parquet import write_parquet
from ML.export.tables import LibraryTable, write_csv, write_npy, write_projector


@dataclass(frozen=True)
class TableFormat:
    """write: (table, path), to a path where nothing is yet: a file, or a folder that it makes.

    is_complete: with taggrams and segments, too.
    """

    write: Callable[[LibraryTable, Path], None]
    is_folder: bool = False
    is_complete: bool = False


TABLE_FORMATS = {
    "parquet": TableFormat(write_parquet, is_complete=True),
    "csv": TableFormat(write_csv),
    "npy": TableFormat(write_npy, is_folder=True),
    "projector": TableFormat(write_projector, is_folder=True),
}
