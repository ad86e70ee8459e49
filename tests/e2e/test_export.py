"""From the page of exports to a file that opens without the server."""

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import N_TRACKS, Site
from tests.e2e.map_page import PATIENCE


def choose(page: Page, *models: str) -> None:
    """Of all models that have heard something only these."""
    expect(page.get_by_test_id("export-page")).to_be_visible()
    for box in page.locator("[data-testid^=export-model-] input").all():
        box.uncheck()
    for key in models:
        page.get_by_test_id(f"export-model-{key}").locator("input").check()


def make(page: Page) -> Path:
    """Press the button, wait for the file, download it."""
    newest = page.get_by_test_id("export-download").first
    before = newest.get_attribute("href") if newest.count() else None
    page.get_by_test_id("start-export").click()
    expect(newest).not_to_have_attribute("href", before or "", timeout=3 * PATIENCE)
    with page.expect_download() as waiting:
        newest.click()
    return Path(waiting.value.path()).rename(waiting.value.path().parent / waiting.value.suggested_filename)


def test_a_page_is_made_downloaded_and_shows_every_track_from_the_disk(page: Page, site: Site):
    page.goto(site.app)
    page.get_by_test_id("page-export").click()
    choose(page, "acoustic/librosa")
    page.get_by_test_id("export-previews").check()
    exported = make(page)
    assert exported.name == "melodex.html"

    page = page.context.new_page()  # the app's own goes on asking the server
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url.split(":")[0]))
    page.goto(exported.as_uri())
    expect(page.locator("#count")).to_have_text(f"{N_TRACKS} tracks")
    expect(page.get_by_label("Map", exact=True).locator("option")).to_have_count(1)
    place = page.evaluate("melodexPage.screen(0)")
    page.locator("canvas").click(position={"x": place[0], "y": place[1]})
    expect(page.locator("#hint")).to_contain_text("Playing")
    assert set(requests) <= {"file", "data"}


def test_a_table_has_a_row_a_track_and_the_columns_of_the_models_chosen(page: Page, site: Site):
    page.goto(f"{site.app}/?page=export")
    page.get_by_test_id("export-format-csv").click()
    expect(page.get_by_test_id("export-previews")).to_have_count(0)
    choose(page, "mfcc_cnn/genres10", "acoustic/librosa")
    rows = list(csv.DictReader(io.StringIO(make(page).read_text(encoding="utf-8-sig"))))
    assert len(rows) == N_TRACKS
    models = {name.split("[")[0] for name in rows[0] if "[" in name}
    assert models == {"mfcc_cnn/genres10", "acoustic/librosa"}
    assert all(float(row["acoustic/librosa[0]"]) for row in rows)


def test_without_a_model_chosen_there_is_nothing_to_make(page: Page, site: Site):
    page.goto(f"{site.app}/?page=export")
    choose(page)
    expect(page.get_by_test_id("start-export")).to_be_disabled()
