"""What a browser has to fetch and to have, before there is a map."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import ARGUMENTS, find_chromium
from tests.e2e.conftest import N_TRACKS, SCREEN, Site
from tests.e2e.map_page import PATIENCE, lonely_point, open_map, positions
from tests.e2e.test_selection import MAP, around, draw, groups_at_the_sides, selected

# A second at 4 Mbit/s.
BUDGET = 500_000  # bytes, compressed; the map's renderer is in it although it comes in a chunk of its own
FETCHED = """performance.getEntries()
    .filter(({ entryType, name }) => entryType === 'navigation' || name.includes('/assets/'))
    .map(({ name, encodedBodySize, decodedBodySize }) => [name, encodedBodySize, decodedBodySize])"""


@pytest.fixture
def plain_page(chromium: Browser) -> Iterator[Page]:
    """A page of a browser that has no WebGL, as behind a driver that is not trusted."""
    arguments = [*ARGUMENTS, "--disable-3d-apis"]
    browser = chromium.browser_type.launch(executable_path=find_chromium(), args=arguments)
    page = browser.new_page(viewport=SCREEN)
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    browser.close()
    assert not thrown, thrown


def test_the_app_is_small_when_it_comes_for_the_first_time(chromium: Browser, site: Site):
    page = chromium.new_page(viewport=SCREEN)  # in a window of its own, whose cache is empty
    open_map(page, site.app)
    fetched = page.evaluate(FETCHED)
    page.close()
    kinds = {name.rsplit(".", 1)[-1] for name, *_ in fetched}
    assert {"js", "css", "woff2"} <= kinds, "program, look and letters are all counted"
    assert sum(packed for _, packed, _ in fetched) <= BUDGET, fetched
    assert all(packed < whole / 2 for name, packed, whole in fetched if name.endswith((".js", ".css")))


def test_without_webgl_a_plain_canvas_is_a_map_too(plain_page: Page, site: Site):
    page = plain_page
    open_map(page, f"{site.app}/{MAP}")
    assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
    expect(page.get_by_test_id("map")).to_have_attribute("data-renderer", "canvas")
    expect(page.get_by_test_id("map")).to_have_attribute("data-points", str(N_TRACKS))
    assert n_colours(page) > 3, "the points are drawn in the colours of their genres"
    (inside, box), _ = groups_at_the_sides(page)
    page.keyboard.down("Shift")
    draw(page, around(box))
    page.keyboard.up("Shift")
    assert selected(page) == inside
    before = positions(page)
    page.get_by_test_id("map-zoom-in").click()
    page.wait_for_function(
        "(x) => Math.abs(window.melodex.pointPositions()[0].x - x) > 5", arg=before[0]["x"] - left(page)
    )
    page.get_by_test_id("map-fit").click()
    page.wait_for_function(
        "(x) => Math.abs(window.melodex.pointPositions()[0].x - x) < 0.5", arg=before[0]["x"] - left(page)
    )
    page.keyboard.press("Escape")
    point = lonely_point(page)
    page.mouse.click(point["x"], point["y"])
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=PATIENCE)


def left(page: Page) -> float:
    box = page.get_by_test_id("map").bounding_box()
    assert box
    return box["x"]


def n_colours(page: Page) -> int:
    """How many colors cover at least 20 pixels of the map: a point does, the blended edge of one does not."""
    return page.evaluate("""() => {
        const canvas = document.querySelector('[data-testid=map] canvas')
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        const seen = new Map()
        for (let at = 0; at < data.length; at += 4) {
            const colour = `${data[at]} ${data[at + 1]} ${data[at + 2]}`
            seen.set(colour, (seen.get(colour) ?? 0) + 1)
        }
        return [...seen.values()].filter((count) => count >= 20).length
    }""")
