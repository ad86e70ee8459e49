"""From a key press to a saved playlist, without a mouse; and what is taken along."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.map_page import PATIENCE, get_json, open_map

MAP = "?model=acoustic&method=pca"


def press_on(page: Page, test_id: str, key: str = "Enter") -> None:
    """What Tab and a key do, without counting tab stops."""
    page.get_by_test_id(test_id).focus()
    page.keyboard.press(key)


def test_keys_alone_lead_to_a_saved_playlist(page: Page, site: Site):
    open_map(page, f"{site.app}/{MAP}")
    page.get_by_test_id("map").focus()
    for key in ("ArrowRight", "x", "ArrowUp", "x", "ArrowLeft", "ArrowDown", "x"):
        page.keyboard.press(key)
    chosen = page.evaluate("window.melodex.selection()")
    assert len(chosen) >= 2
    press_on(page, "panel-track", "ArrowRight")
    press_on(page, "selection-to-playlist")
    press_on(page, "panel-selection", "ArrowRight")
    press_on(page, "panel-path", "ArrowRight")
    page.get_by_test_id("playlist-name").fill("By keys")
    rows = page.get_by_test_id("playlist-row")
    expect(rows).to_have_count(len(chosen))
    rows.first.locator(".media-row").focus()
    page.keyboard.press("Alt+ArrowDown")
    order = [row.get_attribute("data-key") for row in rows.all()]
    assert order == [chosen[1], chosen[0], *chosen[2:]]
    press_on(page, "playlist-save")
    expect(page.get_by_test_id("saved-playlist")).to_contain_text("By keys", timeout=PATIENCE)
    (saved,) = get_json(site, "/playlists")["playlists"]
    assert (saved["name"], saved["tracks"]) == ("By keys", order)


def test_an_exported_playlist_names_real_files(page: Page, site: Site):
    open_map(page, f"{site.app}/{MAP}&panel=playlist")
    names = get_json(site, "/audios")[:3]
    for name in names:
        page.evaluate("(name) => window.melodex.focus(name)", name)
        page.get_by_test_id("panel-track").click()
        page.get_by_test_id("track-to-playlist").click()
    page.get_by_test_id("panel-playlist").click()
    with page.expect_download() as download:
        page.get_by_test_id("export-m3u8").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == names
    assert all((Path(site.environment["MELODEX_AUDIO_DIR"]) / name).is_file() for name in names)
