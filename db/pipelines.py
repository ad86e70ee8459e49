"""Which pipelines computed the vectors of a library, and which one each model uses.

A map or a search never mixes vectors of two pipelines: each model uses the one that most of its playable
tracks have, and leaves out the other rows.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from db.library import PLAYABLE
from db.schema import Embedding, PipelineRecord, Track, VectorStamp
from db.stamps import Pair, StampedCache
from ML.pipeline import Pipeline

UNRECORDED = "unknown"  # release of vectors whose row names no pipeline: another program wrote them


@dataclass(frozen=True)
class PipelineGroup:
    """Vectors of one pair that can share a space. ids: of `pipelines`, None for rows without one.

    n_tracks: playable ones.  pipeline: what is known of all of them.
    """

    pipeline: Pipeline
    ids: frozenset[int | None]
    n_tracks: int

    @property
    def condition(self) -> ColumnElement[bool]:
        """Of the rows of `embeddings` that belong to it."""
        is_one = Embedding.pipeline_id.in_([id_ for id_ in self.ids if id_ is not None])
        return or_(is_one, Embedding.pipeline_id.is_(None)) if None in self.ids else is_one


_groups: StampedCache[list[PipelineGroup]] = StampedCache()
_counts: StampedCache[dict[int | None, int]] = StampedCache()


def main_pipeline(session: Session, pair: Pair) -> PipelineGroup | None:
    """The one a pair uses; None without vectors."""
    groups = pipeline_groups(session, pair)
    return groups[0] if groups else None


def pipeline_groups(session: Session, pair: Pair) -> list[PipelineGroup]:
    """Every pipeline that vectors of a pair have, the one in use first."""
    return _groups.get(session, pair, read_groups)


def rows_in_use(session: Session, pair: Pair) -> list[ColumnElement[bool]]:
    """Conditions on `embeddings`: of the pair, and of the pipeline it uses."""
    conditions = [Embedding.model == pair[0], Embedding.dataset == pair[1]]
    groups = pipeline_groups(session, pair)
    return conditions if len(groups) < 2 else [*conditions, groups[0].condition]


def pipeline_counts(session: Session, pair: Pair) -> dict[int | None, int]:
    """Playable tracks of a pair by pipeline id, None for rows without one."""
    return _counts.get(session, pair, count_by_pipeline)


def read_groups(session: Session, pair: Pair) -> list[PipelineGroup]:
    counts = pipeline_counts(session, pair)
    records = load_pipelines(session, pair)
    return group_pipelines(
        {id_: (records.get(id_) or Pipeline(*pair, UNRECORDED), n) for id_, n in counts.items()}
    )


def count_by_pipeline(session: Session, pair: Pair) -> dict[int | None, int]:
    """Playable tracks by pipeline id, 0 where all of its tracks are missing."""
    count = select(Embedding.pipeline_id, func.count()).group_by(Embedding.pipeline_id)
    count = count.where(Embedding.model == pair[0], Embedding.dataset == pair[1])
    missing = count.where(Embedding.track_id.in_(select(Track.id).where(not_(and_(*PLAYABLE)))))
    n_missing = dict(session.execute(missing).all())
    return {id_: n - n_missing.get(id_, 0) for id_, n in session.execute(count)}


def group_pipelines(counted: dict[int | None, tuple[Pipeline, int]]) -> list[PipelineGroup]:
    """Groups of matching pipelines, the one with most tracks first; of equal ones that with the newest.

    An unknown field matches two values that do not match each other: so each group is built around a
    candidate, largest pipelines first, and the best group is taken before the next is built.
    """
    left, groups = dict(counted), []
    while left:
        found = [build_group(candidate, left) for candidate in left]
        best = max(found, key=lambda group: (group.n_tracks, newest(group.ids)))
        groups.append(best)
        left = {id_: entry for id_, entry in left.items() if id_ not in best.ids}
    return groups


def build_group(candidate: int | None, left: dict[int | None, tuple[Pipeline, int]]) -> PipelineGroup:
    pipeline, n_tracks = left[candidate]
    ids = {candidate}
    for id_, (other, n) in sorted(left.items(), key=lambda entry: (-entry[1][1], -newest([entry[0]]))):
        if id_ not in ids and pipeline.matches(other):
            pipeline, n_tracks = pipeline.complete(other), n_tracks + n
            ids.add(id_)
    return PipelineGroup(pipeline, frozenset(ids), n_tracks)


def newest(ids: Iterable[int | None]) -> int:
    return max(id_ or 0 for id_ in ids)


def groups_by_pair(session: Session) -> dict[Pair, list[PipelineGroup]]:
    """The groups of every pair that has vectors."""
    pairs = session.execute(select(VectorStamp.model, VectorStamp.dataset).order_by(VectorStamp.model))
    groups = {(model, dataset): pipeline_groups(session, (model, dataset)) for model, dataset in pairs}
    return {pair: found for pair, found in groups.items() if found}


def load_pipelines(session: Session, pair: Pair | None = None) -> dict[int | None, Pipeline]:
    """Pipelines by id, of one pair or of all."""
    query = select(PipelineRecord)
    if pair:
        query = query.where(PipelineRecord.model == pair[0], PipelineRecord.dataset == pair[1])
    return {row.id: from_record(row) for row in session.scalars(query)}


def from_record(row: PipelineRecord) -> Pipeline:
    facts = {name: getattr(row, name) for name in Pipeline.__dataclass_fields__ if name != "libraries"}
    return Pipeline(**facts, libraries=json.loads(row.libraries))


def save_pipeline(session: Session, pipeline: Pipeline) -> int:
    """The id of its row, which is made when it is not there."""
    facts = pipeline.to_json()
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    id_ = session.scalar(select(PipelineRecord.id).where(PipelineRecord.key == key))
    if id_ is None:
        libraries = json.dumps(facts.pop("libraries"), sort_keys=True)
        row = PipelineRecord(key=key, libraries=libraries, **facts)
        session.add(row)
        session.flush()
        id_ = row.id
    return id_


def stored_pipelines(
    session: Session, pair: Pair, track_ids: Iterable[int] | None = None
) -> dict[int, int | None]:
    """{track id: pipeline id} of the tracks that a model has analyzed; of all, or of those named."""
    query = select(Embedding.track_id, Embedding.pipeline_id)
    query = query.where(Embedding.model == pair[0], Embedding.dataset == pair[1])
    if track_ids is not None:
        query = query.where(Embedding.track_id.in_(track_ids))
    return dict(session.execute(query).all())
