"""What a person does in the first minute, in a real browser against a real server."""

import os
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import N_TRACKS, Site
from tests.e2e.map_page import (
    PATIENCE,
    another_map,
    current_time,
    get_json,
    lonely_point,
    open_map,
    positions,
    wait_until_settled,
)

SHOWN_ALBUM = "Rust Season"  # of the demo library, on the pictures of the README


def test_the_map_shows_every_track(page: Page, site: Site):
    open_map(page, site.app)
    expect(page.get_by_test_id("map")).to_have_attribute("data-points", str(N_TRACKS))
    shown = {point["name"] for point in positions(page)}
    assert shown == set(get_json(site, "/audios"))
    assert len(shown) == N_TRACKS


def test_points_lie_apart_and_inside_the_map(page: Page, site: Site):
    open_map(page, site.app)
    box = page.get_by_test_id("map").bounding_box()
    points = positions(page)
    assert all(box["x"] <= p["x"] <= box["x"] + box["width"] for p in points)
    assert all(box["y"] <= p["y"] <= box["y"] + box["height"] for p in points)
    apart = {(round(p["x"]), round(p["y"])) for p in points}
    assert len(apart) > N_TRACKS * 0.9, "but for a few that the models find alike"


def test_hover_names_the_track(page: Page, site: Site):
    open_map(page, site.app)
    point = lonely_point(page)
    track = next(t for t in get_json(site, "/tracks")["tracks"] if t["filename"] == point["name"])
    page.mouse.move(point["x"], point["y"])
    tooltip = page.get_by_test_id("tooltip")
    for text in (track["title"], track["artist"], track["genre"]):
        expect(tooltip).to_contain_text(text)
    picture = tooltip.locator("img")
    expect(picture).to_be_visible()
    page.wait_for_function("element => element.naturalWidth > 0", arg=picture.element_handle())


def test_a_click_plays_and_next_plays_another(page: Page, site: Site):
    open_map(page, site.app)
    point = lonely_point(page)
    page.mouse.click(point["x"], point["y"])
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.5", timeout=PATIENCE)
    first = page.get_by_test_id("track-title").inner_text()
    earlier = current_time(page)
    page.wait_for_function(
        f"() => document.querySelector('audio').currentTime > {earlier} + 0.5", timeout=PATIENCE
    )
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_test_id("track-title")).not_to_have_text(first)
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=PATIENCE)
    page.get_by_test_id("play-button").click()
    page.wait_for_function("() => document.querySelector('audio').paused")


def test_every_format_of_the_library_plays(page: Page, site: Site):
    """WAV, FLAC and OGG: the browser decodes each, and seeking asks the server for a range."""
    open_map(page, site.app)
    names = get_json(site, "/audios")
    for ending in (".wav", ".flac", ".ogg"):
        name = next(name for name in names if name.endswith(ending))
        url = f"{site.app}/audio/{urllib.request.quote(name)}"
        played = page.evaluate(
            """async (url) => {
                const audio = new Audio(url)
                await new Promise((resolve, reject) => {
                    audio.onloadedmetadata = resolve
                    audio.onerror = () => reject(audio.error.message)
                })
                audio.currentTime = audio.duration - 2
                await audio.play()
                const end = audio.duration - 1.9
                await new Promise((resolve) => {
                    audio.ontimeupdate = () => audio.currentTime > end && resolve()
                })
                return audio.currentTime > end
            }""",
            url,
        )
        assert played, ending


def test_the_map_can_be_coloured_by_what_the_network_heard(page: Page, site: Site):
    open_map(page, site.app)
    heard = Counter(track["predicted_genre"] for track in get_json(site, "/tracks")["tracks"])
    page.get_by_test_id("colour-by").select_option("predicted_genre")
    entries = page.get_by_test_id("legend-item")
    most, n_tracks = heard.most_common(1)[0]
    expect(entries.first).to_have_text(f"{most}{n_tracks}")
    for entry in entries.all():
        assert entry.locator("em").inner_text() == str(heard[entry.get_attribute("data-key")])
    page.get_by_test_id("colour-by").select_option("confidence")
    expect(page.get_by_role("img", name="From 0 % to 100 %")).to_be_visible()


