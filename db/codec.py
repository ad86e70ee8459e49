"""Array ↔ BLOB, as the original program wrote them: `numpy.save` bytes without pickles."""

import io

import numpy as np


def encode_array(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def decode_array(data: bytes) -> np.ndarray:
    """Raises ValueError for bytes that are no array, or that would need a pickle."""
    return np.load(io.BytesIO(data), allow_pickle=False)


def encode_vector(vector: np.ndarray) -> tuple[bytes, str]:
    """A track vector [D] as the BLOB and shape text of the `embeddings` table: (1, D) float32."""
    row = np.asarray(vector, dtype=np.float32).reshape(1, -1)
    return encode_array(row), str(row.shape)


def decode_vector(data: bytes) -> np.ndarray:
    """float32 [D] from a BLOB of any shape that holds one vector."""
    return decode_array(data).astype(np.float32, copy=False).reshape(-1)
