"""Genres as people write them become a list, and one genre however it is spelled."""

import pytest

from ML.genres import common_spellings, genre_key, split_genres


@pytest.mark.parametrize(
    ("values", "genres"),
    [
        (["Rock; Pop"], ["Rock", "Pop"]),
        (["Rock / Pop"], ["Rock", "Pop"]),
        (["Rock/Pop"], ["Rock/Pop"]),
        ([r"Rock\\Pop"], ["Rock", "Pop"]),
        (["Rock\0Pop"], ["Rock", "Pop"]),
        (["Dub", "Reggae", "Dub"], ["Dub", "Reggae"]),
        (["17"], ["Rock"]),
        (["17;Pop"], ["Rock", "Pop"]),
        (["Folk, World, & Country"], ["Folk, World, & Country"]),
        (["Hip-Hop; hiphop; Hip Hop"], ["Hip-Hop"]),
        ([" ; ", ""], []),
        (["80's"], ["80's"]),
    ],
)
def test_a_tag_holds_several_genres(values, genres):
    assert split_genres(values) == genres


@pytest.mark.parametrize("other", ["hiphop", "Hip Hop", "HIP-HOP", "hip_hop", "Hip\u2010Hop", "Ｈip-Hop"])
def test_spellings_of_one_genre(other):
    assert genre_key(other) == genre_key("Hip-Hop")


@pytest.mark.parametrize("other", ["Rock", "Post-Rock", "R&B"])
def test_other_genres(other):
    assert genre_key(other) != genre_key("Pop Rock")


def test_the_most_frequent_spelling_is_shown_unless_one_is_chosen():
    counts = {"hiphop": 1, "Hip-Hop": 2, "Hip Hop": 1, "Jazz": 1}
    assert common_spellings(counts) == {
        "hiphop": "Hip-Hop", "Hip-Hop": "Hip-Hop", "Hip Hop": "Hip-Hop", "Jazz": "Jazz"
    }  # fmt: skip
    assert common_spellings(counts, ["Hip Hop"])["hiphop"] == "Hip Hop"


def test_a_genre_of_hyphens_alone_is_one():
    assert genre_key("-") == "-"
