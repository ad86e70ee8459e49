"""compute-genre-similarity, compute-multi-tag-metrics, extract-acoustic-features as a person types them."""

import csv
import json

import numpy as np
import pytest

from db.database import open_database
from db.embeddings import save_output
from db.schema import Track
from ML.segments import TrackOutput
from tests.ML.evaluation.clusters import clusters
from tests.sounds import noise, tone, write_sound


def output(vector: np.ndarray) -> TrackOutput:
    row = vector.astype(np.float32)
    return TrackOutput(row, row[:2], row[None], row[None, :2], np.zeros(1))


@pytest.fixture
def reports(app, tmp_path):
    app.config["REPORTS_DIR"] = tmp_path / "new" / "reports"
    app.config["MTG_JAMENDO_SPLITS_DIR"] = tmp_path / "nowhere"
    return app.config["REPORTS_DIR"]


@pytest.fixture
def library(app, reports):
    """24 tracks of four clusters of six, heard by two models; one more has no genre."""
    vectors, genres = clusters(4, 6)
    database = open_database(app.config["DATABASE_PATH"])
    with database.write() as session:
        for number, (vector, genre) in enumerate(zip([*vectors, np.ones(8)], [*genres, None], strict=True)):
            track = Track(filename=f"{number % 100:02d}/{number}.mp3", genre=genre)
            session.add(track)
            session.flush()
            for pair in (("musicnn", "mtat"), ("whisper", "base")):
                save_output(session, track.id, pair, output(vector))
    database.close()


def test_genre_similarity_reports_every_model_that_has_listened(run, library, reports):
    result = run("compute-genre-similarity", "--no-progress")
    assert (result.exit_code, result.stderr) == (0, "")
    text = (reports / "genre_similarity_report.txt").read_text()
    assert all(key in text and key in result.stdout for key in ("musicnn/mtat", "whisper/base"))
    assert "1 tracks without a genre are left out" in text
    assert str(reports) in result.stdout


def test_json_is_all_there_is_on_stdout(run, library):
    result = run("compute-genre-similarity", "--json", "--k", 5, "--models", "whisper/base")
    facts = json.loads(result.stdout)
    assert list(facts["models"]) == ["whisper/base"] and facts["k"] == 5
    model = facts["models"]["whisper/base"]
    assert model["precision_at_k"]["mean"] == 1.0
    assert model["n_tracks"] == 24 and model["n_without_genre"] == 1


def test_the_matrix_of_genres_is_a_table_and_a_picture(run, library, reports):
    facts = json.loads(run("compute-genre-similarity", "--json").stdout)["models"]["whisper/base"]
    with (reports / "genre_similarity.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == "whisper/base"]
    cosines = np.array([float(row["centroid_cosine"]) for row in rows]).reshape(4, 4)
    np.testing.assert_allclose(cosines, facts["centroid_similarity"])
    assert (reports / "genre_similarity_whisper_base.png").read_bytes().startswith(b"\x89PNG")
    assert facts["hubness"]["anti_hubs"] == [] and 0 < facts["hubness"]["robin_hood"] < 1
    assert "anti-hubs" in (reports / "genre_similarity_report.txt").read_text()


def test_the_same_library_gives_the_same_report(run, library, reports):
    texts = []
    for _ in range(2):
        run("compute-genre-similarity")
        texts.append((reports / "genre_similarity_report.txt").read_text())
    assert texts[0] == texts[1]


def test_multi_tag_metrics_read_a_table_of_ones_own(run, library, reports, tmp_path):
    rows = [f"{number}.mp3,instrument---{'guitar' if number < 12 else 'piano'}" for number in range(24)]
    (tmp_path / "tags.csv").write_text("\n".join(["filename,tags", *rows]))
    result = run("compute-multi-tag-metrics", "--tags-csv", tmp_path / "tags.csv", "--json")
    score = json.loads(result.stdout)["models"]["musicnn/mtat"]["tags"]["instrument"]
    assert score["n_tracks"] == 24 and score["ndcg_at_k"]["mean"] > score["ndcg_at_k"]["chance"]
    assert "instrument" in (reports / "multi_tag_metrics_report.txt").read_text()


def test_a_table_of_other_songs_is_told(run, library, tmp_path):
    (tmp_path / "tags.csv").write_text("filename,tags\nother.mp3,piano\n")
    result = run("compute-multi-tag-metrics", "--tags-csv", tmp_path / "tags.csv")
    assert result.exit_code == 1
    assert "None of the 25 tracks" in result.stderr and "other.mp3" in result.stderr


def test_multi_tag_metrics_read_mtg_jamendo(run, library, tmp_path):
    header = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS"
    rows = [f"track_{n:07d}\ta\tb\t{n % 100:02d}/{n}.mp3\t9.0\tmood/theme---m{n % 2}" for n in range(25)]
    (tmp_path / "autotagging_moodtheme-train.tsv").write_text("\n".join([header, *rows]))
    result = run("compute-multi-tag-metrics", "--tags-dir", tmp_path)
    assert result.exit_code == 0 and "mood/theme" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["compute-genre-similarity", "--models", "vgg"], "vgg/msd, vgg/mtat"),
        (["compute-genre-similarity", "--models", "nosuch"], "choose one of"),
        (["compute-genre-similarity", "--k", "0"], "0 is not in the range"),
        (["compute-multi-tag-metrics"], "--tags-csv"),
        (["compute-multi-tag-metrics", "--tags-csv", "nosuch.csv"], "nosuch.csv"),
        (["compute-multi-tag-metrics", "--tags-csv", "a.csv", "--tags-dir", "b"], "either"),
    ],
)
def test_what_cannot_be_done_is_told_on_stderr(arguments, told, run, library, reports):
    result = run(*arguments)
    assert result.exit_code != 0 and told in result.stderr and result.stdout == ""
    assert not reports.exists()


def test_before_extraction_the_way_there_is_told(run, reports):
    result = run("compute-genre-similarity")
    assert result.exit_code == 1 and "preprocess-all" in result.stderr


def test_a_report_that_cannot_be_written_is_an_error(run, library, reports):
    reports.parent.write_text("a file where the folder should be")
    result = run("compute-genre-similarity")
    assert result.exit_code == 1 and "Cannot write to" in result.stderr


def test_acoustic_features_reach_the_tracks(run, client, music):
    write_sound(music / "a.wav", tone(1000.0, 1.0))
    write_sound(music / "b.wav", noise(0, 1.0))
    (music / "c.mp3").write_bytes(b"")
    run("index-audio")
    result = run("extract-acoustic-features", "--no-progress")
    assert result.exit_code == 1 and "failed: c.mp3" in result.stderr
    assert "2 tracks heard, 0 taken from acoustic/librosa, 1 failed" in result.stdout
    tracks = {track["filename"]: track for track in client.get("/tracks").get_json()["tracks"]}
    # The frames at both ends of a tone hold a click, which is brighter than the tone.
    assert tracks["a.wav"]["spectral_centroid"] == pytest.approx(1000.0, rel=0.05)
    assert tracks["a.wav"]["tempo"] is None, "a steady tone has no pulse, which is not 0 BPM"
    assert tracks["c.mp3"]["spectral_centroid"] is None
