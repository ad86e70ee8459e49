"""The JSON body of a playlist request → name and tracks."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from flask import request

from db.playlists import MAX_TRACKS
from ML.errors import MelodexError

MAX_NAME = 200  # characters
UNPRINTABLE = ("Cc", "Cs")  # control characters, half characters


@dataclass(frozen=True)
class PlaylistChange:
    """What a request says of a playlist; None where it says nothing."""

    name: str | None
    track_ids: list[int] | None


def parse_playlist() -> PlaylistChange:
    """`{"name": "…", "track_ids": [3, 1, 2]}`, either of them. Raises MelodexError."""
    body = request.get_json()
    if not isinstance(body, dict) or not body.keys() & {"name", "track_ids"}:
        raise MelodexError('Send a JSON object with "name", "track_ids" or both.')
    return PlaylistChange(
        name=parse_title(body["name"]) if "name" in body else None,
        track_ids=parse_track_ids(body["track_ids"]) if "track_ids" in body else None,
    )


def parse_title(value: Any) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    is_printable = not any(unicodedata.category(letter) in UNPRINTABLE for letter in name)
    if not (0 < len(name) <= MAX_NAME and is_printable):
        raise MelodexError(f'"name" must be a text of 1 to {MAX_NAME} characters.')
    return name


def parse_track_ids(value: Any) -> list[int]:
    if not isinstance(value, list) or not all(is_id(each) for each in value):
        raise MelodexError('"track_ids" must be a list of the ids that GET /tracks tells.')
    if len(value) > MAX_TRACKS:
        raise MelodexError(f"A playlist holds at most {MAX_TRACKS} tracks, these are {len(value)}.")
    return value


def is_id(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63  # a bool is an int, too
