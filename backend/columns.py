"""A map in columns: Arrow IPC, which a browser reads without parsing a hundred thousand objects.

The stream itself is not compressed: browsers unpack the encoding of the answer (Zstandard, brotli, gzip), and
not every reader of Arrow unpacks buffers.
"""

import json
from typing import Any

import numpy as np

from db.projections import LibraryMap

ARROW_MIMETYPE = "application/vnd.apache.arrow.stream"
AXES = ("x", "y", "z")
EXACT_BITS = (
    14  # of a coordinate's 23: a sixteenth of a pixel on a map a thousand pixels wide, and half the bytes
)


def write_columns(name: str, library_map: LibraryMap, labels: dict[int, tuple[str, str]]) -> bytes:
    """Columns name (text), tag (dictionary), x, y and z (float32); the schema's metadata say the rest."""
    import pyarrow as pa

    is_there = np.array([track_id in labels for track_id in library_map.track_ids.tolist()], dtype=bool)
    found = [labels[track_id] for track_id in library_map.track_ids[is_there].tolist()]
    coords = round_mantissa(library_map.coords[is_there])
    table = pa.table(
        {
            "name": pa.array([filename for filename, _ in found], pa.string()),
            "tag": pa.array([genre for _, genre in found], pa.string()).dictionary_encode(),
            **{axis: pa.array(column) for axis, column in zip(AXES, coords.T, strict=False)},
        }
    ).replace_schema_metadata(metadata(name, library_map))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def metadata(name: str, library_map: LibraryMap) -> dict[str, str]:
    values: dict[str, Any] = {
        "parameters": library_map.parameters, "note": library_map.note, "stale": library_map.is_stale,
    }  # fmt: skip
    return {"name": name, **{key: json.dumps(value) for key, value in values.items()}}


def round_mantissa(values: np.ndarray) -> np.ndarray:
    """float32 with the bits beyond EXACT_BITS zero, which compress to nothing."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    dropped = 23 - EXACT_BITS
    half = np.uint32(1 << (dropped - 1))
    return ((bits + half) & np.uint32(0xFFFFFFFF << dropped & 0xFFFFFFFF)).view(np.float32)
