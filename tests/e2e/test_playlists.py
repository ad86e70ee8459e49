"""From tracks on the screen to a playlist: made, put in order, exported, deleted and had back."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.map_page import PATIENCE, call, get_json, wait_for_frames

MANY_TABS = 80  # more than there are controls before any that a test looks for
MANY_MOVES = 1000  # each waits for two frames: as long as PATIENCE


@pytest.fixture
def playlist(site: Site):
    """A playlist of four tracks; gone after the test."""
    ids = [track["id"] for track in get_json(site, "/tracks")["tracks"][:4]]
    made = call(site, "POST", "/playlists", {"name": "Four", "track_ids": ids})
    yield made
    for left in get_json(site, "/playlists")["playlists"]:
        call(site, "DELETE", f"/playlists/{left['id']}")


def open_playlist(page: Page, site: Site, playlist: dict) -> None:
    page.goto(f"{site.app}/?page=playlists&playlist={playlist['id']}")
    expect(page.get_by_test_id("playlist-row")).to_have_count(len(playlist["tracks"]))


def shown(page: Page) -> list[str | None]:
    return [row.get_attribute("data-key") for row in page.get_by_test_id("playlist-row").all()]


def stored(site: Site, playlist: dict) -> list[str]:
    return [track["filename"] for track in get_json(site, f"/playlists/{playlist['id']}")["tracks"]]


def wait_until_stored(page: Page, playlist: dict, names: list[str | None]) -> None:
    """The page shows a change before the server has it."""
    page.wait_for_function(
        """async ([path, names]) => {
            const { tracks } = await (await fetch(path)).json()
            return JSON.stringify(tracks.map(({ filename }) => filename)) === JSON.stringify(names)
        }""",
        arg=[f"/playlists/{playlist['id']}", names],
        polling=100,
    )


def middle(row: Locator) -> tuple[float, float]:
    box = row.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, row: Locator, onto: Locator) -> None:
    """As a hand does it: taken up, carried until the line shows where it would come to lie, let go."""
    page.mouse.move(*middle(row))
    page.mouse.down()
    x, y = middle(onto)
    for wobble in range(MANY_MOVES):  # the browser begins a drag in its own time; then every move counts
        page.mouse.move(x, y + wobble % 3)
        wait_for_frames(page)
        if onto.get_attribute("data-drop") == "after":
            break
    expect(onto).to_have_attribute("data-drop", "after")
    page.mouse.up()


def tab_to(page: Page, test_id: str, key: str = "Tab") -> None:
    for _ in range(MANY_TABS):
        if page.evaluate("document.activeElement?.dataset.testid") == test_id:
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {test_id}")


def test_keys_alone_lead_from_the_start_to_a_saved_playlist(page: Page, site: Site, playlist: dict):
    page.goto(site.app)
    expect(page.get_by_test_id("page-library")).to_be_visible()
    tab_to(page, "page-library")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("library-row").first).to_be_visible(timeout=PATIENCE)
    tab_to(page, "library-table")
    for key in ("Home", "Space", "ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("library-selected")).to_contain_text("4 selected")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(page.get_by_test_id("library-selected")).to_contain_text("3 selected")
    selected = page.locator("[data-testid=library-row][aria-selected=true]")
    chosen = {row.get_attribute("data-key") for row in selected.all()}
    tab_to(page, "library-save", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("save-playlist-name")).to_be_focused()
    page.keyboard.type("Nur Tasten")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("Nur Tasten")
    made = next(each for each in get_json(site, "/playlists")["playlists"] if each["name"] == "Nur Tasten")
    assert set(stored(site, made)) == chosen and len(chosen) == 3


def test_tracks_are_moved_by_hand_and_by_keys_and_the_order_stays(page: Page, site: Site, playlist: dict):
    open_playlist(page, site, playlist)
    a, b, c, d = shown(page)
    rows = page.get_by_test_id("playlist-row")
    drag(page, rows.nth(0), rows.nth(2))
    expect(rows.nth(2)).to_have_attribute("data-key", str(a))
    assert shown(page) == [b, c, a, d]
    rows.nth(3).locator(".media-row").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(rows.nth(2)).to_have_attribute("data-key", str(d))
    expect(rows.nth(2).locator(".media-row")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(rows.nth(1)).to_have_attribute("data-key", str(d))
    rows.nth(0).hover()
    rows.nth(0).get_by_test_id("playlist-remove").click()
    expect(rows).to_have_count(3)
    wait_until_stored(page, playlist, [d, c, a])
    page.reload()
    expect(rows).to_have_count(3)
    assert shown(page) == [d, c, a]


def test_a_finger_moves_a_track_by_its_handle_and_scrolls_elsewhere(page: Page, site: Site, playlist: dict):
    open_playlist(page, site, playlist)
    a, b, c, d = shown(page)
    rows, touch = page.get_by_test_id("playlist-row"), page.context.new_cdp_session(page)

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        for kind, way in (("Start", (0,)), ("Move", (0.3, 0.7, 1)), ("End", ())):
            for share in way or (None,):
                points = [] if share is None else [
                    {axis: s + share * (e - s) for axis, s, e in zip("xy", start, end, strict=True)}
                ]  # fmt: skip
                touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    swipe(middle(rows.nth(3)), middle(rows.nth(1)))
    assert shown(page) == [a, b, c, d], "a row is not taken where a list is scrolled"
    swipe(middle(rows.nth(3).get_by_test_id("playlist-handle")), middle(rows.nth(1)))
    expect(rows.nth(1)).to_have_attribute("data-key", str(d))
    assert shown(page) == [a, d, b, c]
    wait_until_stored(page, playlist, [a, d, b, c])


def test_it_plays_is_renamed_exported_deleted_and_had_back(
    page: Page, site: Site, playlist: dict, tmp_path: Path
):
    open_playlist(page, site, playlist)
    order = shown(page)
    page.get_by_test_id("playlist-play").click()
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=PATIENCE)
    page.get_by_test_id("next-button").click()
    expect(page.get_by_test_id("playlist-row").nth(1).locator("[aria-current=true]")).to_be_visible()
    name = page.get_by_test_id("playlist-name")
    name.fill("Für 夜")
    name.press("Enter")
    expect(page.get_by_test_id("playlist-item").first).to_contain_text("Für 夜")
    with page.expect_download() as download:
        page.get_by_test_id("playlist-export-m3u8").click()
    assert download.value.suggested_filename == "Für 夜.m3u8"
    download.value.save_as(tmp_path / "exported.m3u8")
    lines = (tmp_path / "exported.m3u8").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == order
    page.get_by_test_id("playlist-delete").click()
    expect(page.get_by_test_id("playlist-none")).to_be_visible()
    assert get_json(site, "/playlists")["playlists"] == []
    page.get_by_test_id("notice-action").click()
    expect(page.get_by_test_id("playlist-name")).to_have_value("Für 夜")
    assert shown(page) == order