def test_three_dimensions_another_model_and_the_link_back(page: Page, site: Site):
    open_map(page, site.app)
    with another_map(page):
        page.get_by_test_id("select-model").select_option("acoustic")
    flat = positions(page)
    with another_map(page):
        page.get_by_test_id("dimensions-3").click()
    expect(page.get_by_test_id("map")).to_have_attribute("data-dimensions", "3")
    for choice in ("method-pca", "space-taggram"):
        with another_map(page):
            page.get_by_test_id(choice).click()
    page.get_by_test_id("colour-by").select_option("artist")
    seen, address = positions(page), page.url
    assert {p["name"] for p in seen} == {p["name"] for p in flat}
    page.reload()
    wait_until_settled(page)
    assert page.url == address
    view = page.evaluate("window.melodex.view()")
    assert (view["model"], view["dimensions"], view["method"]) == ("acoustic", 3, "pca")
    assert (view["space"], view["colour"]) == ("taggram", "artist")
    for before, after in zip(seen, positions(page), strict=True):  # the link rounds the camera
        assert abs(before["x"] - after["x"]) < 1.5 and abs(before["y"] - after["y"]) < 1.5


def test_the_map_of_a_link_is_asked_for_once_and_before_the_app_is_drawn(page: Page, site: Site):
    open_map(page, f"{site.app}/?model=acoustic&variant=librosa")  # until it is drawn it is asked for again
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urllib.parse.urlsplit(request.url).path))
    with page.expect_request("**/tracks"), page.expect_request("**/models"):
        page.reload()
    wait_until_settled(page)
    assert asked.count("/embeddings.arrow") == 1
    assert asked.index("/embeddings.arrow") < min(asked.index("/models"), asked.index("/tracks"))


def test_search_flies_to_a_track(page: Page, site: Site):
    open_map(page, site.app)
    track = get_json(site, "/tracks")["tracks"][17]
    page.keyboard.press("/")
    page.get_by_test_id("search-input").fill(track["title"])
    expect(page.get_by_test_id("search-hit").first).to_contain_text(track["title"])
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("track-title")).to_have_text(track["title"])
    wait_until_settled(page)
    box = page.get_by_test_id("map").bounding_box()
    point = next(p for p in positions(page) if p["name"] == track["filename"])
    # It is in the middle of what the toolbar and the notes leave free, which is near the middle of the box.
    assert abs(point["x"] - (box["x"] + box["width"] / 2)) < box["width"] / 4
    assert abs(point["y"] - (box["y"] + box["height"] / 2)) < box["height"] / 4


def test_on_a_phone_the_page_one_is_on_is_in_sight_above(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.app}/?page=jobs")
    expect(page.get_by_test_id("page-jobs")).to_be_in_viewport(ratio=1)
    page.get_by_test_id("page-evaluation").click()
    expect(page.get_by_test_id("page-evaluation")).to_be_in_viewport(ratio=1)


def test_the_legend_counts_and_toggles(page: Page, site: Site):
    open_map(page, site.app)
    entries = page.get_by_test_id("legend-item")
    expect(entries).to_have_count(8)
    entries.first.click()
    page.wait_for_function("() => location.search.includes('hide=')")
    expect(page.get_by_test_id("map")).to_have_attribute("data-points", str(N_TRACKS))


def test_a_model_without_vectors_says_what_to_do(page: Page, site: Site):
    page.goto(f"{site.app}/?model=musicnn&variant=jamendo")
    expect(page.get_by_text("preprocess-all").first).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Let it listen").click()
    row = page.locator("[data-testid=model-row][data-key='musicnn/jamendo']")
    expect(row).to_contain_text("0 of 48")


def test_a_wrong_link_says_what_is_wrong(page: Page, site: Site):
    page.goto(f"{site.app}/?model=nonsense")
    expect(page.get_by_text("Unknown model 'nonsense'")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Show the default map").click()
    wait_until_settled(page)


def test_keyboard_alone_reaches_the_music(page: Page, site: Site):
    open_map(page, site.app)
    page.get_by_test_id("map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=PATIENCE)
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('audio').paused")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_screenshots(page: Page, site: Site, screenshots: Path, scheme):
    page.emulate_media(color_scheme=scheme)
    open_map(page, f"{site.app}/?model=acoustic")
    point = next(point for point in positions(page) if SHOWN_ALBUM in point["name"])
    page.mouse.click(point["x"], point["y"])
    shown = 6 if os.environ.get("SCREENSHOTS") else 0.2  # seconds: pictures show a trail on the map
    page.wait_for_function(f"() => document.querySelector('audio').currentTime > {shown}", timeout=PATIENCE)
    page.mouse.move(point["x"] + 2, point["y"])
    expect(page.get_by_test_id("tooltip")).to_be_visible()
    page.screenshot(path=screenshots / f"map-{scheme}.png")
    page.get_by_test_id("play-button").click()
    with another_map(page):
        page.get_by_test_id("dimensions-3").click()
    page.screenshot(path=screenshots / f"map-3d-{scheme}.png")
    assert (screenshots / f"map-{scheme}.png").stat().st_size > 20_000
