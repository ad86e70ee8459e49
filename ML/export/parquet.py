"""Tracks and their vectors as one Parquet file: the format of `export`, read by `import-vectors`.

Columns: facts of a track, `content_hash` (of its sound, not of its tags), and for each MODEL/VARIANT

    embedding:KEY           float32 [D]
    taggram:KEY             float32 [T]
    segment_starts:KEY      float32 [S], seconds
    segment_embeddings:KEY  float16 [S, D]
    segment_taggrams:KEY    float16 [S, T]

each null for a track without them. The schema's metadata has the pipeline of each model as JSON.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ML.export.tables import LibraryTable, SegmentArrays, has_vector

if TYPE_CHECKING:
    import pyarrow as pa

CONTENT_HASH = "content_hash"
METADATA_KEY = b"melodex_pipelines"
ROW_GROUP = 500  # tracks: their segments are in memory at once


@dataclass(frozen=True)
class VectorColumns:
    """Names of the columns of a model."""

    key: str

    @property
    def embedding(self) -> str:
        return f"embedding:{self.key}"

    @property
    def taggram(self) -> str:
        return f"taggram:{self.key}"

    @property
    def starts(self) -> str:
        return f"segment_starts:{self.key}"

    @property
    def segment_embeddings(self) -> str:
        return f"segment_embeddings:{self.key}"

    @property
    def segment_taggrams(self) -> str:
        return f"segment_taggrams:{self.key}"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.embedding, self.taggram, self.starts, self.segment_embeddings, self.segment_taggrams)


def write_parquet(table: LibraryTable, path: Path) -> None:
    """One row a track; segments are read and written group by group."""
    from pyarrow import parquet

    whole = whole_columns(table)
    writer = None
    try:
        for first in range(0, max(table.n_tracks, 1), ROW_GROUP):
            group = add_segments(table, whole.slice(first, ROW_GROUP), first)
            writer = writer or parquet.ParquetWriter(
                path, group.schema, compression="zstd", write_page_checksum=True
            )
            writer.write_table(group)
    finally:
        if writer:
            writer.close()


def whole_columns(table: LibraryTable) -> "pa.Table":
    """Everything but the segments."""
    import pyarrow as pa

    columns = {name: pa.array(values) for name, values in table.facts.items()}
    columns[CONTENT_HASH] = pa.array(table.content_hashes, pa.string())
    for key, vectors in table.vectors.items():
        columns[VectorColumns(key).embedding] = vector_array(vectors)
        columns[VectorColumns(key).taggram] = vector_array(table.taggrams[key])
    pipelines = {key: pipeline.to_json() for key, pipeline in table.pipelines.items()}
    return pa.table(columns).replace_schema_metadata({METADATA_KEY: json.dumps(pipelines).encode()})


def vector_array(vectors: np.ndarray) -> "pa.Array":
    """float32 [n, D] as lists, null for rows of NaN."""
    import pyarrow as pa

    if not vectors.shape[1]:  # no track has one, and lists of nothing cannot be written
        return pa.nulls(len(vectors), pa.list_(pa.float32(), 1))
    flat = pa.array(np.ascontiguousarray(vectors).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1], mask=pa.array(~has_vector(vectors)))


def add_segments(table: LibraryTable, group: "pa.Table", first: int) -> "pa.Table":
    """The group, which begins at row `first`, with the columns of segments."""
    import pyarrow as pa

    for key in table.vectors:
        names = VectorColumns(key)
        rows = table.read_segments(key, range(first, first + len(group)))
        widths = max(table.vectors[key].shape[1], 1), max(table.taggrams[key].shape[1], 1)
        starts, embeddings, taggrams = columns_of(rows, widths)
        group = group.append_column(names.starts, starts.cast(pa.list_(pa.float32())))
        group = group.append_column(names.segment_embeddings, embeddings)
        group = group.append_column(names.segment_taggrams, taggrams)
    return group


def columns_of(
    rows: Sequence[SegmentArrays | None], widths: tuple[int, int]
) -> tuple["pa.Array", "pa.Array", "pa.Array"]:
    """Starts, embeddings and taggrams of each track, null where they are missing or of another width."""
    import pyarrow as pa

    kept = [row if row and row.fits(widths) else None for row in rows]
    offsets = np.cumsum([0, *(len(row.starts) if row else 0 for row in kept)])

    def nest(values: "pa.Array") -> "pa.Array":
        mask = pa.array([row is None for row in kept], pa.bool_())
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values, mask=mask)

    there = [row for row in kept if row]
    starts = np.concatenate([np.zeros(0, np.float32), *(row.starts for row in there)])
    vectors = [
        join([row.embeddings for row in there], widths[0]),
        join([row.taggrams for row in there], widths[1]),
    ]
    embeddings, taggrams = (
        pa.FixedSizeListArray.from_arrays(pa.array(each.reshape(-1)), width)
        for each, width in zip(vectors, widths, strict=True)
    )
    return nest(pa.array(starts.astype(np.float32))), nest(embeddings), nest(taggrams)


def join(arrays: list[np.ndarray], width: int) -> np.ndarray:
    """float16 [n, width]"""
    return np.concatenate([np.zeros((0, width), np.float16), *arrays]).astype(np.float16, copy=False)
