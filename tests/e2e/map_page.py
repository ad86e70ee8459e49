"""What the browser tests do with the map: open it, wait for it, ask where its points are."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PATIENCE, Site

# What every page has once it shows its content.
CONTENTS = (
    "library-row", "playlist-row", "model-row", "track-page", "evolution-facts", "duplicates-none", "pair",
    "export-page", "scores-models",
)  # fmt: skip
READY = ", ".join(["[data-settled=true]", *(f"[data-testid={name}]" for name in CONTENTS)])


def open_map(page: Page, url: str) -> None:
    """The map, and what comes after it: the lists of tracks and models."""
    page.goto(url)
    wait_until_settled(page)
    page.wait_for_function("() => window.melodex?.complete()", timeout=PATIENCE)


def wait_until_settled(page: Page, test_id: str = "map") -> None:
    expect(page.get_by_test_id(test_id)).to_have_attribute("data-settled", "true", timeout=PATIENCE)


def wait_for_frames(page: Page, n_frames: int = 2) -> None:
    """Until the page has rendered so many frames, and with them what earlier events caused."""
    frame = "await new Promise(requestAnimationFrame)"
    page.evaluate(f"async () => {{ for (let left = {n_frames}; left > 0; left--) {frame} }}")


@contextmanager
def another_map(page: Page) -> Iterator[None]:
    """What the block does brings other points: the old ones rest until those come, so wait for a move."""
    before = page.evaluate("JSON.stringify(window.melodex.pointPositions())")
    yield
    moved = "(before) => JSON.stringify(window.melodex.pointPositions()) !== before"
    page.wait_for_function(moved, arg=before, timeout=PATIENCE)
    wait_until_settled(page)


def positions(page: Page, test_id: str = "map") -> list[dict]:
    """Every point in page pixels; test_id: `second-map` for the one on the right."""
    box = page.get_by_test_id(test_id).bounding_box()
    assert box
    which = "window.melodex" if test_id == "map" else "window.melodex.second()"
    points = page.evaluate(f"{which}.pointPositions()")
    return [{"name": p["name"], "x": box["x"] + p["x"], "y": box["y"] + p["y"]} for p in points]


def lonely_point(page: Page, test_id: str = "map") -> dict:
    """The point whose nearest other point is farthest away: a click cannot mean another one."""
    points = positions(page, test_id)
    return max(
        points, key=lambda p: min(abs(p["x"] - q["x"]) + abs(p["y"] - q["y"]) for q in points if q is not p)
    )


def current_time(page: Page) -> float:
    return page.evaluate("document.querySelector('audio').currentTime")


def get_json(site: Site, path: str):
    with urllib.request.urlopen(site.api + path) as answer:
        return json.load(answer)


def call(site: Site, method: str, path: str, body: object = None) -> dict:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(site.api + path, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)
