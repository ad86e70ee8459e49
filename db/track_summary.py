"""A track's brightness and tempo in the table of tracks, where lists and colours read them."""

import numpy as np
from sqlalchemy import update
from sqlalchemy.orm import Session

from db.embeddings import Pair
from db.schema import Track
from ML.acoustic_summary import ACOUSTIC, AcousticSummary, summarise_taggrams


def save_summary(session: Session, track_id: int, found: AcousticSummary) -> None:
    values = {"spectral_centroid": found.spectral_centroid, "tempo": found.tempo}
    session.execute(update(Track).where(Track.id == track_id).values(values))


def save_heard_summary(session: Session, track_id: int, pair: Pair, taggrams: np.ndarray) -> None:
    """Of what the acoustic model has just heard: it measures both. taggrams: [n_segments, n_tags]."""
    if pair == (ACOUSTIC.name, ACOUSTIC.variant) and taggrams.shape[1] == ACOUSTIC.taggram_dim:
        save_summary(session, track_id, summarise_taggrams(taggrams))
