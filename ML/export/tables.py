"""Facts and vectors as tables: CSV, NumPy files, TensorBoard's projector. For Parquet see `parquet.py`."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ML.export.cells import text_cell
from ML.pipeline import Pipeline

PIPELINE_NAME = "pipeline.json"


@dataclass(frozen=True)
class SegmentArrays:
    """Of one track. starts: float32 [S], seconds.  embeddings, taggrams: float16 [S, D] and [S, T]."""

    starts: np.ndarray
    embeddings: np.ndarray
    taggrams: np.ndarray

    def fits(self, widths: tuple[int, int]) -> bool:
        """Whether both have these widths, a row for each segment, and finite values."""
        shapes = [(len(self.starts), width) for width in widths]
        return [self.embeddings.shape, self.taggrams.shape] == shapes and all(
            np.isfinite(array).all() for array in (self.starts, self.embeddings, self.taggrams)
        )


ReadSegments = Callable[[str, Sequence[int]], Sequence[SegmentArrays | None]]


def no_segments(key: str, rows: Sequence[int]) -> list[SegmentArrays | None]:
    return [None for _ in rows]


@dataclass(frozen=True)
class LibraryTable:
    """Tracks in rows. facts: a list [n] a column, None for what is not known.

    vectors, taggrams: by key of the model, float32 [n, D] and [n, T]; a row of NaN for a track without one.
    pipelines: what computed them, by key.  content_hashes: of the sound of each track.
    read_segments: (key, rows) → the segments of these rows.
    """

    facts: dict[str, list]
    vectors: dict[str, np.ndarray]
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    content_hashes: list[str | None] = field(default_factory=list)
    taggrams: dict[str, np.ndarray] = field(default_factory=dict)
    read_segments: ReadSegments = no_segments

    @property
    def n_tracks(self) -> int:
        return len(next(iter(self.facts.values())))

    def rows(self, where: np.ndarray | None = None) -> Iterator[list]:
        """The facts of each track, or of those where a bool [n] says so."""
        for row, facts in enumerate(zip(*self.facts.values(), strict=True)):
            if where is None or where[row]:
                yield list(facts)


def has_vector(vectors: np.ndarray) -> np.ndarray:
    """bool [n]"""
    return np.isfinite(vectors).all(axis=1)


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
    """metadata.csv, MODEL.npy a model with its rows in the same order, and pipeline.json."""
    folder.mkdir()
    write_pipelines(table, folder)
    write_metadata(table, folder / "metadata.csv")
    for key, vectors in table.vectors.items():
        np.save(folder / f"{file_stem(key)}.npy", vectors.astype(np.float32))


def write_metadata(table: LibraryTable, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.facts)
        writer.writerows(map(text_cell, facts) for facts in table.rows())


def write_pipelines(table: LibraryTable, folder: Path) -> None:
    """What computed the vectors of each model."""
    facts = {key: pipeline.to_json() for key, pipeline in table.pipelines.items()}
    (folder / PIPELINE_NAME).write_text(json.dumps(facts, indent=2, ensure_ascii=False), encoding="utf-8")


def write_projector(table: LibraryTable, folder: Path) -> None:
    """A log folder for `tensorboard --logdir`: an embedding a model, of the tracks it has analyzed."""
    from torch.utils.tensorboard import SummaryWriter

    folder.mkdir()
    write_pipelines(table, folder)
    with SummaryWriter(str(folder)) as writer:
        for key, vectors in table.vectors.items():
            analyzed = has_vector(vectors)
            rows = [[as_cell(fact) for fact in row] for row in table.rows(analyzed)]
            writer.add_embedding(
                vectors[analyzed], rows, metadata_header=list(table.facts), tag=file_stem(key)
            )


def as_cell(fact: object) -> str:
    """A tab or a new line would start another one."""
    return "-" if fact is None else " ".join(str(fact).split()) or "-"


def file_stem(key: str) -> str:
    return key.replace("/", "_")
