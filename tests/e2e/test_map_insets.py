"""Toolbar, notes and drawers cover part of the map: points keep out of it, regions are drawn across it."""

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.e2e.conftest import N_TRACKS, Site
from tests.e2e.map_page import PATIENCE, open_map, positions, wait_until_settled
from tests.e2e.test_selection import draw, selected

MAP = "?model=acoustic&variant=librosa&method=pca"
SIZES = {"laptop": (1440, 900), "desk": (1920, 1080), "phone": (390, 844)}
TABLET = (1000, 760)  # the right panel is a drawer over the map

# Points and labels of the map with this test id that are outside of it or under an overlay.
COVERED = """(testId) => {
    const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
    const root = document.querySelector(`[data-testid=${testId}]`)
    const map = root.getBoundingClientRect()
    const overlays = [...document.querySelectorAll('.tool-group, .map-tools__hint, .map-note, .panel')]
        .filter((element) => getComputedStyle(element).visibility !== 'hidden')
        .map((element) => element.getBoundingClientRect())
    const isOutside = ({ left, top, right, bottom }) =>
        left < map.left || top < map.top || right > map.right || bottom > map.bottom
    const isCovered = (box) => isOutside(box) || overlays.some((overlay) => overlap(box, overlay))
    const atPoint = ({ x, y }) =>
        ({ left: map.left + x - 2, right: map.left + x + 2, top: map.top + y - 2, bottom: map.top + y + 2 })
    const shown = testId === 'map' ? window.melodex : window.melodex.second()
    const points = shown.pointPositions().filter((point) => isCovered(atPoint(point)))
    const labels = [...root.querySelectorAll('.map-label, .map-title')]
        .filter((label) => label.style.opacity === '1' && isCovered(label.getBoundingClientRect()))
    return [...points.map(({ name }) => name), ...labels.map((label) => label.textContent)]
}"""


def open_at(page: Page, site: Site, size: tuple[int, int], more: str = "") -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_map(page, f"{site.app}/{MAP}{more}")


# A drawer that slides covers the map as it will only when it has arrived.
DRAWERS_REST = """() =>
    [...document.querySelectorAll('.panel')].every((panel) => panel.getAnimations().length === 0)"""


def expect_nothing_covered(page: Page, test_id: str = "map") -> None:
    page.wait_for_function(DRAWERS_REST, timeout=PATIENCE)
    page.wait_for_function(f"(testId) => ({COVERED})(testId).length === 0", arg=test_id, timeout=PATIENCE)
    wait_until_settled(page, test_id)
    assert page.evaluate(COVERED, test_id) == []


def box_of(page: Page, test_id: str) -> FloatRect:
    box = page.get_by_test_id(test_id).bounding_box()
    assert box
    return box


def middle_of(page: Page, test_id: str) -> tuple[float, float]:
    box = box_of(page, test_id)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def bottom_right(page: Page) -> tuple[float, float]:
    pane = box_of(page, "map")
    return pane["x"] + pane["width"] - 3, pane["y"] + pane["height"] - 3


def names_between(page: Page, start: tuple[float, float], end: tuple[float, float]) -> set[str]:
    (left, right), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return {p["name"] for p in positions(page) if left < p["x"] < right and top < p["y"] < bottom}


def have_moved(page: Page, before: list[dict]) -> float:
    """The longest way of a point since then, in pixels."""
    after = positions(page)
    return max(abs(p["x"] - q["x"]) + abs(p["y"] - q["y"]) for p, q in zip(before, after, strict=True))


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_a_fitted_map_is_beside_what_covers_it(page: Page, site: Site, size, dimensions):
    open_at(page, site, size, f"&dimensions={dimensions}")
    expect_nothing_covered(page)
    fitted = positions(page)
    page.get_by_test_id("map-zoom-in").click()
    page.wait_for_url("**camera=**")
    page.get_by_test_id("map-fit").click()
    page.wait_for_url(lambda url: "camera=" not in url)
    expect_nothing_covered(page)
    assert have_moved(page, fitted) < 3  # pixels: the links keep the camera rounded


@pytest.mark.parametrize("dimensions", [2, 3])
def test_on_a_phone_the_map_is_fitted_above_the_open_sheet(page: Page, site: Site, dimensions):
    open_at(page, site, SIZES["phone"], f"&dimensions={dimensions}")
    fitted = positions(page)
    for drawer in ("drawer-controls", "drawer-track"):
        page.get_by_test_id(drawer).click()
        expect(page.locator(".panel--left, .panel--right").filter(visible=True)).to_have_count(1)
        expect_nothing_covered(page)
        page.get_by_test_id(drawer).click()
        expect(page.locator(".panel").filter(visible=True)).to_have_count(0)
    page.wait_for_function(
        "(y) => Math.abs(window.melodex.pointPositions()[0].y - y) < 2",
        arg=fitted[0]["y"] - box_of(page, "map")["y"],
        timeout=PATIENCE,
    )


