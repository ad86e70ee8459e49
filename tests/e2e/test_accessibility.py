"""Every screen, dark and light, large and small: axe-core finds nothing serious, Tab reaches it all."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Site, flask
from tests.e2e.map_page import PATIENCE, READY, get_json
from tests.e2e.tabbing import walk_by_tab
from tests.e2e.test_playlists import call

AXE = Path(__file__).resolve().parents[2] / "ui-embedding-visualization/node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
SCREENS = {
    "track": "?model=musicnn&variant=mtat&track={track}",
    "selection": "?select=2-9&panel=selection",
    "path": "?panel=path&from={track}&to={other}&plus={track}",
    "playlists": "?page=playlists&playlist={playlist}&track={track}",
    "two-maps": "?model=musicnn&variant=mtat&model2=acoustic&variant2=librosa&colour=overlap&track={track}",
    "track-page": "?page=track&track={track}",
    "library": "?page=library&track={track}",
    "jobs": "?page=jobs",
    "evolution": "?page=evolution&artist={artist}",
    "duplicates": "?page=duplicates",
    "export": "?page=export",
    "evaluation": "?page=evaluation",
}
COLOURS_AND_SIZES = [("dark", 1440), ("light", 390)]
if os.environ.get("SCREENSHOTS"):  # pictures are wanted of the other two as well
    COLOURS_AND_SIZES += [("light", 1440), ("dark", 390)]


@pytest.fixture(scope="module")
def furnished(site: Site, evaluated: dict) -> Iterator[dict[str, object]]:
    """What the addresses of the screens name; there is something to see on each of them."""
    flask(site.environment, "find-duplicates", "--no-progress")
    tracks = get_json(site, "/tracks")["tracks"]
    years = {
        track["artist"]: {t["year"] for t in tracks if t["artist"] == track["artist"]} for track in tracks
    }
    ids = [track["id"] for track in tracks[::5]]
    playlist = call(site, "POST", "/playlists", {"name": "Through all eight styles", "track_ids": ids})
    yield {
        "track": quote(tracks[3]["filename"]),
        "other": quote(tracks[4]["filename"]),
        "artist": quote(max(years, key=lambda artist: len(years[artist]))),
        "playlist": playlist["id"],
    }
    call(site, "DELETE", f"/playlists/{playlist['id']}")


@pytest.fixture
def sized(page: Page, scheme: str, width: int) -> Page:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900 if width > 900 else 844})
    return page


def walk_through(page: Page, site: Site, furnished: dict[str, object]) -> Iterator[str]:
    """The name of each screen, when it is there."""
    for name, address in SCREENS.items():
        page.goto(f"{site.app}/{address.format(**furnished)}")
        page.locator(READY).first.wait_for(timeout=PATIENCE, state="attached")
        page.wait_for_load_state("networkidle")
        yield name


@pytest.mark.parametrize(("scheme", "width"), COLOURS_AND_SIZES)
def test_no_screen_has_a_serious_fault(
    sized: Page, site: Site, screenshots: Path, furnished: dict[str, object], scheme, width
):
    wrong: list[str] = []
    sized.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    sized.on("response", lambda response: response.status >= 400 and wrong.append(response.url))
    faults = {}
    for name in walk_through(sized, site, furnished):
        sized.screenshot(path=screenshots / f"{name}-{scheme}-{width}.png")
        assert sized.evaluate("document.body.scrollWidth <= innerWidth"), (
            f"{name}: a part scrolls, the page does not"
        )
        sized.evaluate(AXE.read_text(encoding="utf-8"))
        result = sized.evaluate("axe.run(document)")
        assert len(result["passes"]) > 10, "axe has looked at the page"
        faults[name] = [
            (fault["id"], fault["nodes"][0]["html"])
            for fault in result["violations"]
            if fault["impact"] in SERIOUS
        ]
    assert faults == {name: [] for name in SCREENS}
    assert wrong == []


@pytest.mark.parametrize(("scheme", "width"), COLOURS_AND_SIZES[:2])
def test_tab_reaches_every_control_and_shows_where_it_is(
    sized: Page, site: Site, furnished: dict[str, object]
):
    found = {name: walk_by_tab(sized) for name in walk_through(sized, site, furnished)}
    assert found == {name: ([], []) for name in SCREENS}, "not seen to have the focus, not reached"
