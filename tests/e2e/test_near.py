"""True neighbours, a path and a blend: what the panels say is what the server says, and the map shows it."""

from urllib.parse import quote

from playwright.sync_api import Page

from tests.e2e.conftest import Site
from tests.e2e.map_page import PATIENCE, get_json, open_map

SPACE = "red=acoustic&dataset=librosa&space=embeddings"
MAP = "model=acoustic&variant=librosa&method=pca"


def keys(page: Page, test_id: str) -> list[str]:
    rows = page.get_by_test_id(test_id)
    rows.first.wait_for(timeout=PATIENCE)
    return [row.get_attribute("data-key") for row in rows.all()]


def names(site: Site, path: str) -> list[str]:
    return [hit["name"] for hit in get_json(site, path)["data"]]


def test_neighbours_are_the_models_own_and_can_be_listened_through(page: Page, site: Site):
    name = get_json(site, "/audios")[7]
    open_map(page, f"{site.app}/?{MAP}&track={quote(name)}")
    shown = keys(page, "neighbour")
    assert shown == names(site, f"/neighbors?{SPACE}&track={quote(name)}&k={len(shown)}")
    page.get_by_test_id("play-neighbours").click()
    heard = []
    for _ in range(3):
        page.get_by_test_id("next-button").click()
        heard.append(page.locator("[data-testid=neighbour][aria-current=true]").get_attribute("data-key"))
    assert heard == shown[:3]
    assert page.evaluate("window.melodex.view().track") == name, "the list stays while it is heard"
    assert sorted(page.evaluate("window.melodex.lines()")) == sorted([name, other] for other in shown)


def test_a_path_leads_from_here_to_there_and_a_blend_mixes(page: Page, site: Site):
    audios = get_json(site, "/audios")
    start, end = audios[0], audios[-1]
    open_map(page, f"{site.app}/?{MAP}&track={quote(start)}&steps=4")
    page.get_by_test_id("path-from-here").click()
    page.evaluate("(name) => window.melodex.focus(name)", end)
    page.get_by_test_id("path-to").get_by_role("button").click()
    shown = keys(page, "path-track")
    assert (shown[0], shown[-1], len(shown)) == (start, end, 6)
    assert shown == names(site, f"/path?{SPACE}&from={quote(start)}&to={quote(end)}&steps=4")
    page.get_by_test_id("blend-plus-empty").get_by_role("button").click()
    blended = keys(page, "blend-track")
    assert blended == names(site, f"/blend?{SPACE}&plus={quote(end)}&k={len(blended)}")
    page.reload()
    assert keys(page, "path-track") == shown
