"""Vectors computed elsewhere: from a Parquet file into the library, matched by the sound of each track."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.database import Database
from db.embeddings import save_output
from db.library import PLAYABLE
from db.pipelines import load_pipelines, save_pipeline, stored_pipelines
from db.schema import Track
from db.track_summary import save_heard_summary
from ML.export.vector_file import VectorFile, VectorRow
from ML.pipeline import Pipeline

OnProgress = Callable[[int, int], None]  # (tracks of the file done, of)


@dataclass
class ImportedVectors:
    """Of one model. n_imported: tracks of the library; n_there: those that had vectors of this pipeline.

    n_other: tracks left as they are since another pipeline has analyzed them.  n_absent: sounds of the file
    that the library does not have.
    """

    pipeline: Pipeline
    n_imported: int = 0
    n_there: int = 0
    n_other: int = 0
    n_absent: int = 0


@dataclass(frozen=True)
class Target:
    """Where vectors go. matching: ids of pipelines whose vectors need not be replaced."""

    pair: tuple[str, str]
    pipeline_id: int
    matching: frozenset[int]


def check_vectors(path: Path, on_progress: OnProgress = lambda done, total: None) -> VectorFile:
    """The file, read to its end: nothing of it is imported when any part is bad. Raises LibraryError."""
    file, n_done = VectorFile(path), 0
    for n_tracks in file.check():
        n_done += n_tracks
        on_progress(n_done, file.n_tracks)
    return file


def import_vectors(
    database: Database,
    file: VectorFile,
    renew: bool = False,
    on_progress: OnProgress = lambda done, total: None,
) -> dict[str, ImportedVectors]:
    """Save the vectors of all tracks that the library has; by key of the model.

    renew: also replace those of another pipeline. Each batch of tracks is one transaction: a killed import
    keeps what it has saved, and the next one continues.  Raises LibraryError.
    """
    found = {key: ImportedVectors(pipeline) for key, pipeline in file.pipelines.items()}
    n_done = 0
    for batch in file.batches():
        with database.write() as session:
            for key, imported in found.items():
                save_rows(session, file.rows(batch, key), imported, renew)
        n_done += len(batch)
        on_progress(n_done, file.n_tracks)
    return found


def save_rows(session: Session, rows: list[VectorRow], imported: ImportedVectors, renew: bool) -> None:
    target = find_target(session, imported.pipeline)
    tracks = tracks_by_hash(session, [row.content_hash for row in rows])
    stored = stored_pipelines(session, target.pair, [id_ for ids in tracks.values() for id_ in ids])
    for row in rows:
        imported.n_absent += row.content_hash not in tracks
        for track_id in tracks.get(row.content_hash, ()):
            if track_id in stored and stored[track_id] in target.matching:
                imported.n_there += 1
            elif track_id in stored and not renew:
                imported.n_other += 1
            else:
                save_row(session, track_id, row, target)
                stored[track_id] = target.pipeline_id
                imported.n_imported += 1


def find_target(session: Session, pipeline: Pipeline) -> Target:
    pipeline_id = save_pipeline(session, pipeline)
    stored = load_pipelines(session, pipeline.pair)
    matching = frozenset(id_ for id_, each in stored.items() if id_ and each.matches(pipeline))
    return Target(pipeline.pair, pipeline_id, matching)


def save_row(session: Session, track_id: int, row: VectorRow, target: Target) -> None:
    output = row.output
    save_output(session, track_id, target.pair, output, target.pipeline_id, row.has_segments)
    if row.has_segments:
        save_heard_summary(session, track_id, target.pair, output.segment_taggrams)


def tracks_by_hash(session: Session, hashes: Iterable[str]) -> dict[str, list[int]]:
    """Ids of the playable tracks with these sounds; copies of one recording have equal ones."""
    query = select(Track.content_hash, Track.id).where(Track.content_hash.in_(hashes), *PLAYABLE)
    found: dict[str, list[int]] = defaultdict(list)
    for content_hash, track_id in session.execute(query):
        found[content_hash or ""].append(track_id)
    return found
