"""A predicted genre is a genre: of MusiCNN's tags where it has run, of the MFCC CNN's classes elsewhere."""

import numpy as np

from db.embeddings import save_output
from db.predictions import predicted_genres
from db.schema import Track
from ML.segments import TrackOutput
from ML.tag_names import MSD_GENRES, MSD_TAGS, TEN_GENRES, tag_words

MUSICNN, MFCC_CNN = ("musicnn", "msd"), ("mfcc_cnn", "genres10")


def output(names: tuple[str, ...], **activations: float) -> TrackOutput:
    taggram = np.full(len(names), 0.01, np.float32)
    for name, activation in activations.items():
        taggram[names.index(name.replace("_", " "))] = activation
    embedding = np.ones(4, np.float32)
    return TrackOutput(embedding, taggram, embedding[None], taggram[None], np.zeros(1))


def predict(database, outputs: list[tuple[tuple[str, str], TrackOutput]]) -> tuple[str, float]:
    """Of one track that some models have analyzed."""
    with database.write() as session:
        session.add(track := Track(filename="song.wav"))
        session.flush()
        for pair, each in outputs:
            save_output(session, track.id, pair, each)
    with database.read() as session:
        (prediction,) = predicted_genres(session).values()
    return prediction


def test_moods_voices_and_decades_are_no_genres(database):
    output_ = output(MSD_TAGS, beautiful=0.9, female_vocalists=0.8, guitar=0.7, jazz=0.375)
    assert predict(database, [(MUSICNN, output_)]) == ("Jazz", 0.375)


def test_musicnn_decides_where_it_has_run(database):
    outputs = [(MFCC_CNN, output(TEN_GENRES, Pop=0.9)), (MUSICNN, output(MSD_TAGS, folk=0.25))]
    assert predict(database, outputs) == ("Folk", 0.25)


def test_the_mfcc_cnn_decides_elsewhere(database):
    assert predict(database, [(MFCC_CNN, output(TEN_GENRES, Disco=0.75))]) == ("Disco", 0.75)


def test_every_genre_is_a_tag_of_the_data_set():
    assert set(MSD_TAGS) > MSD_GENRES


def test_tags_are_words():
    assert [tag_words(tag) for tag in ("genre---popfolk", "rock", "Hip-Hop")] == [
        "Popfolk",
        "Rock",
        "Hip-Hop",
    ]
