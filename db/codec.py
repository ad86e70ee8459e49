"""Array ↔ BLOB, as the original program wrote them: `numpy.save` bytes without pickles."""

import io
import math
from functools import lru_cache

import numpy as np
from numpy.lib import format as npy

HEADER_START = 10  # bytes: magic, version 1.0, length of the header that follows


def encode_array(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def decode_array(data: bytes) -> np.ndarray:
    """A read-only array. Raises ValueError for bytes that are no array, or that would need a pickle."""
    header = data[: HEADER_START + int.from_bytes(data[8:HEADER_START], "little")]
    plain = read_header(header)
    if plain is None:
        return np.load(io.BytesIO(data), allow_pickle=False)
    shape, dtype = plain
    return np.frombuffer(data, dtype, math.prod(shape), offset=len(header)).reshape(shape)


@lru_cache
def read_header(header: bytes) -> tuple[tuple[int, ...], np.dtype] | None:
    """Shape and type, None for what is not simply numbers in a row.

    A library's vectors share one header, and reading it takes ten times as long as a vector.
    """
    stream = io.BytesIO(header)
    if npy.read_magic(stream) != (1, 0):
        return None
    shape, is_fortran, dtype = npy.read_array_header_1_0(stream)
    return None if is_fortran or dtype.hasobject else (shape, dtype)


def encode_vector(vector: np.ndarray) -> tuple[bytes, str]:
    """A track vector [D] as the BLOB and shape text of the `embeddings` table: (1, D) float32."""
    row = np.asarray(vector, dtype=np.float32).reshape(1, -1)
    return encode_array(row), str(row.shape)


def decode_vector(data: bytes) -> np.ndarray:
    """float32 [D] from a BLOB of any shape that holds one vector."""
    return decode_array(data).astype(np.float32, copy=False).reshape(-1)
