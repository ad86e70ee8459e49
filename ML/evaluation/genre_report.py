"""Genre similarity as text for people and as JSON for programs."""

import csv
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from ML.evaluation.genre_similarity import GenreSimilarity
from ML.evaluation.hubness import Hubness
from ML.text import aligned, titled

N_STRAYS = 20  # tracks named in the text; JSON has them all
INTRODUCTION = """\
Cosine throughout. In brackets 95 % intervals, by bootstrap over tracks (seed {seed}); chance is what shuffled
genres or a random ranking reach.

agreement      share of tracks whose nearest genre centroid is that of their own genre. Inclusive: the track
               is part of its own centroid, as the original program counted; it flatters, see its chance.
               Leave-one-out: it is not.
precision@{k}   share of the {k} nearest other tracks that are of the same genre.
MAP@{k}         mean average precision among them, of min({k}, tracks of the genre - 1) that could be found.
               What the original's report called MAP@10 was precision@10."""
SCORES = {  # as a person and as a program reads it → the field of GenreSimilarity
    ("agreement, inclusive", "agreement_inclusive"): "agreement_inclusive",
    ("agreement, leave-one-out", "agreement_leave_one_out"): "agreement",
    ("precision@{k}", "precision_at_k"): "precision",
    ("MAP@{k}", "map_at_k"): "average_precision",
}


@dataclass(frozen=True)
class ModelGenres:
    """A model by its key, the file names of the tracks in its space, and what was found there."""

    key: str
    filenames: list[str]
    n_without_genre: int
    similarity: GenreSimilarity

    @property
    def k(self) -> int:
        return self.similarity.neighbors.shape[1]


def genre_text(models: list[ModelGenres], seed: int) -> str:
    k = models[0].k
    parts = [
        titled("Genre similarity", "="),
        INTRODUCTION.format(k=k, seed=seed),
        summary(models),
        *(model_text(model) for model in models),
    ]
    return "\n\n".join(parts) + "\n"


def summary(models: list[ModelGenres]) -> str:
    header = ("model", "tracks", *(name.format(k=models[0].k) for name, _ in SCORES))
    rows = []
    for model in models:
        scores = [str(getattr(model.similarity, field)) for field in SCORES.values()]
        rows.append((model.key, str(len(model.filenames)), *scores))
    return "\n".join(aligned(header, rows, {"tracks"}))


def model_text(model: ModelGenres) -> str:
    found = model.similarity
    parts = [
        titled(f"{model.key}: {len(model.filenames)} tracks of {len(found.genres)} genres"),
        *notes(model),
        genre_table(found),
        hub_line(found.hubness),
        "Cosine between genre centroids",
        square(found.genres, found.centroid_similarity),
        f"Genres of the {model.k} nearest tracks; every row sums to 1",
        square(found.genres, found.neighbor_genres),
        stray_text(model),
    ]
    return "\n\n".join(part for part in parts if part)


def notes(model: ModelGenres) -> list[str]:
    """What a reader must know of the library before the numbers."""
    singles, best = model.similarity.singles, model.similarity.best_precision
    told = {
        f"{model.n_without_genre} tracks without a genre are left out.": model.n_without_genre,
        f"Only one track each: {', '.join(singles)}. Nothing can be found for it: it is left out of "
        "leave-one-out agreement, precision and MAP.": singles,
        f"Not every genre fills {model.k} places: precision@{model.k} can be {best:.3f} at most.": best < 1,
    }
    return [text for text, is_so in told.items() if is_so]


def hub_line(hubs: Hubness) -> str:
    return (
        f"Hubs: Robin Hood index {hubs.robin_hood:.3f} (chance {hubs.chance_robin_hood:.3f}), the greatest "
        f"is a neighbour {hubs.largest} times; {hubs.n_anti_hubs} anti-hubs are nobody's neighbour."
    )


