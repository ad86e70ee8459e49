"""Multi-tag metrics as text for people and as JSON for programs."""

from dataclasses import dataclass
from typing import Any

from ML.evaluation.multi_tag import MultiTagScores
from ML.text import aligned, titled

INTRODUCTION = """\
Nearest neighbours by cosine. In brackets 95 % intervals, by bootstrap over tracks (seed {seed}); chance is
what a random ranking reaches.

nDCG@{k}        a neighbour counts when it shares a tag; measured against the best ranking that the tagged
               tracks of the library allow, not against the best order of what was found.
hub skewness   of how often a track is among the {k} nearest of another: 0 when all are alike, above 1 when
               hubs crowd out the rest. Measured on all tracks of the model, tagged or not.
anti-hubs      tracks that are nobody's neighbour."""


@dataclass(frozen=True)
class ModelTags:
    """A model by its key, and what its space says of tags."""

    key: str
    scores: MultiTagScores


def tag_text(models: list[ModelTags], seed: int) -> str:
    k = models[0].scores.hubness.k
    parts = [
        titled("Multi-tag metrics", "="),
        INTRODUCTION.format(k=k, seed=seed),
        titled(f"nDCG@{k} on tags"),
        tag_table(models, k),
        titled("Hubness"),
        hub_table(models, k),
    ]
    return "\n\n".join(parts) + "\n"


def tag_table(models: list[ModelTags], k: int) -> str:
    header = ("model", "tags", "tagged tracks", "different tags", f"nDCG@{k}")
    rows = [
        (model.key, category, str(score.n_tracks), str(score.n_tags), str(score.ndcg))
        for model in models
        for category, score in model.scores.by_category.items()
    ]
    lines = list(aligned(header, rows, set(header[2:4])))
    if any(score.n_tracks <= k for model in models for score in model.scores.by_category.values()):
        lines += ["", f"Where no more than {k} tracks are tagged, all are neighbours: only the order counts."]
    return "\n".join(lines)


def hub_table(models: list[ModelTags], k: int) -> str:
    header = ("model", "tracks", "hub skewness", "by chance", "greatest hub", "anti-hubs")
    rows = []
    for model in models:
        hubs = model.scores.hubness
        rows.append((
            model.key, str(model.scores.n_tracks), f"{hubs.skewness:.2f}", f"{hubs.chance_skewness:.2f}",
            f"{hubs.largest} × among the {k} nearest", str(hubs.n_anti_hubs),
        ))  # fmt: skip
    return "\n".join(aligned(header, rows, set(header[1:])))


def tag_json(models: list[ModelTags], seed: int) -> dict[str, Any]:
    k = models[0].scores.hubness.k
    return {"k": k, "seed": seed, "models": {model.key: model_json(model.scores) for model in models}}


def model_json(scores: MultiTagScores) -> dict[str, Any]:
    hubs = scores.hubness
    return {
        "n_tracks": scores.n_tracks,
        "hubness": {
            "skewness": hubs.skewness,
            "chance": hubs.chance_skewness,
            "largest": hubs.largest,
            "n_anti_hubs": hubs.n_anti_hubs,
        },
        "tags": {
            category: {"n_tracks": score.n_tracks, "n_tags": score.n_tags, "ndcg_at_k": score.ndcg.as_json()}
            for category, score in scores.by_category.items()
        },
    }
