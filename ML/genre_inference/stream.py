"""Files → windows → batches → one result a file, through a DataLoader: decoding beside the network."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from ML.errors import MelodexError
from ML.genre_inference.windows import read_windows
from ML.mfcc import compute_mfcc, fit_frames
from ML.mfcc_params import MfccParams
from ML.models.mfcc_cnn import GenreNetwork


@dataclass(frozen=True)
class Heard:
    """A window of file number `index`, or why that file yields no more. mfcc: float32 [n_mfcc, n_frames]."""

    index: int
    is_last: bool
    start: float = 0.0  # seconds
    end: float = 0.0
    mfcc: np.ndarray | None = None
    error: str | None = None


@dataclass
class FileResult:
    """What the network says of a file. probabilities: [n_classes] for each segment.  embedding: [512]."""

    path: Path
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    probabilities: list[np.ndarray] = field(default_factory=list)
    embedding_sum: np.ndarray | float = 0.0
    error: str | None = None

    @property
    def embedding(self) -> np.ndarray:
        return np.asarray(self.embedding_sum) / len(self.probabilities)

    @property
    def mean_probabilities(self) -> np.ndarray:
        return np.mean(self.probabilities, axis=0)

    def add(self, heard: Heard, embedding: np.ndarray, probabilities: np.ndarray) -> None:
        self.starts.append(heard.start)
        self.ends.append(heard.end)
        self.probabilities.append(probabilities)
        self.embedding_sum = self.embedding_sum + embedding.astype(np.float64)
        if not (np.isfinite(embedding).all() and np.isfinite(probabilities).all()):
            self.error = "The network answered with values that are not finite numbers."


class WindowStream(IterableDataset):
    """The windows of many files; each worker reads every n-th file."""

    def __init__(self, files: list[Path], params: MfccParams, is_full: bool):
        self.files, self.params, self.is_full = files, params, is_full

    def __iter__(self) -> Iterator[Heard]:
        worker = get_worker_info()
        first, step = (worker.id, worker.num_workers) if worker else (0, 1)
        for index in range(first, len(self.files), step):
            yield from self.hear(index)

    def hear(self, index: int) -> Iterator[Heard]:
        """One window behind the decoder, to know which is the last."""
        path, waiting = self.files[index], None
        try:
            for window in read_windows(path, self.is_full):
                if waiting is not None:
                    yield Heard(index, False, *waiting)
                waiting = (window.start, window.end, self.mfcc_of(window.samples))
        except MelodexError as error:
            yield Heard(index, True, error=str(error))
        except (OSError, MemoryError) as error:
            yield Heard(index, True, error=f"Cannot read {path.name}: {error}.")
        else:
            assert waiting is not None
            yield Heard(index, True, *waiting)

    def mfcc_of(self, samples: np.ndarray) -> np.ndarray:
        params = self.params
        mfcc = compute_mfcc(torch.from_numpy(samples)[None], params.hop_length, params.n_mfcc)[0]
        return fit_frames(mfcc, mfcc.shape[1], params.fixed_mfcc_length, params.repeats).numpy()


def classify(
    genres: GenreNetwork, files: list[Path], device: str, is_full: bool, batch_size: int, n_workers: int
) -> Iterator[tuple[int, FileResult]]:
    """(place in files, result) as files are done, which is nearly their order.

    Memory depends on batch_size and n_workers, not on how many files there are or how long they are.
    """
    n_cores = os.cpu_count() or 1
    n_workers = min(n_workers, len(files), n_cores)
    # Threads beyond the cores wait for each other: with them a forward takes ten times as long.
    torch.set_num_threads(max(1, n_cores - n_workers))
    loader: Iterable[list[Heard]] = DataLoader(
        WindowStream(files, genres.params, is_full), batch_size=batch_size,
        num_workers=n_workers, collate_fn=list,
    )  # fmt: skip
    genres = genres.to(device)
    open_files: dict[int, FileResult] = {}
    for batch in loader:
        outputs = run_batch(genres, [heard.mfcc for heard in batch if heard.mfcc is not None], device)
        for heard in batch:
            result = open_files.setdefault(heard.index, FileResult(files[heard.index]))
            if heard.mfcc is None:
                result.error = heard.error
            else:
                result.add(heard, *next(outputs))
            if heard.is_last:
                yield heard.index, open_files.pop(heard.index)


@torch.inference_mode()
def run_batch(
    genres: GenreNetwork, mfccs: list[np.ndarray], device: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(embedding [512], probabilities [n_classes]) of each."""
    if not mfccs:
        return iter(())
    embedding, probabilities = genres(torch.from_numpy(np.stack(mfccs)).to(device))
    return zip(embedding.cpu().numpy(), probabilities.cpu().numpy(), strict=True)
