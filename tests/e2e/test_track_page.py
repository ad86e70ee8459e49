"""The page of a track: what every model hears in it, side by side."""

from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.map_page import get_json, open_map

HEARD = [("musicnn", "mtat"), ("mfcc_cnn", "genres10"), ("acoustic", "librosa")]


def neighbours(site: Site, model: str, variant: str, name: str) -> list[str]:
    query = f"red={model}&dataset={variant}&track={quote(name)}&k=10"
    return [hit["name"] for hit in get_json(site, f"/neighbors?{query}")["data"]]


def keys(column: Locator) -> list[str | None]:
    return [row.get_attribute("data-key") for row in column.get_by_test_id("model-neighbour").all()]


def test_all_models_neighbours_stand_side_by_side(page: Page, site: Site):
    name = get_json(site, "/audios")[7]
    open_map(page, f"{site.app}/?model=acoustic&variant=librosa&method=pca&track={quote(name)}")
    page.get_by_test_id("open-track-page").click()
    expect(page.get_by_test_id("model-neighbour")).to_have_count(10 * len(HEARD))
    found = [neighbours(site, model, variant, name) for model, variant in HEARD]
    columns = page.get_by_test_id("model-column").all()
    assert sorted(map(keys, columns)) == sorted(found)
    agreed = set(found[0]).intersection(*found[1:])
    marked = page.get_by_test_id("model-neighbour").filter(has_text=f"{len(HEARD)} of {len(HEARD)}")
    expect(marked).to_have_count(len(HEARD) * len(agreed))
    heard = get_json(site, f"/segments?red=musicnn&dataset=mtat&track={quote(name)}")
    expect(page.get_by_test_id("model-tags").filter(has_text="MusiCNN")).to_contain_text(heard["tags"][0])
    page.reload()
    expect(page.get_by_test_id("track-page")).to_contain_text(name)
    page.get_by_test_id("track-page-to-map").click()
    expect(page.get_by_test_id("map")).to_be_visible()
