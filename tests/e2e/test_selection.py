"""Drawing around tracks, and the way back."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.map_page import get_json, open_map, positions, wait_until_settled

MARGIN = 16  # pixels around the outermost points
MAP = "?model=acoustic&method=pca"


def boxes_by_genre(page: Page, site: Site) -> dict[str, tuple[set[str], list[float]]]:
    """Genres that have a part of the map to themselves: their tracks, and the box around their points."""
    genre_of = {track["filename"]: track["genre"] for track in get_json(site, "/tracks")["tracks"]}
    points = positions(page)
    alone = {}
    for genre in sorted(set(genre_of.values())):
        own = [point for point in points if genre_of[point["name"]] == genre]
        xs, ys = [p["x"] for p in own], [p["y"] for p in own]
        box = [min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN]
        inside = {p["name"] for p in points if box[0] < p["x"] < box[2] and box[1] < p["y"] < box[3]}
        if inside == {point["name"] for point in own}:
            alone[genre] = (inside, box)
    return alone


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


def test_a_lasso_around_a_genre_selects_its_tracks_and_the_link_keeps_them(page: Page, site: Site):
    open_map(page, f"{site.app}/{MAP}")
    (first, box), (second, other_box) = list(boxes_by_genre(page, site).values())[:2]
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
    (first, box), (_, other_box) = list(boxes_by_genre(page, site).values())[:2]
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
