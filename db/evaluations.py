"""Evaluations of a library: what goes into them, and where they are kept: a JSON each beside the database."""

import datetime
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import select

from db.analysis import LabelledSpace, load_space
from db.database import Database
from db.label_table import SELECTED_SONGS, read_label_table
from db.library import PLAYABLE
from db.map_cache import MapQuery
from db.projections import find_map
from db.schema import Track, now
from ML.errors import LibraryError, UnknownChoiceError
from ML.evaluation.agreement import compare_spaces
from ML.evaluation.document import Document, JudgedRow, agreement_document, evaluation_document
from ML.evaluation.judgement import Judgement, Labelling, judge_map, judge_space
from ML.evaluation.ranking import rank_own_neighbors, to_unit_length
from ML.spec import ModelSpec
from ML.whole_files import put_in_place

LABELS = {"genre": Track.genre, "artist": Track.artist, "album": Track.album}
FROM_TABLE = "csv:"  # a column of selected_songs.csv
ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")


@dataclass(frozen=True)
class CommonTracks:
    """The tracks that every one of some models has heard and that have a label, in the order of their names.

    vectors: float32 [n, width] by model key.  n_left_out: tracks that a model has heard, but not all, or that
    have no label.
    """

    filenames: list[str]
    labels: list[str]
    artists: list[str | None]
    vectors: dict[str, np.ndarray]
    n_left_out: int


def read_labels(database: Database, source: str, audio_dir: Path) -> dict[str, str]:
    """{file name: label} of genre, artist, album, or csv:COLUMN, a column of selected_songs.csv.

    Raises UnknownChoiceError, and LibraryError for a column that is not there.
    """
    if source.startswith(FROM_TABLE):
        column, path = source.removeprefix(FROM_TABLE), audio_dir / SELECTED_SONGS
        if not path.is_file():
            raise LibraryError(f"There is no {path}: make a table with the columns filename,{column}.")
        with database.read() as session:
            filenames = list(session.scalars(select(Track.filename).where(*PLAYABLE)))
        return read_label_table(path, column).match(filenames).labels
    if source not in LABELS:
        raise UnknownChoiceError("labels", source, [*LABELS, f"{FROM_TABLE}COLUMN"])
    with database.read() as session:
        rows = session.execute(select(Track.filename, LABELS[source]).where(*PLAYABLE))
        return {filename: label for filename, label in rows if label}


def load_common(database: Database, specs: Sequence[ModelSpec], labels: dict[str, str]) -> CommonTracks:
    """labels: by file name, or by its last part."""
    with database.read() as session:
        spaces = {spec.key: load_space(session, spec) for spec in specs}
        artists = dict(session.execute(select(Track.filename, Track.artist).where(*PLAYABLE)).all())
    heard = [set(space.filenames) for space in spaces.values()]
    known = {name: labels.get(name) or labels.get(Path(name).name) for name in set().union(*heard)}
    common = sorted(name for name in set.intersection(*heard) if known[name])
    return CommonTracks(
        common,
        [known[name] or "" for name in common],
        [artists.get(name) or None for name in common],
        {key: pick(space, common) for key, space in spaces.items()},
        len(known) - len(common),
    )


