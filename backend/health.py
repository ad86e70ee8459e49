"""What may be wrong with a library, and what to do about it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from backend.context import audio_dir, database, weights_dir
from backend.drawing import missing_maps
from backend.fetching import sort_by_weights
from backend.pipelines import describe_groups
from backend.settings import default_specs
from db.database import faults, older_schema
from db.embeddings import count_extracted, count_failed
from db.folder_state import compare_folder
from db.library import PLAYABLE
from db.pipelines import groups_by_pair
from db.schema import Track
from ML.errors import MelodexError, WeightsError
from ML.inference import build, current_pipeline
from ML.spec import ModelSpec
from ML.weights.checksums import compute_sha256, find_pin
from ML.weights.download import needed_files
from ML.weights.verification import expected_digest

LITTLE_ROOM_MB = 500
MIGRATE = "run init-db: it keeps a copy and migrates it; so does whatever opens it next"


@dataclass(frozen=True)
class Finding:
    """is_bad: something is broken, not merely undone.  remedy: what to do, empty where all is well."""

    what: str
    remedy: str = ""
    is_bad: bool = False


def check_library() -> Iterator[Finding]:
    folder = compare_folder(database(), audio_dir())
    yield Finding(f"{folder.n_files} audio files in {audio_dir()}")
    undone = {"new": folder.n_new, "changed": folder.n_changed, "gone": folder.n_gone}
    if any(undone.values()):
        counts = ", ".join(f"{n} {fate}" for fate, n in undone.items() if n)
        yield Finding(f"{counts} since the last index", "run index-audio")
    if not os.access(audio_dir(), os.W_OK):
        yield Finding("the folder cannot be written to", "uploads need that; nothing else does")
    with database().read() as session:
        unreadable = Track.error.is_not(None), Track.gone_at.is_(None)
        n_unreadable = session.scalar(select(func.count()).select_from(Track).where(*unreadable))
    if n_unreadable:
        yield Finding(f"{n_unreadable} files cannot be read", "index-audio names them with their reasons")


def check_database() -> Iterator[Finding]:
    path = database().path
    yield Finding(f"{path}, {path.stat().st_size / 2**20:.1f} MB")
    for fault in faults(database()):
        yield Finding(f"damaged: {fault}", "restore a backup, or move it away and begin anew", is_bad=True)
    free = shutil.disk_usage(path.parent).free / 2**20
    if free < LITTLE_ROOM_MB:
        yield Finding(f"{free:.0f} MB are free on its disk", "make room: extraction stops when it is full")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        yield Finding("it cannot be written to", "give this user the right to", is_bad=True)


def check_weights() -> Iterator[Finding]:
    runnable, missing = sort_by_weights(default_specs(weights_dir()), weights_dir())
    yield Finding(f"{len(runnable)} of {len(runnable) + len(missing)} models can run")
    if missing:
        names = " ".join(spec.key for spec in missing)
        yield Finding(f"no weights of {names}", f"download-weights {names}, where they are published")
    for spec in runnable:
        yield from wrong_weights(spec)


def wrong_weights(spec: ModelSpec) -> Iterator[Finding]:
    for file in needed_files(spec, weights_dir()):
        expected = expected_digest(file, weights_dir())
        if not expected or not file.path.is_file() or compute_sha256(file.path) == expected:
            continue
        if find_pin(weights_dir(), file.path):
            yield Finding(f"{file.path} is not what was downloaded", "remove it and get it again", True)
        else:
            yield try_own_file(spec, file.path)


def try_own_file(spec: ModelSpec, path: Path) -> Finding:
    """Of a file that Melodex has not downloaded, with another digest than the published one: whether it can
    be loaded. Whisper's file may be of the encoder alone.
    """
    try:
        build(spec, weights_dir() / spec.weights.path if spec.weights else None, "cpu")
    except WeightsError as error:
        return Finding(str(error), f"remove it and run download-weights {spec.key}", is_bad=True)
    return Finding(f"{path} is not the published file; it can be loaded")


def check_vectors() -> Iterator[Finding]:
    with database().read() as session:
        n_tracks = session.scalar(select(func.count()).select_from(Track).where(*PLAYABLE)) or 0
        extracted, failed = count_extracted(session), count_failed(session)
    runnable, _ = sort_by_weights(default_specs(weights_dir()), weights_dir())
    for spec in runnable:
        pair = (spec.name, spec.variant)
        n_missing = n_tracks - extracted.get(pair, 0) - failed.get(pair, 0)
        if n_missing > 0:
            yield Finding(f"{spec.key} has not heard {n_missing} of {n_tracks} tracks", "run preprocess-all")
        if failed.get(pair):
            yield Finding(f"{spec.key} could not hear {failed[pair]}", "preprocess-all names them")


def check_pipelines() -> Iterator[Finding]:
    """What computed the vectors of each model, and whether it is what would run now."""
    with database().read() as session:
        groups = groups_by_pair(session)
    runnable, _ = sort_by_weights(default_specs(weights_dir()), weights_dir())
    current = {(spec.name, spec.variant): current_pipeline(spec, weights_dir()) for spec in runnable}
    for pair, every in groups.items():
        found = [group for group in every if group.n_tracks]
        if not found:  # all of its tracks are missing
            continue
        is_outdated = pair in current and not all(each.pipeline.matches(current[pair]) for each in found)
        remedy = (
            f"preprocess-all --models {'/'.join(pair)} --renew analyzes all tracks with the weights of today"
        )
        is_mixed = len(found) > 1 or is_outdated
        yield Finding(f"{'/'.join(pair)}: {describe_groups(found)}", remedy if is_mixed else "")


def check_maps() -> Iterator[Finding]:
    with database().read() as session:
        extracted = count_extracted(session)
    analyzed = [spec for spec in default_specs(weights_dir()) if extracted.get((spec.name, spec.variant))]
    undrawn = missing_maps(analyzed)
    yield Finding(f"maps of {len(analyzed)} models")
    if undrawn:
        yield Finding(f"{len(undrawn)} maps are not drawn", "preprocess-all draws them; so does whoever asks")


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "database": check_database,
    "music": check_library,
    "weights": check_weights,
    "vectors": check_vectors,
    "pipelines": check_pipelines,
    "maps": check_maps,
}


def examine() -> Iterator[tuple[str, Finding]]:
    """(what was looked at, what was found); one check that cannot be made does not keep others from it.

    Without a database there is nothing to look at; one that would be migrated by opening it stays closed.
    """
    path = Path(current_app.config["DATABASE_PATH"])
    if not path.exists():
        yield "database", Finding(f"there is none at {path} yet", "run init-db, then index-audio")
        return
    if schema := older_schema(path):
        yield "database", Finding(f"{path} is an older Melodex's (schema {schema})", MIGRATE)
        return
    for name, check in CHECKS.items():
        try:
            yield from ((name, finding) for finding in check())
        except MelodexError as error:
            yield name, Finding(str(error), "see above", is_bad=True)
