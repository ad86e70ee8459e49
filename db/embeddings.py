"""Reading and writing vectors."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sqlalchemy import Row, and_, delete, func, not_, select, update
from sqlalchemy.orm import Session

from db.codec import decode_array, decode_vector, encode_array, encode_vector
from db.library import PLAYABLE
from db.pipelines import rows_in_use
from db.schema import Embedding, ExtractionFailure, SegmentVectors, Track, now
from db.stamps import Pair
from ML.segments import TrackOutput

log = logging.getLogger(__name__)

Space = Literal["embeddings", "taggrams"]
SPACES: tuple[Space, ...] = ("embeddings", "taggrams")
COLUMNS = {"embeddings": Embedding.embedding_data, "taggrams": Embedding.taggram_data}
SEGMENT_COLUMNS = {
    "embeddings": SegmentVectors.embeddings_data,
    "taggrams": SegmentVectors.taggrams_data,
}


@dataclass(frozen=True)
class LibraryMatrix:
    """One vector a track. track_ids: int64 [n].  values: float32 [n, D]."""

    track_ids: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class SegmentMatrix:
    """Vectors of every segment, a track's own beside one another and in the order of time.

    track_ids: int64 [m].  owners: int64 [n], ascending, which of them a segment is of.
    starts: float32 [n], seconds.  values: float16 [n, D].
    """

    track_ids: np.ndarray
    owners: np.ndarray
    starts: np.ndarray
    values: np.ndarray


def save_output(
    session: Session,
    track_id: int,
    pair: Pair,
    output: TrackOutput,
    pipeline_id: int | None = None,
    has_segments: bool = True,
) -> None:
    """Replace the vectors of a track by those of one model, and forget an earlier failure."""
    delete_output(session, track_id, pair)
    embedding_data, embedding_shape = encode_vector(output.embedding)
    taggram_data, taggram_shape = encode_vector(output.taggram)
    row = Embedding(
        track_id=track_id, model=pair[0], dataset=pair[1],
        embedding_data=embedding_data, embedding_shape=embedding_shape,
        taggram_data=taggram_data, taggram_shape=taggram_shape, pipeline_id=pipeline_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if has_segments:
        session.add(segment_row(row.id, output))
    session.execute(update(Track).where(Track.id == track_id).values(processed_at=now()))


def segment_row(embedding_id: int, output: TrackOutput) -> SegmentVectors:
    """float16 keeps three digits, enough to walk a map, at half the size."""
    return SegmentVectors(
        embedding_id=embedding_id,
        starts_data=encode_array(output.segment_starts.astype(np.float32)),
        embeddings_data=encode_array(to_float16(output.segment_embeddings)),
        taggrams_data=encode_array(to_float16(output.segment_taggrams)),
    )


def to_float16(array: np.ndarray) -> np.ndarray:
    limit = np.finfo(np.float16).max
    return np.clip(array, -limit, limit).astype(np.float16)


def delete_output(session: Session, track_id: int, pair: Pair) -> None:
    for table in (Embedding, ExtractionFailure):
        session.execute(
            delete(table).where(table.track_id == track_id, table.model == pair[0], table.dataset == pair[1])
        )


def save_failure(session: Session, track_id: int, pair: Pair, reason: str) -> None:
    """Note why a model could not hear a track; vectors it has from before stay."""
    session.merge(
        ExtractionFailure(track_id=track_id, model=pair[0], dataset=pair[1], reason=reason, created_at=now())
    )


def load_segments(
    session: Session, track_id: int, pair: Pair
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """(starts [S] in seconds, embeddings [S, D], taggrams [S, T]) of a track, or None before extraction."""
    query = select(SegmentVectors).join(Embedding, Embedding.id == SegmentVectors.embedding_id)
    row = session.scalar(query.where(Embedding.track_id == track_id, *of_pair(pair)))
    if row is None:
        return None
    return decode_array(row.starts_data), decode_array(row.embeddings_data), decode_array(row.taggrams_data)


def load_segment_matrix(session: Session, pair: Pair, space: Space) -> SegmentMatrix:
    """Segment vectors of all tracks that are there, in the order of their names.

    Tracks of another pipeline than the pair's, of another width than most, or not finite, are left out.
    """
    query = select(Embedding.track_id, SegmentVectors.starts_data, SEGMENT_COLUMNS[space])
    rows = session.execute(
        query.join(Embedding, Embedding.id == SegmentVectors.embedding_id)
        .join(Track, Track.id == Embedding.track_id)
        .where(*PLAYABLE, *rows_in_use(session, pair))
        .order_by(Track.filename)
    )
    tracks = list(readable_segments(rows))
    widths = Counter(values.shape[1] for _, _, values in tracks)
    width = widths.most_common(1)[0][0] if widths else 0
    kept = [track for track in tracks if track[2].shape[1] == width and np.isfinite(track[2]).all()]
    return SegmentMatrix(
        track_ids=np.array([id_ for id_, _, _ in kept], dtype=np.int64),
        owners=np.repeat(np.arange(len(kept)), [len(starts) for _, starts, _ in kept]),
        starts=np.concatenate([np.zeros(0, np.float32), *(starts for _, starts, _ in kept)]),
        values=np.concatenate([np.zeros((0, width), np.float16), *(values for _, _, values in kept)]),
    )


def readable_segments(rows: Iterable[Row]) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """(track id, starts [S], vectors [S, D]) of the rows that hold both; the others are logged."""
    for track_id, starts_data, data in rows:
        try:
            starts, values = decode_array(starts_data), decode_array(data)
            if values.ndim != 2 or len(values) != len(starts):
                raise ValueError(f"{starts.shape} starts, {values.shape} vectors")
        except (ValueError, EOFError) as error:
            log.warning("The segments of track %d are damaged and left out: %s", track_id, error)
            continue
        if len(starts):
            yield track_id, starts, values


def load_taggrams(session: Session, pair: Pair, track_ids: Iterable[int]) -> dict[int, np.ndarray]:
    """float32 [T] by track id, of those tracks that have one."""
    query = select(Embedding.track_id, Embedding.taggram_data)
    wanted = Embedding.track_id.in_(track_ids)
    rows = session.execute(
        query.where(wanted, Embedding.taggram_data.is_not(None), *rows_in_use(session, pair))
    )
    return dict(readable_vectors(rows))


def load_predictions(
    session: Session, pair: Pair, names: Sequence[str], among: Collection[str]
) -> dict[int, tuple[str, float]]:
    """(strongest tag, its activation) by track id, of those tags in `among`; names: all of the taggram."""
    columns = [column for column, name in enumerate(names) if name in among]
    query = select(Embedding.track_id, Embedding.taggram_data)
    rows = session.execute(query.where(Embedding.taggram_data.is_not(None), *rows_in_use(session, pair)))
    return {
        track_id: (names[columns[int(taggram[columns].argmax())]], float(taggram[columns].max()))
        for track_id, taggram in readable_vectors(rows)
        if len(taggram) == len(names) and np.isfinite(taggram).all()
    }


def load_matrix(session: Session, pair: Pair, space: Space) -> LibraryMatrix:
    """Vectors of all tracks that are there, in the order of their names.

    Rows of another pipeline than the pair's, of another width than most, or not finite are left out.
    """
    query = select(Track.id, COLUMNS[space]).join(Embedding, Embedding.track_id == Track.id)
    rows = session.execute(
        query.where(*PLAYABLE, COLUMNS[space].is_not(None), *rows_in_use(session, pair)).order_by(
            Track.filename
        )
    )
    vectors = list(readable_vectors(rows))
    width = most_common_width([vector for _, vector in vectors])
    kept = [(id_, vector) for id_, vector in vectors if len(vector) == width and np.isfinite(vector).all()]
    values = np.stack([vector for _, vector in kept]) if kept else np.zeros((0, width), np.float32)
    return LibraryMatrix(np.array([id_ for id_, _ in kept], dtype=np.int64), values)


def readable_vectors(rows: Iterable[Row]) -> Iterator[tuple[int, np.ndarray]]:
    """(track id, float32 [D]) of the rows that hold an array; the others are logged and left out."""
    for track_id, data in rows:
        try:
            yield track_id, decode_vector(data)
        except (ValueError, EOFError) as error:
            log.warning("The vector of track %d is damaged and left out: %s", track_id, error)


def most_common_width(vectors: list[np.ndarray]) -> int:
    widths = Counter(len(vector) for vector in vectors)
    return widths.most_common(1)[0][0] if widths else 0


def of_pair(pair: Pair):
    return Embedding.model == pair[0], Embedding.dataset == pair[1]


def count_extracted(session: Session) -> dict[Pair, int]:
    """Present tracks with vectors, by (model, variant)."""
    return count_present(session, Embedding)


def count_failed(session: Session) -> dict[Pair, int]:
    """Present tracks a model could not hear, by (model, variant)."""
    return count_present(session, ExtractionFailure)


def count_present(session: Session, table: type[Embedding | ExtractionFailure]) -> dict[Pair, int]:
    """All rows less those of missing tracks, which are few: to look at every row's track takes longer."""
    count = select(table.model, table.dataset, func.count()).group_by(table.model, table.dataset)
    missing = count.where(table.track_id.in_(select(Track.id).where(not_(and_(*PLAYABLE)))))
    of_all, of_missing = (
        Counter({(model, dataset): n for model, dataset, n in session.execute(query)})
        for query in (count, missing)
    )
    return dict(of_all - of_missing)
