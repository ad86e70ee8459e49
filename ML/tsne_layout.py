"""t-SNE in the plane by interpolation (Linderman et al. 2019): rows pull neighbours and push all others.

The pushes of all on all are a convolution: rows are spread as charges onto a regular grid, the charges are
convolved with the push of one row, and what they add up to is read off where each row is. Single precision,
pushes instead of their parts and a cubic on four nodes take a quarter of openTSNE's processor time. Of few
rows the pushes are summed pair by pair, which is exact and quicker.

Imported where it is used: numba takes a second to load.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.fft import fftfreq, irfft2, next_fast_len, rfft2

from ML.kernels import n_threads, over_rows
from ML.tsne_kernels import attract, gather, move, push_each, spread

FEW_ROWS = 2500  # of so many, all pairs take less time than the transforms
GRID_STEP = 1 / 3  # of the map's unit, which is how far a row's push reaches
FINEST_STEP = GRID_STEP / 16  # for a map that has only begun to unfold
# Along the longer side: smaller maps have a finer grid, larger ones a coarser.
FEWEST_NODES, MOST_NODES = 128, 1536
MARGIN = 4  # nodes around the map
GROWTH = 32  # the grid grows by so many nodes, and seldom
LOWEST_RATE = 50.0  # of learning: less leaves small maps unfinished
MOMENTUM = np.float32(0.8)
Phases = tuple[tuple[int, float], ...]  # (iterations, exaggeration of the pull)


@dataclass(frozen=True)
class Grid:
    """step: between nodes.  kernels: transforms of what one row does to others, complex64 [3, …].

    They are: its push along both axes, and how near they are.
    """

    step: float
    shape: tuple[int, int]
    kernels: np.ndarray

    def holds(self, n_nodes: np.ndarray, step: float) -> bool:
        return step == self.step and bool((2 * n_nodes <= self.shape).all())


def lay_out(affinities, start: np.ndarray, phases: Phases, tell: Callable[[int], None]) -> np.ndarray:
    """Places float32 [n, 2] from a starting layout of that shape.

    affinities: scipy CSR [n, n], symmetric, of sum 1.  tell: takes the number of iterations done.
    """
    coords = start.astype(np.float32)
    speeds, gains, pulls = np.zeros_like(coords), np.ones_like(coords), np.empty_like(coords)
    offsets, ends = affinities.indptr.astype(np.int64), affinities.indices.astype(np.int32)
    grid: Grid | None = None
    n_done = 0
    with ThreadPoolExecutor(n_threads()) as pool:
        for iterations, exaggeration in phases:
            strengths = (affinities.data * exaggeration).astype(np.float32)
            rate = np.float32(max(len(coords) / exaggeration, LOWEST_RATE))
            for _ in range(iterations):
                if len(coords) <= FEW_ROWS:
                    pushes = push_pairwise(coords, pool)
                else:
                    grid, pushes = push(coords, grid, pool)
                over_rows(pool, len(coords), partial(attract, coords, offsets, ends, strengths, pulls))
                update = partial(move, coords, pulls, pushes, rate, MOMENTUM, speeds, gains)
                over_rows(pool, len(coords), update)
                coords -= coords.mean(axis=0, dtype=np.float64).astype(np.float32)
                n_done += 1
                tell(n_done)
    return coords


def push(coords: np.ndarray, grid: Grid | None, pool: ThreadPoolExecutor) -> tuple[Grid, np.ndarray]:
    """(the grid that was used, the push of all rows on each along both axes: float32 [n, >= 2])."""
    grid, places = lay_grid(coords, grid)
    charges = np.zeros(grid.shape, np.float32)
    spread(places, charges)
    spectra = rfft2(charges, workers=n_threads()) * grid.kernels
    fields = irfft2(spectra, s=grid.shape, axes=(1, 2), workers=n_threads())
    found = np.empty((len(coords), 3), np.float32)
    over_rows(pool, len(coords), partial(gather, places, fields, found))
    return grid, share_out(found)


def push_pairwise(coords: np.ndarray, pool: ThreadPoolExecutor) -> np.ndarray:
    """The same, exactly."""
    found = np.empty((len(coords), 3), np.float32)
    over_rows(pool, len(coords), partial(push_each, coords, found))
    return share_out(found)


def share_out(found: np.ndarray) -> np.ndarray:
    """Pushes in shares of all nearness, but for that of rows to themselves: found, changed."""
    found /= np.float32(found[:, 2].sum(dtype=np.float64) - len(found))
    return found


def lay_grid(coords: np.ndarray, grid: Grid | None) -> tuple[Grid, np.ndarray]:
    """(a grid that holds the rows: the one given, if it does; where they are on it, in steps [n, 2])."""
    low, high = coords.min(axis=0), coords.max(axis=0)
    step = choose_step(float((high - low).max()))
    places = (coords - low) * np.float32(1 / step) + np.float32(MARGIN)
    n_nodes = np.ceil(places.max(axis=0)).astype(int) + MARGIN
    if grid is None or not grid.holds(n_nodes, step):
        grid = make_grid(n_nodes, step)
    return grid, places


def choose_step(size: float) -> float:
    """For a map of that size; doubled and halved, so that a map that grows keeps its grid for a while."""
    step = GRID_STEP
    while size > MOST_NODES * step:
        step *= 2
    while size < FEWEST_NODES * step and step > FINEST_STEP:
        step /= 2
    return step


def make_grid(n_nodes: np.ndarray, step: float) -> Grid:
    """Twice as many nodes as rows may lie on: a convolution by Fourier transforms goes round."""
    columns, lines = (
        next_fast_len(2 * GROWTH * int(np.ceil(n / GROWTH)), real=True) for n in n_nodes.tolist()
    )
    axes = (step * fftfreq(n, 1 / n) for n in (columns, lines))
    dx, dy = np.meshgrid(*axes, indexing="ij")
    near = 1 / (1 + dx**2 + dy**2)
    kernels = np.stack([dx * near**2, dy * near**2, near]).astype(np.float32)
    return Grid(step, (columns, lines), rfft2(kernels, axes=(1, 2), workers=n_threads()))
