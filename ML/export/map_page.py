"""A library as one HTML file: maps, facts and, where wanted, sound; it asks no network for anything."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PAGE = Path(__file__).with_name("map_page.html")
DATA_MARK = "/*data*/"
SCRIPT_MARK = "<!--script-->"
TITLE_MARK = "<!--title-->"
DIGITS = 2  # after the point of a coordinate
MAP_WIDTH = 1000.0


@dataclass(frozen=True)
class PageMap:
    """label: what stands in the menu.  coords: float32 [n, 2], NaN for a track that was not heard."""

    label: str
    coords: np.ndarray


def write_page(
    path: Path, title: str, facts: dict[str, list], maps: Sequence[PageMap], previews: Sequence[bytes | None]
) -> None:
    """facts: a list [n] a column, such as title, artist, genre.  previews: MP3 [n], or none at all."""
    data = {
        "title": title,
        "tracks": facts,
        "maps": [{"label": each.label, "coords": to_page(each.coords)} for each in maps],
        "previews": [None if sound is None else base64.b64encode(sound).decode() for sound in previews],
    }
    page = PAGE.read_text(encoding="utf-8")
    page = page.replace(SCRIPT_MARK, script_hash(page))
    page = page.replace(TITLE_MARK, escape_text(title)).replace(DATA_MARK, to_script(data))
    path.write_text(page, encoding="utf-8")


def script_hash(page: str) -> str:
    """Of the page's own script, for its content policy: no other one runs, whatever a title says."""
    script = page.rpartition("<script>")[2].partition("</script>")[0]
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def to_script(data: object) -> str:
    """JSON for a script element: no title in it can end the element, or begin a comment."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def escape_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def to_page(coords: np.ndarray) -> list[list[float] | None]:
    """Each point on a square MAP_WIDTH wide, in proportion; None for one without a place."""
    is_there = np.isfinite(coords).all(axis=1)
    placed = coords[is_there]
    if not len(placed):
        return [None] * len(coords)
    low, high = placed.min(axis=0), placed.max(axis=0)
    scale = MAP_WIDTH / max(float((high - low).max()), 1e-9)
    scaled = (coords - (low + high) / 2) * scale
    return [
        [round(float(x), DIGITS), round(float(y), DIGITS)] if there else None
        for (x, y), there in zip(scaled, is_there, strict=True)
    ]
