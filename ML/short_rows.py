"""Wide rows in few columns: what is far in these is far in all, and need not be looked at.

An orthogonal projection never lengthens a distance, and the lengths of what it leaves over differ by no more
than what is left over does. So a short row's distance is a lower bound, read from a tenth of the memory.
"""

from dataclasses import dataclass

import numpy as np

from ML.neighbors import project_on

N_AXES = 64
WIDEST_UNSHORTENED = 4 * N_AXES
FEWEST_ROWS = 20_000  # fewer are looked at whole in a few milliseconds
BLOCK_ROWS = 10_000  # float64 at once
SAMPLE_ROWS = 10_000  # that the axes are found from; the bounds hold for any axes


@dataclass(frozen=True)
class ShortRows:
    """axes: float64 [D, N_AXES], orthonormal.  rows: float32 [n, N_AXES + 1], the last column the length of
    what the axes leave over.  squares: float32 [n], their squared lengths.
    """

    axes: np.ndarray
    rows: np.ndarray
    squares: np.ndarray

    @property
    def n_bytes(self) -> int:
        return self.rows.nbytes + self.squares.nbytes

    def lower_bounds(self, point: np.ndarray) -> np.ndarray:
        """Squared distances [n] to a point [D] that the true ones are not below, but for rounding."""
        short = project_on(self.axes, point[None])[0]
        return self.squares + np.square(short).sum() - 2.0 * (self.rows @ short)


def shorten(rows: np.ndarray) -> ShortRows | None:
    """None where rows are so few, so narrow or so small already that it would not pay."""
    if len(rows) < FEWEST_ROWS or rows.shape[1] < WIDEST_UNSHORTENED or rows.dtype != np.float32:
        return None
    sample = rows[:: 1 + len(rows) // SAMPLE_ROWS]
    _, axes = np.linalg.eigh((sample.T @ sample).astype(np.float64))
    strongest = np.ascontiguousarray(axes[:, -N_AXES:])
    blocks = [rows[start : start + BLOCK_ROWS] for start in range(0, len(rows), BLOCK_ROWS)]
    # In float64: the root of a difference that float32 has rounded would be no bound.
    short = np.concatenate([project_on(strongest, block.astype(np.float64)) for block in blocks])
    return ShortRows(strongest, short, np.square(short).sum(axis=1))
