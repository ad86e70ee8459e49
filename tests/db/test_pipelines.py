"""Vectors of two pipelines never meet in one space, and nothing is analyzed again that need not be."""

from dataclasses import replace

import numpy as np
import pytest

from db.embeddings import load_matrix, load_predictions, load_segment_matrix, load_taggrams, save_output
from db.indexing import index_library
from db.library_state import load_state
from db.map_cache import MapQuery
from db.pipelines import group_pipelines, main_pipeline, pipeline_groups, save_pipeline
from db.preprocessing import ExtractionSummary, count_outdated, extract, outdated_lines, plan_extraction
from db.projections import get_map
from db.spaces import SpaceQuery, load_space
from ML.inference import LoadedModel
from ML.pipeline import Pipeline, describe_spec
from ML.registry import get
from tests.conftest import CountingModel
from tests.sounds import noise, write_sound

MSD, JAMENDO = get("musicnn", "msd", "won2020"), get("musicnn", "jamendo")
PAIR = ("musicnn", "msd")
NAMES = ["loud", "spread"]  # of the taggrams of a CountingModel
WON, OTHER_FILE = describe_spec(MSD, "aa"), describe_spec(MSD, "bb")
PONS = describe_spec(get("musicnn", "msd", "pons2019"), "cc")
MIGRATED = replace(WON, weights_digest=None, libraries={})


def groups_of(**counts: tuple[Pipeline, int]) -> list[tuple[set, int]]:
    """(names, tracks) of each group; names in the order in which the pipelines came to be."""
    ids = {name: number for number, name in enumerate(counts, start=1)}
    groups = group_pipelines({ids[name]: entry for name, entry in counts.items()})
    return [({name for name in ids if ids[name] in group.ids}, group.n_tracks) for group in groups]


def test_what_most_tracks_have_is_in_use_and_of_equal_ones_the_newest():
    assert groups_of(won=(WON, 3), pons=(PONS, 2)) == [({"won"}, 3), ({"pons"}, 2)]
    assert groups_of(won=(WON, 3), pons=(PONS, 3)) == [({"pons"}, 3), ({"won"}, 3)]
    assert groups_of(gone=(WON, 0)) == [({"gone"}, 0)]


def test_libraries_and_precision_do_not_part_vectors():
    newer = replace(WON, libraries={"torch": "99"}, precision="float16", runtime="torch")
    assert groups_of(won=(WON, 3), newer=(newer, 2)) == [({"won", "newer"}, 5)]


@pytest.mark.parametrize(
    "change",
    [{"weights_digest": "bb"}, {"front_end_version": 2}, {"pooling_version": 2}, {"segment_samples": 99},
     {"postprocess": True}, {"release": "original"}, {"hop_samples": 7}, {"sample_rate": 8000}],
)  # fmt: skip
def test_all_that_makes_other_vectors_parts_them(change):
    assert len(groups_of(won=(WON, 3), other=(replace(WON, **change), 2))) == 2


def test_unknown_weights_match_the_most_common_file_and_never_join_two():
    found = groups_of(won=(WON, 2), migrated=(MIGRATED, 5), other=(OTHER_FILE, 3))
    assert found == [({"migrated", "other"}, 8), ({"won"}, 2)]


@pytest.fixture
def run_models(database, music):
    """Index, then extract what is planned with these models."""

    def run(*models: LoadedModel, **options) -> ExtractionSummary:
        index_library(database, music)
        current = {model.spec.key: model.pipeline for model in models}
        with database.read() as session:
            plans = plan_extraction(session, [each.spec for each in models], pipelines=current, **options)
        run.lines = outdated_lines(plans)
        return extract(database, music, plans, {model.spec.key: model for model in models})

    return run


def model(release: str | None, digest: str | None = None, variant: str = "msd", **options) -> LoadedModel:
    spec = get("musicnn", variant, release)
    return LoadedModel(spec, CountingModel(**options), pipeline=describe_spec(spec, digest))


def write_songs(music, numbers) -> None:
    for number in numbers:
        write_sound(music / f"{number}.wav", noise(number))


def test_another_release_renews_its_own_vectors_only_where_that_is_wanted(run_models, decoded, music):
    write_songs(music, range(6))
    run_models(model("won2020", "aa"), model(None, "dd", "jamendo"))
    decoded.clear()
    pons, jamendo = model("pons2019", "cc", width=5), model(None, "dd", "jamendo")
    assert run_models(pons, jamendo).n_extracted == 0
    assert (pons.run.n_calls, jamendo.run.n_calls, decoded) == (0, 0, {}), "make run analyzes nothing again"
    assert run_models.lines == ["musicnn/msd: 6 tracks were analyzed with other weights (won2020)"]
    assert run_models(pons, jamendo, renew=True).n_extracted == 6
    assert (pons.run.n_segments, jamendo.run.n_calls) == (6, 0), "one forward pass a track, of one model"
    assert decoded == {f"{number}.wav": 1 for number in range(6)}
    decoded.clear()
    pons = model("pons2019", "cc", width=5)
    assert run_models(pons, model(None, "dd", "jamendo"), renew=True).n_extracted == 0
    assert (pons.run.n_calls, decoded, run_models.lines) == (0, {}, [])


