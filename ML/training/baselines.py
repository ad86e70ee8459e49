"""What a network must beat: always the commonest genre, and logistic regression on acoustic features."""

from collections import Counter
from pathlib import Path

import numpy as np

from ML.training.datasets import LabelledTrack


def majority(training: list[LabelledTrack], judged: list[LabelledTrack]) -> np.ndarray:
    """Whether the commonest genre of the training tracks is right: bool [n_judged]."""
    commonest = Counter(track.genre for track in training).most_common(1)[0][0]
    return np.array([track.genre == commonest for track in judged])


def acoustic_vectors(tracks: list[LabelledTrack]) -> dict[Path, np.ndarray]:
    """The library's model without training, acoustic/librosa: one vector a track."""
    from ML.audio import decode
    from ML.inference import load_model

    model = load_model("acoustic")
    vectors = {}
    for track in tracks:
        waveform = decode(track.path)
        vectors[track.path] = model.embed(waveform.samples, waveform.sample_rate).embedding
    return vectors


def logistic_regression(
    training: list[LabelledTrack], judged: list[LabelledTrack], vectors: dict[Path, np.ndarray]
) -> np.ndarray:
    """Whether it is right, fitted to the training tracks alone: bool [n_judged]."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
    classifier.fit([vectors[track.path] for track in training], [track.genre for track in training])
    predicted = classifier.predict([vectors[track.path] for track in judged])
    return predicted == np.array([track.genre for track in judged])
