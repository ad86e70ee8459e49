"""What a file says of itself: title, artist, album, year, genre, track number, cover picture."""

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# field → keys in the order they are tried: Vorbis comments (ogg, flac), ID3 (mp3, wav), MP4 (m4a)
TAG_KEYS = {
    "title": ("title", "TIT2", "\xa9nam"),
    "artist": ("artist", "TPE1", "\xa9ART", "albumartist", "TPE2", "aART"),
    "album": ("album", "TALB", "\xa9alb"),
    "date": ("date", "year", "originaldate", "TDRC", "TYER", "TDOR", "\xa9day"),
    "genre": ("genre", "TCON", "\xa9gen"),
    "track_number": ("tracknumber", "TRCK", "trkn"),
}
MAX_TEXT = 500  # characters: more is not a name


@dataclass(frozen=True)
class TrackTags:
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    genre: str | None = None
    track_number: int | None = None
    has_cover: bool = False


def read_tags(path: Path) -> TrackTags:
    """Tags of a file; a file without readable tags has none."""
    tags = open_tags(path)
    if tags is None:
        return TrackTags()
    text = {field: first_text(tags, keys) for field, keys in TAG_KEYS.items()}
    return TrackTags(
        title=text["title"],
        artist=text["artist"],
        album=text["album"],
        year=first_number(r"\b(1[0-9]{3}|20[0-9]{2})\b", text["date"]),
        genre=text["genre"],
        track_number=first_number(r"(\d{1,4})", text["track_number"]),
        has_cover=cover_data(tags) is not None,
    )


def read_cover(path: Path) -> bytes | None:
    """The embedded picture as it lies in the file, unchecked; None when there is none."""
    tags = open_tags(path)
    return cover_data(tags) if tags is not None else None


def open_tags(path: Path) -> Any:
    """mutagen's file object, or None when it finds no tags or cannot read them."""
    import mutagen

    try:
        file = mutagen.File(path)
    except (mutagen.MutagenError, OSError, ValueError, KeyError, IndexError, TypeError, MemoryError):
        return None  # tag readers stumble over damaged files in many ways; the sound may still be fine
    return file if file is not None and file.tags is not None else None


def first_text(file: Any, keys: tuple[str, ...]) -> str | None:
    texts = (clean(value) for key in keys for value in values_of(file.tags, key))
    return next((text for text in texts if text), None)


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
    """Readable text: no control characters, no half characters, no line breaks, no endless titles."""
    if isinstance(value, tuple):  # MP4 track number: (3, 12)
        value = value[0] or ""
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())[:MAX_TEXT] or None


def first_number(pattern: str, text: str | None) -> int | None:
    match = re.search(pattern, text or "")
    return int(match.group(1)) if match else None


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
