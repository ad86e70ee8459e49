"""A pair of tracks for the JSON of routes and commands."""

from typing import Any

from backend.tracks import describe_track
from db.duplicates import ShownPair
from db.schema import Track


def describe_pair(shown: ShownPair) -> dict[str, Any]:
    pair = shown.pair
    return {
        "id": pair.id,
        "kind": pair.kind,
        "verdict": pair.verdict,
        "closeness": pair.closeness,
        "bit_error_rate": pair.bit_error_rate,
        "offset_seconds": pair.offset_seconds,
        "tracks": [describe_one(track) for track in (shown.first, shown.second)],
    }


def describe_one(track: Track) -> dict[str, Any]:
    return describe_track(track) | {"year": track.year, "file_size": track.file_size}
