"""What the MFCC CNN takes each track for."""

from sqlalchemy.orm import Session

from db.embeddings import load_predictions
from ML import registry

GENRE_MODEL = "mfcc_cnn"


def predicted_genres(session: Session) -> dict[int, tuple[str, float]]:
    """(genre, probability) by track id, of the tracks that it has heard."""
    spec = registry.get(GENRE_MODEL)
    return load_predictions(session, (spec.name, spec.variant), spec.tag_names)
