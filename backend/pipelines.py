"""Pipelines of the library's vectors, as the API and the commands show them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from backend.loading import current_pipelines
from db.embeddings import Pair, count_extracted, count_failed
from db.pipelines import PipelineGroup, groups_by_pair
from db.preprocessing import count_outdated
from ML.errors import WeightsMissingError
from ML.pipeline import Pipeline
from ML.spec import ModelSpec


@dataclass(frozen=True)
class Analyses:
    """What models have made of the library, by pair: analyzed tracks, failed tracks, pipelines, and playable
    tracks whose vectors are outdated, by what has changed since.
    """

    extracted: Mapping[Pair, int]
    failed: Mapping[Pair, int]
    groups: Mapping[Pair, list[PipelineGroup]]
    outdated: Mapping[Pair, dict[str, int]]


def read_analyses(session: Session, specs: Iterable[ModelSpec]) -> Analyses:
    """specs: the models in the releases in use."""
    groups = groups_by_pair(session)
    outdated = {}
    for spec in specs:
        if (pair := (spec.name, spec.variant)) in groups:
            with suppress(WeightsMissingError, OSError):  # it cannot run: nothing could replace its vectors
                outdated[pair] = count_outdated(session, current_pipelines([spec])[spec.key])
    return Analyses(count_extracted(session), count_failed(session), groups, outdated)


def describe_pipelines(groups: Sequence[PipelineGroup]) -> list[dict[str, Any]]:
    """As JSON, the one in use first: facts of the pipeline and how many playable tracks have its vectors."""
    return [
        {
            **{
                name: fact
                for name, fact in group.pipeline.to_json().items()
                if name not in ("model", "dataset")
            },
            "n_tracks": group.n_tracks,
            "in_use": number == 0,
        }
        for number, group in enumerate(groups)
    ]


def pipeline_label(pipeline: Pipeline) -> str:
    """What a person calls it: its release, or else the start of its digest."""
    if pipeline.release:
        return pipeline.release
    return f"weights {pipeline.weights_digest[:8]}" if pipeline.weights_digest else "weights not recorded"


def describe_groups(groups: Sequence[PipelineGroup]) -> str:
    """ "48 tracks by won2020 (in use), 3 by pons2019" """
    parts = [f"{group.n_tracks} by {pipeline_label(group.pipeline)}" for group in groups]
    tracks = "track" if groups[0].n_tracks == 1 else "tracks"
    first = f"{groups[0].n_tracks} {tracks} by {pipeline_label(groups[0].pipeline)}"
    return ", ".join([f"{first} (in use)", *parts[1:]]) if len(groups) > 1 else first
