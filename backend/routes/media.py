"""The sound and the pictures."""

from pathlib import Path

from flask import Blueprint, Response, jsonify, request, send_file

from backend.context import audio_dir, derived
from backend.covers import find_cover
from backend.errors import NotInLibraryError
from backend.params import parse_integer
from backend.ranges import hand_over_range
from db.waveforms import get_peaks
from ML.audio import is_audio_file
from ML.errors import AudioDecodeError
from ML.peaks import merge_peaks

blueprint = Blueprint("media", __name__)

MIME_TYPES = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
}
COVER_CACHE_SECONDS = 3600
PEAK_DIGITS = 3


@blueprint.get("/audio/<path:filename>")
def audio(filename: str) -> Response:
    """The file itself, with HTTP ranges."""
    path = audio_path(filename)
    answer = send_file(path, mimetype=MIME_TYPES[path.suffix.lower()], conditional=True)
    return hand_over_range(answer, path)


@blueprint.get("/cover/<path:filename>")
def cover(filename: str) -> Response:
    """The embedded picture as JPEG, at most `size` pixels wide."""
    size = parse_integer(request.args, "size")
    path = audio_path(filename)
    try:
        picture = find_cover(path, size)
    except AudioDecodeError as error:
        raise NotInLibraryError(str(error)) from error
    if picture is None:
        raise NotInLibraryError(f"{filename!r} has no cover picture that can be shown.")
    response = Response(picture, mimetype="image/jpeg")
    response.headers["Cache-Control"] = f"max-age={COVER_CACHE_SECONDS}"
    return response


@blueprint.get("/waveform/<path:filename>")
def waveform(filename: str) -> Response:
    """The outline of the sound, for a player: `min` and `max` of at most `points` equal pieces.

    `duration`: seconds of sound that decodes, whatever the file's header says.
    """
    n_points = parse_integer(request.args, "points")
    try:
        peaks = get_peaks(derived(), audio_path(filename))
    except AudioDecodeError as error:
        raise NotInLibraryError(str(error)) from error
    lows, highs = merge_peaks(peaks.lows_highs, n_points).astype(float).round(PEAK_DIGITS).T.tolist()
    return jsonify(min=lows, max=highs, duration=peaks.duration_seconds)


def audio_path(filename: str) -> Path:
    """An audio file inside the music folder. Raises NotInLibraryError for anything else."""
    root = audio_dir().resolve()
    try:
        path = (root / filename).resolve()
        is_there = path.is_relative_to(root) and is_audio_file(path) and path.is_file()
    except (OSError, ValueError):  # a name too long for the file system, a NUL in it
        is_there = False
    if not is_there:
        raise NotInLibraryError(f"There is no audio file {filename!r}: GET /audios lists what there is.")
    return path
