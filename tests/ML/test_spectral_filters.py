"""Filters applied to spectra answer what filters that are slid answer."""

import pytest
import torch
from torch import nn

from ML.spectral_filters import N_GROUPS, SpectralFilters

pytestmark = pytest.mark.numerical
ROUNDING = 1e-5  # float32 sums of up to 96 x 7 products of size 1, against float32 FFTs


@pytest.mark.parametrize("heights", [(38, 67), (1,), (96,)])
@pytest.mark.parametrize("n_frames", [1, 187])
def test_maxima_equal_those_of_filters_that_are_slid(heights, n_frames):
    generator = torch.Generator().manual_seed(0)
    convs = [nn.Conv2d(1, 3 * N_GROUPS, (height, 7), padding=(0, 3)) for height in heights]
    mel = torch.randn((2, 1, 96, n_frames), generator=generator)
    with torch.no_grad():
        slid = torch.cat([conv(mel).amax(dim=2).relu() for conv in convs], dim=1)
        assert torch.allclose(SpectralFilters(convs, 96)(mel), slid, atol=ROUNDING)


def test_filters_with_a_negative_sign_give_their_minimum():
    generator = torch.Generator().manual_seed(1)
    convs = [nn.Conv2d(1, 2 * N_GROUPS, (height, 7), padding=(0, 3)) for height in (38, 67)]
    signs = [torch.where(torch.arange(2 * N_GROUPS) % 3 == 0, -1.0, 1.0) for _ in convs]
    mel = torch.randn((2, 1, 96, 20), generator=generator)
    with torch.no_grad():
        slid = [conv(mel).relu() for conv in convs]
        expected = [
            torch.where(sign[:, None] < 0, values.amin(dim=2), values.amax(dim=2))
            for sign, values in zip(signs, slid, strict=True)
        ]
        ours = SpectralFilters(convs, 96, signs)(mel)
        assert torch.allclose(ours, torch.cat(expected, dim=1), atol=ROUNDING)


def test_a_sound_is_heard_wherever_its_pitch_lies():
    conv = nn.Conv2d(1, N_GROUPS, (4, 7), padding=(0, 3))
    filters = SpectralFilters([conv], 16)
    low, high = (torch.zeros(1, 1, 16, 9) for _ in range(2))
    low[0, 0, 4, 4] = high[0, 0, 9, 4] = 1.0
    with torch.no_grad():
        assert torch.allclose(filters(low), filters(high), atol=1e-6)  # FFTs of impulses of 1: 1e-7
