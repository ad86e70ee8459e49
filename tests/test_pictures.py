"""The pictures of the README are small and have the colours of the screen."""

import numpy as np
import pytest
from PIL import Image

from tests.e2e.pictures import shrink

DOT = (212, 56, 140)


@pytest.fixture
def screen(tmp_path):
    """A soft sky of many blues, and the dot of a legend."""
    ramp = np.linspace(0, 255, 600)
    pixels = np.stack(
        [np.add.outer(ramp, ramp) / 8, np.add.outer(ramp, 0 * ramp) / 2, np.full((600, 600), 250)], -1
    )
    pixels[20:26, 20:26] = DOT
    path = tmp_path / "screen.png"
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def test_a_rare_colour_survives_and_the_file_shrinks(screen):
    before, size = np.asarray(Image.open(screen)).astype(int), screen.stat().st_size
    shrink(screen)
    with Image.open(screen) as picture:
        after = np.asarray(picture.convert("RGB")).astype(int)
        assert picture.mode == "P"
    # Of 255: 256 colors stand for all. Those of the sky are shared, a legend's dot nearly keeps its own.
    assert np.abs(after[23, 23] - DOT).max() <= 8
    assert np.abs(after - before).max() <= 24
    assert screen.stat().st_size < size
