"""The shell around any PyTorch network: device, inference mode, NumPy in and out."""

import torch
from torch import nn

from ML.segments import SegmentOutput, Segments


class TorchModel:
    """Calls a network that maps waveforms [n_segments, n_samples] to (embedding, taggram)."""

    def __init__(self, network: nn.Module, device: str):
        self.device = torch.device(device)
        self.network = network.eval().to(self.device)

    @torch.inference_mode()
    def __call__(self, segments: Segments) -> SegmentOutput:
        waveforms = torch.from_numpy(segments.samples).to(self.device)
        embedding, taggram = self.network(waveforms)
        return SegmentOutput(embedding.float().cpu().numpy(), taggram.float().cpu().numpy())
