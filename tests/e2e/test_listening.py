"""While a track plays: the waveform, what the model hears, and the walk of its segments over the map."""

from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.map_page import PATIENCE, current_time, get_json, lonely_point, open_map, positions

MAP = "model=musicnn&variant=mtat&method=pca"


def open_track(page: Page, site: Site, name: str) -> None:
    open_map(page, f"{site.app}/?{MAP}&track={quote(name)}")
    expect(page.get_by_test_id("waveform")).to_be_visible()
    page.wait_for_function("() => document.querySelector('audio').duration > 10", timeout=PATIENCE)


def playhead_seconds(page: Page) -> float:
    """Where the line over the heat map stands, as time."""
    return page.evaluate(
        """() => {
            const centre = ({left, width}) => left + width / 2
            const line = centre(document.querySelector('[data-testid=playhead]').getBoundingClientRect())
            const map = document.querySelector('[data-testid=heat-map]').getBoundingClientRect()
            return ((line - map.left) / map.width) * document.querySelector('audio').duration
        }"""
    )


def wait_for_time(page: Page, seconds: float) -> None:
    page.wait_for_function(f"() => document.querySelector('audio').currentTime > {seconds}", timeout=PATIENCE)


def test_the_moments_of_a_track_walk_the_map_and_the_heat_map_keeps_time(page: Page, site: Site):
    name = get_json(site, "/audios")[0]
    heard = get_json(site, f"/segments?red=musicnn&dataset=mtat&track={quote(name)}")
    open_track(page, site, name)
    names = page.locator(".tag-rows__names li")
    assert names.all_inner_texts() == heard["tags"][: names.count()]
    page.get_by_test_id("play-button").click()
    wait_for_time(page, 1)
    page.wait_for_function("() => window.melodex.trail().length >= 3", timeout=PATIENCE)
    early = page.evaluate("window.melodex.trail()")
    wait_for_time(page, heard["starts"][2] + 0.5)
    late = page.evaluate("window.melodex.trail()")
    assert len(late) > len(early), "it has left a trail"
    assert late[-3:] != early[-3:], "what sounds has moved on"
    page.get_by_test_id("play-button").click()
    page.wait_for_function("() => document.querySelector('audio').paused")
    page.wait_for_timeout(300)
    assert abs(playhead_seconds(page) - current_time(page)) < 0.2


def test_a_click_on_the_heat_map_goes_to_that_moment(page: Page, site: Site):
    open_track(page, site, get_json(site, "/audios")[0])
    box = page.get_by_test_id("heat-map").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    duration = page.evaluate("document.querySelector('audio').duration")
    assert abs(current_time(page) - 0.75 * duration) < 0.2
    page.get_by_test_id("like-this-moment").click()
    expect(page.get_by_test_id("neighbour").first).to_contain_text("at 0:")
    assert page.evaluate("window.melodex.view().moment") > 0.7 * duration


def test_a_point_under_the_pointer_sounds_when_that_is_switched_on(page: Page, site: Site):
    open_map(page, f"{site.app}/?{MAP}")
    page.get_by_test_id("preview-switch").click()
    page.evaluate("""() => {
        const play = HTMLMediaElement.prototype.play
        window.heard = []
        HTMLMediaElement.prototype.play = function () { window.heard.push(this); return play.call(this) }
    }""")
    point = lonely_point(page)
    page.mouse.move(point["x"], point["y"])
    page.wait_for_function(
        "() => window.heard.some((voice) => voice.currentTime > 0.2 && !voice.paused)", timeout=PATIENCE
    )
    heard = get_json(site, f"/segments?track={quote(point['name'])}&red=musicnn&dataset=mtat")
    assert page.evaluate("window.heard[0].src").endswith(f"#t={heard['typical']:.1f}")
    assert quote(point["name"].split("/")[-1]) in page.evaluate("window.heard[0].src")
    corner = page.get_by_test_id("map").bounding_box()
    page.mouse.move(corner["x"] + 2, corner["y"] + corner["height"] - 2)
    page.wait_for_function("() => window.heard.every((voice) => voice.paused)", timeout=PATIENCE)
    assert positions(page)
