"""Vectors become a map: one row of PROJECTIONS a method, seeded and the same on every run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ML import tsne, umap_layout
from ML.equal_rows import find_first_equal
from ML.errors import UnknownChoiceError
from ML.neighbors import find_neighbors
from ML.pca import centre, check_finite, compute_pca, starting_layout
from ML.tsne import NEIGHBORS_PER_PERPLEXITY

DIMENSIONS = (2, 3)
MIN_TRACKS = 5  # with fewer, neighbourhoods are the whole library and the shape is chance
Progress = Callable[[float], None]  # takes the share that is done
Options = Mapping[str, float]


@dataclass(frozen=True)
class Projection:
    """A map. coords: float32 [n, dimensions].  parameters: those used.  note: what differs from the usual."""

    coords: np.ndarray
    parameters: dict[str, object]
    note: str | None = None


@dataclass(frozen=True)
class Option:
    """A number that a person may choose; whole where its default is."""

    name: str
    default: float
    smallest: float
    largest: float

    def check(self, value: float) -> float:
        """The value, of the default's kind. Raises UnknownChoiceError for any other, and out of bounds."""
        is_kind = not isinstance(self.default, int) or float(value).is_integer()
        if not (is_kind and self.smallest <= value <= self.largest):
            raise UnknownChoiceError(self.name, value, [self.range])
        return type(self.default)(value)

    @property
    def range(self) -> str:
        kind = "whole number" if isinstance(self.default, int) else "number"
        return f"a {kind} from {self.smallest} to {self.largest}"


SEED = Option("seed", 42, 0, 2**32 - 1)


@dataclass(frozen=True)
class Task:
    """What a method projects: rows (float64 [n, width], centered, no two of them equal)."""

    rows: np.ndarray
    dimensions: int
    seed: int
    options: Options
    on_progress: Progress


@dataclass(frozen=True)
class ProjectionMethod:
    """One row of the table. fixed: further parameters that a map is told to have."""

    label: str
    compute: Callable[[Task], Projection]
    options: tuple[Option, ...] = ()
    fixed: Mapping[str, object] = field(default_factory=dict)
    min_tracks: int = MIN_TRACKS
    is_linear: bool = False

    def complete(self, given: Options) -> dict[str, float]:
        """Every option with its value. Raises UnknownChoiceError for others, and for values out of bounds."""
        names = [option.name for option in self.options]
        for name in given:
            if name not in names:
                raise UnknownChoiceError(f"parameter of {self.label}", name, names)
        return {option.name: option.check(given.get(option.name, option.default)) for option in self.options}


def project(
    matrix: np.ndarray, method: str, dimensions: int, seed: int = 42, options: Options | None = None,
    on_progress: Progress = lambda share: None,
) -> Projection:  # fmt: skip
    """A map of the rows of a matrix, of any number of rows. Equal rows share one point.

    matrix: [n, width].  method: a name in PROJECTIONS.  dimensions: 2 or 3.  options: those of the method
    that differ from their defaults.
    Raises UnknownChoiceError for another method, dimension or option, ModelOutputError for rows not finite.
    """
    chosen = get_projection(method)
    if dimensions not in DIMENSIONS:
        raise UnknownChoiceError("number of dimensions", dimensions, [str(choice) for choice in DIMENSIONS])
    complete = chosen.complete(options or {})
    rows = centre(check_finite(matrix))
    if not rows.any():
        return share_one_point(len(rows), dimensions)
    firsts, points = np.unique(find_first_equal(rows), return_inverse=True)
    different = centre(rows[firsts])
    if len(different) < chosen.min_tracks:
        projection = fall_back_to_pca(different, dimensions, chosen)
    else:
        projection = chosen.compute(Task(different, dimensions, seed, complete, on_progress))
    return share_points(projection, points)


def share_points(projection: Projection, points: np.ndarray) -> Projection:
    """The map of all rows. points: int64 [n], which point of the projection each row has.

    Methods that keep neighbors apart would otherwise spread copies over a third of the map.
    """
    n_sharing = len(points) - len(projection.coords)
    if n_sharing == 0:
        return projection
    same = f"{n_sharing} tracks have the vector of another and share its point."
    if n_sharing == 1:
        same = "1 track has the vector of another and shares its point."
    note = " ".join(filter(None, (projection.note, same)))
    return replace(projection, coords=projection.coords[points], note=note)


def get_projection(method: str) -> ProjectionMethod:
    """Raises UnknownChoiceError, naming the choices."""
    if method not in PROJECTIONS:
        raise UnknownChoiceError("projection", method, list(PROJECTIONS))
    return PROJECTIONS[method]


def share_one_point(n_tracks: int, dimensions: int) -> Projection:
    """No track, one track, or tracks that are all the same."""
    note = f"All {n_tracks} tracks have the same vector and share one point." if n_tracks > 1 else None
    return Projection(np.zeros((n_tracks, dimensions), dtype=np.float32), {}, note)


def fall_back_to_pca(rows: np.ndarray, dimensions: int, asked: ProjectionMethod) -> Projection:
    needed = f"{asked.min_tracks} different tracks or more"
    note = f"{asked.label} needs {needed}: this map of {len(rows)} is PCA."
    return Projection(compute_pca(rows, dimensions).astype(np.float32), {}, note)


def project_pca(task: Task) -> Projection:
    """It draws nothing: the seed makes no difference."""
    return Projection(compute_pca(task.rows, task.dimensions).astype(np.float32), {})


def project_umap(task: Task) -> Projection:
    wanted = task.options["n_neighbors"]  # counts the track itself
    used = min(int(wanted), len(task.rows) - 1)
    graph = umap_layout.graph_of(*find_neighbors(task.rows, used - 1))
    start = starting_layout(task.rows, task.dimensions, size=1.0, seed=task.seed)
    coords = umap_layout.lay_out(graph, start, task.options["min_dist"], task.seed, task.on_progress)
    return describe(task, "umap", coords, "n_neighbors", wanted, used)


def project_tsne(task: Task) -> Projection:
    wanted = task.options["perplexity"]
    used = min(wanted, round((len(task.rows) - 1) / NEIGHBORS_PER_PERPLEXITY, 1))
    start = starting_layout(task.rows, task.dimensions, size=1e-4, seed=task.seed)  # openTSNE's, the paper's
    coords = tsne.lay_out(task.rows, start, used, task.seed, task.on_progress)
    return describe(task, "tsne", coords, "perplexity", wanted, used)


def describe(
    task: Task, method: str, coords: np.ndarray, name: str, wanted: float, used: float
) -> Projection:
    """name: of the parameter that a small library lowers."""
    parameters: dict[str, Any] = {
        **task.options, name: used, **PROJECTIONS[method].fixed, "seed": task.seed
    }  # fmt: skip
    note = f"{name} {wanted:g} lowered to {used:g} for {len(coords)} tracks." if used < wanted else None
    return Projection(coords, parameters, note)


PROJECTIONS: dict[str, ProjectionMethod] = {
    "umap": ProjectionMethod(
        "UMAP",
        project_umap,
        (Option("n_neighbors", 15, 2, 200), Option("min_dist", 0.1, 0, 0.99)),
        {"metric": "euclidean"},
    ),
    "tsne": ProjectionMethod(
        "t-SNE", project_tsne, (Option("perplexity", 30.0, 1, 100),), {"iterations": tsne.ITERATIONS}
    ),
    "pca": ProjectionMethod("PCA", project_pca, min_tracks=2, is_linear=True),
}
