"""Inner loops that NumPy cannot express without arrays many times the size, compiled once and kept on disk.

Imported where they are used: numba takes a second to load. Every loop writes only its own rows and draws its
chance from their numbers, so that the result does not depend on how many threads share the rows.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import cpu_count
from numba import njit

PARTS_PER_THREAD = 4  # rows differ in work: a thread that is done early takes another part
N_NEGATIVE = 5  # random rows that push, for each edge that pulls: umap-learn's negative_sample_rate


def n_threads() -> int:
    """OMP_NUM_THREADS, as for the matrix products, else the processors this process may use."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdecimal() and int(asked) else cpu_count()


def over_rows(pool: ThreadPoolExecutor, n_rows: int, work: Callable[[int, int], None]) -> None:
    """work(start, stop) for all rows, in parts."""
    edges = np.linspace(0, n_rows, PARTS_PER_THREAD * n_threads() + 1).astype(int).tolist()
    list(pool.map(work, edges[:-1], edges[1:]))


def square_distances(rows: np.ndarray, queries: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Squared Euclidean distance from every query to each row that `indices` names for it: float64 [m, k]."""
    squares = np.empty(indices.shape)
    with ThreadPoolExecutor(n_threads()) as pool:
        over_rows(
            pool,
            len(queries),
            lambda start, stop: sum_squares(rows, queries, indices, squares, start, stop),
        )
    return squares


@njit(nogil=True, cache=True)
def sum_squares(rows, queries, indices, squares, start, stop):
    for i in range(start, stop):
        for j in range(indices.shape[1]):
            row = rows[indices[i, j]]
            total = 0.0
            for column in range(len(row)):
                total += (row[column] - queries[i, column]) ** 2
            squares[i, j] = total


@njit(nogil=True, cache=True)
def mix(number):
    """splitmix64's finaliser: neighbouring numbers to bits that have nothing in common."""
    number = (number ^ (number >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    number = (number ^ (number >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return number ^ (number >> np.uint64(33))


@njit(nogil=True, fastmath=True, cache=True)
def move_rows(before, after, graph, curve, epoch, step, seed, start, stop):
    """One epoch of UMAP's layout for the rows from start to stop: `after` [n, 3] from `before` [n, 3].

    graph: (offsets, ends, rates) in rows of edges; an edge pulls in the share `rates` of epochs.
    curve: UMAP's (a, b).
    Every row is pulled along its own edges and pushed off random rows where they all lay before,
    once for itself and once for being the other end: no row waits for another.
    """
    offsets, ends, rates = graph
    a, b = curve
    one, two, limit, nearest = np.float32(1), np.float32(2), np.float32(4), np.float32(1e-12)
    n_rows = np.uint64(len(before))
    for i in range(start, stop):
        x, y, z = before[i]
        state = mix(np.uint64(seed) + np.uint64(epoch) * n_rows + np.uint64(i))
        for edge in range(offsets[i], offsets[i + 1]):
            if np.floor(rates[edge] * np.float32(epoch + 1)) == np.floor(rates[edge] * np.float32(epoch)):
                continue
            j = ends[edge]
            dx, dy, dz = x - before[j, 0], y - before[j, 1], z - before[j, 2]
            square = dx * dx + dy * dy + dz * dz + nearest
            power = square**b
            pull = -two * a * b * power / (square * (one + a * power))
            mx = two * min(max(pull * dx, -limit), limit)
            my = two * min(max(pull * dy, -limit), limit)
            mz = two * min(max(pull * dz, -limit), limit)
            for _ in range(N_NEGATIVE):
                state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
                j = np.int64((state >> np.uint64(32)) * n_rows >> np.uint64(32))
                dx, dy, dz = x - before[j, 0], y - before[j, 1], z - before[j, 2]
                square = dx * dx + dy * dy + dz * dz + nearest
                push = two * b / ((np.float32(0.001) + square) * (one + a * square**b))
                mx += min(max(push * dx, -limit), limit)
                my += min(max(push * dy, -limit), limit)
                mz += min(max(push * dz, -limit), limit)
            x += step * mx
            y += step * my
            z += step * mz
        after[i, 0], after[i, 1], after[i, 2] = x, y, z
