"""Reading vectors from a Parquet file in the format of `ML.export.parquet`, whatever program wrote it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ML import registry
from ML.errors import LibraryError, MelodexError, UnknownChoiceError
from ML.export.parquet import CONTENT_HASH, METADATA_KEY, VectorColumns
from ML.pipeline import ORIGINAL, Pipeline
from ML.segments import TrackOutput

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

BATCH_ROWS = 100  # tracks in memory at once, and in one transaction
NO_METADATA = (
    "it does not say which pipeline computed its vectors: export it with this version of Melodex, or add the "
    f"schema metadata {METADATA_KEY.decode()}"
)


@dataclass(frozen=True)
class VectorRow:
    """Vectors of one sound by one model. has_segments: not those of the original program."""

    content_hash: str
    output: TrackOutput
    has_segments: bool


class VectorFile:
    """An open file with checked pipelines, columns and widths; values are checked as they are read.

    pipelines: by key of the model.
    """

    def __init__(self, path: Path):
        """Raises LibraryError that names the file and what is wrong with it."""
        self.path = path
        with self._refusing():
            self._file = open_parquet(path)
            self.pipelines = read_pipelines(self._file.schema_arrow)
            for key, pipeline in self.pipelines.items():
                check_columns(self._file.schema_arrow, key, pipeline)

    @property
    def n_tracks(self) -> int:
        return self._file.metadata.num_rows

    def check(self) -> Iterator[int]:
        """Reads everything; yields the number of tracks of each part. Raises LibraryError."""
        for batch in self.batches():
            for key in self.pipelines:
                self.rows(batch, key)
            yield len(batch)

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """Raises LibraryError for damaged parts."""
        names = [name for key in self.pipelines for name in VectorColumns(key).names]
        with self._refusing():
            yield from self._file.iter_batches(BATCH_ROWS, columns=[CONTENT_HASH, *names])

    def rows(self, batch: "pa.RecordBatch", key: str) -> list[VectorRow]:
        """Vectors of the tracks of a batch that have both by this model. Raises LibraryError."""
        hashes, *columns = (batch.column(name) for name in (CONTENT_HASH, *VectorColumns(key).names))
        rows = []
        with self._refusing():
            for at, content_hash in enumerate(hashes.to_pylist()):
                if content_hash and all(column[at].is_valid for column in columns[:2]):
                    rows.append(read_row(content_hash, key, [read_cell(column, at) for column in columns]))
        return rows

    def _refusing(self) -> "Refusing":
        return Refusing(self.path)


class Refusing:
    """Turns whatever reading a file raises into one LibraryError."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: object) -> None:
        from pyarrow import ArrowException

        if isinstance(error, MelodexError | OSError | ArrowException):
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            first_line = reason.strip().splitlines()[0].rstrip(".")
            raise LibraryError(f"Cannot import {self.path}: {first_line}.") from error


def open_parquet(path: Path) -> "parquet.ParquetFile":
    from pyarrow import ArrowException
    from pyarrow import parquet as pq

    try:
        return pq.ParquetFile(path, page_checksum_verification=True)
    except ArrowException as error:
        raise MelodexError("it is no whole Parquet file") from error


def read_pipelines(schema: "pa.Schema") -> dict[str, Pipeline]:
    """Raises MelodexError."""
    text = (schema.metadata or {}).get(METADATA_KEY)
    if text is None:
        raise MelodexError(NO_METADATA)
    try:
        facts = json.loads(text)
    except ValueError as error:
        raise MelodexError(f"its metadata {METADATA_KEY.decode()} is no JSON") from error
    if not isinstance(facts, dict) or not facts:
        raise MelodexError(NO_METADATA)
    pipelines = {str(key): Pipeline.from_json(each) for key, each in facts.items()}
    for key, pipeline in pipelines.items():
        if key != "/".join(pipeline.pair):
            raise MelodexError(f"its pipeline of {key} is one of {'/'.join(pipeline.pair)}")
        check_known(pipeline)
    return pipelines


