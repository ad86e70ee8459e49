"""The exported page, opened from the disk: every point, sound on a click, hostile titles as text."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from ML.export.map_page import PageMap, write_page
from ML.export.previews import make_preview
from tests.sounds import noise, write_sound

HOSTILE = '</script><img src=x onerror="window.hacked=1">'
COORDS = np.array([[0, 0], [4, 1], [2, 3], [np.nan, np.nan]], np.float32)


@pytest.fixture
def exported(page: Page, tmp_path: Path) -> Page:
    """Four tracks, three of them heard, on two maps."""
    sound = write_sound(tmp_path / "a.wav", noise(0, 8.0))
    facts = {
        "filename": ["x/a.wav", "b.wav", "c.wav", "d.wav"], "title": [HOSTILE, "Second", "Third", None],
        "artist": ["Ann", "Björk", None, None], "album": [None] * 4, "year": [1990, None, None, None],
        "genre": ["jazz", "rock", HOSTILE, "Unknown"], "predicted_genre": ["blues", None, None, None],
        "confidence": [0.5, None, None, None],
    }  # fmt: skip
    maps = [PageMap("One", COORDS), PageMap("Two", COORDS[::-1])]
    write_page(tmp_path / "map.html", HOSTILE, facts, maps, [make_preview(sound, 8.0), None, None, None])
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url.split(":")[0]))
    page.goto((tmp_path / "map.html").as_uri())
    yield page
    assert set(requests) <= {"file", "data"}
    assert page.evaluate("window.hacked") is None


def point(page: Page, track: int) -> dict[str, float]:
    x, y = page.evaluate(f"melodexPage.screen({track})")
    return {"x": x, "y": y}


def test_it_shows_the_tracks_that_were_heard_and_plays(exported: Page):
    page = exported
    expect(page.locator("#count")).to_have_text("3 tracks")
    expect(page.locator("h1")).to_have_text(HOSTILE)
    canvas = page.locator("canvas")
    canvas.hover(position=point(page, 0))
    expect(page.locator("#tip strong")).to_have_text(HOSTILE)
    expect(page.locator("#tip")).to_contain_text("sounds like blues (50 %)")
    canvas.click(position=point(page, 0))
    expect(page.locator("#hint")).to_have_text(re.compile(r"^Playing .* · [1-4]\.\d of 5\.[01] s$"))


def test_search_legend_and_maps_narrow_what_is_bright(exported: Page):
    page = exported
    page.get_by_label("Search").fill("björk")
    expect(page.locator("#count")).to_have_text("1 of 3 tracks")
    page.get_by_label("Search").fill("")
    page.locator("nav button", has_text="rock").click()
    expect(page.locator("#count")).to_have_text("2 of 3 tracks")
    before = point(page, 1)
    page.get_by_label("Map", exact=True).select_option("Two")
    assert point(page, 1) != before
    page.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tip")).to_be_visible()