def pick(space: LabelledSpace, filenames: Sequence[str]) -> np.ndarray:
    places = {name: place for place, name in enumerate(space.filenames)}
    return space.vectors[[places[name] for name in filenames]]


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation judges: models and, where they are drawn, maps, by a labelling of common tracks."""

    specs: Sequence[ModelSpec]
    maps: Sequence[MapQuery]
    tracks: CommonTracks
    by: Labelling
    labelled_by: str

    @property
    def n_steps(self) -> int:
        return len(self.specs) + len(self.maps)


def evaluate_library(
    database: Database, wanted: Evaluation, on_done: Callable[[], object] = lambda: None
) -> Document:
    """on_done: called after every model and map."""
    tracks = wanted.tracks
    judged: dict[str, Judgement] = {}
    for spec in wanted.specs:
        judged[spec.key] = judge_space(tracks.vectors[spec.key], wanted.by)
        on_done()
    rows = [
        JudgedRow(key, None, hash_array(tracks.vectors[key]), found.metrics, found.confusion)
        for key, found in judged.items()
    ]
    rows += judge_maps(database, wanted, on_done)
    about = {"created_at": now(), "n_left_out": tracks.n_left_out}
    document = evaluation_document(wanted.by, wanted.labelled_by, tracks.filenames, rows, about)
    if len(judged) > 1:
        neighbors = [found.neighbors for found in judged.values()]
        found = compare_spaces(list(judged), [tracks.vectors[key] for key in judged], neighbors)
        document["agreement"] = agreement_document(found, tracks.filenames)
    return document


def judge_maps(database: Database, wanted: Evaluation, on_done: Callable[[], object]) -> list[JudgedRow]:
    rows = []
    for query in wanted.maps:
        coords = find_coords(database, query, wanted.tracks.filenames)
        if coords is not None:
            judged = judge_map(wanted.tracks.vectors[query.spec.key], coords, wanted.by)
            rows.append(JudgedRow(query.spec.key, query.method, hash_array(coords), judged, None))
        on_done()
    return rows


def compare_library(tracks: CommonTracks, k: int, on_done: Callable[[], object] = lambda: None) -> Document:
    """Agreement alone, which needs no labels."""
    neighbors = []
    for vectors in tracks.vectors.values():
        neighbors.append(rank_own_neighbors(to_unit_length(vectors), k))
        on_done()
    found = compare_spaces(list(tracks.vectors), list(tracks.vectors.values()), neighbors)
    return agreement_document(found, tracks.filenames)


def find_coords(database: Database, query: MapQuery, filenames: Sequence[str]) -> np.ndarray | None:
    """float32 [n, dimensions]; None for a map that is not drawn, or not of all these tracks."""
    drawn = find_map(database, query)
    if drawn is None:
        return None
    with database.read() as session:
        names = dict(session.execute(select(Track.id, Track.filename)).all())
    places = {names[id_]: place for place, id_ in enumerate(drawn.track_ids.tolist()) if id_ in names}
    if not places.keys() >= set(filenames):
        return None
    return drawn.coords[[places[name] for name in filenames]]


def write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def hash_array(values: np.ndarray) -> str:
    return hashlib.sha256(str(values.shape).encode() + np.ascontiguousarray(values).tobytes()).hexdigest()


class Evaluations:
    """The runs that are kept. A half-written one is none."""

    def __init__(self, database: Database):
        self.folder = database.path.with_name(f"{database.path.name}.evaluations")

    def save(self, document: Document) -> Document:
        """Returns it with its id, which sorts by time."""
        text = json.dumps(document, allow_nan=False)
        moment = datetime.datetime.fromisoformat(document["created_at"]).strftime("%Y%m%dT%H%M%S")
        id_ = f"{moment}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        kept = {"id": id_, **document}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            body = json.dumps(kept, ensure_ascii=False, allow_nan=False)
            put_in_place(self.folder / f"{id_}.json", partial(write_text, body))
        except OSError as error:
            raise LibraryError(f"Cannot keep the evaluation in {self.folder}: {error.strerror}.") from error
        return kept

    def ids(self) -> list[str]:
        """The newest first."""
        names = (path.stem for path in self.folder.glob("*.json"))
        return sorted((name for name in names if ID.fullmatch(name)), reverse=True)

    def find(self, id_: str) -> Document | None:
        """None for an id that is not kept. Raises LibraryError for a damaged file."""
        path = self.folder / f"{id_}.json"
        if not ID.fullmatch(id_) or not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LibraryError(f"{path} is damaged: delete it and run evaluate again.") from error

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
