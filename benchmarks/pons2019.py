"""Extraction with the authors' MusiCNN and VGG against the authors' way.

    python -m benchmarks.pons2019 [--songs FOLDER] [--weights FOLDER] [--n-songs 30]

The authors' way: librosa decodes, resamples and computes the spectrogram of the whole file, whose patches
go through the network as one batch; here in eager PyTorch, in the authors' order of operations. Both sides
read the same songs on all cores with models that are loaded. Ours is measured before and after it.
"""

import argparse
import importlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import librosa
import numpy as np
import torch
from torch import nn

import config
from benchmarks.extraction import Spent, bracket, find_longest, spend
from benchmarks.report import Row, report
from ML import registry
from ML.demo.library import render_demo_library
from ML.devices import share_out
from ML.engine import Engine, Job
from ML.inference import LoadedModel, accelerate, build
from ML.log_mel import HOP_LENGTH, LOG_GAIN, N_FFT, N_MELS, SAMPLE_RATE
from ML.segments import TrackOutput
from ML.spec import ModelSpec

KEYS = ("musicnn/msd@pons2019", "vgg/msd@pons2019")
N_FRAMES = 187  # a patch
SAME_DIRECTION = 0.9999  # least cosine of the two vectors of a song: the sides resample and round differently
NOTES = """
Both sides give the same vectors: the cosine of every song's two is above 0.9999.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--songs", type=Path, help="music; default: the demo library")
    parser.add_argument("--weights", type=Path, default=config.WEIGHTS_DIR, help="as WEIGHTS_DIR")
    parser.add_argument("--n-songs", type=int, default=30, help="the longest so many are analyzed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.songs is None:
            render_demo_library(Path(folder))
        songs = find_longest(arguments.songs or Path(folder), arguments.n_songs)
        rows = (row for key in KEYS for row in compare(key, arguments.weights, songs))
        report("pons2019", "python -m benchmarks.pons2019", rows, NOTES)


def compare(key: str, weights_dir: Path, songs: list[Path]) -> Iterator[Row]:
    (spec,) = registry.get_by_key(key)
    assert spec.weights
    weights = weights_dir / spec.weights.path
    model = LoadedModel(spec, build(spec, weights, "cpu"))
    accelerate(model.run, spec, "cpu", n_threads=1)  # exports the network, once in its life
    eager = importlib.import_module(spec.builder.split(":")[0]).load(spec, weights)
    ours: dict[int, np.ndarray] = {}
    theirs: dict[int, np.ndarray] = {}
    wall, _ = bracket(  # not the processor time: ours decodes in processes that go on living
        f"{key}, {len(songs)} songs",
        None,
        lambda: extract_as_published(eager, songs, theirs),
        lambda: extract(spec, model, songs, ours),
    )
    for number, song in enumerate(songs):
        assert cosine_of(ours[number], theirs[number]) > SAME_DIRECTION, f"{song}: other vectors"
    yield wall


def extract(spec: ModelSpec, model: LoadedModel, songs: list[Path], vectors: dict[int, np.ndarray]) -> Spent:
    """Fills vectors with the embedding of each song."""
    jobs = [Job(number, song, (spec.key,)) for number, song in enumerate(songs)]

    def run() -> None:
        for result in Engine({spec.key: model}, share_out("cpu")).run(jobs):
            assert isinstance(result.outcome, TrackOutput), result.outcome
            vectors[result.track_id] = result.outcome.embedding

    return spend(run)


def extract_as_published(network: nn.Module, songs: list[Path], vectors: dict[int, np.ndarray]) -> Spent:
    """Fills vectors with the mean embedding of each song."""

    def run() -> None:
        for number, song in enumerate(songs):
            vectors[number] = embed_whole_file(network, song)

    return spend(run)


@torch.inference_mode()
def embed_whole_file(network: nn.Module, song: Path) -> np.ndarray:
    samples, _ = librosa.load(song, sr=SAMPLE_RATE)
    mel = librosa.feature.melspectrogram(
        y=samples, sr=SAMPLE_RATE, n_fft=N_FFT, hop_length=HOP_LENGTH, n_mels=N_MELS, pad_mode="reflect"
    )
    log_mel = np.log10(LOG_GAIN * mel.astype(np.float16).astype(np.float32) + 1.0)
    n_patches = log_mel.shape[1] // N_FRAMES
    patches = np.stack(np.split(log_mel[:, : n_patches * N_FRAMES], n_patches, axis=1))
    embedding, _ = network.answer(torch.from_numpy(patches))  # type: ignore[operator]
    return embedding.mean(dim=0).numpy()


def cosine_of(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


if __name__ == "__main__":
    main()