def check_known(pipeline: Pipeline) -> None:
    """Raises UnknownChoiceError for a model, variant or release that the registry lacks."""
    registry.get(*pipeline.pair)
    releases = [spec.release for spec in registry.releases_of(*pipeline.pair)]
    if pipeline.release not in (*releases, ORIGINAL):
        choices = [name for name in (*releases, ORIGINAL) if name]
        raise UnknownChoiceError(f"release of {'/'.join(pipeline.pair)}", pipeline.release, choices)


def check_columns(schema: "pa.Schema", key: str, pipeline: Pipeline) -> None:
    """Raises MelodexError for columns that are missing or of another width.

    Vectors of the original program may have any width: its networks were others.
    """
    import pyarrow as pa

    names = VectorColumns(key)
    missing = [name for name in (CONTENT_HASH, *names.names) if name not in schema.names]
    if missing:
        raise MelodexError(f"it has no column {missing[0]}")
    text_type = schema.field(CONTENT_HASH).type
    if not (pa.types.is_string(text_type) or pa.types.is_large_string(text_type)):
        raise MelodexError(f"its column {CONTENT_HASH} is no text")
    expected: dict[str, int | None] = dict.fromkeys(names.names)
    if pipeline.release != ORIGINAL:
        spec = registry.get(*pipeline.pair, pipeline.release)
        expected[names.embedding] = expected[names.segment_embeddings] = spec.embedding_dim
        expected[names.taggram] = expected[names.segment_taggrams] = spec.taggram_dim
    for name in names.names:
        check_column(schema.field(name), name == names.starts, "segment" in name, expected[name])


def check_column(field: Any, is_starts: bool, is_of_segments: bool, width: int | None) -> None:
    """Raises MelodexError for another shape than the format's."""
    import pyarrow as pa

    kind = field.type
    if is_of_segments:
        kind = kind.value_type if pa.types.is_list(kind) else None
    if is_starts:
        if kind is None or not pa.types.is_floating(kind):
            raise MelodexError(f"its column {field.name} is {field.type} instead of lists of numbers")
        return
    is_vector = kind is not None and pa.types.is_fixed_size_list(kind)
    if not is_vector or not pa.types.is_floating(kind.value_type):
        raise MelodexError(f"its column {field.name} is {field.type} instead of lists of one width")
    if width is not None and kind.list_size != width:
        raise MelodexError(
            f"its column {field.name} has {kind.list_size} numbers a vector instead of {width}"
        )


def read_cell(column: "pa.Array", at: int) -> np.ndarray | None:
    """A vector [D], starts [S] or an array [S, D]; None for null."""
    cell = column[at]
    if not cell.is_valid:
        return None
    values = cell.values
    width = getattr(values.type, "list_size", None)
    if width is None:
        return values.to_numpy(zero_copy_only=False)
    return values.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)


def read_row(content_hash: str, key: str, cells: list[np.ndarray | None]) -> VectorRow:
    """Raises MelodexError for what is no finite number, and for segments without their starts."""
    embedding, taggram, starts, segment_embeddings, segment_taggrams = cells
    segments = (starts, segment_embeddings, segment_taggrams)
    lengths = {None if each is None else len(each) for each in segments}
    if embedding is None or taggram is None or len(lengths) != 1:
        raise MelodexError(f"the vectors of {content_hash} by {key} are incomplete")
    if not all(np.isfinite(each).all() for each in cells if each is not None):
        raise MelodexError(f"the vectors of {content_hash} by {key} are no finite numbers")
    has_segments = starts is not None and len(starts) > 0
    none = np.zeros((0, 0), np.float16)
    output = TrackOutput(
        embedding,
        taggram,
        none if segment_embeddings is None else segment_embeddings,
        none if segment_taggrams is None else segment_taggrams,
        np.zeros(0) if starts is None else starts,
    )
    return VectorRow(content_hash, output, has_segments)
