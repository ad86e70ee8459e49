"""The shell around any PyTorch network: device, inference mode, NumPy in and out."""

import numpy as np
import torch
from torch import Tensor, nn

from ML.segments import SegmentOutput, Segments


class TorchModel:
    """Calls a network that maps waveforms [n_segments, n_samples], and how many samples of each are audio
    [n_segments], to (embedding, taggram)."""

    def __init__(self, network: nn.Module, device: str):
        self.device = torch.device(device)
        self.network = network.eval().to(self.device)

    @torch.inference_mode()
    def __call__(self, segments: Segments) -> SegmentOutput:
        waveforms = torch.from_numpy(np.array(segments.samples)).to(self.device)
        lengths = torch.from_numpy(segments.lengths).to(self.device)
        embedding, taggram = self.network(waveforms, lengths)
        return SegmentOutput(embedding.float().cpu().numpy(), taggram.float().cpu().numpy())


def mean_over_frames(frames: Tensor, n_valid: Tensor) -> Tensor:
    """Mean over time of the frames that hold audio.

    frames: [n_segments, n_frames, D].  n_valid: int [n_segments].  Returns [n_segments, D].
    """
    positions = torch.arange(frames.shape[1], device=frames.device)
    is_valid = positions < n_valid.clamp(1, frames.shape[1])[:, None]
    return (frames * is_valid[..., None]).sum(dim=1) / is_valid.sum(dim=1, keepdim=True)
