"""A map is computed once for a library as it stands, and anew when a vector comes, goes or changes."""

import threading
import time

import numpy as np
import pytest
from sqlalchemy import delete, func, select, update

import db.projections
from db.database import open_database
from db.embeddings import save_output
from db.map_cache import MapQuery
from db.projections import all_queries, get_map, is_current
from db.schema import CachedProjection, Embedding, Track, now
from ML.registry import get
from ML.segments import TrackOutput

PAIR = ("acoustic", "librosa")


def query(method: str = "pca", dimensions: int = 2, space="embeddings", seed: int = 42) -> MapQuery:
    return MapQuery(get(*PAIR), space, method, dimensions, seed)


def output(seed: int, width: int = 6) -> TrackOutput:
    vector = np.random.default_rng(seed).standard_normal(width).astype(np.float32)
    return TrackOutput(vector, vector[:3], vector[None], vector[None, :3], np.zeros(1))


@pytest.fixture
def library(database):
    """Eight tracks with vectors."""
    with database.write() as session:
        for number in range(8):
            session.add(track := Track(filename=f"{number}.wav"))
            session.flush()
            save_output(session, track.id, PAIR, output(number))
    return database


@pytest.fixture
def computed(monkeypatch) -> list[tuple[str, int]]:
    """(method, dimensions) of every map that is really computed."""
    calls = []
    real = db.projections.project

    def project(matrix, method, dimensions, *arguments):
        calls.append((method, dimensions))
        time.sleep(0.05)  # long enough for another request to come in between
        return real(matrix, method, dimensions, *arguments)

    monkeypatch.setattr(db.projections, "project", project)
    return calls


def test_the_second_request_computes_nothing_and_gets_the_same_map(library, computed):
    first, second = get_map(library, query()), get_map(library, query())
    assert computed == [("pca", 2)]
    np.testing.assert_array_equal(first.coords, second.coords)
    np.testing.assert_array_equal(first.track_ids, second.track_ids)
    assert (first.parameters, first.note) == (second.parameters, second.note)
    assert first.coords.shape == (8, 2)


def test_a_restarted_server_still_knows_the_map(library, computed):
    get_map(library, query())
    again = open_database(library.path)
    get_map(again, query())
    again.close()
    assert len(computed) == 1


def test_two_requests_at_once_compute_once(library, computed):
    maps, start = [], threading.Barrier(4)

    def ask() -> None:
        start.wait()
        maps.append(get_map(library, query()))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(maps) == 4
    assert computed == [("pca", 2)]
    assert len({each.coords.tobytes() for each in maps}) == 1


def test_every_map_is_its_own(library, computed):
    names = set()
    for each in (query(), query(dimensions=3), query(space="taggrams"), query("tsne")):
        get_map(library, each)
        names.add(each.name)
    assert computed == [("pca", 2), ("pca", 3), ("pca", 2), ("tsne", 2)]
    assert names == {
        "embeddings_acoustic_librosa_pca_2", "embeddings_acoustic_librosa_pca_3",
        "taggrams_acoustic_librosa_pca_2", "embeddings_acoustic_librosa_tsne_2",
    }  # fmt: skip


def test_another_seed_is_another_map(library, computed):
    for seed in (1, 2):
        get_map(library, query("umap", seed=seed))
    assert computed.count(("umap", 2)) == 2


def set_on_third(**columns):
    return lambda session: session.execute(update(Track).where(Track.id == 3).values(**columns))


def add_track(session) -> None:
    session.add(Track(id=50, filename="new.wav"))
    session.flush()
    save_output(session, 50, PAIR, output(50))


CHANGES = {
    "extracted again": lambda session: save_output(session, 3, PAIR, output(99)),
    "a track more": add_track,
}
LOSSES = {
    "a track gone": set_on_third(gone_at=now()),
    "a track damaged": set_on_third(error="broken"),
    "a vector deleted": lambda session: session.execute(delete(Embedding).where(Embedding.track_id == 3)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_library_is_seen_on_the_next_map(change, library, computed):
    before = get_map(library, query())
    with library.write() as session:
        CHANGES[change](session)
        assert not is_current(session, query())
    after = get_map(library, query())
    assert before.coords.tobytes() != after.coords.tobytes()
    assert set(before.track_ids) <= set(after.track_ids)


@pytest.mark.parametrize("loss", LOSSES)
def test_when_a_track_disappears_the_others_stay_where_they_are(loss, library, computed):
    before = get_map(library, query())
    with library.write() as session:
        LOSSES[loss](session)
    after = get_map(library, query())
    assert computed == [("pca", 2)]
    stays = before.track_ids != 3
    np.testing.assert_array_equal(after.track_ids, before.track_ids[stays])
    np.testing.assert_array_equal(after.coords, before.coords[stays])


def test_new_titles_and_genres_keep_the_map(library, computed):
    get_map(library, query())
    with library.write() as session:
        session.execute(update(Track).values(title="New", genre="Jazz"))
    get_map(library, query())
    assert len(computed) == 1


def test_a_track_that_comes_back_is_on_the_map_again(library):
    before = get_map(library, query())
    for gone_at in (now(), None):
        with library.write() as session:
            session.execute(update(Track).where(Track.id == 3).values(gone_at=gone_at))
        after = get_map(library, query())
    np.testing.assert_array_equal(before.coords, after.coords)


def test_old_maps_do_not_pile_up(library):
    for seed in range(5):
        with library.write() as session:
            save_output(session, 3, PAIR, output(100 + seed))
        get_map(library, query())
    with library.read() as session:
        assert session.scalar(select(func.count()).select_from(CachedProjection)) == 1


def test_all_maps_are_listed_once_with_flat_embeddings_first():
    queries = all_queries([get(*PAIR), get("musicnn", "mtat")], ["umap", "pca"], (2, 3), 42)
    assert len({each.name for each in queries}) == len(queries) == 16
    assert queries[0].name == "embeddings_acoustic_librosa_umap_2"


def test_damaged_vectors_cost_one_point_not_the_map(library):
    with library.write() as session:
        row = session.scalar(select(Embedding).where(Embedding.track_id == 2))
        row.embedding_data = row.embedding_data[:-5]
        row.created_at = now()
    assert sorted(get_map(library, query()).track_ids.tolist()) == [1, 3, 4, 5, 6, 7, 8]
