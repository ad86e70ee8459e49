"""The app with 100 000 points in a real browser, against a page of the map library and nothing else.

    python -m benchmarks.app [--tracks 100000] [--model mert/95m] [--openings 9]

Serves a synthetic library, and `bare_map.html` with the points of the same map as bare numbers; opens each in
a Chromium of its own that has seen neither, which draws in software where there is no graphics card. Both
have a canvas of the same size. A frame is the time between two pictures while the pointer does not rest.
"""

import argparse
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import FloatRect, Page, Playwright, sync_playwright

from benchmarks.api import MAP, PORT, ROOT, SPEC, Client, serving, unpack
from benchmarks.report import Figure, Row, at_most_times, report
from benchmarks.synthetic_library import make_library
from ML import registry
from ML.registry import ModelSpec
from tests.e2e.browser import ARGUMENTS, find_chromium

THREE = ROOT / "ui-embedding-visualization" / "node_modules" / "three" / "build"
BARE_PAGE = Path(__file__).with_name("bare_map.html")
SCREEN = {"width": 1440, "height": 900}
PATIENCE_MS = 120_000
N_TRACKS = 100_000  # the promises are about so many
N_MOVES = 80
RADIUS = 120  # pixels
MAP_SELECTOR = '[data-testid="map"]'
# The frame after the one that was drawn begins when that one is on its way to the screen.
NOTE_FIRST_FRAME = """
const settled = () => document.querySelector('[data-testid="map"][data-settled="true"]')
const look = () => requestAnimationFrame(() =>
  settled() ? requestAnimationFrame(() => { window.firstFrame = performance.now() }) : look())
look()
"""
# The times of the frames in which the pointer had moved.
NOTE_FRAMES = """
window.noted = []
let moved = false
addEventListener('pointermove', () => { moved = true }, true)
const note = (now) => {
  if (moved) window.noted.push(now)
  moved = false
  requestAnimationFrame(note)
}
requestAnimationFrame(note)
"""
NOTES = """
The baseline is three.js alone, which is what the app draws with: its page fetches the positions and
colours of the same map as bare numbers, and knows no names. Neither page was seen before by its browser; the
server has answered the map once. The medians of several openings, in turn; both pages vary by a quarter from
opening to opening: six runs in a quiet machine on 28 November gave 1.37, 1.42, 1.52, 1.59, 1.60 and 1.62.

Before maps came in columns, ahead of the list of tracks and beside the renderer, the first frame took 3,396
ms against 745. It took 1,703 against 911 while the names of all points were read before it, the map was asked
for after a tenth of the app, what the page needs came chunk after chunk, and Brotli was unpacked (30 ms, and
Zstandard 7). By the clock everything takes twice its processor time: two cores also draw the map, the page
and its text in software, unpack what comes and run the server. Processor time of an opening, in milliseconds,
means of four: the page's main thread 795 against 428, its helpers 208 against 110, pictures put together 90
against 40, what fetches and unpacks 85 against 48, the server 38.
Tried without gain: a thread of its own that fetches the map.
"""


@dataclass(frozen=True)
class Opened:
    """Milliseconds: to the first picture of the map, between pictures, and to the lists, if there are any."""

    first_frame: float
    pan: float
    hover: float
    complete: float | None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=N_TRACKS, help="how many (default: 100000)")
    parser.add_argument("--model", default="mert/95m", help="whose map (default: mert/95m)")
    parser.add_argument("--openings", type=int, default=9, help="of each page (default: 9)")
    arguments = parser.parse_args()
    promised = arguments.tracks == N_TRACKS
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(arguments, Path(folder))
        name = "app" if promised else f"app, {arguments.tracks:,} tracks"
        report(name, " ".join(["python -m benchmarks.app", *sys.argv[1:]]), rows, NOTES if promised else "")


def measure(arguments: argparse.Namespace, folder: Path) -> Iterator[Row]:
    (spec,) = registry.get_by_key(arguments.model)
    make_library(folder / "library.db", arguments.tracks, spec, hidden=False).close()
    with serving(folder), sync_playwright() as playwright:
        make_bare_page(folder / "bare", f"?red={spec.name}&dataset={spec.variant}&metodo=pca")
        with serving_files(folder / "bare") as port:
            app = f"http://127.0.0.1:{PORT}/?{app_view(spec)}"
            opened, bare = race(playwright, app, f"http://127.0.0.1:{port}/", arguments.openings)
    work = f"app, {arguments.tracks:,} points"
    for name, part, limit in PARTS:
        baseline, ours = (Figure(median(part(one) for one in side), "ms") for side in (bare, opened))
        bound = at_most_times(limit) if limit and arguments.tracks == N_TRACKS else None
        yield Row(f"{work}, {name}", baseline, ours, bound)
    yield Row(f"{work}, cold, to its lists", None, Figure(median(one.complete or 0 for one in opened), "ms"))


