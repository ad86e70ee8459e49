"""Vectors whose answer is known: noise, and clusters that nobody can confuse."""

import numpy as np


def random_vectors(n: int, width: int = 6, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, width))


def clusters(n_clusters: int = 4, size: int = 12) -> tuple[np.ndarray, list[str]]:
    """Vectors [n, 8] and the genre of each."""
    names = [f"genre {index // size}" for index in range(n_clusters * size)]
    centres = np.repeat(np.eye(n_clusters, 8), size, axis=0)
    return centres + 0.01 * random_vectors(len(names), 8), names
