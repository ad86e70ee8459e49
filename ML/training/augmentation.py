"""What makes a few songs sound like many: crops, loudness, tone, gaps, blends.

Masks as in SpecAugment (Park et al. 2019), mixup as in Zhang et al. 2018. Loudness and tone are exact here: a
gain adds a constant to the first coefficient, an equaliser a constant to the ones after it.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ML.mfcc import N_MELS, dct_matrix

COLLAGE_FRAMES = (40, 160)  # 2 to 7 s
MAX_TREBLE_BANDS = 12  # of 128: from 8 kHz up
GAIN_TO_C0 = math.sqrt(N_MELS)  # a gain of 1 dB moves the first coefficient of an orthonormal DCT by this


@dataclass(frozen=True)
class Augmentation:
    """How far each goes; 0 switches it off. gain_db, tone: standard deviations, in dB and MFCC units.

    treble_db: greatest change of the highest mel bands, up or down: encoders cut there, and a network that
    learnt from the files of one would take those of another for another genre.
    max_time_mask: frames.  max_frequency_mask: coefficients.  mixup: parameter of the beta distribution.
    tempo: greatest relative change.  collage: share of windows put together from pieces of COLLAGE_FRAMES, of
    the same track or of others of its genre: what is learnt is how a genre sounds, not how a recording goes.
    """

    gain_db: float = 3.0
    tone: float = 6.0
    n_tone: int = 4
    treble_db: float = 40.0
    n_masks: int = 1
    max_time_mask: int = 64
    max_frequency_mask: int = 2
    tempo: float = 0.15
    mixup: float = 0.2
    collage: float = 1.0


NONE = Augmentation(gain_db=0, tone=0, treble_db=0, n_masks=0, tempo=0, mixup=0, collage=0)


def random_crop(mfcc: np.ndarray, n_frames: int, rng: np.random.Generator, tempo: float = 0.0) -> np.ndarray:
    """n_frames from anywhere in [n_mfcc, n], at another tempo; what is shorter goes round."""
    speed = 1.0 + rng.uniform(-tempo, tempo)
    n = mfcc.shape[1]
    n_wanted = math.ceil(n_frames * speed) + 1
    start = rng.integers(0, n if n <= n_wanted else n - n_wanted + 1)
    positions = start + np.arange(n_frames) * speed
    return mfcc[:, np.floor(positions + 0.5).astype(int) % n]


def collage(sources: list[np.ndarray], n_frames: int, rng: np.random.Generator, tempo: float) -> np.ndarray:
    """n_frames out of pieces from anywhere in sources, each float32 [n_mfcc, n]."""
    pieces, n = [], 0
    while n < n_frames:
        length = min(int(rng.integers(*COLLAGE_FRAMES)), n_frames - n)
        pieces.append(random_crop(sources[rng.integers(len(sources))], length, rng, tempo))
        n += length
    return np.concatenate(pieces, axis=1)


def augment(mfcc: Tensor, settings: Augmentation, generator: torch.Generator, std: Tensor) -> Tensor:
    """mfcc: [n, n_mfcc, n_frames], normalised by std [n_mfcc, 1]. Returns a changed copy."""
    changed = mfcc.clone()
    n = len(changed)
    noise = torch.randn(n, 1 + settings.n_tone, 1, generator=generator)
    changed[:, :1] += settings.gain_db * GAIN_TO_C0 * noise[:, :1] / std[:1]
    tones = slice(1, 1 + settings.n_tone)
    changed[:, tones] += settings.tone * noise[:, 1:] / std[tones]
    changed += treble(n, changed.shape[1], settings.treble_db, generator) / std
    for _ in range(settings.n_masks):
        mask(changed, 2, settings.max_time_mask, generator)
        mask(changed, 1, settings.max_frequency_mask, generator)
    return changed


def treble(n: int, n_mfcc: int, greatest_db: float, generator: torch.Generator) -> Tensor:
    """What a louder or softer top of the spectrum adds to the coefficients: [n, n_mfcc, 1]."""
    n_bands = torch.randint(1, MAX_TREBLE_BANDS + 1, (n, 1), generator=generator)
    decibels = greatest_db * (2 * torch.rand(n, 1, generator=generator) - 1)
    curve = decibels * (torch.arange(N_MELS) >= N_MELS - n_bands)
    return (curve @ dct_matrix(n_mfcc).T)[..., None]


def mask(mfcc: Tensor, axis: int, largest: int, generator: torch.Generator) -> None:
    """Put the training set's mean (0) over up to `largest` neighbours along an axis of each item."""
    length = mfcc.shape[axis]
    widths = torch.randint(0, largest + 1, (len(mfcc), 1), generator=generator)
    starts = (torch.rand(len(mfcc), 1, generator=generator) * (length - widths + 1)).long()
    places = torch.arange(length)
    hidden = (places >= starts) & (places < starts + widths)
    mfcc.masked_fill_(hidden[:, None, :] if axis == 2 else hidden[:, :, None], 0.0)


def mix_up(mfcc: Tensor, targets: Tensor, alpha: float, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Blend each item with another; targets: [n, n_classes] blend alike."""
    if not alpha:
        return mfcc, targets
    share = torch.from_numpy(rng.beta(alpha, alpha, len(mfcc))).float()
    partner = torch.from_numpy(rng.permutation(len(mfcc)))
    keep = share.maximum(1 - share)
    blended = keep[:, None, None] * mfcc + (1 - keep)[:, None, None] * mfcc[partner]
    return blended, keep[:, None] * targets + (1 - keep)[:, None] * targets[partner]
