"""axe-core finds nothing serious on any screen, dark or light, large or small."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Site
from tests.e2e.map_page import PATIENCE, get_json

AXE = Path(__file__).resolve().parents[2] / "ui-embedding-visualization/node_modules/axe-core/axe.min.js"
FACES = (
    "library-row", "playlist-new", "model-row", "track-page", "evolution-facts", "duplicates-none", "pair",
    "export-page",
)  # fmt: skip
READY = ", ".join(["[data-settled=true]", *(f"[data-testid={face}]" for face in FACES)])
SERIOUS = ("serious", "critical")
SCREENS = {
    "track": "?model=musicnn&variant=mtat&track={track}",
    "selection": "?select=2-9&panel=selection",
    "path": "?panel=path&from={track}&to={other}&plus={track}",
    "playlists": "?page=playlists",
    "two-maps": "?model=musicnn&variant=mtat&model2=acoustic&variant2=librosa&colour=overlap&track={track}",
    "track-page": "?page=track&track={track}",
    "library": "?page=library&track={track}",
    "jobs": "?page=jobs",
    "evolution": "?page=evolution&artist={artist}",
    "duplicates": "?page=duplicates",
    "export": "?page=export",
}


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1440), ("light", 390)])
def test_no_screen_has_a_serious_fault(page: Page, site: Site, screenshots: Path, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900 if width > 900 else 844})
    track, other = (quote(name) for name in get_json(site, "/audios")[3:5])
    artist = quote(next(each["artist"] for each in get_json(site, "/tracks")["tracks"] if each["year"]))
    faults = {}
    for name, address in SCREENS.items():
        page.goto(f"{site.app}/{address.format(track=track, other=other, artist=artist)}")
        page.locator(READY).first.wait_for(timeout=PATIENCE, state="attached")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=screenshots / f"{name}-{scheme}-{width}.png")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate("axe.run(document)")
        assert len(result["passes"]) > 10, "axe has looked at the page"
        faults[name] = [
            (fault["id"], fault["nodes"][0]["html"])
            for fault in result["violations"]
            if fault["impact"] in SERIOUS
        ]
    assert faults == {name: [] for name in SCREENS}
