"""Hostile tags are shown as the text they are, on every page and in every export; nothing of them runs."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import process_environment
from tests.e2e.commands import analyze_library
from tests.e2e.conftest import Site, free_ports, serving
from tests.e2e.map_page import PATIENCE, READY, call, get_json, lonely_point, open_map, wait_for_frames
from tests.hostile import HOSTILE, SCRIPT, make_hostile_music

MAP = "model=acoustic&method=pca"


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("hostile")
    make_hostile_music(folder / "music")
    environment = process_environment(folder / "music", folder / "cache.db") | free_ports()
    export = ["export", "--format", "html", "--title", SCRIPT, "--out", str(folder / "map.html")]
    analyze_library(environment, export)
    with serving(environment) as running:
        yield running


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page on which nothing of a song's text runs, opens a box, or asks another server for anything."""
    asked: list[str] = []
    boxes: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda box: (boxes.append(box.message), box.dismiss()))
    yield page
    assert page.evaluate("() => window.hacked") is None
    assert not boxes
    assert not [url for url in asked if "evil.example" in url.split("?")[0].split("/")[2:3]]


@pytest.mark.parametrize("colour", ["genre", "artist", "album"])
def test_the_map_its_legend_and_its_tooltips(watched: Page, hostile_site: Site, colour: str):
    open_map(watched, f"{hostile_site.app}/?{MAP}&colour={colour}")
    expect(watched.get_by_test_id("map")).to_have_attribute("data-points", str(len(HOSTILE)))
    point = lonely_point(watched)
    watched.mouse.move(point["x"], point["y"])
    expect(watched.get_by_test_id("tooltip")).to_be_visible()
    expect(watched.get_by_text("<script>window.hacked=1</script>").first).to_be_attached()


def test_the_table_and_the_search(watched: Page, hostile_site: Site):
    watched.goto(f"{hostile_site.app}/?page=library")
    expect(watched.get_by_test_id("library-row")).to_have_count(len(HOSTILE))
    for text in (SCRIPT, "=HYPERLINK(", "javascript:window.hacked=1", "{{7*7}}${7*7}"):
        expect(watched.get_by_test_id("library-row").filter(has_text=text)).to_have_count(1)
    watched.keyboard.press("/")
    watched.keyboard.type("<script>")
    expect(watched.get_by_test_id("search-hit").first).to_be_visible()


@pytest.mark.parametrize("name", HOSTILE)
def test_the_page_of_a_track(watched: Page, hostile_site: Site, name: str):
    watched.goto(f"{hostile_site.app}/?{MAP}&page=track&track={quote(name)}")
    expect(watched.get_by_test_id("track-page")).to_be_visible(timeout=PATIENCE)
    watched.wait_for_load_state("networkidle")
    assert watched.locator("article svg[onload], article script, img[onerror]").count() == 0


def test_playlists_are_named_played_and_taken_along(watched: Page, hostile_site: Site):
    ids = [track["id"] for track in get_json(hostile_site, "/tracks")["tracks"]]
    made = call(hostile_site, "POST", "/playlists", {"name": SCRIPT, "track_ids": ids})
    watched.goto(f"{hostile_site.app}/?page=playlists&playlist={made['id']}")
    expect(watched.get_by_test_id("playlist-row")).to_have_count(len(HOSTILE))
    expect(watched.get_by_text(SCRIPT).first).to_be_visible()
    answer = watched.request.get(f"{hostile_site.app}/playlists/{made['id']}/export?format=m3u8")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "<" not in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "path", ["/tracks", "/docs", "/audios", "/embeddings?red=acoustic&metodo=pca&x=<script>"]
)
def test_answers_opened_as_pages_run_nothing(watched: Page, hostile_site: Site, path: str):
    watched.goto(hostile_site.app + path)
    wait_for_frames(watched)  # scripts and handlers of the page have run


def test_other_pages_of_the_app(watched: Page, hostile_site: Site):
    artist = quote(f"Ann {SCRIPT}")
    for address in (f"page=evolution&artist={artist}", "page=duplicates", "page=jobs", f"{MAP}&panel=path"):
        watched.goto(f"{hostile_site.app}/?{address}")
        watched.locator(READY).first.wait_for(state="attached", timeout=PATIENCE)
        wait_for_frames(watched)
        assert watched.evaluate("() => window.hacked") is None


def test_the_exported_page(watched: Page, hostile_site: Site):
    exported = Path(hostile_site.environment["MELODEX_DATABASE_PATH"]).with_name("map.html")
    assert "script-src 'sha256-" in exported.read_text()
    watched.goto(exported.as_uri())
    expect(watched.locator("#count")).to_have_text(f"{len(HOSTILE)} tracks")
    expect(watched.locator("h1")).to_have_text(SCRIPT)
    watched.get_by_label("Search").fill("<script>")
    watched.locator("canvas").hover()