PARTS: tuple[tuple[str, Callable[[Opened], float], float | None], ...] = (
    ("cold, to its first frame", lambda opened: opened.first_frame, 1.5),
    ("a frame while it is panned", lambda opened: opened.pan, 1.2),
    ("a frame while the pointer is over it", lambda opened: opened.hover, None),
)


def app_view(spec: ModelSpec) -> str:
    return f"model={spec.name}&variant={spec.variant}&method=pca"


APP_VIEW = app_view(SPEC)


def make_bare_page(folder: Path, asked: str = MAP) -> None:
    """The page, three.js, and the numbers of the map."""
    folder.mkdir()
    (folder / "index.html").write_text(BARE_PAGE.read_text())
    (folder / "three").symlink_to(THREE)
    (folder / "points.bin").write_bytes(
        positions_and_colours(Client().get_ready(f"/embeddings.arrow{asked}").body)
    )


def positions_and_colours(body: bytes) -> bytes:
    """body: of /embeddings.arrow, compressed. Centred, the longest side from -1 to 1, one colour a genre."""
    import pyarrow as pa

    table = pa.ipc.open_stream(unpack(body)).read_all().combine_chunks()
    places = np.zeros((table.num_rows, 3), np.float32)
    for axis, name in enumerate("xy"):
        places[:, axis] = table[name]
    places -= (places.min(axis=0) + places.max(axis=0)) / 2
    colours = np.random.default_rng(0).integers(64, 256, (len(table["tag"].chunk(0).dictionary), 3))
    of_tracks = colours[table["tag"].chunk(0).indices.to_numpy()]
    return (places / np.abs(places).max()).tobytes() + of_tracks.astype(np.uint8).tobytes()


@contextmanager
def serving_files(folder: Path) -> Iterator[int]:
    """Its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests are not news."""


def race(playwright: Playwright, app: str, bare: str, times: int) -> tuple[list[Opened], list[Opened]]:
    open_once(playwright, app)  # the server's first answers are written anew
    pairs = []
    for _ in range(times):
        ours, size = open_once(playwright, app)
        baseline, _ = open_once(playwright, f"{bare}?width={size['width']:.0f}&height={size['height']:.0f}")
        pairs.append((ours, baseline))
    return [ours for ours, _ in pairs], [baseline for _, baseline in pairs]


def open_once(playwright: Playwright, url: str) -> tuple[Opened, dict[str, float]]:
    """What it took, and the size of the map on the screen, in a new browser."""
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
    page = browser.new_page(viewport=SCREEN)  # type: ignore[arg-type]
    page.add_init_script(NOTE_FIRST_FRAME + NOTE_FRAMES)
    page.goto(url)
    page.wait_for_function("() => window.firstFrame", timeout=PATIENCE_MS)
    first_frame = page.evaluate("window.firstFrame")
    box = page.locator(MAP_SELECTOR).bounding_box()
    assert box
    complete = time_lists(page)
    pan, hover = (time_frames(page, box, pressed) for pressed in (True, False))
    opened = Opened(first_frame, pan, hover, complete)
    browser.close()
    return opened, {"width": box["width"], "height": box["height"]}


def time_lists(page: Page) -> float | None:
    """Milliseconds; None: the page knows no lists."""
    if not page.evaluate("() => Boolean(window.melodex)"):
        return None
    page.wait_for_function("() => window.melodex.complete()", timeout=PATIENCE_MS)
    return float(page.evaluate("performance.now()"))


def time_frames(page: Page, box: FloatRect, pressed: bool) -> float:
    """Milliseconds a frame, the mean, while the pointer goes round over the map."""
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    if pressed:
        page.mouse.down()
    page.evaluate("window.noted.length = 0")
    for turn in np.linspace(0, 4 * np.pi, N_MOVES):
        page.mouse.move(middle[0] + RADIUS * np.cos(turn), middle[1] + RADIUS * np.sin(turn))
    page.mouse.up()
    times = page.evaluate("window.noted")
    return float((times[-1] - times[1]) / (len(times) - 2))


if __name__ == "__main__":
    main()