def test_the_map_follows_the_window_and_a_toolbar_that_wraps(page: Page, site: Site):
    open_at(page, site, SIZES["laptop"])
    for size in (SIZES["phone"], TABLET):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.get_by_test_id("tool-rectangle").click()
        expect(page.get_by_test_id("combine-add")).to_be_visible()
        expect_nothing_covered(page)
        page.get_by_test_id("tool-pan").click()


def test_each_of_two_maps_is_fitted_below_its_own_toolbar(page: Page, site: Site):
    open_at(page, site, SIZES["laptop"], "&model2=musicnn&variant2=mtat&method2=pca")
    wait_until_settled(page, "second-map")
    expect_nothing_covered(page)
    expect_nothing_covered(page, "second-map")


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_map_that_was_moved_stays_where_it_is_and_so_does_its_link(page: Page, site: Site, dimensions):
    open_at(page, site, TABLET, f"&dimensions={dimensions}")
    page.get_by_test_id("drawer-track").click()
    expect_nothing_covered(page)  # fitted on the left of the drawer, then moved there
    page.get_by_test_id("map-zoom-in").click()
    page.wait_for_url("**camera=**")
    before = positions(page)
    page.get_by_test_id("drawer-track").click()
    expect(page.locator(".panel--right")).to_be_hidden()
    wait_until_settled(page)
    assert have_moved(page, before) == 0
    page.reload()
    wait_until_settled(page)
    assert have_moved(page, before) < 1  # pixel: the link keeps the camera rounded


@pytest.mark.parametrize("size", [SIZES["laptop"], SIZES["phone"]], ids=["laptop", "phone"])
def test_a_rectangle_that_ends_on_a_button_selects_and_presses_nothing(page: Page, site: Site, size):
    open_at(page, site, size)
    page.get_by_test_id("tool-rectangle").click()
    expect_nothing_covered(page)
    start, end = bottom_right(page), middle_of(page, "map-zoom-out")
    inside = names_between(page, start, end)
    draw(page, [start, end])
    assert selected(page) == inside
    expect(page.get_by_test_id("tool-rectangle")).to_have_attribute("aria-pressed", "true")
    assert "camera=" not in page.url
    expect_nothing_covered(page)  # with the buttons that a selection brings


def test_a_rectangle_begins_on_a_button_which_still_can_be_pressed(page: Page, site: Site):
    open_at(page, site, SIZES["laptop"])
    page.get_by_test_id("tool-rectangle").click()
    preview = page.get_by_test_id("preview-switch")
    start, end = middle_of(page, "preview-switch"), bottom_right(page)
    inside = names_between(page, start, end)
    draw(page, [start, end])
    assert selected(page) == inside
    expect(preview).to_have_attribute("aria-pressed", "false")
    preview.click()
    expect(preview).to_have_attribute("aria-pressed", "true")
    assert selected(page) == inside


@pytest.mark.parametrize("size", [SIZES["laptop"], SIZES["phone"]], ids=["laptop", "phone"])
def test_a_lasso_begins_on_the_note_and_crosses_the_toolbar(page: Page, site: Site, size):
    open_at(page, site, size)
    page.get_by_test_id("tool-lasso").click()
    expect_nothing_covered(page)
    pane, (right, bottom) = box_of(page, "map"), bottom_right(page)
    left, top = pane["x"] + 3, pane["y"] + 25  # through the buttons
    note = middle_of(page, "map-note")
    draw(page, [note, (left, bottom), (left, top), (right, top), (right, bottom), note])
    assert len(selected(page)) == N_TRACKS
    expect(page.get_by_test_id("tool-lasso")).to_have_attribute("aria-pressed", "true")


def test_with_shift_a_lasso_begins_on_a_button_too(page: Page, site: Site):
    open_at(page, site, SIZES["laptop"])
    pane, (right, bottom) = box_of(page, "map"), bottom_right(page)
    left, top = pane["x"] + 3, pane["y"] + 3
    button = middle_of(page, "second-map-switch")
    page.keyboard.down("Shift")
    draw(page, [button, (right, top), (right, bottom), (left, bottom), (left, top)])
    page.keyboard.up("Shift")
    assert len(selected(page)) == N_TRACKS
    expect(page.get_by_test_id("second-map")).to_have_count(0)
