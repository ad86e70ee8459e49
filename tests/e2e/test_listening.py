"""While a track plays: the waveform, what the model hears, and the walk of its segments over the map."""

from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.commands import analyze_library
from tests.e2e.conftest import Site, library_settings, serving
from tests.e2e.map_page import (
    PATIENCE,
    current_time,
    get_json,
    lonely_point,
    open_map,
    positions,
    wait_for_frames,
)
from tests.sounds import noise, tone, write_sound

MAP = "model=musicnn&variant=mtat&method=pca"
LONG_TRACK, LONG_SECONDS = "long.flac", 150
ONE_FRAME = 0.2  # seconds: a line that is drawn every frame lags by one, on a slow machine a long one
# What is in sight, and how plain each row is in the middle of the segment that begins at `start`: read after
# the app has drawn its frame.
READ_SIGHT = """([start, seconds]) => new Promise((resolve) => requestAnimationFrame(() => {
    const axis = document.querySelector('[data-testid=time-axis]')
    const heat = axis.querySelector('[data-testid=heat-map]')
    const [from, to] = [Number(axis.dataset.start), Number(axis.dataset.end)]
    const box = heat.getBoundingClientRect()
    const line = axis.querySelector('[data-testid=playhead]').getBoundingClientRect()
    const middle = ((start + seconds / 2 - from) / (to - from)) * heat.width
    const rows = document.querySelectorAll('.tag-rows__names li').length
    const column = heat.getContext('2d').getImageData(Math.round(middle), 0, 1, heat.height).data
    resolve({
        time: document.querySelector('audio').currentTime,
        shown: from + ((line.left + line.width / 2 - box.left) / box.width) * (to - from),
        from,
        plainness: Array.from({ length: rows }, (_, row) =>
            column[4 * Math.floor(((row + 0.4) * heat.height) / rows) + 3] / 255),
    })
}))"""


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A library of its own with a track that is too long to be seen at once."""
    folder = tmp_path_factory.mktemp("long")
    parts = [tone(220.0 * (1 + at % 4), 5) + (at % 3) * noise(at, 5) for at in range(LONG_SECONDS // 5)]
    write_sound(folder / "music" / LONG_TRACK, np.concatenate(parts))
    for seed in range(4):
        write_sound(folder / "music" / f"{seed}.flac", noise(seed, 4))
    settings = library_settings(folder, folder / "music")
    analyze_library(settings, models="musicnn/mtat")
    with serving(settings) as running:
        yield running


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
    wait_for_frames(page)
    assert abs(playhead_seconds(page) - current_time(page)) < ONE_FRAME


def test_the_heat_map_of_a_long_track_scrolls_in_step(page: Page, long_site: Site):
    """Five seconds of playing lead from one segment to another, and the columns go along."""
    heard = get_json(long_site, f"/segments?red=musicnn&dataset=mtat&track={LONG_TRACK}")
    starts, activations = np.array(heard["starts"]), np.array(heard["activations"])
    open_track(page, long_site, LONG_TRACK)
    expect(page.get_by_test_id("time-axis")).to_have_attribute("data-scrolled", "true")
    whole = page.get_by_test_id("seek-slider").bounding_box()
    page.mouse.click(whole["x"] + whole["width"] / 2, whole["y"] + whole["height"] / 2)
    assert abs(current_time(page) - LONG_SECONDS / 2) < 2  # seconds: a few pixels of the slider

    def look() -> tuple[int, dict]:
        """While nothing plays: a busy machine shows a moment that is past when it is read."""
        wait_for_frames(page)
        at = int(np.searchsorted(starts, current_time(page), "right")) - 1
        return at, page.evaluate(READ_SIGHT, [starts[at], heard["seconds"]])

    before, early = look()
    page.get_by_test_id("play-button").click()
    wait_for_time(page, early["time"] + 5)
    page.get_by_test_id("play-button").click()
    page.wait_for_function("() => document.querySelector('audio').paused")
    after, late = look()
    assert after > before, "another segment sounds"
    assert late["from"] - early["from"] == pytest.approx(late["time"] - early["time"], abs=ONE_FRAME)
    for at, seen in ((before, early), (after, late)):
        assert seen["shown"] == pytest.approx(seen["time"], abs=ONE_FRAME)
        expected = 0.06 + 0.94 * activations[at, : len(seen["plainness"])] / activations.max()
        # 0.02: five of the 255 steps of opacity, as the activations of the answer are rounded
        assert seen["plainness"] == pytest.approx(list(expected), abs=0.02), at


def test_a_click_on_a_long_heat_map_goes_to_the_moment_in_sight(page: Page, long_site: Site):
    open_track(page, long_site, LONG_TRACK)
    axis, box = page.get_by_test_id("time-axis"), page.get_by_test_id("heat-map").bounding_box()
    for seconds in (45, 60):  # in sight is the first minute, then the one around 0:45
        start, end = (float(axis.get_attribute(f"data-{name}") or 0) for name in ("start", "end"))
        share = (seconds - start) / (end - start)
        page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        assert current_time(page) == pytest.approx(seconds, abs=ONE_FRAME)
        page.wait_for_function(
            "(start) => Number(document.querySelector('[data-testid=time-axis]').dataset.start) > start",
            arg=start,
        )


def test_on_a_phone_one_sees_what_one_hears(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 844})
    track = get_json(site, "/tracks")["tracks"][3]["filename"]
    open_map(page, f"{site.app}/?model=musicnn&variant=mtat&track={quote(track)}")
    for part in ("waveform", "heat-map"):
        expect(page.get_by_test_id(part)).to_be_visible()
        box = page.get_by_test_id(part).bounding_box()
        assert box and box["width"] > 340 and box["height"] >= 16, part
        assert box["y"] + box["height"] <= 844, part
    place = page.get_by_test_id("time-axis").bounding_box()
    assert place
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_function("() => document.querySelector('audio').currentTime > 1")


def test_a_click_on_the_heat_map_goes_to_that_moment(page: Page, site: Site):
    open_track(page, site, get_json(site, "/audios")[0])
    box = page.get_by_test_id("heat-map").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    duration = page.evaluate("document.querySelector('audio').duration")
    assert abs(current_time(page) - 0.75 * duration) < ONE_FRAME
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
