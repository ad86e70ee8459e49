"""The library as a table: the same tracks, filters and selection as the map."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import N_TRACKS, Site
from tests.e2e.map_page import PATIENCE, get_json, open_map, wait_until_settled


def test_the_table_sorts_filters_selects_and_shares_it_with_the_map(page: Page, site: Site):
    tracks = get_json(site, "/tracks")["tracks"]
    open_map(page, f"{site.app}/?model=acoustic&method=pca")
    page.get_by_test_id("page-library").click()
    expect(page.get_by_test_id("library-table")).to_have_attribute("aria-rowcount", str(N_TRACKS + 1))
    rows = page.get_by_test_id("library-row")
    page.get_by_test_id("sort-year").click()
    page.get_by_test_id("sort-year").click()
    latest = max(track["year"] for track in tracks)
    expect(rows.first).to_contain_text(str(latest))
    assert len(rows.all()) < N_TRACKS, "only the rows in sight are drawn"
    genre = tracks[0]["genre"]
    inside = {track["filename"] for track in tracks if genre in (track["genre"], track["predicted_genre"])}
    page.get_by_test_id("library-filter").fill(genre)
    expect(page.get_by_test_id("library-count")).to_contain_text(f" of {N_TRACKS} tracks")
    shown = {row.get_attribute("data-key") for row in rows.all()}
    assert shown and all(genre.lower() in text.lower() for text in rows.all_inner_texts())
    rows.nth(0).locator("input").check()
    rows.nth(2).locator("input").click(modifiers=["Shift"])
    page.get_by_test_id("page-map").click()
    wait_until_settled(page)
    assert len(page.evaluate("window.melodex.selection()")) == 3
    lit = {p["name"] for p in page.evaluate("window.melodex.pointPositions()") if not p["hidden"]}
    assert lit == shown and lit & inside


def test_keys_walk_the_rows_and_enter_plays(page: Page, site: Site):
    page.goto(f"{site.app}/?page=library&sort=title")
    table = page.get_by_test_id("library-table")
    table.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    second = page.get_by_test_id("library-row").nth(1)
    expect(second).to_have_attribute("data-focused", "true")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=PATIENCE)
    expect(second).to_have_attribute("data-playing", "true")
    page.keyboard.press("x")
    expect(second).to_have_attribute("aria-selected", "true")


def test_rows_are_selected_by_ctrl_and_shift_and_shown_on_the_map(page: Page, site: Site):
    page.goto(f"{site.app}/?page=library&sort=title&model=acoustic&method=pca")
    rows = page.get_by_test_id("library-row")
    names = [rows.nth(at).get_attribute("data-key") for at in range(8)]
    rows.nth(1).click(modifiers=["Control"])
    rows.nth(4).click(modifiers=["Shift"])
    rows.nth(6).click(modifiers=["Control"])
    rows.nth(2).click(modifiers=["Control"])
    expect(page.get_by_test_id("library-selected")).to_contain_text("4 selected")
    rows.nth(7).hover()
    rows.nth(7).get_by_test_id("row-map").click()
    wait_until_settled(page)
    expect(page.get_by_test_id("track-panel")).to_be_visible()
    assert set(page.evaluate("window.melodex.selection()")) == {names[1], names[3], names[4], names[6]}
    assert page.evaluate("window.melodex.view().track") == names[7]
    page.go_back()
    expect(page.get_by_test_id("library-selected")).to_contain_text("4 selected")


def test_headings_stay_above_their_columns_when_the_table_is_moved(page: Page, site: Site):
    page.goto(f"{site.app}/?page=library")
    expect(page.get_by_test_id("library-row").first).to_be_visible(timeout=PATIENCE)
    page.get_by_test_id("library-table").locator(".virtual-list").evaluate("list => list.scrollTo(400, 700)")
    heading = page.get_by_test_id("sort-filename").locator("..").bounding_box()
    cell = page.get_by_test_id("library-row").last.locator("[role=gridcell]").nth(-2).bounding_box()
    assert heading and cell
    assert abs(heading["x"] - cell["x"]) < 1  # pixel: boxes lie between whole ones
    table = page.get_by_test_id("library-table").bounding_box()
    assert table and abs(heading["y"] - table["y"]) < 20  # pixels: less than a row
