"""How many segments a network hears at once."""

import time

import numpy as np

from ML.devices import MPS_BATCH
from ML.inference import LoadedModel, is_out_of_memory
from ML.segments import Segments

SIZES = (2, 4, 8, 16, 32, 64, 128, 256, 512)
MIN_GAIN = 1.1  # a doubled batch must be a tenth faster: it doubles the memory too


def choose_batch_segments(model: LoadedModel, device: str, wanted: int) -> int:
    """wanted: a setting; 0 for what suits the device."""
    suited = {"cpu": model.spec.cpu_batch, "mps": MPS_BATCH}
    return wanted or suited.get(device) or find_batch_segments(model)


def find_batch_segments(model: LoadedModel) -> int:
    """By trying: the size of most segments a second; doubling ends where that, or the memory, does."""
    best, best_rate = 1, 0.0
    for size in SIZES:
        rate = segments_per_second(model, size)
        if rate <= MIN_GAIN * best_rate:
            break
        best, best_rate = size, rate
    return best


def segments_per_second(model: LoadedModel, size: int) -> float:
    """Of the second run: the first sets up. 0 where a batch of this size does not fit."""
    n_samples = model.spec.window_samples
    noise = np.random.default_rng(0).normal(0, 0.1, (size, n_samples)).astype(np.float32)
    batch = Segments(noise, np.full(size, n_samples), np.zeros(size))
    try:
        model.run(batch)
        start = time.perf_counter()
        model.run(batch)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return 0.0
    return size / (time.perf_counter() - start)
