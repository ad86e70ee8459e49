"""Drawing around tracks, and the way back."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.map_page import open_map, positions, wait_until_settled

MARGIN = 16  # pixels around the outermost points
SIZES = range(3, 10)  # tracks of a group
MAP = "?model=acoustic&method=pca"
Group = tuple[set[str], list[float]]


def groups_at_the_sides(page: Page) -> tuple[Group, Group]:
    """Names of the tracks on the far left and on the far right, each with a box around their points.

    A box ends in the widest gap after a few points: there is one, however the map is turned.
    """
    pane = page.get_by_test_id("map").bounding_box()
    assert pane
    points = sorted(positions(page), key=lambda point: point["x"])
    xs, ys = [p["x"] for p in points], [p["y"] for p in points]
    top, bottom = min(ys) - MARGIN, max(ys) + MARGIN
    n_left = max(SIZES, key=lambda n: xs[n] - xs[n - 1])
    n_right = max(SIZES, key=lambda n: xs[-n] - xs[-n - 1])
    left_end, right_start = (xs[n_left] + xs[n_left - 1]) / 2, (xs[-n_right] + xs[-n_right - 1]) / 2
    names = [point["name"] for point in points]
    left = set(names[:n_left]), [pane["x"] + 3, top, left_end, bottom]
    right = set(names[-n_right:]), [right_start, top, pane["x"] + pane["width"] - 3, bottom]
    return left, right


def draw(page: Page, corners: list[tuple[float, float]]) -> None:
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=3)
    page.mouse.up()


def around(box: list[float]) -> list[tuple[float, float]]:
    left, top, right, bottom = box
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top + 4)]


def selected(page: Page) -> set[str]:
    return set(page.evaluate("window.melodex.selection()"))


def test_a_lasso_selects_the_tracks_inside_and_the_link_keeps_them(page: Page, site: Site):
    open_map(page, f"{site.app}/{MAP}")
    (first, box), (second, other_box) = groups_at_the_sides(page)
    page.keyboard.down("Shift")
    draw(page, around(box))
    page.keyboard.up("Shift")
    assert selected(page) == first
    expect(page.get_by_test_id("selection-count")).to_have_text(f"{len(first)} tracks selected")
    page.get_by_test_id("tool-rectangle").click()
    page.keyboard.down("Control")
    draw(page, [(other_box[0], other_box[1]), (other_box[2], other_box[3])])
    page.keyboard.up("Control")
    assert selected(page) == first | second
    page.reload()
    wait_until_settled(page)
    expect(page.get_by_test_id("selection-count")).to_have_text(f"{len(first | second)} tracks selected")
    assert selected(page) == first | second


def test_selections_are_undone_and_played_in_order(page: Page, site: Site):
    open_map(page, f"{site.app}/{MAP}")
    (first, box), (_, other_box) = groups_at_the_sides(page)
    page.get_by_test_id("tool-lasso").click()
    draw(page, around(box))
    draw(page, around(other_box))
    page.keyboard.press("Control+z")
    assert selected(page) == first
    page.keyboard.press("Control+Shift+z")
    assert not selected(page) & first
    page.get_by_test_id("combine-add").click()
    draw(page, around(box))
    page.get_by_test_id("combine-intersect").click()
    draw(page, around(box))
    assert selected(page) == first
    page.get_by_test_id("selection-play").click()
    heard = []
    for _ in range(len(first) + 1):
        heard.append(page.evaluate("new URLSearchParams(location.search).get('track')"))
        page.get_by_test_id("next-button").click()
    assert set(heard) == first
    assert heard[-1] == heard[0], "after the last comes the first"
