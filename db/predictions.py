"""Predicted genres of tracks."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy.orm import Session

from db.embeddings import load_predictions
from ML import registry
from ML.tag_names import MSD_GENRES, TEN_GENRES, tag_words


class GenreModel(NamedTuple):
    """A model that predicts genres. genres: the tags of its taggram that are genres."""

    name: str
    variant: str
    genres: Collection[str]


# The first one that has analyzed a track decides.
GENRE_MODELS = (GenreModel("musicnn", "msd", MSD_GENRES), GenreModel("mfcc_cnn", "genres10", TEN_GENRES))


def predicted_genres(session: Session) -> dict[int, tuple[str, float]]:
    """(genre, activation of its tag) by track id, of the tracks that one of GENRE_MODELS has analyzed."""
    predictions: dict[int, tuple[str, float]] = {}
    for model in reversed(GENRE_MODELS):
        spec = registry.get(model.name, model.variant)
        pair = (spec.name, spec.variant)
        predictions |= load_predictions(session, pair, spec.tag_names, model.genres)
    return {id_: (tag_words(genre), activation) for id_, (genre, activation) in predictions.items()}
