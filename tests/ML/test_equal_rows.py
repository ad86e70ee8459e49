"""Copies are found whatever their number and order; other tracks never are."""

import numpy as np
import pytest

from ML.equal_rows import find_first_equal

RNG = np.random.default_rng(5)
TRACKS = RNG.standard_normal((500, 200))


def test_different_tracks_are_equal_to_themselves_only():
    np.testing.assert_array_equal(find_first_equal(TRACKS), np.arange(len(TRACKS)))


@pytest.mark.parametrize("noise", [0.0, 3e-6], ids=["exact", "rounded"])
def test_every_copy_names_the_first_of_its_kind(noise):
    originals = RNG.integers(len(TRACKS), size=1000)
    copies = TRACKS[originals] + noise * RNG.standard_normal((1000, 200)) / np.sqrt(200)
    firsts = find_first_equal(np.concatenate([TRACKS, copies]))
    np.testing.assert_array_equal(firsts[500:], originals)


def test_ten_thousand_silent_tracks_are_one():
    silence = np.zeros((10_000, 200)) + 1e-8 * RNG.standard_normal((10_000, 200))
    firsts = find_first_equal(np.concatenate([TRACKS, silence]))
    assert (firsts[500:] == 500).all()


@pytest.mark.parametrize("scale", [1e-20, 1e6])
def test_the_unit_does_not_matter(scale):
    np.testing.assert_array_equal(find_first_equal(np.tile(TRACKS * scale, (2, 1)))[500:], np.arange(500))


def test_a_library_of_one_track():
    np.testing.assert_array_equal(find_first_equal(TRACKS[:1]), [0])
