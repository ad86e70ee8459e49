"""Filters over a mel spectrogram whose maximum over frequency counts, by the Fourier transform of its bands.

A filter of 38 bands by 7 frames slid over 96 bands costs 266 products for each value of which the maximum
takes one in 59. Over the bands, sliding is a product of spectra (the cross-correlation theorem; Oppenheim &
Schafer, Discrete-Time Signal Processing, 8.6), which leaves 7 frames by 49 complex numbers; the way back
needs half the positions, because those equally far above and below the middle share their even and odd parts
a and b: the larger of a + b and a - b is a + |b|. A quarter of the operations, and less rounding.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

N_GROUPS = 6  # of channels, one after the other: what lies between two products stays in the cache


class SpectralFilters(nn.Module):
    """Filter banks together: mel [n, 1, n_bands, n_frames] → maxima over frequency, ReLU [n, C, n_frames].

    convs: each [C, 1, filter_bands, filter_frames] with a bias, padded over time alone; all as many frames
    wide. n_bands must be even.
    signs: 1 or -1 of each filter of each conv [C]. A filter with -1 gives its minimum: the negated maximum of
    the negated filter. None: every filter gives its maximum.
    """

    transform: Tensor

    def __init__(self, convs: Sequence[nn.Conv2d], n_bands: int, signs: Sequence[Tensor] | None = None):
        super().__init__()
        _, self.n_taps = convs[0].kernel_size
        cosines, sines = waves(torch.arange(n_bands), n_bands)
        self.register_buffer("transform", torch.cat([cosines, -sines], dim=1).T.float().contiguous())
        signs_of: Sequence[Tensor | None] = signs or [None] * len(convs)
        self.banks = nn.ModuleList(
            SpectralBank(conv, n_bands, sign) for conv, sign in zip(convs, signs_of, strict=True)
        )

    def forward(self, mel: Tensor) -> Tensor:
        taps = self.gather_taps(mel[:, 0])
        return torch.cat([bank(taps) for bank in self.banks], dim=2).transpose(1, 2)

    def gather_taps(self, mel: Tensor) -> Tensor:
        """Of every frequency and frame, the frames around it: real parts, then imaginary ones.

        Returns [n, n_frequencies, n_frames, 2 · n_taps].
        """
        n_frames, margin = mel.shape[2], self.n_taps // 2
        spectrum = functional.pad(self.transform @ mel, (margin, margin))
        taps = torch.stack([spectrum[:, :, tap : tap + n_frames] for tap in range(self.n_taps)], dim=3)
        return torch.cat(taps.chunk(2, dim=1), dim=3)


class SpectralBank(nn.Module):
    """One bank: taps as `SpectralFilters` gathers them → [n, n_frames, C]."""

    even: Tensor
    odd: Tensor
    cosines: Tensor
    sines: Tensor
    bias: Tensor
    signs: Tensor | None

    def __init__(self, conv: nn.Conv2d, n_bands: int, signs: Tensor | None = None):
        super().__init__()
        middle = (n_bands - conv.kernel_size[0]) / 2  # of the positions, in bands
        filters = conv.weight[:, 0].detach().double()
        if signs is not None:
            filters = filters * signs[:, None, None]
        self.register_buffer("signs", signs)
        even, odd = products(filters, middle, n_bands)
        self.register_buffer("even", even.float())
        self.register_buffer("odd", odd.float())
        cosines, sines = waves(torch.arange(middle % 1, middle + 1), n_bands)  # positions above the middle
        self.register_buffer("cosines", cosines.float())
        self.register_buffer("sines", sines.float())
        assert conv.bias is not None
        self.register_buffer("bias", conv.bias.detach())

    def forward(self, taps: Tensor) -> Tensor:
        groups = zip(self.even.chunk(N_GROUPS, dim=2), self.odd.chunk(N_GROUPS, dim=2), strict=True)
        maxima = [self.take_maximum(taps, even, odd) for even, odd in groups]
        extremes = torch.cat(maxima, dim=2)
        if self.signs is not None:
            extremes = extremes * self.signs
        return functional.relu(extremes + self.bias)

    def take_maximum(self, taps: Tensor, even: Tensor, odd: Tensor) -> Tensor:
        n, n_frequencies, n_frames, _ = taps.shape
        shape = n, n_frequencies, n_frames * even.shape[2]
        above = self.cosines @ (taps @ even).reshape(shape)
        difference = self.sines @ (taps @ odd).reshape(shape)
        return (above + difference.abs()).amax(dim=1).reshape(n, n_frames, -1)


def waves(positions: Tensor, n_bands: int) -> tuple[Tensor, Tensor]:
    """Cosine and sine of every frequency at positions in bands: float64 [n_positions, n_bands / 2 + 1]."""
    frequencies = torch.arange(n_bands // 2 + 1, dtype=torch.float64)
    angles = 2 * math.pi / n_bands * positions.double()[:, None] * frequencies
    return angles.cos(), angles.sin()


def products(filters: Tensor, middle: float, n_bands: int) -> tuple[Tensor, Tensor]:
    """What the taps are multiplied with for the even and the odd parts about the middle position.

    filters: [C, filter_bands, n_taps].  Returns each [n_frequencies, 2 · n_taps, C].
    """
    cosines, sines = waves(torch.arange(filters.shape[1]) + middle, n_bands)
    weight = torch.full((cosines.shape[1], 1, 1), 2 / n_bands, dtype=torch.float64)
    weight[0] = weight[-1] = 1 / n_bands  # these two frequencies have no conjugate
    real = weight * torch.einsum("cbt,bf->ftc", filters, cosines)
    imaginary = weight * torch.einsum("cbt,bf->ftc", filters, -sines)
    return torch.cat([real, imaginary], dim=1), torch.cat([-imaginary, real], dim=1)
