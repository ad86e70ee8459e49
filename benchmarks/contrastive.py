"""Fifty epochs of contrastive training against hearing the music in every epoch; and what the head is worth.

    python -m benchmarks.contrastive --data-root DIR [--folds 7]

DIR is laid out as MTG-Jamendo. The baseline is the original program's way: decode and encode every track of
training and validation in every epoch. It is measured on a few batches of the same run, as far as the block
that the head hears and no further. The cross-validation judges every track by a head that heard neither it
nor its artist, with the settings of the head that is shipped and without choosing an epoch.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import config
from benchmarks.report import Figure, Row, at_least_times, at_most, at_most_times, report
from ML import registry
from ML.audio import decode, resample
from ML.devices import pick_device
from ML.segments import join_segments
from ML.training.contrastive import program
from ML.training.contrastive.batches import FeatureSet
from ML.training.contrastive.encoder import Windowing, load_encoder
from ML.training.contrastive.evaluation import KNN, NDCG, PRECISION, Judged, judge
from ML.training.contrastive.hearing import HeardMusic, Workplace, hear
from ML.training.contrastive.music import GenreTrack, read_genre_music
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.contrastive.team import Team
from ML.training.contrastive.trainer import HeadTrainer
from ML.training.datasets import LabelledTrack
from ML.training.reporter import Reporter
from ML.training.splits import assign_folds
from ML.weights.store import find_weights

N_BATCHES = 3  # of the per-epoch way, measured
SHIPPED: dict[str, Any] = {"duration": 7.5, "batch_size": 32, "learning_rate": 3e-4, "scheduler": "cosine"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--folds", type=int, default=7)
    arguments = parser.parse_args()
    root = arguments.data_root.absolute()
    settings = ContrastiveSettings(
        audio_dir=str(root / "songs"), splits_dir=str(root / "data" / "splits" / "split-0"),
        num_epochs=arguments.epochs, early_stopping=0,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(settings, make_workplace(Path(folder)), arguments.folds)
        report("contrastive training", "python -m benchmarks.contrastive --data-root DIR", rows)


def make_workplace(folder: Path) -> Workplace:
    whisper = find_weights(registry.get("whisper", "base"), config.WEIGHTS_DIR, config.model_weights())
    assert whisper is not None
    team = Team(pick_device(config.DEVICE))
    return Workplace(whisper, team, 2, folder / "runs", folder / "logs", folder / "cache", 10**9)


def measure(settings: ContrastiveSettings, place: Workplace, n_folds: int) -> Iterator[Row]:
    start = time.perf_counter()
    prepared = program.start_run(settings, place, Reporter())
    program.train(prepared, place.team, Reporter())
    ours = time.perf_counter() - start
    counts = json.loads(prepared.run.dataset_path.read_text())
    n_heard = len(prepared.judged["training"]) + len(prepared.judged["validation"])
    tracks = prepared.drawn.tracks
    per_epoch_way = n_heard * settings.num_epochs * seconds_a_track(settings, place, tracks)
    yield Row(
        f"{settings.num_epochs} epochs, {len(tracks)} training tracks, end to end",
        Figure(per_epoch_way, "s", f"heard in every epoch, by {N_BATCHES} batches"), Figure(ours),
        at_most_times(1 / 20),
    )  # fmt: skip
    n_windows = Figure(counts["num_windows"], "passes")
    yield Row(
        "encoder passes", Figure(n_heard * settings.num_epochs, "passes"),
        Figure(counts["encoder_passes"], "passes"), at_most(n_windows),
    )  # fmt: skip
    yield from cross_validate(replace(settings, **SHIPPED), place, n_folds)


def seconds_a_track(settings: ContrastiveSettings, place: Workplace, tracks: list[GenreTrack]) -> float:
    """Decode, encode the first window, learn: the mean over N_BATCHES batches, after one to warm up."""
    encoder = load_encoder(settings.model_name, place.whisper, str(place.team.device), place.batch)
    spec = encoder.spec
    windowing, rate = Windowing(spec.segment_samples, spec.segment_samples, 1), spec.sample_rate
    head = torch.nn.Linear(spec.taggram_dim, settings.projection_dim)
    seconds = []
    for number in range(N_BATCHES + 1):
        start = time.perf_counter()
        chosen = (
            tracks[number * settings.batch_size :][: settings.batch_size] or tracks[: settings.batch_size]
        )
        parts = [windowing.cut(resample(decode(track.path), rate), rate) for track in chosen]
        features = encoder.embed_segments(join_segments(parts)).taggram
        head(torch.from_numpy(features)).sum().backward()
        seconds.append((time.perf_counter() - start) / len(chosen))
    return float(np.mean(seconds[1:]))


def cross_validate(settings: ContrastiveSettings, place: Workplace, n_folds: int) -> Iterator[Row]:
    """Rows of metrics over all tracks, each judged once."""
    tracks = read_genre_music(settings).tracks
    heard = hear(settings, [replace(track, split="training") for track in tracks], place, Reporter())
    labelled = [LabelledTrack(track.path, track.genres[0], track.artist) for track in tracks]
    folds = np.array(assign_folds(labelled, n_folds, settings.seed))
    parts = [judge_fold(settings, place, heard, tracks, folds == fold) for fold in range(n_folds)]
    for metric in (KNN, PRECISION, NDCG):
        raw, head = (join(judged).intervals(settings.seed)[metric] for judged in zip(*parts, strict=True))
        yield Row(
            f"{metric}, {n_folds} folds by artist, {len(tracks)} tracks", Figure(raw.mean, "", f"raw {raw}"),
            Figure(head.mean, "", str(head)), at_least_times(1.0),
        )  # fmt: skip


def judge_fold(
    settings: ContrastiveSettings, place: Workplace, heard: HeardMusic, tracks: list[GenreTrack],
    is_judged: np.ndarray,
) -> tuple[Judged, Judged]:  # fmt: skip
    """(raw Whisper, head) on the judged tracks."""
    genres = sorted({genre for track in tracks for genre in track.genres})
    learnt = [track for track, judged in zip(tracks, is_judged, strict=True) if not judged]
    asked = [track for track, judged in zip(tracks, is_judged, strict=True) if judged]
    drawn = FeatureSet.join(learnt, heard.drawn, genres)
    corpus, queries = (FeatureSet.join(part, heard.whole, genres) for part in (learnt, asked))
    trainer = HeadTrainer(settings, drawn, corpus, queries, place.team)
    for number in range(settings.num_epochs):
        trainer.train_epoch(number, lambda loss: None)
        trainer.scheduler.step()
    raw = judge(asked, learnt, queries.pool(queries.windows), corpus.pool(corpus.windows))
    return raw, judge(asked, learnt, trainer.embed(queries), trainer.embed(corpus))


def join(parts: tuple[Judged, ...]) -> Judged:
    names = parts[0].per_track
    return Judged({name: np.concatenate([part.per_track[name] for part in parts]) for name in names})


if __name__ == "__main__":
    main()
