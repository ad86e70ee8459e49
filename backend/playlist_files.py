"""Playlists as files for other programs. Paths are relative to the music folder: put them there."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from db.schema import Track
from ML.export.cells import text_cell

COLUMNS = ("position", "filename", "title", "artist", "album", "year", "genre", "duration", "gone")


@dataclass(frozen=True)
class FileFormat:
    """write: (name of the playlist, its tracks) → text."""

    mime_type: str
    write: Callable[[str, Sequence[Track]], str]


def to_m3u8(name: str, tracks: Sequence[Track]) -> str:
    """Extended M3U in UTF-8. A track that is gone is a comment: players would stumble over its path."""
    lines = ["#EXTM3U", f"#PLAYLIST:{name}"]
    for track in tracks:
        if track.gone_at or "\n" in track.filename or "\r" in track.filename:
            lines.append(f"# not there: {one_line(track.filename)}")
        else:
            lines += [f"#EXTINF:{whole_seconds(track)},{display_title(track)}", path_line(track.filename)]
    return "\n".join(lines) + "\n"


def whole_seconds(track: Track) -> int:
    return -1 if track.duration is None else round(track.duration)  # -1: unknown, says the format


def display_title(track: Track) -> str:
    title = track.title or track.filename.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return one_line(f"{track.artist} - {title}" if track.artist else title)


def path_line(filename: str) -> str:
    """A path that starts with # would be a comment."""
    return f"./{filename}" if filename.startswith("#") else filename


def one_line(text: str) -> str:
    return " ".join(text.split())


def to_csv(_: str, tracks: Sequence[Track]) -> str:
    """With the mark at the start by which spreadsheets know UTF-8, and no cell that they run."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    writer.writerows({name: text_cell(value) for name, value in row.items()} for row in rows(tracks))
    return "\ufeff" + buffer.getvalue()


def to_json(name: str, tracks: Sequence[Track]) -> str:
    return json.dumps({"name": name, "tracks": rows(tracks)}, ensure_ascii=False, indent=2) + "\n"


def rows(tracks: Sequence[Track]) -> list[dict[str, object]]:
    return [
        {column: getattr(track, column, None) for column in COLUMNS}
        | {"position": position, "gone": track.gone_at is not None}
        for position, track in enumerate(tracks, start=1)
    ]


FORMATS = {
    "m3u8": FileFormat("application/vnd.apple.mpegurl", to_m3u8),
    "csv": FileFormat("text/csv", to_csv),
    "json": FileFormat("application/json", to_json),
}
