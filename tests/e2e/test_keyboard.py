"""Without a mouse, by the map: points are reached as well as buttons (`test_accessibility`)."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.map_page import PATIENCE, call, get_json, open_map
from tests.e2e.test_playlists import tab_to


def test_tracks_heard_on_the_map_by_keys_become_a_playlist(page: Page, site: Site):
    open_map(page, site.app)
    tab_to(page, "map")
    heard = []
    for arrow in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(arrow)
        heard.append(page.evaluate("window.melodex.view().track"))
        page.keyboard.press("x")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=PATIENCE)
    chosen = set(page.evaluate("window.melodex.selection()"))
    assert chosen == {name for name in heard if heard.count(name) % 2} and chosen
    tab_to(page, "panel-track")
    page.keyboard.press("ArrowRight")
    tab_to(page, "selection-save")
    page.keyboard.press("Enter")
    page.keyboard.type("Heard on the map")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("Heard on the map")
    made = next(one for one in get_json(site, "/playlists")["playlists"] if one["name"] == "Heard on the map")
    stored = {track["filename"] for track in get_json(site, f"/playlists/{made['id']}")["tracks"]}
    call(site, "DELETE", f"/playlists/{made['id']}")
    assert stored == chosen