def genre_table(found: GenreSimilarity) -> str:
    header = (
        "genre",
        "tracks",
        "cosine to own centroid",
        "agreement, leave-one-out",
        "nearest other centroid",
    )
    rows = []
    for code, genre in enumerate(found.genres):
        own = found.codes == code
        others = np.where(np.arange(len(found.genres)) == code, -np.inf, found.centroid_similarity[code])
        agreement = (found.nearest_genre[own] == code).mean() if own.sum() > 1 else float("nan")
        rows.append((
            genre, str(own.sum()), f"{found.own_similarity[own].mean():.3f}",
            "-" if np.isnan(agreement) else f"{agreement:.3f}",
            f"{found.genres[others.argmax()]} ({others.max():.3f})",
        ))  # fmt: skip
    return "\n".join(aligned(header, rows, set(header[1:4])))


def square(genres: list[str], values: np.ndarray) -> str:
    rows = [(genre, *(f"{value:.2f}" for value in row)) for genre, row in zip(genres, values, strict=True)]
    return "\n".join(aligned(("", *genres), rows, set(genres)))


def strays(model: ModelGenres) -> list[tuple[str, str, str]]:
    """(file name, own genre, genre of the nearest centroid) where the two differ."""
    found = model.similarity
    return [
        (filename, found.genres[own], found.genres[other])
        for filename, own, other in zip(model.filenames, found.codes, found.nearest_genre, strict=True)
        if own != other
    ]


def stray_text(model: ModelGenres) -> str:
    rows = strays(model)
    if not rows:
        return "Every track is nearest to the centroid of its own genre."
    lines = [f"Tracks nearer to the centroid of another genre: {len(rows)} of {len(model.filenames)}", ""]
    lines += aligned(("track", "genre", "nearest"), rows[:N_STRAYS])
    if len(rows) > N_STRAYS:
        lines.append(f"… and {len(rows) - N_STRAYS} more, which --json lists.")
    return "\n".join(lines)


def genre_json(models: list[ModelGenres], seed: int) -> dict[str, Any]:
    return {
        "k": models[0].k,
        "seed": seed,
        "models": {model.key: model_json(model) for model in models},
    }


def model_json(model: ModelGenres) -> dict[str, Any]:
    found = model.similarity
    return {
        "n_tracks": len(model.filenames),
        "n_without_genre": model.n_without_genre,
        "genres": dict(zip(found.genres, found.n_tracks.tolist(), strict=True)),
        **{name: getattr(found, field).as_json() for (_, name), field in SCORES.items()},
        "centroid_similarity": found.centroid_similarity.tolist(),
        "hubness": hub_json(found.hubness, model.filenames),
        "neighbor_genres": found.neighbor_genres.tolist(),
        "tracks": [track_json(model, row) for row in range(len(model.filenames))],
    }


def hub_json(hubs: Hubness, filenames: list[str]) -> dict[str, Any]:
    return {
        "robin_hood": hubs.robin_hood,
        "chance_robin_hood": hubs.chance_robin_hood,
        "anti_hubs": [filenames[row] for row in np.flatnonzero(hubs.occurrences == 0)],
    }


def matrix_csv(models: list[ModelGenres]) -> str:
    """A line for each model and two genres: cosine of their centroids, and the share that one has in the
    neighbours of the other's tracks.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("model", "genre", "other", "centroid_cosine", "neighbor_share"))
    for model in models:
        found = model.similarity
        for row, genre in enumerate(found.genres):
            for column, other in enumerate(found.genres):
                values = found.centroid_similarity[row, column], found.neighbor_genres[row, column]
                writer.writerow((model.key, genre, other, *(float(value) for value in values)))
    return text.getvalue()


def track_json(model: ModelGenres, row: int) -> dict[str, Any]:
    found = model.similarity
    return {
        "filename": model.filenames[row],
        "genre": found.genres[found.codes[row]],
        "cosine_to_own_centroid": float(found.own_similarity[row]),
        "nearest_genre": found.genres[found.nearest_genre[row]],
        "neighbors": [model.filenames[other] for other in found.neighbors[row] if other >= 0],
    }