def test_outdated_tracks_are_counted_as_a_renewal_would_find_them(run_models, database, music):
    write_songs(music, range(2))
    run_models(model("won2020", "aa"))
    write_songs(music, range(2, 5))
    run_models(model("won2020", "bb"))
    write_songs(music, range(5, 9))
    pons = model("pons2019", "cc")
    assert run_models(pons).n_extracted == 4
    with database.read() as session:
        assert count_outdated(session, pons.pipeline) == {"other weights (won2020)": 5}
        assert count_outdated(session, OTHER_FILE) == {
            "other weights (sha256 aa)": 2, "other weights (pons2019)": 4
        }  # fmt: skip
    (music / "0.wav").unlink()
    assert run_models(pons, renew=True).n_extracted == 4
    with database.read() as session:
        assert count_outdated(session, pons.pipeline) == {}, "a missing file is not analyzed and not counted"


@pytest.mark.parametrize(("n_old", "is_renewed"), [(2, True), (3, False)])
def test_a_fifth_of_the_tracks_is_renewed_unasked(n_old, is_renewed, run_models, decoded, database, music):
    write_songs(music, range(n_old))
    run_models(model("won2020", "aa"))
    write_songs(music, range(n_old, 10))
    run_models(model("pons2019", "cc"))  # new tracks are always analyzed with the weights of today
    decoded.clear()
    pons = model("pons2019", "cc")
    assert run_models(pons).n_extracted == (n_old if is_renewed else 0)
    assert pons.run.n_segments == (n_old if is_renewed else 0)
    assert set(decoded) == ({f"{number}.wav" for number in range(n_old)} if is_renewed else set())
    with database.read() as session:
        n_shown = len(load_matrix(session, PAIR, "embeddings").track_ids)
    assert n_shown == (10 if is_renewed else 10 - n_old)


def test_new_libraries_and_unknown_weights_renew_nothing(run_models, decoded, database, music):
    write_songs(music, range(3))
    migrated = model("won2020")
    run_models(migrated)
    decoded.clear()
    known = model("won2020", "aa")
    known.pipeline = replace(known.pipeline, libraries={"torch": "99"}, precision="float16")
    assert (run_models(known, renew=True).n_extracted, decoded) == (0, {})
    write_songs(music, [3])
    assert run_models(known).n_extracted == 1
    with database.read() as session:
        (group,) = pipeline_groups(session, PAIR)
    assert (group.n_tracks, len(group.ids), group.pipeline.weights_digest) == (4, 2, "aa")


def test_force_extracts_all_and_a_failure_keeps_the_older_vectors(run_models, database, music):
    write_songs(music, range(3))
    run_models(model("won2020", "aa"))
    failing = model("pons2019", "cc", deaf_above=0.0)
    assert len(run_models(failing, force=True).failures) == 3
    with database.read() as session:
        assert main_pipeline(session, PAIR).pipeline.release == "won2020"
        assert len(load_matrix(session, PAIR, "embeddings").track_ids) == 3


def save(session, model_: LoadedModel, number: int, track_id: int) -> None:
    output = model_.embed(noise(number), 22_050)
    save_output(session, track_id, PAIR, output, save_pipeline(session, model_.pipeline))


def test_no_space_mixes_two_releases_and_all_follow_the_change(run_models, database, music):
    """Both releases have equally wide vectors here, as those of musicnn/mtat: width does not part them."""
    write_songs(music, range(8))
    won, pons = model("won2020", "aa"), model("pons2019", "cc")
    run_models(won)
    query, hits = MapQuery(MSD, "embeddings", "pca", 2, 1), SpaceQuery(MSD, "embeddings", "cosine")
    before = get_map(database, query)
    with database.read() as session:
        key = load_space(session, hits).key
        ids = main_pipeline(session, PAIR).ids
    assert len(before.track_ids) == 8
    for number in range(3):
        with database.write() as session:
            save(session, pons, number, number + 1)
    shown(database, query, hits, track_ids=[4, 5, 6, 7, 8])
    for number in range(3, 6):
        with database.write() as session:
            save(session, pons, number, number + 1)
    shown(database, query, hits, track_ids=[1, 2, 3, 4, 5, 6])
    with database.read() as session:
        assert main_pipeline(session, PAIR).ids.isdisjoint(ids)
        assert load_space(session, hits).key != key


def shown(database, query: MapQuery, hits: SpaceQuery, track_ids: list[int]) -> None:
    """Everything that compares tracks has these and no others."""
    with database.read() as session:
        assert load_state(session, PAIR).track_ids.tolist() == track_ids
        assert load_matrix(session, PAIR, "taggrams").track_ids.tolist() == track_ids
        assert load_segment_matrix(session, PAIR, "embeddings").track_ids.tolist() == track_ids
        assert sorted(load_taggrams(session, PAIR, range(10))) == track_ids
        assert sorted(load_predictions(session, PAIR, NAMES, NAMES)) == track_ids
        assert load_space(session, hits).track_ids.tolist() == track_ids
        of_segments = replace(hits, of_segments=True)
        assert load_space(session, of_segments).track_ids.tolist() == track_ids
    assert get_map(database, query).track_ids.tolist() == track_ids


def test_a_pipeline_is_stored_once(database):
    with database.write() as session:
        ids = [save_pipeline(session, each) for each in (WON, PONS, replace(WON))]
    assert ids == [1, 2, 1]


def test_tracks_whose_files_are_missing_do_not_decide(run_models, database, music):
    write_songs(music, range(3))
    run_models(model("won2020", "aa"))
    for number in range(3):
        (music / f"{number}.wav").unlink()
    write_songs(music, [7])
    run_models(model("pons2019", "cc"))
    with database.read() as session:
        assert main_pipeline(session, PAIR).pipeline.release == "pons2019"
        assert load_matrix(session, PAIR, "embeddings").track_ids.tolist() == [4]
        assert np.array_equal(load_state(session, PAIR).track_ids, [4])
