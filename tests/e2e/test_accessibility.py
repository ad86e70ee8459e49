"""Every screen, dark and light, large and small: axe-core finds nothing serious, Tab reaches it all."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import Site, new_page
from tests.e2e.map_page import PATIENCE, READY, get_json
from tests.e2e.tabbing import walk_by_tab
from tests.e2e.test_playlists import call

AXE = Path(__file__).resolve().parents[2] / "ui-embedding-visualization/node_modules/axe-core/axe.min.js"
# Only what is read of the result travels from the page: the elements that pass are megabytes.
RUN_AXE = """async () => {
    const { passes, violations } = await axe.run(document, { resultTypes: ['violations'] })
    return [passes.length, violations.map(({ id, impact, nodes }) => [id, impact, nodes[0].html])]
}"""
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
def furnished(site: Site) -> Iterator[dict[str, object]]:
    """What the addresses of the screens name; there is something to see on each of them."""
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


@dataclass(frozen=True)
class Visit:
    """What was found on a screen. faults: rule and first element of each serious violation."""

    faults: list[tuple[str, str]]
    is_too_wide: bool
    without_focus_ring: list[str]
    not_reached: list[str]


@dataclass
class Tour:
    """Every screen in one of the colors and sizes. errors: messages of the console and failed requests."""

    visits: dict[str, Visit] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def collect(self, attribute: str) -> dict[str, object]:
        return {name: getattr(visit, attribute) for name, visit in self.visits.items()}


@pytest.fixture(scope="module", params=COLOURS_AND_SIZES, ids=lambda each: "-".join(map(str, each)))
def tour(
    request: pytest.FixtureRequest,
    window: BrowserContext,
    site: Site,
    screenshots: Path,
    furnished: dict[str, object],
) -> Tour:
    """Each screen is opened once for all tests: that takes as long as looking at it."""
    scheme, width = request.param
    tour = Tour()
    with new_page(window) as page:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900 if width > 900 else 844})
        page.on("console", lambda message: message.type == "error" and tour.errors.append(message.text))
        page.on("response", lambda response: response.status >= 400 and tour.errors.append(response.url))
        for name, address in SCREENS.items():
            page.goto(f"{site.app}/{address.format(**furnished)}")
            page.locator(READY).first.wait_for(timeout=PATIENCE, state="attached")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=screenshots / f"{name}-{scheme}-{width}.png")
            tour.visits[name] = visit(page)
    return tour


def visit(page: Page) -> Visit:
    is_too_wide = page.evaluate("document.body.scrollWidth > innerWidth")
    faults = find_faults(page)
    return Visit(faults, is_too_wide, *walk_by_tab(page))


def find_faults(page: Page) -> list[tuple[str, str]]:
    """Serious violations by axe-core: the rule, and the first element that breaks it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    n_passed, violations = page.evaluate(RUN_AXE)
    assert n_passed > 10, "axe has looked at the page"
    return [(rule, html) for rule, impact, html in violations if impact in SERIOUS]


def test_no_screen_has_a_serious_fault(tour: Tour):
    assert tour.collect("faults") == {name: [] for name in SCREENS}


def test_no_screen_is_wider_than_the_window_or_logs_an_error(tour: Tour):
    """A part of it may scroll, the page does not."""
    assert tour.collect("is_too_wide") == dict.fromkeys(SCREENS, False)
    assert tour.errors == []


def test_tab_reaches_every_control_and_shows_where_it_is(tour: Tour):
    assert tour.collect("without_focus_ring") == {name: [] for name in SCREENS}
    assert tour.collect("not_reached") == {name: [] for name in SCREENS}
