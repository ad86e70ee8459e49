"""What the browser tests do with the map: open it, wait for it, ask where its points are."""

import json
import urllib.request

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

PATIENCE = 30_000  # ms; software rendering on two busy cores


def open_map(page: Page, url: str) -> None:
    page.goto(url)
    wait_until_settled(page)


def wait_until_settled(page: Page) -> None:
    expect(page.get_by_test_id("map")).to_have_attribute("data-settled", "true", timeout=PATIENCE)


def positions(page: Page) -> list[dict]:
    """Every point in page pixels."""
    box = page.get_by_test_id("map").bounding_box()
    assert box
    points = page.evaluate("window.melodex.pointPositions()")
    return [{"name": p["name"], "x": box["x"] + p["x"], "y": box["y"] + p["y"]} for p in points]


def lonely_point(page: Page) -> dict:
    """The point whose nearest other point is farthest away: a click cannot mean another one."""
    points = positions(page)
    return max(
        points, key=lambda p: min(abs(p["x"] - q["x"]) + abs(p["y"] - q["y"]) for q in points if q is not p)
    )


def current_time(page: Page) -> float:
    return page.evaluate("document.querySelector('audio').currentTime")


def get_json(site: Site, path: str):
    with urllib.request.urlopen(site.api + path) as answer:
        return json.load(answer)
