"""Tags from MTG-Jamendo's tables or one's own, and what a space knows of them."""

import json

import numpy as np
import pytest

from ML.errors import LibraryError
from ML.evaluation.multi_tag import compute_multi_tag, split_categories
from ML.evaluation.tag_report import ModelTags, tag_json, tag_text
from ML.evaluation.tag_tables import find_tags, read_jamendo_tags, read_own_tags
from tests.ML.evaluation.clusters import clusters, random_vectors
from tests.ML.golden import SHARED, needs_shared

HEADER = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n"


@pytest.fixture
def jamendo(tmp_path):
    """Two tables of a split, one track in both."""
    (tmp_path / "autotagging_instrument-train.tsv").write_text(
        HEADER
        + "track_0000214\tartist_1\talbum_1\t14/214.mp3\t124.6\tinstrument---piano\tinstrument---voice\n"
        + "track_0000215\tartist_1\talbum_1\t15/215.mp3\t151.4\tinstrument---guitar\n"
    )
    (tmp_path / "autotagging_moodtheme-test.tsv").write_text(
        HEADER + "track_0000214\tartist_1\talbum_1\t14/214.mp3\t124.6\tmood/theme---calm\n"
    )
    (tmp_path / "autotagging_genre-train.tsv").write_text(
        HEADER + "track_0000214\tartist_1\talbum_1\t14/214.mp3\t124.6\tgenre---jazz\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    "filename", ["14/214.mp3", "214.mp3", "14/214.low.mp3", "jamendo/214.low.mp3", "songs/14/214.mp3"]
)
def test_a_track_is_found_however_the_data_set_was_unpacked(filename, jamendo):
    tags = find_tags(read_jamendo_tags(jamendo), filename)
    assert tags == {"instrument---piano", "instrument---voice", "mood/theme---calm"}


def test_a_stranger_has_no_tags(jamendo):
    assert find_tags(read_jamendo_tags(jamendo), "14/2140.mp3") == set()


def test_a_folder_without_tables_names_the_way_out(tmp_path):
    with pytest.raises(LibraryError, match="--tags-dir.*--tags-csv"):
        read_jamendo_tags(tmp_path / "nowhere")


def test_a_damaged_table_names_its_line(jamendo):
    with (jamendo / "autotagging_instrument-train.tsv").open("a") as file:
        file.write("track_0000216\tartist_1\n")
    with pytest.raises(LibraryError, match="instrument-train.tsv, line 4"):
        read_jamendo_tags(jamendo)


@needs_shared
def test_the_real_tables_are_read_whole():
    """Counts by `cut`, `sort -u` and `wc` over the published split 0."""
    tags = read_jamendo_tags(SHARED / "metadata" / "mtg-jamendo" / "split-0")
    by_path = {name: own for name, own in tags.items() if "/" in name}
    names = set().union(*by_path.values())
    assert len(by_path) == len(tags) - len(by_path), "bare names are as many: no number occurs twice"
    assert len({name for name in names if name.startswith("instrument---")}) == 40
    assert len({name for name in names if name.startswith("mood/theme---")}) == 56


def test_a_table_of_ones_own_may_separate_tags_as_people_do(tmp_path):
    table = tmp_path / "tags.csv"
    table.write_text('filename,tags\na.mp3,piano; calm\nb.mp3,"piano, loud"\nc.mp3,\nb.mp3,voice\n')
    tags = read_own_tags(table)
    assert tags == {"a.mp3": {"piano", "calm"}, "b.mp3": {"piano", "loud", "voice"}, "c.mp3": set()}
    assert find_tags(tags, "album/a.mp3") == {"piano", "calm"}


@pytest.mark.parametrize("content", [None, "name,tags\na.mp3,x\n", ""])
def test_a_table_that_is_none_is_an_error(content, tmp_path):
    table = tmp_path / "tags.csv"
    if content is not None:
        table.write_text(content)
    with pytest.raises(LibraryError, match="tags.csv"):
        read_own_tags(table)


def test_tags_are_scored_by_category_among_the_tagged():
    """Clusters share an instrument; moods are strewn at random; half the tracks have no mood."""
    vectors, names = clusters(4, 30)
    moods = np.random.default_rng(0).choice(["calm", "wild"], len(names))
    tags = [
        {f"instrument---{name}"} | ({f"mood---{mood}"} if row % 2 else set())
        for row, (name, mood) in enumerate(zip(names, moods, strict=True))
    ]
    scores = compute_multi_tag(vectors, tags, 10, seed=0)
    instrument, mood = scores.by_category["instrument"], scores.by_category["mood"]
    assert instrument.ndcg.interval.mean == pytest.approx(1.0) and instrument.n_tags == 4
    assert mood.n_tracks == 60 and scores.n_tracks == 120
    assert mood.ndcg.interval.low < mood.ndcg.chance < mood.ndcg.interval.high


def test_tags_without_a_category_have_one_of_their_own():
    assert split_categories([{"loud", "instrument---oboe"}, set()]) == {
        "instrument": [{"instrument---oboe"}, set()],
        "tags": [{"loud"}, set()],
    }


def test_a_tag_of_one_track_leaves_nothing_to_measure_and_says_so():
    scores = compute_multi_tag(random_vectors(4), [{"oboe"}, {"flute"}, set(), set()], 10, seed=0)
    model = ModelTags("acoustic/librosa", scores)
    text = tag_text([model], seed=0)
    assert "nothing to measure" in text and "no more than 10 tracks are tagged" in text.lower()
    json.dumps(tag_json([model], seed=0), allow_nan=False)


def test_a_hub_is_shown():
    """One track in the middle of all others, who are strewn around it."""
    around = random_vectors(80, 60)
    scores = compute_multi_tag(
        np.vstack([around.sum(axis=0), around + 0.02 * around.sum(axis=0)]), [set()] * 81, 5, 0
    )
    assert scores.hubness.occurrences.argmax() == 0 and scores.hubness.skewness > 2
    assert f"{scores.hubness.largest} × among the 5 nearest" in tag_text([ModelTags("a/b", scores)], seed=0)
