"""The same library has the same map on every processor and with any number of threads.

Rounding differs between processors by about 1e-6. A PCA follows it no further. The optimization of UMAP and
t-SNE is chaotic: single points end elsewhere, but neighborhoods stay, and the orientation is that of the PCA.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.ML.map_stability import (
    LARGEST_PCA_DIFFERENCE,
    LARGEST_ROTATION,
    N_LARGE,
    SMALLEST_OVERLAP,
    compute_map,
    mean_overlap,
    relative_difference,
    rotation_degrees,
    round_differently,
    synthetic_library,
)

REPOSITORY = Path(__file__).parents[2]
N_SMALL = 48
MAPS = {"pca": (2, 3), "umap": (2, 3), "tsne": (2,)}
CASES = [(method, dimensions) for method, choices in MAPS.items() for dimensions in choices]
IN_ANOTHER_PROCESS = """
import sys, numpy
from tests.ML.test_map_stability import compute_other_maps
numpy.savez(sys.argv[1], **compute_other_maps())
"""


def compute_other_maps() -> dict[str, np.ndarray]:
    """Maps of vectors that were rounded differently."""
    rows = round_differently(synthetic_library(N_SMALL))
    return {f"{method}_{dimensions}": compute_map(rows, method, dimensions) for method, dimensions in CASES}


@pytest.fixture(scope="module", params=["same threads", "two threads"])
def other_maps(request, tmp_path_factory) -> dict[str, np.ndarray]:
    if request.param == "same threads":
        return compute_other_maps()
    path = tmp_path_factory.mktemp("maps") / "maps.npz"
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(path)]
    subprocess.run(command, cwd=REPOSITORY, check=True, env={**os.environ, "OMP_NUM_THREADS": "2"})
    return dict(np.load(path))


@pytest.fixture(scope="module")
def maps() -> dict[str, np.ndarray]:
    rows = synthetic_library(N_SMALL)
    return {f"{method}_{dimensions}": compute_map(rows, method, dimensions) for method, dimensions in CASES}


@pytest.mark.numerical
@pytest.mark.parametrize(("method", "dimensions"), CASES)
def test_a_small_library_has_one_map(method, dimensions, maps, other_maps):
    name = f"{method}_{dimensions}"
    if method == "pca":
        assert relative_difference(maps[name], other_maps[name]) < LARGEST_PCA_DIFFERENCE
    else:
        assert mean_overlap(maps[name], other_maps[name]) >= SMALLEST_OVERLAP


def test_a_large_library_is_not_turned():
    rows = synthetic_library(N_LARGE)
    coords, other = (compute_map(each, "umap", 2) for each in (rows, round_differently(rows)))
    assert rotation_degrees(coords, other) <= LARGEST_ROTATION
