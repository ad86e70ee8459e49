"""Facts and vectors as tables: Parquet, CSV, NumPy files, TensorBoard's projector."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ML.export.cells import text_cell


@dataclass(frozen=True)
class LibraryTable:
    """Tracks in rows. facts: a list [n] a column, None for what is not known.

    vectors: by key of the model, float32 [n, D]; a row of NaN for a track it has not heard.
    """

    facts: dict[str, list]
    vectors: dict[str, np.ndarray]

    @property
    def n_tracks(self) -> int:
        return len(next(iter(self.facts.values())))

    def rows(self, where: np.ndarray | None = None) -> Iterator[list]:
        """The facts of each track, or of those where a bool [n] says so."""
        for row, facts in enumerate(zip(*self.facts.values(), strict=True)):
            if where is None or where[row]:
                yield list(facts)


@dataclass(frozen=True)
class TableFormat:
    """write: (table, path), to a path where nothing is yet: a file, or a folder that it makes."""

    write: Callable[[LibraryTable, Path], None]
    is_folder: bool = False


def is_heard(vectors: np.ndarray) -> np.ndarray:
    """bool [n]"""
    return np.isfinite(vectors).all(axis=1)


def write_parquet(table: LibraryTable, path: Path) -> None:
    """A column a fact, and `embedding:MODEL` a model: lists of float32, null for a track not heard."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: pa.array(values) for name, values in table.facts.items()}
    for key, vectors in table.vectors.items():
        mask = pa.array(~is_heard(vectors))
        flat = pa.array(np.ascontiguousarray(vectors).reshape(-1))
        lists = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1], mask=mask)
        columns[f"embedding:{key}"] = lists
    parquet.write_table(pa.table(columns), path, compression="zstd")


def write_csv(table: LibraryTable, path: Path) -> None:
    """A column a fact, and `MODEL[i]` a number of a vector; empty where nothing is known.

    UTF-8, with the mark at the start by which spreadsheets know it.
    """
    names = [f"{key}[{at}]" for key, vectors in table.vectors.items() for at in range(vectors.shape[1])]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*table.facts, *names])
        for row, facts in enumerate(table.rows()):
            numbers = np.concatenate([vectors[row] for vectors in table.vectors.values()])
            writer.writerow(
                [*map(text_cell, facts), *("" if np.isnan(number) else str(number) for number in numbers)]
            )


def write_npy(table: LibraryTable, folder: Path) -> None:
    """metadata.csv, and MODEL.npy a model with its rows in the same order."""
    folder.mkdir()
    write_metadata(table, folder / "metadata.csv")
    for key, vectors in table.vectors.items():
        np.save(folder / f"{file_stem(key)}.npy", vectors.astype(np.float32))


def write_metadata(table: LibraryTable, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.facts)
        writer.writerows(map(text_cell, facts) for facts in table.rows())


def write_projector(table: LibraryTable, folder: Path) -> None:
    """A log folder for `tensorboard --logdir`: an embedding a model, of the tracks it has heard."""
    from torch.utils.tensorboard import SummaryWriter

    folder.mkdir()
    with SummaryWriter(str(folder)) as writer:
        for key, vectors in table.vectors.items():
            heard = is_heard(vectors)
            rows = [[as_cell(fact) for fact in row] for row in table.rows(heard)]
            writer.add_embedding(vectors[heard], rows, metadata_header=list(table.facts), tag=file_stem(key))


def as_cell(fact: object) -> str:
    """A tab or a new line would start another one."""
    return "-" if fact is None else " ".join(str(fact).split()) or "-"


def file_stem(key: str) -> str:
    return key.replace("/", "_")


TABLE_FORMATS = {
    "parquet": TableFormat(write_parquet),
    "csv": TableFormat(write_csv),
    "npy": TableFormat(write_npy, is_folder=True),
    "projector": TableFormat(write_projector, is_folder=True),
}
