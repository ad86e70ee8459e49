"""Two maps of the same tracks: what is done on one shows on the other, and a link holds both."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import N_TRACKS, Site
from tests.e2e.map_page import get_json, lonely_point, open_map, positions, wait_until_settled

FIRST = "model=musicnn&variant=mtat&method=pca"
SECOND = "model2=acoustic&variant2=librosa&method2=pca"


def open_both(page: Page, site: Site, more: str = "") -> None:
    open_map(page, f"{site.app}/?{FIRST}&{SECOND}{more}")
    wait_until_settled(page, "second-map")


def names(page: Page, which: str) -> set[str]:
    return {point["name"] for point in page.evaluate(f"window.melodex{which}.pointPositions()")}


def test_a_key_opens_another_models_map_beside_the_first(page: Page, site: Site):
    open_map(page, f"{site.app}/?{FIRST}")
    page.keyboard.press("c")
    wait_until_settled(page, "second-map")
    assert page.evaluate("window.melodex.view().second.model") != "musicnn"
    assert names(page, "") == names(page, ".second()") and len(names(page, "")) == N_TRACKS
    page.get_by_test_id("method-pca").click()
    expect(page.get_by_test_id("second-map-note")).to_contain_text("PCA 2\u2011D")
    assert page.evaluate("window.melodex.view().second.method") == "pca"
    page.get_by_test_id("second-map-close").click()
    expect(page.get_by_test_id("second-map")).to_have_count(0)
    assert "model2" not in page.url


def test_pointing_playing_and_selecting_reach_both_maps(page: Page, site: Site):
    open_both(page, site)
    point = lonely_point(page, "second-map")
    page.mouse.move(point["x"], point["y"])
    first, second = page.get_by_test_id("map"), page.get_by_test_id("second-map")
    expect(first.locator(".map-mark--echo")).to_be_visible()
    expect(second.locator(".map-mark--echo")).to_be_hidden()
    page.mouse.click(point["x"], point["y"])
    for shown in (first, second):
        expect(shown.locator(".map-mark--selected")).to_be_visible()
        expect(shown.locator(".map-mark--playing")).to_be_visible()
    assert page.evaluate("window.melodex.view().track") == point["name"]
    same = next(one for one in positions(page) if one["name"] == point["name"])
    ends = [same["x"], same["y"], point["x"], point["y"]]
    assert line_ends(page) == pytest.approx(ends, abs=1)  # pixel: the path is written with rounded numbers
    page.keyboard.down("Control")
    page.mouse.click(same["x"], same["y"])
    page.keyboard.up("Control")
    assert len(page.evaluate("window.melodex.selection()")) == 1


def line_ends(page: Page) -> list[float]:
    """Of the line between the maps, in page pixels: x, y here and x, y there."""
    line = page.get_by_test_id("map-crossing").locator("path").first
    expect(line).to_have_attribute("d", re.compile("^M "))
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", line.get_attribute("d") or "")]
    stage = page.get_by_test_id("map-crossing").bounding_box()
    assert stage
    x, y = stage["x"], stage["y"]
    return [numbers[0] + x, numbers[1] + y, numbers[-2] + x, numbers[-1] + y]


def test_each_map_has_a_camera_of_its_own_and_a_link_holds_both(page: Page, site: Site):
    track = quote(get_json(site, "/audios")[5])
    open_both(page, site, f"&track={track}")
    before = positions(page)
    page.get_by_test_id("second-map-zoom-in").click()
    page.wait_for_url("**camera2=**")
    assert "camera=" not in page.url
    assert positions(page) == before
    zoomed = positions(page, "second-map")
    page.reload()
    wait_until_settled(page)
    wait_until_settled(page, "second-map")
    for old, new in zip(zoomed, positions(page, "second-map"), strict=True):  # the link rounds the camera
        assert abs(old["x"] - new["x"]) < 2 and abs(old["y"] - new["y"]) < 2


def test_colours_tell_where_the_two_models_agree(page: Page, site: Site):
    open_both(page, site)
    page.get_by_test_id("colour-by").select_option("overlap")
    answer = get_json(site, "/overlap?red=musicnn&dataset=mtat&other_red=acoustic&other_dataset=librosa")
    low = page.get_by_test_id("legend-item").first
    expect(low).to_contain_text("%")
    edges = low.get_attribute("data-key").removesuffix(" %").split("–")
    inside = [value for value in answer["values"] if int(edges[0]) <= 100 * value + 1e-6 < int(edges[1])]
    expect(low.locator("em")).to_have_text(str(len(inside)))
    page.get_by_test_id("second-map-switch").click()
    expect(page.get_by_test_id("colour-by")).to_have_value("genre")
