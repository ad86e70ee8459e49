"""An artist followed over the map, and another beside it."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.map_page import PATIENCE, get_json


def test_two_artists_are_followed_from_the_header_to_a_link(page: Page, site: Site):
    page.goto(site.app)
    page.get_by_test_id("page-evolution").click()
    expect(page.get_by_test_id("evolution-invitation")).to_be_visible(timeout=PATIENCE)
    names = sorted({track["artist"] for track in get_json(site, "/tracks")["tracks"] if track["year"]})[:2]
    for which, name in zip(("artist", "beside"), names, strict=True):
        page.get_by_test_id(f"evolution-{which}").select_option(name)
    facts = page.get_by_test_id("evolution-facts")
    expect(facts).to_have_count(2)
    page.reload()
    expect(facts).to_have_count(2)
    for at, name in enumerate(names):
        expect(facts.nth(at)).to_contain_text(name)
    expect(page.get_by_test_id("evolution-year").first).to_be_visible()
