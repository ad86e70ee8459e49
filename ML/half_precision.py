"""Half precision on a GPU: twice as fast and half the memory, where the answers stay what they are.

A network is tried when it is loaded: the same sounds in float32 and in half. Where the two differ by more
than a reader of the results could notice, it stays in float32, as it does on a CPU. The front end
(spectrograms) is always float32.
"""

import logging

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from ML.segments import Segments
from ML.torch_model import Answer, TorchModel

log = logging.getLogger(__name__)
# float16 first: it has eight times the precision of bfloat16; bfloat16 has float32's range.
TYPES = (torch.float16, torch.bfloat16)
MIN_COSINE = 0.9999  # of every embedding with its own in float32, as the golden tests of Whisper ask
MAX_TAG_DIFFERENCE = 1e-3  # of a tag's activation, relative to the largest: what the app shows of it


class HalfAnswer:
    """`SegmentNetwork.answer` in half precision; a batch that leaves its range is answered in float32."""

    def __init__(self, in_full: Answer, device: torch.device, dtype: torch.dtype):
        self.in_full, self.device, self.dtype = in_full, device, dtype

    @property
    def precision(self) -> str:
        """ "float16" or "bfloat16"."""
        return str(self.dtype).removeprefix("torch.")

    def __call__(self, *features: Tensor) -> tuple[Tensor, Tensor]:
        embedding, taggram = self.in_half(*features)
        if embedding.isfinite().all() and taggram.isfinite().all():
            return embedding, taggram
        return self.in_full(*features)

    def in_half(self, *features: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(self.device.type, self.dtype):
            embedding, taggram = self.in_full(*features)
        return embedding.float(), taggram.float()


def compute_exactly() -> None:
    """float32 is float32: PyTorch lets NVIDIA's convolutions round to 10 bits of it unless told otherwise."""
    torch.backends.cudnn.allow_tf32 = False


def use_half(model: TorchModel, sample_rate: int, window_samples: int, name: str) -> torch.dtype:
    """Have a model answer in half precision where that changes nothing; returns what it answers in now."""
    in_full = model.network.answer
    with torch.inference_mode():
        features = model.listen(trial_sounds(sample_rate, window_samples))
        expected = in_full(*features)
        for dtype in TYPES:
            candidate = HalfAnswer(in_full, model.device, dtype)
            if is_same(candidate.in_half(*features), expected):
                model.answer = candidate
                log.info("%s answers in %s", name, dtype)
                return dtype
    log.info("%s answers in float32: in half precision it would say something else", name)
    return torch.float32


def trial_sounds(sample_rate: int, n_samples: int) -> Segments:
    """Four segments: noise, a chord, one struck again and again, and a note that is hardly there."""
    rng, time = np.random.default_rng(0), np.arange(n_samples) / sample_rate
    noise = rng.normal(0, 0.2, n_samples)
    chord = 0.2 * np.sin(2 * np.pi * np.outer((220.0, 277.2, 329.6, 440.0), time)).sum(axis=0)
    struck = chord * np.exp(-8 * (time % 0.5)) + 0.1 * noise * np.exp(-40 * (time % 0.25))
    faint = 1e-3 * np.sin(2 * np.pi * 880 * time)
    samples = np.stack([noise, chord, struck, faint]).astype(np.float32)
    return Segments(samples, np.full(len(samples), n_samples), np.zeros(len(samples)))


def is_same(answer: tuple[Tensor, Tensor], expected: tuple[Tensor, Tensor]) -> bool:
    """Every embedding in the same direction, every tag as active; False where anything is not finite."""
    (embedding, taggram), (true_embedding, true_taggram) = answer, expected
    cosine = cosine_similarity(embedding, true_embedding.float()).min()
    difference = (taggram - true_taggram).abs().max() / true_taggram.abs().max().clamp(min=1)
    return bool(cosine >= MIN_COSINE) and bool(difference <= MAX_TAG_DIFFERENCE)
