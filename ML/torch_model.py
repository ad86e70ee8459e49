"""The shell around any PyTorch network: device, inference mode, NumPy in and out."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ML.segments import SegmentOutput, Segments, join_outputs

Answer = Callable[..., tuple[Tensor, Tensor]]


class SegmentNetwork(nn.Module):
    """A network in two steps: a front end, which stays in PyTorch, and the part that any runtime may run."""

    answer: Answer  # features of `listen` → (embedding [n_segments, D], taggram [n_segments, T])
    min_samples: int | None = None  # None: padding is part of a segment; else it is cut off down to this

    def listen(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """waveform: [n_segments, n_samples].  lengths: samples of audio in each, int [n_segments].

        Returns what `answer` takes, each [n_segments, …].
        """
        raise NotImplementedError

    def forward(self, waveform: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """lengths None: all of it is audio."""
        if lengths is None:
            lengths = torch.full(waveform.shape[:1], waveform.shape[1], device=waveform.device)
        return self.answer(*self.listen(waveform, lengths))


class TorchModel:
    """Calls a network; `answer` is its own, or what another runtime has in its place."""

    def __init__(self, network: SegmentNetwork, device: str):
        self.device = torch.device(device)
        self.network = network.eval().to(self.device)
        self.answer: Answer = self.network.answer

    @torch.inference_mode()
    def __call__(self, segments: Segments) -> SegmentOutput:
        if self.network.min_samples is None:
            return self.run(segments)
        by_length = group_by_length(segments)
        outputs = [self.run(cut_padding(segments, rows, self.network.min_samples)) for rows in by_length]
        return join_outputs(outputs).take(np.argsort(np.concatenate(by_length)))

    def run(self, segments: Segments) -> SegmentOutput:
        embedding, taggram = self.answer(*self.listen(segments))
        return SegmentOutput(embedding.float().cpu().numpy(), taggram.float().cpu().numpy())

    def listen(self, segments: Segments) -> tuple[Tensor, ...]:
        waveforms, lengths = (to_device(array, self.device) for array in (segments.samples, segments.lengths))
        return self.network.listen(waveforms, lengths)


def to_device(array: np.ndarray, device: torch.device) -> Tensor:
    """To a GPU from pinned memory, so that the copy runs beside what the GPU does."""
    tensor = torch.from_numpy(np.require(array, requirements=["C", "W"]))
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def group_by_length(segments: Segments) -> list[np.ndarray]:
    """Rows of equal lengths."""
    return [np.flatnonzero(segments.lengths == length) for length in np.unique(segments.lengths)]


def cut_padding(segments: Segments, rows: np.ndarray, min_samples: int) -> Segments:
    """The rows, which are equally long, without what comes after their audio."""
    n_samples = max(int(segments.lengths[rows[0]]), min_samples)
    return Segments(segments.samples[rows, :n_samples], segments.lengths[rows], segments.starts[rows])


def mean_over_frames(frames: Tensor, n_valid: Tensor) -> Tensor:
    """Mean over time of the frames that hold audio.

    frames: [n_segments, n_frames, D].  n_valid: int [n_segments].  Returns [n_segments, D].
    """
    positions = torch.arange(frames.shape[1], device=frames.device)
    is_valid = positions < n_valid.clamp(1, frames.shape[1])[:, None]
    return (frames * is_valid[..., None]).sum(dim=1) / is_valid.sum(dim=1, keepdim=True)
