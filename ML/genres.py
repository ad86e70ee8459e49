"""Genres as people write them: several in one tag, numbers of ID3v1, and many spellings of one."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

SEPARATORS = re.compile(r"[;\\\0|]|\s/\s")  # not a comma: "Folk, World, & Country" is one genre
IGNORED = re.compile(r"[\s_\-\u2010-\u2015]+")  # spaces, underscores, hyphens and dashes


def split_genres(values: Iterable[str]) -> list[str]:
    """Every genre of some tags, in their order, each once; numbers become the names of ID3v1."""
    from mutagen.id3 import TCON

    parts = (part.strip() for value in values for part in SEPARATORS.split(value))
    named = (genre.strip() for part in parts if part for genre in TCON(encoding=3, text=[part]).genres)
    found: dict[str, str] = {}
    for genre in filter(None, named):
        found.setdefault(genre_key(genre), genre)
    return list(found.values())


def genre_key(genre: str) -> str:
    """The same for every spelling: "Hip-Hop", "hiphop", "Hip Hop"."""
    folded = IGNORED.sub("", unicodedata.normalize("NFKC", genre).casefold())
    return folded or genre


def common_spellings(counts: Mapping[str, int], chosen: Iterable[str] = ()) -> dict[str, str]:
    """{spelling: the one to show} of genres that may be the same.

    counts: how often each spelling occurs; the most frequent is shown.  chosen: spellings that come first.
    """
    by_key: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for genre, count in counts.items():
        by_key[genre_key(genre)][genre] += count
    preferred = {genre_key(genre): genre for genre in chosen}
    shown = {
        key: preferred.get(key) or min(spellings, key=lambda genre: (-spellings[genre], genre))
        for key, spellings in by_key.items()
    }
    return {genre: shown[genre_key(genre)] for genre in counts}
