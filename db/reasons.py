"""Why tracks are near to one another: what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from db.embeddings import load_taggrams
from db.schema import Track
from ML.spec import ModelSpec

HIGH_SHARE = 0.5  # a tag is high when it is at least so active as the track's strongest, times this


@dataclass(frozen=True)
class Shared:
    """What all of some tracks have. tags: high in each of them, the strongest first."""

    tags: list[str]
    genre: str | None
    artist: str | None
    album: str | None
    year: int | None


class Reasons:
    """Compares tracks, by a model's tags where it has any; reads their taggrams once."""

    def __init__(self, session: Session, spec: ModelSpec, track_ids: Sequence[int]):
        has_tags = spec.taggram_kind == "tags"
        self.tag_names = spec.tag_names if has_tags else ()
        pair = (spec.name, spec.variant)
        self.taggrams = load_taggrams(session, pair, track_ids) if has_tags else {}

    def shared(self, tracks: Sequence[Track]) -> Shared:
        return Shared(
            tags=self.shared_tags(tracks),
            genre=common([track.genre for track in tracks]),
            artist=common([track.artist for track in tracks]),
            album=common([track.album for track in tracks]),
            year=common([track.year for track in tracks]),
        )

    def shared_tags(self, tracks: Sequence[Track]) -> list[str]:
        taggrams = [self.taggrams.get(track.id) for track in tracks]
        if not all(taggram is not None and len(taggram) == len(self.tag_names) for taggram in taggrams):
            return []
        activations = np.array(taggrams)
        is_high = (activations >= HIGH_SHARE * activations.max(axis=1, keepdims=True)).all(axis=0)
        strongest = np.argsort(-activations.min(axis=0), kind="stable")
        return [self.tag_names[at] for at in strongest if is_high[at]]


def common(values: list):
    """The one value that all have; None where they differ or have none."""
    return values[0] if len(set(values)) == 1 else None
