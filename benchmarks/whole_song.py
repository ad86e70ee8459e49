"""MusiCNN's mean over segments against the original's one pass over a whole song, judged by genre, paired.

    python -m benchmarks.whole_song --data_dir DIR [--weights FOLDER] [--k 10] [--seed 42]

DIR: music with genres, as train.py reads it. Both ways hear the same tracks, and every bootstrap sample draws
the same tracks for both: an interval of the difference that leaves out 0 tells them apart.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

import config
from ML import registry
from ML.audio import decode, resample
from ML.evaluation.agreement import compare_spaces
from ML.evaluation.judgement import Judgement, Labelling, judge_space
from ML.evaluation.metric_table import METRIC_ROWS
from ML.evaluation.resampling import paired_difference
from ML.inference import LoadedModel, load_spec
from ML.spec import ModelSpec
from ML.text import aligned
from ML.torch_model import TorchModel
from ML.training.datasets import LabelledTrack, read_labelled_music
from ML.weights.store import is_runnable

WAYS = ("mean over segments", "whole song")
HEADER = ("metric", *WAYS, "difference", "chance")


def main() -> None:
    arguments = parse()
    config.WEIGHTS_DIR = arguments.weights.resolve()
    tracks = read_labelled_music(arguments.data_dir).tracks
    artists = [track.artist for track in tracks]
    labels = [track.genre for track in tracks]
    by = Labelling(labels, artists if any(artists) else None, arguments.k, arguments.seed)
    for spec in runnable():
        spaces = hear(spec, tracks)
        judged = [judge_space(space, by) for space in spaces]
        print(f"\n{spec.key}, {len(tracks)} tracks: {alike(spaces, judged)}")
        print("\n".join(aligned(HEADER, list(rows(judged, arguments.k)))))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data_dir", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=config.WEIGHTS_DIR, help="as WEIGHTS_DIR")
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--seed", type=int, default=42)
    return parser.parse_args()


def runnable() -> list[ModelSpec]:
    """Every MusiCNN of Won et al. whose weights are there."""
    everything = (*registry.RELEASES, *registry.MODELS)
    specs = [spec for spec in everything if spec.name == "musicnn" and spec.release != "pons2019"]
    return [spec for spec in specs if is_runnable(spec, config.WEIGHTS_DIR, config.model_weights())]


def hear(spec: ModelSpec, tracks: Sequence[LabelledTrack]) -> tuple[np.ndarray, np.ndarray]:
    """The space of each way: float32 [n, D]."""
    model = load_spec(spec, device="cpu")
    waveforms = (resample(decode(track.path), spec.sample_rate) for track in tracks)
    pairs = [(model.embed(each, spec.sample_rate).embedding, embed_whole(model, each)) for each in waveforms]
    segmented, whole = (np.stack(vectors) for vectors in zip(*pairs, strict=True))
    return segmented, whole


@torch.inference_mode()
def embed_whole(model: LoadedModel, samples: np.ndarray) -> np.ndarray:
    """float32 [D]: one forward over the mel spectrogram of all samples."""
    assert isinstance(model.run, TorchModel)
    embedding, _ = model.run.network(torch.from_numpy(samples)[None])
    return embedding[0].numpy()


def alike(spaces: Sequence[np.ndarray], judged: Sequence[Judgement]) -> str:
    one, other = (space / np.linalg.norm(space, axis=1, keepdims=True) for space in spaces)
    found = compare_spaces(WAYS, spaces, [judgement.neighbors for judgement in judged])
    cosine = float(np.median((one * other).sum(axis=1)))
    return (
        f"median cosine of a track's two vectors {cosine:.3f}, CKA {found.cka[0, 1]:.3f}, "
        f"shared neighbours {found.jaccard[0, 1]:.3f}"
    )


def rows(judged: Sequence[Judgement], k: int) -> Iterator[tuple[str, ...]]:
    for metric in METRIC_ROWS:
        if metric.of == "space":
            ours, theirs = (each.metrics[metric.key] for each in judged)
            difference = paired_difference(ours, theirs).interval
            yield (metric.title.format(k=k), *map(str, (ours.interval, theirs.interval, difference)),
                   f"{ours.chance:.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
