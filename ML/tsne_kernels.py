"""Inner loops of t-SNE in the plane, compiled once and kept on disk; see ML/tsne_layout.py.

Imported where they are used: numba takes a second to load. Places are float32 [n, 2], in steps of the grid.
"""

import numpy as np
from numba import njit

NODES = 4  # of a cubic, on each axis


@njit(nogil=True, cache=True)
def weigh(place):
    """The node before a place, and the weights of Lagrange's cubic of the nodes from that on."""
    before = np.floor(place)
    u = place - before
    one, two = np.float32(1), np.float32(2)
    sixth, half = np.float32(1 / 6), np.float32(0.5)
    return (
        np.int64(before) - 1,
        (
            -u * (u - one) * (u - two) * sixth,
            (u + one) * (u - one) * (u - two) * half,
            -(u + one) * u * (u - two) * half,
            (u + one) * u * (u - one) * sixth,
        ),
    )


@njit(nogil=True, cache=True)
def spread(places, grid):
    """Add every row, as a charge of 1, to the nodes around it."""
    for i in range(len(places)):
        column, across = weigh(places[i, 0])
        line, along = weigh(places[i, 1])
        for a in range(NODES):
            for b in range(NODES):
                grid[column + a, line + b] += across[a] * along[b]


@njit(nogil=True, cache=True)
def gather(places, fields, found, start, stop):
    """found float32 [n, 3]: what three fields [3, columns, lines] are where each row is."""
    for i in range(start, stop):
        column, across = weigh(places[i, 0])
        line, along = weigh(places[i, 1])
        for which in range(3):
            total = np.float32(0)
            for a in range(NODES):
                for b in range(NODES):
                    total += across[a] * along[b] * fields[which, column + a, line + b]
            found[i, which] = total


@njit(nogil=True, fastmath=True, cache=True)
def push_each(coords, found, start, stop):
    """found float32 [n, 3]: the push of all rows on each along both axes, and how near they all are."""
    one = np.float32(1)
    for i in range(start, stop):
        x, y = coords[i, 0], coords[i, 1]
        along_x = along_y = total = np.float32(0)
        for j in range(len(coords)):
            dx, dy = x - coords[j, 0], y - coords[j, 1]
            near = one / (one + dx * dx + dy * dy)
            along_x += near * near * dx
            along_y += near * near * dy
            total += near
        found[i, 0], found[i, 1], found[i, 2] = along_x, along_y, total


@njit(nogil=True, fastmath=True, cache=True)
def attract(coords, offsets, ends, strengths, pulls, start, stop):
    """pulls float32 [n, 2]: towards the neighbours of each row, by their strengths.

    offsets, ends, strengths: rows of edges, as in scipy's CSR.
    """
    one = np.float32(1)
    for i in range(start, stop):
        x, y = coords[i, 0], coords[i, 1]
        along_x = along_y = np.float32(0)
        for edge in range(offsets[i], offsets[i + 1]):
            j = ends[edge]
            dx, dy = x - coords[j, 0], y - coords[j, 1]
            weight = strengths[edge] / (one + dx * dx + dy * dy)
            along_x += weight * dx
            along_y += weight * dy
        pulls[i, 0], pulls[i, 1] = along_x, along_y


@njit(nogil=True, cache=True)
def move(coords, pulls, pushes, rate, momentum, speeds, gains, start, stop):
    """One step down the gradient, pulls less pushes, each axis of a row by its own gain (Jacobs 1988).

    All [n, 2], pushes [n, >= 2]; coords, speeds and gains are changed.
    """
    more, less, least = np.float32(0.2), np.float32(0.8), np.float32(0.01)
    farthest = np.float32(5)
    for i in range(start, stop):
        for axis in range(2):
            slope = pulls[i, axis] - pushes[i, axis]
            turns = (speeds[i, axis] > 0) != (slope > 0)
            gains[i, axis] = gains[i, axis] + more if turns else gains[i, axis] * less + least
            speeds[i, axis] = momentum * speeds[i, axis] - rate * gains[i, axis] * slope
        length = np.sqrt(speeds[i, 0] ** 2 + speeds[i, 1] ** 2)
        if length > farthest:
            speeds[i] *= farthest / length
        coords[i] += speeds[i]
