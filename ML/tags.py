"""What a file says of itself: title, artist, album, year, genre, track number, cover picture."""

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ML.genres import split_genres

# field → keys in the order they are tried: Vorbis comments (ogg, flac), APE (mp3), ID3 (mp3, wav), MP4 (m4a);
# those of RIFF INFO have the names that FFmpeg gives them.
TAG_KEYS = {
    "title": ("title", "TIT2", "\xa9nam"),
    "artist": ("artist", "TPE1", "\xa9ART", "albumartist", "TPE2", "aART"),
    "album": ("album", "TALB", "\xa9alb"),
    "date": ("date", "year", "originaldate", "TDRC", "TYER", "TDOR", "\xa9day"),
    "genre": ("genre", "TCON", "\xa9gen"),
    "track_number": ("tracknumber", "track", "TRCK", "trkn"),
}
MAX_TEXT = 500  # characters: more is not a name
MAX_GENRES = 20
# 1987, 1987-06, 20190321; not the year of a longer number, and not 0000.
YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?:(?!\d)|(?=\d{4}(?!\d)))")
NUMBER = re.compile(r"(\d{1,4})")


@dataclass(frozen=True)
class TrackTags:
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    track_number: int | None = None
    has_cover: bool = False

    @property
    def genre(self) -> str | None:
        return self.genres[0] if self.genres else None


def read_tags(path: Path) -> TrackTags:
    """Tags of a file; a file without readable tags has none."""
    tags = open_tags(path)
    if tags is None:
        return TrackTags()
    texts = {field: all_texts(tags, keys) for field, keys in TAG_KEYS.items()}
    return TrackTags(
        title=first(texts["title"]),
        artist=first(texts["artist"]),
        album=first(texts["album"]),
        year=first_number(YEAR, texts["date"]),
        genres=tuple(split_genres(all_genres(tags))[:MAX_GENRES]),
        track_number=first_number(NUMBER, texts["track_number"]),
        has_cover=cover_data(tags) is not None,
    )


def read_cover(path: Path) -> bytes | None:
    """The embedded picture as it lies in the file, unchecked; None when there is none."""
    tags = open_tags(path)
    return cover_data(tags) if tags is not None else None


def open_tags(path: Path) -> Any:
    """mutagen's file object, or one with the tags that it does not read; None where there are none."""
    import mutagen

    try:
        file = mutagen.File(path)
        if file is not None and file.tags is None:
            file = None
        found = None if file is not None and has_facts(file) else other_tags(path)
    except (mutagen.MutagenError, OSError, ValueError, KeyError, IndexError, TypeError, MemoryError):
        return None  # tag readers stumble over damaged files in many ways; the sound may still be fine
    return SimpleNamespace(tags=found) if found else file


def has_facts(file: Any) -> bool:
    """Not so where an encoder has noted its own name alone."""
    return any(values_of(file.tags, key) for keys in TAG_KEYS.values() for key in keys)


def other_tags(path: Path) -> Any:
    """APE tags behind an mp3, or the RIFF INFO of a WAV. Raises MutagenError and OSError for damaged ones."""
    if path.suffix.lower() == ".mp3":
        from mutagen.apev2 import APENoHeaderError, APEv2

        try:
            return APEv2(path)
        except APENoHeaderError:
            return None
    if path.suffix.lower() == ".wav":
        import av

        with av.open(str(path), metadata_errors="replace") as container:
            return {key.lower(): [value] for key, value in container.metadata.items()}
    return None


def all_texts(file: Any, keys: tuple[str, ...]) -> list[str]:
    """Readable values of several keys, in order."""
    texts = (clean(value) for key in keys for value in values_of(file.tags, key))
    return [text for text in texts if text]


def all_genres(file: Any) -> list[str]:
    """Values of the first key that has any, before they are split: a NUL may part two genres."""
    for key in TAG_KEYS["genre"]:
        parts = [part for value in values_of(file.tags, key) for part in str(value).split("\0")]
        if genres := [text for part in parts if (text := clean(part))]:
            return genres
    return []


def first(texts: list[str]) -> str | None:
    return texts[0] if texts else None


def values_of(tags: Any, key: str) -> list[Any]:
    try:
        value = tags.get(key)
    except (ValueError, KeyError):  # Vorbis comments refuse keys that are no ASCII words
        return []
    if value is None:
        return []
    if getattr(value, "genres", None):  # ID3 writes genres as numbers too; mutagen spells them out
        return list(value.genres)
    return list(getattr(value, "text", value))


def clean(value: Any) -> str | None:
    """Readable text in one Unicode form: no control characters, no line breaks, no endless titles."""
    if isinstance(value, tuple):  # MP4 track number: (3, 12)
        value = value[0] or ""
    text = unicodedata.normalize("NFC", str(value).encode("utf-8", "replace").decode("utf-8"))
    text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())[:MAX_TEXT] or None


def first_number(pattern: re.Pattern[str], texts: list[str]) -> int | None:
    """That of the first text with a match: an unknown date may come before a known one."""
    return next((int(match.group(1)) for text in texts if (match := pattern.search(text))), None)


def cover_data(file: Any) -> bytes | None:
    """The picture, wherever the format keeps it: FLAC block, ID3 APIC, MP4 covr, Vorbis comment."""
    pictures = [picture.data for picture in getattr(file, "pictures", None) or []]
    pictures += [value.data for key, value in frames(file) if key.startswith("APIC")]
    pictures += [bytes(value) for value in values_of(file.tags, "covr")]
    pictures += [vorbis_picture(value) for value in values_of(file.tags, "metadata_block_picture")]
    return next((data for data in pictures if data), None)


def frames(file: Any) -> list[tuple[str, Any]]:
    from mutagen.id3 import ID3

    return list(file.tags.items()) if isinstance(file.tags, ID3) else []


def vorbis_picture(text: str) -> bytes:
    from mutagen.flac import Picture, error

    try:
        return Picture(base64.b64decode(text)).data
    except (error, binascii.Error, ValueError):
        return b""
