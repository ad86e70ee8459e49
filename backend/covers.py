"""Embedded pictures, decoded and written anew: what leaves the server is a small JPEG and nothing else."""

import io
import warnings
from pathlib import Path

from ML.isolation import isolated
from ML.tags import read_cover

MAX_PIXELS = 40_000_000  # more is no cover but a bomb
JPEG_QUALITY = 85


def find_cover(path: Path, size: int) -> bytes | None:
    """The picture in a song, as `render_cover` gives it. Raises AudioDecodeError.

    Made elsewhere: a picture that crashes its decoder, or takes all memory, does so to a process of its own.
    """
    return isolated(read_and_render, path, size)


def read_and_render(path: Path, size: int) -> bytes | None:
    return render_cover(read_cover(path), size)


def render_cover(data: bytes | None, size: int) -> bytes | None:
    """JPEG of at most size × size pixels, or None when there is no picture or none that can be read."""
    from PIL import Image

    if not data:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MAX_PIXELS is stricter
        try:
            picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "BMP", "WEBP"))
            if picture.width * picture.height > MAX_PIXELS:
                return None
            picture.thumbnail((size, size))
            buffer = io.BytesIO()
            picture.convert("RGB").save(buffer, "JPEG", quality=JPEG_QUALITY)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None
    return buffer.getvalue()
